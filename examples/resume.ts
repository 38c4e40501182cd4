// Trains with a checkpoint after every epoch. Stop it at any moment, even with kill -9, and start it again: it goes on
// from there and ends as if it had never been stopped, bit for bit.
import { resolve } from 'node:path';
import { CosineAnnealingCallback, loadCheckpoint, saveCheckpoint } from 'tfjs-cosine-annealing';
import { fileCheckpoint } from 'tfjs-cosine-annealing/node';
import { backendName, tf } from './shared/backend';
import {
  batches,
  batchesPerEpoch,
  createModel,
  loadTestDigits,
  loadTrainingDigits,
  percent,
  testError,
} from './shared/mnist';

const folder = resolve('checkpoints');

async function main(): Promise<void> {
  const store = fileCheckpoint(folder);
  const model = createModel(tf.train.momentum(0.1, 0.9));
  const annealing =
    (await loadCheckpoint(store, model)) ?? new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_min: 1e-4 });
  const initialEpoch = annealing.epoch;
  console.log(`Backend: ${backendName}\nEpoch ${initialEpoch} is next; each is saved in ${folder}`);

  const saving = new tf.CustomCallback({
    onEpochEnd: async (epoch, logs) => {
      await saveCheckpoint(store, model, annealing);
      console.log(`epoch ${epoch}: learning rate ${logs?.['lr']?.toFixed(4)}, saved`);
    },
  });
  await model.fitDataset(batches(loadTrainingDigits(), initialEpoch), {
    epochs: 7,
    initialEpoch,
    batchesPerEpoch,
    verbose: 0,
    callbacks: [annealing, saving], // in this order, so that the epoch counts as done in what is saved
  });
  console.log(`The test error at the end is ${percent(testError(model, loadTestDigits()))}.`);
  console.log(`To train once more from the start, remove ${folder}`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
