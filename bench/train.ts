// One training step with and without the callback. Variants take turns batch count by batch count, so that noise hits
// all alike, and each is divided by the variant beside it in the same round. See bench/README.md.
import { backendName, native, tf } from '../examples/shared/backend';
import { CosineAnnealingCallback } from '../lib';
import { table } from './table';

type Model = ReturnType<typeof tf.sequential>;
type Callback = InstanceType<typeof tf.CustomCallback>;

const BATCH_SIZE = 8;
const ROUNDS = Number(process.env['ROUNDS'] ?? 30);
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

const optimizers = { sgd: () => tf.train.sgd(eta.eta_max), adam: () => tf.train.adam(eta.eta_max) };

/** The shortest callback that does the same job: the formula, and the call or assignment that this optimizer needs. */
function handWritten(model: Model, batches: number): Callback {
  const optimizer = model.optimizer as unknown as {
    setLearningRate?(lr: number): void;
    learningRate: number;
  };
  return new tf.CustomCallback({
    onBatchBegin(batch) {
      const lr =
        eta.eta_min + ((eta.eta_max - eta.eta_min) * (1 + Math.cos((Math.PI * batch) / batches))) / 2;
      if (optimizer.setLearningRate) optimizer.setLearningRate(lr);
      else optimizer.learningRate = lr;
    },
  });
}

const variants = {
  'no callback': () => undefined,
  'an empty one': () => new tf.CustomCallback({}),
  'hand-written': handWritten,
  ours: () => new CosineAnnealingCallback({ ...eta, T_0: 1 }, { logger: null }), // all share one optimizer
};

type Variant = keyof typeof variants;
const names = Object.keys(variants) as Variant[];

async function main(): Promise<void> {
  console.log(`${backendName}; ${ROUNDS} rounds; microseconds are medians, ratios medians over the rounds\n`);
  const rows: string[][] = [];
  for (const backend of native ? ['tensorflow', 'cpu'] : ['cpu']) {
    await tf.setBackend(backend);
    for (const net of [smallest, cnn]) {
      for (const optimizer of Object.keys(optimizers) as (keyof typeof optimizers)[]) {
        rows.push([backend, net.name, optimizer, ...(await measure(net, optimizer))]);
      }
    }
  }
  const ratios = ['ours / none', 'hand-written / none', 'ours / hand-written'];
  console.log(table(['backend', 'model', 'optimizer', 'no callback, us a step', ...ratios], rows));
}

async function measure(
  net: typeof smallest | typeof cnn,
  optimizer: keyof typeof optimizers,
): Promise<string[]> {
  const samples = BATCH_SIZE * net.batches;
  const [xs, ys] = [tf.randomNormal([samples, ...net.inputShape]), tf.randomNormal([samples, 1])];
  const model = net.build();
  model.compile({ loss: 'meanSquaredError', optimizer: optimizers[optimizer]() });
  const callbacks = Object.fromEntries(names.map((name) => [name, variants[name](model, net.batches)]));
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -2; round < ROUNDS; round++) {
    for (const name of rotated(names, round)) {
      const callback = callbacks[name];
      const begin = performance.now();
      await model.fit(xs, ys, {
        epochs: 1,
        batchSize: BATCH_SIZE,
        verbose: 0,
        ...(callback && { callbacks: callback }),
      });
      const time = ((performance.now() - begin) * 1e3) / net.batches;
      if (round >= 0) times[name]?.push(time); // the first rounds warm up
    }
  }
  tf.dispose([xs, ys]);
  model.dispose();
  const ratio = (a: Variant, b: Variant) =>
    median(paired(times[a] as number[], times[b] as number[])).toFixed(3);
  const none = median(times['no callback'] as number[]).toFixed(0);
  return [
    none,
    ratio('ours', 'no callback'),
    ratio('hand-written', 'no callback'),
    ratio('ours', 'hand-written'),
  ];
}

const rotated = <Item>(items: Item[], by: number) =>
  items.map((_, i) => items[(i + by + items.length) % items.length] as Item);

const paired = (a: number[], b: number[]) => a.map((value, i) => value / (b[i] as number));

const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

void main();
