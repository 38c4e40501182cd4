import * as tf from '@tensorflow/tfjs';
import {
  CosineAnnealingCallback,
  type CosineAnnealingConfig,
  type CosineAnnealingOptions,
} from 'tfjs-cosine-annealing';
import type { Backend } from './backend';
import type { Mnist } from './data';
import { createModel } from './model';
import { loadRun, saveRun } from './store';

export const BATCH_SIZE = 64;
/** Milliseconds of training after which the page gets a frame. */
const FRAME = 16;

/** One training: a model, the callback that anneals its learning rate, and what came of each batch and epoch. */
export class Run {
  readonly backend: Backend;
  readonly annealing: CosineAnnealingCallback;
  readonly model: tf.LayersModel;
  /** The number of epochs that it shall have in the end. */
  epochs: number;
  /** The loss of each batch so far. */
  readonly losses: number[] = [];
  /** The accuracy on the test images after each epoch so far. */
  readonly accuracies: number[] = [];
  /** The number of warm restarts so far. */
  restarts: number;
  #stopping = false;

  private constructor(
    backend: Backend,
    annealing: CosineAnnealingCallback,
    model: tf.LayersModel,
    epochs: number,
  ) {
    this.backend = backend;
    this.annealing = annealing;
    this.model = model;
    this.epochs = epochs;
    this.restarts = annealing.history.restarts.length;
  }

  /** A new run. */
  static begin(
    backend: Backend,
    config: CosineAnnealingConfig,
    epochs: number,
    options: CosineAnnealingOptions,
  ) {
    return new Run(backend, new CosineAnnealingCallback(config, options), createModel(backend), epochs);
  }

  /** The run that was saved, as it was after its last full epoch; undefined where there is none. */
  static async saved(backend: Backend, options: CosineAnnealingOptions): Promise<Run | undefined> {
    const saved = loadRun(backend);
    if (saved === undefined) return undefined;
    const annealing = CosineAnnealingCallback.fromJSON(saved.annealing, options);
    const run = new Run(backend, annealing, await tf.loadLayersModel(saved.weights), saved.epochs);
    run.losses.push(...saved.losses);
    run.accuracies.push(...saved.accuracies);
    return run;
  }

  get epochsDone(): number {
    return this.accuracies.length;
  }

  get finished(): boolean {
    return this.epochsDone >= this.epochs;
  }

  /** Trains up to the last epoch, or until it is stopped; `onUpdate` is called after each batch and epoch. */
  async train({ training, test }: Mnist, onUpdate: () => void): Promise<void> {
    this.#stopping = false;
    await saveRun(this);
    const progress = new tf.CustomCallback(
      {
        onBatchEnd: (_, logs) => {
          this.losses.push(logs?.['loss'] ?? Number.NaN);
          onUpdate();
        },
        onEpochEnd: async (_, logs) => {
          this.accuracies.push(logs?.['val_acc'] ?? Number.NaN);
          await saveRun(this);
          if (this.#stopping) this.model.stopTraining = true;
          onUpdate();
        },
      },
      FRAME,
    );
    await this.model.fit(training.images, training.digits, {
      batchSize: BATCH_SIZE,
      initialEpoch: this.epochsDone,
      epochs: this.epochs,
      validationData: [test.images, test.digits],
      callbacks: [this.annealing, progress],
    });
  }

  /** Stops at the end of the epoch, where its state is saved. */
  stop(): void {
    this.#stopping = true;
  }

  dispose(): void {
    this.model.dispose();
    this.model.optimizer.dispose();
  }
}
