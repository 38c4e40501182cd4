import * as tf from '@tensorflow/tfjs';
import type { Backend } from './backend';

/** A net that tells digits, compiled; its weights are always the same at first, so that schedules can be compared. */
export function createModel(backend: Backend): tf.LayersModel {
  // The wasm backend has no gradient of convolutions, and on the cpu backend they are slow.
  const hidden = backend === 'webgl' ? convolutional() : dense();
  const model = tf.sequential({
    layers: [
      tf.layers.inputLayer({ inputShape: [28, 28, 1] }),
      ...hidden,
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(3) }),
    ],
  });
  model.compile({
    optimizer: tf.train.momentum(0.1, 0.9), // 0.1 until the callback sets the learning rate, before the first batch
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

const convolutional = () => [
  tf.layers.conv2d({
    filters: 8,
    kernelSize: 5,
    strides: 2,
    activation: 'relu',
    kernelInitializer: seeded(1),
  }),
  tf.layers.conv2d({
    filters: 16,
    kernelSize: 3,
    strides: 2,
    activation: 'relu',
    kernelInitializer: seeded(2),
  }),
  tf.layers.flatten(),
];

const dense = () => [
  tf.layers.flatten(),
  tf.layers.dense({ units: 32, activation: 'relu', kernelInitializer: seeded(1) }),
];

const seeded = (seed: number) => tf.initializers.glorotNormal({ seed });

export function disposeModel(model: tf.LayersModel): void {
  model.dispose();
  model.optimizer.dispose();
}
