// What the specs train, and how they look at it.
import type { Optimizer } from '@tensorflow/tfjs-core';
import {
  CallbackList,
  type CustomCallback,
  type CustomCallbackArgs,
  History,
  type LayersModel,
  type ModelFitArgs,
} from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { native, tf } from '../../examples/shared/backend';
import type { PerCycle } from '../../lib/annealing/cycles';
import { type CosineAnnealingConfig, cosineAnnealing } from '../../lib/config/config';
import type { CosineAnnealingCallback } from '../../lib/training/callback';
import { getLearningRate } from '../../lib/training/optimizer';
import type { Logger } from '../../lib/training/reporter';

/** Native TensorFlow where it is installed, and pure JavaScript. */
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

export const BATCHES = 4;
export const BATCH_SIZE = 2;
/** The learning rate that the optimizer of a tiny model is built with. */
export const BASE = 0.5;

const inputs = Array.from({ length: BATCHES * BATCH_SIZE }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const targets = inputs.map(([a = 0, b = 0]) => [a - 2 * b]);

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
export function ratesOf(model: LayersModel): number[] {
  const { optimizer } = model;
  const rates: number[] = [];
  const apply = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    rates.push(getLearningRate(optimizer));
    apply(gradients);
  };
  return rates;
}

/** Three epochs of four batches, unless the options say otherwise. */
export async function train(
  model: LayersModel,
  callbacks: NonNullable<ModelFitArgs['callbacks']>,
  options: ModelFitArgs = {},
) {
  const xs = tf.tensor2d(inputs);
  const ys = tf.tensor2d(targets);
  try {
    const fixed = { verbose: 0, shuffle: false, callbacks } as const;
    return await model.fit(xs, ys, { epochs: 3, batchSize: BATCH_SIZE, ...fixed, ...options });
  } finally {
    tf.dispose([xs, ys]);
  }
}

/** Batches of which TensorFlow.js does not know how many there are. */
export function unsized(batches = BATCHES) {
  return tf.data.generator(function* () {
    for (let i = 0; i < batches; i++) yield batchAt(i);
  });
}

/** Batches of which TensorFlow.js knows how many there are. */
export const sized = (batches = BATCHES) =>
  tf.data.array(Array.from({ length: batches }, (_, i) => i)).map(batchAt);

function batchAt(i: number) {
  const rows = <T>(all: T[]) =>
    Array.from({ length: BATCH_SIZE }, (_, k) => all.at((i + k) % all.length) as T);
  return { xs: tf.tensor2d(rows(inputs)), ys: tf.tensor2d(rows(targets)) };
}

/** Three epochs, unless the options say otherwise. */
export const trainDataset = (
  model: LayersModel,
  dataset: ReturnType<typeof unsized>,
  callbacks: NonNullable<ModelFitArgs['callbacks']>,
  options: { epochs?: number; initialEpoch?: number; batchesPerEpoch?: number } = {},
) => model.fitDataset(dataset, { epochs: 3, verbose: 0, callbacks, ...options });

/** A callback made of functions, as TensorFlow.js's users write them. */
export const callback = (functions: CustomCallbackArgs): CustomCallback => new tf.CustomCallback(functions);

/** A logger that keeps every line. */
export function recorder() {
  const lines: string[] = [];
  const take = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const logger: Logger = { info: take('info'), warn: take('warn'), debug: take('debug') };
  return { lines, logger, warnings: () => lines.filter((line) => line.startsWith('warn')) };
}

/** Everything that is printed while the work is done. */
export async function printedDuring(work: () => Promise<unknown>): Promise<string[]> {
  const printed: string[] = [];
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
  const originals = methods.map((method) => console[method]);
  for (const method of methods) console[method] = (text) => void printed.push(`${method}: ${text}`);
  for (const stream of streams) stream.write = (text: unknown) => printed.push(`written: ${text}`) > 0;
  try {
    await work();
  } finally {
    methods.forEach((method, i) => {
      console[method] = originals[i] as typeof console.log;
    });
    streams.forEach((stream, i) => {
      stream.write = writes[i] as typeof stream.write;
    });
  }
  return printed;
}

/** The error that the work is rejected with. */
export async function rejection(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}

/** An update, and its position on the schedule. */
export interface Update {
  readonly epoch: number;
  readonly batch: number;
  readonly t: number;
}

/** The updates of whole epochs; t is epoch + batch / batches, unless said otherwise. */
export function updates(
  epochs: readonly number[],
  batches = BATCHES,
  t: (epoch: number, batch: number, step: number) => number = (epoch, batch) => epoch + batch / batches,
): Update[] {
  const all = epochs.flatMap((epoch) => Array.from({ length: batches }, (_, batch) => ({ epoch, batch })));
  return all.map(({ epoch, batch }, step) => ({ epoch, batch, t: t(epoch, batch, step) }));
}

/** The updates were made with the pure schedule's rates, and the history tells exactly those that changed it. */
export function expectAnnealed(
  annealing: CosineAnnealingCallback,
  rates: readonly number[],
  expected: readonly Update[],
  config: CosineAnnealingConfig & { eta_max: PerCycle },
): void {
  const lr = cosineAnnealing(config);
  expect(rates).to.deep.equal(expected.map(({ t }) => lr(t)));
  let before: { learningRate: number; cycle: number } | undefined;
  const changes = [];
  for (const [step, { epoch, batch, t }] of expected.entries()) {
    const learningRate = lr(t);
    const position = lr.cycleAt(t);
    const restart = before !== undefined && position.cycle > before.cycle;
    if (restart || learningRate !== before?.learningRate)
      changes.push({ step, epoch, batch, learningRate, ...position, restart });
    before = { learningRate, cycle: position.cycle };
  }
  expect([...annealing.history]).to.deep.equal(changes);
  expect(annealing.step).to.equal(expected.length);
}

/** A fit without the arithmetic. */
export interface DrivenFit {
  readonly epochs: number;
  readonly batches: number;
  /** Whether TensorFlow.js would know the number of batches. Default: true. */
  readonly known?: boolean;
  /** Called instead of an update; it may throw, or set model.stopTraining. */
  readonly onUpdate?: () => void;
  readonly onEpochEnd?: () => void;
}

/** TensorFlow.js's own list of callbacks, called as LayersModel.fitLoop calls it. */
export async function drive(model: LayersModel, callbacks: CustomCallback[], fit: DrivenFit): Promise<void> {
  const { epochs, batches, known = true, onUpdate, onEpochEnd } = fit;
  const list = new CallbackList([...callbacks, new History()]);
  const hidden = model as unknown as { isTraining: boolean };
  hidden.isTraining = true;
  try {
    list.setParams({
      epochs,
      initialEpoch: 0,
      metrics: ['loss'],
      ...(known && { samples: batches, batchSize: 1 }),
    });
    list.setModel(model);
    await list.onTrainBegin();
    model.stopTraining = false;
    for (let epoch = 0; epoch < epochs && !model.stopTraining; epoch++) {
      await list.onEpochBegin(epoch);
      for (let batch = 0; batch < batches && !model.stopTraining; batch++) {
        const logs = {};
        await list.onBatchBegin(batch, logs);
        onUpdate?.();
        Object.assign(logs, { batch, size: 1, loss: 1 });
        await list.onBatchEnd(batch, logs);
      }
      await list.onEpochEnd(epoch, { loss: 1 });
      onEpochEnd?.();
    }
    await list.onTrainEnd();
  } finally {
    hidden.isTraining = false;
  }
}
