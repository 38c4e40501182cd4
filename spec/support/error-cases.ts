// What ERRORS.md shows: code that is refused, with a message of its own each, and how to run it.
import { runInNewContext } from 'node:vm';
import { tf } from '../../examples/shared/backend';
import * as library from '../../lib';
import * as plots from '../../lib/charts/chart';
import { preview } from '../../lib/command/command';

const COMMAND = 'npx tfjs-cosine-annealing ';

/** By section: configs, calls, fits in some circumstance, and commands. */
export const mistakes: Record<string, readonly string[]> = {
  'The config': [
    '10',
    '{}',
    "{ T_0: '10', eta_min: -1 }",
    '{ T0: 10 }',
    '{ T_0: 10, momentum: 0.9 }',
    '{ T_0: 10, warmup: { lenght: 2 } }',
    '{ T_0: 10, warmup: true }',
    '{ T_0: 10, warmup: [2] }',
    '{ T_0: 1e-13 }',
    '{ T_0: 10, T_mult: 1e16 }',
    '{ T_0: 10, eta_max: [] }',
    "{ T_0: 10, cycles: 'two', endpoint: 1, verbose: 3 }",
    '{ T_0: 10, T_mult: 0.5 }',
    '{ T_0: 10, T_mult: 0.5, cycles: 1e6 }',
    '{ T_0: 10, T_mult: 0.5, cycles: 100 }',
    '{ total: 10, T_mult: 2, cycles: 100 }',
    '{ total: 10, cycles: 1e15 }',
    '{ T_0: 10, cycles: [5, 10] }',
    '{ T_0: 10, cycles: 3, total: 30 }',
    '{ T_0: 10, total: 30 }',
    "{ T_0: 10, afterLastCycle: 'stop' }",
    '{ T_0: 10, eta_max: 0.1, eta_min: [0.01, 0.2] }',
    '{ cycles: 2, total: 20, eta_max: [0.1, 0.05, 0.02] }',
    '{ T_0: 10, eta_max: [0.1, 0.05], eta_max_mult: 0.5 }',
    '{ T_0: 10, eta_max_mult: 0.5, amplitude_mult: 0.5 }',
    '{ cycles: 2, total: 10, warmup: { length: 5, everyCycle: true } }',
    '{ T_0: 3, warmup: { length: 5, overlap: true } }',
  ],
  'The hooks': [
    'new CosineAnnealingCallback({ T_0: 10 }, { onRestarted() {} })',
    "new CosineAnnealingCallback({ T_0: 10 }, { onRestart: 'save', logger: 'debug' })",
    "new CosineAnnealingCallback({ T_0: 10 }, 'onRestart')",
  ],
  'The schedule by itself': [
    'cosineAnnealing({ T_0: 10 })',
    'cosineAnnealing({ cycles: 3, eta_max: 0.1 })',
    'cosineAnnealing({ T_0: 10, eta_max: 0.1, endpoint: true })',
    'cosineAnnealing({ T_0: 10, eta_max: 0.1 })(-1)',
    'cosineAnnealing({ T_0: 10, eta_max: 0.1 }).cycleStart(0.5)',
    'cosineAnnealing({ cycles: [5, 10], eta_max: 0.1 }).cycleStart(3)',
    'setLearningRate(optimizer, Number.NaN)',
  ],
  Training: [
    'fit({ T_0: 10, eta_min: 0.2 }), with sgd(0.1)',
    'fit({ T_0: 10 }), with an optimizer that has no learning rate',
    'fit({ T_0: 10 }), with an optimizer that keeps its learning rate',
    'fit({ T_0: 10 }), behind a plain object in callbacks',
    "fit({ T_0: 10, cycles: 1, afterLastCycle: 'stop' }), behind a plain object in callbacks, with options.optimizer",
    'fit({ T_0: 10 }), twice in callbacks',
    'fit({ T_0: 10 }), with annealing.reset() in onEpochEnd',
    'annealing.onEpochBegin(0)',
  ],
  'A saved state': [
    `CosineAnnealingCallback.fromJSON('{"version":1,"conf')`,
    'CosineAnnealingCallback.fromJSON([1])',
    'CosineAnnealingCallback.fromJSON({ version: 2 })',
    'CosineAnnealingCallback.fromJSON({ version: 1 })',
    'CosineAnnealingCallback.fromJSON({ ...state, position: { ...state.position, offset: 7 } })',
    'CosineAnnealingCallback.fromJSON({ ...state, position: { step: 1.5, epoch: 1e10, offset: 0, t: -1 } })',
    "CosineAnnealingCallback.fromJSON({ ...state, position: 'end', history: 'none' })",
    "CosineAnnealingCallback.fromJSON({ ...state, history: { ...state.history, steps: [-1], epochs: [0.5], learningRates: ['0.1'] } })",
    'CosineAnnealingCallback.fromJSON({ ...state, history: { ...state.history, batchesPerEpoch: [1] } })',
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
  ],
  'A chart': [
    'toText(schedule)',
    'toText(annealing)',
    'toText({ schedule, to: 0 })',
    'toText({ schedule, from: -1, to: 10 })',
    'toText({ schedule: 0.1, to: 10 })',
    "toText({ history: 'steps' })",
    "toText(trained, { x: 'batch' })",
    'toText({ series: 1 })',
    'toText({ series: [] })',
    "toText({ series: [{ x: 0, y: 1, axis: 'top', kind: 'bar' }] })",
    "toText({ series: [{ name: 'loss', x: [1, 2], y: [1] }] })",
    "toText({ series: [{ name: 'loss', x: [1], y: [0] }] }, { logScale: true })",
    "toText({ schedule, to: 10 }, { restarts: 'all' })",
    'toText({ schedule, to: 10 }, { width: 5 })',
    'toSVG({ schedule, to: 10 }, { width: 1e6 })',
  ],
  'The command': [
    `${COMMAND}--T0 10`,
    `${COMMAND}--T_0`,
    `${COMMAND}--T_0 10 --eta_max 0.1 --epochs 0`,
    `${COMMAND}--T_0 10 --eta_max 0.1 --batches 100`,
    `${COMMAND}--T_0 10 --eta_max 0.1 --unit batch --epochs 10`,
  ],
};

/** What a mistake is answered with. A config by itself is a callback's. */
export async function messageOf(mistake: string): Promise<string> {
  try {
    if (mistake.startsWith(COMMAND)) preview(mistake.slice(COMMAND.length).split(' '));
    else await run(mistake);
  } catch (error) {
    if (error instanceof library.CosineAnnealingError) return error.message;
    throw error;
  }
  throw new Error(`no error from ${mistake}`);
}

async function run(mistake: string): Promise<void> {
  const [code = '', circumstance = ''] = mistake.split(/(?<=\)), (?=with|behind|twice)/);
  const trained = new library.CosineAnnealingCallback({ T_0: 2 }, { logger: null });
  await train(trained);
  await runInNewContext(/^[{\d]/.test(code) ? `new CosineAnnealingCallback(${code})` : code, {
    ...library,
    ...plots,
    optimizer: tf.train.sgd(0.1),
    schedule: library.cosineAnnealing({ T_0: 10, eta_max: 0.1 }),
    annealing: new library.CosineAnnealingCallback({ T_0: 10 }),
    trained,
    state: JSON.parse(JSON.stringify(trained)),
    fit: (config: library.CosineAnnealingConfig) => trainIn(circumstance, config),
  });
}

async function trainIn(circumstance: string, config: library.CosineAnnealingConfig): Promise<void> {
  const optimizer = tf.train.sgd(0.1);
  if (circumstance.includes('no learning rate')) Object.assign(optimizer, { learningRate: undefined });
  if (circumstance.includes('keeps its')) Object.assign(optimizer, { setLearningRate() {} });
  const hooks = circumstance.includes('options.optimizer') ? { optimizer } : {};
  const annealing = new library.CosineAnnealingCallback(config, { ...hooks, logger: null });
  const others: object[] = [];
  if (circumstance.startsWith('behind')) others.push({ onEpochEnd() {} });
  if (circumstance.startsWith('twice')) others.push(annealing);
  if (circumstance.includes('reset()'))
    others.push(new tf.CustomCallback({ onEpochEnd: async () => annealing.reset() }));
  await train(annealing, optimizer, others);
}

async function train(
  annealing: library.CosineAnnealingCallback,
  optimizer = tf.train.sgd(0.1),
  others: object[] = [],
): Promise<void> {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const callbacks = [...others, annealing] as never;
  await model.fit(tf.ones([2, 1]), tf.ones([2, 1]), { epochs: 1, verbose: 0, callbacks });
}
