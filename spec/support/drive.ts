// The callbacks of a fit, called by hand.
import {
  CallbackList,
  type CustomCallback,
  type CustomCallbackArgs,
  History,
  type LayersModel,
} from '@tensorflow/tfjs-layers';
import { tf } from '../../examples/shared/backend';

/** A callback made of functions, as TensorFlow.js's users write them. */
export const callback = (functions: CustomCallbackArgs): CustomCallback => new tf.CustomCallback(functions);

/** A fit without the arithmetic. */
export interface DrivenFit {
  readonly epochs: number;
  readonly batches: number;
  /** Whether TensorFlow.js would know the number of batches. Default: true. */
  readonly known?: boolean;
  /** Called instead of an update; it may throw, or set model.stopTraining. */
  readonly onUpdate?: () => void;
  readonly onEpochEnd?: () => void;
}

/** TensorFlow.js's own list of callbacks, called as LayersModel.fitLoop calls it. */
export async function drive(model: LayersModel, callbacks: CustomCallback[], fit: DrivenFit): Promise<void> {
  const { epochs, batches, known = true, onUpdate, onEpochEnd } = fit;
  const history = new History();
  const list = new CallbackList([...callbacks, history]);
  const hidden = model as unknown as { isTraining: boolean };
  hidden.isTraining = true;
  try {
    list.setParams({
      epochs,
      initialEpoch: 0,
      metrics: ['loss'],
      ...(known && { samples: batches, batchSize: 1 }),
    });
    list.setModel(model);
    model.history = history;
    await list.onTrainBegin();
    model.stopTraining = false;
    for (let epoch = 0; epoch < epochs && !model.stopTraining; epoch++) {
      await list.onEpochBegin(epoch);
      for (let batch = 0; batch < batches && !model.stopTraining; batch++) {
        const logs = {};
        await list.onBatchBegin(batch, logs);
        onUpdate?.();
        Object.assign(logs, { batch, size: 1, loss: 1 });
        await list.onBatchEnd(batch, logs);
      }
      await list.onEpochEnd(epoch, { loss: 1 });
      onEpochEnd?.();
    }
    await list.onTrainEnd();
  } finally {
    hidden.isTraining = false;
  }
}
