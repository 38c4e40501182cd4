// Schedule-Free SGD (arXiv 2405.15682), a rival that needs no schedule either, beside warm restarts: the same network and
// batches, test errors after every epoch. The optimizer is in shared/schedule-free.ts; what predicts is its average.
import { CosineAnnealingCallback } from 'tfjs-cosine-annealing';
import { backendName, tf } from './shared/backend';
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
import { ScheduleFreeSGD } from './shared/schedule-free';

const training = loadTrainingDigits();
const test = loadTestDigits();

async function main(): Promise<void> {
  console.log(`Backend: ${backendName}\n`);

  const free = new ScheduleFreeSGD(1, 0.9, 100);
  const withoutSchedule = createModel(free);
  const freeErrors: number[] = [];
  await train(withoutSchedule, [], () =>
    freeErrors.push(free.withAverage(() => testError(withoutSchedule, test))),
  );

  const restarted = createModel(tf.train.momentum(0.1, 0.9));
  const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_min_ratio: 1e-3 });
  const errors: number[] = [];
  await train(restarted, [annealing], () => errors.push(testError(restarted, test)));

  console.log('test error  Schedule-Free  warm restarts');
  for (const [epoch, error] of errors.entries()) {
    const isEnd = Number.isInteger(Math.log2(epoch + 2));
    const cells = [percent(freeErrors[epoch]).padStart(13), percent(error).padStart(13)];
    console.log(`${`epoch ${epoch + 1}`.padEnd(10)}  ${cells.join('  ')}${isEnd ? '  end of a cycle' : ''}`);
  }
}

type Callback = InstanceType<typeof tf.CustomCallback>;

async function train(
  model: ReturnType<typeof createModel>,
  annealing: Callback[],
  note: () => void,
): Promise<void> {
  const callbacks = [...annealing, new tf.CustomCallback({ onEpochEnd: async () => note() })];
  await model.fitDataset(batches(training), { epochs: size.epochs, batchesPerEpoch, verbose: 0, callbacks });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
