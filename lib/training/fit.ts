import type { Optimizer } from '@tensorflow/tfjs-core';
import type { CustomCallback, History, LayersModel } from '@tensorflow/tfjs-layers';

export type Params = CustomCallback['params'];
export type Logs = Parameters<CustomCallback['onBatchBegin']>[1];

/** An update that was prepared. */
export interface UpdateInProgress {
  readonly optimizer: Optimizer;
  readonly batch: number;
  /** The learning rate that was set for it. */
  readonly learningRate: number;
  /** How many updates the optimizer had made before it. */
  readonly iterationsBefore: number;
}

/** A fit, or a loop of the user's own: what is known of it, and what was done in it. */
export class Fit {
  /** Undefined behind a plain object in `callbacks`, and in an own loop. */
  readonly model: LayersModel | undefined;
  readonly isOwnLoop: boolean;
  /** End of the fit's epoch numbers, if known. */
  readonly epochs: number | undefined;
  /** Batches in an epoch, if TensorFlow.js knows. */
  readonly batchesPerEpoch: number | undefined;
  hasBegun = false;
  /** Updates made in this epoch. */
  batches = 0;
  update: UpdateInProgress | undefined;
  /** The model's record of this fit: TensorFlow.js makes a new one for each. */
  readonly #history: History | undefined;
  #wasStopped = false;

  private constructor(model: LayersModel | undefined, params: Params, isOwnLoop: boolean) {
    this.model = model;
    this.isOwnLoop = isOwnLoop;
    this.epochs = numberIn(params, 'epochs');
    this.batchesPerEpoch = batchesIn(params);
    this.#history = model?.history;
  }

  /** One of TensorFlow.js's. */
  static of(model: LayersModel | undefined, params: Params): Fit {
    return new Fit(model, params, false);
  }

  static ownLoop(): Fit {
    return new Fit(undefined, {}, true);
  }

  /** Whether TensorFlow.js is in it: a fit that failed is never told to end, and its model can be in another one since. */
  get isInProgress(): boolean {
    return this.#history !== undefined && isTraining(this.model) && this.model?.history === this.#history;
  }

  /** Whether an update was made, and onBatchEnd not called yet; or never, if another callback threw. */
  get isUpdateUncounted(): boolean {
    return this.update !== undefined && this.update.optimizer.iterations > this.update.iterationsBefore;
  }

  /** Whether an epoch that ended was whole, as far as that can be known: validation comes after a whole one only. */
  isWhole(logs: Logs): boolean {
    const wasNotStopped = this.model !== undefined && !this.model.stopTraining;
    return this.isOwnLoop || wasNotStopped || Object.keys(logs ?? {}).some((name) => name.startsWith('val_'));
  }

  /** Stops training, once, so that onCycleEnd can take it back; whether it did. */
  stop(): boolean {
    if (this.model === undefined || this.#wasStopped) return false;
    this.model.stopTraining = true;
    this.#wasStopped = true;
    return true;
  }
}

/** TensorFlow.js's types hide `isTraining`. */
export const isTraining = (model: LayersModel | undefined): boolean =>
  model !== undefined && Reflect.get(model, 'isTraining') === true;

/** `fit` gives samples and batch size, `fitDataset` steps; null stands for unknown. */
function batchesIn(params: Params): number | undefined {
  const samples = numberIn(params, 'samples');
  const batchSize = numberIn(params, 'batchSize');
  return numberIn(params, 'steps') ?? (samples && batchSize && Math.ceil(samples / batchSize));
}

function numberIn(params: Params, name: string): number | undefined {
  const value: unknown = Reflect.get(params, name);
  return typeof value === 'number' && value > 0 ? value : undefined;
}
