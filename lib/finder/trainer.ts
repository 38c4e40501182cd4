import { CustomCallback, type LayersModel, type ModelFitArgs } from '@tensorflow/tfjs-layers';
import { setLearningRate } from '../training/optimizer';
import type { Source } from './source';

/** What a training came to. */
export interface Training {
  /** The loss of every update; the last one isn't finite if the training failed. */
  readonly losses: readonly number[];
  /** Whether something else set `model.stopTraining`. */
  readonly isStopped: boolean;
}

/** Trains a model at given learning rates. */
export class Trainer {
  readonly #model: LayersModel;
  readonly #source: Source;
  readonly #yieldEvery: ModelFitArgs['yieldEvery'];

  constructor(model: LayersModel, source: Source, yieldEvery: ModelFitArgs['yieldEvery']) {
    this.#model = model;
    this.#source = source;
    this.#yieldEvery = yieldEvery;
  }

  /**
   * An update at each of the rates, until a loss isn't finite or `isOver` says so.
   *
   * @param isOver Given all losses so far, the last of them finite.
   */
  async train(
    rates: readonly number[],
    isOver: (losses: readonly number[]) => boolean = () => false,
  ): Promise<Training> {
    const model = this.#model;
    const losses: number[] = [];
    if (model.stopTraining === true) return { losses, isStopped: true };
    let isDone = false;
    const hooks = {
      onBatchBegin: () => setLearningRate(model.optimizer, rates[losses.length] ?? 0),
      onBatchEnd: (_: number, logs?: { readonly [name: string]: number }) => {
        losses.push(logs?.['loss'] ?? Number.NaN);
        isDone = losses.length >= rates.length || !Number.isFinite(losses.at(-1)) || isOver(losses);
        if (isDone) model.stopTraining = true;
      },
      nextFrameFunc: nextTask,
    };
    await this.#source.fit(rates.length, new CustomCallback(hooks, this.#yieldEvery));
    if (isDone) model.stopTraining = false;
    return { losses, isStopped: !isDone };
  }
}

/** Unlike requestAnimationFrame, it comes in a hidden page too. */
const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
