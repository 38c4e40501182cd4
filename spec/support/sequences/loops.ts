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
  readonly data: 'tensors' | 'sized' | 'unsized';
  readonly firstEpoch: number;
  readonly epochs: number;
  /** Batches of an epoch, from 0 at the fit's first; and of most. */
  readonly batchesOf: (epoch: number) => number;
  readonly batches: number;
  readonly isPlain: boolean;
  /** Called before an update is made; may throw. */
  readonly update: (optimizer: Optimizer) => void;
}

/** How to train. */
export interface Trainer {
  readonly isReal: boolean;
  fit(training: Training): Promise<void>;
  /** One update of a loop of one's own. */
  trainOnBatch(model: LayersModel): Promise<void>;
}

/** LayersModel.fitLoop and fitDataset, but for the numbers. */
export const driven: Trainer = {
  isReal: false,
  async fit(training) {
    const { model, front, annealing, behind, firstEpoch, epochs, batchesOf, data, isPlain, update } =
      training;
    const ours = isPlain ? new CustomCallback(annealing as unknown as CustomCallbackArgs) : annealing;
    const [before, after] = [front, behind].map((functions) => new CustomCallback(functions, 'never'));
    const list = new CallbackList([before, ours, after, new History()] as CustomCallback[]);
    const hidden = model as unknown as { isTraining: boolean };
    hidden.isTraining = true;
    try {
      list.setParams({ epochs, metrics: ['loss'], ...sizeOf(training) });
      list.setModel(model);
      await list.onTrainBegin();
      model.stopTraining = false;
      for (let epoch = firstEpoch; epoch < epochs; epoch++) {
        await list.onEpochBegin(epoch);
        for (let batch = 0; batch < batchesOf(epoch - firstEpoch); batch++) {
          const logs = data === 'tensors' ? {} : { batch, size: 1 };
          await list.onBatchBegin(batch, logs);
          update(model.optimizer);
          countUpdate(model.optimizer);
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
  },
  async trainOnBatch({ optimizer }) {
    countUpdate(optimizer);
  },
};

/** What TensorFlow.js tells of a fit's size. */
function sizeOf({ data, batches, firstEpoch }: Training): Record<string, number> {
  const size = {
    tensors: { initialEpoch: firstEpoch, samples: batches, batchSize: 1, steps: null },
    sized: { initialEpoch: null, samples: null, batchSize: null, steps: batches },
    unsized: { initialEpoch: null, samples: null, batchSize: null, steps: null },
  };
  return size[data] as object as Record<string, number>; // TensorFlow.js's types know no null
}

const countUpdate = (optimizer: Optimizer) =>
  (optimizer as unknown as { incrementIterations(): void }).incrementIterations();

/** model.fit, model.fitDataset, model.trainOnBatch. */
export const real: Trainer = {
  isReal: true,
  async fit(training) {
    const { model, front, annealing, behind, firstEpoch, epochs, batches, data, isPlain } = training;
    const [before, after] = [front, behind].map((functions) =>
      isPlain ? functions : new CustomCallback(functions, 'never'),
    );
    const callbacks = [before, annealing, after] as CustomCallback[];
    const shared = { epochs, initialEpoch: firstEpoch, callbacks, verbose: 0 } as const;
    if (data !== 'tensors') {
      await model.fitDataset(datasetOf(training), shared);
      return;
    }
    const [xs, ys] = [tf.ones([batches, 1]), tf.zeros([batches, 1])];
    try {
      await model.fit(xs, ys, { ...shared, batchSize: 1, shuffle: false });
    } finally {
      tf.dispose([xs, ys]);
    }
  },
  async trainOnBatch(model) {
    const [xs, ys] = [tf.ones([1, 1]), tf.zeros([1, 1])];
    try {
      await model.trainOnBatch(xs, ys);
    } finally {
      tf.dispose([xs, ys]);
    }
  },
};

function datasetOf({ data, batches, batchesOf }: Training) {
  const one = () => ({ xs: tf.ones([1, 1]), ys: tf.zeros([1, 1]) });
  if (data === 'sized') return tf.data.array(Array.from({ length: batches }, (_, i) => i)).map(one);
  let epoch = 0;
  return tf.data.generator(function* () {
    const length = batchesOf(epoch++);
    for (let i = 0; i < length; i++) yield one();
  });
}

/** A model whose one weight tells the learning rate: from 1, an update of SGD leads to 1 - 2 * rate. */
export function oneWeightModel(): LayersModel {
  const input = tf.input({ shape: [1] });
  const layer = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' });
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as typeof input });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  return model;
}
