// What bench/find.ts trains: nets and data that differ in kind, each small. The same seed gives the same weights.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { tf } from '../examples/shared/backend';
import { loadTestDigits, loadTrainingDigits } from '../examples/shared/mnist';

export interface Task {
  readonly training: Data;
  readonly test: Data;
  readonly loss: string;
  build(): LayersModel;
}

export interface Data {
  readonly xs: Tensor;
  readonly ys: Tensor;
}

export interface Size {
  readonly trainingSamples: number;
  readonly testSamples: number;
  /** A folder with Fashion-MNIST's four IDX files, whose names are MNIST's. */
  readonly fashion?: string | undefined;
}

const normal = (seed: number) => tf.initializers.heNormal({ seed });
const even = (seed: number) => tf.initializers.glorotNormal({ seed });

/** Each is made when it's needed. */
export const tasks: Record<string, (size: Size) => Task> = {
  'mnist-cnn': (size) => ({ ...digits(size), build: cnn }),
  'mnist-mlp': (size) => ({ ...digits(size), build: () => mlp([784, 128, 10], 'relu') }),
  'mnist-batchnorm': (size) => ({ ...digits(size), build: batchNorm }),
  'mnist-lstm': (size) => ({ ...digits(size), build: lstm }),
  'mnist-sigmoid': (size) => ({ ...digits(size), build: () => mlp([784, 64, 64, 10], 'sigmoid') }),
  'fashion-cnn': (size) => ({ ...fashion(size), build: cnn }),
  'fashion-mlp': (size) => ({ ...fashion(size), build: () => mlp([784, 128, 10], 'relu') }),
  table: (size) => ({ ...table(size), build: () => mlp([20, 64, 64, 4], 'relu') }),
  regression: (size) => ({ ...regression(size), build: () => mlp([8, 64, 32, 1], 'tanh') }),
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

type Samples = Omit<Task, 'build'>;
const loss = 'categoricalCrossentropy';

function digits({ trainingSamples, testSamples }: Size): Samples {
  const part = ({ images, labels }: { images: Tensor; labels: Tensor }, count: number) => ({
    xs: images.slice([0, 0, 0, 0], [count, 28, 28, 1]),
    ys: labels.slice([0, 0], [count, 10]),
  });
  return {
    training: part(loadTrainingDigits(), trainingSamples),
    test: part(loadTestDigits(), testSamples),
    loss,
  };
}

function fashion({ fashion: folder, trainingSamples, testSamples }: Size): Samples {
  if (folder === undefined)
    throw new Error('give --fashion, the folder with the four files of Fashion-MNIST');
  const part = (name: string, count: number) => {
    const pixels = readFileSync(join(folder, `${name}-images-idx3-ubyte`)).subarray(16, 16 + count * 784);
    const labels = readFileSync(join(folder, `${name}-labels-idx1-ubyte`)).subarray(8, 8 + count);
    return {
      xs: tf.tensor4d(
        Float32Array.from(pixels, (grey) => grey / 255),
        [count, 28, 28, 1],
      ),
      ys: tf.oneHot(tf.tensor1d(labels, 'int32'), 10).toFloat(),
    };
  };
  return { training: part('train', trainingSamples), test: part('t10k', testSamples), loss };
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
