import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  baseLengths,
  type CyclesConfig,
  cycleCount,
  fillsTotal,
  layOut,
  memoized,
  totalAdded,
  valueAt,
  type Warmup,
  warmupAt,
} from '../../lib/annealing/cycles';
import { MAX_POSITION } from '../../lib/annealing/limits';
import { parseConfig } from '../../lib/config/config';
import { legalConfig } from '../support/legal-config';

/** A config of cycles; T_mult is 1 and there is no plateau unless said otherwise. */
const of = (config: Partial<CyclesConfig>): CyclesConfig => ({ T_mult: 1, plateau: 0, ...config });

const startsOf = (config: Partial<CyclesConfig>, count: number) => {
  const { start } = layOut(of(config));
  return Array.from({ length: count }, (_, i) => start(i).hi);
};

/** The double before. */
function previous(x: number): number {
  const bits = new BigInt64Array(Float64Array.of(x).buffer);
  bits[0] = (bits[0] as bigint) - 1n;
  return new Float64Array(bits.buffer)[0] as number;
}

const warmup = (length: number | number[], rest: Partial<Warmup> = {}): Warmup => ({
  length,
  everyCycle: false,
  shape: 'linear',
  placement: 'before',
  ...rest,
});

describe('layOut(config)', () => {
  it('begins each cycle where the one before ends', () => {
    expect(startsOf({ T_0: 10 }, 4)).to.deep.equal([0, 10, 20, 30]);
    expect(startsOf({ T_0: 10, T_mult: 2 }, 5)).to.deep.equal([0, 10, 30, 70, 150]);
    expect(startsOf({ T_0: 16, T_mult: 1.5 }, 4)).to.deep.equal([0, 16, 40, 76]);
    expect(startsOf({ T_0: 8, T_mult: 0.5, cycles: 3 }, 4)).to.deep.equal([0, 8, 12, 14]);
    expect(startsOf({ cycles: [3, 1, 2] }, 4)).to.deep.equal([0, 3, 4, 6]);
    expect(startsOf({ cycles: 3, total: 14, T_mult: 0.5 }, 4)).to.deep.equal([0, 8, 12, 14]);
  });

  it('begins the first cycle at `start`', () => {
    expect(startsOf({ T_0: 10, T_mult: 2, start: 5 }, 4)).to.deep.equal([5, 15, 35, 75]);
    expect(startsOf({ cycles: [3, 1], start: 5 }, 3)).to.deep.equal([5, 8, 9]);
    expect(startsOf({ cycles: 2, total: 25, start: 5 }, 3)).to.deep.equal([5, 15, 25]);
  });

  it('counts the cycles', () => {
    expect(layOut(of({ T_0: 10 })).count).to.equal(Infinity);
    expect(layOut(of({ T_0: 10, cycles: 3 })).count).to.equal(3);
    expect(layOut(of({ cycles: [1, 2] })).count).to.equal(2);
  });

  it("lengthens cycles by their warm-ups placed 'before', of which those of a list come first", () => {
    const config = { T_0: 10, T_mult: 2 };
    expect(startsOf({ ...config, warmup: warmup(3) }, 4)).to.deep.equal([0, 13, 33, 73]);
    expect(startsOf({ ...config, warmup: warmup(3, { everyCycle: true }) }, 4)).to.deep.equal([
      0, 13, 36, 79,
    ]);
    expect(startsOf({ T_0: 10, warmup: warmup([3, 1]) }, 5)).to.deep.equal([0, 13, 24, 34, 44]);
    expect(startsOf({ T_0: 10, warmup: warmup([3, 1], { everyCycle: true }) }, 5)).to.deep.equal([
      0, 13, 24, 35, 46,
    ]);
  });

  it("leaves the ends of cycles where they are if warm-ups lie 'inside' or 'overlap'", () => {
    for (const placement of ['inside', 'overlap'] as const) {
      const config = { T_0: 10, T_mult: 2, warmup: warmup(3, { everyCycle: true, placement }) };
      expect(startsOf(config, 4)).to.deep.equal([0, 10, 30, 70]);
    }
  });

  it('lengthens cycles by their plateaus, of a list the last one repeats', () => {
    expect(startsOf({ T_0: 10, T_mult: 2, plateau: 1 }, 4)).to.deep.equal([0, 11, 32, 73]);
    expect(startsOf({ T_0: 10, plateau: [3, 0, 1] }, 5)).to.deep.equal([0, 13, 23, 34, 45]);
    expect(startsOf({ cycles: [4, 2], plateau: [0, 5] }, 3)).to.deep.equal([0, 4, 11]);
  });

  it('fits cycles, warm-ups and plateaus into a total', () => {
    const config = { cycles: 3, total: 100, warmup: warmup([5, 2], { everyCycle: true }) };
    expect(startsOf(config, 4).map((start) => Math.round(start * 1e9) / 1e9)).to.deep.equal([
      0, 35.333333333, 67.666666667, 100,
    ]);
    expect(layOut(of(config)).start(3).hi).to.equal(100);
    expect(startsOf({ ...config, warmup: undefined, plateau: [7, 0] }, 4)).to.deep.equal([0, 38, 69, 100]);
  });

  it('says where in a cycle its warm-up ends and its cosine begins, and how long that is', () => {
    const cosineOf = (config: Partial<CyclesConfig>, i: number) => {
      const { warmup, cosineStart, T_i } = layOut(of({ T_0: 10, T_mult: 2, ...config })).at(i);
      return [warmup, cosineStart.hi, T_i.hi];
    };
    expect(cosineOf({}, 1)).to.deep.equal([0, 10, 20]);
    expect(cosineOf({ warmup: warmup(3), plateau: 1 }, 0)).to.deep.equal([3, 4, 10]);
    expect(cosineOf({ warmup: warmup(3), plateau: 1 }, 1)).to.deep.equal([0, 15, 20]);
    expect(cosineOf({ warmup: warmup(3, { placement: 'inside' }), plateau: 1 }, 0)).to.deep.equal([3, 4, 7]);
    expect(cosineOf({ warmup: warmup(3, { placement: 'overlap' }) }, 0)).to.deep.equal([3, 0, 10]);
  });

  it('finds the cycle that a position is in, whatever the config, whatever the position', () => {
    fc.assert(
      fc.property(legalConfig(), fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (config, parts) => {
        const { count, find, start } = layOut(parseConfig(config));
        for (const part of [0, 1, ...parts]) {
          for (const reach of [30, 1e6, 1e15, MAX_POSITION]) {
            const t = part * reach;
            const { index, start: from, end, T_i } = find(t);
            if (index > MAX_POSITION) continue;
            if (index > 0) expect(from.hi).to.be.at.most(t);
            if (index < count - 1) expect(end.hi).to.be.above(t);
            expect(start(index)).to.deep.equal(from);
            expect(start(index + 1).hi).to.equal(end.hi);
            expect(T_i.hi).to.be.above(0);
          }
        }
      }),
    );
  });

  const warmups: Record<string, (T_0: number) => CyclesConfig['warmup']> = {
    'without a warm-up': () => undefined,
    'after a long warm-up': (T_0) => warmup(1000 * T_0),
    'with a short warm-up at every restart': (T_0) => warmup(T_0 / 3, { everyCycle: true }),
    'with a long warm-up at every restart': (T_0) => warmup(100 * T_0, { everyCycle: true }),
    'with warm-ups from a list, and then at every restart': (T_0) =>
      warmup([50 * T_0, 7 * T_0, 10 * T_0], { everyCycle: true }),
  };
  for (const [title, warmupOf] of Object.entries(warmups)) {
    it(`finds every cycle from its first to its last double, ${title}`, () => {
      for (const T_0 of [0.1, 0.3, 1 / 3, 1, 2.5, 1000]) {
        for (const T_mult of [1, 1.0001, 1.001, 1.1, 1.5, 2, 3]) {
          const { find, start } = layOut({ T_0, T_mult, plateau: 0, warmup: warmupOf(T_0) });
          for (const i of [1, 2, 3, 4, 5, 9, 10, 31, 99, 100, 316, 999, 3333, 12_345, 54_321]) {
            const first = start(i).hi;
            const end = start(i + 1).hi;
            if (end > MAX_POSITION) break;
            const positions = [previous(first), first, first + (end - first) / 2, previous(end), end];
            const found = positions.map((t) => find(t).index);
            expect(found, `T_0 ${T_0}, T_mult ${T_mult}, cycle ${i}`).to.deep.equal([i - 1, i, i, i, i + 1]);
          }
        }
      }
    });
  }

  it('finds the last cycle for a position after it', () => {
    for (const config of [{ T_0: 10, cycles: 3 }, { cycles: [10, 20] }]) {
      const { find, count } = layOut(of(config));
      expect([30, 31, MAX_POSITION].map((t) => find(t).index)).to.deep.equal(Array(3).fill(count - 1));
    }
  });

  it('finds the first cycle for a position before it', () => {
    for (const config of [{ T_0: 10 }, { T_0: 10, warmup: warmup(3) }, { cycles: [10, 20] }]) {
      const { find } = layOut(of({ ...config, start: 5 }));
      expect([19, 0, 4.9].map((t) => find(t).index)).to.deep.equal([1, 0, 0]);
    }
  });

  it('finds each cycle again after later ones, in any order', () => {
    const { find } = layOut(of({ T_0: 10, T_mult: 2, warmup: warmup([3, 1]), plateau: [0, 0, 0, 4] }));
    expect([1e9, 0, 13, 1e6, 12, 34, 33].map((t) => find(t).index)).to.deep.equal([26, 0, 1, 16, 0, 2, 1]);
  });
});

describe('warmupAt', () => {
  it('is 0 without a warm-up, or after it', () => {
    expect(warmupAt(undefined, 0)).to.equal(0);
    expect(warmupAt(warmup(3), 1)).to.equal(0);
    expect(warmupAt(warmup([3, 2]), 2)).to.equal(0);
  });

  it('is the length given for the cycle', () => {
    expect(warmupAt(warmup(3), 0)).to.equal(3);
    expect([0, 1].map((i) => warmupAt(warmup([3, 2]), i))).to.deep.equal([3, 2]);
  });

  it('repeats with everyCycle, of a list the last one', () => {
    expect(warmupAt(warmup(3, { everyCycle: true }), 7)).to.equal(3);
    expect(warmupAt(warmup([3, 2], { everyCycle: true }), 7)).to.equal(2);
  });
});

describe('totalAdded', () => {
  const added = (config: Partial<CyclesConfig>, count: number) => totalAdded(of(config), count).hi;

  it('sums what warm-ups and plateaus add to the first cycles', () => {
    const everyCycle = true;
    expect(added({}, 4)).to.equal(0);
    expect(added({ warmup: warmup(3) }, 4)).to.equal(3);
    expect(added({ warmup: warmup(3, { everyCycle }) }, 4)).to.equal(12);
    expect(added({ warmup: warmup([3, 2]) }, 4)).to.equal(5);
    expect(added({ warmup: warmup([3, 2], { everyCycle }) }, 4)).to.equal(9);
    expect(added({ warmup: warmup([3, 2, 1]) }, 2)).to.equal(5);
    expect(added({ plateau: 2, warmup: warmup(3) }, 4)).to.equal(11);
    expect(added({ plateau: [5, 1] }, 4)).to.equal(8);
  });

  it('leaves out warm-ups that lengthen nothing', () => {
    for (const placement of ['inside', 'overlap'] as const) {
      expect(added({ warmup: warmup(3, { everyCycle: true, placement }) }, 4)).to.equal(0);
    }
  });
});

describe('baseLengths', () => {
  it('are T_0 T_mult^i, or those of the list', () => {
    const lengths = (config: Partial<CyclesConfig>) => [0, 1, 2].map((i) => baseLengths(of(config))(i).hi);
    expect(lengths({ T_0: 10, T_mult: 3 })).to.deep.equal([10, 30, 90]);
    expect(lengths({ cycles: [4, 2, 9] })).to.deep.equal([4, 2, 9]);
    expect(lengths({ T_mult: 2, cycles: 3, total: 70 })).to.deep.equal([10, 20, 40]);
    expect(lengths({ T_mult: 2, cycles: 3, total: 100, start: 9, plateau: 7 })).to.deep.equal([10, 20, 40]);
  });
});

describe('valueAt', () => {
  it('is the one value, or the one of cycle i, the last of which repeats', () => {
    expect([0, 5].map((i) => valueAt(0.1, i))).to.deep.equal([0.1, 0.1]);
    expect([0, 1, 5].map((i) => valueAt([3, 2], i))).to.deep.equal([3, 2, 2]);
  });
});

describe('cycleCount', () => {
  it('is the number of cycles, the length of their list, or Infinity', () => {
    expect([{ cycles: 3 }, { cycles: [5, 15] }, {}].map(cycleCount)).to.deep.equal([3, 2, Infinity]);
  });
});

describe('fillsTotal', () => {
  it('holds if the number of cycles is given, and no length', () => {
    expect([{ cycles: 3 }, { cycles: 3, T_0: 1 }, { cycles: [3] }, { T_0: 1 }].map(fillsTotal)).to.deep.equal(
      [true, false, false, false],
    );
  });
});

describe('memoized', () => {
  it('computes once what it remembers, and remembers 4096 results at most', () => {
    const computed: number[] = [];
    const twice = memoized((i) => {
      computed.push(i);
      return 2 * i;
    });
    expect([1, 2, 1, 2].map(twice)).to.deep.equal([2, 4, 2, 4]);
    expect(computed).to.deep.equal([1, 2]);
    for (let i = 3; i <= 4096; i++) twice(i);
    twice(1);
    expect(computed).to.have.length(4096);
    twice(4097); // one too many: it forgets
    twice(1);
    expect(computed.slice(4096)).to.deep.equal([4097, 1]);
  });
});
