import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  type Cure,
  clockNotice,
  endOfLastCycle,
  type Notice,
  noticesOf,
  planOf,
  type Stretch,
} from '../../lib/annealing/plan';
import {
  type CosineAnnealingConfig,
  cosineAnnealing,
  type PlannedTraining,
  plan,
  provenNotices,
} from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { curesIn } from '../support/cures';
import { type LegalConfig, legalConfig } from '../support/legal-config';

const eta_max = 0.1;
const batchesPerEpoch = 10;
const known = { eta_max, batchesPerEpoch } as const;

/** A config with another peak is another spec's. */
type Lengths = Omit<CosineAnnealingConfig, 'eta_max'>;

const sgdr = cosineAnnealing({ ...known, T_0: 10, T_mult: 2 }); // cycles end at 10, 30, 70, 150
const equal = cosineAnnealing({ ...known, T_0: 10 });
const three = cosineAnnealing({ ...known, T_0: 10, cycles: 3, unit: 'batch' });

/** A first fit of so many units. */
const fitTo = (to: number | undefined, from = 0, rest: Partial<Stretch> = {}): Stretch => ({
  from,
  to,
  firstEpoch: from,
  ...rest,
});

describe('planOf(schedule, stretch)', () => {
  it('tells where the stretch lies, and its first learning rate', () => {
    expect(planOf(sgdr, fitTo(30, 5))).to.deep.include({ from: 5, to: 30, learningRate: 0.05 });
  });

  it('lists the restarts that will happen, by the first update of each new cycle', () => {
    expect(planOf(sgdr, fitTo(70)).restarts).to.deep.equal([
      { cycle: 1, t: 10, T_i: 20 },
      { cycle: 2, t: 30, T_i: 40 },
    ]);
    expect(planOf(sgdr, fitTo(71)).restarts.map(({ t }) => t)).to.deep.equal([10, 30, 70]);
    expect(planOf(sgdr, fitTo(10)).restarts).to.deep.equal([]);
  });

  it('counts one at its first update if the update before it was in an earlier cycle', () => {
    const restarts = (cycleBefore?: number) =>
      planOf(sgdr, fitTo(31, 10, { cycleBefore })).restarts.map(({ t }) => t);
    expect(restarts()).to.deep.equal([30]);
    expect(restarts(0)).to.deep.equal([10, 30]);
    expect(restarts(1)).to.deep.equal([30]);
  });

  it('puts a restart on the update that follows a boundary between updates, and skips cycles without one', () => {
    const lr = cosineAnnealing({ ...known, T_0: 2.5, updateFreq: 'epoch' });
    expect(planOf(lr, fitTo(8)).restarts.map(({ t }) => t)).to.deep.equal([3, 5]);
    const short = cosineAnnealing({ ...known, T_0: 0.4, updateFreq: 'epoch' });
    expect(planOf(short, fitTo(4)).restarts.map(({ cycle, t }) => [cycle, t])).to.deep.equal([
      [2, 1],
      [5, 2],
      [7, 3],
    ]);
  });

  it('lists seven at most, of an open end, too', () => {
    expect(planOf(equal, fitTo(undefined)).restarts.map(({ t }) => t)).to.deep.equal([
      10, 20, 30, 40, 50, 60, 70,
    ]);
  });

  it('tells where the last cycle ends, if that is within the stretch', () => {
    const end = (from: number, to?: number) => planOf(three, fitTo(to, from)).lastCycleEnd;
    expect([end(0, 30), end(0, 31), end(0), end(30, 40)]).to.deep.equal([30, 30, 30, 30]);
    expect([end(0, 29), end(31, 40), planOf(sgdr, fitTo(1e9)).lastCycleEnd]).to.deep.equal(
      Array(3).fill(undefined),
    );
  });
});

describe('endOfLastCycle(schedule)', () => {
  it('is where the last cycle ends, or Infinity', () => {
    expect([three, sgdr].map(endOfLastCycle)).to.deep.equal([30, Infinity]);
  });
});

/** The notices of a first training, without their messages. */
function noticesIn(config: Lengths, training: PlannedTraining): Notice[] {
  const { notices } = plan({ ...known, ...config }, training);
  return notices.map(({ message: _, ...notice }) => notice);
}

const kindsIn = (config: Lengths, training: PlannedTraining) =>
  noticesIn(config, training).map(({ kind }) => kind);

describe('A notice', () => {
  it("says that T_0 looks like batches if it is longer than the run's epochs, and within its batches", () => {
    expect(noticesIn({ T_0: 30 }, { epochs: 4 })).to.deep.equal([
      {
        kind: 'length in batches',
        length: 30,
        epochs: 4,
        batches: 40,
        cures: [{ config: { unit: 'batch' } }, { epochs: 30 }, { config: { total: 30 } }],
      },
    ]);
    expect(kindsIn({ cycles: [20, 10] }, { epochs: 4 })).to.deep.equal(['length in batches']);
    expect(kindsIn({ T_0: 41 }, { epochs: 4 })).to.deep.equal(['ends inside a cycle']);
    expect(kindsIn({ T_0: 1000 }, { epochs: 4, batchesPerEpoch: 250 })).to.deep.equal(['length in batches']);
    expect(noticesIn({ T_0: 15, start: 2 }, { epochs: 4 })[0]).to.include({ epochs: 2, batches: 20 });
    expect(kindsIn({ T_0: 15, start: 3 }, { epochs: 4 })).to.deep.equal(['ends inside a cycle']);
  });

  it("doesn't take a length for one in batches if it isn't given, in a later fit, or with batches unknown", () => {
    expect(kindsIn({ cycles: 20 }, { epochs: 4 })).to.deep.equal([]);
    const later = { from: 4, to: 8, firstEpoch: 0, cycleBefore: 0 };
    const long = cosineAnnealing({ ...known, T_0: 30 });
    expect(noticesOf(long, later).map(({ kind }) => kind)).to.deep.equal(['ends inside a cycle']);
    const kinds = plan({ eta_max, T_0: 30 }, { epochs: 4 }).notices.map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['ends inside a cycle', 'batches unknown']);
  });

  it('says from where on nothing is learned after the last cycle', () => {
    expect(noticesIn({ T_0: 10, cycles: 1 }, { epochs: 20 })).to.deep.equal([
      {
        kind: 'idle after the last cycle',
        from: 10,
        to: 20,
        cures: [{ epochs: 10 }, { config: { afterLastCycle: 'stop' } }],
      },
    ]);
    expect(noticesIn({ cycles: 2, total: 10 }, { epochs: 20 })[0]?.cures).to.deep.equal([
      { epochs: 10 },
      { config: { total: 20 } },
    ]);
    expect(kindsIn({ T_0: 10, cycles: 1, eta_min: 1e-4 }, { epochs: 20 })).to.deep.equal([]);
    expect(kindsIn({ T_0: 10, cycles: 1, afterLastCycle: 'stop' }, { epochs: 20 })).to.deep.equal([]);
    expect(kindsIn({ T_0: 10, cycles: 1 }, { epochs: 10 })).to.deep.equal([]);
    expect(kindsIn({ T_0: 9.5, cycles: 1, updateFreq: 'epoch' }, { epochs: 10 })).to.deep.equal([]);
    expect(noticesIn({ T_0: 10, cycles: 1, total: 20 }, { epochs: 5 })[0]?.cures).to.deep.equal([
      { config: { afterLastCycle: 'stop' } },
    ]);
  });

  it('says that training never leaves the warm-up, or the wait before the start', () => {
    expect(noticesIn({ T_0: 3, warmup: 10 }, { epochs: 4 })).to.deep.equal([
      {
        kind: 'never reaches the peak',
        phase: 'warmup',
        to: 4,
        peak: 0.1,
        cures: [13, 16, 19].map<Cure>((epochs) => ({ epochs })).concat({ config: { total: 13 } }),
      },
    ]);
    const steep = { T_0: 0.05, warmup: 9.95 }; // its cosine fits between two updates
    expect(noticesIn(steep, { epochs: 10 })[0]?.cures).to.deep.equal([
      { epochs: 11 },
      { config: { total: 10.05 } },
    ]);
    expect(noticesIn({ T_0: 3, start: 10 }, { epochs: 4 })[0]).to.include({ phase: 'before', to: 4 });
  });

  it('says that no restart happens though T_mult or a list asks for some', () => {
    expect(noticesIn({ T_0: 10, T_mult: 2 }, { epochs: 10 })).to.deep.equal([
      {
        kind: 'no restart',
        to: 10,
        cures: [30, 70, 150].map<Cure>((epochs) => ({ epochs })).concat({ config: { total: 30 } }),
      },
    ]);
    expect(kindsIn({ cycles: [5, 15] }, { epochs: 5 })).to.deep.equal(['no restart']);
    expect(kindsIn({ T_0: 10 }, { epochs: 10 })).to.deep.equal([]);
    expect(kindsIn({ T_0: 10, T_mult: 2, cycles: 1 }, { epochs: 10 })).to.deep.equal([]);
    const tooShort = { cycles: [1.5, 0.1, 0.1], updateFreq: 'epoch' } as const;
    expect(kindsIn(tooShort, { epochs: 2 }), 'cycles shorter than an update').to.deep.equal([]);
  });

  it('says that training ends inside a cycle or a plateau, and where cycles end', () => {
    expect(noticesIn({ T_0: 10, T_mult: 2 }, { epochs: 100 })).to.deep.equal([
      {
        kind: 'ends inside a cycle',
        to: 100,
        learningRate: sgdr(100),
        end: 150,
        cures: [30, 70, 150].map<Cure>((epochs) => ({ epochs })).concat({ config: { total: 150 } }),
      },
    ]);
    expect(noticesIn({ T_0: 10 }, { epochs: 65 })[0]?.cures).to.deep.equal([
      { epochs: 50 },
      { epochs: 60 },
      { epochs: 70 },
      { config: { total: 70 } },
    ]);
    expect(noticesIn({ T_0: 2, plateau: 5 }, { epochs: 4 })[0]).to.include({
      kind: 'ends inside a cycle',
      learningRate: 0.1,
    });
  });

  it('offers a total that ends with a cycle to the last batch, however long the training', () => {
    const config = { T_0: 16.18229809309627, total: 109579.85490022525, batchesPerEpoch: 3 };
    expect(noticesIn(config, { epochs: 1 })[0]?.cures).to.deep.equal([
      { config: { total: 109570.340388355 } },
      { config: { total: 109586.522686448 } },
    ]);
  });

  it('offers cycles that fill the training if no number of epochs ends with a cycle', () => {
    expect(noticesIn({ T_0: 15, unit: 'batch' }, { epochs: 3 })).to.deep.equal([]);
    const [inside] = noticesIn({ T_0: 15, unit: 'batch' }, { epochs: 1 });
    expect(inside?.cures[0]).to.deep.equal({ config: { cycles: 1, T_0: undefined } });
  });

  it('judges the end by `total` beside lengths, and a fit that runs past it by its own end', () => {
    const config = { T_0: 10, T_mult: 2 };
    expect(kindsIn({ ...config, total: 70 }, { epochs: 1 })).to.deep.equal([]);
    expect(noticesIn({ ...config, total: 100 }, { epochs: 1 })).to.deep.equal([
      {
        kind: 'ends inside a cycle',
        to: 100,
        learningRate: sgdr(100),
        end: 150,
        cures: [{ config: { total: 70 } }, { config: { total: 150 } }],
      },
    ]);
    expect(noticesIn({ ...config, total: 70 }, { epochs: 100 })[0]).to.deep.include({ to: 100 });
    const cures = (total: number, epochs: number) => noticesIn({ ...config, total }, { epochs })[0]?.cures;
    expect(cures(50, 1)).to.deep.equal([{ config: { total: 30 } }, { config: { total: 70 } }]);
    expect(cures(100, 80)).to.deep.equal([{ config: { total: 150 } }]);
    expect(cures(100, 100)).to.deep.equal([{ config: { total: 150 } }]);
  });

  it('judges an open end by `total`, as long as it is still to come', () => {
    const lr = cosineAnnealing({ ...known, T_0: 10, total: 15 });
    const from = (from: number) => provenNotices(lr, { from, to: undefined, firstEpoch: 0, cycleBefore: 0 });
    expect(from(10)).to.deep.equal([
      {
        kind: 'ends inside a cycle',
        to: 15,
        learningRate: lr(15),
        end: 20,
        cures: [{ config: { total: 20 } }],
      },
    ]);
    expect([from(15), from(18), from(25)]).to.deep.equal([[], [], []]);
  });

  it('says nothing of an end that is unknown, or open', () => {
    expect(noticesOf(sgdr, fitTo(undefined))).to.deep.equal([]);
  });

  it('is decided for trainings as long as positions go, and cycles beyond', () => {
    for (const T_mult of [1, 2, 1e10]) {
      const lr = cosineAnnealing({ ...known, T_0: 10, T_mult });
      for (const to of [undefined, Number.MAX_SAFE_INTEGER]) {
        expect(noticesOf(lr, fitTo(to)).map(({ kind }) => kind)).to.deep.equal(
          to === undefined ? [] : ['ends inside a cycle'],
        );
        expect(planOf(lr, fitTo(to)).restarts).to.have.length(T_mult > 2 ? 2 : 7);
      }
    }
  });

  it('is decided though the updates of an open end are too many to be counted one by one', () => {
    for (const batchesPerEpoch of [1, 2, 3, 4, 7]) {
      const lr = cosineAnnealing({ eta_max, batchesPerEpoch, cycles: [1] });
      for (const from of [0, 1, 2, 3]) expect(planOf(lr, fitTo(undefined, from)).restarts).to.deep.equal([]);
    }
  });

  it('says that the learning rate is constant, with one end or the other to change', () => {
    expect(noticesIn({ T_0: 10, eta_min: 0.1 }, { epochs: 10 })).to.deep.equal([
      { kind: 'constant', learningRate: 0.1, cures: [{ config: { eta_min: 0 } }] },
    ]);
    expect(noticesIn({ T_0: 10, eta_min_ratio: 1 }, { epochs: 10 })).to.deep.equal([
      { kind: 'constant', learningRate: 0.1, cures: [{ config: { eta_min_ratio: 0 } }] },
    ]);
    expect(kindsIn({ cycles: [5, 5], eta_min: [0.1, 0.05] }, { epochs: 10 })).to.deep.equal([]);
  });

  it('says that every cycle has one update, which is at the peak', () => {
    expect(noticesIn({ T_0: 1, updateFreq: 'epoch' }, { epochs: 10 })).to.deep.equal([
      { kind: 'one update per cycle', learningRate: 0.1, cures: [{ config: { updateFreq: 'batch' } }] },
    ]);
    expect(noticesIn({ T_0: 1, unit: 'batch' }, { epochs: 1 })).to.deep.equal([
      { kind: 'one update per cycle', learningRate: 0.1, cures: [{ config: { T_0: 10 } }] },
    ]);
    const shrinking = { T_0: 1, T_mult: 0.9, cycles: 3, unit: 'batch', afterLastCycle: 'stop' } as const;
    expect(noticesIn(shrinking, { epochs: 1 })[0]?.cures).to.deep.equal([{ config: { T_0: 10 } }]);
    const [listed] = noticesIn({ cycles: [0.1, 0.1], afterLastCycle: 'stop' }, { epochs: 1 });
    expect(listed?.cures).to.deep.equal([{ config: { T_0: 1, cycles: 2 } }]);
    expect(kindsIn({ T_0: 1, unit: 'batch', eta_max_mult: 0.5 }, { epochs: 1 })).to.deep.equal([]);
  });

  it('says that a new callback begins inside a cycle, unless `start` is given', () => {
    expect(noticesIn({ T_0: 10 }, { epochs: 10, initialEpoch: 5 })).to.deep.equal([
      {
        kind: 'begins inside a cycle',
        from: 5,
        cycle: 0,
        learningRate: 0.05,
        cures: [{ config: { start: 5 } }, { config: { start: 0 } }],
      },
    ]);
    expect(kindsIn({ T_0: 10, start: 0 }, { epochs: 10, initialEpoch: 5 })).to.deep.equal([]);
    expect(kindsIn({ T_0: 10 }, { epochs: 20, initialEpoch: 10 })).to.deep.equal([]);
    expect(noticesOf(equal, fitTo(10, 5, { cycleBefore: 0 }))).to.deep.equal([]);
  });

  it('says that batches are counted and the learning rate is set once in several of them', () => {
    expect(noticesIn({ T_0: 10, unit: 'batch', updateFreq: 'epoch' }, { epochs: 1 })).to.deep.equal([
      {
        kind: 'once an epoch in batches',
        batchesPerEpoch: 10,
        cures: [{ config: { updateFreq: 'batch' } }],
      },
    ]);
    const once = { unit: 'batch', updateFreq: 'epoch' } as const;
    expect(clockNotice({ ...equal.config, ...once, batchesPerEpoch: 1 })).to.equal(undefined);
  });

  it('says that the number of batches is unknown, if the first epoch needs it', () => {
    const { batchesPerEpoch: _, ...unknown } = equal.config;
    expect(clockNotice(unknown)).to.deep.equal({ kind: 'batches unknown', cures: [] });
    expect(clockNotice({ ...unknown, updateFreq: 'epoch' })).to.equal(undefined);
    expect(clockNotice({ ...unknown, unit: 'batch' })).to.equal(undefined);
  });

  it('is the first that holds of those about the end, and of those about the rates', () => {
    expect(kindsIn({ T_0: 30, T_mult: 2, eta_min: 0.1 }, { epochs: 4 })).to.deep.equal([
      'length in batches',
      'constant',
    ]);
    expect(kindsIn({ T_0: 10, T_mult: 2 }, { epochs: 4, initialEpoch: 2 })).to.deep.equal([
      'no restart',
      'begins inside a cycle',
    ]);
  });
});

/** Configs of a few epochs, in which notices are frequent. */
const shortConfig = (): fc.Arbitrary<LegalConfig> => {
  const shared = {
    eta_max: fc.constantFrom(0.1, 1),
    eta_min: fc.constantFrom(0, 0.01, 0.1),
    unit: fc.constantFrom('epoch' as const, 'batch' as const),
    updateFreq: fc.constantFrom('epoch' as const, 'batch' as const),
    endpoint: fc.boolean(),
  };
  const small = (max: number) => fc.integer({ min: 1, max });
  return fc.oneof(
    fc.record(
      {
        ...shared,
        T_0: fc.oneof(small(40), fc.double({ min: 0.05, max: 40, noNaN: true })),
        T_mult: fc.constantFrom(1, 1, 2, 3, 1.5),
        cycles: small(3),
        total: small(100),
        start: small(10),
        plateau: small(5),
        warmup: small(20),
      },
      { requiredKeys: ['eta_max', 'T_0'] },
    ),
    fc.record(
      { ...shared, cycles: fc.array(small(20), { minLength: 1, maxLength: 5 }) },
      { requiredKeys: ['eta_max', 'cycles'] },
    ),
    fc.record(
      { ...shared, cycles: small(6), T_mult: fc.constantFrom(1, 2), total: small(100) },
      { requiredKeys: ['eta_max', 'cycles'] },
    ),
    legalConfig(),
  );
};

const training = () =>
  fc
    .record(
      {
        epochs: fc.integer({ min: 1, max: 60 }),
        batchesPerEpoch: fc.integer({ min: 1, max: 20 }),
        initialEpoch: fc.integer({ min: 0, max: 5 }),
      },
      { requiredKeys: ['epochs', 'batchesPerEpoch'] },
    )
    .filter(({ epochs, initialEpoch = 0 }) => epochs > initialEpoch);

/** The config with a cure's changes, undefined removing a key. */
const changed = (config: LegalConfig, changes: object) =>
  Object.fromEntries(
    Object.entries({ ...config, ...changes }).filter(([, value]) => value !== undefined),
  ) as unknown as LegalConfig;

describe('The cures of a notice', function () {
  this.timeout(60_000);

  it('are accepted, and make it go away, whatever the config and the training', () => {
    const tried: Record<string, number> = {};
    const property = fc.property(shortConfig(), training(), (config, training) => {
      for (const { kind, cures, message } of noticesFor(config, training)) {
        const read = curesIn(message);
        expect(read, message).to.have.deep.members([...cures]); // as a user reads them
        for (const cure of read) {
          const cured =
            'epochs' in cure
              ? plan(config, { ...training, epochs: cure.epochs })
              : plan(changed(config, cure.config), training);
          const remains = cured.notices.find((notice) => notice.kind === kind);
          const told = `${message}\n${JSON.stringify(cure)} leaves: ${remains?.message}`;
          expect(remains, told).to.equal(undefined);
          tried[kind] = (tried[kind] ?? 0) + 1;
        }
      }
    });
    fc.assert(property, { numRuns: 1500 });
    expect(Object.keys(tried)).to.have.members(kinds.filter((kind) => kind !== 'batches unknown'));
  });

  it('are there, but if a cycle anneals for less than an update, or ends far beyond any training', () => {
    const property = fc.property(shortConfig(), training(), (config, training) => {
      const { T_0, cycles, warmup } = config;
      const { placement = 'before', length = 0 } = typeof warmup === 'object' ? warmup : {};
      const rise = placement === 'before' ? 0 : Math.max(...[length].flat());
      const lengths = typeof cycles === 'object' ? cycles : [T_0 ?? Infinity];
      if (
        Math.min(...lengths) - rise < 1 ||
        config.updateFreq === 'epoch' ||
        [config.T_0, config.cycles].flat().includes(1e12)
      )
        return;
      for (const { kind, cures, message } of noticesFor(config, training)) {
        if (kind !== 'batches unknown') expect(cures, message).to.not.deep.equal([]);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('write an end without what rounding added to it', () => {
    expect(3 * 1.1).to.equal(3.3000000000000003);
    const totals = noticesFor({ ...known, T_0: 1.1, total: 3 }, { epochs: 1, batchesPerEpoch: 13 })
      .flatMap(({ cures }) => cures)
      .map((cure) => 'config' in cure && cure.config['total']);
    expect(totals).to.deep.equal([2.2, 3.3]);
  });
});

const kinds: readonly Notice['kind'][] = [
  'length in batches',
  'idle after the last cycle',
  'never reaches the peak',
  'no restart',
  'ends inside a cycle',
  'constant',
  'one update per cycle',
  'begins inside a cycle',
  'once an epoch in batches',
  'batches unknown',
];

/** The notices of a training; none if the config can't have it. */
function noticesFor(config: LegalConfig, training: PlannedTraining) {
  try {
    return plan(config, training).notices;
  } catch (error) {
    if (error instanceof CosineAnnealingError) return [];
    throw error;
  }
}

describe('A training that begins a cycle, ends with one and anneals in between', () => {
  it('gets no notice', () => {
    const whole = fc.record({
      T_0: fc.integer({ min: 1, max: 12 }),
      T_mult: fc.constantFrom(1, 2, 3),
      plateau: fc.integer({ min: 0, max: 3 }),
      warmup: fc.integer({ min: 0, max: 3 }),
      eta_min: fc.constantFrom(0, 0.01),
      endpoint: fc.boolean(),
    });
    const property = fc.property(
      whole,
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 2, max: 9 }),
      fc.constantFrom('epoch' as const, 'batch' as const),
      (config, cycles, batchesPerEpoch, unit) => {
        const given = { ...config, eta_max, unit, batchesPerEpoch };
        const scaled = unit === 'batch' ? { ...given, T_0: config.T_0 * batchesPerEpoch } : given;
        const delays = unit === 'batch' ? { plateau: 0, warmup: 0 } : {};
        const lr = cosineAnnealing({ ...scaled, ...delays });
        const epochs = lr.cycleStart(cycles) / (unit === 'batch' ? batchesPerEpoch : 1);
        expect(plan(lr.config, { epochs }).notices.map(({ message }) => message)).to.deep.equal([]);
        const initialEpoch = lr.cycleStart(1) / (unit === 'batch' ? batchesPerEpoch : 1);
        if (unit === 'epoch') {
          expect(plan(lr.config, { epochs, initialEpoch }).notices).to.deep.equal([]);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it('gets none if its cycles fill it', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 10 }),
      (cycles, factor) => {
        expect(plan({ ...known, cycles }, { epochs: cycles * factor }).notices).to.deep.equal([]);
      },
    );
    fc.assert(property);
  });
});
