import type * as z from 'zod/mini';

/**
 * The error that this package throws for everything that it refuses.
 *
 * Its message has one line per problem, each with the name, the rule and the value received, such as
 * `` `T_0`: expected a number > 0, got 0 ``. Where zod found the problem, its issues are on `cause`.
 */
export class CosineAnnealingError extends Error {
  /** Tells this error from others where `instanceof` cannot, as between two copies of this package. */
  override readonly name = 'CosineAnnealingError';
}

/** The error that lists every issue zod found, a line each; `root` names what was checked, where it is not the config. */
export function validationError(error: z.core.$ZodError, ...root: string[]): CosineAnnealingError {
  const lines = error.issues.map((issue) => describe({ ...issue, path: [...root, ...issue.path] }));
  return new CosineAnnealingError(lines.join('\n'), { cause: error.issues });
}

/** A value as a person would type it, short enough for one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'function') return 'a function';
  const text = asJSON(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return describeUnknownKeys(issue);
  // A rule between keys tells the values itself, since no single one is wrong.
  return line(issue.path, `${issue.message}${issue.code === 'custom' ? '' : `, got ${show(issue.input)}`}`);
}

/** The message has a line for each of the keys. */
const describeUnknownKeys = ({ path, keys, message }: z.core.$ZodIssueUnrecognizedKeys): string =>
  message
    .split('\n')
    .map((problem, i) => line([...path, keys[i] as string], problem))
    .join('\n');

const line = (path: readonly PropertyKey[], problem: string) => `\`${nameOf(path)}\`: ${problem}`;

/** `warmup.length[1]`, as JavaScript writes it. */
function nameOf([first = 'config', ...rest]: readonly PropertyKey[]): string {
  const steps = rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  return `${typeof first === 'number' ? `[${first}]` : String(first)}${steps.join('')}`;
}

function asJSON(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_, inner) => (typeof inner === 'number' ? asNumber(inner) : inner)) ??
      String(value)
    );
  } catch {
    return Object.prototype.toString.call(value); // a cycle, a BigInt inside, or a getter that throws
  }
}

/** JSON turns NaN and the infinities into null, which would hide the mistake. */
const asNumber = (n: number) => (Number.isFinite(n) ? n : String(n));
