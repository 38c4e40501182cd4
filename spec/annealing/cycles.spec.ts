import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  at,
  cosineLengths,
  type TimelineConfig,
  timeline,
  totalDelay,
  warmupAt,
} from '../../lib/annealing/cycles';
import { parseConfig } from '../../lib/config/config';
import { legalConfig } from '../support/legal-config';

const LONGEST = Number.MAX_SAFE_INTEGER;

const linesOf = (config: TimelineConfig, count: number) => {
  const { start } = timeline(config);
  return Array.from({ length: count }, (_, i) => start(i).hi);
};

/** The double before. */
function previous(x: number): number {
  const bits = new BigInt64Array(Float64Array.of(x).buffer);
  bits[0] = (bits[0] as bigint) - 1n;
  return new Float64Array(bits.buffer)[0] as number;
}

const warmup = (length: number | number[], everyCycle = false, overlap = false) => ({
  length,
  everyCycle,
  overlap,
});

describe('timeline(config)', () => {
  it('begins each cycle where the one before ends', () => {
    expect(linesOf({ T_0: 10, T_mult: 1 }, 4)).to.deep.equal([0, 10, 20, 30]);
    expect(linesOf({ T_0: 10, T_mult: 2 }, 5)).to.deep.equal([0, 10, 30, 70, 150]);
    expect(linesOf({ T_0: 16, T_mult: 1.5 }, 4)).to.deep.equal([0, 16, 40, 76]);
    expect(linesOf({ T_0: 8, T_mult: 0.5, cycles: 3 }, 4)).to.deep.equal([0, 8, 12, 14]);
    expect(linesOf({ cycles: [3, 1, 2], T_mult: 1 }, 4)).to.deep.equal([0, 3, 4, 6]);
    expect(linesOf({ cycles: 3, total: 14, T_mult: 0.5 }, 4)).to.deep.equal([0, 8, 12, 14]);
  });

  it('counts the cycles', () => {
    expect(timeline({ T_0: 10, T_mult: 1 }).count).to.equal(Number.POSITIVE_INFINITY);
    expect(timeline({ T_0: 10, T_mult: 1, cycles: 3 }).count).to.equal(3);
    expect(timeline({ T_mult: 1, cycles: [1, 2] }).count).to.equal(2);
  });

  it('delays cosines by their warm-ups, of which those of a list come first', () => {
    expect(linesOf({ T_0: 10, T_mult: 2, warmup: warmup(3) }, 4)).to.deep.equal([0, 13, 33, 73]);
    expect(linesOf({ T_0: 10, T_mult: 2, warmup: warmup(3, true) }, 4)).to.deep.equal([0, 13, 36, 79]);
    expect(linesOf({ T_0: 10, T_mult: 1, warmup: warmup([3, 1]) }, 5)).to.deep.equal([0, 13, 24, 34, 44]);
    expect(linesOf({ T_0: 10, T_mult: 1, warmup: warmup([3, 1], true) }, 5)).to.deep.equal([
      0, 13, 24, 35, 46,
    ]);
    expect(linesOf({ T_0: 10, T_mult: 1, warmup: warmup(3, true, true) }, 3)).to.deep.equal([0, 10, 20]);
  });

  it('fits cycles and their warm-ups into a total', () => {
    const config = { cycles: 3, total: 100, T_mult: 1, warmup: warmup([5, 2], true) };
    expect(linesOf(config, 4).map((start) => Math.round(start * 1e9) / 1e9)).to.deep.equal([
      0, 35.333333333, 67.666666667, 100,
    ]);
    expect(timeline(config).start(3).hi).to.equal(100);
  });

  it('finds the cycle that a position is in, whatever the config, whatever the position', () => {
    fc.assert(
      fc.property(legalConfig(), fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (config, parts) => {
        const { count, find, start } = timeline(parseConfig(config));
        for (const part of [0, 1, ...parts]) {
          for (const reach of [30, 1e6, 1e15, LONGEST]) {
            const t = part * reach;
            const { index, start: from, end, T_i } = find(t);
            if (index > LONGEST) continue;
            expect(from.hi).to.be.at.most(t);
            if (index < count - 1) expect(end.hi).to.be.above(t);
            expect(start(index)).to.deep.equal(from);
            expect(start(index + 1).hi).to.equal(end.hi);
            expect(T_i.hi).to.be.above(0);
          }
        }
      }),
    );
  });

  const warmups: Record<string, (T_0: number) => TimelineConfig['warmup']> = {
    'without a warm-up': () => undefined,
    'after a long warm-up': (T_0) => warmup(1000 * T_0),
    'with a short warm-up at every restart': (T_0) => warmup(T_0 / 3, true),
    'with a long warm-up at every restart': (T_0) => warmup(100 * T_0, true),
    'with warm-ups from a list, and then at every restart': (T_0) =>
      warmup([50 * T_0, 7 * T_0, 10 * T_0], true),
  };
  for (const [title, warmupOf] of Object.entries(warmups)) {
    it(`finds every cycle from its first to its last double, ${title}`, () => {
      for (const T_0 of [0.1, 0.3, 1 / 3, 1, 2.5, 1000]) {
        for (const T_mult of [1, 1.0001, 1.001, 1.1, 1.5, 2, 3]) {
          const { find, start } = timeline({ T_0, T_mult, warmup: warmupOf(T_0) });
          for (const i of [1, 2, 3, 4, 5, 9, 10, 31, 99, 100, 316, 999, 3333, 12_345, 54_321]) {
            const first = start(i).hi;
            const end = start(i + 1).hi;
            if (end > LONGEST) break;
            const positions = [previous(first), first, first + (end - first) / 2, previous(end), end];
            const found = positions.map((t) => find(t).index);
            expect(found, `T_0 ${T_0}, T_mult ${T_mult}, cycle ${i}`).to.deep.equal([i - 1, i, i, i, i + 1]);
          }
        }
      }
    });
  }

  it('finds the last cycle for a position after it', () => {
    for (const config of [
      { T_0: 10, T_mult: 1, cycles: 3 },
      { T_mult: 1, cycles: [10, 20] },
    ]) {
      const { find, count } = timeline(config);
      expect([30, 31, LONGEST].map((t) => find(t).index)).to.deep.equal(Array(3).fill(count - 1));
    }
  });
});

describe('warmupAt', () => {
  it('is none without a warm-up, or after it', () => {
    expect(warmupAt(undefined, 0)).to.deep.equal({ length: 0, delay: 0 });
    expect(warmupAt(warmup(3), 1)).to.deep.equal({ length: 0, delay: 0 });
    expect(warmupAt(warmup([3, 2]), 2)).to.deep.equal({ length: 0, delay: 0 });
  });

  it('delays the cosine, unless it overlaps it', () => {
    expect(warmupAt(warmup(3), 0)).to.deep.equal({ length: 3, delay: 3 });
    expect(warmupAt(warmup(3, false, true), 0)).to.deep.equal({ length: 3, delay: 0 });
  });

  it('repeats with everyCycle, of a list the last one', () => {
    expect(warmupAt(warmup(3, true), 7).length).to.equal(3);
    expect(warmupAt(warmup([3, 2], true), 7).length).to.equal(2);
  });
});

describe('totalDelay', () => {
  it('is the sum of the delays of the first cycles', () => {
    const delays = [warmup(3), warmup(3, true), warmup([3, 2]), warmup([3, 2], true), warmup(3, true, true)];
    expect(delays.map((each) => totalDelay(each, 4).hi)).to.deep.equal([3, 12, 5, 9, 0]);
    expect(totalDelay(warmup([3, 2, 1]), 2).hi).to.equal(5);
    expect(totalDelay(undefined, 4).hi).to.equal(0);
  });
});

describe('cosineLengths', () => {
  it('are T_0 T_mult^i, or those of the list', () => {
    const lengths = (config: TimelineConfig) => [0, 1, 2].map((i) => cosineLengths(config)(i).hi);
    expect(lengths({ T_0: 10, T_mult: 3 })).to.deep.equal([10, 30, 90]);
    expect(lengths({ T_mult: 1, cycles: [4, 2, 9] })).to.deep.equal([4, 2, 9]);
    expect(lengths({ T_mult: 2, cycles: 3, total: 70 })).to.deep.equal([10, 20, 40]);
  });
});

describe('at', () => {
  it('is the value, or the one of cycle i, the last of which repeats', () => {
    expect([0, 5].map((i) => at(0.1, i))).to.deep.equal([0.1, 0.1]);
    expect([0, 1, 5].map((i) => at([3, 2], i))).to.deep.equal([3, 2, 2]);
  });
});
