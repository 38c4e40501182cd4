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
import { type Data, type OptimizerName, optimizers, type Task, tasks } from './find-tasks';
import { mean, median } from './statistics';
import { table } from './table';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    size: { type: 'string', default: 'small' },
    tasks: { type: 'string' },
    optimizers: { type: 'string' },
    budgets: { type: 'string' },
    measure: { type: 'string', default: 'truths,searches' },
  },
});

/** `epochs` are those of the truth; `budgets` are multiples of three epochs, the default for a training of up to eleven. */
const sizes = {
  small: {
    trainingSamples: 4000,
    testSamples: 10_000,
    batchSize: 32,
    epochs: [9],
    peaksPerDecade: 3,
    seeds: 2,
    budgets: [0.5, 1, 2],
  },
  full: {
    trainingSamples: 10_000,
    testSamples: 10_000,
    batchSize: 64,
    epochs: [3, 15],
    peaksPerDecade: 6,
    seeds: 3,
    budgets: [0.5, 1, 2],
  },
};
const size = options.size === 'full' ? sizes.full : sizes.small;

/** The highest of the truth's peaks, which go down from there over so many decades. */
const tops: Record<OptimizerName, number> = { sgd: 10, momentum: 1, adam: 0.1, rmsprop: 0.1 };
const DECADES = 7 / 3;
/** Points of error by which two peaks have to differ for a rate between them to be measured. */
const NOTABLE = 1;

interface Truth {
  readonly task: string;
  readonly optimizer: OptimizerName;
  readonly epochs: number;
  readonly eta_max: number;
  /** Points: per cent of wrong answers, or of the targets' variance. */
  readonly error: number;
  readonly standardError: number;
}

interface Found {
  readonly task: string;
  readonly optimizer: OptimizerName;
  readonly epochs: number;
  readonly seed: number;
  /** Multiple of three epochs. */
  readonly budget: number;
  readonly spent: number;
  /** The rate of each rule; ours is `found`. */
  readonly rates: Readonly<Record<string, number | null>>;
  /** Ours, to see why. */
  readonly trials: readonly object[];
}

const folder = options.out;
if (folder === undefined) throw new Error('give --out, a folder for the results outside of this repository');
mkdirSync(folder, { recursive: true });

/** Results in a file, a line each. */
class Results<Result extends object> {
  readonly all: Result[];
  readonly #file: string;

  constructor(name: string) {
    this.#file = join(folder as string, `${name}-${options.size}.jsonl`);
    const text = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
    this.all = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Measures what isn't known yet. */
  async complete(key: Partial<Result>, measure: () => Promise<Result>): Promise<void> {
    const isIt = (result: Result) =>
      Object.entries(key).every(([part, value]) => Reflect.get(result, part) === value);
    if (this.all.some(isIt)) return;
    const result = await measure();
    this.all.push(result);
    appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
    console.log(JSON.stringify(result));
  }
}

const truths = new Results<Truth>('truths');
const searches = new Results<Found>('searches');

async function main(): Promise<void> {
  console.log(`${backendName}; results in ${folder}`);
  for (const name of options.tasks?.split(',') ?? Object.keys(tasks)) await measureTask(name);
  for (const epochs of size.epochs) for (const budget of size.budgets) report(epochs, budget);
}

async function measureTask(name: string): Promise<void> {
  if (tasks[name] === undefined) {
    throw new Error(`no task is called ${name}; there are ${Object.keys(tasks).join(', ')}`);
  }
  const wanted = options.measure.split(',');
  if (!wanted.includes('truths') && !wanted.includes('searches')) return;
  const task = tasks[name](size);
  for (const optimizer of task.optimizers) {
    if (options.optimizers?.split(',').includes(optimizer) === false) continue;
    for (const epochs of size.epochs) {
      const key = { task: name, optimizer, epochs };
      if (wanted.includes('truths')) await measureTruths(task, key);
      if (wanted.includes('searches')) await measureSearches(task, key);
      if (wanted.includes('truths')) await refineTruths(task, key);
    }
  }
  tf.dispose([task.training, task.test] as never);
}

interface Case {
  readonly task: string;
  readonly optimizer: OptimizerName;
  readonly epochs: number;
}

async function measureTruths(task: Task, key: Case): Promise<void> {
  for (let i = 0; i <= DECADES * size.peaksPerDecade; i++) {
    const eta_max = tops[key.optimizer] * 10 ** (-i / size.peaksPerDecade);
    const it = { ...key, eta_max };
    await truths.complete(it, async () => ({ ...it, ...(await train(task, key, eta_max)) }));
  }
}

async function measureSearches(task: Task, key: Case): Promise<void> {
  for (const budget of options.budgets?.split(',').map(Number) ?? size.budgets) {
    for (let seed = 1; seed <= size.seeds; seed++) {
      const it = { ...key, seed, budget };
      await searches.complete(it, async () => ({ ...it, ...(await search(task, key, seed, budget)) }));
    }
  }
}

/** A line between two peaks can miss a cliff: if they differ, a rate found between them, or beyond, becomes a peak, too. */
async function refineTruths(task: Task, key: Case): Promise<void> {
  for (const { rates } of searches.all.filter((search) => isOf(search, key))) {
    const eta_max = rates['found'] ?? Number.NaN;
    const [below, above] = neighbours(truthsOf(key), eta_max);
    if (below === undefined || above === undefined || Math.abs(above.error - below.error) <= NOTABLE)
      continue;
    const it = { ...key, eta_max };
    await truths.complete(it, async () => ({ ...it, ...(await train(task, key, eta_max)) }));
  }
}

const isOf = (result: Case, { task, optimizer, epochs }: Case) =>
  result.task === task && result.optimizer === optimizer && result.epochs === epochs;

const truthsOf = (key: Case): Truth[] =>
  truths.all.filter((truth) => isOf(truth, key)).sort((a, b) => a.eta_max - b.eta_max);

/** The truth's peaks on both sides of a rate, or twice the one that it is; undefined beyond the last. */
const neighbours = (own: readonly Truth[], rate: number) => [
  own.findLast(({ eta_max }) => eta_max <= rate),
  own.find(({ eta_max }) => eta_max >= rate),
];

function compiled(task: Task, optimizer: OptimizerName): LayersModel {
  const model = task.build();
  model.compile({ optimizer: optimizers[optimizer](), loss: task.loss });
  return model;
}

async function train(task: Task, { optimizer, epochs }: Case, eta_max: number) {
  const model = compiled(task, optimizer);
  const { xs, ys } = task.training;
  const callbacks = [
    new CosineAnnealingCallback({ T_0: epochs, eta_max, cycles: 1 }, { logger: null }),
    new tf.CustomCallback({
      onBatchEnd: async (_, logs) => {
        if (!Number.isFinite(logs?.['loss'])) model.stopTraining = true;
      },
    }),
  ];
  await model.fit(xs, ys, { epochs, batchSize: size.batchSize, verbose: 0, callbacks });
  const judged = errorOf(model, task);
  model.dispose();
  return judged;
}

/** Another seed is another order of the data. */
async function search(task: Task, { optimizer, epochs }: Case, seed: number, budget: number) {
  const model = compiled(task, optimizer);
  const { xs, ys } = shuffled(task.training, seed);
  const standard = 3 * Math.ceil(size.trainingSamples / size.batchSize);
  const found = await findLearningRate(model, xs, ys, {
    epochs,
    batchSize: size.batchSize,
    verbose: 0,
    budget: Math.round(budget * standard),
  });
  tf.dispose([xs, ys]);
  model.dispose();
  const { eta_max, spent, suggestions, trials } = found;
  return { spent, rates: { found: eta_max, ...suggestions }, trials };
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
function errorAt(own: readonly Truth[], rate: number): number {
  const [below, above] = neighbours(own, rate);
  if (above === undefined || below === undefined || above === below)
    return (above ?? below)?.error ?? Number.NaN;
  const share = Math.log(rate / below.eta_max) / Math.log(above.eta_max / below.eta_max);
  return below.error + share * (above.error - below.error);
}

/** A search with its case's truths; undefined unless they are complete. */
function judged(search: Found) {
  const own = truthsOf(search);
  const [best] = [...own].sort((a, b) => a.error - b.error);
  if (best === undefined || own.length <= DECADES * size.peaksPerDecade) return undefined;
  const regretOf = (rate: number | null) => (rate === null ? 100 : errorAt(own, rate) - best.error);
  const regrets = Object.entries(search.rates).map(([rule, rate]) => [rule, regretOf(rate)] as const);
  const distances = own
    .filter(({ error }) => error <= best.error + best.standardError)
    .map(({ eta_max }) => Math.abs(Math.log10((search.rates['found'] ?? Number.NaN) / eta_max)));
  return { search, best, regrets: new Map(regrets), distance: Math.min(...distances) };
}

function report(epochs: number, budget: number): void {
  const cases = searches.all
    .filter((each) => each.epochs === epochs && each.budget === budget)
    .map(judged)
    .filter((each) => each !== undefined);
  const [first] = cases;
  if (first === undefined) return;
  const spent = mean(cases.map(({ search }) => search.spent));
  const updates = epochs * Math.ceil(size.trainingSamples / size.batchSize);
  console.log(
    `\n${cases.length} searches of ${spent.toFixed(0)} updates on average (budget x ${budget}), for trainings of ${updates};`,
  );
  console.log(
    `ours lies ${mean(cases.map(({ distance }) => distance)).toFixed(2)} decades from a peak within a standard error of the best\n`,
  );
  const rows = [...first.regrets.keys()].map((rule) => {
    const all = cases.map(({ regrets }) => regrets.get(rule) ?? Number.NaN);
    return [rule, ...[mean(all), median(all), Math.max(...all)].map(points)];
  });
  console.log(table(['rule', 'mean regret, points', 'median', 'worst'], rows));
  if (budget === 1) reportWorst(cases);
}

function reportWorst(cases: readonly NonNullable<ReturnType<typeof judged>>[]): void {
  const ours = (each: (typeof cases)[number]) => each.regrets.get('found') ?? Number.NaN;
  const rows = [...cases]
    .sort((a, b) => ours(b) - ours(a))
    .slice(0, 5)
    .map(({ search, best, ...rest }) => [
      `${search.task}, ${search.optimizer}`,
      ...[search.rates['found'] ?? Number.NaN, best.eta_max].map((rate) => rate.toPrecision(2)),
      ...[best.error, ours({ search, best, ...rest })].map(points),
    ]);
  console.log(`\n${table(['worst of ours', 'found', 'best peak', 'its error', 'regret'], rows)}`);
}

const points = (value: number) => value.toFixed(2);

void main();
