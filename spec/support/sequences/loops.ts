// Two ways to train: TensorFlow.js's list of callbacks called as its loop calls it, without the arithmetic; and itself.
import type { Optimizer } from '@tensorflow/tfjs-core';
import {
  CallbackList,
  CustomCallback,
  type CustomCallbackArgs,
  History,
  type LayersModel,
} from '@tensorflow/tfjs-layers';
import { tf } from '../../../examples/shared/backend';
import type { CosineAnnealingCallback } from '../../../lib';

export interface Training {
  readonly model: LayersModel;
  /** In front of the callback, and behind it. */
  readonly front: CustomCallbackArgs;
  readonly annealing: CosineAnnealingCallback;
  readonly behind: CustomCallbackArgs;
  readonly firstEpoch: number;
  readonly epochs: number;
  readonly batches: number;
  readonly isKnown: boolean;
  readonly isPlain: boolean;
  /** Called before an update is made; may throw. */
  readonly update: (optimizer: Optimizer) => void;
}

export type Loop = (training: Training) => Promise<void>;

/** LayersModel.fitLoop, and fitDataset if the number of batches isn't known. */
export const driven: Loop = async (training) => {
  const { model, front, annealing, behind, firstEpoch, epochs, batches, isKnown, isPlain, update } = training;
  const ours = isPlain ? new CustomCallback(annealing as unknown as CustomCallbackArgs) : annealing;
  const others = [front, behind].map((functions) => new CustomCallback(functions, 'never'));
  const list = new CallbackList([others[0], ours, others[1], new History()] as CustomCallback[]);
  const hidden = model as unknown as { isTraining: boolean };
  hidden.isTraining = true;
  try {
    const size = isKnown
      ? { samples: batches, batchSize: 1, steps: null }
      : { samples: null, batchSize: null };
    list.setParams({
      epochs,
      initialEpoch: isKnown ? firstEpoch : null,
      metrics: ['loss'],
      ...size,
    } as never);
    list.setModel(model);
    await list.onTrainBegin();
    model.stopTraining = false;
    for (let epoch = firstEpoch; epoch < epochs; epoch++) {
      await list.onEpochBegin(epoch);
      for (let batch = 0; batch < batches; batch++) {
        const logs = isKnown ? {} : { batch, size: 1 };
        await list.onBatchBegin(batch, logs);
        const { optimizer } = model;
        update(optimizer);
        (optimizer as unknown as { incrementIterations(): void }).incrementIterations();
        Object.assign(logs, { batch, size: 1, loss: 1 });
        await list.onBatchEnd(batch, logs);
        if (model.stopTraining) break;
      }
      await list.onEpochEnd(epoch, { loss: 1 });
      if (model.stopTraining) break;
    }
    await list.onTrainEnd();
  } finally {
    hidden.isTraining = false;
  }
};

/** model.fit, and model.fitDataset if the number of batches isn't known. */
export const real: Loop = async (training) => {
  const { model, front, annealing, behind, firstEpoch, epochs, batches, isKnown, isPlain } = training;
  const others = [front, behind].map((functions) => (isPlain ? functions : new CustomCallback(functions)));
  const callbacks = [others[0], annealing, others[1]] as CustomCallback[];
  const shared = { epochs, initialEpoch: firstEpoch, callbacks, verbose: 0 } as const;
  if (isKnown) {
    const xs = tf.ones([batches, 1]);
    const ys = tf.zeros([batches, 1]);
    try {
      await model.fit(xs, ys, { ...shared, batchSize: 1, shuffle: false });
    } finally {
      tf.dispose([xs, ys]);
    }
    return;
  }
  const dataset = tf.data.generator(function* () {
    for (let i = 0; i < batches; i++) yield { xs: tf.ones([1, 1]), ys: tf.zeros([1, 1]) };
  });
  await model.fitDataset(dataset, shared);
};

/** A model whose one weight tells the learning rate: from 1, an update of SGD leads to 1 - 2 * rate. */
export function oneWeightModel(): LayersModel {
  const input = tf.input({ shape: [1] });
  const layer = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' });
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as typeof input });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  return model;
}
