import * as z from 'zod/mini';
import { unitsPerEpoch, updatesPerUnit } from '../annealing/clock';
import type { PerCycle } from '../annealing/cycles';
import { MAX_POSITION } from '../annealing/limits';
import { type Cure, type Notice, noticesOf, type Plan, planOf, type Stretch } from '../annealing/plan';
import { type Schedule, schedule } from '../annealing/schedule';
import { CosineAnnealingError, type Problem, refusal, unlessRefused } from '../errors';
import { conflictsIn, type Names, nameIn, needsTotal } from './conflicts';
import { type CosineAnnealingConfig, configKeys, keysSchema, type ParsedConfig } from './keys';
import { describeNotice } from './messages';
import { checkOptions, count, countFromZero, isObject, problemsOf, strict } from './rules';

export type { CosineAnnealingConfig, ParsedConfig };

/** A config with all that a pure schedule needs. */
export type ScheduledConfig = ParsedConfig & {
  /** Learning rate at the start of a cycle, > 0; or one per cycle, whose last one repeats. */
  readonly eta_max: PerCycle;
};

/**
 * Checks a config and fills in its defaults.
 *
 * @param names What the caller calls our keys; problems come in these names.
 * @throws {@link CosineAnnealingError} that lists everything wrong with it.
 */
export function parseConfig(config: CosineAnnealingConfig, names: Names = {}): ParsedConfig {
  const result = keysSchema.safeParse(config);
  const found = result.success ? [] : problemsOf(result.error);
  const wrong = new Set(found.map(({ path: [key] }) => String(key)));
  const checkable = result.success ? result.data : withoutKeys(config, wrong);
  const problems = found.map((problem) => ({ ...problem, path: renamed(problem.path, names) }));
  if (checkable !== undefined) problems.push(...conflictsIn(checkable, wrong, names));
  if (!result.success || problems.length > 0) throw new CosineAnnealingError(problems);
  return Object.freeze(withDefaultFloor(result.data));
}

/** The keys that are valid on their own, so that the rules between them can still be checked. */
function withoutKeys(config: unknown, wrong: ReadonlySet<string>): ParsedConfig | undefined {
  if (!isObject(config)) return undefined;
  const right = configKeys.filter((key) => !wrong.has(key) && Object.hasOwn(config, key));
  return keysSchema.safeParse(Object.fromEntries(right.map((key) => [key, config[key]]))).data;
}

/** The caller's name of a path: an index stays behind the name of its key. */
function renamed(path: Problem['path'], names: Names): Problem['path'] {
  const key = path.filter((step) => typeof step === 'string').join('.');
  const name = nameIn(names, key);
  return name === key ? path : [...name.split('.'), ...path.filter((step) => typeof step === 'number')];
}

/** eta_min is 0 by default, but not beside eta_min_ratio, which stands for it. */
const withDefaultFloor = (config: ParsedConfig): ParsedConfig =>
  config.eta_min === undefined && config.eta_min_ratio === undefined ? { ...config, eta_min: 0 } : config;

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
  if (isComplete(config)) return schedule(config);
  throw new CosineAnnealingError(missing(config));
}

/** The schedule of a parsed config; undefined if it still waits for the optimizer or the fit. */
export const scheduleIfKnown = (config: ParsedConfig): Schedule<ScheduledConfig> | undefined =>
  isComplete(config) ? schedule(config) : undefined;

const isComplete = (config: ParsedConfig): config is ScheduledConfig => missing(config).length === 0;

/** A training to plan. */
export interface PlannedTraining {
  /** How many epochs it has: an integer >= 1. */
  readonly epochs: number;
  /** Batches in an epoch: an integer >= 1. Default: the config's, or unknown. */
  readonly batchesPerEpoch?: number | undefined;
  /** Its first epoch. Default: 0. */
  readonly initialEpoch?: number | undefined;
}

/** What a training will do, and what should be said of it before it begins. */
export interface SchedulePlan extends Plan {
  /** What should be said: each as a sentence, with changes of the config or of `epochs` that cure it. */
  readonly notices: readonly (Notice & {
    /** The notice as a sentence. */
    readonly message: string;
  })[];
}

const trainingSchema = strict(
  { epochs: count(), batchesPerEpoch: z.optional(count()), initialEpoch: z._default(countFromZero(), 0) },
  'an object such as { epochs: 15, batchesPerEpoch: 100 }',
);

/**
 * Plans a training with this config, as a callback would: its restarts, and what should be said of it.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with the config or the training.
 */
export function plan(
  config: CosineAnnealingConfig & { eta_max: PerCycle },
  training: PlannedTraining,
): SchedulePlan {
  const { epochs, initialEpoch, ...fit } = checkOptions(trainingSchema, training, 'training');
  if (initialEpoch >= epochs) {
    throw refusal('initialEpoch', `expected less than \`epochs\` (${epochs})`, { received: initialEpoch });
  }
  const given = parseConfig(config);
  const batchesPerEpoch = fit.batchesPerEpoch ?? given.batchesPerEpoch;
  const perEpoch = unitsPerEpoch({ ...given, batchesPerEpoch });
  const from = given.unit === 'epoch' ? initialEpoch : 0;
  const end = perEpoch && from + (epochs - initialEpoch) * perEpoch;
  const to = end !== undefined && end <= MAX_POSITION ? end : undefined; // an end beyond what can be counted is open
  const total = needsTotal(given) && to !== undefined ? { total: to } : {};
  const schedule = scheduleOf(
    parseConfig({ ...given, ...total, ...(batchesPerEpoch && { batchesPerEpoch }) }),
  );
  const stretch = { from, to, firstEpoch: initialEpoch };
  const notices = provenNotices(schedule, stretch).map((notice) => ({
    ...notice,
    message: describeNotice(notice, given.unit),
  }));
  return { ...planOf(schedule, stretch), notices };
}

/** What should be said of a stretch before it begins, with only those cures that work for this very config. */
export function provenNotices(schedule: Schedule<ScheduledConfig>, stretch: Stretch): Notice[] {
  return noticesOf(schedule, stretch).map((notice) => ({
    ...notice,
    cures: notice.cures.filter((cure) => !isSaidAfter(cure, notice.kind, schedule, stretch)),
  }));
}

/** Whether the same would have to be said after this change, or the change would be refused. */
function isSaidAfter(
  cure: Cure,
  kind: Notice['kind'],
  schedule: Schedule<ScheduledConfig>,
  stretch: Stretch,
) {
  const { config } = schedule;
  if ('epochs' in cure) {
    const to = stretch.from + (cure.epochs - stretch.firstEpoch) * (unitsPerEpoch(config) ?? NaN);
    return noticesOf(schedule, { ...stretch, to }).some((notice) => notice.kind === kind);
  }
  const scale = cure.config['unit'] === 'batch' ? (config.batchesPerEpoch ?? NaN) : 1;
  const { from, to, ...rest } = stretch;
  const changed = Object.entries({ ...config, total: config.total && config.total * scale, ...cure.config });
  const notices = unlessRefused(() => {
    const parsed = parseConfig(Object.fromEntries(changed.filter(([, value]) => value !== undefined)));
    const known = scheduleOf(needsTotal(parsed) ? parseConfig({ ...parsed, total: to }) : parsed);
    return noticesOf(known, { ...rest, from: from * scale, to: to && to * scale });
  });
  return notices === undefined || notices.some((notice) => notice.kind === kind);
}

/** What a pure schedule lacks in this config. */
function missing(config: ParsedConfig): Problem[] {
  const problems: Problem[] = [];
  if (config.eta_max === undefined) {
    const cure = 'set it, since there is no optimizer to read it from';
    problems.push({ path: ['eta_max'], rule: 'expected a number > 0', received: undefined, cure });
  }
  if (needsTotal(config)) {
    const cycles = config.cycles === 1 ? 'cycle fills' : `${config.cycles} cycles fill`;
    const cure = `set it, since the ${cycles} it, or set \`T_0\``;
    problems.push({ path: ['total'], rule: 'expected a number > 0', received: undefined, cure });
  }
  if (config.endpoint && updatesPerUnit(config) === undefined) {
    const cure = 'set it in this config, since `endpoint` depends on the length of an update';
    problems.push({ path: ['batchesPerEpoch'], rule: 'expected an integer >= 1', received: undefined, cure });
  }
  return problems;
}
