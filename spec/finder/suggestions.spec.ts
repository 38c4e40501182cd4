import { expect } from 'chai';
import { suggestionsOf } from '../../lib/finder/suggestions';
import { sweepRates } from '../../lib/finder/sweep';

/** A sweep that falls around `centre` by `depth` and rises from `cliff` on, both as powers of ten, with a ripple. */
function sweep(steps: number, centre: number, depth: number, cliff: number, ripple: number) {
  const rates = sweepRates(1e-6, 10, steps);
  const losses = rates.map((_, i) => {
    const x = -6 + (7 * i) / (steps - 1);
    const fall = depth / (1 + Math.exp(-3 * (x - centre)));
    return 2.3 - fall + Math.exp(4 * (x - cliff)) + ripple * Math.sin(7 * i);
  });
  return { rates, losses };
}

/** What each library's own lines say, run on these curves with NumPy in place of torch; six digits. */
const cases = [
  {
    curve: [100, -2, 1.5, 0.5, 0.05],
    expected: {
      valley: 0.0126186,
      steep: 0.0546228,
      minimum: 0.231013,
      slide: 0.033516,
      lightning: 0.000792483,
      ignite: 0.0546228,
      steepest: 0.0546228,
    },
  },
  {
    curve: [100, -3, 1.8, -0.5, 0.02],
    expected: {
      valley: 0.00129155,
      steep: 0.00343047,
      minimum: 0.0236449,
      slide: 0.0021049,
      lightning: 0.000215443,
      ignite: 0.00343047,
      steepest: 0.00343047,
    },
  },
  {
    curve: [75, -1, 1, 0.9, 0.1],
    expected: {
      valley: 0.0431653,
      steep: 0.30654,
      minimum: 0.336533,
      slide: 0.128265,
      lightning: 0.000186325,
      ignite: 0.381137,
      steepest: 0.381137,
    },
  },
  {
    curve: [60, -2.5, 2, 0, 0],
    expected: {
      valley: 0.00159731,
      steep: 0.0108118,
      minimum: 0.0855467,
      slide: 0.00362512,
      lightning: 0.00121547,
      ignite: 0.0142083,
      steepest: 0.0142083,
    },
  },
];

describe('Suggestions', () => {
  for (const { curve, expected } of cases) {
    it(`are what the libraries themselves read from the sweep ${curve.join(', ')}`, () => {
      const { rates, losses } = sweep(...(curve as Parameters<typeof sweep>));
      const found = Object.entries(suggestionsOf(rates, losses));
      const rounded = found.map(([rule, rate]) => [rule, Number(rate?.toPrecision(6))]);
      expect(Object.fromEntries(rounded)).to.deep.equal(expected);
    });
  }

  it('read nothing after the loss at which the library would have stopped, and that loss still', () => {
    const { rates, losses } = sweep(100, -2, 1.5, 0.5, 0.05);
    const cut = [...losses.slice(0, 80), 1e3];
    const expected = suggestionsOf(rates.slice(0, 81), cut, 100);
    for (const after of [0, 2.3, 1e9]) {
      const more = [...cut, ...losses.slice(81).map(() => after)];
      expect(suggestionsOf(rates, more, 100), String(after)).to.deep.equal(expected);
    }
    const without = suggestionsOf(rates.slice(0, 80), cut.slice(0, 80), 100);
    expect(without.valley).to.not.equal(expected.valley);
  });

  it('are null for a sweep that is too short', () => {
    for (const steps of [0, 1, 2]) {
      const { rates, losses } = sweep(10, -2, 1.5, 0.5, 0);
      const { ignite, ...others } = suggestionsOf(rates.slice(0, steps), losses.slice(0, steps), 10);
      expect(Object.values(others).every((rate) => rate === null)).to.be.true;
      expect(ignite).to.equal(null);
    }
  });
});
