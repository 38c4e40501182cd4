import { distance } from 'fastest-levenshtein';
import * as z from 'zod';
import { show } from './errors';

/** The rules that values are checked with, each with its message: what config and presets are made of. */

const LONGEST = Number.MAX_SAFE_INTEGER;

export const positive = () =>
  z.number({ error: 'expected a number > 0' }).gt(0, { error: 'expected a number > 0', abort: true });

export const notNegative = () =>
  z.number({ error: 'expected a number >= 0' }).min(0, { error: 'expected a number >= 0', abort: true });

export const count = () =>
  z.int({ error: 'expected an integer >= 1' }).min(1, { error: 'expected an integer >= 1' });

export const countFromZero = () =>
  z.int({ error: 'expected an integer >= 0' }).min(0, { error: 'expected an integer >= 0' });

export const atMostLongest = { error: 'expected a number <= 2^53 - 1' };

/** A duration that may be none, in the config's units. */
export const duration = () => notNegative().max(LONGEST, atMostLongest);

/** A factor that lengthens cycles. */
export const growth = () => positive().max(LONGEST, atMostLongest);

export const oneOf = <const Value extends string | number | boolean>(...values: Value[]) => {
  const [last, ...others] = values.map((value) => show(value)).reverse();
  const rule = others.length > 0 ? `${others.reverse().join(', ')} or ${last}` : last;
  return z.literal(values, { error: `expected ${rule}` });
};

export const flag = () => z.boolean({ error: 'expected true or false' });

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item, { error: 'expected a list' })
    .min(1, { error: 'expected at least one value', abort: true })
    .readonly();

/** One value, or a list of them. `rule` says so to those who give neither. */
export const oneOrList = <One extends z.ZodType, Item extends z.ZodType>(one: One, item: Item, rule: string) =>
  either(Array.isArray, listOf(item), (value) => typeof value === 'number', one, rule);

/**
 * The schema that the value's form asks for. z.union would report that neither fits; this reports what is wrong with
 * the one that was meant.
 */
export function either<First extends z.ZodType, Second extends z.ZodType>(
  isFirst: (value: unknown) => boolean,
  first: First,
  isSecond: (value: unknown) => boolean,
  second: Second,
  rule: string,
): z.ZodType<z.output<First | Second>, z.input<First | Second>> {
  const neither = z.never({ error: `expected ${rule}` });
  const schema = z.unknown().transform((value, { issues }) => {
    const meant = isFirst(value) ? first : isSecond(value) ? second : neither;
    const result = meant.safeParse(value, { reportInput: true });
    if (!result.success) issues.push(...(result.error.issues as typeof issues));
    return result.data;
  });
  return schema as unknown as z.ZodType<z.output<First | Second>, z.input<First | Second>>;
}

/** An object that has these keys only; others are refused with a suggestion. */
export const strict = <Shape extends z.core.$ZodLooseShape>(shape: Shape, expected: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? unknownKeys(issue.keys, Object.keys(shape))
        : `expected ${expected}`,
  });
