import { expect } from 'chai';
import {
  choosePeak,
  cosineRates,
  finalOf,
  haveLearned,
  type Measured,
  nextTrial,
  type Plan,
} from '../../lib/finder/trials';

const plan: Plan = {
  start: 0.01,
  from: 1e-6,
  to: 10,
  untrained: 2.3,
  noise: 0.01,
  left: 1000,
  updates: 5000,
};

/** The loss of a cosine, over the power of ten of its peak; null if it diverges. */
type Landscape = (power: number, updates: number) => number | null;

/** A search without a net. */
function search(landscape: Landscape, given: Partial<Plan> = {}, noise = 1e-6) {
  const known = { ...plan, ...given };
  const trials: Measured[] = [];
  let { left } = known;
  for (;;) {
    const next = nextTrial(trials, { ...known, left });
    if (next === undefined) break;
    const loss = landscape(Math.log10(next.eta_max), next.updates);
    const finalLosses = Array.from(
      { length: 8 },
      (_, i) => (loss ?? 0) + noise * Math.sin(i * next.eta_max * 1e5),
    );
    trials.push({ ...next, loss, finalLosses });
    left -= next.updates;
  }
  const end = { ...known, left };
  return { trials, left, peak: choosePeak(trials, end), learned: haveLearned(trials, end) };
}

const valley =
  (best: number, cliff = Number.POSITIVE_INFINITY): Landscape =>
  (power) =>
    power > cliff ? null : Math.min(2.3, 0.2 + (power - best) ** 2);

describe('A search among trials', () => {
  it('finds the lowest point of a parabola, wherever it begins', () => {
    for (const best of [-5, -3.3, -2, -0.7, 0.4]) {
      for (const start of [1e-4, 1e-2, 1]) {
        if (Math.abs(Math.log10(start) - best) > 1.4) continue; // beyond, nothing is learned
        const { peak, trials } = search(valley(best), { start, updates: 225 });
        const length = trials.at(-1)?.updates ?? Number.NaN;
        expect(Math.log10(peak) + 0.2 * Math.log10(Math.max(1, 225 / length))).to.be.closeTo(best, 1e-3);
      }
    }
  });

  it('goes up through a plateau until it gets worse', () => {
    const slow: Landscape = (power) => (power > 0.1 ? null : power > -0.5 ? 1 : 2.3);
    const { peak } = search(slow, { start: 1e-3 }, 0.1);
    expect(Math.log10(peak)).to.be.within(-1, 0);
  });

  it('comes down from where everything diverges', () => {
    const { peak } = search(valley(-3, -2.5), { start: 0.1 });
    expect(Math.log10(peak)).to.be.within(-3.6, -2.9);
  });

  it('goes no further down if nothing was learned and no rate did harm', () => {
    const idle: Landscape = (power) => 2.3 + 1e-9 * power;
    const { trials, learned } = search(idle, { start: 1e-3, to: 0.1, noise: 0.1 }, 0.1);
    expect(Math.min(...trials.map(({ eta_max }) => eta_max))).to.equal(1e-3);
    expect(learned).to.equal(false);
  });

  it('goes down if nothing was learned because every rate did harm', () => {
    const harm: Landscape = (power) => (power > -4 ? 9 : 2.3);
    const { trials } = search(harm, { start: 1e-2 });
    expect(Math.min(...trials.map(({ eta_max }) => eta_max))).to.be.lessThan(1e-4);
  });

  it('goes down if a longer round learns nothing, although a shorter one did', () => {
    const dies: Landscape = (power, updates) =>
      updates > 50 && power > -2.9 ? 2.3 : 1 + (power + 2) ** 2 / 9;
    const { trials, peak, learned } = search(dies, { start: 1e-2, updates: 225, left: 400 });
    expect(trials.some(({ eta_max, updates }) => updates > 50 && eta_max > 2e-3)).to.equal(true);
    expect(Math.log10(peak)).to.be.within(-3.6, -2.9);
    expect(learned).to.equal(true);
  });

  it('goes down if a longer round ends above a shorter one, although below the loss without training', () => {
    const collapses: Landscape = (power, updates) =>
      updates > 50 && power > -2.9 ? 2.1 - 0.01 * power : 1 + (power + 2) ** 2 / 9;
    const { trials, peak } = search(collapses, { start: 1e-2, updates: 225, left: 400 });
    const longer = trials.filter(({ updates }) => updates > 50).map(({ eta_max }) => eta_max);
    expect(longer).to.deep.equal(longer.toSorted((a, b) => b - a));
    expect(Math.log10(peak)).to.be.within(-3.6, -2.9);
  });

  it("goes up although the loss rises a little at first, if all batches' losses are the same", () => {
    const slow: Landscape = (power, updates) =>
      updates < 50 ? 2.3 + 0.01 * (power + 3) : power > 0.1 ? 2.3 : power > -0.9 ? 1.5 : 2.33;
    const { trials, peak } = search(slow, { start: 0.1, noise: 1e-4, left: 400, updates: 225 });
    expect(Math.min(...trials.map(({ eta_max }) => eta_max))).to.be.closeTo(0.1, 1e-9);
    expect(peak).to.be.greaterThan(0.1);
  });

  it('goes down if a longer round ends above a shorter one that had learned by more than the noise of both', () => {
    const goesDown = (rise: number) => {
      const worse: Landscape = (power, updates) =>
        updates < 50 ? 2 + (power + 1) ** 2 / 9 : 2 + rise + (power + 1) / 100;
      const { trials } = search(worse, { start: 0.1, noise: 1e-2, left: 400, updates: 225 });
      const longer = trials.filter(({ updates }) => updates > 50).map(({ eta_max }) => eta_max);
      return longer.every((rate) => rate <= 0.1);
    };
    const noise = 2 * 1e-2 * Math.sqrt(1 / 8 + 1 / 8); // two standard errors of eight losses and of eight others
    expect(goesDown(1.05 * noise)).to.equal(true);
    expect(goesDown(0.95 * noise)).to.equal(false);
  });

  it('takes a peak a step below all that were too high when the budget ended', () => {
    const dies: Landscape = (power, updates) => (updates > 50 ? 2.3 : 1 + (power + 2) ** 2 / 9);
    const { trials, peak, learned } = search(dies, { start: 1e-2, updates: 225 });
    const longest = trials.filter(({ updates }) => updates === 225);
    const lowest = Math.min(...longest.map(({ eta_max }) => eta_max));
    expect(peak).to.be.closeTo(lowest / 10 ** (1 / 3), 1e-9);
    expect(learned).to.equal(false);
  });

  it('keeps half a step away from a peak at which nothing is learned', () => {
    const flat: Landscape = (power) => (power > -1.9 ? 2.3 : 0.5 - 0.01 * power);
    const { peak, trials } = search(flat, { updates: 45 });
    const alive = trials.filter(({ loss }) => (loss ?? 9) < 1).map(({ eta_max }) => eta_max);
    expect(peak).to.be.closeTo(Math.max(...alive) / 10 ** (1 / 6), 1e-9);
  });

  it('compares three peaks in a later round if its trials are long, four if they are short', () => {
    for (const [left, count] of [
      [1000, 3],
      [450, 4],
    ] as const) {
      const falls: Landscape = (power, updates) =>
        updates > 50 ? (power + 2.4) ** 2 : 0.5 + (power + 2) ** 2;
      const { trials } = search(falls, { left, start: 1e-2 });
      const round = trials.filter(({ updates }) => updates === trials.at(-1)?.updates);
      expect(round).to.have.length(count);
    }
  });

  it('takes the highest of the peaks that are equally bad if nothing was learned yet', () => {
    const slow: Landscape = (power) => (power > -1.1 ? 5 : 2.3 + 1e-9 * power);
    const { peak } = search(slow, { start: 1e-3, updates: 10, left: 400, noise: 0.1 }, 0.1);
    expect(Math.log10(peak)).to.be.within(-1.5, -1.1);
    const idle = [-1, -2].map((power) => ({
      eta_max: 10 ** power,
      updates: 10,
      loss: 2.3,
      finalLosses: [2.3],
    }));
    expect(choosePeak(idle, { ...plan, updates: 10 })).to.equal(0.1);
  });

  it('goes two steps down through draws, and one if that is clearly worse', () => {
    const flat: Landscape = (power) => 1 + Math.abs(power + 2) / 100;
    for (const [noise, steps] of [
      [0.5, 2],
      [1e-6, 1],
    ] as const) {
      const { trials } = search(flat, { start: 1e-2, updates: 45 }, noise);
      const lowest = Math.min(...trials.map(({ eta_max }) => eta_max));
      expect(Math.log10(lowest)).to.be.closeTo(-2 - steps / 3, 1e-9);
    }
  });

  it('makes one trial beyond a cliff, and none below the range', () => {
    const steep: Landscape = (power) => (power > -1.9 ? null : 0.5 - 0.1 * power);
    const { trials } = search(steep, { start: 1e-2, updates: 45 });
    expect(trials.filter(({ loss }) => loss === null)).to.have.length(1);
    for (const landscape of [() => null, () => 9, (power: number) => 1 + power / 100]) {
      const { trials } = search(landscape, { start: 1e-2, from: 3e-3 });
      expect(Math.min(...trials.map(({ eta_max }) => eta_max))).to.be.at.least(3e-3);
    }
  });

  it('goes on at the lowest peak if all of a round diverged', () => {
    const diverged = [-2, -2 - 1 / 3, -2 - 2 / 3].map((power) => ({
      eta_max: 10 ** power,
      updates: 10,
      loss: null,
      finalLosses: [0],
    }));
    const next = nextTrial(diverged, { ...plan, from: 10 ** -2.9 });
    expect(Math.log10(next?.eta_max ?? 0)).to.be.closeTo(-2 - 2 / 3, 1e-9);
    expect(next?.updates).to.equal(333);
  });

  it('compares trials batch by batch, since all have the same batches', () => {
    const trial = (power: number, loss: number): Measured => ({
      eta_max: 10 ** power,
      updates: 45,
      loss,
      finalLosses: [loss - 0.5, loss + 0.5, loss - 0.4, loss + 0.4 + power / 1e6],
    });
    const next = nextTrial([trial(-2, 1), trial(-2 + 1 / 3, 1.01)], plan);
    expect(Math.log10(next?.eta_max ?? 0)).to.be.closeTo(-2 - 1 / 3, 1e-9); // the higher one is clearly worse
  });

  it('takes the middle of three that are equal', () => {
    const equal = [-2, -2 + 1 / 3, -2 - 1 / 3].map((power) => ({
      eta_max: 10 ** power,
      updates: 10,
      loss: 1,
      finalLosses: [1],
    }));
    expect(choosePeak(equal, { ...plan, updates: 10 })).to.be.closeTo(0.01, 1e-12);
  });

  it('goes by the longest round that has compared peaks, or by the only trial', () => {
    const trial = (power: number, updates: number, loss: number | null): Measured => ({
      eta_max: 10 ** power,
      updates,
      loss,
      finalLosses: [loss ?? 0],
    });
    const short = [trial(-3, 10, 0.5), trial(-3 + 1 / 3, 10, 1)];
    const known = { ...plan, updates: 10 };
    expect(Math.log10(choosePeak(short, known))).to.be.within(-3.2, -2.9);
    expect(choosePeak([...short, trial(-1, 100, 0.1)], known)).to.equal(choosePeak(short, known));
    expect(choosePeak([...short, trial(-1, 100, null), trial(-2, 100, null)], known)).to.equal(
      choosePeak(short, known),
    );
    expect(choosePeak([trial(-1, 10, 0.1)], known)).to.equal(0.1);
  });

  it('says that it has learned if the best trial ends clearly below the loss without training', () => {
    expect(search(valley(-2)).learned).to.equal(true);
    expect(search(() => 2.29, { noise: 0.1 }).learned).to.equal(false);
    expect(search(() => 2.2, { noise: 0.1 }).learned).to.equal(true); // 2 x 0.1 / sqrt(8) below
    expect(search(() => 2.26, { noise: 1e-6 }).learned).to.equal(false); // less than 2 %
    expect(search(() => null).learned).to.equal(false);
    expect(haveLearned([], plan)).to.equal(false);
  });

  it('keeps away from a cliff beside the best peak, by at most half a step', () => {
    const steep: Landscape = (power) => (power > -1.9 ? null : 0.5 - 0.1 * power);
    const { peak, trials } = search(steep, { updates: 225 });
    const best = trials.filter(({ loss }) => loss !== null).map(({ eta_max }) => eta_max);
    expect(peak).to.be.lessThan(Math.max(...best));
    expect(peak).to.be.greaterThan(Math.max(...best) / 10 ** (1 / 6) / (225 / 45) ** 0.2);
  });

  it('takes a lower peak for a longer training', () => {
    const [short, long] = [300, 30_000].map((updates) => search(valley(-2), { updates }).peak);
    expect((short as number) / (long as number)).to.be.closeTo(100 ** 0.2, 1e-9);
  });

  it('takes a much lower one if only the longest trials have learned, a fifth of the loss at least', () => {
    const fall = (loss: number, atFirst: number) => {
      const begins: Landscape = (power, updates) => (updates > 50 ? loss : atFirst) + (power + 2) ** 2 / 100;
      const { peak, trials } = search(begins, { start: 1e-2, noise: 1e-4 });
      return Math.log(peak / 1e-2) / Math.log(5000 / (trials.at(-1)?.updates ?? Number.NaN));
    };
    expect(fall(1.83, 2.26)).to.be.closeTo(-0.5, 1e-3);
    expect(fall(1.85, 2.26)).to.be.closeTo(-0.2, 1e-3);
    expect(fall(1.83, 2.25)).to.be.closeTo(-0.2, 1e-3);
  });

  it('compares longer trainings in the second round, around the best of the first', () => {
    const { trials } = search(valley(-2));
    const lengths = [...new Set(trials.map(({ updates }) => updates))];
    expect(lengths).to.have.length(2);
    expect(lengths[1]).to.be.greaterThan(2 * (lengths[0] as number));
  });

  it('makes no trial longer than the planned training, nor beyond the range, nor the budget', () => {
    for (const updates of [5, 30, 100]) {
      for (const left of [45, 100, 1000]) {
        const range = { from: 1e-3, to: 0.1 };
        for (const best of [-9, 3]) {
          const result = search(valley(best), { updates, left, ...range });
          expect(result.left).to.be.at.least(0);
          expect(Math.max(...result.trials.map((trial) => trial.updates))).to.be.at.most(
            Math.max(10, updates),
          );
          expect(Math.min(...result.trials.map(({ eta_max }) => eta_max))).to.be.at.least(range.from);
          expect(Math.max(...result.trials.map(({ eta_max }) => eta_max))).to.be.at.most(
            range.to * (1 + 1e-9),
          );
          expect(result.peak).to.be.within(range.from, range.to);
        }
      }
    }
  });

  it('makes no trial twice', () => {
    for (const landscape of [valley(-2), valley(0.9), valley(-5.9), () => 1, () => null]) {
      const { trials } = search(landscape);
      const asked = trials.map(({ eta_max, updates }) => `${eta_max.toPrecision(6)} ${updates}`);
      expect(new Set(asked).size).to.equal(asked.length);
    }
  });

  it('ends with the rate to begin at, if no trial was made', () => {
    expect(choosePeak([], plan)).to.equal(plan.start);
  });
});

describe('A trial', () => {
  it('is judged by its last quarter, rounded up', () => {
    expect(finalOf([8, 7, 6, 5, 4, 3, 2, 1])).to.deep.equal([2, 1]);
    expect(finalOf([9, 8, 7, 6, 5, 4, 3, 2, 1])).to.deep.equal([3, 2, 1]);
  });

  it('begins at eta_max and follows the cosine', () => {
    expect(cosineRates(0.8, 4).map((rate) => Number(rate.toFixed(12)))).to.deep.equal([
      0.8, 0.682842712475, 0.4, 0.117157287525,
    ]);
  });
});
