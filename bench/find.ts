// How good a learning rate does findLearningRate find, and what do other libraries' rules find on the same sweep? Each
// is compared with the truth: trainings with one cosine at many peaks, several times as long as the search. Every result
// is a line in a file, so a run that was ended goes on. See bench/README.md.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LayersModel, Tensor, Tensor1D } from '@tensorflow/tfjs';
import { backendName, tf } from '../examples/shared/backend';
import { CosineAnnealingCallback } from '../lib';
import { findLearningRate } from '../lib/finder/finder';
import { type Data, type Task, tasks } from './find-tasks';
import { table } from './table';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    size: { type: 'string', default: 'small' },
    tasks: { type: 'string' },
    optimizers: { type: 'string' },
    fashion: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});

/** `epochs` are those of the truth; `budgets` are multiples of the default, which is three epochs, up to 1,000 updates. */
const sizes = {
  small: {
    trainingSamples: 2000,
    testSamples: 2000,
    batchSize: 32,
    epochs: [12],
    peaks: 8,
    seeds: 2,
    budgets: [1],
  },
  full: {
    trainingSamples: 10_000,
    testSamples: 10_000,
    batchSize: 64,
    epochs: [3, 15],
    peaks: 16,
    seeds: 3,
    budgets: [0.5, 1, 2],
  },
};
const size = options.size === 'full' ? sizes.full : sizes.small;

/** Each with the highest of the truth's peaks, which go down from there over 2.5 decades. */
const optimizers = {
  sgd: { make: () => tf.train.sgd(0.01), top: 3 },
  momentum: { make: () => tf.train.momentum(0.01, 0.9), top: 1 },
  adam: { make: () => tf.train.adam(0.001), top: 0.1 },
  rmsprop: { make: () => tf.train.rmsprop(0.001), top: 0.1 },
};
type OptimizerName = keyof typeof optimizers;
const DECADES = 2.5;

interface Truth {
  readonly kind: 'truth';
  readonly task: string;
  readonly optimizer: string;
  readonly epochs: number;
  readonly eta_max: number;
  /** Points: per cent of wrong answers, or of the targets' variance. */
  readonly error: number;
  readonly standardError: number;
}

interface Found {
  readonly kind: 'found';
  readonly task: string;
  readonly optimizer: string;
  readonly epochs: number;
  readonly seed: number;
  /** Multiple of the default budget. */
  readonly budget: number;
  readonly spent: number;
  /** The rate of each rule; ours is `found`. */
  readonly rates: Readonly<Record<string, number | null>>;
}

type Result = Truth | Found;

const folder = options.out;
if (folder === undefined) throw new Error('give --out, a folder for the results outside of this repository');
mkdirSync(folder, { recursive: true });
const file = join(folder, `find-${options.size}.jsonl`);
const results: Result[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];

const names = (given: string | undefined, all: string[]) => given?.split(',') ?? all;
const wanted = names(
  options.tasks,
  Object.keys(tasks).filter((name) => options.fashion !== undefined || !name.startsWith('fashion')),
);

async function main(): Promise<void> {
  if (!options.report) await measure();
  for (const epochs of size.epochs) for (const budget of size.budgets) report(epochs, budget);
}

async function measure(): Promise<void> {
  console.log(`${backendName}; results in ${file}`);
  for (const name of wanted) {
    const task = tasks[name]?.({ ...size, fashion: options.fashion });
    if (task === undefined)
      throw new Error(`no task is called ${name}; there are ${Object.keys(tasks).join(', ')}`);
    for (const optimizer of names(options.optimizers, Object.keys(optimizers)) as OptimizerName[]) {
      for (const epochs of size.epochs) await measureCase(name, task, optimizer, epochs);
    }
    tf.dispose([task.training, task.test] as never);
  }
}

async function measureCase(
  name: string,
  task: Task,
  optimizer: OptimizerName,
  epochs: number,
): Promise<void> {
  const common = { task: name, optimizer, epochs };
  const isKnown = (key: object) =>
    results.some((result) =>
      Object.entries(key).every(([part, value]) => Reflect.get(result, part) === value),
    );
  for (let i = 0; i < size.peaks; i++) {
    const eta_max = optimizers[optimizer].top * 10 ** ((-DECADES * i) / (size.peaks - 1));
    const key = { kind: 'truth', ...common, eta_max } as const;
    if (!isKnown(key)) save({ ...key, ...(await train(task, optimizer, epochs, eta_max)) });
  }
  for (const budget of size.budgets) {
    for (let seed = 1; seed <= size.seeds; seed++) {
      const key = { kind: 'found', ...common, seed, budget } as const;
      if (!isKnown(key)) save({ ...key, ...(await search(task, optimizer, epochs, seed, budget)) });
    }
  }
}

function save(result: Result): void {
  results.push(result);
  appendFileSync(file, `${JSON.stringify(result)}\n`);
  console.log(JSON.stringify(result));
}

function compiled(task: Task, optimizer: OptimizerName): LayersModel {
  const model = task.build();
  model.compile({ optimizer: optimizers[optimizer].make(), loss: task.loss });
  return model;
}

async function train(task: Task, optimizer: OptimizerName, epochs: number, eta_max: number) {
  const model = compiled(task, optimizer);
  const { xs, ys } = task.training;
  const callbacks = [new CosineAnnealingCallback({ T_0: epochs, eta_max, cycles: 1 }, { logger: null })];
  await model.fit(xs, ys, { epochs, batchSize: size.batchSize, verbose: 0, callbacks });
  const judged = errorOf(model, task);
  model.dispose();
  return judged;
}

/** Another seed is another order of the data. */
async function search(task: Task, optimizer: OptimizerName, epochs: number, seed: number, budget: number) {
  const model = compiled(task, optimizer);
  const { xs, ys } = shuffled(task.training, seed);
  const standard = Math.min(1000, 3 * Math.ceil(size.trainingSamples / size.batchSize));
  const found = await findLearningRate(model, xs, ys, {
    epochs,
    batchSize: size.batchSize,
    verbose: 0,
    budget: Math.round(budget * standard),
  });
  tf.dispose([xs, ys]);
  model.dispose();
  return { spent: found.spent, rates: { found: found.eta_max, ...found.suggestions } };
}

function shuffled({ xs, ys }: Data, seed: number): Data {
  return tf.tidy(() => {
    const keys = tf.randomUniform([xs.shape[0] ?? 0], 0, 1, 'float32', seed);
    const order = tf.topk(keys, xs.shape[0] ?? 0).indices as Tensor1D;
    return { xs: tf.gather(xs, order), ys: tf.gather(ys, order) };
  });
}

function errorOf(model: LayersModel, { test: { xs, ys }, loss }: Task) {
  return tf.tidy(() => {
    const predicted = model.predict(xs, { batchSize: 1000 }) as Tensor;
    const isRegression = loss === 'meanSquaredError';
    const errors = isRegression
      ? predicted.sub(ys).square().div(tf.moments(ys).variance)
      : tf.notEqual(predicted.argMax(-1), ys.argMax(-1)).toFloat();
    const { mean, variance } = tf.moments(errors);
    const [error = Number.NaN] = mean.dataSync();
    const [spread = Number.NaN] = variance.div(errors.size).sqrt().dataSync();
    const worst = 100; // as bad as a guess; beyond it, and for NaN, it doesn't matter how bad
    return error < 1
      ? { error: 100 * error, standardError: 100 * spread }
      : { error: worst, standardError: 0 };
  });
}

/** Between two peaks, the error is taken to be on the line over the logarithm of the rate; beyond them, that of the last. */
function errorAt(truths: readonly Truth[], rate: number): number {
  const sorted = [...truths].sort((a, b) => a.eta_max - b.eta_max);
  const above = sorted.find(({ eta_max }) => eta_max >= rate);
  const below = sorted.findLast(({ eta_max }) => eta_max <= rate);
  if (above === undefined || below === undefined || above === below)
    return (above ?? below)?.error ?? Number.NaN;
  const share = Math.log(rate / below.eta_max) / Math.log(above.eta_max / below.eta_max);
  return below.error + share * (above.error - below.error);
}

function report(epochs: number, budget: number): void {
  const found = results
    .filter((each) => each.kind === 'found')
    .filter((each) => each.epochs === epochs && each.budget === budget);
  const truths = results.filter((each) => each.kind === 'truth').filter((each) => each.epochs === epochs);
  const regrets = new Map<string, number[]>();
  const distances: number[] = [];
  for (const { task, optimizer, rates } of found) {
    const own = truths.filter((truth) => truth.task === task && truth.optimizer === optimizer);
    const [best] = [...own].sort((a, b) => a.error - b.error);
    if (best === undefined || own.length < size.peaks) continue;
    for (const [rule, rate] of Object.entries(rates)) {
      const error = rate === null ? 100 : errorAt(own, rate);
      regrets.set(rule, [...(regrets.get(rule) ?? []), error - best.error]);
    }
    const good = own.filter(({ error }) => error <= best.error + best.standardError);
    const away = good.map(({ eta_max }) => Math.abs(Math.log10((rates['found'] ?? Number.NaN) / eta_max)));
    distances.push(Math.min(...away));
  }
  const rows = [...regrets].map(([rule, all]) => [
    rule,
    ...[mean(all), median(all), Math.max(...all)].map((x) => x.toFixed(2)),
  ]);
  const spent = mean(found.map((each) => each.spent));
  console.log(
    `\n${found.length} searches of ${spent.toFixed(0)} updates on average (budget x ${budget}), judged by ${epochs} epochs;`,
  );
  console.log(
    `ours lies ${mean(distances).toFixed(2)} decades from a peak within a standard error of the best\n`,
  );
  console.log(table(['rule', 'mean regret, points', 'median', 'worst'], rows));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

void main();
