// One training of bench/evidence.ts.
import type { Sequential, Tensor2D } from '@tensorflow/tfjs';
import { tf } from '../examples/shared/backend';
import { loadTestClothes, loadTrainingClothes } from '../examples/shared/fashion-mnist';
import {
  batches,
  batchesPerEpoch,
  batchSize,
  createModel,
  type Digits,
  errorOf,
  loadTestDigits,
  loadTrainingDigits,
  size,
  testError,
} from '../examples/shared/mnist';
import { ScheduleFreeSGD } from '../examples/shared/schedule-free';
import { CosineAnnealingCallback, findLearningRate, SnapshotEnsemble, setLearningRate } from '../lib';
import {
  type DataName,
  type Job,
  LONGEST,
  type Result,
  type Search,
  type Trained,
  type Training,
} from './evidence-plan';
import { configs, shares } from './evidence-schedules';

type Callback = InstanceType<typeof tf.CustomCallback>;
type Optimizer = ReturnType<typeof tf.train.momentum> | ScheduleFreeSGD;

const MOMENTUM = 0.9;

export async function perform(job: Job): Promise<Result> {
  const begin = cpuSeconds();
  const outcome = job.part === 'search' ? await search(job) : { ...job, errors: await train(job) };
  return { ...outcome, seconds: Number((cpuSeconds() - begin).toFixed(2)) };
}

async function train(job: Training): Promise<Trained['errors']> {
  const optimizer = optimizerOf(job);
  const model = createModel(optimizer, job.seed);
  const judge = new Judge(job, model, optimizer);
  const stream = batches(dataOf(job.data).training, 1000 * job.seed); // an order of its own for each seed
  await model.fitDataset(stream, {
    epochs: job.epochs,
    batchesPerEpoch,
    verbose: 0,
    callbacks: callbacksOf(job, optimizer, judge),
  });
  judge.dispose();
  model.dispose();
  optimizer.dispose();
  return judge.errors;
}

function optimizerOf({ schedule, eta_max, warmup }: Training): Optimizer {
  return schedule === 'Schedule-Free SGD'
    ? new ScheduleFreeSGD(eta_max, MOMENTUM, warmup)
    : tf.train.momentum(eta_max, MOMENTUM);
}

function callbacksOf(
  { schedule, epochs, eta_max }: Training,
  optimizer: Optimizer,
  judge: Judge,
): Callback[] {
  const onEpochEnd = async (epoch: number) => judge.judge(epoch);
  if (schedule in configs) {
    const config = { ...configs[schedule as keyof typeof configs](epochs), eta_max, eta_min_ratio: 1e-3 };
    const hooks = { onCycleEnd: judge.addMember, onEpochEnd, logger: null };
    return [new CosineAnnealingCallback(config, hooks)];
  }
  if ('withAverage' in optimizer) return [new tf.CustomCallback({ onEpochEnd })];
  const share = shares[schedule as keyof typeof shares];
  let now = 0;
  return [
    new tf.CustomCallback({
      onEpochBegin: async (epoch) => {
        now = epoch;
      },
      onBatchBegin: async (batch) =>
        setLearningRate(optimizer, eta_max * share(now + batch / batchesPerEpoch, epochs)),
      onEpochEnd,
    }),
  ];
}

/** What a training gives, judged on the test images after every epoch; in tuning, on images of its own at the end. */
class Judge {
  readonly errors: Record<string, (number | null)[]> = {};
  readonly #images: Digits;
  readonly #lastTwo = new SnapshotEnsemble({ keep: 2 });
  readonly #all = new SnapshotEnsemble({ keep: 'all' });

  constructor(
    private readonly job: Training,
    private readonly model: Sequential,
    private readonly optimizer: Optimizer,
  ) {
    const { test, validation } = dataOf(job.data);
    this.#images = job.part === 'tuning' ? validation : test;
  }

  readonly addMember = (end: Parameters<SnapshotEnsemble['add']>[0]): void => {
    if (this.job.schedule !== 'equal cycles') return;
    this.#lastTwo.add(end);
    this.#all.add(end);
  };

  judge(epoch: number): void {
    if (this.job.part === 'tuning' && epoch + 1 < this.job.epochs) return;
    const { optimizer } = this;
    this.#note('model', 'withAverage' in optimizer ? optimizer.withAverage(this.#error) : this.#error());
    if (this.job.schedule !== 'equal cycles') return;
    this.#note('last two', this.#errorTogether(this.#lastTwo));
    this.#note('all', this.#errorTogether(this.#all));
    this.#note('average', this.#errorOfAverage());
  }

  readonly #error = () => testError(this.model, this.#images);

  #errorTogether(ensemble: SnapshotEnsemble): number | null {
    if (ensemble.members.length === 0) return null;
    return tf.tidy(() =>
      errorOf(ensemble.predict(this.#images.images, { batchSize: 1000 }) as Tensor2D, this.#images),
    );
  }

  /** Of the last two members' averaged weights; the model trains on with its own. */
  #errorOfAverage(): number | null {
    if (this.#lastTwo.members.length === 0) return null;
    const own = this.model.getWeights().map((weight) => weight.clone());
    this.#lastTwo.average();
    const error = this.#error();
    this.model.setWeights(own);
    tf.dispose(own);
    return error;
  }

  #note(what: string, error: number | null): void {
    this.errors[what] ??= [];
    this.errors[what].push(error === null ? null : Number(error.toFixed(5)));
  }

  dispose(): void {
    this.#lastTwo.dispose();
    this.#all.dispose();
  }
}

async function search(job: Search) {
  const model = createModel(tf.train.momentum(0.01, MOMENTUM), job.seed);
  const { images, labels } = dataOf(job.data).training;
  const { eta_max, spent } = await findLearningRate(model, images, labels, {
    epochs: LONGEST,
    batchSize,
    verbose: 0,
  });
  model.dispose();
  return { ...job, eta_max, spent };
}

interface Data {
  readonly training: Digits;
  /** As many images again from the training part, which no training sees: the peaks are tuned on them. */
  readonly validation: Digits;
  readonly test: Digits;
}

const loaded = new Map<DataName, Data>();

function dataOf(name: DataName): Data {
  const data = loaded.get(name) ?? load(name);
  loaded.set(name, data);
  return data;
}

function load(name: DataName): Data {
  const count = size.trainingImages;
  const both = name === 'MNIST' ? loadTrainingDigits(2 * count) : loadTrainingClothes(2 * count);
  const part = (begin: number): Digits => ({
    images: both.images.slice([begin, 0, 0, 0], [count, -1, -1, -1]),
    labels: both.labels.slice([begin, 0], [count, -1]),
  });
  const test = name === 'MNIST' ? loadTestDigits() : loadTestClothes();
  const data = { training: part(0), validation: part(count), test };
  tf.dispose([both.images, both.labels]);
  return data;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
