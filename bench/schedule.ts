// One learning rate: ours against the bare formula written inline, and against other libraries. Ratios within one run; see
// bench/README.md.
import { Bench } from 'tinybench';
import { CosineAnnealingCallback, cosineAnnealing } from '../lib';
import { toSVG, toText } from '../lib/charts/chart';
import { parseConfig } from '../lib/config/config';
import { HistoryLog, LearningRateHistory } from '../lib/training/history';
import { know } from '../lib/training/run';
import { saveState } from '../lib/training/state';
import { pythonTimes, pytorch, timm } from './schedule-rivals';
import { median } from './statistics';
import { table } from './table';

const eta = { eta_min: 1e-4, eta_max: 0.1 };
const T_0 = 10;
const POSITIONS = 4096;
/** Calls a sample: one call is shorter than the clock's resolution. */
const CALLS = 10_000;
const ROUNDS = 100;
const WARMING_UP = 20;
const CHANGES = 1_000_000;

const inline = (t: number) =>
  eta.eta_min + ((eta.eta_max - eta.eta_min) * (1 + Math.cos((Math.PI * (t % T_0)) / T_0))) / 2;

const schedules = {
  'bare formula inline, T_mult 1': inline,
  "PyTorch's formula, T_mult 1": pytorch({ ...eta, T_0, T_mult: 1 }),
  "PyTorch's formula, T_mult 2": pytorch({ ...eta, T_0, T_mult: 2 }),
  "timm's formula, T_mult 1": timm({ ...eta, T_0, T_mult: 1 }),
  "timm's formula, T_mult 2": timm({ ...eta, T_0, T_mult: 2 }),
  'T_mult 1': cosineAnnealing({ ...eta, T_0 }),
  'T_mult 2': cosineAnnealing({ ...eta, T_0, T_mult: 2 }),
  'T_mult 1.001': cosineAnnealing({ ...eta, T_0, T_mult: 1.001 }),
  'T_mult 1.001, warm-up at every restart': cosineAnnealing({
    ...eta,
    T_0,
    T_mult: 1.001,
    warmup: { length: 1, everyCycle: true },
  }),
  'list of 1000 cycles': cosineAnnealing({ ...eta, cycles: Array.from({ length: 1000 }, (_, i) => i + 1) }),
};

const positions = {
  'in order': Array.from({ length: POSITIONS }, (_, i) => i / 10),
  'random below 1e6': Array.from({ length: POSITIONS }, () => Math.random() * 1e6),
  'random below 1e15': Array.from({ length: POSITIONS }, () => Math.random() * 1e15),
};

async function main(): Promise<void> {
  console.log('Nanoseconds for one learning rate (median), and the ratio to the bare formula\n');
  const { rows, bare } = scheduleRows();
  console.log(table(['schedule', ...Object.keys(positions)], rows));
  const python = pythonTimes();
  console.log('\nThe same in Python, in order, and the ratio to the bare formula in JavaScript\n');
  console.log(
    table(
      ['call', 'time'],
      python.rows.map(([name, ns]) => [name, `${ns.toFixed(0)} (x${(ns / bare).toFixed(1)})`]),
    ),
  );
  for (const reason of python.skipped) console.log(`skipped: ${reason}`);
  console.log('\nMicroseconds (median)\n');
  console.log(table(['what', 'time'], await objectRows()));
  console.log(`\nMilliseconds for a history of ${CHANGES} changes\n`);
  console.log(table(['what', 'time'], await historyRows()));
}

/** Round after round of all schedules, so that what else the machine does meets each alike. */
function scheduleRows(): { rows: string[][]; bare: number } {
  const rows = Object.keys(schedules).map((name) => [name]);
  let bare = Number.NaN; // in order
  for (const ts of Object.values(positions)) {
    const times = Object.values(schedules).map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, lr] of Object.values(schedules).entries()) times[i]?.push(nanoseconds(lr, ts));
    }
    const medians = times.map(medianOf);
    if (ts === positions['in order']) bare = medians[0] ?? Number.NaN;
    medians.forEach((ns, i) => {
      rows[i]?.push(`${ns.toFixed(0)} (x${(ns / (medians[0] ?? NaN)).toFixed(2)})`);
    });
  }
  return { rows, bare };
}

/** One call's time. */
function nanoseconds(lr: (t: number) => number, ts: readonly number[]): number {
  const start = process.hrtime.bigint();
  let total = 0;
  for (let i = 0; i < CALLS; i++) total += lr(ts[i % POSITIONS] ?? 0);
  const time = Number(process.hrtime.bigint() - start) / CALLS;
  return total > 0 ? time : NaN; // the sum is needed, so that the calls are
}

/** Without the first rounds, in which the code is compiled. */
function medianOf(times: readonly number[]): number {
  return median(times.slice(WARMING_UP));
}

async function objectRows(): Promise<string[][]> {
  const annealing = new CosineAnnealingCallback({ ...eta, T_0, T_mult: 2 });
  const json = JSON.stringify(annealing);
  const bench = new Bench({ time: 200 })
    .add('cosineAnnealing(config): parse and schedule', () => cosineAnnealing({ ...eta, T_0, T_mult: 2 }))
    .add('new CosineAnnealingCallback(config)', () => new CosineAnnealingCallback({ ...eta, T_0, T_mult: 2 }))
    .add('JSON.stringify(annealing), before training', () => JSON.stringify(annealing))
    .add('CosineAnnealingCallback.fromJSON(text)', () => CosineAnnealingCallback.fromJSON(json));
  const times = await medians(bench);
  return bench.tasks.map(({ name }, i) => [name, ((times[i] as number) * 1e3).toFixed(1)]);
}

async function historyRows(): Promise<string[][]> {
  const config = { ...eta, T_0: 1000, unit: 'batch' } as const;
  const lr = cosineAnnealing(config);
  const log = new HistoryLog(undefined);
  log.follow(lr);
  for (let step = 0; step < CHANGES; step++)
    log.append({ step, epoch: 0, batch: step }, lr(step), step % 1000 === 0);
  const history = new LearningRateHistory(log);
  const t = CHANGES - 1;
  const last = { t, epoch: 0, learningRate: lr(t) };
  const standing = { step: CHANGES, epoch: 0, last, unended: { ...last, step: t } };
  const text = JSON.stringify(saveState(know(parseConfig(config), {}), standing, log, Infinity));
  const bench = new Bench({ time: 0, iterations: 3, warmupTime: 0, warmupIterations: 1 })
    .add('CosineAnnealingCallback.fromJSON(text)', () => CosineAnnealingCallback.fromJSON(text))
    .add('JSON.stringify(history)', () => JSON.stringify(history))
    .add('history.toCSV()', () => history.toCSV())
    .add('history.restarts', () => history.restarts)
    .add('toText(history)', () => toText(history))
    .add('toSVG(history)', () => toSVG(history));
  const times = await medians(bench);
  return bench.tasks.map(({ name }, i) => [name, (times[i] as number).toFixed(0)]);
}

/** Milliseconds of each task. */
async function medians(bench: Bench): Promise<number[]> {
  await bench.run();
  return bench.tasks.map(({ result }) => {
    if (result.state !== 'completed') throw new Error(`the benchmark did not complete: ${result.state}`);
    return result.latency.p50;
  });
}

void main();
