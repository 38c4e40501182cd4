import type * as z from 'zod';

/**
 * The error that this package throws for everything that it refuses.
 *
 * Its message has one line per problem, each with the name, the rule and the value received, such as
 * `` `T_0`: expected a number > 0, got 0 ``. Where zod found the problem, its issues are on `cause`.
 */
export class CosineAnnealingError extends Error {
  override readonly name = 'CosineAnnealingError';
}

/** The error that lists every issue zod found, a line each. */
export function validationError(error: z.core.$ZodError): CosineAnnealingError {
  return new CosineAnnealingError(error.issues.map(describe).join('\n'), { cause: error.issues });
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
  if (issue.code === 'unrecognized_keys') return issue.message; // names its keys, each with a suggestion
  const name = issue.path.length === 0 ? 'config' : issue.path.join('.');
  // A rule between keys tells the values itself, since no single one is wrong.
  return `\`${name}\`: ${issue.message}${issue.code === 'custom' ? '' : `, got ${show(issue.input)}`}`;
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
