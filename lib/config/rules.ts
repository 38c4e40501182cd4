import { distance } from 'fastest-levenshtein';
import * as z from 'zod/mini';
import { show } from '../errors';

/** The rules that values are checked with, each with its message: what config and presets are made of. */

const LONGEST = Number.MAX_SAFE_INTEGER;

/** The message of a rule, and the end of the checks of what breaks it, so that each value has one message. */
export const says = (expected: string) => ({ error: `expected ${expected}`, abort: true });

export const positive = () => {
  const rule = says('a number > 0');
  return z.number(rule).check(z.gt(0, rule));
};

export const notNegative = () => {
  const rule = says('a number >= 0');
  return z.number(rule).check(z.gte(0, rule));
};

export const fraction = () => {
  const rule = says('a number from 0 to 1');
  return z.number(rule).check(z.gte(0, rule), z.lte(1, rule));
};

export const count = () => {
  const rule = says('an integer >= 1');
  return z.int(rule).check(z.gte(1, rule));
};

export const countFromZero = () => {
  const rule = says('an integer >= 0');
  return z.int(rule).check(z.gte(0, rule));
};

const atMostLongest = z.lte(LONGEST, says('a number <= 2^53 - 1'));

/** A duration that may be none, in the config's units. */
export const duration = () => notNegative().check(atMostLongest);

/** A factor that lengthens cycles. */
export const growth = () => positive().check(atMostLongest);

export const oneOf = <const Value extends string | number | boolean>(...values: Value[]) => {
  const [last, ...others] = values.map((value) => show(value)).reverse();
  const rule = others.length > 0 ? `${others.reverse().join(', ')} or ${last}` : `${last}`;
  return z.literal(values, says(rule));
};

export const flag = () => z.boolean(says('true or false'));

export const listOf = <Item extends z.ZodMiniType>(item: Item) =>
  z.readonly(z.array(item, says('a list')).check(z.minLength(1, says('at least one value'))));

/** One value, or a list of them. `rule` says so to those who give neither. */
export function oneOrList<One extends z.ZodMiniType, Item extends z.ZodMiniType>(
  one: One,
  item: Item,
  rule: string,
) {
  const list = listOf(item);
  const other = neither(rule);
  return byForm((value) => (Array.isArray(value) ? list : typeof value === 'number' ? one : other));
}

/** For a value that has none of the forms that `rule` names. */
export const neither = (rule: string) => z.never(says(rule));

/**
 * The schema that the value's form asks for. z.union would only report that none fits; this reports what is wrong
 * with the one that was meant.
 */
export function byForm<Schema extends z.ZodMiniType>(
  schemaFor: (value: unknown) => Schema,
): z.ZodMiniType<z.output<Schema>, z.input<Schema>> {
  const parsed = z.transform((value, { issues }) => {
    const result = schemaFor(value).safeParse(value, { reportInput: true });
    if (!result.success) issues.push(...(result.error.issues as typeof issues));
    return result.data;
  });
  return z.pipe(z.unknown(), parsed) as unknown as z.ZodMiniType<z.output<Schema>, z.input<Schema>>;
}

/** A key that is allowed and not looked at. */
export const anything = () => z.optional(z.unknown());

/** An object that has these keys only; others are refused with a suggestion. */
export const strict = <Shape extends z.core.$ZodLooseShape>(shape: Shape, expected: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? unknownKeys(issue.keys, Object.keys(shape))
        : `expected ${expected}`,
  });

/** A key, and what is wrong with it beside the others. */
export type Conflict = readonly [path: string, message: string];

/** The schema with the rules between its keys, which are checked once every key by itself is right. */
export const withRules = <Schema extends z.ZodMiniType>(
  schema: Schema,
  conflicts: (value: z.output<Schema>) => Iterable<Conflict>,
): Schema =>
  schema.check(
    z.check<z.output<Schema>>(
      ({ value, issues }) => {
        for (const [path, message] of conflicts(value)) {
          issues.push({ code: 'custom', input: value, path: path.split('.'), message });
        }
      },
      { when: ({ issues }) => issues.every(({ code }) => code === 'unrecognized_keys') },
    ),
  );

/** A line for each of the unknown keys, in their order. */
const unknownKeys = (unknown: readonly string[], known: readonly string[]): string =>
  unknown.map((key) => `unknown key, ${suggestion(key, known)}`).join('\n');

/** What an unknown name is answered with. */
export function suggestion(key: string, known: readonly string[]): string {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const [nearest] = known
    .map((name) => ({ name, edits: distance(plain(key), plain(name)) }))
    .sort((a, b) => a.edits - b.edits) as [{ name: string; edits: number }];
  const isNear = nearest.edits <= Math.max(1, plain(nearest.name).length / 3);
  return isNear ? `did you mean ${nearest.name}?` : `expected one of ${known.join(', ')}`;
}
