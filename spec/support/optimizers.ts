// The seven optimizers of tf.train, and their variants.
import type { Optimizer } from '@tensorflow/tfjs-core';
import { tf } from '../../examples/shared/backend';
import { optimizers } from './models';

export const variants: Record<string, (learningRate: number) => Optimizer> = {
  ...optimizers,
  'momentum (Nesterov)': (rate) => tf.train.momentum(rate, 0.9, true),
  'adamax (with decay)': (rate) => tf.train.adamax(rate, 0.9, 0.999, 1e-7, 0.01),
  'rmsprop (centered)': (rate) => tf.train.rmsprop(rate, 0.9, 0, 1e-7, true),
  'rmsprop (centered, with momentum)': (rate) => tf.train.rmsprop(rate, 0.9, 0.5, 1e-7, true),
};
