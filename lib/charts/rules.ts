import { CosineAnnealingError, type Problem } from '../errors';

/** What a value has to be: in words, after 'expected', and as a test. */
export interface Rule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** Lists longer than this are refused: no chart can show more, and memory ends. */
const MAX_VALUES = 10_000_000;

export const string: Rule = { expected: 'a string', accepts: (value) => typeof value === 'string' };
export const boolean: Rule = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const number: Rule = { expected: 'a number', accepts: (value) => typeof value === 'number' };
export const list: Rule = { expected: 'a list', accepts: Array.isArray };
export const anything: Rule = { expected: 'anything', accepts: () => true };
export const positive: Rule = {
  expected: 'a number > 0 (from 1e-300 to 1e300)',
  accepts: (value) => typeof value === 'number' && value >= 1e-300 && value <= 1e300,
};
export const numbers: Rule = {
  expected: `an array of at most ${MAX_VALUES.toLocaleString('en')} numbers`,
  accepts: (value) => isObject(value) && 'length' in value && isCount(value.length),
};
export const object: Rule = {
  expected: 'an object',
  accepts: (value) => isObject(value) && !Array.isArray(value),
};
/** A number, or a gap: NaN, or null, as JSON writes NaN. */
export const numberOrGap: Rule = {
  expected: 'a number',
  accepts: (value) => typeof value === 'number' || value === null,
};

/** A list that is as long as another one. */
export const ofLength = (length: number): Rule => ({
  expected: `${length} values`,
  accepts: (value) => isObject(value) && 'length' in value && value.length === length,
});
export const integer = (least: number, most: number): Rule => ({
  expected: `an integer from ${least} to ${most}`,
  accepts: (value) => isInteger(value) && value >= least && value <= most,
});
export const oneOf = (...values: readonly string[]): Rule => ({
  expected: `one of ${values.map((value) => `'${value}'`).join(', ')}`,
  accepts: (value) => typeof value === 'string' && values.includes(value),
});
export const optional = ({ expected, accepts }: Rule): Rule => ({
  expected,
  accepts: (value) => value === undefined || accepts(value),
});

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
export const isCount = (value: unknown): boolean => isInteger(value) && value >= 0 && value <= MAX_VALUES;

/** The problem of one value, if it has one. */
export function problemOf(value: unknown, rule: Rule, path: Problem['path']): Problem[] {
  return rule.accepts(value) ? [] : [{ path, rule: `expected ${rule.expected}`, received: value }];
}

/** The problems of an object's values, each with a rule of its own. */
export function problemsOf(
  object: object,
  rules: Readonly<Record<string, Rule>>,
  path: Problem['path'] = [],
): Problem[] {
  const values: Readonly<Record<string, unknown>> = { ...object };
  return Object.entries(rules).flatMap(([key, rule]) => problemOf(values[key], rule, [...path, key]));
}

/** The problem of the first item that breaks a rule. */
export function firstProblem(values: ArrayLike<unknown>, rule: Rule, path: Problem['path']): Problem[] {
  for (let i = 0; i < values.length; i++) {
    if (!rule.accepts(values[i])) return problemOf(values[i], rule, [...path, i]);
  }
  return [];
}

/** Throws all problems that there are, at once. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new CosineAnnealingError(problems);
}
