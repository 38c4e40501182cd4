import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { CosineAnnealingCallback } from '../../lib';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { train } from '../support/datasets';
import { tries } from '../support/effort';
import { onBackend, tinyModel } from '../support/models';

const DAMAGES = tries(3_000, 10_000);
/** What a damaged state is drawn with; change it to try others. */
const SEED = Number(process.env['DAMAGE_SEED'] ?? 7);

/** A generator of numbers from 0 to 1 that is the same everywhere (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = generator(SEED);
const below = (n: number) => Math.floor(random() * n);
const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;

const CONFIGS: CosineAnnealingConfig[] = [
  { T_0: 1, T_mult: 2, eta_min: 0.01 },
  { T_0: 5, T_mult: 1.5, unit: 'batch', eta_max_mult: 0.8 },
  { T_0: 1, eta_min: [0.1, 0], eta_max: [0.5, 0.3], updateFreq: 'epoch' },
  { cycles: [1, 2], eta_min: 0.01, endpoint: true, historyLimit: 7 },
  { cycles: 2, warmup: { length: 0.5, from: 0, everyCycle: true }, amplitude_mult: 0.5 },
];

/** States as users have them: of new, trained, resumed and changed callbacks, with and without their history. */
async function soundStates(): Promise<string[]> {
  const states: string[] = [];
  for (const config of CONFIGS) {
    const annealing = new CosineAnnealingCallback(config, { logger: null });
    states.push(JSON.stringify(annealing));
    await train(tinyModel(), [annealing], { epochs: 2 });
    states.push(JSON.stringify(annealing), JSON.stringify(annealing.state({ history: false })));
    await train(tinyModel(), [annealing], { initialEpoch: 2, epochs: 4, batchSize: 4 });
    states.push(JSON.stringify(annealing, null, 2));
    const resumed = CosineAnnealingCallback.fromJSON(annealing.state({ history: false }), { logger: null });
    await train(tinyModel(), [resumed], { epochs: 1 });
    states.push(JSON.stringify(resumed));
    const changed = CosineAnnealingCallback.fromJSON(
      JSON.stringify(annealing),
      { logger: null },
      { eta_min: 0 },
    );
    await train(tinyModel(), [changed], { epochs: 1 });
    states.push(JSON.stringify(changed));
  }
  return states;
}

type Container = Record<PropertyKey, unknown>;

/** Every object and array in a value, with itself. */
function containers(value: unknown): Container[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Container, ...Object.values(value).flatMap(containers)];
}

/** Changes one random entry of a random object or array. */
function edited(text: string, edit: (container: Container, key: string) => void): unknown {
  const state = JSON.parse(text);
  const container = oneOf(containers(state).filter((candidate) => Object.keys(candidate).length > 0));
  edit(container, oneOf(Object.keys(container)));
  return state;
}

const OTHERS = [null, true, false, 0, 1, -1, 0.5, '', '0', 'epoch', 'batch', [], [1], {}, { length: 1 }];
const HUGE = [
  1e21,
  1e300,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  2 ** 53 - 1,
  2 ** 32,
  2 ** 32 - 1,
  5e-324,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];
const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'length', 'hasOwnProperty'];
const POLLUTION = '{"polluted":true,"T_0":3,"version":1,"length":5}';

const damages: Record<string, (text: string) => unknown> = {
  'cut short': (text) => text.slice(0, below(text.length)),
  'a flipped bit': (text) => flipped(text, 1),
  'flipped bits': (text) => flipped(text, 2 + below(4)),
  'a piece gone': (text) => {
    const start = below(text.length);
    return text.slice(0, start) + text.slice(start + 1 + below(30));
  },
  'a piece twice': (text) => {
    const [start, end] = [below(text.length), below(text.length)].sort((a, b) => a - b) as [number, number];
    return text.slice(0, end) + text.slice(start);
  },
  'another digit': (text) => {
    const digits = [...text.matchAll(/\d/g)];
    const { index } = oneOf(digits);
    return text.slice(0, index) + below(10) + text.slice(index + 1);
  },
  'a field gone': (text) =>
    edited(text, (container, key) => {
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else delete container[key];
    }),
  'a hole': (text) =>
    edited(text, (container, key) => {
      delete container[key];
    }),
  'another type': (text) =>
    edited(text, (container, key) => {
      container[key] = oneOf(OTHERS);
    }),
  'a huge number': (text) =>
    edited(text, (container, key) => {
      container[key] = oneOf(HUGE);
    }),
  'two entries swapped': (text) =>
    edited(text, (container, key) => {
      const other = oneOf(Object.keys(container));
      [container[key], container[other]] = [container[other], container[key]];
    }),
  'a number moved': (text) =>
    edited(text, (container, key) => {
      const value = container[key];
      if (typeof value === 'number') container[key] = value + oneOf([1, -1, 0.25, 1e-9, value]);
    }),
  'a key of the prototype': (text) => {
    const braces = [...text.matchAll(/\{/g)];
    const end = oneOf(braces).index + 1;
    const last = text[end] === '}' ? '' : ',';
    return `${text.slice(0, end)}"${oneOf(KEYS)}":${POLLUTION}${last}${text.slice(end)}`;
  },
  'a prototype': (text) =>
    edited(text, (container, key) => {
      container[key] = JSON.parse(`{"${oneOf(KEYS)}":${POLLUTION}}`);
    }),
};

function flipped(text: string, bits: number): string {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bits; i++) {
    const at = below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << below(8));
  }
  return bytes.toString();
}

/** What is left of a damaged state as JSON; undefined if it is none. */
function valuesOf(state: unknown): unknown {
  try {
    return JSON.parse(typeof state === 'string' ? state : JSON.stringify(state));
  } catch {
    return undefined;
  }
}

/** The callback of a state, or undefined if it is refused as everything must be that this package refuses. */
function loaded(state: unknown): CosineAnnealingCallback | undefined {
  const report = () => (typeof state === 'string' ? state : JSON.stringify(state));
  try {
    return CosineAnnealingCallback.fromJSON(state, { logger: null });
  } catch (error) {
    if (!(error instanceof CosineAnnealingError)) throw new Error(report(), { cause: error });
    if (!/^`.+`: ./s.test(error.message)) throw new Error(`${error.message}\n${report()}`);
    return undefined;
  }
}

/** The state of a callback, with a history only if the state that it was loaded from had one. */
const savedAgain = (annealing: CosineAnnealingCallback | undefined, text: string) =>
  annealing?.state({ history: JSON.parse(text).history !== null });

/** Other values that could stand in the place of one: the nearest, and those of its kind and of others. */
function othersThan(value: unknown): unknown[] {
  const others = [...OTHERS, ...HUGE];
  if (typeof value === 'number') others.push(value + 1, value - 1, value * (1 + Number.EPSILON), value / 2);
  if (typeof value === 'string') others.push(`${value} `, value.toUpperCase(), value.slice(1));
  return others.filter((other) => !isSame(other, value));
}

/** As JSON has it, in which -0 is 0, and NaN and Infinity are null. */
const isSame = (a: unknown, b: unknown) => isDeepStrictEqual(valuesOf([a]), valuesOf([b]));

const prototypes = () =>
  [Object.prototype, Array.prototype, Function.prototype, CosineAnnealingCallback.prototype].map(
    (prototype) => Object.getOwnPropertyNames(prototype).sort().join(),
  );

describe('A saved state', () => {
  onBackend('cpu');
  let states: string[];

  before(async () => {
    states = await soundStates();
  });

  it('loads as it was saved', () => {
    for (const state of states) expect(savedAgain(loaded(state), state)).to.deep.equal(JSON.parse(state));
  });

  it('is refused after any one of its values was changed, or left out', () => {
    let changes = 0;
    for (const text of states) {
      const state = JSON.parse(text);
      const accepted: string[] = [];
      const attempt = (change: string) => {
        changes++;
        if (loaded(state)) accepted.push(change);
      };
      for (const container of containers(state)) {
        for (const [key, value] of Object.entries(container)) {
          delete container[key];
          attempt(`without ${key}`);
          for (const other of othersThan(value)) {
            container[key] = other;
            attempt(`${key}: ${value} -> ${other}`);
          }
          container[key] = value;
        }
      }
      expect(accepted, text).to.deep.equal([]);
    }
    expect(changes).to.be.greaterThan(DAMAGES);
  });

  it(`is refused after any of ${DAMAGES.toLocaleString('en')} random damages, or has its values still`, () => {
    const before = prototypes();
    const kinds = Object.entries(damages);
    const unharmed: Record<string, number> = {};
    for (let i = 0; i < DAMAGES; i++) {
      const [kind, damage] = kinds[i % kinds.length] as (typeof kinds)[number];
      const sound = oneOf(states);
      const state = damage(sound);
      const annealing = loaded(state);
      if (annealing === undefined) continue;
      unharmed[kind] = (unharmed[kind] ?? 0) + 1;
      // -0 stays possible, which JSON writes as 0
      expect(valuesOf(state), `damage ${i}, ${kind}`).to.deep.equal(JSON.parse(sound));
      expect(valuesOf(savedAgain(annealing, sound)), `damage ${i}, ${kind}`).to.deep.equal(JSON.parse(sound));
    }
    expect(prototypes()).to.deep.equal(before);
    expect(({} as Container)['polluted']).to.equal(undefined);
    const count = Object.values(unharmed).reduce((sum, n) => sum + n, 0);
    expect(count, JSON.stringify(unharmed)).to.be.lessThan(DAMAGES / 10);
  });
});
