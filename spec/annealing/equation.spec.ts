import { expect } from 'chai';
import * as fc from 'fast-check';
import type { DoubleDouble } from '../../lib/annealing/double-double';
import { anneal, RELATIVE_ERROR, warmUp } from '../../lib/annealing/equation';
import { schedule } from '../../lib/annealing/schedule';
import * as fast from '../support/fast-oracle';
import * as oracle from '../support/oracle';

const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rates = () =>
  fc.tuple(double(0, 1), double(1e-6, 10)).map(([part, eta_max]) => ({ eta_min: part * eta_max, eta_max }));
const length = () => fc.oneof(fc.integer({ min: 1, max: 10_000 }), double(1e-6, 1e6));

/** A moment in a cosine that began at 0. */
const moment = (T_cur: number, T_i: number) => ({ T_cur, T_left: T_i - T_cur, T_i });

/** The next double. */
function next(x: number): number {
  const bits = new BigInt64Array(Float64Array.of(x).buffer);
  bits[0] = (bits[0] ?? 0n) + 1n;
  return new Float64Array(bits.buffer)[0] ?? NaN;
}

describe('anneal(rates, moment)', () => {
  it('is exactly eta_max if T_cur is 0, and exactly eta_min if T_left is', () => {
    fc.assert(
      fc.property(rates(), length(), (rates, T_i) => {
        expect(anneal(rates, moment(0, T_i))).to.equal(rates.eta_max);
        expect(anneal(rates, moment(T_i, T_i))).to.equal(rates.eta_min);
      }),
    );
  });

  it('is exactly halfway in the middle', () => {
    fc.assert(
      fc.property(length(), double(1e-6, 10), (T_i, eta_max) => {
        expect(anneal({ eta_min: 0, eta_max }, moment(T_i / 2, T_i))).to.equal(eta_max / 2);
      }),
    );
    expect(anneal({ eta_min: 0.5, eta_max: 1.5 }, moment(5, 10))).to.equal(1);
  });

  it('has the values of equation 5', () => {
    const shares = [0, 1 / 3, 0.5, 2 / 3, 1];
    const values = shares.map((share) => anneal({ eta_min: 0, eta_max: 1 }, moment(share, 1)));
    expect(values.map((value) => Number(value.toFixed(12)))).to.deep.equal([1, 0.75, 0.5, 0.25, 0]);
  });

  it('never rises from a double to the next, the middle included', () => {
    fc.assert(
      fc.property(rates(), length(), double(0, 1), (rates, T_i, part) => {
        for (const first of [part * T_i, T_i / 2, T_i * (1 - 1e-9 * part)]) {
          let t = first;
          let before = anneal(rates, moment(t, T_i));
          for (let k = 0; k < 300; k++) {
            t = next(t);
            const rate = anneal(rates, moment(t, T_i));
            if (rate > before) expect.fail(`rises at ${t} of ${T_i}`);
            before = rate;
          }
        }
      }),
    );
  });

  it('stays within eta_min and eta_max', () => {
    fc.assert(
      fc.property(rates(), length(), double(0, 1), (rates, T_i, part) => {
        expect(anneal(rates, moment(part * T_i, T_i))).to.be.within(rates.eta_min, rates.eta_max);
      }),
    );
  });
});

describe('warmUp(rise, elapsed)', () => {
  const shapes = ['linear', 'cosine'] as const;
  const rise = (shape: (typeof shapes)[number]) =>
    fc
      .tuple(rates(), length())
      .map(([{ eta_min: from, eta_max }, length]) => ({ from, eta_max, length, shape }));

  for (const shape of shapes) {
    it(`begins at exactly \`from\` and ends at exactly eta_max, ${shape}`, () => {
      fc.assert(
        fc.property(rise(shape), (rise) => {
          expect(warmUp(rise, 0)).to.equal(rise.from);
          expect(warmUp(rise, rise.length)).to.equal(rise.eta_max);
        }),
      );
    });

    it(`never falls from a double to the next, and stays between the two, ${shape}`, () => {
      fc.assert(
        fc.property(rise(shape), double(0, 1), (rise, part) => {
          let elapsed = part * rise.length;
          let before = warmUp(rise, elapsed);
          for (let k = 0; k < 300; k++) {
            elapsed = Math.min(rise.length, next(elapsed));
            const rate = warmUp(rise, elapsed);
            if (!(rate >= before && rate >= rise.from && rate <= rise.eta_max)) {
              expect.fail(`${rate} after ${before}, at ${elapsed} of ${rise.length}`);
            }
            before = rate;
          }
        }),
      );
    });
  }

  it('is a straight line', () => {
    const rise = { from: 1, eta_max: 5, length: 8, shape: 'linear' } as const;
    expect([0, 2, 4, 7].map((elapsed) => warmUp(rise, elapsed))).to.deep.equal([1, 2, 3, 4.5]);
  });

  it('is half a cosine: slow at first, halfway in the middle, slow at last', () => {
    const rise = { from: 1, eta_max: 5, length: 3, shape: 'cosine' } as const;
    const values = [0, 1, 1.5, 2, 3].map((elapsed) => Number(warmUp(rise, elapsed).toFixed(12)));
    expect(values).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('is the fall of a cosine backwards, to the last bit', () => {
    fc.assert(
      fc.property(rise('cosine'), fc.integer({ min: 0, max: 1000 }), (rise, thousandths) => {
        const elapsed = (thousandths / 1000) * rise.length;
        const backwards = { T_cur: rise.length - elapsed, T_left: elapsed, T_i: rise.length };
        const fall = anneal({ eta_min: rise.from, eta_max: rise.eta_max }, backwards);
        expect(warmUp(rise, elapsed)).to.equal(fall);
      }),
    );
  });
});

/** Numbers from 0 to 1 that a seed repeats: Marsaglia's xorshift. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const relative = (actual: number, expected: number) => Math.abs(actual - expected) / expected;

describe('RELATIVE_ERROR', () => {
  const POINTS = 1_000_000;
  const PER_CONFIG = 500;
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);

  it('is 9.5 units of 2^-52', () => {
    expect(RELATIVE_ERROR).to.equal(9.5 * 2 ** -52);
  });

  it('is judged by an oracle that agrees with the one of 400 bits to 2^-80', () => {
    const draw = random(seed);
    for (let k = 0; k < 2000; k++) {
      const T_i = 1 + 1e4 * draw();
      const left = T_i * Math.max(1e-10, draw() ** (1 + (k % 5))); // as far down as below
      const exact = oracle.halfCosine(oracle.exact(left), oracle.exact(T_i));
      const { hi, lo } = fast.halfCosine({ hi: left, lo: 0 }, { hi: T_i, lo: 0 });
      const difference = oracle.exact(hi) + oracle.exact(lo) - exact;
      expect((difference < 0n ? -difference : difference) <= exact >> 80n, `${left} of ${T_i}`).to.equal(
        true,
      );
    }
  });

  it(`holds at a million random points of ${POINTS / PER_CONFIG} random configs`, function () {
    const draw = random(seed);
    let worst = { error: 0, place: '' };
    let worstInUlp = 0;
    for (let k = 0; k < POINTS / PER_CONFIG; k++) {
      const config = randomConfig(draw);
      const lr = schedule(config);
      for (let n = 0; n < PER_CONFIG / 20; n++) {
        const { cycle, T_i } = lr.cycleAt(draw() ** 3 * 1e6);
        const end = boundary(config, cycle + 1);
        for (let m = 0; m < 20; m++) {
          const t = end.hi - T_i * Math.max(1e-10, draw() ** (1 + (m % 4)));
          const left = fast.timeTo(end, t);
          if (t >= end.hi || !(left.hi > 0 && left.hi < T_i)) continue; // the double next to a boundary stands for it
          const expected = fast.rateAt(config, left, fast.lengthOf(config, cycle));
          const error = relative(lr(t), expected);
          worstInUlp = Math.max(worstInUlp, Math.abs(lr(t) - expected) / (next(expected) - expected));
          if (error > worst.error) worst = { error, place: `${JSON.stringify(config)} at ${t}` };
        }
      }
    }
    const seen = `worst: ${(worst.error * 2 ** 52).toFixed(2)} x 2^-52, ${worstInUlp} ulp`;
    if (this.test) this.test.title += `, seed ${seed}; ${seen}`;
    expect(worst.error, `seed ${seed}: ${worst.place}`).to.be.at.most(RELATIVE_ERROR);
  });
});

/** Where cycle i begins, from 400 bits: repeated products of double-doubles would lose a dozen bits. */
function boundary(config: Parameters<typeof oracle.exactStart>[0], i: number): DoubleDouble {
  const start = oracle.exactStart(config, i);
  const hi = oracle.nearest(start);
  return { hi, lo: oracle.nearest(start - oracle.exact(hi)) };
}

function randomConfig(draw: () => number) {
  const eta_max = 10 ** (1 - 6 * draw());
  return {
    T_0: draw() < 0.5 ? 1 + Math.floor(50 * draw()) : 0.1 + 100 * draw(),
    T_mult: [1, 2, 1.5, 1.001, 1 + 2 * draw()][Math.floor(5 * draw())] ?? 1,
    plateau: 0,
    eta_min: draw() < 0.5 ? 0 : eta_max * draw() ** 4,
    eta_max,
    eta_max_mult: 1,
    amplitude_mult: 1,
    endpoint: false,
    unit: 'epoch',
    updateFreq: 'batch',
  } as const;
}
