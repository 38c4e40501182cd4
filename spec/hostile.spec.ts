import { expect } from 'chai';
import * as fc from 'fast-check';
import { tf } from '../examples/shared/backend';
import * as library from '../lib';
import {
  CosineAnnealingCallback,
  CosineAnnealingError,
  cosineAnnealing,
  findLearningRate,
  findLearningRateDataset,
  loadCheckpoint,
  plan,
  SnapshotEnsemble,
  saveCheckpoint,
  setLearningRate,
  TrainingSnapshot,
} from '../lib';
import { isObject } from '../lib/config/rules';
import { toSVG, toText } from '../lib/plot';
import { tries } from './support/effort';
import { measured } from './support/measured';
import { MemoryStore } from './support/memory-store';

/** What a value itself throws when it is looked at, which passes through. */
class Own extends Error {}

const fail = (): never => {
  throw new Own();
};

/** A Proxy whose every trap throws, or some do. */
const TRAPS = ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'] as const;
const trapped = () =>
  fc
    .subarray([...TRAPS], { minLength: 1 })
    .map((traps) => () => new Proxy({ T_0: 10 }, Object.fromEntries(traps.map((trap) => [trap, fail]))));

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** An object without end: each key gives it again. */
const endless: object = new Proxy(
  {},
  {
    get: (_, key) => (key === 'toJSON' ? undefined : endless),
    ownKeys: () => ['T_0', 'eta_max', 'version', 'epochs'],
    getOwnPropertyDescriptor: () => ({ value: endless, enumerable: true, configurable: true }),
  },
);

function cyclic(): object {
  const list: unknown[] = [];
  const value = { T_0: list, eta_max: list, self: list };
  list.push(value, list);
  return value;
}

const getter = (key: string) => Object.defineProperty({}, key, { get: fail, enumerable: true });
const throwing = (key: string) => ({ [key]: fail });

const SIZE = tries(100_000, 1_000_000);
/** Made once: what counts is the time to refuse them. */
const large: readonly unknown[] = [
  Array(SIZE).fill('x'),
  Array(SIZE).fill(0),
  new Array(SIZE),
  new Float64Array(SIZE),
  'x'.repeat(SIZE),
  '[',
  '['.repeat(SIZE / 10),
  10n ** 10_000n,
  Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`key ${i}`, i])),
  { ['k'.repeat(SIZE)]: 1 },
];

const peculiar: readonly (() => unknown)[] = [
  revoked,
  cyclic,
  () => endless,
  () => Symbol('s'),
  () => ({ [Symbol('T_0')]: 10, T_0: Symbol('T_0') }),
  () => ({ T_0: 10n }),
  () => Object.create(null),
  () => Object.create({ T_0: 10 }),
  () => getter('T_0'),
  () => getter('toJSON'),
  () => throwing('toJSON'),
  () => throwing('toString'),
  () => throwing('valueOf'),
  () => ({ T_0: { valueOf: fail, [Symbol.toPrimitive]: fail } }),
  () => ({ T_0: 10, warmup: revoked() }),
  () => ({ T_0: 10, eta_max: new Proxy([0.1], { get: fail }) }),
  () => ({ T_0: 10, cycles: Object.assign([1, 2], { toJSON: fail }) }),
  () => ({ '\u001b[2J\n': 1, __proto__: null }),
  () => JSON.parse('{"__proto__": {"T_0": 10}, "constructor": 1}'),
  () => Object.assign(() => {}, { T_0: 10 }),
  () => new (class T_0 {})(),
  () => new Map([['T_0', 10]]),
  () => new Date(NaN),
  () => globalThis,
  () => ({ T_0: 10, plateau: -0, eta_max: 5e-324 }),
];

const keys = [
  'T_0',
  'T_mult',
  'cycles',
  'total',
  'start',
  'eta_min',
  'eta_min_ratio',
  'eta_max',
  'warmup',
  'plateau',
  'unit',
  'endpoint',
  'optimizer',
  'logger',
  'onChange',
  'version',
  'config',
  'learned',
  'position',
  'history',
  'checksum',
  'epochs',
  'class_name',
  'base_lr',
  't_initial',
  'init_value',
  'decay_steps',
  'type',
  'periods',
];

/** Makes a value: fast-check itself must not look at it. */
type Make = () => unknown;

const anything = (): fc.Arbitrary<Make> =>
  fc
    .anything({ withBigInt: true, withSparseArray: true, withNullPrototype: true, withTypedArray: true })
    .map((value) => () => value);
const number = (): fc.Arbitrary<Make> =>
  fc.oneof(fc.double(), fc.integer({ min: 0, max: 20 })).map((value) => () => value);
const strange = (): fc.Arbitrary<Make> => fc.oneof(fc.constantFrom(...peculiar), trapped(), anything());

/** Any value, or an object with keys of ours and such values under them. */
const hostile = (): fc.Arbitrary<Make> =>
  fc.oneof(
    strange(),
    fc
      .dictionary(fc.constantFrom(...keys), fc.oneof(strange(), number()), { maxKeys: 5 })
      .map((parts) => () => Object.fromEntries(Object.entries(parts).map(([key, make]) => [key, make()]))),
  );

const lr = cosineAnnealing({ T_0: 10, eta_max: 0.1 });
const state = JSON.parse(JSON.stringify(new CosineAnnealingCallback({ T_0: 10 })));
const presets = Object.entries(library).filter(([name]) => name.startsWith('from'));
const silent = () => new CosineAnnealingCallback({ T_0: 10 }, { logger: null });
const optimizer = tf.train.sgd(0.1);
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
model.compile({ optimizer, loss: 'meanSquaredError' });
const ones = tf.ones([2, 1]);
const ensemble = new SnapshotEnsemble();
ensemble.add({ cycle: 0, epoch: 0, step: 1, learningRate: 0.1, model, logs: { loss: 1 } });

/** Everything that takes a value of a user's. */
const doors: Record<string, (value: never) => unknown> = {
  cosineAnnealing,
  'cosineAnnealing(config)': lr,
  'cosineAnnealing(config).cycleAt': lr.cycleAt,
  'cosineAnnealing(config).cycleStart': lr.cycleStart,
  'plan, as config': (value) => plan(value, { epochs: 10 }),
  'plan, as training': (value) => plan({ T_0: 10, eta_max: 0.1 }, value),
  'new CosineAnnealingCallback, as config': (value) => new CosineAnnealingCallback(value),
  'new CosineAnnealingCallback, as options': (value) => new CosineAnnealingCallback({ T_0: 10 }, value),
  'CosineAnnealingCallback.fromJSON, as state': (value) => CosineAnnealingCallback.fromJSON(value),
  'CosineAnnealingCallback.fromJSON, inside the state': (value) =>
    CosineAnnealingCallback.fromJSON(isObject(value) ? merged(state, value) : value),
  'CosineAnnealingCallback.fromJSON, as options': (value) => CosineAnnealingCallback.fromJSON(state, value),
  'CosineAnnealingCallback.fromJSON, as changes': (value) =>
    CosineAnnealingCallback.fromJSON(state, {}, value),
  'setLearningRate, as optimizer': (value) => setLearningRate(value, 0.1),
  'setLearningRate, as learning rate': (value) => setLearningRate(optimizer, value),
  getLearningRate: library.getLearningRate,
  'annealing.state': (value) => new CosineAnnealingCallback({ T_0: 10 }).state(value),
  'toText, as source': (value) => toText(value),
  'toText, as options': (value) => toText({ schedule: lr, to: 20 }, value),
  'toSVG, as source': (value) => toSVG(value),
  'toSVG, as options': (value) => toSVG({ schedule: lr, to: 20 }, value),
  'new SnapshotEnsemble': (value) => new SnapshotEnsemble(value),
  'ensemble.add': (value) => new SnapshotEnsemble().add(value),
  'ensemble.restore': (value) => ensemble.restore(value),
  'ensemble.best, as metric': (value) => ensemble.best(value),
  'ensemble.best, as mode': (value) => ensemble.best('loss', value),
  'ensemble.average': (value) => ensemble.average(undefined, value),
  'TrainingSnapshot.take': (value) => TrainingSnapshot.take(value),
  ...Object.fromEntries(presets as [string, (value: never) => unknown][]),
};

/** Those that are awaited. */
const slowDoors: Record<string, (value: never) => Promise<unknown>> = {
  'beforeUpdate, as optimizer': (value) => silent().beforeUpdate(value),
  'beforeUpdate, as place': (value) => silent().beforeUpdate(optimizer, value),
  'saveCheckpoint, as store': (value) =>
    saveCheckpoint(value, model, new CosineAnnealingCallback({ T_0: 10 })),
  'saveCheckpoint, as model': (value) =>
    saveCheckpoint(new MemoryStore(), value, new CosineAnnealingCallback({ T_0: 10 })),
  'saveCheckpoint, as callback': (value) => saveCheckpoint(new MemoryStore(), model, value),
  'saveCheckpoint, as options': (value) =>
    saveCheckpoint(new MemoryStore(), model, new CosineAnnealingCallback({ T_0: 10 }), value),
  'loadCheckpoint, as store': (value) => loadCheckpoint(value, model),
  'loadCheckpoint, as model': (value) => loadCheckpoint(new MemoryStore(), value),
  'findLearningRate, as model': (value) => findLearningRate(value, ones, ones, { epochs: 1 }),
  'findLearningRate, as xs': (value) => findLearningRate(model, value, ones, { epochs: 1 }),
  'findLearningRate, as args': (value) => findLearningRate(model, ones, ones, value),
  'findLearningRateDataset, as dataset': (value) => findLearningRateDataset(model, value, { epochs: 1 }),
};

/** The state with the value's own keys, read without looking at them. */
const merged = (state: object, value: object) => {
  const copy = Object.create(null, Object.getOwnPropertyDescriptors(state));
  try {
    return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(value));
  } catch {
    return value;
  }
};

/** Whether a value's own code, or a revoked Proxy of its, threw this. */
const isOwn = (error: unknown) =>
  error instanceof Own ||
  (error instanceof TypeError && /on a proxy|proxy that has been revoked/.test(error.message));

/** Calls a door; nothing may come out of it but a result, our error, or the value's own. */
function knock(door: (value: never) => unknown, value: unknown): void {
  try {
    door(value as never);
  } catch (error) {
    judge(error);
  }
}

function judge(error: unknown): void {
  if (isOwn(error)) return;
  if (!(error instanceof CosineAnnealingError)) throw error;
  const lines = error.message.split('\n');
  expect(lines.length).to.be.within(1, 20);
  expect(Math.max(...lines.map(({ length }) => length))).to.be.at.most(200);
  expect(error.message).to.not.match(/[^\P{Cc}\n]/u);
  expect(error.problems.length).to.be.within(1, 60);
}

const VALUES = tries(5_000, 20_000);

describe('A hostile value', function () {
  this.timeout(120_000);

  it(`is refused by our error or its own, ${VALUES.toLocaleString('en')} of them, at each of ${Object.keys(doors).length} doors in turn`, () => {
    const names = Object.keys(doors);
    let turn = 0;
    fc.assert(
      fc.property(hostile(), (make) => {
        const name = names[turn++ % names.length] as string;
        knock(doors[name] as never, make());
      }),
      { numRuns: VALUES },
    );
  });

  for (const [turn, [name, door]] of Object.entries(doors).entries()) {
    it(`is refused in bounded time and memory by ${name}, however large`, () => {
      for (const make of peculiar) knock(door, make());
      for (const [i, value] of large.entries()) {
        expect(measured(() => knock(door, value)).seconds).to.be.below(4);
        const key = keys[(turn + 3 * i) % keys.length] as string;
        expect(measured(() => knock(door, { T_0: 10, eta_max: 0.1, [key]: value })).seconds, key).to.be.below(
          4,
        );
      }
      expect(process.memoryUsage().heapUsed).to.be.below(1.5e9);
    });
  }

  for (const [name, door] of Object.entries(slowDoors)) {
    it(`rejects by our error or its own from ${name}`, async () => {
      for (const make of peculiar) await door(make() as never).catch(judge);
      await fc.assert(
        fc.asyncProperty(strange(), async (make) => void (await door(make() as never).catch(judge))),
        { numRuns: 200 },
      );
    });
  }

  it('is refused in bounded time under every key of a config', () => {
    for (const key of keys.slice(0, keys.indexOf('version'))) {
      for (const value of large) {
        const config = { T_0: 10, eta_max: 0.1, [key]: value };
        expect(measured(() => knock(cosineAnnealing, config)).seconds, key).to.be.below(4);
      }
    }
  });
});
