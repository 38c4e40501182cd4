// The model of the callback, held against the values that were worked out by hand: cases A and B.
import { expect } from 'chai';
import { ModelCallback } from '../support/model/callback';
import type { ModelConfig } from '../support/model/config';
import { halfCosineDown, nearest, ONE } from '../support/model/fixed';
import { ModelOptimizer } from '../support/model/optimizer';
import { fraction, rational, whole } from '../support/model/rational';
import { ModelSchedule } from '../support/model/schedule';
import { fitModel, type ModelFit } from '../support/model/training';

/** To six digits, as the cases are written. */
const rounded = (rates: readonly number[] | undefined) => rates?.map((rate) => Number(rate.toPrecision(5)));

function once(config: ModelConfig, fit: ModelFit, learningRate = 0.1) {
  const callback = new ModelCallback(config);
  const rates = rounded(fitModel(callback, new ModelOptimizer(learningRate), fit));
  return { callback, rates };
}

const at = (config: ModelConfig & { eta_max: number }, t: number) =>
  new ModelSchedule({ config, eta_max: config.eta_max, total: config.total }).at(rational(t));

const rateAt = (config: ModelConfig & { eta_max: number }, t: number) => at(config, t).rate.value;

describe('The cosine of the model', () => {
  it('is exact to the last digit of a double', () => {
    expect(nearest(halfCosineDown(0n))).to.equal(1);
    expect(nearest(halfCosineDown(ONE / 2n))).to.equal(0.5);
    expect(nearest(halfCosineDown(ONE))).to.equal(0);
    expect(nearest(halfCosineDown(ONE / 3n))).to.equal(0.75);
    expect(nearest(halfCosineDown(ONE / 4n))).to.equal(0.8535533905932737);
  });
});

describe('The schedule of the model', () => {
  it('has the values that PyTorch has for T_0 4, T_mult 2', () => {
    const config = { T_0: 4, T_mult: 2, eta_max: 1, eta_min: 0.1 };
    const rates = Array.from({ length: 13 }, (_, t) => Number(rateAt(config, t).toFixed(4)));
    expect(rates).to.deep.equal([
      1, 0.8682, 0.55, 0.2318, 1, 0.9657, 0.8682, 0.7222, 0.55, 0.3778, 0.2318, 0.1343, 1,
    ]);
  });

  it('lowers the peak of its cycles, or their amplitude', () => {
    const shared = { T_0: 1, eta_max: 1, eta_min: 0.1 };
    expect(rateAt({ ...shared, eta_max_mult: 0.5 }, 1)).to.equal(0.5);
    expect(rateAt({ ...shared, amplitude_mult: 0.5 }, 1)).to.equal(0.55);
    expect(rateAt({ ...shared, eta_max_mult: 0.01 }, 1)).to.equal(0.1);
  });

  it('rises, stays at the peak and then anneals, as case 25', () => {
    const config = { T_0: 4, cycles: 1, plateau: 4, warmup: 2, eta_max: 0.1, eta_min: 0.01 };
    expect([0, 1, 2, 4, 6, 8, 10].map((t) => Number(rateAt(config, t).toPrecision(5)))).to.deep.equal([
      0.01, 0.055, 0.1, 0.1, 0.1, 0.055, 0.01,
    ]);
    expect([0, 2, 6, 10].map((t) => at(config, t).phase)).to.deep.equal([
      'warmup',
      'plateau',
      'anneal',
      'hold',
    ]);
  });

  it('counts a warm-up inside its cycle, as case 26', () => {
    const warmup = { length: 2, everyCycle: true, placement: 'inside' } as const;
    const schedule = new ModelSchedule({ config: { T_0: 10, T_mult: 2, warmup }, eta_max: 1 });
    expect([1, 2, 3].map((i) => schedule.cycle(i).start)).to.deep.equal([whole(10), whole(30), whole(70)]);
    expect(schedule.cycle(0).T_i).to.deep.equal(whole(8));
  });

  it('rises by a cosine if asked to, as case 26', () => {
    const config: ModelConfig = { T_0: 10, warmup: { length: 4, from: 0.5, shape: 'cosine' } };
    expect([0, 1, 2, 4].map((t) => rateAt({ ...config, eta_max: 1 }, t))).to.deep.equal([
      0.5, 0.5732233047033631, 0.75, 1,
    ]);
  });

  it('replaces the head of the cosine by an overlapping warm-up', () => {
    const config: ModelConfig = { T_0: 4, warmup: { length: 2, placement: 'overlap' } };
    expect([0, 1, 2, 3].map((t) => rateAt({ ...config, eta_max: 1 }, t))).to.deep.equal([
      0, 0.5, 0.5, 0.14644660940672624,
    ]);
  });

  it('fills what start, warm-ups and plateaus leave of total', () => {
    const config = { cycles: 3, T_mult: 2, total: 20, start: 2, plateau: [0.5, 1], warmup: 1.5 };
    const schedule = new ModelSchedule({ config, eta_max: 1, total: 20 });
    expect(schedule.cycle(0).T_i).to.deep.equal(fraction(28, 14));
    const { end } = schedule;
    expect(end && end.n === 20n * end.d).to.equal(true);
  });

  it('takes eta_min as a share of the first peak', () => {
    const schedule = new ModelSchedule({
      config: { cycles: [1, 1], eta_min_ratio: 0.01, eta_max: [0.1, 0.05] },
      eta_max: [0.1, 0.05],
    });
    expect(schedule.at(whole(2)).rate).to.deep.equal({ value: 0.001, slack: 0 });
  });

  it('holds the first rate before start', () => {
    const point = at({ T_0: 10, start: 5, eta_max: 1 }, 3);
    expect([point.phase, point.cycle, point.rate.value]).to.deep.equal(['before', 0, 1]);
  });

  it('takes an update that is before a boundary by rounding as on it', () => {
    const on = at({ T_0: 1, eta_max: 1 }, 1 - 9e-7);
    const before = at({ T_0: 1, eta_max: 1 }, 1 - 1.1e-6);
    expect([on.cycle, on.rate.value, before.cycle]).to.deep.equal([1, 1, 0]);
    expect(before.rate.value).to.be.below(1e-10);
  });
});

describe('The model of the callback, in situations where training was wrong or wasted,', () => {
  it('1: trains on at the rates of the schedule if the optimizer is replaced', () => {
    const second = new ModelOptimizer(0.01);
    const first = new ModelOptimizer(0.1);
    const rates = fitModel(new ModelCallback({ T_0: 4 }), first, {
      epochs: 4,
      batches: 1,
      optimizerAt: (epoch) => (epoch < 2 ? first : second),
    });
    expect(rounded(rates)).to.deep.equal([0.1, 0.085355, 0.05, 0.014645]);
    expect(second.learningRate).to.equal(rates?.at(-1));
  });

  it('2: holds eta_min after the last cycle', () => {
    const { rates, callback } = once({ T_0: 10, cycles: 1 }, { epochs: 20, batches: 1 });
    expect(rates?.slice(10)).to.deep.equal(Array(10).fill(0));
    expect(callback.ends).to.have.length(1);
  });

  it('3: stops at the end of the last cycle wherever the updates lie', () => {
    const shrinking = once(
      { T_0: 5, T_mult: 0.5, cycles: 5, updateFreq: 'epoch', afterLastCycle: 'stop' },
      { epochs: 50, batches: 2 },
    );
    expect(shrinking.rates).to.have.length(20);
    const short = once({ T_0: 0.3, cycles: 3, afterLastCycle: 'stop' }, { epochs: 50, batches: 1 });
    expect(short.rates).to.deep.equal([0.1]);
  });

  it('3: trains one batch at eta_min in a fit that begins after the last cycle, and no end is told twice', () => {
    const optimizer = new ModelOptimizer(0.1);
    const callback = new ModelCallback({ T_0: 3, cycles: 1, afterLastCycle: 'stop' });
    expect(fitModel(callback, optimizer, { epochs: 9, batches: 4 })).to.have.length(12);
    expect(fitModel(callback, optimizer, { epochs: 9, batches: 4, firstEpoch: 3 })).to.deep.equal([0]);
    expect(callback.history.at(-1)).to.include({ step: 12, epoch: 3, batch: 0, learningRate: 0 });
    expect(callback.ends).to.have.length(1);
    expect(fitModel(callback, optimizer, { epochs: 9, batches: 4, firstEpoch: 1 })).to.have.length(8);
    expect(callback.ends.map(({ cycle, epoch }) => [cycle, epoch])).to.deep.equal([
      [0, 2],
      [0, 2],
    ]);
  });

  it('3: tells the end of a cycle again when training passes it again', () => {
    const optimizer = new ModelOptimizer(0.1);
    const callback = new ModelCallback({ cycles: [2] });
    fitModel(callback, optimizer, { epochs: 3, batches: 2 });
    expect(callback.ends.map(({ step }) => step)).to.deep.equal([3]);
    fitModel(callback, optimizer, { epochs: 2, batches: 2, firstEpoch: 1 });
    expect(callback.ends.map(({ step }) => step)).to.deep.equal([3, 7]);
  });

  it('4: brings the last update of each cycle to eta_min, and the only one to eta_max', () => {
    const epochs = once({ cycles: 3, endpoint: true, updateFreq: 'epoch' }, { epochs: 5, batches: 1 });
    expect(epochs.rates).to.deep.equal([0.1, 0, 0.085355, 0, 0.1]);
    const batches = once({ cycles: 5, endpoint: true }, { epochs: 2, batches: 3 });
    expect(batches.rates).to.deep.equal([0.1, 0, 0.1, 0.1, 0.1, 0.1]);
  });

  it('5: begins each fold at the rate that the optimizer had before any annealing', () => {
    const optimizer = new ModelOptimizer(0.1);
    const fold = () =>
      rounded(
        fitModel(new ModelCallback({ T_0: 3, updateFreq: 'epoch' }), optimizer, { epochs: 3, batches: 2 }),
      );
    for (let i = 0; i < 3; i++) expect(fold()).to.deep.equal([0.1, 0.1, 0.075, 0.075, 0.025, 0.025]);
    optimizer.learningRate = 0.05;
    expect(fold()?.[0]).to.equal(0.05);
    expect(fold()?.[0]).to.equal(0.05);
  });

  it('5: remembers the peak over an annealed 0, and refuses a 0 that somebody set', () => {
    const optimizer = new ModelOptimizer(0.1);
    const fit = { epochs: 4, batches: 2 };
    for (let i = 0; i < 2; i++)
      expect(
        fitModel(new ModelCallback({ T_0: 2, endpoint: true }), optimizer, fit)
          ?.slice(0, 4)
          .at(-1),
      ).to.equal(0);
    optimizer.learningRate = 0;
    expect(new ModelOptimizer(0).base).to.equal(0);
    const annealedToZero = fitModel(new ModelCallback({ T_0: 2 }), optimizer, fit);
    expect(annealedToZero?.[0]).to.equal(0.1); // the schedule's own 0, written by this package
    expect(fitModel(new ModelCallback({ T_0: 2 }), new ModelOptimizer(0), fit)).to.equal(undefined);
  });

  it('6: keeps the peak that it has read when another optimizer comes', () => {
    const callback = new ModelCallback({ T_0: 5, updateFreq: 'epoch' });
    fitModel(callback, new ModelOptimizer(1e-3), { epochs: 5, batches: 1 });
    const rates = fitModel(callback, new ModelOptimizer(1e-4), { epochs: 10, batches: 1, firstEpoch: 5 });
    expect(rates?.[0]).to.equal(1e-3);
  });

  it('7: begins a stage at the peak', () => {
    const { rates, callback } = once(
      { T_0: 15, eta_min: 1e-4, updateFreq: 'epoch', start: 5 },
      { epochs: 20, batches: 1, firstEpoch: 5 },
    );
    expect(rates?.slice(0, 3)).to.deep.equal([0.1, 0.098908, 0.095682]);
    expect(rates?.at(-1)).to.equal(0.0011915);
    expect(callback.history.some(({ restart }) => restart)).to.equal(false);
  });

  it('8: keeps nothing of a fit that is refused', () => {
    const optimizer = new ModelOptimizer(0.1);
    const filling = new ModelCallback({ cycles: 1, endpoint: true });
    expect(fitModel(filling, optimizer, { epochs: 3, batches: 4, known: false })).to.equal(undefined);
    const rates = fitModel(filling, optimizer, { epochs: 10, batches: 4 });
    expect(rates?.filter((rate) => rate === 0)).to.have.length(1);
    const counting = new ModelCallback({ cycles: 1, unit: 'batch' });
    const other = new ModelOptimizer(0.4);
    expect(fitModel(counting, other, { epochs: 3, batches: 4, known: false })).to.equal(undefined);
    expect(fitModel(counting, new ModelOptimizer(0.1), { epochs: 3, batches: 4 })?.[0]).to.equal(0.1);
  });

  it('9: takes an initialEpoch above 0 as it stands, also after a fit without', () => {
    const optimizer = new ModelOptimizer(0.1);
    const callback = new ModelCallback({ T_0: 10 });
    fitModel(callback, optimizer, { epochs: 5, batches: 1 });
    fitModel(callback, optimizer, { epochs: 3, batches: 1 });
    expect(callback.position).to.equal(8);
    expect(rounded(fitModel(callback, optimizer, { epochs: 6, batches: 1, firstEpoch: 5 }))).to.deep.equal([
      0.05,
    ]);
  });

  it('10: learns the number of batches from whole epochs only', () => {
    const optimizer = new ModelOptimizer(0.1);
    const plain = { batches: 10, known: false, hasModel: false };
    const callback = new ModelCallback({ T_0: 1 });
    fitModel(callback, optimizer, { ...plain, epochs: 1, stopAfterUpdate: 2 });
    expect(callback.learned.batchesPerEpoch).to.equal(undefined);
    fitModel(callback, optimizer, { ...plain, epochs: 2, stopAfterEpoch: 0 });
    expect(callback.learned.batchesPerEpoch).to.equal(undefined);
    fitModel(callback, optimizer, { ...plain, epochs: 2, stopAfterUpdate: 12 });
    expect(callback.learned.batchesPerEpoch).to.equal(10);
    const alone = new ModelCallback({ T_0: 1 });
    fitModel(alone, optimizer, { ...plain, hasModel: true, epochs: 2, stopAfterUpdate: 12 });
    expect(alone.learned.batchesPerEpoch).to.equal(10);
  });

  it('11: tells the end of a cycle in the next fit if an error kept it from being told', () => {
    const optimizer = new ModelOptimizer(0.1);
    const callback = new ModelCallback({ T_0: 4, unit: 'batch' });
    fitModel(callback, optimizer, { epochs: 2, batches: 4, failAfterEpoch: 0 });
    expect(callback.ends).to.deep.equal([]);
    fitModel(callback, optimizer, { epochs: 2, batches: 4 });
    expect(callback.ends.map(({ cycle, step }) => [cycle, step])).to.deep.equal([
      [0, 3],
      [1, 7],
      [2, 11],
    ]);
  });

  it('12: writes the rate at every update, also with updateFreq epoch', () => {
    const optimizer = new ModelOptimizer(0.1);
    const callback = new ModelCallback({ T_0: 4, updateFreq: 'epoch' });
    callback.beginFit({ firstEpoch: 0, epochs: 4, batches: 2, hasModel: true, optimizer });
    callback.beginEpoch();
    callback.beginUpdate(0);
    callback.book(0, optimizer, 0.1);
    callback.endUpdate(0);
    optimizer.learningRate = 0.9;
    expect(callback.beginUpdate(1)).to.deep.equal({ value: 0.1, slack: 0 });
  });

  it('14: counts an update after which somebody else failed, and tells each end once', () => {
    const optimizer = new ModelOptimizer(0.1);
    const callback = new ModelCallback({ T_0: 100, unit: 'batch', eta_max: 0.1 });
    fitModel(callback, optimizer, { epochs: 1, batches: 4, failAfterUpdate: 2 });
    fitModel(callback, new ModelOptimizer(0.5), { epochs: 1, batches: 4 });
    expect(callback.step).to.equal(7);
    const repeated = new ModelCallback({ T_0: 2 });
    fitModel(repeated, optimizer, { epochs: 2, batches: 4 });
    fitModel(repeated, optimizer, { epochs: 2, batches: 4, firstEpoch: 1 });
    expect(repeated.ends.map(({ cycle, epoch }) => [cycle, epoch])).to.deep.equal([
      [0, 1],
      [0, 1],
    ]);
  });
});

describe('The model of the callback, in situations that were refused or told falsely,', () => {
  it('15: trains an open number of epochs', () => {
    const stopping = once(
      { T_0: 1, T_mult: 2, cycles: 2, afterLastCycle: 'stop' },
      { epochs: Number.POSITIVE_INFINITY, batches: 2 },
    );
    expect(stopping.rates?.filter((_, i) => i % 2 === 1)).to.deep.equal([0.05, 0.085355, 0.014645]);
    const callback = new ModelCallback({ T_0: 2 });
    const open = { epochs: Number.MAX_SAFE_INTEGER, batches: 2, known: false };
    const optimizer = new ModelOptimizer(0.1);
    const [first, second] = [1, 1].map((stopAfterEpoch) =>
      fitModel(callback, optimizer, { ...open, stopAfterEpoch }),
    );
    expect(rounded(first)).to.deep.equal([0.1, 0.1, 0.05, 0.014645]);
    expect(rounded(second)).to.deep.equal([0.1, 0.085355, 0.05, 0.014645]);
  });

  it('15: refuses cycles that must fill an open fit', () => {
    const { rates } = once({ cycles: 2 }, { epochs: Number.POSITIVE_INFINITY, batches: 2 });
    expect(rates).to.equal(undefined);
  });

  it('16: restarts at the first update of a later fit', () => {
    const optimizer = new ModelOptimizer(0.1);
    const callback = new ModelCallback({ T_0: 1, T_mult: 2 });
    fitModel(callback, optimizer, { epochs: 3, batches: 2 });
    fitModel(callback, optimizer, { epochs: 7, batches: 2, firstEpoch: 3 });
    expect(callback.history.filter(({ restart }) => restart).map(({ epoch }) => epoch)).to.deep.equal([1, 3]);
  });

  it('17: goes on over a loop of fits of one epoch, with total beside T_0', () => {
    const optimizer = new ModelOptimizer(0.1);
    const callback = new ModelCallback({ T_0: 10, T_mult: 2, total: 200 });
    for (let i = 0; i < 200; i++) fitModel(callback, optimizer, { epochs: 1, batches: 1 });
    expect(callback.history.filter(({ restart }) => restart).map(({ epoch }) => epoch)).to.deep.equal([
      10, 30, 70, 150,
    ]);
  });

  it('19: sets one rate an epoch with unit batch and updateFreq epoch', () => {
    const { rates } = once({ T_0: 20, unit: 'batch', updateFreq: 'epoch' }, { epochs: 4, batches: 5 }, 0.5);
    expect(new Set(rates).size).to.equal(4);
    expect([0, 5, 10, 15].map((i) => rates?.[i])).to.deep.equal([0.5, 0.42678, 0.25, 0.073223]);
  });
});
