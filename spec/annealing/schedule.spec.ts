import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { positionOf, type Schedule, updateLength } from '../../lib/annealing/schedule';
import { cosineAnnealing, type ScheduledConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { type LegalConfig, legalConfig } from '../support/legal-config';
import { exact, exactLength, exactStart, halfCosine, multiply, nearest } from '../support/oracle';

const LONGEST = Number.MAX_SAFE_INTEGER;

/** To the next double. */
function ulp(x: number): number {
  const bits = new BigInt64Array(Float64Array.of(Math.abs(x)).buffer);
  bits[0] = (bits[0] as bigint) + 1n;
  return (new Float64Array(bits.buffer)[0] as number) - Math.abs(x);
}

const at = (values: number | readonly number[], i: number): number =>
  typeof values === 'number' ? values : (values[Math.min(i, values.length - 1)] as number);

/** Equation 5's eta_min^i and eta_max^i. */
function rates({ eta_min, eta_max, eta_max_mult, amplitude_mult }: ScheduledConfig, i: number) {
  const low = at(eta_min, i);
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
  /** Where the warm-up ends: at the start of the cycle, where there is none. */
  readonly warm: number;
  readonly delayed: boolean;
  readonly low: number;
  readonly high: number;
  readonly from: number;
}

const countOf = ({ cycles = Number.POSITIVE_INFINITY }: ScheduledConfig) =>
  typeof cycles === 'object' ? cycles.length : cycles;

function cycle(lr: Schedule<ScheduledConfig>, i: number): ACycle {
  const { config } = lr;
  const { low, high } = rates(config, i);
  const { warmup } = config;
  const listed = typeof warmup?.length === 'object' ? warmup.length.length : 1;
  const length = warmup === undefined || (i >= listed && !warmup.everyCycle) ? 0 : at(warmup.length, i);
  const warm = nearest(exactStart(config, i) + exact(length));
  const from = Math.min(high, at(warmup?.from ?? config.eta_min, i));
  const delayed = warmup?.overlap === false;
  return { i, start: lr.cycleStart(i), end: lr.cycleStart(i + 1), warm, delayed, low, high, from };
}

/** The first cycles of a schedule and some far ones, as far as positions go, and as doubles tell their ends apart. */
function cyclesOf(lr: Schedule<ScheduledConfig>): ACycle[] {
  const far = [0, 1, 2, 3, 4, 5, 6, 10, 31, 100, 1000, 12_345, 1e6, 1e9];
  return far
    .filter((i) => i < countOf(lr.config))
    .filter((i) => lr.cycleStart(i + 1) > lr.cycleStart(i) && lr.cycleStart(i + 1) <= LONGEST)
    .map((i) => cycle(lr, i));
}

const unit = () =>
  fc.oneof(fc.constantFrom(0, 0.5, 1 - 2 ** -52), fc.double({ min: 1e-9, max: 1, noNaN: true }));
const units = () => fc.array(unit(), { minLength: 1, maxLength: 12 });

function holds(title: string, claim: (lr: Schedule<ScheduledConfig>, parts: number[]) => void): void {
  it(title, () => {
    fc.assert(
      fc.property(legalConfig(), units(), (config, parts) => claim(cosineAnnealing(config), parts)),
      { numRuns: 400 },
    );
  });
}

/** Positions inside [start, end). */
const inside = (start: number, end: number, parts: readonly number[]) =>
  parts.map((part) => start + (end - start) * part).filter((t) => t >= start && t < end);

const exactCases: { config: LegalConfig; t: number[]; lr: number[]; cycle: number[] }[] = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/exact.json'), 'utf8'),
).cases;

describe('cosineAnnealing(config)', () => {
  describe('follows equation 5', () => {
    it('within 2 ulp of the true value, in the true cycle, at all 1,857 points of exact.json', () => {
      let points = 0;
      for (const { config, t, lr, cycle } of exactCases) {
        const schedule = cosineAnnealing(config);
        for (const [k, position] of t.entries()) {
          const expected = lr[k] as number;
          const difference = Math.abs(schedule(position) - expected);
          expect(difference, `${JSON.stringify(config)} at ${position}`).to.be.at.most(2 * ulp(expected));
          expect(schedule.cycleAt(position).cycle).to.equal(cycle[k]);
          points++;
        }
      }
      expect(points).to.equal(1857);
    });

    holds('within 3 ulp of the true value for any config, to the last 10^-10 of a cycle', (lr, parts) => {
      if (lr.config.endpoint) return;
      for (const { i, start, end, warm, high, low } of cyclesOf(lr)) {
        if (!(high < 1e20 && high > 1e-40)) continue;
        const T_i = exactLength(lr.config, i);
        for (const t of inside(start, end, parts)) {
          const remaining = exactStart(lr.config, i + 1) - exact(t);
          if (t === start || t <= warm || remaining > T_i || nearest(remaining) < 1e-10 * nearest(T_i))
            continue;
          // A position that is rounded at 10^15 does not tell where in a cycle of 10^-3 it is.
          if (ulp(t) > nearest(remaining)) continue;
          const amplitude = exact(high) - exact(low);
          const expected = nearest(exact(low) + multiply(amplitude, halfCosine(remaining, T_i)));
          expect(Math.abs(lr(t) - expected), `at ${t}`).to.be.at.most(3 * ulp(expected));
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
      const rounded = Array.from({ length: 14 }, (_, t) => Number(lr(t).toFixed(4)));
      expect(rounded).to.deep.equal([
        1, 0.8682, 0.55, 0.2318, 1, 0.9657, 0.8682, 0.7222, 0.55, 0.3778, 0.2318, 0.1343, 1, 0.9914,
      ]);
    });

    it('uses eta_min^i and eta_max^i from lists, whose last values repeat', () => {
      const lr = cosineAnnealing({ T_0: 2, eta_max: [1, 0.5, 0.25], eta_min: [0.1, 0] });
      expect([0, 1, 2, 3, 4, 5, 6].map(lr)).to.deep.equal([1, 0.55, 0.5, 0.25, 0.25, 0.125, 0.25]);
    });

    it('multiplies eta_max by eta_max_mult at each restart, but never below eta_min', () => {
      const lr = cosineAnnealing({ T_0: 1, eta_max: 1, eta_min: 0.2, eta_max_mult: 0.5 });
      expect([0, 1, 2, 3, 4].map(lr)).to.deep.equal([1, 0.5, 0.25, 0.2, 0.2]);
    });

    it('multiplies eta_max - eta_min by amplitude_mult at each restart', () => {
      const lr = cosineAnnealing({ T_0: 1, eta_max: 1, eta_min: 0.5, amplitude_mult: 0.5 });
      expect([0, 1, 2].map(lr)).to.deep.equal([1, 0.75, 0.625]);
    });
  });

  describe('restarts', () => {
    holds('at the start of every cycle: eta_max^i exactly, or `from` where a warm-up begins', (lr) => {
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

    holds('in one order: cycleStart rises with i', (lr) => {
      const starts = cyclesOf(lr).map(({ start }) => start);
      expect(starts).to.deep.equal([...new Set(starts)].sort((a, b) => a - b));
      expect(lr.cycleStart(0)).to.equal(0);
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

    holds('never rises inside the cosine, by more than its rounding', (lr, parts) => {
      for (const { start, end, warm } of cyclesOf(lr)) {
        const rates = inside(
          Math.max(start, warm),
          end,
          [...parts].sort((a, b) => a - b),
        ).map(lr);
        for (const [k, rate] of rates.entries()) {
          if (k > 0) expect(rate - (rates[k - 1] as number)).to.be.at.most(3 * ulp(rate));
        }
      }
    });

    holds(
      'reaches eta_max^i exactly at the end of a warm-up that delays the cosine, and continuously',
      (lr) => {
        for (const { start, end, warm, delayed, high, from } of cyclesOf(lr)) {
          if (!delayed || warm <= start || warm >= end || high > 1e20) continue;
          expect(lr(warm)).to.equal(high);
          const before = warm - Math.max(ulp(warm), 1e-6 * (warm - start));
          if (before <= start) continue;
          const linear = high - ((high - from) * (warm - before)) / (warm - start);
          const rounding = ((high - from) * ulp(warm)) / (warm - start) + 4 * ulp(high);
          expect(lr(before)).to.be.closeTo(linear, rounding);
        }
      },
    );

    holds('rises in a straight line through its warm-up', (lr, parts) => {
      for (const { start, end, warm, high, from } of cyclesOf(lr)) {
        if (!(high < 1e20)) continue;
        for (const t of inside(start, Math.min(warm, end), parts)) {
          const linear = from + ((high - from) * (t - start)) / (warm - start);
          const rounding = (2 * (high - from) * ulp(warm)) / (warm - start) + 4 * ulp(high);
          expect(lr(t)).to.be.closeTo(linear, rounding);
          expect(lr.cycleAt(t).phase).to.equal('warmup');
        }
      }
    });

    holds('says where it stands: T_cur from 0 to T_i, and the phase', (lr, parts) => {
      for (const { i, start, end, warm, delayed } of cyclesOf(lr)) {
        for (const t of inside(start, end, parts)) {
          const { cycle, T_cur, T_i, phase } = lr.cycleAt(t);
          expect(cycle).to.equal(i);
          expect(T_i).to.equal(nearest(exactLength(lr.config, i)));
          const expected = nearest(exact(t) - exactStart(lr.config, i)) - (delayed ? warm - start : 0);
          expect(T_cur).to.be.closeTo(Math.max(0, expected), 2 * ulp(end));
          expect(T_cur).to.be.within(0, T_i);
          expect(phase).to.equal(t < warm ? 'warmup' : 'anneal');
        }
      }
    });

    it('lets a warm-up that overlaps replace the head of the cycle', () => {
      const lr = cosineAnnealing({ T_0: 10, eta_max: 1, warmup: { length: 4, overlap: true } });
      const plain = cosineAnnealing({ T_0: 10, eta_max: 1 });
      expect([0, 1, 2, 3].map(lr)).to.deep.equal([0, 0.25, 0.5, 0.75]);
      expect([4, 5, 9, 10, 14].map(lr)).to.deep.equal([4, 5, 9, 10, 14].map(plain));
    });

    it('repeats a warm-up with `everyCycle`, of a list its last length', () => {
      const config = { T_0: 4, eta_max: 1, eta_min: 0 };
      const lr = cosineAnnealing({ ...config, warmup: { length: [1, 2], everyCycle: true } });
      expect([0, 1, 2, 3, 4].map((i) => lr.cycleStart(i))).to.deep.equal([0, 5, 11, 17, 23]);
      expect([5, 6, 7].map(lr)).to.deep.equal([0, 0.5, 1]);
      const once = cosineAnnealing({ ...config, warmup: { length: [1, 2] } });
      expect([0, 1, 2, 3, 4].map((i) => once.cycleStart(i))).to.deep.equal([0, 5, 11, 15, 19]);
    });
  });

  describe('after the last cycle', () => {
    holds("holds the last cycle's eta_min", (lr, parts) => {
      const last = countOf(lr.config) - 1;
      if (last === Number.POSITIVE_INFINITY) return;
      const { end, low } = cycle(lr, last);
      for (const t of [end, ...parts.map((part) => end * (1 + part)), LONGEST].filter(
        (t) => t >= end && t <= LONGEST,
      )) {
        expect(lr(t)).to.equal(low);
        const { cycle, T_cur, T_i, phase } = lr.cycleAt(t);
        expect({ cycle, T_cur, phase }).to.deep.equal({ cycle: last, T_cur: T_i, phase: 'hold' });
      }
    });

    holds('with `total`, exactly there', (lr) => {
      if (lr.config.total !== undefined) expect(lr.cycleStart(countOf(lr.config))).to.equal(lr.config.total);
    });

    it('with `cycles` and `total`, begins cycle i at total * i / cycles', () => {
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

    /** The positions of a cycle's updates, as the callback counts them. */
    function updates(config: ScheduledConfig, start: number, end: number): number[] {
      const { unit, updateFreq, batchesPerEpoch = 1 } = config;
      const perEpoch = updateFreq === 'epoch' ? 1 : batchesPerEpoch;
      const length = updateFreq === 'epoch' ? batchesPerEpoch : 1;
      const scale = unit === 'epoch' ? batchesPerEpoch : 1;
      const places = [];
      for (let step = start * scale; step < end * scale; step += length) {
        const epoch = Math.floor(step / batchesPerEpoch);
        const batch = updateFreq === 'epoch' ? 0 : step % perEpoch;
        places.push(positionOf(config, { step, epoch, batch }));
      }
      return places;
    }

    it('begins every cycle at eta_max and ends it at eta_min exactly, evenly spaced in between', () => {
      fc.assert(
        fc.property(clock, wholeCycles, fc.constantFrom(0, 1e-3), (clock, lengths, eta_min) => {
          const perUpdate =
            clock.unit === 'batch' && clock.updateFreq === 'epoch' ? clock.batchesPerEpoch : 1;
          const cycles = lengths.map((n) => n * perUpdate);
          const lr = cosineAnnealing({ ...clock, cycles, eta_max: 0.1, eta_min, endpoint: true });
          for (const [i] of cycles.entries()) {
            const positions = updates(lr.config, lr.cycleStart(i), lr.cycleStart(i + 1));
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

    it('keeps a cycle of one update at eta_max', () => {
      const lr = cosineAnnealing({
        T_0: 1,
        unit: 'batch',
        eta_max: 0.1,
        eta_min: 0.01,
        endpoint: true,
        cycles: 3,
      });
      expect([0, 1, 2, 3].map(lr)).to.deep.equal([0.1, 0.1, 0.1, 0.01]);
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

    it('still gives a rate where there are more cycles than integers', () => {
      for (const T_mult of [1, 1 + 2 ** -52]) {
        const lr = cosineAnnealing({ T_0: 1e-12, T_mult, eta_max: 0.1, eta_min: 1e-3 });
        for (let t = 2 ** 53 - 1; t > 1; t /= 1.7) expect(lr(t)).to.be.within(1e-3, 0.1);
      }
    });

    it('ends growth of eta_max at the largest double', () => {
      const lr = cosineAnnealing({ T_0: 1, eta_max: 1, eta_max_mult: 2 });
      expect([1023, 1e6].map(lr)).to.deep.equal([2 ** 1023, Number.MAX_VALUE]);
    });

    it('says Infinity where a cycle begins beyond all doubles', () => {
      expect(cosineAnnealing({ T_0: 1, T_mult: 10, eta_max: 1 }).cycleStart(1000)).to.equal(
        Number.POSITIVE_INFINITY,
      );
    });
  });

  describe('refuses', () => {
    const lr = cosineAnnealing({ T_0: 10, cycles: 3, eta_max: 1 });
    const endless = cosineAnnealing({ T_0: 10, eta_max: 1 });

    for (const t of [-1, -1e-300, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', undefined, null]) {
      it(`t = ${t}`, () => {
        const shown = typeof t === 'string' ? JSON.stringify(t) : t === undefined ? 'nothing' : t;
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

describe('positionOf', () => {
  const place = { step: 25, epoch: 2, batch: 5 };
  const config = (rest: Partial<LegalConfig>) => cosineAnnealing({ T_0: 10, eta_max: 1, ...rest }).config;

  it('counts updates where the unit is a batch', () => {
    expect(positionOf(config({ unit: 'batch', batchesPerEpoch: 10 }), place)).to.equal(25);
  });

  it('is epoch + batch / batchesPerEpoch where the unit is an epoch', () => {
    expect(positionOf(config({ batchesPerEpoch: 10 }), place)).to.equal(2.5);
  });

  it('is the epoch where the learning rate is set once an epoch, or the number of batches is not known', () => {
    expect(positionOf(config({ batchesPerEpoch: 10, updateFreq: 'epoch' }), place)).to.equal(2);
    expect(positionOf(config({}), place)).to.equal(2);
  });

  it('stays at the last batch in an epoch that is longer than known', () => {
    expect(positionOf(config({ batchesPerEpoch: 4 }), place)).to.equal(2.75);
  });
});

describe('schedule.positionOf', () => {
  it('is the boundary’s own within 1e-6 of an update before it, and no further', () => {
    const at = (T_0: number, batch: number) =>
      cosineAnnealing({ T_0, eta_max: 1, batchesPerEpoch: 100 }).positionOf({ step: batch, epoch: 0, batch });
    expect(at(0.5 + 0.9e-8, 50)).to.equal(0.5 + 0.9e-8);
    expect(at(0.5 + 1.1e-8, 50)).to.equal(0.5);
    const once = cosineAnnealing({
      T_0: 8 + 1.1e-6,
      eta_max: 1,
      unit: 'batch',
      updateFreq: 'epoch',
      batchesPerEpoch: 4,
    });
    expect(once.positionOf({ step: 8, epoch: 2, batch: 0 })).to.equal(8);
  });

  it('goes on after the last cycle', () => {
    const { positionOf } = cosineAnnealing({ T_0: 1, cycles: 1, eta_max: 1 });
    expect(positionOf({ step: 3, epoch: 3, batch: 0 })).to.equal(3);
  });
});

describe('updateLength', () => {
  const length = (rest: Partial<LegalConfig>) =>
    updateLength(cosineAnnealing({ T_0: 10, eta_max: 1, ...rest }).config);

  it('is one unit where unit and updateFreq are the same', () => {
    expect(length({ unit: 'batch', updateFreq: 'batch' })).to.equal(1);
    expect(length({ unit: 'epoch', updateFreq: 'epoch' })).to.equal(1);
  });

  it('is a fraction of an epoch, or its batches', () => {
    expect(length({ unit: 'epoch', updateFreq: 'batch', batchesPerEpoch: 8 })).to.equal(1 / 8);
    expect(length({ unit: 'batch', updateFreq: 'epoch', batchesPerEpoch: 8 })).to.equal(8);
    expect(length({ unit: 'epoch', updateFreq: 'batch' })).to.be.NaN;
  });
});
