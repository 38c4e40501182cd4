// The models that the specs train, their optimizers, and how to look at both.
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { native, tf } from '../../examples/shared/backend';
import { getLearningRate } from '../../lib/training/optimizer';

/** Native TensorFlow if it is installed, and pure JavaScript. */
export const backends: readonly string[] = native ? ['tensorflow', 'cpu'] : ['cpu'];

/** The optimizers of tf.train, all seven. */
export const optimizers: Record<string, (learningRate: number) => Optimizer> = {
  sgd: (learningRate) => tf.train.sgd(learningRate),
  momentum: (learningRate) => tf.train.momentum(learningRate, 0.9),
  adagrad: (learningRate) => tf.train.adagrad(learningRate),
  adadelta: (learningRate) => tf.train.adadelta(learningRate),
  adam: (learningRate) => tf.train.adam(learningRate),
  adamax: (learningRate) => tf.train.adamax(learningRate),
  rmsprop: (learningRate) => tf.train.rmsprop(learningRate),
};

/** Each test of the suite runs on this backend, and the one before comes back after it. */
export function onBackend(backend: string): void {
  const before = tf.getBackend();
  beforeEach(async () => {
    await tf.setBackend(backend);
    // The first tensor on cpu prints a banner that advertises tfjs-node, unless this isn't Node.
    tf.env().set('IS_NODE', false);
    tf.scalar(0).dispose();
    tf.env().set('IS_NODE', true);
  });
  afterEach(() => tf.setBackend(before));
}

/** The learning rate that the optimizer of a tiny model is built with. */
export const BASE = 0.5;

/** A net with three weights that starts the same every time; none is 0, so that the smallest step would show. */
export function tinyModel(optimizer: Optimizer = tf.train.sgd(BASE)): LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer, biasInitializer: 'ones' })],
  });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

/** A functional model of the same kind. */
export function functionalModel(): LayersModel {
  const input = tf.input({ shape: [2] });
  const output = tf.layers.dense({ units: 1 }).apply(input) as ReturnType<typeof tf.input>;
  const model = tf.model({ inputs: input, outputs: output });
  model.compile({ optimizer: tf.train.sgd(BASE), loss: 'meanSquaredError' });
  return model;
}

export const weightsOf = (model: LayersModel): number[] =>
  model.getWeights().flatMap((weights) => Array.from(weights.dataSync()));

/** The learning rate of every update that the model's optimizer makes from now on, as it makes them. */
export const ratesOf = (model: LayersModel): number[] => noteRates(model, []);

/** Notes them behind those that were noted before, such as of another optimizer. */
export function noteRates(model: LayersModel, rates: number[]): number[] {
  const { optimizer } = model;
  const apply = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    rates.push(getLearningRate(optimizer));
    apply(gradients);
  };
  return rates;
}
