// The data that the specs train on, and fits of it.
import type { LayersModel, ModelFitArgs } from '@tensorflow/tfjs-layers';
import { tf } from '../../examples/shared/backend';

export const BATCHES = 4;
export const BATCH_SIZE = 2;

const inputs = Array.from({ length: BATCHES * BATCH_SIZE }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const targets = inputs.map(([a = 0, b = 0]) => [a - 2 * b]);

/** Three epochs of four batches, unless the options say otherwise. */
export async function train(
  model: LayersModel,
  callbacks: NonNullable<ModelFitArgs['callbacks']>,
  options: ModelFitArgs = {},
) {
  const xs = tf.tensor2d(inputs);
  const ys = tf.tensor2d(targets);
  try {
    const fixed = { verbose: 0, shuffle: false, callbacks } as const;
    return await model.fit(xs, ys, { epochs: 3, batchSize: BATCH_SIZE, ...fixed, ...options });
  } finally {
    tf.dispose([xs, ys]);
  }
}

/** Batches of which TensorFlow.js doesn't know how many there are. */
export function unsized(batches = BATCHES) {
  return tf.data.generator(function* () {
    for (let i = 0; i < batches; i++) yield batchAt(i);
  });
}

/** Batches of which TensorFlow.js knows how many there are. */
export const sized = (batches = BATCHES) =>
  tf.data.array(Array.from({ length: batches }, (_, i) => i)).map(batchAt);

function batchAt(i: number) {
  const rows = <T>(all: T[]) =>
    Array.from({ length: BATCH_SIZE }, (_, k) => all.at((i + k) % all.length) as T);
  return { xs: tf.tensor2d(rows(inputs)), ys: tf.tensor2d(rows(targets)) };
}

/** Three epochs, unless the options say otherwise. */
export const trainDataset = (
  model: LayersModel,
  dataset: ReturnType<typeof unsized>,
  callbacks: NonNullable<ModelFitArgs['callbacks']>,
  options: { epochs?: number; initialEpoch?: number; batchesPerEpoch?: number } = {},
) => model.fitDataset(dataset, { epochs: 3, verbose: 0, callbacks, ...options });

/** Batches, and then an error. */
export function broken(batches: number) {
  let given = 0;
  return unsized(Infinity).map((batch) => {
    if (given++ === batches) throw new Error('the dataset failed');
    return batch;
  }) as ReturnType<typeof unsized>;
}
