import * as z from 'zod/mini';
import type { PerCycle } from '../annealing/cycles';
import { MAX_POSITION, MIN_LENGTH } from '../annealing/limits';
import {
  also,
  byForm,
  count,
  duration,
  flag,
  fraction,
  growth,
  mapped,
  notNegative,
  oneOf,
  oneOrList,
  positive,
  refused,
  strict,
} from './rules';

/** Shorter or longer cycles couldn't be told apart from rounding errors. */
const length = () =>
  also(
    positive(),
    (value) => value >= MIN_LENGTH && value <= MAX_POSITION,
    `a number from ${MIN_LENGTH} to 2^53 - 1`,
  );

const perCycle = <Item extends z.ZodMiniType<number, number>>(item: Item, expected: string) =>
  oneOrList(item, item, `${expected}, or a list with one per cycle`) as z.ZodMiniType<PerCycle, PerCycle>;

const warmupShape = {
  /** Length of the rise to eta_max, in `unit`s: a number >= 0, or a list with one per cycle. */
  length: perCycle(duration(), 'a number >= 0'),
  /** Learning rate at the start of the rise: a number >= 0, at most eta_max, or a list with one per cycle. Default: eta_min. */
  from: z.optional(perCycle(notNegative(), 'a number >= 0')),
  /** Whether each warm restart has a warm-up; of a list, the last length repeats. Default: false. */
  everyCycle: z._default(flag(), false),
  /** How it rises: 'linear' or 'cosine'. Default: 'linear'. */
  shape: z._default(oneOf('linear', 'cosine'), 'linear'),
  /** 'before' the cosine, which lengthens the cycle; 'inside' the cycle, which shortens its cosine; or 'overlap': over the start of the cosine, as in timm. Default: 'before'. */
  placement: z._default(oneOf('before', 'inside', 'overlap'), 'before'),
};

const warmupSchema = strict(warmupShape, 'an object such as { length: 5 }');
const warmupLength = mapped(duration(), (length) => warmupSchema.parse({ length }));
const noWarmup = refused('a length, or an object such as { length: 5 }');

function warmupForm(value: unknown) {
  if (typeof value === 'number') return warmupLength;
  return typeof value === 'object' && value !== null ? warmupSchema : noWarmup;
}

const shape = {
  /** Length of the first cycle, in `unit`s: a number > 0. Required, unless `cycles` fixes the lengths. */
  T_0: z.optional(length()),
  /** Each cycle is this many times as long as the one before: a number > 0; below 1 only with a finite `cycles`. Default: 1. */
  T_mult: z._default(growth(), 1),
  /** How many cycles: an integer >= 1, or a list of their lengths (then without T_0 and T_mult). Default: unlimited. */
  cycles: z.optional(oneOrList(count(), length(), 'an integer >= 1, or a list of cycle lengths')),
  /** Length of the whole training, over all its fits, in `unit`s: a number > 0. With an integer `cycles` and no T_0, the cycles fill it from `start` on. Default: the epochs of the fit. */
  total: z.optional(length()),
  /** Where on the training's clock the schedule begins, in `unit`s: a number >= 0; before it, its first learning rate holds. Default: 0. */
  start: z.optional(duration()),
  /** Learning rate at the end of a cycle: a number >= 0, or a list with one per cycle, whose last one repeats. Default: 0. */
  eta_min: z.optional(perCycle(notNegative(), 'a number >= 0')),
  /** Instead of eta_min: this share of the first cycle's eta_max, 0 to 1. */
  eta_min_ratio: z.optional(fraction()),
  /** Learning rate at the start of a cycle: a number > 0, or a list with one per cycle, whose last one repeats. Default: the optimizer's own, before any annealing. */
  eta_max: z.optional(perCycle(positive(), 'a number > 0')),
  /** Each restart multiplies eta_max by this number > 0 (timm's cycle_decay); never below eta_min. Default: 1. */
  eta_max_mult: z._default(positive(), 1),
  /** Each restart multiplies eta_max - eta_min by this number > 0 (Keras's m_mul); not with eta_max_mult. Default: 1. */
  amplitude_mult: z._default(positive(), 1),
  /** Whether the last update of every cycle is exactly eta_min, as in NumPy's linspace; a cosine of one update is eta_max. Default: false. */
  endpoint: z._default(flag(), false),
  /** A rise from `from` to eta_max at the start of a cycle: its length in `unit`s, or an object. Default: none. */
  warmup: z.optional(byForm(warmupForm)),
  /** How long eta_max holds between warm-up and cosine, in `unit`s: a number >= 0, or a list with one per cycle, whose last one repeats. It lengthens the cycle. Default: 0. */
  plateau: z._default(perCycle(duration(), 'a number >= 0'), 0),
  /** What T_0, total, start, warmup and plateau count: 'epoch' or 'batch'. Default: 'epoch'. */
  unit: z._default(oneOf('epoch', 'batch'), 'epoch'),
  /** When the learning rate is set: at every 'batch' (T_cur is fractional), or once an 'epoch'. Default: 'batch'. */
  updateFreq: z._default(oneOf('batch', 'epoch'), 'batch'),
  /** Batches in an epoch: an integer >= 1, used if TensorFlow.js doesn't know. Default: from the fit. */
  batchesPerEpoch: z.optional(count()),
  /** After the last cycle: 'hold' its eta_min, or 'stop' training. Default: 'hold'. */
  afterLastCycle: z._default(oneOf('hold', 'stop'), 'hold'),
  /** 0: history and warnings only; 1: also the plan, restarts and cycle ends; 2: also every change. Default: 0. */
  verbose: z._default(oneOf(0, 1, 2), 0),
  /** Keep only the newest changes, this many: an integer >= 1. Default: unlimited. */
  historyLimit: z.optional(count()),
};

/** TensorFlow.js's hooks, which are options of the callback, too. */
export const hookNames = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
] as const;

/** The names of the callback's options, which a user may take for keys of the config. */
export const optionNames = [
  'optimizer',
  'logger',
  'yieldEvery',
  'onChange',
  'onRestart',
  'onCycleEnd',
  ...hookNames,
] as const;

const GIVEN_TO_FIT = 'it belongs to model.fit';
const GIVEN_AS_OPTION = 'it belongs to the second argument: new CosineAnnealingCallback(config, options)';

/** Keys that belong elsewhere, or that other libraries use, and where they are meant to go; letter case and underscores don't matter. */
const elsewhere = {
  ...Object.fromEntries(
    ['epochs', 'initialEpoch', 'batchSize', 'callbacks', 'shuffle', 'validationData', 'validationSplit'].map(
      (key) => [key, GIVEN_TO_FIT],
    ),
  ),
  ...Object.fromEntries(optionNames.map((key) => [key, GIVEN_AS_OPTION])),
  T_max: 'set T_0 and cycles: 1, or use fromPyTorch',
  lr: 'did you mean eta_max?',
  learningRate: 'did you mean eta_max?',
  initial_learning_rate: 'did you mean eta_max?',
  base_lr: 'did you mean eta_max?',
  max_lr: 'did you mean eta_max?',
  min_lr: 'did you mean eta_min?',
  lr_min: 'did you mean eta_min?',
  alpha: 'did you mean eta_min_ratio?',
  decay_steps: "set T_0 and cycles: 1 with unit: 'batch', or use fromKeras",
  first_decay_steps: "set T_0 with unit: 'batch', or use fromKeras",
  t_initial: 'did you mean T_0? Or use fromTimm',
  warmup_steps: "set warmup with unit: 'batch'",
};

/** Every key on its own: its rule and its default. The rules between keys are in `conflicts`. */
export const keysSchema = strict(shape, 'an object such as { T_0: 10 }', elsewhere);

/** The config as a user writes it: plain data, every key of which has a default but `T_0`. @interface */
export interface CosineAnnealingConfig extends z.input<typeof keysSchema> {}

/** The config with its defaults filled in, checked and frozen. @interface */
export interface ParsedConfig extends Readonly<z.output<typeof keysSchema>> {}

/** A key of the config. */
export type ConfigKey = keyof typeof shape;

/** A key of `warmup`. */
export type WarmupKey = keyof typeof warmupShape;

/** The names of all keys, in the order of their documentation. */
export const configKeys: readonly ConfigKey[] = Object.keys(shape).filter(isConfigKey);

/** Whether a name is a key of the config. */
export function isConfigKey(name: string): name is ConfigKey {
  return Object.hasOwn(shape, name);
}
