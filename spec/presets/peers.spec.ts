/**
 * Kinds of schedule that people use elsewhere and that have no preset: what to write for each, held against values of
 * the library itself (peers.json) or, where it can't be installed, of its formula.
 */
import { expect } from 'chai';
import { cosineAnnealing } from '../../lib/config/config';
import { type PlainConfig, plainRate } from '../support/plain-schedule';
import { fixturesOf, isCoreComplete, scheduled } from '../support/presets';

interface Kind {
  readonly config: PlainConfig;
  /** Its learning rates at 0, 1, ...; absent if peers.json has them under the kind's name. */
  readonly rates?: readonly number[];
}

const upTo = (n: number, rate: (t: number) => number) => Array.from({ length: n }, (_, t) => rate(t));
const cosine = (start: number, end: number, share: number) =>
  end + ((start - end) * (1 + Math.cos(Math.PI * share))) / 2;

/** katsura-jp/pytorch-cosine-annealing-with-warmup: CosineAnnealingWarmupRestarts, with step(). */
function katsuraSteps(first: number, mult: number, warmup: number, gamma: number): number[] {
  const [max, min] = [0.1, 0.001];
  const rates: number[] = [];
  for (let cycle = 0, length = first; cycle < 3; cycle++) {
    for (let step = 0; step < length; step++) {
      rates.push(katsuraRate(step, length, warmup, max * gamma ** cycle, min));
    }
    length = Math.trunc((length - warmup) * mult) + warmup;
  }
  return rates;
}

/** The same with step(epoch), where the cycle's whole length grows. */
const katsuraEpochs = (first: number, mult: number, warmup: number): number[] =>
  [0, 1, 2].flatMap((cycle) => {
    const length = first * mult ** cycle;
    return upTo(length, (step) => katsuraRate(step, length, warmup, 0.1, 0.001));
  });

const katsuraRate = (step: number, length: number, warmup: number, max: number, min: number) =>
  step < warmup ? ((max - min) * step) / warmup + min : cosine(max, min, (step - warmup) / (length - warmup));

/** fastai's combined_cos(pct, start, middle, end) over n updates. */
const combinedCos = (n: number, pct: number, start: number, middle: number, end: number): number[] =>
  upTo(n, (t) =>
    t / n < pct ? cosine(start, middle, t / n / pct) : cosine(middle, end, (t / n - pct) / (1 - pct)),
  );

/** fastai's fit_sgdr(n_cycles=3, cycle_len=10, cycle_mult=2), an update an epoch. */
const fastaiSgdr = [10, 20, 40].flatMap((length) => upTo(length, (t) => cosine(0.1, 0, t / length)));

/** mmcv's FlatCosineAnnealingLrUpdaterHook(start_percent=0.75, min_lr=0.001) over n epochs. */
const mmcvFlat = (n: number, start: number): number[] =>
  upTo(n, (t) => (t < start ? 0.1 : cosine(0.1, 0.001, (t - start) / (n - start))));

/** lightning-bolts' LinearWarmupCosineAnnealingLR: reaches base_lr a step before the cosine begins. */
const bolts = (warmup: number, max: number): number[] =>
  upTo(max, (t) =>
    t < warmup ? 0.01 + (t * (0.1 - 0.01)) / (warmup - 1) : cosine(0.1, 0.001, (t - warmup) / (max - warmup)),
  );

/** levanter and gpt-neox: warm-up from 0, stable, cosine decay to a share of the peak. */
const levanter = (warmup: number, stable: number, decay: number, share: number): number[] =>
  upTo(warmup + stable + decay, (t) => {
    if (t < warmup) return (0.1 * t) / warmup;
    return t < warmup + stable ? 0.1 : cosine(0.1, 0.1 * share, (t - warmup - stable) / decay);
  });

const kinds: Record<string, Kind> = {
  'PyTorch, OneCycleLR': {
    config: {
      T_0: 28,
      cycles: 1,
      eta_max: 0.5,
      eta_min: 0.02 / 1e4,
      warmup: { length: 11, from: 0.02, shape: 'cosine' },
    },
  },
  'PyTorch, LinearLR, then CosineAnnealingLR': {
    config: { T_0: 35, cycles: 1, eta_max: 0.1, warmup: { length: 5, from: 0.01 } },
  },
  'PyTorch, ConstantLR, then CosineAnnealingLR': {
    config: { T_0: 30, cycles: 1, plateau: 10, eta_max: 0.1, eta_min: 0.01 },
  },
  'optax, cosine_onecycle_schedule': {
    config: {
      T_0: 28,
      cycles: 1,
      eta_max: 0.5,
      eta_min: 0.02 / 1e4,
      warmup: { length: 12, from: 0.02, shape: 'cosine' },
    },
  },
  ignite: { config: { T_0: 10, eta_max: 0.1, eta_min: 0.01 } },
  'ignite, cyclic warm-up': {
    config: { T_0: 10, eta_max: 0.1, eta_min: 0.01, warmup: { length: [0, 2], everyCycle: true } },
  },
  'ignite, growing cycles and warm-ups': {
    config: {
      T_0: 10,
      T_mult: 2,
      eta_max: 0.1,
      eta_min: 0.01,
      warmup: { length: [0, 2, 4], everyCycle: true },
    },
  },
  'ignite, all multipliers': {
    config: {
      cycles: [10, 15, 22, 33],
      eta_max: [0.1, 0.08, 0.064, 0.0512],
      eta_min: [0.01, 0.005, 0.0025, 0.00125],
      warmup: { length: [0, 3, 4, 6], from: [0.01, 0.01, 0.005, 0.0025], everyCycle: true },
    },
  },
  'fvcore, cosine': { config: { T_0: 40, cycles: 1, eta_max: 0.1, eta_min: 0.001 } },
  'fvcore, constant, then cosine': {
    config: { T_0: 30, cycles: 1, plateau: 10, eta_max: 0.42, eta_min: 1e-4 },
  },
  'fvcore, linear warm-up, then cosine': {
    config: { T_0: 35, cycles: 1, eta_max: 0.5, eta_min: 0.005, warmup: { length: 5, from: 0.05 } },
  },
  'fvcore, cosine warm-up, then cosine': {
    config: {
      T_0: 35,
      cycles: 1,
      eta_max: 0.5,
      eta_min: 0.005,
      warmup: { length: 5, from: 0.05, shape: 'cosine' },
    },
  },
  'fvcore, steps': {
    config: { cycles: [30, 30, 30, 30], eta_max: [0.1, 0.01, 1e-3, 1e-4], eta_min: [0.1, 0.01, 1e-3, 1e-4] },
  },
  'katsura, warm-up at each restart': {
    config: {
      T_0: 8,
      T_mult: 2,
      eta_max: 0.1,
      eta_min: 0.001,
      eta_max_mult: 0.8,
      warmup: { length: 2, everyCycle: true },
    },
    rates: katsuraSteps(10, 2, 2, 0.8),
  },
  'katsura, warm-up within its cycle': {
    config: {
      T_0: 10,
      T_mult: 2,
      eta_max: 0.1,
      eta_min: 0.001,
      warmup: { length: 2, everyCycle: true, placement: 'inside' },
    },
    rates: katsuraEpochs(10, 2, 2),
  },
  'fastai, fit_flat_cos': {
    config: { T_0: 10, cycles: 1, plateau: 30, eta_max: 0.1, eta_min: 1e-6 },
    rates: combinedCos(40, 0.75, 0.1, 0.1, 0.1 / 1e5),
  },
  'fastai, fit_one_cycle': {
    config: {
      T_0: 30,
      cycles: 1,
      eta_max: 0.1,
      eta_min: 1e-6,
      warmup: { length: 10, from: 0.004, shape: 'cosine' },
    },
    rates: combinedCos(40, 0.25, 0.1 / 25, 0.1, 0.1 / 1e5),
  },
  'fastai, fit_sgdr': { config: { T_0: 10, T_mult: 2, cycles: 3, eta_max: 0.1 }, rates: fastaiSgdr },
  'mmcv, FlatCosineAnnealing': {
    config: { T_0: 10, cycles: 1, plateau: 30, eta_max: 0.1, eta_min: 0.001 },
    rates: mmcvFlat(40, 30),
  },
  'lightning-bolts, LinearWarmupCosineAnnealingLR': {
    config: {
      T_0: 35,
      cycles: 1,
      plateau: 1,
      eta_max: 0.1,
      eta_min: 0.001,
      warmup: { length: 4, from: 0.01 },
    },
    rates: bolts(5, 40),
  },
  'levanter, warm-up, stable, cosine decay': {
    config: {
      cycles: 1,
      total: 40,
      plateau: 20,
      eta_max: 0.1,
      eta_min_ratio: 0.1,
      warmup: { length: 5, from: 0 },
    },
    rates: levanter(5, 20, 15, 0.1),
  },
};

/** Cosine schedules of the same libraries that SGDR's cosine can't give. */
const others = [
  'timm: k_decay',
  'timm: noise',
  'optax: exponent',
  'transformers: a wave of more than half a cycle',
  'PyTorch and MMEngine: rising again after T_max',
  'transformers: decay along a line or a square root',
  'transformers: warm-up along a square root',
];

const fixtures = new Map(fixturesOf('peers').map((fixture) => [fixture.name, fixture.lr]));

function ratesOf(name: string): readonly number[] {
  const rates = kinds[name]?.rates ?? fixtures.get(name);
  if (rates === undefined) throw new Error(`no values for ${name}`);
  return rates;
}

function expectRates(name: string, lr: (t: number) => number): void {
  const rates = ratesOf(name);
  const peak = Math.max(...rates);
  rates.forEach((rate, t) => {
    expect(Math.abs(lr(t) - rate), `at ${t}: ${lr(t)}, not ${rate}`).to.be.at.most(1e-12 * peak);
  });
}

/** What the keys of the core that are still to come are needed for. */
function isWaiting({ total, plateau, eta_min_ratio, warmup }: PlainConfig): boolean {
  const { shape, placement } = typeof warmup === 'object' ? warmup : {};
  const coming = [plateau, eta_min_ratio, total, shape, placement];
  return !isCoreComplete && coming.some((value) => value !== undefined);
}

describe('Schedules of other libraries', () => {
  for (const [name, { config }] of Object.entries(kinds)) {
    it(`are written by a config, by a plain account of it: ${name}`, () => {
      expectRates(name, (t) => plainRate(config, t));
    });

    it(`are written by a config: ${name}`, function () {
      if (isWaiting(config)) this.skip();
      expectRates(name, scheduled(config));
    });
  }

  it('have their plateau between warm-up and cosine', function () {
    const config: PlainConfig = {
      T_0: 4,
      cycles: 1,
      plateau: 4,
      warmup: 2,
      eta_max: 0.1,
      eta_min: 0.01,
    };
    const middle = 0.01 + (0.1 - 0.01) / 2;
    const expected = [0.01, middle, 0.1, 0.1, 0.1, middle, 0.01, 0.01];
    const ts = [0, 1, 2, 4, 6, 8, 10, 99];
    expect(ts.map((t) => plainRate(config, t))).to.deep.equal(expected);
    if (isWaiting(config)) this.skip();
    expect(ts.map(scheduled(config))).to.deep.equal(expected);
  });

  it('have their warm-up within the cycle, so that restarts lie at 10, 30, 70', function () {
    const config: PlainConfig = {
      T_0: 10,
      T_mult: 2,
      eta_max: 0.1,
      warmup: { length: 2, everyCycle: true, placement: 'inside' },
    };
    const boundaries = [0, 10, 30, 70];
    expect(boundaries.map((t) => plainRate(config, t))).to.deep.equal([0, 0, 0, 0]);
    expect(boundaries.map((t) => plainRate(config, t + 2))).to.deep.equal([0.1, 0.1, 0.1, 0.1]);
    expect(plainRate(config, 2 + 8 / 2)).to.equal(0.05);
    if (isWaiting(config)) this.skip();
    const schedule = cosineAnnealing(config as Parameters<typeof cosineAnnealing>[0]);
    expect([0, 1, 2, 3].map(schedule.cycleStart)).to.deep.equal(boundaries);
    expect(schedule.cycleAt(5)).to.include({ cycle: 0, T_i: 8, T_cur: 3 });
  });

  it('warm up along a cosine, halfway in the middle', function () {
    const config: PlainConfig = {
      T_0: 10,
      eta_max: 0.1,
      warmup: { length: 4, from: 0.02, shape: 'cosine' },
    };
    expect([0, 2, 4].map((t) => plainRate(config, t))).to.deep.equal([0.02, 0.06, 0.1]);
    if (isWaiting(config)) this.skip();
    expect([0, 2, 4].map(scheduled(config))).to.deep.equal([0.02, 0.06, 0.1]);
  });

  it('leave no case of peers.json out', () => {
    expect(Object.keys(kinds)).to.include.members([...fixtures.keys()]);
  });

  after(() => {
    const written = Object.keys(kinds).length;
    console.log(`\n      ${written} of ${written + others.length} kinds; not: ${others.join('; ')}`);
  });
});
