import type { Optimizer } from '@tensorflow/tfjs-core';
import type { CustomCallbackArgs, LayersModel } from '@tensorflow/tfjs-layers';
import type * as z from 'zod/mini';
import { _default, optional } from 'zod/mini';
import type { optionNames } from '../config/keys';
import {
  also,
  check,
  checkOptions,
  countFromZero,
  ignored,
  isIntegerFrom,
  isObject,
  passes,
  strict,
} from '../config/rules';
import { type LearningRateChange, MAX_BATCH, MAX_EPOCH } from './history';
import type { Logger } from './reporter';

/** What `onCycleEnd` is told. */
export interface CycleEnd {
  /** Index of the cycle that ends. */
  readonly cycle: number;
  /** Index of its last epoch, on the training's clock. */
  readonly epoch: number;
  /** Index of its last update. */
  readonly step: number;
  /** The learning rate of its last update. */
  readonly learningRate: number;
  /** The model in training, to save or to predict with; undefined behind a plain object in `callbacks` and in your own loop. */
  readonly model: LayersModel | undefined;
  /** Metrics of the epoch; of the batch, if the cycle ends within an epoch. */
  readonly logs: Readonly<Record<string, number>>;
}

/** When TensorFlow.js yields to the page: as `yieldEvery` of `model.fit`. */
export type YieldEvery = 'auto' | 'batch' | 'epoch' | 'never' | number;

/** TensorFlow.js's six hooks: called as those of a `tf.CustomCallback` right behind this callback would be. */
type Hooks = Pick<
  CustomCallbackArgs,
  'onTrainBegin' | 'onTrainEnd' | 'onEpochBegin' | 'onEpochEnd' | 'onBatchBegin' | 'onBatchEnd'
>;

/** Functions and objects that a callback works with; unlike the config they can't be saved. */
export interface CosineAnnealingOptions extends Hooks {
  /** The optimizer, or a function that returns it and is called before every update; needed only if TensorFlow.js hands over no model. */
  optimizer?: Optimizer | (() => Optimizer);
  /** Where messages go; null silences even warnings. Default: console. */
  logger?: Logger | null;
  /** When training yields to the page: 'auto' (at most every 125 ms), 'batch', 'epoch', 'never', or milliseconds. Default: 'auto'. */
  yieldEvery?: YieldEvery;
  /** Called at every change of the learning rate, before the update; awaited. */
  onChange?: (change: LearningRateChange) => void | Promise<void>;
  /** Called at every warm restart, before its first update; awaited. */
  onRestart?: (change: LearningRateChange) => void | Promise<void>;
  /** Called at the end of a cycle's last epoch or batch, before the restart; awaited, and may save the model. */
  onCycleEnd?: (end: CycleEnd) => void | Promise<void>;
}

const aFunction = () => optional(passes<() => void>((value) => typeof value === 'function', 'a function'));

const isLogger = (value: unknown) =>
  value === null ||
  ((isObject(value) || typeof value === 'function') &&
    ['info', 'warn', 'debug'].every((name) => typeof Reflect.get(value, name) === 'function'));

const isYieldEvery = (value: unknown) =>
  typeof value === 'number' ? value > 0 : ['auto', 'batch', 'epoch', 'never'].some((name) => name === value);

const shape = {
  optimizer: ignored(),
  logger: optional(
    passes<Logger | null>(isLogger, 'null, or an object with the functions info, warn and debug'),
  ),
  yieldEvery: optional(
    passes<YieldEvery>(isYieldEvery, "'auto', 'batch', 'epoch', 'never' or milliseconds > 0"),
  ),
  onChange: aFunction(),
  onRestart: aFunction(),
  onCycleEnd: aFunction(),
  onTrainBegin: aFunction(),
  onTrainEnd: aFunction(),
  onEpochBegin: aFunction(),
  onEpochEnd: aFunction(),
  onBatchBegin: aFunction(),
  onBatchEnd: aFunction(),
} satisfies Record<(typeof optionNames)[number], z.ZodMiniType>;

const optionsSchema = strict(shape, 'an object such as { onRestart }');

/**
 * Checks options before they are used in the middle of training.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with them.
 */
export function parseOptions(options: CosineAnnealingOptions): CosineAnnealingOptions {
  check(optionsSchema, options, 'options');
  return options;
}

const stateSchema = strict(
  {
    history: _default(
      passes<number | boolean>(
        (value) => typeof value === 'boolean' || isIntegerFrom(0)(value),
        'true, false or an integer >= 0',
      ),
      true,
    ),
  },
  'an object such as { history: false }',
);

/**
 * Checks how much of the history a state is to hold.
 *
 * @returns How many of the newest changes; null for no history.
 * @throws {@link CosineAnnealingError} that lists everything wrong with it.
 */
export function parseKeptChanges(options: unknown): number | null {
  const { history } = checkOptions(stateSchema, options, 'options');
  if (typeof history === 'number') return history;
  return history ? Infinity : null;
}

const placeSchema = strict(
  {
    epoch: optional(also(countFromZero(), (epoch) => epoch <= MAX_EPOCH, 'an integer < 2^32')),
    batch: optional(also(countFromZero(), (batch) => batch <= MAX_BATCH, 'an integer < 2^31')),
  },
  'an object such as { epoch: 0, batch: 0 }',
);

/**
 * Checks where an update of a training loop of your own stands.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with it.
 */
export const parsePlace = (place: unknown) => check(placeSchema, place, 'place');
