/** More problems than these are counted, not listed. */
export const MAX_PROBLEMS = 20;
const MAX_LINE_LENGTH = 200;
const MAX_VALUE_LENGTH = 60;

/** One thing that is wrong. */
export interface Problem {
  /** Where it is: keys and indexes, outermost first, such as `['warmup', 'length', 1]`; empty for the whole value. */
  readonly path: readonly (string | number)[];
  /** The rule that is broken, such as 'expected a number > 0'. */
  readonly rule: string;
  /** The value that breaks it; absent when no single value does. */
  readonly received?: unknown;
  /** What to write instead, such as 'did you mean T_mult?'; absent when the rule already says it. */
  readonly cure?: string;
}

/**
 * The error that this package throws for everything that it refuses.
 *
 * `problems` says what is wrong, as data. The message is rendered from it: a line per problem with the name, the rule,
 * the value and the cure, such as `` `T_0`: expected a number > 0, got 0 ``; at most 20 lines of 200 characters.
 */
export class CosineAnnealingError extends Error {
  /** Identifies this error when `instanceof` can't, as between two copies of this package. */
  override readonly name = 'CosineAnnealingError';
  /** Everything that is wrong, in the order of the message's lines. */
  readonly problems: readonly Problem[];

  /**
   * @param problems What is wrong, at least one.
   * @param options `cause`: the error behind it, if there is one.
   */
  constructor(problems: readonly Problem[], options?: { cause?: unknown }) {
    super(render(problems), options);
    this.problems = Object.freeze(problems.map((problem) => Object.freeze({ ...problem })));
  }
}

/** The error for one problem at a path such as `'T_0'` or `['warmup', 'length']`. */
export function refusal(
  path: string | Problem['path'],
  rule: string,
  { cause, ...rest }: Omit<Problem, 'path' | 'rule'> & { readonly cause?: unknown } = {},
): CosineAnnealingError {
  const problem = { path: typeof path === 'string' ? [path] : path, rule, ...rest };
  return new CosineAnnealingError([problem], cause === undefined ? undefined : { cause });
}

/** What some work comes to; undefined if it is refused by an error of this package. */
export function unlessRefused<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof CosineAnnealingError) return undefined;
    throw error;
  }
}

/** Problems for names that aren't known; `cureOf` says what each may have been meant for, `whole` is where they all are. */
export function unknownNames(
  names: readonly string[],
  what: string,
  cureOf: (name: string) => string,
  whole: Problem['path'],
): Problem[] {
  const listed = names.length > MAX_PROBLEMS ? names.slice(0, MAX_PROBLEMS - 1) : names;
  const rest = names.length - listed.length;
  return [
    ...listed.map((name) => ({ path: [name], rule: `unknown ${what}`, cure: cureOf(name) })),
    ...(rest > 0 ? [{ path: whole, rule: `${rest} more unknown ${what}s` }] : []),
  ];
}

/** The lines of a message. */
function render(problems: readonly Problem[]): string {
  const lines = problems.slice(0, MAX_PROBLEMS).map(lineOf);
  const rest = problems.length - MAX_PROBLEMS;
  if (rest > 0) lines[MAX_PROBLEMS - 1] = `... and ${rest + 1} more problems`;
  return lines.join('\n');
}

/** One problem as a line of text: its name, the rule, the value and the cure. */
export function lineOf({ path, ...problem }: Problem): string {
  return truncate(`\`${escapeControls(nameOf(path))}\`: ${escapeControls(sentenceOf(problem))}`);
}

/** What `lineOf` says after the name: for a place that already shows the name, such as the field of a form. */
export function sentenceOf(problem: Omit<Problem, 'path'>): string {
  const value = 'received' in problem ? `, got ${show(problem.received)}` : '';
  return `${problem.rule}${value}${problem.cure === undefined ? '' : `; ${problem.cure}`}`;
}

/** A path as JavaScript writes it: `warmup.length[1]`; 'config' for the whole. */
export function nameOf([first = 'config', ...rest]: Problem['path']): string {
  const steps = rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  return `${typeof first === 'number' ? `[${first}]` : first}${steps.join('')}`;
}

/** A value as a person would type it, short enough for a line. It never throws. */
export function show(value: unknown): string {
  try {
    return truncate(preview(value, MAX_VALUE_LENGTH), MAX_VALUE_LENGTH);
  } catch {
    return 'an object that cannot be read'; // a getter or a Proxy throws
  }
}

/** A value's text, or more than `budget` characters of its beginning; in steps in proportion to the budget. */
function preview(value: unknown, budget: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, budget));
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' && BigInt.asIntN(256, value) !== value) return 'a huge bigint';
  if (typeof value !== 'object' || value === null) return String(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return preview(value.toJSON(), budget);
  if (Array.isArray(value)) return `[${joined(value, (item, left) => preview(item, left), budget)}]`;
  return `{${joined(
    Object.keys(value),
    (key, left) => `${JSON.stringify(key)}:${preview((value as Record<string, unknown>)[key], left)}`,
    budget,
  )}}`;
}

function joined<Item>(items: readonly Item[], text: (item: Item, budget: number) => string, budget: number) {
  let result = '';
  for (let i = 0; i < items.length && result.length < budget; i++) {
    result += `${i > 0 ? ',' : ''}${text(items[i] as Item, budget - result.length - 1)}`;
  }
  return result;
}

/** Control characters would break the line, or write to the terminal. */
const escapeControls = (text: string) => text.replaceAll(/\p{Cc}|\u2028|\u2029/gu, escapeOf);

const escapeOf = (control: string) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** No longer than this, and not cut within a surrogate pair. */
const truncate = (text: string, most = MAX_LINE_LENGTH) =>
  text.length > most ? `${text.slice(0, most - 3).replace(/[\uD800-\uDBFF]$/, '')}...` : text;
