// What ERRORS.md shows: code that is refused or warned of, with a message of its own each, and how to run it.
import { runInNewContext } from 'node:vm';
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { CustomCallbackArgs, ModelFitArgs, Sequential } from '@tensorflow/tfjs-layers';
import { tf } from '../../examples/shared/backend';
import * as library from '../../lib';
import { nameOf, sentenceOf } from '../../lib/errors';
import { toSVG, toText } from '../../lib/plot';
import type { Logger } from '../../lib/training/reporter';
import { trainDataset, unsized } from './datasets';
import { MemoryStore } from './memory-store';
import { tinyModel } from './models';

/** By room: configs, calls, and fits in some circumstance that follows them. */
export const refusals: Record<string, readonly string[]> = {
  'The config': [
    '10',
    '{}',
    "{ T_0: '10', eta_min: -1 }",
    '{ T0: 10 }',
    '{ T_0: 10, momentum: 0.9 }',
    '{ T_0: 10, epochs: 20, learning_rate: 0.1 }',
    '{ T_0: 10, onRestart() {} }',
    '{ T_max: 10, T_0: 10, min_lr: 0, alpha: 0.1, warmup_steps: 5 }',
    '{ T_0: 10, decay_steps: 10, first_decay_steps: 10, t_initial: 10 }',
    '{ T_0: 10, warmup: { lenght: 2 } }',
    '{ T_0: 10, warmup: true }',
    '{ T_0: 10, warmup: [2] }',
    "{ T_0: 10, warmup: { length: 2, everyCycle: 1, shape: 'square', placement: 'after' } }",
    '{ T_0: 1e-13 }',
    '{ T_0: 10, T_mult: 1e16 }',
    '{ T_0: 10, eta_max: [] }',
    "{ T_0: 10, cycles: 'two', endpoint: 1, verbose: 3, eta_min_ratio: 2, historyLimit: 0 }",
    "{ T_0: 10, eta_max: '0.1', plateau: '5' }",
    '{ T_0: 10, T_mult: 0.5 }',
    '{ T_0: 10, T_mult: 0.5, cycles: 1e6 }',
    '{ T_0: 10, T_mult: 0.5, cycles: 100 }',
    '{ total: 10, T_mult: 2, cycles: 100 }',
    '{ total: 10, cycles: 1e15 }',
    '{ T_0: 10, T_mult: 2, cycles: [5, 10] }',
    "{ T_0: 10, afterLastCycle: 'stop' }",
    '{ T_0: 10, eta_max: 0.1, eta_min: [0.01, 0.2] }',
    '{ T_0: 10, eta_min: 0.01, eta_min_ratio: 0.1 }',
    '{ T_0: 10, eta_max: [0.1, 0.005], eta_min_ratio: 0.1 }',
    '{ cycles: 2, total: 20, eta_max: [0.1, 0.05, 0.02] }',
    '{ T_0: 10, eta_max: [0.1, 0.05], eta_max_mult: 0.5 }',
    '{ T_0: 10, eta_max_mult: 0.5, amplitude_mult: 0.5 }',
    '{ cycles: 2, total: 10, warmup: { length: 5, everyCycle: true } }',
    "{ T_0: 3, warmup: { length: 5, placement: 'overlap' } }",
    "{ T_0: 3, warmup: { length: 3, placement: 'inside' } }",
    "{ T_0: 3, plateau: 1, warmup: { length: 3, placement: 'overlap' } }",
  ],
  'The schedule by itself': [
    'cosineAnnealing({ T_0: 10 })',
    'cosineAnnealing({ cycles: 3, eta_max: 0.1 })',
    'cosineAnnealing({ cycles: 1, eta_max: 0.1 })',
    'cosineAnnealing({ T_0: 10, eta_max: 0.1, endpoint: true })',
    'cosineAnnealing({ T_0: 10, eta_max: 0.1 })(-1)',
    'cosineAnnealing({ T_0: 10, eta_max: 0.1 }).cycleStart(0.5)',
    'cosineAnnealing({ cycles: [5, 10], eta_max: 0.1 }).cycleStart(3)',
    'plan({ T_0: 10, eta_max: 0.1 }, 10)',
    'plan({ T_0: 10, eta_max: 0.1 }, { epochs: 10, initialEpoch: 10 })',
    'plan({ T_0: 10, eta_max: 0.1 }, { epochs: 10, initialEpoch: -1 })',
  ],
  'The options': [
    'new CosineAnnealingCallback({ T_0: 10 }, { onRestarted() {} })',
    "new CosineAnnealingCallback({ T_0: 10 }, { onRestart: 'save', logger: 'debug', yieldEvery: 'frame' })",
    "new CosineAnnealingCallback({ T_0: 10 }, 'onRestart')",
  ],
  'The optimizer': [
    'setLearningRate(optimizer, NaN)',
    'fit({ T_0: 10, eta_min: 0.2 }), with sgd(0.1)',
    'fit({ T_0: 10 }), with an optimizer at 0',
    'fit({ T_0: 10 }), with an optimizer that has no learning rate',
    'fit({ T_0: 10 }), with an optimizer that keeps its learning rate',
  ],
  Training: [
    'fit({ T_0: 10 }), behind a plain object in callbacks',
    "fit({ T_0: 10, cycles: 1, afterLastCycle: 'stop' }), behind a plain object in callbacks, with options.optimizer",
    'fit({ T_0: 10 }), twice in callbacks',
    'fit({ T_0: 10 }), with annealing.reset() in onEpochEnd',
    'fit({ cycles: 2 }), with epochs: Infinity',
    'annealing.onEpochBegin(0)',
    'annealing.beforeUpdate(optimizer, { epoch: 0, batch: 0 }); annealing.afterUpdate(); annealing.afterUpdate()',
    'annealing.beforeUpdate(optimizer, 3)',
    'annealing.beforeUpdate(optimizer, { batch: 2 ** 31 })',
  ],
  'A saved state': [
    "annealing.state({ history: 'all' })",
    'annealing.state(10)',
    `CosineAnnealingCallback.fromJSON('{"version":1,"conf')`,
    'CosineAnnealingCallback.fromJSON([1])',
    'CosineAnnealingCallback.fromJSON({ version: 2 })',
    'CosineAnnealingCallback.fromJSON({ version: 1 })',
    'CosineAnnealingCallback.fromJSON({ ...state, position: { ...state.position, epoch: 7 } })',
    'CosineAnnealingCallback.fromJSON({ ...state, config: { ...state.config, T_0: 20 } })',
    'CosineAnnealingCallback.fromJSON({ ...state, learned: 0.1, position: { step: 1.5, epoch: 1e10, last: 3 } })',
    "CosineAnnealingCallback.fromJSON({ ...state, position: 'end', history: 'none' })",
    "CosineAnnealingCallback.fromJSON({ ...state, history: { ...state.history, steps: [-1], epochs: [0.5], batches: [-1], learningRates: ['0.1'], spans: 1, configs: 1 } })",
    'CosineAnnealingCallback.fromJSON({ ...state, history: { ...state.history, spans: [1] } })',
    'CosineAnnealingCallback.fromJSON(state, {}, 0.001)',
    "CosineAnnealingCallback.fromJSON(state, {}, { unit: 'batch' })",
  ],
  Snapshots: [
    'TrainingSnapshot.take(3)',
    'TrainingSnapshot.take(tf.sequential())',
    'model.dispose(); TrainingSnapshot.take(model)',
    'adam.optimizer.dispose(); TrainingSnapshot.take(adam)',
    'model.optimizer = { learningRate: 0.1 }; TrainingSnapshot.take(model)',
    'model.optimizer.clipValue = 1; TrainingSnapshot.take(model)',
    'model.optimizer.c = 0.1; TrainingSnapshot.take(model)',
    "Object.assign(adam.optimizer, { beta1: '0.9', accBeta1: 0.9, accumulatedFirstMoment: [0] }); TrainingSnapshot.take(adam)",
    'snapshot.dispose(); snapshot.restore()',
    'model.optimizer = optimizer; snapshot.restore()',
  ],
  Checkpoints: [
    "saveCheckpoint('disk', model, annealing)",
    'saveCheckpoint(saved, model)',
    'saveCheckpoint(full, model, annealing)',
    'loadCheckpoint(full, model)',
    'loadCheckpoint(plain, model)',
    'loadCheckpoint(newer, model)',
    'loadCheckpoint(damaged, model)',
    'loadCheckpoint(saved, adam)',
    'loadCheckpoint(saved, wider)',
    'model.layers[0].trainable = false; loadCheckpoint(saved, model)',
  ],
  'Snapshot ensembles': [
    "new SnapshotEnsemble({ keep: 'both' })",
    'new SnapshotEnsemble(2)',
    'new SnapshotEnsemble().predict(xs)',
    'ensemble.add()',
    'ensemble.add({ cycle: 0, logs: {} })',
    'ensemble.add({ cycle: 0, logs: {}, model: wider })',
    'ensemble.restore(5)',
    'ensemble.best()',
    "ensemble.best('val_loss')",
    "ensemble.best('loss', 'least')",
    "normalized.best('loss')",
    'normalized.average()',
    'ensemble.average(xs, 32)',
  ],
  'The search for eta_max': [
    'findLearningRate(model, xs, ys)',
    'findLearningRate(model, xs, ys, { batchSize: 0, from: 0, to: 0, steps: 1, budget: 1, onProgress: 1, callbacks: [], initialEpoch: 1 })',
    'findLearningRate(model, 3, ys, { epochs: 15 })',
    'findLearningRate(model, xs, tf.ones([3, 1]), { epochs: 15 })',
    'findLearningRate(model, tf.ones([0, 1]), tf.ones([0, 1]), { epochs: 15 })',
    'findLearningRate(model, xs, ys, { epochs: 15 })',
    'findLearningRate(model, xs, ys, { epochs: 15, budget: 100, steps: 80 })',
    'findLearningRate(model, xs, ys, { epochs: 15, budget: 100, from: 1, to: 0.1 })',
    'findLearningRate(model, tf.zeros([2, 1]), tf.zeros([2, 1]), { epochs: 15, budget: 100 })',
    'findLearningRate(model, xs, tf.fill([2, 1], NaN), { epochs: 15, budget: 100 })',
    'findLearningRate(model, xs, ys, { epochs: 15, budget: 100, from: 1e10, to: 1e30 })',
    'model.fit(xs, ys, { verbose: 0, callbacks: { onEpochEnd: () => findLearningRate(model, xs, ys, { epochs: 15, budget: 100 }) } })',
    'findLearningRateDataset(model, 3, { epochs: 15 })',
    'findLearningRateDataset(model, tf.data.array([]), { epochs: 15, budget: 100 })',
    'findLearningRateDataset(model, tf.data.array([{ xs, ys }]), { epochs: 15, batchesPerEpoch: 10, budget: 100 })',
  ],
  Charts: [
    'toText()',
    'toText(lr)',
    'toSVG({ schedule: lr, to: 20 }, { width: 20, titel: 1 })',
    'toSVG({ schedule: lr, to: 0 })',
    'toSVG({ schedule: lr, from: 20, to: 10 })',
    'toSVG({ schedule: 0.1, to: 10 })',
    'toText({ series: [{ name: 1, x: [1], y: [1, 2] }] })',
    'toText({ series: [1] })',
    "toText({ series: [{ name: 'loss', x: 1, y: [1] }] })",
    "toText({ series: [{ name: 'loss', x: [1], y: [NaN] }] })",
    "toText({ series: [{ name: 'loss', x: [1], y: [-1] }] }, { logScale: true })",
    'toText(annealing)',
    'toText(annealing.history)',
    'toText({ schedule: lr, to: 20 }, { logScale: 1, x: 3, theme: 2, series: 4 })',
    'toText({ history: 3 })',
    'toText([{ step: 1 }])',
    "toText({ get series() { throw new Error('no') } })",
    'toText({ eta_max: 0, learningRates: [-1], losses: [1], trials: [1] })',
    'toText({ eta_max: 0.1, learningRates: [0.1], losses: [1], trials: [1] })',
  ],
  'Other libraries’ parameters': [
    'fromKeras(0.1)',
    "fromKeras({ class_name: 'ExponentialDecay', config: {} })",
    "fromKeras({ class_name: 'CosineDecay', config: 1000 })",
    "fromKeras({ class_name: 'CosineDecay', config: { initial_learning_rate: 0, decay_steps: 1000 } })",
    "fromKeras({ class_name: 'CosineDecay', config: { initial_learning_rate: 1, decay_steps: 1000, warmup_target: 0.1, warmup_steps: 10 } })",
    "fromKeras({ class_name: 'CosineDecayRestarts', config: 1000 })",
    "fromKeras({ class_name: 'CosineDecayRestarts', config: { initial_learning_rate: 0.1, first_decay_steps: 1000, alpha: 2, t_mul: 0.5 } })",
    'fromPyTorch(10)',
    'fromPyTorch({ T_0: 10, T_max: 10, base_lr: 0.1 })',
    'fromPyTorch({ T_0: 10, base_lr: 0.1, eta_min: 0.2 })',
    'fromTimm(30)',
    'fromTimm({ t_initial: 10, k_decay: 2, base_lr: 0.1 })',
    'fromTimm({ t_initial: 10, noise_range_t: [2, 5], base_lr: 0.1 })',
    'fromTimm({ t_initial: 10, warmup_t: 20, base_lr: 0.1 })',
    'fromTimm({ t_initial: 10, cycle_decay: 0.1, cycle_limit: 3, lr_min: 0.01, base_lr: 0.1 })',
    'fromOptax(1000)',
    'fromOptax({ init_value: 0, peak_value: 0.1, warmup_steps: -1, decay_steps: 10 })',
    'fromOptax({ init_value: 0, peak_value: 0.1, warmup_steps: 10, decay_steps: 10 })',
    'fromTransformers(1000)',
    "fromTransformers({ name: 'cosine', num_cycles: 1e-7, num_warmup_steps: 0, num_training_steps: 10, base_lr: 0.1 })",
    "fromTransformers({ name: 'cosine', num_cycles: 2, num_warmup_steps: 10, num_training_steps: 10, base_lr: 0.1 })",
    "fromTransformers({ name: 'cosine', steps: 100 })",
    "fromTransformers({ name: 'cosine_with_min_lr', min_lr: 1, min_lr_rate: 0.1, num_warmup_steps: 0, num_training_steps: 9, base_lr: 0.1 })",
    "fromTransformers({ name: 'cosine_with_min_lr', num_warmup_steps: 0, num_training_steps: 9, base_lr: 0.1 })",
    "fromTransformers({ name: 'cosine_warmup_with_min_lr', min_lr: 0, num_warmup_steps: 0, num_training_steps: 9, base_lr: 0.1 })",
    "fromTransformers({ name: 'warmup_stable_decay', num_warmup_steps: 5, num_decay_steps: 5, base_lr: 0.1 })",
    "fromTransformers({ name: 'warmup_stable_decay', num_warmup_steps: 5, num_decay_steps: 5, num_training_steps: 9, base_lr: 0.1 })",
    "fromTransformers({ name: 'warmup_stable_decay', warmup_type: '1-sqrt', decay_type: 'linear', num_cycles: 1, num_warmup_steps: 5, num_decay_steps: 5, num_stable_steps: 9, base_lr: 0.1 })",
    'fromMMEngine(10)',
    'fromMMEngine({ periods: 10 })',
    'fromMMEngine({ base_lr: 0.1 })',
    'fromMMEngine({ T_max: 10, begin: 5, end: 20, eta_min: 0, eta_min_ratio: 0.1, base_lr: 0.1 })',
    'fromMMEngine({ T_max: 10, begin: 5, end: 5, by_epoch: false, convert_to_iter_based: true, base_lr: 0.1 })',
    'fromMMEngine({ periods: [10, 20], restart_weights: [0.5], begin: 5, base_lr: 0.1 })',
    'fromMMEngine({ periods: [10, 20], restart_weights: [1, 0.5], eta_min: 0.2, base_lr: 0.1 })',
    'fromMMEngine({ periods: [10, 20], restart_weights: [1, 0.5], eta_min_ratio: 0.6, base_lr: 0.1 })',
  ],
};

/** Trainings that are planned, each with a warning of its own. */
export const warnings: readonly string[] = [
  '{ T_0: 30 }, { epochs: 4 }',
  '{ T_0: 10, cycles: 1 }, { epochs: 20 }',
  '{ T_0: 3, warmup: 10 }, { epochs: 4 }',
  '{ T_0: 3, start: 10 }, { epochs: 4 }',
  '{ T_0: 10, T_mult: 2 }, { epochs: 10 }',
  '{ cycles: [5, 15] }, { epochs: 5 }',
  '{ T_0: 10, T_mult: 2 }, { epochs: 100 }',
  "{ T_0: 15, unit: 'batch' }, { epochs: 1 }",
  '{ T_0: 10, eta_min: 0.1 }, { epochs: 10 }',
  "{ T_0: 1, updateFreq: 'epoch' }, { epochs: 10 }",
  '{ T_0: 10 }, { epochs: 10, initialEpoch: 5 }',
  "{ T_0: 10, unit: 'batch', updateFreq: 'epoch' }, { epochs: 1 }",
  '{ T_0: 10, batchesPerEpoch: undefined }, { epochs: 10 }',
];

/** What happens in training, each with a warning of its own, and how to make it happen. */
export const events: Record<string, (logger: Logger) => Promise<unknown>> = {
  'a callback gives the model an optimizer with another learning rate': beside((model) => ({
    onEpochBegin: async (epoch: number) => {
      if (epoch === 1) model.optimizer = tf.train.sgd(0.01);
    },
  })),
  'a callback sets the learning rate in onEpochEnd': beside((model) => ({
    onEpochEnd: async () => library.setLearningRate(model.optimizer, 0.9),
  })),
  'a callback behind this one sets the learning rate in onBatchBegin': beside((model) => ({
    onBatchBegin: async () => library.setLearningRate(model.optimizer, 0.9),
  })),
  'a callback behind this one replaces the optimizer in onBatchBegin': beside((model) => ({
    onBatchBegin: async () => {
      model.optimizer = tf.train.sgd(0.1);
    },
  })),
  '`batchesPerEpoch: 3`, and the epochs of a dataset of unknown size have 4': async (logger) => {
    const annealing = new library.CosineAnnealingCallback({ T_0: 1, batchesPerEpoch: 3 }, { logger });
    await trainDataset(tinyModel(), unsized(4), [annealing], { epochs: 1 });
  },
  'a state is loaded with `changes: { T_0: 0.5 }`': async (logger) => {
    const annealing = new library.CosineAnnealingCallback({ T_0: 2 }, { logger });
    await train(aModel(), [annealing], { epochs: 2 });
    library.CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), { logger }, { T_0: 0.5 });
  },
  "`afterLastCycle: 'stop'`, and a fit begins after the last cycle": async (logger) => {
    const config = { T_0: 1, cycles: 1, afterLastCycle: 'stop' } as const;
    const annealing = new library.CosineAnnealingCallback(config, { logger });
    const model = aModel();
    await train(model, [annealing], { epochs: 1 });
    await train(model, [annealing], { epochs: 3, initialEpoch: 2 });
  },
  "`afterLastCycle: 'stop'`, and a loop of your own goes on": async (logger) => {
    const config = { T_0: 1, cycles: 1, eta_max: 0.1, unit: 'batch', afterLastCycle: 'stop' } as const;
    const annealing = new library.CosineAnnealingCallback(config, { logger });
    for (let i = 0; i < 2; i++) {
      await annealing.beforeUpdate(tf.train.sgd(0.1));
      await annealing.afterUpdate();
    }
  },
};

/** Two epochs with another callback behind this one. */
function beside(other: (model: Sequential) => CustomCallbackArgs) {
  return async (logger: Logger) => {
    const annealing = new library.CosineAnnealingCallback({ T_0: 2 }, { logger });
    const model = aModel();
    await train(model, [annealing, new tf.CustomCallback(other(model))], { epochs: 2 });
  };
}

/** The lines of what a case is answered with, each in full. A config by itself is a callback's. */
export async function refusalOf(code: string): Promise<string[]> {
  try {
    await run(code);
  } catch (error) {
    if (!(error instanceof library.CosineAnnealingError)) throw error;
    return error.problems.map(({ path, ...problem }) => `\`${nameOf(path)}\`: ${sentenceOf(problem)}`);
  }
  throw new Error(`no error from ${code}`);
}

/** What is said before a training with these arguments of `plan`, whose peak is 0.1, with 10 batches an epoch. */
export function warningsOf(code: string): string[] {
  const known = { eta_max: 0.1, batchesPerEpoch: 10 };
  const planned: library.SchedulePlan = runInNewContext(
    `plan(...(([config, training]) => [{ ...known, ...config }, training])([${code}]))`,
    { ...library, known },
  );
  return planned.notices.map(({ message }) => message);
}

/** What is said when an event happens. */
export async function warningOf(event: string): Promise<string[]> {
  const said: string[] = [];
  await events[event]?.({ info() {}, debug() {}, warn: (message: string) => said.push(message) });
  return said.map((message) => message.replace('CosineAnnealingCallback: ', ''));
}

/** TensorFlow.js's own error, thrown before anything of this package runs. */
export async function foreignError(): Promise<string> {
  const annealing = new library.CosineAnnealingCallback({ T_0: 10 });
  try {
    await train(aModel(), [annealing, { onEpochEnd() {} }], { epochs: 1 });
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('TensorFlow.js took a plain object behind a callback');
}

async function run(code: string): Promise<void> {
  const [call = '', circumstance = ''] = code.split(/(?<=\)), (?=with|behind|twice)/);
  const trained = new library.CosineAnnealingCallback({ T_0: 2 }, { logger: null });
  await train(aModel(), [trained], { epochs: 1 });
  const model = aModel();
  const context = {
    ...library,
    ...(await stores(model)),
    ...ensembles(model),
    tf,
    toText,
    toSVG,
    model,
    lr: library.cosineAnnealing({ T_0: 10, eta_max: 0.1 }),
    xs: tf.ones([2, 1]),
    ys: tf.ones([2, 1]),
    adam: aModel(tf.train.adam()),
    wider: aModel(tf.train.sgd(0.1), 2),
    snapshot: library.TrainingSnapshot.take(model),
    optimizer: tf.train.sgd(0.1),
    annealing: new library.CosineAnnealingCallback({ T_0: 10 }, { logger: null }),
    state: JSON.parse(JSON.stringify(trained)),
    fit: (config: library.CosineAnnealingConfig) => fitIn(circumstance, config),
  };
  const isConfig = /^[{\d]/.test(call);
  for (const statement of isConfig ? [`new CosineAnnealingCallback(${call})`] : call.split('; ')) {
    await runInNewContext(statement, context);
  }
}

async function fitIn(circumstance: string, config: library.CosineAnnealingConfig): Promise<void> {
  const optimizer = tf.train.sgd(circumstance.includes('at 0') ? 0 : 0.1);
  if (circumstance.includes('no learning rate')) Object.assign(optimizer, { learningRate: undefined });
  if (circumstance.includes('keeps its')) Object.assign(optimizer, { setLearningRate() {} });
  const options = circumstance.includes('options.optimizer') ? { optimizer } : {};
  const annealing = new library.CosineAnnealingCallback(config, { ...options, logger: null });
  const others: object[] = [];
  if (circumstance.startsWith('behind')) others.push({ onEpochEnd() {} });
  if (circumstance.startsWith('twice')) others.push(annealing);
  if (circumstance.includes('reset()'))
    others.push(new tf.CustomCallback({ onEpochEnd: async () => annealing.reset() }));
  await train(aModel(optimizer), [...others, annealing], {
    epochs: circumstance.includes('Infinity') ? Infinity : 1,
  });
}

/** Stores with a checkpoint, with one that is no longer right, or with something else. */
async function stores(model: Sequential) {
  const [saved, newer, damaged, plain] = [
    new MemoryStore(),
    new MemoryStore(),
    new MemoryStore(),
    new MemoryStore(),
  ];
  const annealing = new library.CosineAnnealingCallback({ T_0: 2 });
  for (const store of [saved, newer, damaged]) await library.saveCheckpoint(store, model, annealing);
  await model.save(plain);
  const metadata = (store: MemoryStore) =>
    store.artifacts.userDefinedMetadata?.['tfjs-cosine-annealing'] as object;
  Object.assign(metadata(newer), { version: 2 });
  Object.assign(metadata(damaged), { trained: [3] });
  const fail = async (): Promise<never> => {
    throw new Error('the disk is full');
  };
  return { saved, newer, damaged, plain, full: { save: fail, load: fail } };
}

/** One whose members have a loss, and one of a model with batch normalization, whose members have no logs. */
function ensembles(model: Sequential) {
  const end = { cycle: 0, epoch: 0, step: 1, learningRate: 0.1 };
  const ensemble = new library.SnapshotEnsemble();
  ensemble.add({ ...end, model, logs: { loss: 1 } });
  const normalized = new library.SnapshotEnsemble();
  const layers = [tf.layers.batchNormalization({ inputShape: [1] })];
  normalized.add({ ...end, model: tf.sequential({ layers }), logs: {} });
  return { ensemble, normalized };
}

function aModel(optimizer: Optimizer = tf.train.sgd(0.1), units = 1): Sequential {
  const model = tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [1] })] });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

async function train(model: Sequential, callbacks: object[], args: ModelFitArgs): Promise<void> {
  const given = { ...args, verbose: 0, batchSize: 1, callbacks } as ModelFitArgs;
  await model.fit(tf.ones([2, 1]), tf.ones([2, 1]), given);
}
