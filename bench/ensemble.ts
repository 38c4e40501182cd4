// The last model against both that its last two cycles ended with, predicting together, and against their averaged
// weights, on MNIST and Fashion-MNIST. SEEDS=20 makes it surer. See bench/README.md.
import type { Tensor2D } from '@tensorflow/tfjs';
import { backendName, tf } from '../examples/shared/backend';
import { loadTestClothes, loadTrainingClothes } from '../examples/shared/fashion-mnist';
import {
  batches,
  batchesPerEpoch,
  createModel,
  type Digits,
  errorOf,
  loadTestDigits,
  loadTrainingDigits,
  percent,
  size,
  testError,
} from '../examples/shared/mnist';
import { CosineAnnealingCallback } from '../lib';
import { SnapshotEnsemble } from '../lib/snapshots/ensemble';
import { mean } from './statistics';
import { table } from './table';

const SEEDS = Number(process.env['SEEDS'] ?? 5);
const CONFIG = { cycles: 5, eta_min: 1e-4 };
const EPOCHS = 20;

async function main(): Promise<void> {
  console.log(
    `${backendName}; ${size.trainingImages} images, ${EPOCHS} epochs in ${CONFIG.cycles} cycles, momentum 0.1; test ` +
      `errors, means of ${SEEDS} seeds; in brackets each seed's\n`,
  );
  const rows = [
    ['MNIST', ...(await compare(loadTrainingDigits(), loadTestDigits()))],
    ['Fashion-MNIST', ...(await compare(loadTrainingClothes(), loadTestClothes()))],
  ];
  console.log(table(['data', 'last model', 'ensemble of the last two', 'averaged weights of both'], rows));
}

async function compare(training: Digits, test: Digits): Promise<string[]> {
  const errors: number[][] = [];
  for (let seed = 1; seed <= SEEDS; seed++) errors.push(await errorsWith(seed, training, test));
  tf.dispose([training, test].map(({ images, labels }) => [images, labels]));
  const columns = [0, 1, 2].map((column) => errors.map((row) => row[column] ?? Number.NaN));
  return columns.map(
    (column) => `${percent(mean(column))} (${column.map((error) => (100 * error).toFixed(2)).join(', ')})`,
  );
}

/** Of the last model, the ensemble and the averaged weights. */
async function errorsWith(seed: number, training: Digits, test: Digits): Promise<number[]> {
  const model = createModel(tf.train.momentum(0.1, 0.9), seed);
  const ensemble = new SnapshotEnsemble({ keep: 2 });
  const callbacks = new CosineAnnealingCallback(CONFIG, { onCycleEnd: ensemble.add, logger: null });
  const stream = batches(training, 1000 * seed); // an order of its own for each seed
  await model.fitDataset(stream, { epochs: EPOCHS, batchesPerEpoch, verbose: 0, callbacks });
  const last = testError(model, test);
  const together = tf.tidy(() =>
    errorOf(ensemble.predict(test.images, { batchSize: 1000 }) as Tensor2D, test),
  );
  ensemble.average();
  const averaged = testError(model, test);
  ensemble.dispose();
  model.dispose();
  return [last, together, averaged];
}

void main();
