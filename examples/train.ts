// Trains a small network on MNIST while its learning rate is annealed and restarted, and draws what happened.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CosineAnnealingCallback } from 'tfjs-cosine-annealing';
import { toSVG, toText } from 'tfjs-cosine-annealing/plot';
import { backendName, native, tf } from './shared/backend';
import {
  batches,
  batchesPerEpoch,
  createModel,
  loadTestDigits,
  loadTrainingDigits,
  percent,
  size,
  testError,
} from './shared/mnist';

const { trainingImages, epochs } = size;
const errors: number[] = [];

async function main(): Promise<void> {
  introduce();
  const model = createModel(tf.train.momentum(0.1, 0.9));
  const annealing = new CosineAnnealingCallback(
    { T_0: 1, T_mult: 2, eta_min: 1e-4 }, // eta_max is the optimizer's own learning rate, 0.1
    {
      onRestart: ({ cycle, learningRate }) => console.log(`  warm restart ${cycle}: back to ${learningRate}`),
    },
  );
  const test = loadTestDigits();
  const report = new tf.CustomCallback({
    onEpochEnd: async (epoch, logs) => {
      const error = testError(model, test);
      errors.push(100 * error);
      const rates = `${fixed(annealing.schedule?.(epoch))} to ${fixed(annealing.learningRate)}`;
      printRow(String(epoch + 1), rates, fixed(logs?.['loss']), percent(logs?.['acc']), percent(error));
    },
  });

  printRow('epoch', 'learning rate', 'loss', 'accuracy', 'test error');
  const begin = performance.now();
  const callbacks = [annealing, report];
  await model.fitDataset(batches(loadTrainingDigits()), { epochs, batchesPerEpoch, verbose: 0, callbacks });
  conclude(annealing, performance.now() - begin);
}

function introduce(): void {
  console.log(`Backend: ${backendName}\n`);
  console.log(`A small convolutional network learns to read digits from MNIST: ${epochs} epochs of
${batchesPerEpoch} batches, ${trainingImages.toLocaleString('en')} images. Within a cycle the learning rate falls along a
cosine from 0.1 to 0.0001; a warm restart sets it back to 0.1 and begins the
next cycle, twice as long.`);
  console.log('How to find such a peak for a network of your own: npm run example -- find-learning-rate');
  if (!native) console.log('Network, data and epochs are small, because pure JavaScript is slow.');
  console.log();
}

function conclude(annealing: CosineAnnealingCallback, milliseconds: number): void {
  const { history, step } = annealing;
  const updates = `${step.toLocaleString('en')} updates in ${(milliseconds / 1000).toFixed(0)} s`;
  console.log(`\n${updates}; the test error at the end is ${errors.at(-1)?.toFixed(2)} %.\n`);

  const x = errors.map((_, epoch) => epoch + 1);
  const testErrors = { name: 'test error (%)', x, y: errors, axis: 'right', kind: 'points' } as const;
  const options = { x: 'epoch', series: [testErrors] } as const;
  console.log(toText(annealing, { ...options, height: 20 }));

  const [csv, svg] = [resolve('learning-rates.csv'), resolve('learning-rates.svg')];
  writeFileSync(csv, history.toCSV());
  writeFileSync(svg, toSVG(annealing, options));
  console.log(`\nAll ${history.length.toLocaleString('en')} changes of the learning rate are in ${csv}`);
  console.log(`The same chart for a paper or a page is in ${svg}`);
}

function printRow(...cells: string[]): void {
  const widths = [5, 18, 8, 10, 12];
  console.log(cells.map((cell, i) => cell.padStart(widths[i] as number)).join(''));
}

const fixed = (n: number | undefined) => n?.toFixed(4) ?? '';

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
