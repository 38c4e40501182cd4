// Finds eta_max, the one number that every schedule here begins with, and trains with it; and with what the optimizer
// is usually given, to compare.
import { CosineAnnealingCallback, type FoundLearningRate, findLearningRate } from 'tfjs-cosine-annealing';
import { toText } from 'tfjs-cosine-annealing/plot';
import { backendName, tf } from './shared/backend';
import {
  batchSize,
  createModel,
  type Digits,
  loadTestDigits,
  loadTrainingDigits,
  percent,
  size,
  testError,
} from './shared/mnist';

const USUAL = 0.01;
const epochs = 4;

async function main(): Promise<void> {
  console.log(`Backend: ${backendName}\n`);
  const digits = loadTrainingDigits();
  const model = createModel(tf.train.momentum(USUAL, 0.9));

  const begin = performance.now();
  const found = await findLearningRate(model, digits.images, digits.labels, {
    epochs,
    batchSize,
    verbose: 0,
  });
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  describe(found, seconds);

  const test = loadTestDigits();
  console.log(`\nTest error after ${epochs} epochs, one cosine:`);
  for (const eta_max of [USUAL, found.eta_max]) {
    console.log(`  from ${shown(eta_max).padEnd(8)} ${percent(await errorWith(eta_max, digits, test))}`);
  }
}

function describe(found: FoundLearningRate, seconds: string): void {
  const { eta_max, trials, spent, suggestions } = found;
  console.log(`A sweep over learning rates, then ${trials.length} short trainings from the same start, each with a cosine
of its own: ${spent} updates in ${seconds} s.\n`);
  console.log(toText(found, { height: 16 }));
  console.log('\nThe trials:');
  for (const { eta_max, loss, updates } of trials) {
    console.log(
      `  from ${shown(eta_max).padEnd(8)} ${updates} updates  ${loss === null ? 'diverges' : `loss ${loss.toFixed(3)}`}`,
    );
  }
  const planned = epochs * Math.ceil(size.trainingImages / batchSize);
  console.log(`\nSo for a training of ${planned} updates: eta_max ${shown(eta_max)}`);
  const rules = Object.entries(suggestions).map(
    ([rule, rate]) => `${rule} ${rate === null ? '-' : shown(rate)}`,
  );
  console.log(`Other libraries' rules, on the same sweep: ${rules.join(', ')}`);
}

async function errorWith(eta_max: number, { images, labels }: Digits, test: Digits): Promise<number> {
  const model = createModel(tf.train.momentum(eta_max, 0.9));
  const annealing = new CosineAnnealingCallback({ T_0: epochs });
  await model.fit(images, labels, { epochs, batchSize, verbose: 0, callbacks: [annealing] });
  return testError(model, test);
}

const shown = (rate: number) => String(Number(rate.toPrecision(2)));

void main();
