// A snapshot ensemble (Huang et al., arXiv 1704.00109): each cycle ends in a minimum of its own, so the weights are kept
// there, and the kept ones predict together, or are averaged: better than the last model, for the training time of one.
import type { Tensor2D } from '@tensorflow/tfjs';
import { CosineAnnealingCallback, SnapshotEnsemble } from 'tfjs-cosine-annealing';
import { backendName, native, tf } from './shared/backend';
import {
  batches,
  batchesPerEpoch,
  createModel,
  errorOf,
  loadTestDigits,
  loadTrainingDigits,
  percent,
  size,
  testError,
} from './shared/mnist';

const [cycles, epochs] = native ? [5, 20] : [3, 6];

async function main(): Promise<void> {
  console.log(`Backend: ${backendName}`);
  console.log(
    `${epochs} epochs on ${size.trainingImages.toLocaleString('en')} images of MNIST, in ${cycles} cycles\n`,
  );

  const model = createModel(tf.train.momentum(0.1, 0.9));
  const ensemble = new SnapshotEnsemble({ keep: 2 });
  const annealing = new CosineAnnealingCallback({ cycles, eta_min: 1e-4 }, { onCycleEnd: ensemble.add });
  const fit = { epochs, batchesPerEpoch, verbose: 0, callbacks: annealing } as const;
  await model.fitDataset(batches(loadTrainingDigits()), fit);

  const test = loadTestDigits();
  const rows: [string, number][] = ensemble.members.map(({ cycle }, i) => {
    ensemble.restore(i);
    return [`end of cycle ${cycle}`, testError(model, test)];
  });
  const together = errorOf(ensemble.predict(test.images, { batchSize: 1000 }) as Tensor2D, test);
  ensemble.average(); // of the weights; with batch normalization, ensemble.average(trainingImages)
  rows.push(['both predict', together], ['averaged weights', testError(model, test)]);
  console.log('test errors');
  for (const [name, error] of rows) console.log(`  ${name.padEnd(16)} ${percent(error).padStart(8)}`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
