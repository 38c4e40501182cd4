// What a callback's hooks cost within a real training, beside the training step that they surround. Variants take turns fit
// by fit, and medians leave out what the machine does in between, so that a hundredth of a step can be told. See
// bench/README.md.
import { backendName, native, tf } from '../examples/shared/backend';
import { CosineAnnealingCallback } from '../lib';
import { type Interval, interval, median } from './statistics';
import { table } from './table';

type Model = ReturnType<typeof tf.sequential>;
type Callback = InstanceType<typeof tf.CustomCallback>;
type Logs = Parameters<Callback['onBatchBegin']>[1];

const BATCH_SIZE = 8;
const ROUNDS = Number(process.env['ROUNDS'] ?? 30);
/** Rounds in which the code is compiled. */
const WARMING_UP = 5;
const eta = { eta_min: 1e-4, eta_max: 0.01 };

const smallest = {
  name: 'one weight',
  inputShape: [1],
  batches: 200,
  build: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
};

const cnn = {
  name: 'MNIST CNN',
  inputShape: [28, 28, 1],
  batches: 10,
  build: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [28, 28, 1],
          filters: 8,
          kernelSize: 5,
          strides: 2,
          activation: 'relu',
        }),
        tf.layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, activation: 'relu' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1 }),
      ],
    }),
};

type Net = typeof smallest | typeof cnn;

const optimizers = { sgd: () => tf.train.sgd(eta.eta_max), adam: () => tf.train.adam(eta.eta_max) };

/** The shortest callback that does the same job: the formula, and the call or assignment that this optimizer needs. */
function handWritten(model: Model, batches: number): Callback {
  const optimizer = model.optimizer as unknown as {
    setLearningRate?(lr: number): void;
    learningRate: number;
  };
  return new tf.CustomCallback(
    {
      onBatchBegin(batch) {
        const lr =
          eta.eta_min + ((eta.eta_max - eta.eta_min) * (1 + Math.cos((Math.PI * batch) / batches))) / 2;
        if (optimizer.setLearningRate) optimizer.setLearningRate(lr);
        else optimizer.learningRate = lr;
      },
    },
    'never',
  );
}

/** None yields to the page, which takes as long as a page does. */
const variants = {
  'an empty one': () => new tf.CustomCallback({}, 'never'),
  'hand-written': handWritten,
  ours: () => new CosineAnnealingCallback({ ...eta, T_0: 1 }, { logger: null, yieldEvery: 'never' }),
};

type Variant = keyof typeof variants;
const names = Object.keys(variants) as Variant[];

/** Microseconds for one update: medians over the updates of a fit, a fit after the other. */
interface Times {
  readonly hooks: number[];
  readonly step: number[];
}

/** Times the hooks of another callback, and the step between them. */
class Timed extends tf.CustomCallback {
  readonly #hooks: number[] = [];
  readonly #steps: number[] = [];
  #begun = 0;

  constructor(private readonly callback: Callback) {
    super({}, 'never');
  }

  override setParams(params: Parameters<Callback['setParams']>[0]): void {
    this.callback.setParams(params);
  }

  override setModel(model: Parameters<Callback['setModel']>[0]): void {
    this.callback.setModel(model);
  }

  override onTrainBegin = (logs?: Logs) => this.callback.onTrainBegin(logs);
  override onTrainEnd = (logs?: Logs) => this.callback.onTrainEnd(logs);
  override onEpochBegin = (epoch: number, logs?: Logs) => this.callback.onEpochBegin(epoch, logs);
  override onEpochEnd = (epoch: number, logs?: Logs) => this.callback.onEpochEnd(epoch, logs);

  override async onBatchBegin(batch: number, logs?: Logs): Promise<void> {
    const begin = performance.now();
    await this.callback.onBatchBegin(batch, logs);
    this.#begun = performance.now();
    this.#hooks.push(this.#begun - begin);
  }

  override async onBatchEnd(batch: number, logs?: Logs): Promise<void> {
    const begin = performance.now();
    this.#steps.push(begin - this.#begun);
    await this.callback.onBatchEnd(batch, logs);
    this.#hooks.push((this.#hooks.pop() ?? Number.NaN) + performance.now() - begin);
  }

  /** Since the last call. */
  take(): { hooks: number; step: number } {
    const [hooks, steps] = [this.#hooks.splice(0), this.#steps.splice(0)];
    return { hooks: 1e3 * median(hooks), step: 1e3 * median(steps) };
  }
}

async function main(): Promise<void> {
  console.log(`${backendName}; ${ROUNDS} rounds; ± half of a 95 % interval of the mean over the rounds`);
  console.log(
    'The hooks of one update, in microseconds, and as a share of the step, beyond those of an empty callback\n',
  );
  const rows: string[][] = [];
  for (const backend of native ? ['tensorflow', 'cpu'] : ['cpu']) {
    await tf.setBackend(backend);
    // Beside a CNN in pure JavaScript, 0.1 s a step, nothing of a callback can be seen.
    for (const net of backend === 'cpu' ? [smallest] : [smallest, cnn]) {
      for (const optimizer of Object.keys(optimizers) as (keyof typeof optimizers)[]) {
        rows.push([backend, net.name, optimizer, ...cellsOf(await measure(net, optimizer))]);
      }
    }
  }
  const header = ['backend', 'model', 'optimizer', 'step, us', ...names.map((name) => `${name}, us`)];
  console.log(table([...header, 'hand-written / step', 'ours / step'], rows));
}

function cellsOf(times: Readonly<Record<Variant, Times>>): string[] {
  const step = names.flatMap((name) => times[name].step);
  const beyond = (name: Variant) =>
    times[name].hooks.map(
      (hooks, i) => (hooks - Number(times['an empty one'].hooks[i])) / Number(times[name].step[i]),
    );
  return [
    median(step).toFixed(0),
    ...names.map((name) => withHalf(interval(times[name].hooks))),
    ...(['hand-written', 'ours'] as const).map((name) => `${withHalf(interval(beyond(name)), 100)} %`),
  ];
}

const withHalf = ({ center, half }: Interval, by = 1) =>
  `${(by * center).toFixed(2)} ± ${(by * half).toFixed(2)}`;

async function measure(net: Net, optimizer: keyof typeof optimizers): Promise<Record<Variant, Times>> {
  const samples = BATCH_SIZE * net.batches;
  const [xs, ys] = [tf.randomNormal([samples, ...net.inputShape]), tf.randomNormal([samples, 1])];
  const model = net.build();
  model.compile({ loss: 'meanSquaredError', optimizer: optimizers[optimizer]() });
  const timed = names.map((name) => ({ name, callback: new Timed(variants[name](model, net.batches)) }));
  const times = Object.fromEntries(names.map((name) => [name, { hooks: [], step: [] }])) as unknown as Record<
    Variant,
    Times
  >;
  for (let round = -WARMING_UP; round < ROUNDS; round++) {
    for (const { name, callback } of rotated(timed, round + WARMING_UP)) {
      await model.fit(xs, ys, { epochs: 1, batchSize: BATCH_SIZE, verbose: 0, callbacks: [callback] });
      const { hooks, step } = callback.take();
      if (round < 0) continue;
      times[name].hooks.push(hooks);
      times[name].step.push(step);
    }
  }
  tf.dispose([xs, ys]);
  model.dispose();
  return times;
}

const rotated = <Item>(items: readonly Item[], by: number): Item[] => {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
};

void main();
