// What bench/find.ts trains: nets and data that differ in kind, each small. The same seed gives the same weights.
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { tf } from '../examples/shared/backend';
import { loadTestClothes, loadTrainingClothes } from '../examples/shared/fashion-mnist';
import { type Digits, loadTestDigits, loadTrainingDigits } from '../examples/shared/mnist';

export const optimizers = {
  sgd: () => tf.train.sgd(0.01),
  momentum: () => tf.train.momentum(0.01, 0.9),
  adam: () => tf.train.adam(0.001),
  rmsprop: () => tf.train.rmsprop(0.001),
};
export type OptimizerName = keyof typeof optimizers;

export interface Task {
  readonly training: Data;
  readonly test: Data;
  readonly loss: string;
  readonly optimizers: readonly OptimizerName[];
  build(): LayersModel;
}

export interface Data {
  readonly xs: Tensor;
  readonly ys: Tensor;
}

export interface Size {
  readonly trainingSamples: number;
  readonly testSamples: number;
}

const normal = (seed: number) => tf.initializers.heNormal({ seed });
const even = (seed: number) => tf.initializers.glorotNormal({ seed });

const all: readonly OptimizerName[] = ['sgd', 'momentum', 'adam', 'rmsprop'];
const two: readonly OptimizerName[] = ['momentum', 'adam'];

/** Each is made when it's needed. The slowest is the last. */
export const tasks: Record<string, (size: Size) => Task> = {
  'mnist-cnn': (size) => ({ ...digits(size), optimizers: all, build: cnn }),
  'fashion-mlp': (size) => ({ ...clothes(size), optimizers: all, build: () => mlp([784, 128, 10], 'relu') }),
  'mnist-mlp': (size) => ({ ...digits(size), optimizers: all, build: () => mlp([784, 128, 10], 'relu') }),
  'fashion-cnn': (size) => ({ ...clothes(size), optimizers: all, build: cnn }),
  regression: (size) => ({ ...regression(size), optimizers: two, build: () => mlp([8, 64, 32, 1], 'tanh') }),
  table: (size) => ({ ...table(size), optimizers: two, build: () => mlp([20, 64, 64, 4], 'relu') }),
  'mnist-sigmoid': (size) => ({
    ...digits(size),
    optimizers: two,
    build: () => mlp([784, 64, 64, 10], 'sigmoid'),
  }),
  'mnist-batchnorm': (size) => ({ ...digits(size), optimizers: two, build: batchNorm }),
  'mnist-lstm': (size) => ({ ...digits(size), optimizers: two, build: lstm }),
};

function cnn(): LayersModel {
  const convolution = { strides: 2, activation: 'relu' } as const;
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...convolution,
        inputShape: [28, 28, 1],
        filters: 8,
        kernelSize: 5,
        kernelInitializer: normal(1),
      }),
      tf.layers.conv2d({ ...convolution, filters: 16, kernelSize: 3, kernelInitializer: normal(2) }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: even(3) }),
    ],
  });
}

function mlp([inputs = 1, ...units]: number[], activation: 'relu' | 'tanh' | 'sigmoid'): LayersModel {
  const isImage = inputs === 784;
  const start = activation === 'relu' ? normal : even;
  const outputs = units.pop() ?? 1;
  return tf.sequential({
    layers: [
      tf.layers.reshape({ inputShape: isImage ? [28, 28, 1] : [inputs], targetShape: [inputs] }),
      ...units.map((count, i) =>
        tf.layers.dense({ units: count, activation, kernelInitializer: start(i + 1) }),
      ),
      tf.layers.dense({
        units: outputs,
        activation: outputs === 1 ? 'linear' : 'softmax',
        kernelInitializer: even(9),
      }),
    ],
  });
}

function batchNorm(): LayersModel {
  const block = (seed: number) => [
    tf.layers.dense({ units: 64, useBias: false, kernelInitializer: normal(seed) }),
    tf.layers.batchNormalization(),
    tf.layers.reLU(),
  ];
  return tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      ...block(1),
      ...block(2),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: even(3) }),
    ],
  });
}

/** Reads an image row by row, each averaged with the one below. */
function lstm(): LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.averagePooling2d({ inputShape: [28, 28, 1], poolSize: [2, 2] }),
      tf.layers.reshape({ targetShape: [14, 14] }),
      tf.layers.lstm({ units: 32, kernelInitializer: even(1), recurrentInitializer: even(2) }),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: even(3) }),
    ],
  });
}

type Samples = Omit<Task, 'build' | 'optimizers'>;
const loss = 'categoricalCrossentropy';

const digits = ({ trainingSamples, testSamples }: Size): Samples =>
  images([loadTrainingDigits(), trainingSamples], [loadTestDigits(), testSamples]);

const clothes = ({ trainingSamples, testSamples }: Size): Samples =>
  images([loadTrainingClothes(), trainingSamples], [loadTestClothes(), testSamples]);

function images(...parts: readonly (readonly [Digits, number])[]): Samples {
  const [training, test] = parts.map(([digits, count]) => ({
    xs: digits.images.slice([0, 0, 0, 0], [count, 28, 28, 1]),
    ys: digits.labels.slice([0, 0], [count, 10]),
  })) as [Data, Data];
  return { training, test, loss };
}

/** Four classes from 20 numbers, by a random net with noise. */
function table(size: Size): Samples {
  return split(size, loss, (count) => {
    const xs = tf.randomNormal([count, 20], 0, 1, 'float32', 1);
    const hidden = xs.matMul(tf.randomNormal([20, 16], 0, 0.5, 'float32', 2)).tanh();
    const scores = hidden.matMul(tf.randomNormal([16, 4], 0, 1, 'float32', 3));
    const noise = tf.randomNormal([count, 4], 0, 0.5, 'float32', 4);
    return { xs, ys: tf.oneHot(scores.add(noise).argMax(1), 4).toFloat() };
  });
}

/** Friedman's first function, its targets scaled to about 1. */
function regression(size: Size): Samples {
  return split(size, 'meanSquaredError', (count) => {
    const xs = tf.randomUniform([count, 8], -1, 1, 'float32', 5);
    const [a, b, c, d, e] = tf.split(xs, 8, 1) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const clean = a.mul(b).mul(Math.PI).sin().mul(2).add(c.square()).add(d.mul(0.6)).add(e.mul(0.4));
    return { xs, ys: clean.add(tf.randomNormal([count, 1], 0, 0.06, 'float32', 6)) };
  });
}

function split({ trainingSamples, testSamples }: Size, name: string, make: (count: number) => Data): Samples {
  const { xs, ys } = tf.tidy(() => ({ ...make(trainingSamples + testSamples) }));
  const part = (begin: number, count: number) => ({
    xs: xs.slice([begin, 0], [count, -1]),
    ys: ys.slice([begin, 0], [count, -1]),
  });
  return { training: part(0, trainingSamples), test: part(trainingSamples, testSamples), loss: name };
}
