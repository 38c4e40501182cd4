import { expect } from 'chai';
import * as fc from 'fast-check';
import { positionOf, type Schedule } from '../../lib/annealing/schedule';
import {
  type CosineAnnealingConfig,
  cosineAnnealing,
  type ParsedConfig,
  parseConfig,
  plan,
  scheduleIfKnown,
  scheduleOf,
} from '../../lib/config/config';
import { needsTotal } from '../../lib/config/conflicts';
import { CosineAnnealingError } from '../../lib/errors';
import { tries } from '../support/effort';
import { legalConfig } from '../support/legal-config';
import { errorOf, messageOf } from '../support/refused';

const T_0 = 10;

describe('parseConfig(config)', () => {
  it('accepts its own result, and JSON of it', () => {
    fc.assert(
      fc.property(legalConfig(), (config) => {
        const parsed = parseConfig(config);
        expect(parseConfig(parsed)).to.deep.equal(parsed);
        expect(parseConfig(JSON.parse(JSON.stringify(parsed)))).to.deep.equal(parsed);
      }),
    );
  });

  it('accepts every config that is legal', () => {
    fc.assert(
      fc.property(legalConfig(), (config) => void parseConfig(config)),
      { numRuns: 1000 },
    );
  });

  it('returns a frozen copy, lists and all, and leaves the argument as it was', () => {
    const eta_max = [0.1, 0.05];
    const plateau = [1, 2];
    const warmup = { length: [1, 2] };
    const parsed = parseConfig({ T_0, eta_max, plateau, warmup });
    const parts = [parsed, parsed.eta_max, parsed.plateau, parsed.warmup, parsed.warmup?.length];
    expect(parts.every(Object.isFrozen)).to.equal(true);
    expect([eta_max, plateau, warmup, warmup.length].some(Object.isFrozen)).to.equal(false);
    eta_max[0] = -1;
    expect(parsed.eta_max).to.deep.equal([0.1, 0.05]);
  });

  it("reads each key once, so that a getter can't slip in another value", () => {
    let reads = 0;
    const config = {
      get T_0() {
        reads++;
        return reads === 1 ? 10 : NaN;
      },
    };
    expect(parseConfig(config).T_0).to.equal(10);
  });

  it('ignores keys that are symbols, and refuses an own __proto__', () => {
    expect(parseConfig({ T_0, [Symbol('T_mult')]: 0 } as CosineAnnealingConfig)).to.deep.equal(
      parseConfig({ T_0 }),
    );
    const hostile = JSON.parse('{"T_0":10,"__proto__":{"eta_max":0.5}}');
    expect(messageOf(hostile)).to.match(/^`__proto__`: unknown key/);
    expect(({} as { eta_max?: number }).eta_max).to.equal(undefined);
    for (const key of ['constructor', 'toString', 'a.b', '']) {
      expect(errorOf(() => parseConfig({ T_0, [key]: 1 })).problems[0]?.path).to.deep.equal([key]);
    }
  });

  it('lists everything that is wrong, as data', () => {
    const wrong = { T_0: 0, T_mult: '2', eta_max: [1, -1], warmup: { length: -1 }, verbos: 1 };
    expect(errorOf(() => parseConfig(wrong as never)).problems).to.deep.equal([
      { path: ['verbos'], rule: 'unknown key', cure: 'did you mean verbose?' },
      { path: ['T_0'], rule: 'expected a number > 0', received: 0 },
      { path: ['T_mult'], rule: 'expected a number > 0', received: '2' },
      { path: ['eta_max', 1], rule: 'expected a number > 0', received: -1 },
      { path: ['warmup', 'length'], rule: 'expected a number >= 0', received: -1 },
    ]);
  });
});

describe('cosineAnnealing(config)', () => {
  it('is the schedule of a whole config', () => {
    expect(cosineAnnealing({ T_0, eta_max: 0.1 })(5)).to.equal(0.05);
  });

  const missing = (config: CosineAnnealingConfig) => errorOf(() => scheduleOf(parseConfig(config)));

  it('needs eta_max, the total that cycles fill, and the length of an update for `endpoint`', () => {
    expect(missing({ T_0 }).message).to.equal(
      '`eta_max`: expected a number > 0, got undefined; set it, since there is no optimizer to read it from',
    );
    expect(missing({ cycles: 3, eta_max: 1 }).message).to.equal(
      '`total`: expected a number > 0, got undefined; set it, since the 3 cycles fill it, or set `T_0`',
    );
    expect(missing({ T_0, eta_max: 1, endpoint: true }).message).to.equal(
      '`batchesPerEpoch`: expected an integer >= 1, got undefined; set it in this config, since `endpoint` depends on the length of an update',
    );
    expect(missing({ cycles: 3, endpoint: true }).problems.map(({ path }) => path)).to.deep.equal([
      ['eta_max'],
      ['total'],
      ['batchesPerEpoch'],
    ]);
  });

  it('has a singular for one cycle', () => {
    expect(missing({ cycles: 1, eta_max: 1 }).message).to.contain('since the cycle fills it');
  });

  it('is known, or not yet', () => {
    const known = (config: CosineAnnealingConfig) => scheduleIfKnown(parseConfig(config)) !== undefined;
    expect(known({ T_0 })).to.equal(false);
    expect(known({ cycles: 2, eta_max: 1 })).to.equal(false);
    expect(known({ T_0, eta_max: 1 })).to.equal(true);
    expect(known({ cycles: 2, total: 10, eta_max: 1 })).to.equal(true);
    expect(known({ T_0, eta_max: 1, endpoint: true, updateFreq: 'epoch' })).to.equal(true);
    expect(known({ T_0, eta_max: 1, endpoint: true, batchesPerEpoch: 8 })).to.equal(true);
  });
});

describe('plan(config, training)', () => {
  const eta_max = 0.1;

  it('plans as a callback does: restarts, the end of the last cycle, notices with their messages', () => {
    const { notices, ...rest } = plan({ T_0: 4, cycles: 2, eta_max }, { epochs: 10, batchesPerEpoch: 5 });
    expect(rest).to.deep.equal({
      from: 0,
      to: 10,
      learningRate: 0.1,
      restarts: [{ cycle: 1, t: 4, T_i: 4 }],
      lastCycleEnd: 8,
    });
    expect(notices.map(({ kind, message }) => [kind, message.slice(0, 40)])).to.deep.equal([
      ['idle after the last cycle', 'after the last cycle the learning rate i'],
    ]);
  });

  it('counts batches if the unit says so, and takes their number from the training before the config', () => {
    const config = { T_0: 20, unit: 'batch', batchesPerEpoch: 7, eta_max } as const;
    expect(plan(config, { epochs: 4, batchesPerEpoch: 10 }).to).to.equal(40);
    expect(plan(config, { epochs: 4 }).to).to.equal(28);
    expect(plan({ T_0: 20, unit: 'batch', eta_max }, { epochs: 4 }).to).to.equal(undefined);
    expect(plan(config, { epochs: 4, initialEpoch: 1 })).to.include({ from: 0, to: 21 });
  });

  it('begins at initialEpoch, and fills the training with cycles', () => {
    const { from, to, restarts } = plan({ cycles: 2, start: 4, eta_max }, { epochs: 10, initialEpoch: 4 });
    expect({ from, to, at: restarts.map(({ t }) => t) }).to.deep.equal({ from: 4, to: 10, at: [7] });
  });

  it('takes an end beyond what can be counted for an open one', () => {
    const config = { T_0: 20, unit: 'batch', eta_max } as const;
    const { to, notices } = plan(config, { epochs: Number.MAX_SAFE_INTEGER, batchesPerEpoch: 9 });
    expect({ to, notices }).to.deep.equal({ to: undefined, notices: [] });
  });

  it('refuses a training that is none', () => {
    const lines = (training: unknown) =>
      errorOf(() => plan({ T_0, eta_max }, training as never)).message.split('\n');
    expect(lines({ epochs: 0.5, batchesPerEpoch: 0 })).to.deep.equal([
      '`epochs`: expected an integer >= 1, got 0.5',
      '`batchesPerEpoch`: expected an integer >= 1, got 0',
    ]);
    expect(lines({ epochs: 5, initialEpoch: 5 })).to.deep.equal([
      '`initialEpoch`: expected less than `epochs` (5), got 5',
    ]);
    expect(lines(10)).to.deep.equal([
      '`training`: expected an object such as { epochs: 15, batchesPerEpoch: 100 }, got 10',
    ]);
  });
});

const hostile = () =>
  fc.oneof(
    fc.constantFrom<unknown>(0, -0, -1, 1e-320, 1e-12, 1e15, 2 ** 53, 1e300, NaN, Infinity),
    fc.constantFrom<unknown>(null, undefined, '', '10', true, [], {}, [[]], 10n, Symbol('s'), () => 1),
    fc.anything(),
  );
const number = () =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 2, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
    { weight: 1, arbitrary: fc.double({ min: 0 }) },
    { weight: 1, arbitrary: fc.constantFrom(1e-12, 1e-3, 1.001, 1e12, 1e15, 1e100, Number.MAX_VALUE) },
  );
const numbers = () => fc.oneof({ weight: 3, arbitrary: number() }, fc.array(number(), { maxLength: 4 }));
const often = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 60, arbitrary: arbitrary as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: hostile() },
  );

const anyWarmup = fc.record(
  {
    length: often(numbers()),
    from: often(numbers()),
    everyCycle: often(fc.boolean()),
    shape: often(fc.constantFrom('linear', 'cosine')),
    placement: often(fc.constantFrom('before', 'inside', 'overlap')),
  },
  { requiredKeys: ['length'] },
);

/** Every key or none, each of its own kind for the most part, with no care for what the others say. */
const anyConfig = fc.record(
  {
    T_0: often(number()),
    T_mult: often(number()),
    eta_min: often(fc.oneof(fc.constantFrom(0, 1e-4), numbers())),
    eta_max: often(numbers()),
    eta_max_mult: often(number()),
    amplitude_mult: often(number()),
    cycles: often(numbers()),
    total: often(number()),
    start: often(number()),
    plateau: often(numbers()),
    eta_min_ratio: often(fc.constantFrom(0, 0.1, 1)),
    afterLastCycle: often(fc.constantFrom('hold', 'stop')),
    endpoint: often(fc.boolean()),
    warmup: often(fc.oneof(number(), anyWarmup)),
    unit: often(fc.constantFrom('epoch', 'batch')),
    updateFreq: often(fc.constantFrom('epoch', 'batch')),
    batchesPerEpoch: often(fc.integer({ min: 1, max: 9 })),
    verbose: often(fc.constantFrom(0, 1, 2)),
    historyLimit: often(fc.integer({ min: 1, max: 9 })),
  },
  { requiredKeys: [] },
);

/** Few keys at a time, or nearly all configs would be refused. */
const fewKeys = anyConfig.chain((config) =>
  fc.subarray(Object.entries(config), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
);

const randomConfig = fc.oneof(
  { weight: 6, arbitrary: fewKeys },
  { weight: 3, arbitrary: legalConfig() },
  { weight: 2, arbitrary: anyConfig },
  { weight: 1, arbitrary: fc.anything() },
);

const BATCHES = 7;
const EPOCHS = 20;

/** What a callback learns from the optimizer and the fit. */
const learn = ({ eta_max = 0.1, batchesPerEpoch = BATCHES, ...config }: ParsedConfig): ParsedConfig => {
  const total = config.unit === 'batch' ? EPOCHS * batchesPerEpoch : EPOCHS;
  const known = { ...config, eta_max, batchesPerEpoch };
  return parseConfig(needsTotal(known) ? { ...known, total } : known);
};

/** The learning rates of a whole fit. */
function ratesOf(lr: Schedule): number[] {
  const { batchesPerEpoch = BATCHES } = lr.config;
  return Array.from({ length: EPOCHS * Math.min(batchesPerEpoch, 100) }, (_, step) => {
    const place = { step, epoch: Math.floor(step / batchesPerEpoch), batch: step % batchesPerEpoch };
    return lr(positionOf(lr, place));
  });
}

const CONFIGS = tries(3_000, 10_000);

describe(`${CONFIGS.toLocaleString('en')} random configs of any shape`, () => {
  it('are accepted, and give a whole fit of finite rates within bounds, or are refused by the name of a key', () => {
    const outcome = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(randomConfig, (config) => {
        let lr: Schedule;
        try {
          lr = scheduleOf(learn(parseConfig(config as CosineAnnealingConfig)));
        } catch (error) {
          expect(error).to.be.instanceOf(CosineAnnealingError);
          expect((error as Error).message).to.match(/^`.*`: /s);
          outcome.refused++;
          return;
        }
        const { eta_max, eta_min, warmup } = lr.config;
        const low =
          eta_min ?? Math.min(...[lr.config.eta_min_ratio ?? 0].flat()) * Math.min(...[eta_max].flat());
        const lowest = Math.min(...[low, warmup?.from ?? low].flat());
        const grows = lr.config.eta_max_mult > 1 || lr.config.amplitude_mult > 1;
        const highest = grows ? Number.MAX_VALUE : Math.max(...[eta_max].flat());
        for (const rate of ratesOf(lr)) {
          if (!(rate >= lowest && rate <= highest))
            expect.fail(`${rate} is not from ${lowest} to ${highest}`);
        }
        outcome.accepted++;
      }),
      { numRuns: CONFIGS },
    );
    expect(outcome.accepted).to.be.above(CONFIGS / 5);
    expect(outcome.refused).to.be.above(CONFIGS / 5);
  });

  it('are refused by cosineAnnealing, too, by the name of a key', () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        try {
          cosineAnnealing(config as never);
        } catch (error) {
          expect(error).to.be.instanceOf(CosineAnnealingError);
        }
      }),
    );
  });
});
