// SGDR's claim, checked: four schedules train the same network from the same weights on the same batches, several times.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CosineAnnealingCallback, setLearningRate } from 'tfjs-cosine-annealing';
import { toSVG } from 'tfjs-cosine-annealing/plot';
import { backendName, tf } from './shared/backend';
import {
  batches,
  batchesPerEpoch,
  createModel,
  loadTestDigits,
  loadTrainingDigits,
  size,
  testError,
} from './shared/mnist';

const [seeds = 5, epochs = 15] = process.argv.slice(2).map(Number);
const CHECKPOINTS = [1, 3, 7, 15].filter((epoch) => epoch <= epochs);
const ETA_MAX = 0.1;
const ETA_MIN = 1e-4;

type Callback = InstanceType<typeof tf.CustomCallback>;
type Optimizer = ReturnType<typeof tf.train.momentum>;

/** Step decay by 10 at half and at three quarters of the training, as ResNets were trained. */
const stepDecay = (optimizer: Optimizer) =>
  new tf.CustomCallback({
    onEpochBegin: (epoch) =>
      setLearningRate(
        optimizer,
        ETA_MAX * 10 ** -[epochs / 2, (epochs * 3) / 4].filter((at) => epoch >= at).length,
      ),
  });

const schedules: Record<string, (optimizer: Optimizer) => Callback[]> = {
  constant: () => [],
  'step decay': (optimizer) => [stepDecay(optimizer)],
  'one cosine': () => [new CosineAnnealingCallback({ T_0: epochs, eta_min: ETA_MIN })],
  'warm restarts': () => [new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_min: ETA_MIN })],
};

const trainingDigits = loadTrainingDigits();
const testDigits = loadTestDigits();

/** Test error in percent after every epoch. */
async function train(schedule: string, seed: number): Promise<number[]> {
  const errors: number[] = [];
  const optimizer = tf.train.momentum(ETA_MAX, 0.9);
  const model = createModel(optimizer, seed);
  const report = new tf.CustomCallback({
    onEpochEnd: () => void errors.push(100 * testError(model, testDigits)),
  });
  await model.fitDataset(batches(trainingDigits, 1000 * seed), {
    epochs,
    batchesPerEpoch,
    verbose: 0,
    callbacks: [...(schedules[schedule]?.(optimizer) ?? []), report],
  });
  model.dispose();
  optimizer.dispose();
  return errors;
}

async function main(): Promise<void> {
  console.log(`${backendName}; ${size.trainingImages} images, ${epochs} epochs, ${seeds} seeds`);
  const runs: Record<string, number[][]> = Object.fromEntries(
    Object.keys(schedules).map((name) => [name, []]),
  );
  for (let seed = 1; seed <= seeds; seed++) {
    for (const name of Object.keys(schedules)) runs[name]?.push(await train(name, seed));
    console.log(`seed ${seed} done`);
  }
  console.log(`\nTest error in percent after epoch ...: mean ± standard deviation\n\n${table(runs)}\n`);
  const file = resolve('compare-schedules.svg');
  writeFileSync(file, toSVG({ series: Object.entries(runs).map(meanCurve) }, LABELS));
  console.log(`The mean curves are in ${file}`);
}

const LABELS = {
  title: `MNIST, ${size.trainingImages} images: mean of ${seeds} seeds`,
  xLabel: 'epoch',
  yLabel: 'test error (%)',
};

function meanCurve([name, errors]: [string, number[][]]) {
  const x = Array.from({ length: epochs }, (_, i) => i + 1);
  return { name, x, y: x.map((epoch) => mean(errorsAt(errors, epoch))) };
}

function table(runs: Record<string, number[][]>): string {
  const rows = Object.entries(runs).map(([name, errors]) => [
    name,
    ...CHECKPOINTS.map((epoch) => spread(errorsAt(errors, epoch))),
  ]);
  const lines = [['schedule', ...CHECKPOINTS.map(String)], ['---', ...CHECKPOINTS.map(() => '---')], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const errorsAt = (runs: number[][], epoch: number) => runs.map((errors) => errors[epoch - 1] as number);

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function spread(values: number[]): string {
  const center = mean(values);
  const variance =
    values.reduce((sum, value) => sum + (value - center) ** 2, 0) / Math.max(1, values.length - 1);
  return `${center.toFixed(2)} ± ${Math.sqrt(variance).toFixed(2)}`;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
