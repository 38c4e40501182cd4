import { expect } from 'chai';
import { hasDiverged, readSweep, smoothed, sweepRates } from '../../lib/finder/sweep';

const range = { from: 1e-6, to: 10, steps: 100 };
const rates = sweepRates(range.from, range.to, range.steps);
/** A ripple in place of noise. */
const sweep = (loss: (power: number) => number, ripple = 0.05) =>
  rates.map((rate, i) => loss(Math.log10(rate)) + ripple * Math.sin(7 * i));
const read = (losses: readonly number[]) => readSweep(rates.slice(0, losses.length), losses, range);

describe('A sweep', () => {
  it('goes from the lowest to the highest rate by equal factors', () => {
    expect(rates).to.have.length(100);
    expect(rates[0]).to.equal(1e-6);
    expect(rates.at(-1)).to.equal(10);
    for (let i = 1; i < 100; i++) {
      expect((rates[i] as number) / (rates[i - 1] as number)).to.be.closeTo(10 ** (7 / 99), 1e-12);
    }
  });

  it('begins trials where it has most of its gain, at the low edge of a flat bottom', () => {
    const fall = (power: number) => 2.3 - 1.5 / (1 + Math.exp(-6 * (power + 2)));
    const { start, untrained } = read(sweep(fall));
    expect(Math.log10(start)).to.be.within(-2, -1.5);
    expect(untrained).to.be.closeTo(2.3, 0.02);
  });

  it('begins them in the middle of the range if it has seen nothing but noise', () => {
    for (const ripple of [0, 0.05, 1]) {
      expect(read(sweep(() => 2.3, ripple)).start).to.be.closeTo(10 ** -2.5, 1e-12);
    }
  });

  it('measures how much the loss varies by itself', () => {
    for (const ripple of [0.05, 1]) {
      expect(read(sweep(() => 2.3, ripple)).noise).to.be.closeTo(ripple / Math.SQRT2, 0.1 * ripple);
    }
  });

  it('is smoothed by a Gaussian of a quarter of a decade, and says how many losses a point is worth', () => {
    const [first] = smoothed([1, 10 ** 0.25], [1, 0]);
    const weight = Math.exp(-1 / 2);
    expect(first?.rate).to.equal(1);
    expect(first?.loss).to.be.closeTo(1 / (1 + weight), 1e-12);
    expect(first?.count).to.be.closeTo((1 + weight) ** 2 / (1 + weight ** 2), 1e-12);
  });

  it('sees a gain that is small, but clear, and one before a rise', () => {
    const small = (power: number) => 2.3 - 0.1 / (1 + Math.exp(-6 * (power + 2)));
    expect(Math.log10(read(sweep(small)).start)).to.be.within(-2.2, -1.5);
    const valley = (power: number) =>
      2.3 - 1.5 / (1 + Math.exp(-6 * (power + 2))) + Math.exp(4 * (power - 0.2));
    expect(Math.log10(read(sweep(valley)).start)).to.be.within(-2, -1.5);
  });

  it('has the noise of float32 if it shows none', () => {
    expect(read(sweep(() => 100, 0)).noise).to.be.closeTo(100 * 2 ** -23, 1e-12);
  });

  it('reads a single loss', () => {
    expect(read([2.3])).to.deep.include({ start: 1e-6, untrained: 2.3 });
  });

  it('ends when the loss is far above where it began', () => {
    const losses = sweep((power) => 2.3 - Math.max(0, Math.min(1, power + 3)) + Math.exp(4 * power));
    const end = losses.findIndex((_, i) => hasDiverged(losses.slice(0, i + 1), 100));
    expect(Math.log10(rates[end] as number)).to.be.within(0, 0.6);
  });

  it('ends at four times what it gained, and never if it has gained nothing', () => {
    const endingAt = (loss: number) => [...Array.from({ length: 30 }, () => 2), 1.9, loss];
    expect(hasDiverged(endingAt(2.29), 100)).to.equal(false);
    expect(hasDiverged(endingAt(2.31), 100)).to.equal(true);
    expect(hasDiverged([2, 2, 2, 2.1, 5], 10)).to.equal(false);
  });

  it('does not end by noise alone', () => {
    const losses = sweep(() => 2.3, 0.5);
    expect(losses.some((_, i) => hasDiverged(losses.slice(0, i + 1), 100))).to.be.false;
  });
});
