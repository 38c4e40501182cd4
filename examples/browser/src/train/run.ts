import * as tf from '@tensorflow/tfjs';
import {
  CosineAnnealingCallback,
  type CosineAnnealingOptions,
  loadCheckpoint,
  saveCheckpoint,
} from 'tfjs-cosine-annealing';
import type { Mnist } from './data';
import { createModel, disposeModel } from './model';
import { CHECKPOINT, forget, keep, type Record } from './record';
import { batchSizeOf, type Setup } from './setup';

/** Milliseconds of training after which the page gets a frame. */
const FRAME = 32;

/** What a run tells the page. */
export interface Listener {
  readonly logger: CosineAnnealingOptions['logger'];
  /** Called after each batch and epoch. */
  readonly onUpdate: () => void;
}

/** One training: a model, the callback that anneals its learning rate, and what came of each batch and epoch. */
export class Run {
  readonly annealing: CosineAnnealingCallback;
  readonly model: tf.LayersModel;
  readonly losses: number[] = [];
  readonly accuracies: number[] = [];
  hasDiverged = false;
  setup: Setup;
  #isStopping = false;

  private constructor(
    setup: Setup,
    model: tf.LayersModel,
    makeCallback: (options: CosineAnnealingOptions) => CosineAnnealingCallback,
    { logger, onUpdate }: Listener,
  ) {
    this.setup = setup;
    this.model = model;
    // Hooks of the callback's own, since a CustomCallback of ours would wait for animation frames in a hidden page.
    this.annealing = makeCallback({
      ...(logger !== undefined && { logger }),
      yieldEvery: FRAME,
      onBatchEnd: (_, logs) => {
        this.#noteLoss(logs?.['loss'] ?? Number.NaN);
        onUpdate();
      },
      onEpochEnd: async (_, logs) => {
        if (!this.hasDiverged) this.accuracies.push(logs?.['val_acc'] ?? Number.NaN);
        await this.onEpoch();
        if (this.#isStopping) this.model.stopTraining = true;
        onUpdate();
      },
    });
  }

  /** What happens to a run after each epoch: it is kept, unless another use is made of it. */
  onEpoch: () => Promise<void> = () => this.save();

  static begin(setup: Setup, listener: Listener): Run {
    return new Run(
      setup,
      createModel(setup.backend),
      (options) => new CosineAnnealingCallback(setup.config, options),
      listener,
    );
  }

  /** The run that was kept, as it was after its last full epoch; undefined if its checkpoint is gone. */
  static async restore({ setup, losses, accuracies, hasDiverged }: Record, listener: Listener) {
    const model = createModel(setup.backend);
    const loaded = await loadCheckpoint(CHECKPOINT, model);
    if (!loaded) return undefined;
    const makeCallback = (options: CosineAnnealingOptions) =>
      CosineAnnealingCallback.fromJSON(JSON.stringify(loaded), options);
    const restored = new Run(setup, model, makeCallback, listener);
    restored.hasDiverged = hasDiverged;
    // The record is written before the checkpoint, so it may be an epoch ahead.
    restored.losses.push(...(hasDiverged ? losses : losses.slice(0, loaded.epoch * setup.batches)));
    restored.accuracies.push(...accuracies.slice(0, loaded.epoch));
    return restored;
  }

  get epochsDone(): number {
    return this.accuracies.length;
  }

  get isFinished(): boolean {
    return this.epochsDone >= this.setup.epochs;
  }

  /** Trains up to the last epoch, or until it is stopped or diverges. */
  async train({ training, test }: Mnist): Promise<void> {
    this.#isStopping = false;
    await this.onEpoch();
    await this.model.fit(training.images, training.digits, {
      batchSize: batchSizeOf(this.setup.batches),
      initialEpoch: this.epochsDone,
      epochs: this.setup.epochs,
      validationData: [test.images, test.digits],
      callbacks: [this.annealing],
    });
  }

  /** Stops at the end of the epoch, where its state is kept. */
  stop(): void {
    this.#isStopping = true;
  }

  async save(): Promise<void> {
    const { setup, losses, accuracies, hasDiverged } = this;
    keep({ setup, losses, accuracies, hasDiverged });
    if (!hasDiverged) await saveCheckpoint(CHECKPOINT, this.model, this.annealing);
  }

  dispose(): void {
    disposeModel(this.model);
  }

  #noteLoss(loss: number): void {
    if (this.hasDiverged) return;
    this.losses.push(loss);
    if (Number.isFinite(loss)) return;
    this.hasDiverged = true;
    this.model.stopTraining = true;
  }
}

/** Removes what was kept. */
export async function forgetRun(): Promise<void> {
  forget();
  if (CHECKPOINT in (await tf.io.listModels())) await tf.io.removeModel(CHECKPOINT);
}
