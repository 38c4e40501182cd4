import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as z from 'zod/mini';
import { anything, strict } from '../config/rules';
import { show, validationError } from '../errors';
import type { LearningRateChange } from './history';
import type { Logger } from './reporter';

/** What `onCycleEnd` is told. */
export interface CycleEnd {
  /** Index of the cycle that ends. */
  readonly cycle: number;
  /** Index of its last epoch, on the schedule's clock. */
  readonly epoch: number;
  /** Index of its last update. */
  readonly step: number;
  /** The learning rate of its last update. */
  readonly learningRate: number;
  /** The model in training, to save or to predict with; undefined behind a plain object in `callbacks`. */
  readonly model: LayersModel | undefined;
  /** Metrics of the epoch; of the batch, where a cycle ends within an epoch. */
  readonly logs: Readonly<Record<string, number>>;
}

/** Functions and objects that a callback works with; unlike the config they cannot be saved. */
export interface CosineAnnealingHooks {
  /** The optimizer, where TensorFlow.js does not hand over the model; elsewhere the model's own is used. */
  optimizer?: Optimizer;
  /** Where messages go; null silences even warnings. Default: console. */
  logger?: Logger | null;
  /** Called at every change of the learning rate, before the update; awaited. */
  onChange?: (change: LearningRateChange) => void | Promise<void>;
  /** Called at every warm restart, before its first update; awaited. */
  onRestart?: (change: LearningRateChange) => void | Promise<void>;
  /** Called at the end of a cycle's last epoch or batch, before the restart; awaited, and may save the model. */
  onCycleEnd?: (end: CycleEnd) => void | Promise<void>;
}

const such = (isSuch: (value: unknown) => boolean, what: string) =>
  z.optional(z.custom(isSuch, { error: ({ input }) => `expected ${what}, got ${show(input)}` }));

const aFunction = () => such((value) => typeof value === 'function', 'a function');

const hasMethods = (value: unknown) =>
  ['info', 'warn', 'debug'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const hooksSchema = strict(
  {
    optimizer: anything(),
    logger: such(
      (value) => value === null || hasMethods(value),
      'null, or an object with the functions info, warn and debug',
    ),
    onChange: aFunction(),
    onRestart: aFunction(),
    onCycleEnd: aFunction(),
  },
  'an object such as { onRestart }',
);

/**
 * Checks hooks before they are called in the middle of training.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with them.
 */
export function parseHooks(hooks: CosineAnnealingHooks): CosineAnnealingHooks {
  const result = hooksSchema.safeParse(hooks, { reportInput: true });
  if (!result.success) throw validationError(result.error, 'hooks');
  return hooks;
}
