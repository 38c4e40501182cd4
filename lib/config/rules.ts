import { distance } from 'fastest-levenshtein';
import * as z from 'zod/mini';
import { MAX_POSITION } from '../annealing/limits';
import { CosineAnnealingError, MAX_PROBLEMS, type Problem, show, unknownNames } from '../errors';

/** The rules that single values are checked with, each with its wording: what config, presets, options and state are made of. */

/** The problem of a value that breaks a rule. */
const broken = (expected: string, received: unknown): Problem => ({
  path: [],
  rule: `expected ${expected}`,
  received,
});

/** A value that passes a test; `expected` says which do. */
export const passes = <Value>(isRight: (value: unknown) => boolean, expected: string) =>
  own<Value, Value>((value, findings) =>
    isRight(value) ? (value as Value) : findings.add([broken(expected, value)]),
  );

const number = (isRight: (value: number) => boolean, expected: string) =>
  passes<number>((value) => typeof value === 'number' && Number.isFinite(value) && isRight(value), expected);

/** Tests for an integer that a double holds exactly. */
export const isIntegerFrom = (least: number) => (value: unknown) =>
  Number.isSafeInteger(value) && Number(value) >= least;

const integerFrom = (least: number) => passes<number>(isIntegerFrom(least), `an integer >= ${least}`);

/** A number that is right by a schema and passes a further test; `expected` says which do. */
export const also = (
  schema: z.ZodMiniType<number, number>,
  isRight: (value: number) => boolean,
  expected: string,
) =>
  own<number, number>((value, findings) => {
    const read = findings.read(schema, value);
    return read === undefined || isRight(read) ? read : findings.add([broken(expected, value)]);
  });

export const positive = () => number((value) => value > 0, 'a number > 0');

export const notNegative = () => number((value) => value >= 0, 'a number >= 0');

export const fraction = () => number((value) => value >= 0 && value <= 1, 'a number from 0 to 1');

export const count = () => integerFrom(1);

export const countFromZero = () => integerFrom(0);

const withinReach = (schema: z.ZodMiniType<number, number>) =>
  also(schema, (value) => value <= MAX_POSITION, 'a number <= 2^53 - 1');

/** A length that may be 0, in the config's units. */
export const duration = () => withinReach(notNegative());

/** A factor that lengthens cycles. */
export const growth = () => withinReach(positive());

export const flag = () => passes<boolean>((value) => typeof value === 'boolean', 'true or false');

export const oneOf = <const Value extends string | number | boolean>(...values: Value[]) => {
  const names = values.map(show);
  const last = names.pop();
  const expected = names.length > 0 ? `${names.join(', ')} or ${last}` : `${last}`;
  return passes<Value>((value) => values.some((one) => one === value), expected);
};

/** A key that is allowed and not looked at. */
export const ignored = () => z.optional(passes<unknown>(() => true, 'anything'));

/** For a value that has none of the forms that are accepted. */
export const refused = (expected: string) => passes<never>(() => false, expected);

/** A list of at least so many items. It stops at MAX_PROBLEMS, so that a million wrong items are refused quickly. */
export function listOf<Item extends z.ZodMiniType>(item: Item, least: 0 | 1 = 1) {
  const read = new WeakSet<object>(); // configs are parsed again whenever more is learned
  return own<readonly z.output<Item>[], readonly z.input<Item>[]>((value, findings) => {
    if (!Array.isArray(value)) return findings.add([broken('a list', value)]);
    if (read.has(value)) return value;
    if (value.length < least) findings.add([broken('at least one value', value)]);
    const items: z.output<Item>[] = [];
    for (let i = 0; i < value.length && findings.count < MAX_PROBLEMS; i++) {
      const one = findings.read(item, value[i], i);
      if (one !== undefined) items.push(one);
    }
    if (items.length === value.length) read.add(items);
    return Object.freeze(items);
  });
}

/** One value, or a list with one per cycle; `expected` says so to those who give neither. */
export function oneOrList<One extends z.ZodMiniType, Item extends z.ZodMiniType>(
  one: One,
  item: Item,
  expected: string,
) {
  const list = listOf(item);
  const other = refused(expected);
  return byForm((value) => (Array.isArray(value) ? list : typeof value === 'number' ? one : other));
}

/** Picks the schema by the value's form: z.union would only say that none fits, this says what is wrong with the one that was meant. */
export function byForm<Schema extends z.ZodMiniType>(schemaFor: (value: unknown) => Schema) {
  return own<z.output<Schema>, z.input<Schema>>((value, findings) => {
    return findings.read(schemaFor(value), value);
  });
}

/** A value that is right by a schema, in another form. */
export function mapped<Schema extends z.ZodMiniType, Form>(
  schema: Schema,
  form: (value: z.output<Schema>) => Form,
) {
  return own<Form, z.input<Schema>>((value, findings) => {
    const read = findings.read(schema, value);
    return read === undefined ? undefined : form(read);
  });
}

/** An object that has these keys only. */
export function strict<Shape extends Record<string, z.ZodMiniType>>(
  shape: Shape,
  expected: string,
  elsewhere: Readonly<Record<string, string>> = {},
) {
  const known = Object.keys(shape);
  type Form = z.ZodMiniObject<Shape>;
  return own<Readonly<z.output<Form>>, z.input<Form>>((value, findings) => {
    if (!isObject(value)) return findings.add([broken(expected, value)]);
    const unknown = Object.keys(value).filter((key) => !known.includes(key));
    const cures = new Map(Object.entries(elsewhere).map(([key, cure]) => [plain(key), cure]));
    const cureOf = (key: string) => cures.get(plain(key)) ?? suggestion(key, known);
    findings.add(unknownNames(unknown, 'key', cureOf, []));
    const read: Record<string, unknown> = {};
    for (const [key, schema] of Object.entries(shape)) {
      if (findings.count >= MAX_PROBLEMS) break;
      const part = findings.read(schema, value[key], key);
      if (part !== undefined) read[key] = part;
    }
    return Object.freeze(read as z.output<Form>);
  });
}

/** A schema with rules between its keys, which are checked once every key is valid on its own. */
export function withRules<Schema extends z.ZodMiniType>(
  schema: Schema,
  conflicts: (value: z.output<Schema>) => Iterable<Problem>,
) {
  return own<z.output<Schema>, z.input<Schema>>((value, findings) => {
    const read = findings.read(schema, value);
    if (read !== undefined) findings.add(conflicts(read));
    return read;
  });
}

/**
 * The value as a schema reads it.
 *
 * @param root The path that the value has for the user.
 * @throws {@link CosineAnnealingError} that lists everything wrong with it.
 */
export function check<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  ...root: Problem['path']
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error);
  throw new CosineAnnealingError(
    problems.map(({ path, ...rest }) => ({ path: [...root, ...path], ...rest })),
  );
}

/**
 * An object with options as a schema reads it; problems name its keys alone, and `name` stands for the whole.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with it.
 */
export const checkOptions = <Schema extends z.ZodMiniType>(schema: Schema, value: unknown, name: string) =>
  check(schema, value, ...(isObject(value) ? [] : [name]));

/** What was found, as problems: all of it by schemas of our own. */
export const problemsOf = ({ issues }: z.core.$ZodError): Problem[] =>
  issues.flatMap((issue) =>
    issue.code === 'custom' ? [{ ...issue.params?.['problem'], path: issue.path.map(asStep) }] : [],
  );

/** The hint for an unknown name. */
export function suggestion(key: string, known: readonly string[]): string {
  const edits = (name: string) => distance(plain(key), plain(name));
  const nearest = known.reduce((best, name) => (edits(name) < edits(best) ? name : best));
  const isNear = edits(nearest) <= Math.max(1, plain(nearest).length / 3);
  return isNear ? `did you mean ${nearest}?` : `expected one of ${known.join(', ')}`;
}

/** A name's letters and digits in lower case, so that tMult matches T_mult. */
const plain = (name: string) =>
  name
    .slice(0, 100)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

/** A plain object, or anything that can be read as one. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was found wrong with a value so far. */
class Findings {
  readonly #value: unknown;
  readonly #issues: z.core.$ZodRawIssue[];

  constructor(value: unknown, issues: z.core.$ZodRawIssue[]) {
    this.#value = value;
    this.#issues = issues;
  }

  get count(): number {
    return this.#issues.length;
  }

  /** What a schema makes of a value; undefined if it is wrong, with its problems recorded below these keys. */
  read<Schema extends z.ZodMiniType>(
    schema: Schema,
    value: unknown,
    ...root: Problem['path']
  ): z.output<Schema> | undefined {
    const result = schema.safeParse(value);
    if (!result.success) this.add(problemsOf(result.error), ...root);
    return result.data;
  }

  /** Records problems, below these keys of the value if any are given; there is no result then. */
  add(problems: Iterable<Problem>, ...root: Problem['path']): undefined {
    for (const { path, ...problem } of problems) {
      this.#issues.push({
        code: 'custom',
        input: this.#value,
        path: [...root, ...path],
        params: { problem },
      });
    }
  }
}

/** A schema of our own: it returns what it read, or records what is wrong. */
function own<Output, Input>(read: (value: unknown, findings: Findings) => Output | undefined) {
  const parsed = z.transform((value, { issues }) => read(value, new Findings(value, issues)));
  return parsed as unknown as z.ZodMiniType<Output, Input>;
}

const asStep = (key: PropertyKey) => (typeof key === 'number' ? key : String(key));
