import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { RELATIVE_ERROR } from '../../lib/annealing/equation';
import { positionOf, ratesAt, type Schedule, snapped } from '../../lib/annealing/schedule';
import { cosineAnnealing, type ScheduledConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { type LegalConfig, legalConfig } from '../support/legal-config';
import {
  exact,
  exactCosineStart,
  exactLength,
  exactStart,
  halfCosine,
  multiply,
  nearest,
  warmupLength,
} from '../support/oracle';

const MAX_POSITION = Number.MAX_SAFE_INTEGER;

/** To the next double. */
function ulp(x: number): number {
  const bits = new BigInt64Array(Float64Array.of(Math.abs(x)).buffer);
  bits[0] = (bits[0] as bigint) + 1n;
  return (new Float64Array(bits.buffer)[0] as number) - Math.abs(x);
}

const at = (values: number | readonly number[], i: number): number =>
  typeof values === 'number' ? values : (values[Math.min(i, values.length - 1)] as number);

/** Equation 5's eta_min^i and eta_max^i. */
function rates(
  { eta_min, eta_min_ratio, eta_max, eta_max_mult, amplitude_mult }: ScheduledConfig,
  i: number,
) {
  const low = eta_min_ratio === undefined ? at(eta_min ?? 0, i) : eta_min_ratio * at(eta_max, 0);
  const peak = at(eta_max, i) * eta_max_mult ** i;
  const high =
    amplitude_mult === 1 || i === 0
      ? Math.max(low, peak)
      : low + (peak - low) * Math.min(Number.MAX_VALUE, amplitude_mult ** i);
  return { low, high };
}

interface ACycle {
  readonly i: number;
  readonly start: number;
  readonly end: number;
  /** Where the warm-up ends: at the start of the cycle if there is none. */
  readonly warm: number;
  /** Where the cosine begins. */
  readonly cosine: number;
  readonly low: number;
  readonly high: number;
  readonly from: number;
}

const countOf = ({ cycles = Infinity }: ScheduledConfig) =>
  typeof cycles === 'object' ? cycles.length : cycles;

function cycle(lr: Schedule<ScheduledConfig>, i: number): ACycle {
  const { config } = lr;
  const { low, high } = rates(config, i);
  const start = lr.cycleStart(i);
  const length = warmupLength(config, i);
  const warm = length > 0 ? nearest(exactStart(config, i) + exact(length)) : start; // cycleStart has a claim of its own
  const from = Math.min(high, at(config.warmup?.from ?? low, i));
  const delay = exactCosineStart(config, i) - exactStart(config, i);
  const cosine = delay > 0n ? nearest(exactCosineStart(config, i)) : start;
  return { i, start, end: lr.cycleStart(i + 1), warm, cosine, low, high, from };
}

/** The first cycles of a schedule and some far ones, as far as positions go, and as doubles tell their ends apart. */
function cyclesOf(lr: Schedule<ScheduledConfig>): ACycle[] {
  const far = [0, 1, 2, 3, 4, 5, 6, 10, 31, 100, 1000, 12_345, 1e6, 1e9];
  return far
    .filter((i) => i < countOf(lr.config))
    .filter((i) => lr.cycleStart(i + 1) > lr.cycleStart(i) && lr.cycleStart(i + 1) <= MAX_POSITION)
    .map((i) => cycle(lr, i));
}

const unit = () =>
  fc.oneof(fc.constantFrom(0, 0.5, 1 - 2 ** -52), fc.double({ min: 1e-9, max: 1, noNaN: true }));
const units = () => fc.array(unit(), { minLength: 1, maxLength: 12 });

function holds(title: string, claim: (lr: Schedule<ScheduledConfig>, parts: number[]) => void): void {
  it(title, () => {
    fc.assert(
      fc.property(legalConfig(), units(), (config, parts) => claim(cosineAnnealing(config), parts)),
      { numRuns: 300 },
    );
  });
}

/** Positions inside [start, end). */
const inside = (start: number, end: number, parts: readonly number[]) =>
  parts.map((part) => start + (end - start) * part).filter((t) => t >= start && t < end);

/** What `lr` gives at each of these positions, to so many digits. */
const rounded = (lr: (t: number) => number, positions: readonly number[], digits = 6) =>
  positions.map((t) => Number(lr(t).toFixed(digits)));

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

const exactCases: { config: LegalConfig; t: number[]; lr: number[]; cycle: number[] }[] = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/exact.json'), 'utf8'),
).cases;

describe('cosineAnnealing(config)', () => {
  describe('follows equation 5', () => {
    it('within the error bound of equation.ts, in the true cycle, at all 1,857 points of exact.json', () => {
      let points = 0;
      for (const { config, t, lr, cycle } of exactCases) {
        const schedule = cosineAnnealing(config);
        for (const [k, position] of t.entries()) {
          const expected = lr[k] as number;
          const difference = Math.abs(schedule(position) - expected);
          const place = `${JSON.stringify(config)} at ${position}`;
          expect(difference, place).to.be.at.most(RELATIVE_ERROR * expected);
          expect(schedule.cycleAt(position).cycle, place).to.equal(cycle[k]);
          points++;
        }
      }
      expect(points).to.equal(1857);
    });

    holds('within that bound for any config, to the last 10^-10 of a cosine', (lr, parts) => {
      if (lr.config.endpoint) return;
      for (const { i, end, warm, cosine, high, low } of cyclesOf(lr)) {
        if (!(high < 1e20 && high > 1e-40)) continue;
        const T_i = exactLength(lr.config, i);
        for (const t of inside(Math.max(warm, cosine), end, parts)) {
          const remaining = exactStart(lr.config, i + 1) - exact(t);
          if (t <= Math.max(warm, cosine) || remaining > T_i || nearest(remaining) < 1e-10 * nearest(T_i))
            continue;
          const amplitude = exact(high) - exact(low);
          const expected = nearest(exact(low) + multiply(amplitude, halfCosine(remaining, T_i)));
          expect(Math.abs(lr(t) - expected), `at ${t}`).to.be.at.most(RELATIVE_ERROR * expected);
        }
      }
    });

    it('falls at every step of a cycle of 10,000, and from the last one rises to eta_max', () => {
      const lr = cosineAnnealing({ T_0: 10_000, eta_max: 0.1, eta_min: 1e-5 });
      for (let t = 1; t < 10_000; t++) expect(lr(t)).to.be.below(lr(t - 1));
      expect(lr(10_000)).to.equal(0.1);
    });

    it('gives the values of SGDR for T_0 = 4, T_mult = 2', () => {
      const lr = cosineAnnealing({ T_0: 4, T_mult: 2, eta_max: 1, eta_min: 0.1 });
      expect(rounded(lr, upTo(14), 4)).to.deep.equal([
        1, 0.8682, 0.55, 0.2318, 1, 0.9657, 0.8682, 0.7222, 0.55, 0.3778, 0.2318, 0.1343, 1, 0.9914,
      ]);
    });

    it('uses eta_min^i and eta_max^i from lists, whose last values repeat', () => {
      const lr = cosineAnnealing({ T_0: 2, eta_max: [1, 0.5, 0.25], eta_min: [0.1, 0] });
      expect(upTo(7).map(lr)).to.deep.equal([1, 0.55, 0.5, 0.25, 0.25, 0.125, 0.25]);
    });

    it('multiplies eta_max by eta_max_mult at each restart, but never below eta_min', () => {
      const lr = cosineAnnealing({ T_0: 1, eta_max: 1, eta_min: 0.2, eta_max_mult: 0.5 });
      expect(upTo(5).map(lr)).to.deep.equal([1, 0.5, 0.25, 0.2, 0.2]);
    });

    it('multiplies eta_max - eta_min by amplitude_mult at each restart', () => {
      const lr = cosineAnnealing({ T_0: 1, eta_max: 1, eta_min: 0.5, amplitude_mult: 0.5 });
      expect(cosineAnnealing({ T_0: 1, eta_max: 0.3, eta_min: 0.03, amplitude_mult: 0.5 })(0)).to.equal(0.3);
      expect(upTo(3).map(lr)).to.deep.equal([1, 0.75, 0.625]);
    });

    it("takes eta_min_ratio for a share of the first cycle's eta_max, in every cycle", () => {
      const lr = cosineAnnealing({ T_0: 2, cycles: 3, eta_max: [0.4, 0.2, 0.3], eta_min_ratio: 0.25 });
      expect(upTo(3).map((i) => ratesAt(lr.config, i))).to.deep.equal([
        { eta_min: 0.1, eta_max: 0.4 },
        { eta_min: 0.1, eta_max: 0.2 },
        { eta_min: 0.1, eta_max: 0.3 },
      ]);
      expect(lr(6)).to.equal(0.1);
    });
  });

  describe('restarts', () => {
    holds('at the start of every cycle: eta_max^i exactly, or `from` if a warm-up begins there', (lr) => {
      for (const { start, warm, high, from } of cyclesOf(lr)) {
        if (Number.isFinite(high)) expect(lr(start)).to.equal(warm > start ? from : high);
      }
    });

    holds('where cycleAt says that the cycle begins, and the position before is in an earlier one', (lr) => {
      for (const { i, start, end } of cyclesOf(lr)) {
        expect(lr.cycleAt(start).cycle).to.equal(i);
        expect(lr.cycleAt(start).T_cur).to.equal(0);
        const before = end - ulp(end / 2);
        if (before >= start && before < end) expect(lr.cycleAt(before).cycle).to.equal(i);
      }
    });

    holds('at the double that is nearest to the true boundary', (lr) => {
      for (const { i, start } of cyclesOf(lr)) {
        const distance = Math.abs(nearest(exact(start) - exactStart(lr.config, i)));
        expect(distance, `start of cycle ${i}`).to.be.at.most(0.5 * ulp(start) * (1 + 1e-9));
      }
    });

    holds('in one order: cycleStart rises with i, from `start` on', (lr) => {
      const starts = cyclesOf(lr).map(({ start }) => start);
      expect(starts).to.deep.equal([...new Set(starts)].sort((a, b) => a - b));
      expect(lr.cycleStart(0)).to.equal(lr.config.start ?? 0);
    });
  });

  describe('before the start', () => {
    holds('holds its first learning rate, with T_cur 0', (lr, parts) => {
      const { start, T_0 } = { start: lr.cycleStart(0), T_0: lr.cycleAt(lr.cycleStart(0)).T_i };
      for (const t of inside(0, start, parts)) {
        expect(lr(t)).to.equal(lr(start));
        expect(lr.cycleAt(t)).to.deep.equal({ cycle: 0, T_cur: 0, T_i: T_0, phase: 'before' });
      }
    });

    it('shifts the whole schedule by `start`', () => {
      const config = { T_0: 4, T_mult: 2, eta_max: 0.1, warmup: { length: 2, everyCycle: true } };
      const lr = cosineAnnealing({ ...config, start: 8 });
      const plain = cosineAnnealing(config);
      expect(upTo(60).map((t) => lr(t + 8))).to.deep.equal(upTo(60).map(plain));
    });

    it('serves a second stage that begins at the peak in epoch 5', () => {
      const lr = cosineAnnealing({ T_0: 15, eta_min: 1e-4, eta_max: 0.1, updateFreq: 'epoch', start: 5 });
      expect(rounded(lr, [0, 4, 5, 6, 7])).to.deep.equal([0.1, 0.1, 0.1, 0.098908, 0.095682]);
      expect(Number(lr(19).toPrecision(5))).to.equal(0.0011915);
      expect(lr.cycleAt(19).cycle).to.equal(0);
    });
  });

  describe('within a cycle', () => {
    holds('stays within [eta_min^i, eta_max^i], in a warm-up within [from, eta_max^i]', (lr, parts) => {
      for (const { start, end, warm, low, high, from } of cyclesOf(lr)) {
        for (const t of inside(start, end, parts)) {
          const rate = lr(t);
          expect(rate).to.be.at.least(t < warm ? from : low);
          if (Number.isFinite(high)) expect(rate).to.be.at.most(high);
        }
      }
    });

    holds('never rises inside the cosine', (lr, parts) => {
      for (const { end, warm, cosine } of cyclesOf(lr)) {
        const rates = inside(
          Math.max(warm, cosine),
          end,
          [...parts].sort((a, b) => a - b),
        ).map(lr);
        for (const [k, rate] of rates.entries()) {
          if (k > 0) expect(rate).to.be.at.most(rates[k - 1] as number);
        }
      }
    });

    holds('reaches eta_max^i exactly at the end of a warm-up that does not overlap the cosine', (lr) => {
      if (lr.config.warmup?.placement === 'overlap') return;
      for (const { start, end, warm, high } of cyclesOf(lr)) {
        if (warm > start && warm < end && high < 1e20) expect(lr(warm)).to.equal(high);
      }
    });

    holds('meets the cosine at the end of a warm-up that overlaps it', (lr) => {
      if (lr.config.warmup?.placement !== 'overlap') return;
      const { warmup: _, ...rest } = lr.config;
      const plain = cosineAnnealing(rest);
      for (const { start, end, warm } of cyclesOf(lr)) {
        if (warm > start && warm < end) expect(lr(warm)).to.equal(plain(warm));
      }
    });

    holds(
      'rises from `from` to eta_max^i through its warm-up, in a straight line or a half cosine',
      (lr, parts) => {
        for (const { start, end, warm, high, from } of cyclesOf(lr)) {
          if (!(high < 1e20)) continue;
          for (const t of inside(start, Math.min(warm, end), parts)) {
            const share = (t - start) / (warm - start);
            const risen = lr.config.warmup?.shape === 'cosine' ? (1 - Math.cos(Math.PI * share)) / 2 : share;
            const rounding = (4 * (high - from) * ulp(warm)) / (warm - start) + 8 * ulp(high);
            expect(lr(t)).to.be.closeTo(from + (high - from) * risen, rounding);
            expect(lr.cycleAt(t).phase).to.equal('warmup');
          }
        }
      },
    );

    holds('stays at eta_max^i through its plateau', (lr, parts) => {
      if (lr.config.warmup?.placement === 'overlap') return;
      for (const { warm, cosine, high } of cyclesOf(lr)) {
        for (const t of inside(warm, cosine, parts)) {
          if (Number.isFinite(high)) expect(lr(t)).to.equal(high);
          expect(lr.cycleAt(t)).to.include({ phase: 'plateau', T_cur: 0 });
        }
      }
    });

    holds('says where it stands: T_cur from 0 to T_i, and the phase', (lr, parts) => {
      for (const { i, start, end, warm, cosine } of cyclesOf(lr)) {
        for (const t of inside(start, end, parts)) {
          const { cycle, T_cur, T_i, phase } = lr.cycleAt(t);
          expect(cycle).to.equal(i);
          expect(T_i).to.equal(nearest(exactLength(lr.config, i)));
          const expected = nearest(exact(t) - exactCosineStart(lr.config, i));
          expect(T_cur).to.be.closeTo(Math.max(0, expected), 2 * ulp(end));
          expect(T_cur).to.be.within(0, T_i);
          expect(phase).to.equal(t < warm ? 'warmup' : t < cosine ? 'plateau' : 'anneal');
        }
      }
    });

    it('repeats a warm-up with `everyCycle`, of a list its last length', () => {
      const config = { T_0: 4, eta_max: 1, eta_min: 0 };
      const lr = cosineAnnealing({ ...config, warmup: { length: [1, 2], everyCycle: true } });
      expect(upTo(5).map(lr.cycleStart)).to.deep.equal([0, 5, 11, 17, 23]);
      expect([5, 6, 7].map(lr)).to.deep.equal([0, 0.5, 1]);
      const once = cosineAnnealing({ ...config, warmup: { length: [1, 2] } });
      expect(upTo(5).map(once.cycleStart)).to.deep.equal([0, 5, 11, 15, 19]);
    });
  });

  describe('with a warm-up', () => {
    const config = { T_0: 10, T_mult: 2, eta_max: 1 };

    it("'before' the cosine, lengthens each cycle that has one", () => {
      const lr = cosineAnnealing({ ...config, warmup: { length: 2, everyCycle: true } });
      expect(upTo(4).map(lr.cycleStart)).to.deep.equal([0, 12, 34, 76]);
      expect([12, 13, 14, 24].map(lr)).to.deep.equal([0, 0.5, 1, 0.5]);
    });

    it("'inside' its cycle, leaves the restarts where they are, and the rest to the cosine", () => {
      const warmup = { length: 2, everyCycle: true, placement: 'inside' } as const;
      const lr = cosineAnnealing({ ...config, warmup });
      expect(upTo(4).map(lr.cycleStart)).to.deep.equal([0, 10, 30, 70]);
      expect([0, 10, 30].map((t) => lr.cycleAt(t).T_i)).to.deep.equal([8, 18, 38]);
      expect([0, 1, 2, 6, 10, 12, 21].map(lr)).to.deep.equal([0, 0.5, 1, 0.5, 0, 1, 0.5]);
    });

    it("that may 'overlap' the head of the cosine, up to all of it", () => {
      const lr = cosineAnnealing({ T_0: 10, eta_max: 1, warmup: { length: 4, placement: 'overlap' } });
      const plain = cosineAnnealing({ T_0: 10, eta_max: 1 });
      expect(upTo(4).map(lr)).to.deep.equal([0, 0.25, 0.5, 0.75]);
      expect([4, 5, 9, 10, 14].map(lr)).to.deep.equal([4, 5, 9, 10, 14].map(plain));
      const whole = cosineAnnealing({ T_0: 4, eta_max: 1, warmup: { length: 4, placement: 'overlap' } });
      expect(upTo(5).map(whole)).to.deep.equal([0, 0.25, 0.5, 0.75, 1]);
    });

    it("of the shape 'cosine', is halfway at half of its length", () => {
      const warmup = { length: 4, from: 0.25, shape: 'cosine' } as const;
      const lr = cosineAnnealing({ T_0: 10, eta_max: 1.25, warmup });
      expect(rounded(lr, upTo(5), 12)).to.deep.equal([0.25, 0.396446609407, 0.75, 1.103553390593, 1.25]);
      expect(lr(2)).to.equal(0.75);
    });
  });

  describe('with a plateau', () => {
    it('rises, stays and falls: warm-up, plateau, one cosine', () => {
      const lr = cosineAnnealing({ T_0: 4, cycles: 1, plateau: 4, warmup: 2, eta_max: 0.1, eta_min: 0.01 });
      expect(rounded(lr, upTo(12))).to.deep.equal([
        0.01, 0.055, 0.1, 0.1, 0.1, 0.1, 0.1, 0.08682, 0.055, 0.02318, 0.01, 0.01,
      ]);
      expect(upTo(11).map((t) => lr.cycleAt(t).phase)).to.deep.equal([
        ...Array(2).fill('warmup'),
        ...Array(4).fill('plateau'),
        ...Array(4).fill('anneal'),
        'hold',
      ]);
      expect([2, 6, 10].map(lr)).to.deep.equal([0.1, 0.1, 0.01]);
    });

    it('lengthens every cycle by it, and does not grow with T_mult; of a list the last one repeats', () => {
      const starts = (plateau: number | number[]) =>
        upTo(5).map(cosineAnnealing({ T_0: 10, T_mult: 2, eta_max: 1, plateau }).cycleStart);
      expect(starts(3)).to.deep.equal([0, 13, 36, 79, 162]);
      expect(starts([3, 0, 1])).to.deep.equal([0, 13, 33, 74, 155]);
    });

    it('leaves cycles that fill a total what plateaus, warm-ups and `start` leave', () => {
      const lr = cosineAnnealing({
        cycles: 2,
        T_mult: 2,
        total: 100,
        start: 20,
        plateau: [5, 1],
        warmup: { length: 7, everyCycle: true },
        eta_max: 1,
      });
      expect(upTo(3).map(lr.cycleStart)).to.deep.equal([20, 52, 100]);
      expect([20, 52].map((t) => lr.cycleAt(t).T_i)).to.deep.equal([20, 40]);
    });
  });

  describe('after the last cycle', () => {
    holds("holds the last cycle's eta_min", (lr, parts) => {
      const last = countOf(lr.config) - 1;
      if (last === Infinity) return;
      const { end, low } = cycle(lr, last);
      const after = [end, ...parts.map((part) => end * (1 + part)), MAX_POSITION];
      for (const t of after.filter((t) => t >= end && t <= MAX_POSITION)) {
        expect(lr(t)).to.equal(low);
        const { cycle, T_cur, T_i, phase } = lr.cycleAt(t);
        expect({ cycle, T_cur, phase }).to.deep.equal({ cycle: last, T_cur: T_i, phase: 'hold' });
      }
    });

    holds('ends the cycles exactly at the `total` that they fill', (lr) => {
      const { total, T_0, cycles } = lr.config;
      if (total === undefined || T_0 !== undefined || typeof cycles !== 'number') return;
      expect(lr.cycleStart(cycles)).to.equal(total);
    });

    holds('takes no notice of a `total` beside lengths', (lr, parts) => {
      const { total, ...rest } = lr.config;
      if (total === undefined || (rest.T_0 === undefined && typeof rest.cycles !== 'object')) return;
      const without = cosineAnnealing(rest);
      for (const t of parts.map((part) => part * 1e4)) expect(lr(t)).to.equal(without(t));
    });

    it('begins cycle i at total * i / cycles if the cycles fill the total', () => {
      for (let cycles = 1; cycles <= 100; cycles++) {
        for (const length of [1, 3, 10, 37, 1000]) {
          const lr = cosineAnnealing({ cycles, total: length * cycles, eta_max: 0.1, unit: 'batch' });
          for (let i = 0; i < cycles; i++) expect(lr.cycleStart(i)).to.equal(length * i);
          for (let i = 0; i < cycles; i++) expect(lr(length * i)).to.equal(0.1);
        }
      }
    });
  });

  describe('with `endpoint`', () => {
    const clock = fc.record({
      unit: fc.constantFrom('epoch' as const, 'batch' as const),
      updateFreq: fc.constantFrom('epoch' as const, 'batch' as const),
      batchesPerEpoch: fc.integer({ min: 1, max: 40 }),
    });
    const wholeCycles = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });

    /** The positions of updates, as the callback counts them, by the cycle that each is in. */
    function updates(lr: Schedule<ScheduledConfig>, end: number): number[][] {
      const { unit, updateFreq, batchesPerEpoch = 1 } = lr.config;
      const length = updateFreq === 'epoch' ? batchesPerEpoch : 1;
      const scale = unit === 'epoch' ? batchesPerEpoch : 1;
      const byCycle: number[][] = [];
      for (let step = 0; step < end * scale - 1e-6; step += length) {
        const epoch = Math.floor(step / batchesPerEpoch);
        const t = positionOf(lr, { step, epoch, batch: step % batchesPerEpoch });
        const { cycle, phase } = lr.cycleAt(t);
        if (phase === 'hold') break;
        byCycle[cycle] = [...(byCycle[cycle] ?? []), t];
      }
      return byCycle;
    }

    it('begins every cycle at eta_max and ends it at eta_min exactly, evenly spaced in between', () => {
      fc.assert(
        fc.property(clock, wholeCycles, fc.constantFrom(0, 1e-3), (clock, lengths, eta_min) => {
          const perUpdate =
            clock.unit === 'batch' && clock.updateFreq === 'epoch' ? clock.batchesPerEpoch : 1;
          const cycles = lengths.map((n) => n * perUpdate);
          const lr = cosineAnnealing({ ...clock, cycles, eta_max: 0.1, eta_min, endpoint: true });
          const byCycle = updates(lr, lr.cycleStart(cycles.length));
          expect(byCycle).to.have.length(cycles.length);
          for (const positions of byCycle) {
            const last = positions.length - 1;
            expect(lr(positions[0] as number)).to.equal(0.1);
            if (last > 0) expect(lr(positions[last] as number)).to.equal(eta_min);
            for (const [k, t] of positions.entries()) {
              const cosine = last === 0 ? 1 : (1 + Math.cos((Math.PI * k) / last)) / 2;
              expect(lr(t)).to.be.closeTo(eta_min + (0.1 - eta_min) * cosine, 1e-12);
            }
          }
        }),
      );
    });

    it('ends a cosine of any length at eta_min, or leaves its only update at eta_max', () => {
      const lengths = fc.array(fc.double({ min: 0.2, max: 9, noNaN: true }), { minLength: 1, maxLength: 5 });
      fc.assert(
        fc.property(clock, lengths, fc.constantFrom(0, 1e-3), (clock, cycles, eta_min) => {
          const lr = cosineAnnealing({ ...clock, cycles, eta_max: 0.1, eta_min, endpoint: true });
          for (const positions of updates(lr, lr.cycleStart(cycles.length))) {
            if (positions === undefined) continue;
            expect(lr(positions.at(-1) as number)).to.equal(positions.length > 1 ? eta_min : 0.1);
          }
        }),
      );
    });

    it('gives the fit of 5 epochs in 3 cycles, which hold 2, 2 and 1 updates, its rates', () => {
      const config = { cycles: 3, total: 5, endpoint: true, updateFreq: 'epoch', eta_max: 0.1 } as const;
      expect(rounded(cosineAnnealing(config), upTo(5))).to.deep.equal([0.1, 0, 0.085355, 0, 0.1]);
    });

    it('gives the fit of 2 epochs of 3 batches in 5 cycles, of which the first holds two, its rates', () => {
      const lr = cosineAnnealing({ cycles: 5, total: 2, endpoint: true, batchesPerEpoch: 3, eta_max: 0.1 });
      expect(updates(lr, 2).flat().map(lr)).to.deep.equal([0.1, 0, 0.1, 0.1, 0.1, 0.1]);
    });

    it('leaves updates in a warm-up or a plateau as they are', () => {
      const config = { T_0: 4, cycles: 2, warmup: { length: 3, everyCycle: true }, plateau: 2, eta_max: 0.1 };
      const lr = cosineAnnealing({ ...config, endpoint: true, updateFreq: 'epoch' });
      const without = cosineAnnealing(config);
      const delays = upTo(18).filter((t) => without.cycleAt(t).phase !== 'anneal');
      expect(delays.map(lr)).to.deep.equal(delays.map(without));
      expect([5, 8, 9, 14, 17].map(lr)).to.deep.equal([0.1, 0, 0, 0.1, 0]);
    });

    it('keeps a cycle of one update at eta_max', () => {
      const lr = cosineAnnealing({
        T_0: 1,
        unit: 'batch',
        eta_max: 0.1,
        eta_min: 0.01,
        endpoint: true,
        cycles: 3,
      });
      expect(upTo(4).map(lr)).to.deep.equal([0.1, 0.1, 0.1, 0.01]);
    });
  });

  describe('is a pure function of t', () => {
    holds('that gives the same at any time, in any order', (lr, parts) => {
      const positions = cyclesOf(lr).flatMap(({ start, end }) => inside(start, end, parts));
      const forward = positions.map((t) => [lr(t), lr.cycleAt(t)]);
      const backward = [...positions].reverse().map((t) => [lr(t), lr.cycleAt(t)]);
      const fresh = positions.map((t) => cosineAnnealing(lr.config)(t));
      expect(backward.reverse()).to.deep.equal(forward);
      expect(forward.map(([rate]) => rate)).to.deep.equal(fresh);
    });

    it('whose config is parsed and frozen', () => {
      const { config } = cosineAnnealing({ T_0: 10, eta_max: [1, 0.5], warmup: 3 });
      expect(config).to.deep.include({ T_0: 10, T_mult: 1, eta_min: 0, unit: 'epoch' });
      expect([config, config.eta_max, config.warmup].every(Object.isFrozen)).to.equal(true);
    });

    it('whose positions are frozen', () => {
      expect(Object.isFrozen(cosineAnnealing({ T_0: 10, eta_max: 1 }).cycleAt(3))).to.equal(true);
    });
  });

  describe('far out', () => {
    it('goes back to the first cycles after later ones', () => {
      const lr = cosineAnnealing({ T_0: 10, eta_max: 1, warmup: { length: [3, 1] } });
      const order = [14, 5, 100, 0, 13, 1e9, 23, 24];
      const fresh = order.map((t) => cosineAnnealing(lr.config)(t));
      expect(order.map(lr)).to.deep.equal(fresh);
    });

    it('finds the early cycles of a list of warm-ups that goes on beyond all doubles', () => {
      const warmup = { length: Array<number>(1000).fill(0.5) };
      const lr = cosineAnnealing({ T_0: 1, T_mult: 10, eta_max: 1, warmup });
      expect([1e9, 1.5, 5].map((t) => lr.cycleAt(t).cycle)).to.deep.equal([9, 1, 1]);
    });

    for (const T_0 of [1e-3, 1, 1e12]) {
      for (const T_mult of [1.001, 1 + 1e-9, 1 + 2 ** -50, 2]) {
        it(`restarts exactly up to t = 10^15 with T_0 = ${T_0}, T_mult = ${T_mult}`, () => {
          const lr = cosineAnnealing({ T_0, T_mult, eta_max: 0.1, eta_min: 1e-3 });
          const property = fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (t) => {
            const { cycle } = lr.cycleAt(t);
            const start = lr.cycleStart(cycle);
            expect(start).to.be.at.most(t);
            expect(lr.cycleStart(cycle + 1)).to.be.above(t);
            expect(Math.abs(nearest(exact(start) - exactStart(lr.config, cycle)))).to.be.at.most(
              0.5 * ulp(start) * (1 + 1e-9),
            );
            expect(lr(start)).to.equal(0.1);
            expect(lr(t)).to.be.within(1e-3, 0.1);
          });
          fc.assert(property, { numRuns: 60 });
        });
      }
    }

    it('finds cycles of 10^-3 at t = 10^12, of which there were 10^15', () => {
      const lr = cosineAnnealing({ T_0: 2 ** -10, eta_max: 0.1 });
      expect(lr.cycleAt(1e12).cycle).to.equal(1024e12);
      expect([1e12, 1e12 + 2 ** -11].map(lr)).to.deep.equal([0.1, 0.05]);
    });

    it('still gives a rate if there are more cycles than integers', () => {
      for (const T_mult of [1, 1 + 2 ** -52]) {
        const lr = cosineAnnealing({ T_0: 1e-12, T_mult, eta_max: 0.1, eta_min: 1e-3 });
        for (let t = 2 ** 53 - 1; t > 1; t /= 1.7) expect(lr(t)).to.be.within(1e-3, 0.1);
      }
    });

    it('ends growth of eta_max at the largest double', () => {
      const lr = cosineAnnealing({ T_0: 1, eta_max: 1, eta_max_mult: 2 });
      expect([1023, 1e6].map(lr)).to.deep.equal([2 ** 1023, Number.MAX_VALUE]);
    });

    it('says Infinity if a cycle begins beyond all doubles', () => {
      expect(cosineAnnealing({ T_0: 1, T_mult: 10, eta_max: 1 }).cycleStart(1000)).to.equal(Infinity);
    });
  });

  describe('refuses', () => {
    const lr = cosineAnnealing({ T_0: 10, cycles: 3, eta_max: 1 });
    const endless = cosineAnnealing({ T_0: 10, eta_max: 1 });

    for (const t of [-1, -1e-300, Number.NaN, Infinity, 2 ** 53, '1', undefined, null]) {
      it(`t = ${t}`, () => {
        const shown = typeof t === 'string' ? JSON.stringify(t) : t;
        const message = `\`t\`: expected a number from 0 to 2^53 - 1, got ${shown}`;
        expect(() => lr(t as number)).to.throw(CosineAnnealingError, message);
        expect(() => lr.cycleAt(t as number)).to.throw(CosineAnnealingError, message);
      });
    }

    it('with an error, and what it says', () => {
      const { lr: none } = { lr: () => lr(-1) };
      for (const [call, message] of [
        [none, '`t`: expected a number from 0 to 2^53 - 1, got -1'],
        [() => lr.cycleStart(4), '`i`: expected an integer from 0 to 3, got 4'],
      ] as const)
        expect(call).to.throw().with.property('message', message);
    });

    it('a cycle that is none', () => {
      for (const i of [-1, 0.5, 4, Number.NaN]) {
        expect(() => lr.cycleStart(i)).to.throw(
          CosineAnnealingError,
          `\`i\`: expected an integer from 0 to 3, got ${i}`,
        );
      }
      expect(() => endless.cycleStart(-1)).to.throw('`i`: expected an integer >= 0, got -1');
      expect(lr.cycleStart(3)).to.equal(30);
    });
  });
});

describe('snapped', () => {
  it('moves a position to a boundary that comes within 1e-6 of an update, and no further', () => {
    const lr = cosineAnnealing({ T_0: 0.5, eta_max: 1, batchesPerEpoch: 100 });
    expect([0.5 - 0.9e-8, 0.5 - 1.1e-8, 0.5, 0.6].map((t) => snapped(lr, t))).to.deep.equal([
      0.5,
      0.5 - 1.1e-8,
      0.5,
      0.6,
    ]);
  });
});

describe('positionOf(schedule, update)', () => {
  const exact = { eta_max: 1, batchesPerEpoch: 20, warmup: { length: 0.05, everyCycle: true } };
  const seventh = { step: 7, epoch: 0, batch: 7 };

  it('is the end of a warm-up that it is before by rounding only, so that the cosine holds there', () => {
    const lr = cosineAnnealing({ ...exact, T_0: 0.1, warmup: { ...exact.warmup, placement: 'overlap' } });
    expect(lr.cycleAt(7 / 20)).to.include({ cycle: 3, phase: 'warmup' }); // the double 0.1 is more than a tenth
    expect(lr.cycleAt(positionOf(lr, seventh))).to.include({ cycle: 3, phase: 'anneal' });
    expect(lr(positionOf(lr, seventh))).to.be.closeTo(0.5, 1e-14);
  });

  it('is the end of a plateau, or the start of the schedule, in the same way', () => {
    const lr = cosineAnnealing({ ...exact, T_0: 0.05, plateau: 0.1, warmup: 0, start: 0.1 + 1e-9 });
    const at = (batch: number) => positionOf(lr, { step: batch, epoch: 0, batch });
    expect([1, 2, 3, 4, 5].map((batch) => lr.cycleAt(at(batch)).phase)).to.deep.equal([
      'before',
      'plateau',
      'plateau',
      'anneal',
      'plateau',
    ]);
    expect([at(1), at(2), at(3)]).to.deep.equal([0.05, 0.1 + 1e-9, 0.15]);
    expect(lr.cycleAt(at(4)).T_cur).to.equal(0);
    expect(lr.cycleAt(at(4) * (1 - Number.EPSILON / 2)).phase).to.equal('plateau');
  });

  it("is the boundary's own within 1e-6 of an update before it, and no further", () => {
    const at = (T_0: number, batch: number) =>
      positionOf(cosineAnnealing({ T_0, eta_max: 1, batchesPerEpoch: 100 }), {
        step: batch,
        epoch: 0,
        batch,
      });
    expect(at(0.5 + 0.9e-8, 50)).to.equal(0.5 + 0.9e-8);
    expect(at(0.5 + 1.1e-8, 50)).to.equal(0.5);
    const once = cosineAnnealing({
      T_0: 8 + 4.1e-6, // an update takes 4 batches
      eta_max: 1,
      unit: 'batch',
      updateFreq: 'epoch',
      batchesPerEpoch: 4,
    });
    expect(positionOf(once, { step: 8, epoch: 2, batch: 0 })).to.equal(8);
  });

  it('goes on after the last cycle', () => {
    const lr = cosineAnnealing({ T_0: 1, cycles: 1, eta_max: 1 });
    expect(positionOf(lr, { step: 3, epoch: 3, batch: 0 })).to.equal(3);
  });
});
