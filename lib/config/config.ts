import * as z from 'zod/mini';
import { at, cosineLengths, type PerCycle, totalDelay } from '../annealing/cycles';
import { type Schedule, schedule, updateLength } from '../annealing/schedule';
import { CosineAnnealingError, show, validationError } from '../errors';
import {
  byForm,
  type Conflict,
  count,
  duration,
  flag,
  growth,
  neither,
  notNegative,
  oneOf,
  oneOrList,
  positive,
  says,
  strict,
  withRules,
} from './rules';

const SHORTEST = 1e-12;
const LONGEST = Number.MAX_SAFE_INTEGER;
const MOST_SHRINKING_CYCLES = 100_000;

/** Shorter or longer cycles could not be told from rounding. */
const length = () => {
  const rule = says(`a number from ${SHORTEST} to 2^53 - 1`);
  return positive().check(z.gte(SHORTEST, rule), z.lte(LONGEST, rule));
};

const perCycle = <Item extends z.ZodMiniType<number>>(item: Item, rule: string) =>
  oneOrList(item, item, `${rule}, or a list with one per cycle`);

const warmupSchema = strict(
  {
    /** Length of the rise to eta_max, in `unit`s, >= 0; or a list with one per cycle. */
    length: perCycle(duration(), 'a number >= 0'),
    /** Learning rate where the rise begins, >= 0 and at most eta_max; or a list with one per cycle. Default: eta_min. */
    from: z.optional(perCycle(notNegative(), 'a number >= 0')),
    /** Repeat the warm-up (of a list: its last length) at each warm restart. Default: false. */
    everyCycle: z._default(flag(), false),
    /** Let the warm-up replace the head of its cycle, as timm does by default, and not delay it. Default: false. */
    overlap: z._default(flag(), false),
  },
  'an object such as { length: 5 }',
);

const warmupLength = duration();
const noWarmup = neither('a length, or an object such as { length: 5 }');

function warmupForm(value: unknown) {
  if (typeof value === 'number') return warmupLength;
  return typeof value === 'object' && value !== null ? warmupSchema : noWarmup;
}

const asWarmup = (value: z.output<typeof warmupLength | typeof warmupSchema>) =>
  typeof value === 'number' ? warmupSchema.parse({ length: value }) : value;

/** Every key of the config: its rule and its default. What concerns several keys is in `conflicts`. */
const keys = {
  /** Length of the first cycle, in `unit`s: a number > 0. Required, unless `cycles` says enough. */
  T_0: z.optional(length()),
  /** Each cycle is this many times as long as the one before: a number > 0; below 1 only with a finite `cycles`. Default: 1. */
  T_mult: z._default(growth(), 1),
  /** Learning rate at the end of a cycle: a number >= 0, or a list with one per cycle, whose last one repeats. Default: 0. */
  eta_min: z._default(perCycle(notNegative(), 'a number >= 0'), 0),
  /** Learning rate at the start of a cycle: a number > 0, or such a list. Default: the optimizer's own, read once. */
  eta_max: z.optional(perCycle(positive(), 'a number > 0')),
  /** Each restart multiplies eta_max by this number > 0 (timm's cycle_decay); never below eta_min. Default: 1. */
  eta_max_mult: z._default(positive(), 1),
  /** Each restart multiplies eta_max - eta_min by this number > 0 (Keras's m_mul). Not with eta_max_mult. Default: 1. */
  amplitude_mult: z._default(positive(), 1),
  /** How many cycles: an integer >= 1, or a list of their lengths (then without T_0 and T_mult). Default: unlimited. */
  cycles: z.optional(oneOrList(count(), length(), 'an integer >= 1, or a list of cycle lengths')),
  /** With an integer `cycles` and no T_0: the length that they fill exactly, in `unit`s, > 0. Default: the fit's epochs. */
  total: z.optional(length()),
  /** After the last cycle: 'hold' its eta_min, or 'stop' training. Default: 'hold'. */
  afterLastCycle: z._default(oneOf('hold', 'stop'), 'hold'),
  /** Whether the last update of every cycle is exactly eta_min, as in NumPy's linspace; a cycle of one update is eta_max. Default: false. */
  endpoint: z._default(flag(), false),
  /** A linear rise from `from` to eta_max before the cosine: its length in `unit`s, or an object. Default: none. */
  warmup: z.optional(z.readonly(z.pipe(byForm(warmupForm), z.transform(asWarmup)))),
  /** What T_0, total and warmup count: 'epoch' or 'batch'. Default: 'epoch'. */
  unit: z._default(oneOf('epoch', 'batch'), 'epoch'),
  /** When the learning rate is set: at every 'batch' (T_cur is fractional), or once an 'epoch'. Default: 'batch'. */
  updateFreq: z._default(oneOf('batch', 'epoch'), 'batch'),
  /** Batches in an epoch, an integer >= 1: used where TensorFlow.js does not know it. Default: from the fit. */
  batchesPerEpoch: z.optional(count()),
  /** 0: history and warnings only; 1: also the plan, restarts and cycle ends; 2: also every change. Default: 0. */
  verbose: z._default(oneOf(0, 1, 2), 0),
  /** Keep only the newest changes, this many: an integer >= 1. Default: unlimited. */
  historyLimit: z.optional(count()),
};

const keysSchema = strict(keys, 'an object such as { T_0: 10 }');

/** The names of all keys, in the order of their documentation. */
export const configKeys = Object.keys(keys) as readonly (keyof CosineAnnealingConfig)[];

/** What a key accepts, and its default, in words. */
export function ruleOf(key: keyof CosineAnnealingConfig): string {
  const { error } = keys[key].safeParse(Symbol());
  const [issue] = (error as z.core.$ZodError).issues as [z.core.$ZodIssue];
  const rule = issue.message.replace('expected ', '');
  const fallback = keys[key].safeParse(undefined).data;
  return fallback === undefined ? rule : `${rule}; default: ${show(fallback)}`;
}

/** The config as a user writes it: plain data, every key of which has a default but `T_0`. @interface */
export type CosineAnnealingConfig = z.input<typeof keysSchema>;

/** The config with its defaults filled in, checked and frozen. @interface */
export type ParsedConfig = Readonly<z.output<typeof keysSchema>>;

/** A config with all that a pure schedule needs. */
export type ScheduledConfig = ParsedConfig & {
  /** Learning rate at the start of a cycle, > 0; or one per cycle, whose last one repeats. */
  readonly eta_max: PerCycle;
};

/** The whole schema; also what a saved state's config is checked with. */
export const configSchema = withRules(keysSchema, conflicts);

/**
 * Checks a config and fills in its defaults.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with it.
 */
export function parseConfig(config: CosineAnnealingConfig): ParsedConfig {
  const result = configSchema.safeParse(config, { reportInput: true });
  if (!result.success) throw validationError(result.error);
  return Object.freeze(result.data);
}

/**
 * The pure schedule of SGDR's cosine annealing with warm restarts (arXiv 1608.03983, equation 5): a function of the
 * position t >= 0, in the config's units. It needs no optimizer, so `eta_max` is required.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with the config.
 */
export function cosineAnnealing(
  config: CosineAnnealingConfig & { eta_max: PerCycle },
): Schedule<ScheduledConfig> {
  return scheduleOf(parseConfig(config));
}

/** The schedule of a parsed config; refuses one that still waits for the optimizer or the fit. */
export function scheduleOf(config: ParsedConfig): Schedule<ScheduledConfig> {
  const missing = missingKeys(config);
  if (missing.length > 0) throw new CosineAnnealingError(missing.join('\n'));
  return schedule(config as ScheduledConfig);
}

/** The schedule of a parsed config; undefined where it still waits for the optimizer or the fit. */
export const scheduleIfKnown = (config: ParsedConfig): Schedule<ScheduledConfig> | undefined =>
  missingKeys(config).length === 0 ? scheduleOf(config) : undefined;

/** Whether the lengths of the cycles depend on the run: `cycles` without T_0, before `total` is known. */
export const needsTotal = ({ cycles, T_0, total }: ParsedConfig): boolean =>
  typeof cycles === 'number' && T_0 === undefined && total === undefined;

function missingKeys(config: ParsedConfig): string[] {
  const missing: string[] = [];
  if (config.eta_max === undefined) {
    missing.push(
      '`eta_max`: expected a number > 0, got nothing; here no optimizer is at hand to read it from',
    );
  }
  if (needsTotal(config)) {
    missing.push(
      `\`total\`: expected a number > 0, got nothing; the ${config.cycles} cycles fill it, or give \`T_0\``,
    );
  }
  if (config.endpoint && Number.isNaN(updateLength({ ...config, eta_max: 1 }))) {
    missing.push(
      '`batchesPerEpoch`: expected an integer >= 1, got nothing; with `endpoint` the length of an update must be known',
    );
  }
  return missing;
}

/** The rules between keys, each where both sides are known, with its cure. */
function conflicts(config: ParsedConfig): Conflict[] {
  const lengths = [...lengthConflicts(config), ...totalConflicts(config), ...tooLongLists(config)];
  if (lengths.length === 0 && !needsTotal(config)) {
    lengths.push(...lastLengthConflicts(config), ...overlapConflicts(config));
  }
  return [...lengths, ...rateConflicts(config)];
}

function* lengthConflicts(config: ParsedConfig): Iterable<Conflict> {
  const { T_0, T_mult, cycles, total } = config;
  if (T_0 === undefined && cycles === undefined) {
    yield [
      'T_0',
      'expected a number > 0, got nothing; or give `cycles`: a list of lengths, or how many fill `total`',
    ];
  }
  if (typeof cycles === 'object') {
    const cure = 'a list of `cycles` says every length; remove one of the two';
    if (T_0 !== undefined) yield ['T_0', `not together with a list: ${cure}`];
    if (T_mult !== 1) yield ['T_mult', `not together with a list: ${cure}`];
    if (total !== undefined) yield ['total', `not together with a list: ${cure}`];
  } else if (total !== undefined) {
    if (T_0 !== undefined)
      yield ['total', 'not together with `T_0`, which it derives from `cycles`; remove one of the two'];
    if (cycles === undefined) yield ['total', 'needs `cycles`, the number of cycles that fill it'];
  }
  if (config.afterLastCycle === 'stop' && cycles === undefined) {
    yield ['afterLastCycle', "'stop' needs `cycles`, since without it no cycle is the last"];
  }
  if (T_mult < 1 && typeof cycles !== 'object') yield* shrinkingConflicts(config);
}

function* shrinkingConflicts({ T_mult, cycles }: ParsedConfig): Iterable<Conflict> {
  if (typeof cycles !== 'number') {
    yield [
      'T_mult',
      `below 1 the cycles shrink to nothing; give \`cycles\`, or a T_mult >= 1, got ${T_mult}`,
    ];
  } else if (cycles > MOST_SHRINKING_CYCLES) {
    yield ['cycles', `expected at most ${MOST_SHRINKING_CYCLES} with a T_mult below 1, got ${cycles}`];
  }
}

/** Lengths that follow from others. */
function* lastLengthConflicts(config: ParsedConfig): Iterable<Conflict> {
  const { T_mult, cycles } = config;
  if (typeof cycles !== 'number') return;
  const [shortest, cure] =
    T_mult < 1 ? [cycles - 1, 'a larger T_mult'] : [0, T_mult > 1 ? 'a smaller T_mult' : 'a larger `total`'];
  if (cosineLengths(config)(shortest).hi >= SHORTEST) return;
  const which = T_mult < 1 ? 'last' : 'first';
  yield [
    'cycles',
    `the ${which} of ${cycles} cycles would be shorter than ${SHORTEST}; give fewer, or ${cure}`,
  ];
}

function* rateConflicts(config: ParsedConfig): Iterable<Conflict> {
  const { eta_min, eta_max, eta_max_mult, amplitude_mult, warmup } = config;
  if (eta_max_mult !== 1 && amplitude_mult !== 1) {
    yield [
      'amplitude_mult',
      'not together with `eta_max_mult`: both lower the peak at restarts; remove one of the two',
    ];
  }
  if (typeof eta_max === 'object') {
    const cure = 'a list of `eta_max` says every peak; remove one of the two';
    if (eta_max_mult !== 1) yield ['eta_max_mult', `not together with a list: ${cure}`];
    if (amplitude_mult !== 1) yield ['amplitude_mult', `not together with a list: ${cure}`];
  }
  if (eta_max === undefined) return;
  yield* above('eta_min', eta_min, eta_max);
  if (warmup?.from !== undefined) yield* above('warmup.from', warmup.from, eta_max);
}

/** The first cycle in which a lower bound is above eta_max. */
function* above(path: string, lower: PerCycle, eta_max: PerCycle): Iterable<Conflict> {
  const listed = Math.max(lengthOf(lower), lengthOf(eta_max));
  for (let i = 0; i < listed; i++) {
    if (at(lower, i) <= at(eta_max, i)) continue;
    const where = listed > 1 ? ` in cycle ${i}` : '';
    yield [path, `expected at most eta_max (${at(eta_max, i)})${where}, got ${at(lower, i)}`];
    return;
  }
}

function* totalConflicts({ warmup, cycles, total = Infinity }: ParsedConfig): Iterable<Conflict> {
  if (typeof cycles !== 'number') return;
  const { hi } = totalDelay(warmup, cycles);
  if (hi >= total) yield ['total', `expected more than the warm-ups, which take ${hi}, got ${total}`];
}

/** A warm-up that overlaps its cycle must fit into it. */
function* overlapConflicts(config: ParsedConfig): Iterable<Conflict> {
  const { warmup, cycles, T_mult } = config;
  if (warmup?.overlap !== true) return;
  const T = cosineLengths(config);
  const checked = Math.max(lengthOf(warmup.length), warmup.everyCycle ? differentCycles(cycles, T_mult) : 1);
  for (let i = 0; i < checked; i++) {
    const T_i = T(i).hi;
    if (!(at(warmup.length, i) > T_i)) continue;
    const message = `expected at most the length of cycle ${i} (${T_i}), which it overlaps, got ${at(warmup.length, i)}`;
    yield ['warmup.length', message];
    return;
  }
}

/** How many cycles to check one by one: of cycles that grow, the first is the shortest. */
const differentCycles = (cycles: ParsedConfig['cycles'], T_mult: number) =>
  typeof cycles === 'object' ? cycles.length : T_mult < 1 ? (cycles as number) : 1;

function* tooLongLists({ cycles, eta_min, eta_max, warmup }: ParsedConfig): Iterable<Conflict> {
  if (cycles === undefined) return;
  const most = typeof cycles === 'number' ? cycles : cycles.length;
  const lists = { eta_min, eta_max, 'warmup.length': warmup?.length, 'warmup.from': warmup?.from };
  for (const [path, values] of Object.entries(lists)) {
    if (lengthOf(values) > most)
      yield [path, `expected at most one value per cycle (${most}), got ${lengthOf(values)}`];
  }
}

const lengthOf = (values: PerCycle | undefined) => (typeof values === 'object' ? values.length : 1);
