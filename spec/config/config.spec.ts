import { expect } from 'chai';
import * as fc from 'fast-check';
import { positionOf, type Schedule } from '../../lib/annealing/schedule';
import {
  type CosineAnnealingConfig,
  configKeys,
  cosineAnnealing,
  needsTotal,
  type ParsedConfig,
  parseConfig,
  ruleOf,
  scheduleIfKnown,
  scheduleOf,
} from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { legalConfig } from '../support/legal-config';

function errorOf(make: () => unknown): CosineAnnealingError {
  try {
    make();
  } catch (error) {
    expect(error).to.be.instanceOf(CosineAnnealingError);
    return error as CosineAnnealingError;
  }
  return expect.fail('expected an error');
}

const messageOf = (config: unknown) => errorOf(() => parseConfig(config as CosineAnnealingConfig)).message;

/** What is refused: the whole message for each config. */
function refuses(title: string, cases: [config: unknown, ...lines: string[]][]): void {
  describe(`refuses ${title}:`, () => {
    for (const [config, ...lines] of cases) {
      it(lines.join(' / '), () => expect(messageOf(config)).to.equal(lines.join('\n')));
    }
  });
}

const T_0 = 10;
const LIST = 'a list of `cycles` says every length; remove one of the two';
const PEAKS = 'a list of `eta_max` says every peak; remove one of the two';
const everyKey = configKeys.join(', ');

describe('parseConfig', () => {
  describe('fills in', () => {
    it('all defaults', () => {
      expect(parseConfig({ T_0 })).to.deep.equal({
        T_0: 10,
        T_mult: 1,
        eta_min: 0,
        eta_max_mult: 1,
        amplitude_mult: 1,
        afterLastCycle: 'hold',
        endpoint: false,
        unit: 'epoch',
        updateFreq: 'batch',
        verbose: 0,
      });
    });

    it("a warm-up's defaults, given as a number or as an object", () => {
      const warmup = { length: 3, everyCycle: false, overlap: false };
      expect(parseConfig({ T_0, warmup: 3 }).warmup).to.deep.equal(warmup);
      expect(parseConfig({ T_0, warmup: { length: 3 } }).warmup).to.deep.equal(warmup);
    });
  });

  it('accepts its own result, and JSON of it', () => {
    fc.assert(
      fc.property(legalConfig(), (config) => {
        const parsed = parseConfig(config);
        expect(parseConfig(parsed)).to.deep.equal(parsed);
        expect(parseConfig(JSON.parse(JSON.stringify(parsed)))).to.deep.equal(parsed);
      }),
    );
  });

  it('returns a frozen copy, lists and all, and leaves the argument as it was', () => {
    const eta_max = [0.1, 0.05];
    const warmup = { length: [1, 2] };
    const parsed = parseConfig({ T_0, eta_max, warmup });
    expect([parsed, parsed.eta_max, parsed.warmup, parsed.warmup?.length].every(Object.isFrozen)).to.equal(
      true,
    );
    expect([eta_max, warmup, warmup.length].some(Object.isFrozen)).to.equal(false);
    eta_max[0] = -1;
    expect(parsed.eta_max).to.deep.equal([0.1, 0.05]);
  });

  it('reads each key once, so a getter cannot slip in another value', () => {
    let reads = 0;
    const config = {
      get T_0() {
        reads++;
        return reads === 1 ? 10 : Number.NaN;
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
  });

  it('accepts every config that is legal', () => {
    fc.assert(
      fc.property(legalConfig(), (config) => void parseConfig(config)),
      { numRuns: 1000 },
    );
  });

  it('accepts what just fits', () => {
    const fitting: CosineAnnealingConfig[] = [
      { T_0: 1, T_mult: 0.5, cycles: 40 }, // 2^-39 is 1.8e-12
      { T_0: 1e-12, cycles: 1 },
      { T_0: 1e6, T_mult: 1 - 1e-6, cycles: 100_000 },
      { T_0, warmup: { length: 10, overlap: true } },
      { cycles: 3, total: 10.5, warmup: 10 },
      { T_0, eta_min: 0.1, eta_max: 0.1 },
    ];
    for (const config of fitting) expect(() => parseConfig(config), JSON.stringify(config)).to.not.throw();
  });

  refuses('what is no config', [
    [undefined, '`config`: expected an object such as { T_0: 10 }, got nothing'],
    [null, '`config`: expected an object such as { T_0: 10 }, got null'],
    [10, '`config`: expected an object such as { T_0: 10 }, got 10'],
    [[10], '`config`: expected an object such as { T_0: 10 }, got [10]'],
    [() => 10, '`config`: expected an object such as { T_0: 10 }, got a function'],
  ]);

  refuses('T_0 in one line', [
    [
      {},
      '`T_0`: expected a number > 0, got nothing; or give `cycles`: a list of lengths, or how many fill `total`',
    ],
    [{ T_0: 0 }, '`T_0`: expected a number > 0, got 0'],
    [{ T_0: -0 }, '`T_0`: expected a number > 0, got 0'],
    [{ T_0: -10 }, '`T_0`: expected a number > 0, got -10'],
    [{ T_0: Number.NaN }, '`T_0`: expected a number > 0, got NaN'],
    [{ T_0: Number.POSITIVE_INFINITY }, '`T_0`: expected a number > 0, got Infinity'],
    [{ T_0: '10' }, '`T_0`: expected a number > 0, got "10"'],
    [{ T_0: null }, '`T_0`: expected a number > 0, got null'],
    [{ T_0: 10n }, '`T_0`: expected a number > 0, got 10'],
    [{ T_0: [10] }, '`T_0`: expected a number > 0, got [10]'],
    [{ T_0: 1e-13 }, '`T_0`: expected a number from 1e-12 to 2^53 - 1, got 1e-13'],
    [{ T_0: 1e16 }, '`T_0`: expected a number from 1e-12 to 2^53 - 1, got 10000000000000000'],
  ]);

  refuses('unknown keys, with the nearest one', [
    [{ T_0, Tmult: 2 }, '`Tmult`: unknown key, did you mean T_mult?'],
    [{ T_0, etaMin: 0 }, '`etaMin`: unknown key, did you mean eta_min?'],
    [{ T_0, update_freq: 'epoch' }, '`update_freq`: unknown key, did you mean updateFreq?'],
    [
      { T_0, a: 1, etamax: 1 },
      `\`a\`: unknown key, expected one of ${everyKey}`,
      '`etamax`: unknown key, did you mean eta_max?',
    ],
    [
      { T0: 10 },
      '`T0`: unknown key, did you mean T_0?',
      '`T_0`: expected a number > 0, got nothing; or give `cycles`: a list of lengths, or how many fill `total`',
    ],
  ]);

  refuses('values out of their range', [
    [{ T_0, T_mult: 0 }, '`T_mult`: expected a number > 0, got 0'],
    [{ T_0, T_mult: 1e16 }, '`T_mult`: expected a number <= 2^53 - 1, got 10000000000000000'],
    [{ T_0, eta_min: -1e-9 }, '`eta_min`: expected a number >= 0, got -1e-9'],
    [{ T_0, eta_max: 0 }, '`eta_max`: expected a number > 0, got 0'],
    [{ T_0, eta_min: '0' }, '`eta_min`: expected a number >= 0, or a list with one per cycle, got "0"'],
    [{ T_0, eta_max: '0.1' }, '`eta_max`: expected a number > 0, or a list with one per cycle, got "0.1"'],
    [{ T_0, eta_max_mult: 0 }, '`eta_max_mult`: expected a number > 0, got 0'],
    [{ T_0, amplitude_mult: -1 }, '`amplitude_mult`: expected a number > 0, got -1'],
    [{ T_0, cycles: 0 }, '`cycles`: expected an integer >= 1, got 0'],
    [{ T_0, cycles: 1.5 }, '`cycles`: expected an integer >= 1, got 1.5'],
    [{ T_0, cycles: 'two' }, '`cycles`: expected an integer >= 1, or a list of cycle lengths, got "two"'],
    [{ cycles: 2, total: 0 }, '`total`: expected a number > 0, got 0'],
    [{ T_0, afterLastCycle: 'end' }, '`afterLastCycle`: expected "hold" or "stop", got "end"'],
    [{ T_0, endpoint: 1 }, '`endpoint`: expected true or false, got 1'],
    [{ T_0, unit: 'step' }, '`unit`: expected "epoch" or "batch", got "step"'],
    [{ T_0, updateFreq: 10 }, '`updateFreq`: expected "batch" or "epoch", got 10'],
    [{ T_0, batchesPerEpoch: 0 }, '`batchesPerEpoch`: expected an integer >= 1, got 0'],
    [{ T_0, verbose: 3 }, '`verbose`: expected 0, 1 or 2, got 3'],
    [{ T_0, historyLimit: 1.5 }, '`historyLimit`: expected an integer >= 1, got 1.5'],
  ]);

  refuses('lists, naming the item', [
    [{ T_0, eta_max: [0.1, 0] }, '`eta_max[1]`: expected a number > 0, got 0'],
    [{ T_0, eta_min: [0, '0'] }, '`eta_min[1]`: expected a number >= 0, got "0"'],
    [{ T_0, eta_max: [] }, '`eta_max`: expected at least one value, got []'],
    [
      { cycles: [10, 0, -1] },
      '`cycles[1]`: expected a number > 0, got 0',
      '`cycles[2]`: expected a number > 0, got -1',
    ],
    [{ cycles: [] }, '`cycles`: expected at least one value, got []'],
    [{ T_0, warmup: { length: [1, -1] } }, '`warmup.length[1]`: expected a number >= 0, got -1'],
  ]);

  refuses('a warm-up, naming the key inside', [
    [{ T_0, warmup: -1 }, '`warmup`: expected a number >= 0, got -1'],
    [{ T_0, warmup: true }, '`warmup`: expected a length, or an object such as { length: 5 }, got true'],
    [{ T_0, warmup: null }, '`warmup`: expected a length, or an object such as { length: 5 }, got null'],
    [
      { T_0, warmup: { lenght: 3 } },
      '`warmup.length`: expected a number >= 0, or a list with one per cycle, got nothing',
      '`warmup.lenght`: unknown key, did you mean length?',
    ],
    [
      { T_0, warmup: { length: 3, every: true } },
      '`warmup.every`: unknown key, expected one of length, from, everyCycle, overlap',
    ],
    [{ T_0, warmup: [3] }, '`warmup`: expected an object such as { length: 5 }, got [3]'],
    [
      { T_0, warmup: { length: 3, from: '0' } },
      '`warmup.from`: expected a number >= 0, or a list with one per cycle, got "0"',
    ],
    [{ T_0, warmup: { length: 3, from: -1 } }, '`warmup.from`: expected a number >= 0, got -1'],
    [{ T_0, warmup: { length: 3, overlap: 'yes' } }, '`warmup.overlap`: expected true or false, got "yes"'],
  ]);

  refuses('several mistakes at once', [
    [
      { T_0: 0, T_mult: '2', eta_max: [1, -1], warmup: { length: -1 }, verbos: 1 },
      '`T_0`: expected a number > 0, got 0',
      '`T_mult`: expected a number > 0, got "2"',
      '`eta_max[1]`: expected a number > 0, got -1',
      '`warmup.length`: expected a number >= 0, got -1',
      '`verbos`: unknown key, did you mean verbose?',
    ],
    [
      { T_0, total: 30, afterLastCycle: 'stop', eta_min: 1, eta_max: 0.1, etamax: 1 },
      '`etamax`: unknown key, did you mean eta_max?',
      '`total`: not together with `T_0`, which it derives from `cycles`; remove one of the two',
      '`total`: needs `cycles`, the number of cycles that fill it',
      "`afterLastCycle`: 'stop' needs `cycles`, since without it no cycle is the last",
      '`eta_min`: expected at most eta_max (0.1), got 1',
    ],
  ]);

  refuses('lengths that contradict each other, with the cure', [
    [{ T_0, cycles: [10, 20] }, `\`T_0\`: not together with a list: ${LIST}`],
    [{ T_mult: 0.5, cycles: [10, 20] }, `\`T_mult\`: not together with a list: ${LIST}`],
    [
      { T_0: 1, T_mult: 0.5, cycles: 41 },
      '`cycles`: the last of 41 cycles would be shorter than 1e-12; give fewer, or a larger T_mult',
    ],
    [{ T_mult: 2, cycles: [10, 20] }, `\`T_mult\`: not together with a list: ${LIST}`],
    [{ total: 30, cycles: [10, 20] }, `\`total\`: not together with a list: ${LIST}`],
    [
      { T_0, cycles: 3, total: 30 },
      '`total`: not together with `T_0`, which it derives from `cycles`; remove one of the two',
    ],
    [
      { total: 30 },
      '`T_0`: expected a number > 0, got nothing; or give `cycles`: a list of lengths, or how many fill `total`',
      '`total`: needs `cycles`, the number of cycles that fill it',
    ],
    [
      { T_0, afterLastCycle: 'stop' },
      "`afterLastCycle`: 'stop' needs `cycles`, since without it no cycle is the last",
    ],
    [
      { T_0, T_mult: 0.5 },
      '`T_mult`: below 1 the cycles shrink to nothing; give `cycles`, or a T_mult >= 1, got 0.5',
    ],
    [
      { T_0, T_mult: 0.5, cycles: 60 },
      '`cycles`: the last of 60 cycles would be shorter than 1e-12; give fewer, or a larger T_mult',
    ],
    [
      { T_0, T_mult: 0.9999, cycles: 1e6 },
      '`cycles`: expected at most 100000 with a T_mult below 1, got 1000000',
    ],
    [
      { total: 1, cycles: 1e13 },
      '`cycles`: the first of 10000000000000 cycles would be shorter than 1e-12; give fewer, or a larger `total`',
    ],
    [
      { total: 100, cycles: 5000, T_mult: 2 },
      '`cycles`: the first of 5000 cycles would be shorter than 1e-12; give fewer, or a smaller T_mult',
    ],
    [{ total: 10, cycles: 3, warmup: 10 }, '`total`: expected more than the warm-ups, which take 10, got 10'],
    [
      { total: 10, cycles: 3, warmup: { length: [2, 4], everyCycle: true } },
      '`total`: expected more than the warm-ups, which take 10, got 10',
    ],
  ]);

  refuses('learning rates that contradict each other', [
    [{ T_0, eta_min: 0.2, eta_max: 0.1 }, '`eta_min`: expected at most eta_max (0.1), got 0.2'],
    [
      { T_0, eta_min: 0.2, eta_max: [0.3, 0.1] },
      '`eta_min`: expected at most eta_max (0.1) in cycle 1, got 0.2',
    ],
    [
      { T_0, eta_min: [0, 0, 1], eta_max: [0.3, 0.1] },
      '`eta_min`: expected at most eta_max (0.1) in cycle 2, got 1',
    ],
    [
      { T_0, eta_max: 0.1, warmup: { length: 1, from: 1 } },
      '`warmup.from`: expected at most eta_max (0.1), got 1',
    ],
    [
      { T_0, eta_max_mult: 0.5, amplitude_mult: 0.5 },
      '`amplitude_mult`: not together with `eta_max_mult`: both lower the peak at restarts; remove one of the two',
    ],
    [{ T_0, eta_max: [1], eta_max_mult: 0.5 }, `\`eta_max_mult\`: not together with a list: ${PEAKS}`],
    [{ T_0, eta_max: [1], amplitude_mult: 0.5 }, `\`amplitude_mult\`: not together with a list: ${PEAKS}`],
  ]);

  refuses('a warm-up that overlaps more than its cycle', [
    [
      { T_0, warmup: { length: 11, overlap: true } },
      '`warmup.length`: expected at most the length of cycle 0 (10), which it overlaps, got 11',
    ],
    [
      { T_0, warmup: { length: [5, 21], overlap: true }, T_mult: 2 },
      '`warmup.length`: expected at most the length of cycle 1 (20), which it overlaps, got 21',
    ],
    [
      { cycles: [10, 20, 5], warmup: { length: 8, overlap: true, everyCycle: true } },
      '`warmup.length`: expected at most the length of cycle 2 (5), which it overlaps, got 8',
    ],
    [
      { T_0, T_mult: 0.5, cycles: 3, warmup: { length: 4, overlap: true, everyCycle: true } },
      '`warmup.length`: expected at most the length of cycle 2 (2.5), which it overlaps, got 4',
    ],
    [
      { T_0, warmup: { length: 11, overlap: true, everyCycle: true } },
      '`warmup.length`: expected at most the length of cycle 0 (10), which it overlaps, got 11',
    ],
    [
      { total: 30, cycles: 3, warmup: { length: 11, overlap: true } },
      '`warmup.length`: expected at most the length of cycle 0 (10), which it overlaps, got 11',
    ],
  ]);

  refuses('lists with more values than cycles', [
    [{ T_0, cycles: 2, eta_max: [3, 2, 1] }, '`eta_max`: expected at most one value per cycle (2), got 3'],
    [{ cycles: [1, 2], eta_min: [0, 0, 0] }, '`eta_min`: expected at most one value per cycle (2), got 3'],
    [
      { T_0, cycles: 1, warmup: { length: [1, 1] } },
      '`warmup.length`: expected at most one value per cycle (1), got 2',
    ],
    [
      { T_0, cycles: 1, warmup: { length: 1, from: [0, 0] } },
      '`warmup.from`: expected at most one value per cycle (1), got 2',
    ],
  ]);

  it("keeps zod's issues on the error's cause", () => {
    const { cause } = errorOf(() => parseConfig({ T_0: 0 }));
    expect(cause).to.have.nested.property('[0].path').that.deep.equals(['T_0']);
  });
});

describe('What a pure schedule needs', () => {
  it('is all there in a whole config', () => {
    expect(cosineAnnealing({ T_0, eta_max: 0.1 })(5)).to.equal(0.05);
  });

  const known = (config: CosineAnnealingConfig) => scheduleIfKnown(parseConfig(config)) !== undefined;

  it('is eta_max, and with `cycles` alone total, and with `endpoint` the length of an update', () => {
    const missing = (config: CosineAnnealingConfig) => errorOf(() => scheduleOf(parseConfig(config))).message;
    expect(missing({ T_0 })).to.equal(
      '`eta_max`: expected a number > 0, got nothing; here no optimizer is at hand to read it from',
    );
    expect(missing({ cycles: 3, eta_max: 1 })).to.equal(
      '`total`: expected a number > 0, got nothing; the 3 cycles fill it, or give `T_0`',
    );
    expect(missing({ T_0, eta_max: 1, endpoint: true })).to.equal(
      '`batchesPerEpoch`: expected an integer >= 1, got nothing; with `endpoint` the length of an update must be known',
    );
    expect(missing({ cycles: 3, endpoint: true }).split('\n')).to.have.length(3);
  });

  it('is known, or not yet', () => {
    expect(known({ T_0 })).to.equal(false);
    expect(known({ cycles: 2, eta_max: 1 })).to.equal(false);
    expect(known({ T_0, eta_max: 1 })).to.equal(true);
    expect(known({ cycles: 2, total: 10, eta_max: 1 })).to.equal(true);
    expect(known({ T_0, eta_max: 1, endpoint: true, updateFreq: 'epoch' })).to.equal(true);
    expect(known({ T_0, eta_max: 1, endpoint: true, batchesPerEpoch: 8 })).to.equal(true);
  });

  it('is the total of the fit where `cycles` fill it', () => {
    expect(needsTotal(parseConfig({ cycles: 3 }))).to.equal(true);
    expect(
      [{ T_0 }, { T_0, cycles: 3 }, { cycles: [3] }, { cycles: 3, total: 9 }].map((c) =>
        needsTotal(parseConfig(c)),
      ),
    ).to.deep.equal([false, false, false, false]);
  });
});

describe('ruleOf(key)', () => {
  it('says in words what each key accepts, and its default', () => {
    expect(Object.fromEntries(configKeys.map((key) => [key, ruleOf(key)]))).to.include({
      T_0: 'a number > 0',
      T_mult: 'a number > 0; default: 1',
      eta_max: 'a number > 0, or a list with one per cycle',
      cycles: 'an integer >= 1, or a list of cycle lengths',
      warmup: 'a length, or an object such as { length: 5 }',
      unit: '"epoch" or "batch"; default: "epoch"',
      verbose: '0, 1 or 2; default: 0',
    });
  });
});

const hostile = () =>
  fc.oneof(
    fc.constantFrom<unknown>(
      0,
      -0,
      -1,
      1e-320,
      1e-12,
      1e15,
      2 ** 53,
      1e300,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ),
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
    overlap: often(fc.boolean()),
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
    return lr(positionOf(lr.config, place));
  });
}

describe('10,000 random configs of any shape', () => {
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
        const lowest = Math.min(...[eta_min, warmup?.from ?? eta_min].flat());
        const grows = lr.config.eta_max_mult > 1 || lr.config.amplitude_mult > 1;
        const highest = grows ? Number.MAX_VALUE : Math.max(...[eta_max].flat());
        for (const rate of ratesOf(lr)) {
          if (!(rate >= lowest && rate <= highest))
            expect.fail(`${rate} is not from ${lowest} to ${highest}`);
        }
        outcome.accepted++;
      }),
      { numRuns: 10_000 },
    );
    expect(outcome.accepted).to.be.above(2000);
    expect(outcome.refused).to.be.above(2000);
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
