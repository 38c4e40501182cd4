// A snapshot, and a checkpoint in a folder, beside a training step of the MNIST CNN of the examples. They take turns, so
// that noise hits all alike; the ratios are medians over the rounds. See bench/README.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendName, tf } from '../examples/shared/backend';
import { batchSize, createModel } from '../examples/shared/mnist';
import { CosineAnnealingCallback } from '../lib';
import { saveCheckpoint } from '../lib/snapshots/checkpoint';
import { fileCheckpoint } from '../lib/snapshots/file-checkpoint';
import { TrainingSnapshot } from '../lib/snapshots/snapshot';
import { median } from './statistics';
import { table } from './table';

const ROUNDS = Number(process.env['ROUNDS'] ?? 50);
const optimizers = { sgd: () => tf.train.sgd(0.01), adam: () => tf.train.adam(0.01) };

async function main(): Promise<void> {
  console.log(`${backendName}; ${ROUNDS} rounds; microseconds are medians, shares medians over the rounds\n`);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const rows: string[][] = [];
  for (const optimizer of ['sgd', 'adam'] as const) {
    rows.push([optimizer, ...(await measure(optimizer, folder))]);
  }
  rmSync(folder, { recursive: true });
  const header = ['training step, us', 'take / step', 'restore / step', 'checkpoint / step'];
  console.log(table(['optimizer', ...header], rows));
}

async function measure(optimizer: keyof typeof optimizers, folder: string): Promise<string[]> {
  const model = createModel(optimizers[optimizer]());
  const [xs, ys] = [tf.randomNormal([batchSize, 28, 28, 1]), tf.randomNormal([batchSize, 10])];
  const annealing = new CosineAnnealingCallback({ T_0: 1 }, { logger: null });
  const store = fileCheckpoint(join(folder, optimizer));
  const steps: number[] = [];
  const shares: Record<'take' | 'restore' | 'save', number[]> = { take: [], restore: [], save: [] };
  for (let round = -3; round < ROUNDS; round++) {
    const step = await timed(() => model.trainOnBatch(xs, ys));
    let snapshot: TrainingSnapshot | undefined;
    const take = await timed(() => {
      snapshot = TrainingSnapshot.take(model);
    });
    await model.trainOnBatch(xs, ys); // so that there is something to put back
    const restore = await timed(() => snapshot?.restore());
    snapshot?.dispose();
    const save = await timed(() => saveCheckpoint(store, model, annealing, { history: false }));
    if (round < 0) continue; // the first rounds warm up
    steps.push(step);
    shares.take.push(take / step);
    shares.restore.push(restore / step);
    shares.save.push(save / step);
  }
  tf.dispose([xs, ys]);
  model.dispose();
  return [median(steps).toFixed(0), ...Object.values(shares).map((all) => median(all).toFixed(3))];
}

async function timed(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) * 1e3;
}

void main();
