import { expect } from 'chai';
import { fromMMEngine } from '../../lib/presets/mmengine';
import { plainRate } from '../support/plain-schedule';
import { messageOf, refuses } from '../support/presets';

describe('fromMMEngine', () => {
  it("has MMEngine's defaults", () => {
    expect(fromMMEngine({ T_max: 10, base_lr: 0.1 })).to.deep.equal({
      unit: 'epoch',
      updateFreq: 'epoch',
      T_0: 10,
      cycles: 1,
      eta_max: 0.1,
      eta_min: 0,
    });
    expect(fromMMEngine({ periods: [10], eta_min: 0, base_lr: 0.1 })).to.deep.equal({
      unit: 'epoch',
      updateFreq: 'epoch',
      cycles: [10],
      eta_max: 0.1,
      eta_min: 0,
    });
  });

  it('knows a schedule by its type, and without it by its keys', () => {
    const annealing = { T_max: 10, base_lr: 0.1 };
    const restarts = { periods: [10], eta_min: 0, base_lr: 0.1 };
    expect(fromMMEngine({ type: 'CosineAnnealingLR', ...annealing })).to.deep.equal(fromMMEngine(annealing));
    expect(fromMMEngine({ type: 'CosineRestartLR', ...restarts })).to.deep.equal(fromMMEngine(restarts));
  });

  it('multiplies each peak by its weight, and leaves the floor', () => {
    const config = fromMMEngine({
      periods: [10, 20, 30],
      restart_weights: [1, 0.5, 0.25],
      eta_min_ratio: 0.1,
      base_lr: 0.1,
    });
    expect(config).to.deep.include({
      cycles: [10, 20, 30],
      eta_max: [0.1, 0.05, 0.025],
      eta_min: 0.010000000000000002,
    });
    expect([0, 10, 30, 60].map((t) => plainRate(config, t))).to.deep.equal([
      0.1, 0.05, 0.025, 0.010000000000000002,
    ]);
  });

  it('keeps eta_min_ratio of a single cosine as a ratio', () => {
    const config = fromMMEngine({ T_max: 10, eta_min_ratio: 0.1, base_lr: 0.1 });
    expect(config).to.include({ eta_min_ratio: 0.1 }).and.not.to.have.property('eta_min');
  });

  it('begins at begin, and holds base_lr before', () => {
    const config = fromMMEngine({ T_max: 10, begin: 5, base_lr: 0.1 });
    expect(config).to.include({ start: 5 });
    expect([0, 4, 5, 10, 15].map((t) => plainRate(config, t))).to.deep.equal([0.1, 0.1, 0.1, 0.05, 0]);
  });

  it('takes end for where the training ends, and for T_max if there is none', () => {
    expect(fromMMEngine({ begin: 5, end: 20, base_lr: 0.1 })).to.include({ T_0: 15, total: 20 });
    expect(fromMMEngine({ T_max: 30, begin: 5, end: 20, base_lr: 0.1 })).to.include({ T_0: 30, total: 20 });
    const restarts = fromMMEngine({ periods: [10], eta_min: 0, end: 8, base_lr: 0.1 });
    expect(restarts).to.deep.include({ cycles: [10], total: 8 });
  });

  it('takes a peak that is the floor, as a rate or as a share', () => {
    const flat = { periods: [10, 20], restart_weights: [1, 0.5], base_lr: 0.1 };
    expect(fromMMEngine({ ...flat, eta_min: 0.05 })).to.include({ eta_min: 0.05 });
    expect(fromMMEngine({ ...flat, eta_min_ratio: 0.5 })).to.include({ eta_min: 0.05 });
    expect(fromMMEngine({ T_max: 10, eta_min: 0.1, base_lr: 0.1 })).to.include({ eta_min: 0.1 });
  });

  it('takes null for what is left out', () => {
    const none = { eta_min: null, eta_min_ratio: null, end: null, base_lr: 0.1 };
    expect(fromMMEngine({ ...none, T_max: 10 })).to.deep.equal(fromMMEngine({ T_max: 10, base_lr: 0.1 }));
    const ending = { T_max: null, end: 10, base_lr: 0.1 };
    expect(fromMMEngine(ending)).to.include({ T_0: 10, total: 10 });
  });

  it('needs base_lr as the first peak only if it trains before begin', () => {
    const restarts = { periods: [10, 20], eta_min: 0, base_lr: 0.1 };
    const low = fromMMEngine({ ...restarts, restart_weights: [0.5, 1] });
    expect(low)
      .to.deep.include({ eta_max: [0.05, 0.1] })
      .and.not.to.have.property('start');
    const late = fromMMEngine({ ...restarts, restart_weights: [1, 0.5], begin: 5 });
    expect(late).to.deep.include({ eta_max: [0.1, 0.05], start: 5 });
  });

  it('begins at 1 as at any other epoch', () => {
    expect(fromMMEngine({ T_max: 10, begin: 1, end: 11, base_lr: 0.1 })).to.include({ start: 1, total: 11 });
    expect(fromMMEngine({ T_max: 10, begin: 0, base_lr: 0.1 })).not.to.have.property('start');
  });

  it('counts epochs or iterations, and sets the rate once an epoch or at every iteration', () => {
    const clockOf = (more: object) => {
      const { unit, updateFreq } = fromMMEngine({ T_max: 10, base_lr: 0.1, ...more });
      return [unit, updateFreq];
    };
    expect(clockOf({})).to.deep.equal(['epoch', 'epoch']);
    expect(clockOf({ convert_to_iter_based: true })).to.deep.equal(['epoch', 'batch']);
    expect(clockOf({ by_epoch: false })).to.deep.equal(['batch', 'batch']);
  });

  refuses(
    fromMMEngine,
    { T_max: 10, base_lr: 0.1 },
    {
      'another type': [
        { type: 'PolyLR' },
        '`type`: expected "CosineAnnealingLR" or "CosineRestartLR", got "PolyLR"',
      ],
      'no length': [{ T_max: undefined }, '`T_max`: expected an integer >= 1, got undefined; or set end'],
      'an end at its begin': [{ begin: 5, end: 5 }, '`end`: expected more than begin (5), got 5'],
      'an end where the cosine has risen again': [
        { begin: 5, end: 20 },
        "`end`: expected at most begin + T_max (15), after which MMEngine's cosine rises again, got 20; leave it out, to stay at eta_min",
      ],
      'a floor said twice': [
        { eta_min: 0.01, eta_min_ratio: 0.1 },
        '`eta_min_ratio`: expected either eta_min or eta_min_ratio; remove one of the two',
      ],
      'a floor above base_lr': [
        { eta_min: 0.2 },
        '`eta_min`: expected at most the lowest peak (0.1), got 0.2',
      ],
      'iterations to be converted to iterations': [
        { by_epoch: false, convert_to_iter_based: true },
        '`convert_to_iter_based`: expected false, got true; with `by_epoch: false` the lengths count iterations already, so leave it out',
      ],
      'a last_step': [{ last_step: 3 }, '`last_step`: expected -1, got 3'],
      'a begin that is no integer': [{ begin: 0.5 }, '`begin`: expected an integer >= 0, got 0.5'],
      'a misspelled key': [{ eta_mim: 0 }, /^`eta_mim`: unknown key\W.*did you mean eta_min/],
    },
  );
  refuses(
    fromMMEngine,
    { periods: [10, 20], restart_weights: [1, 0.5], eta_min: 0, base_lr: 0.1 },
    {
      'fewer weights than periods': [
        { restart_weights: [1] },
        '`restart_weights`: expected one for each of periods (2), got [1]',
      ],
      'no floor': [
        { eta_min: undefined },
        '`eta_min`: expected a number >= 0, got undefined; or set eta_min_ratio',
      ],
      'a peak below the floor': [
        { eta_min: 0.07 },
        '`eta_min`: expected at most the lowest peak (0.05), got 0.07',
      ],
      "a peak below the floor's share": [
        { eta_min: null, eta_min_ratio: 0.6 },
        '`eta_min_ratio`: expected at most the lowest of restart_weights (0.5), got 0.6',
      ],
      'a first peak other than what trains before': [
        { begin: 1, restart_weights: [0.5, 0.8] },
        '`restart_weights[0]`: expected 1 with a begin, got 0.5; MMEngine trains at base_lr until then; make base_lr the first peak, and the weights shares of it',
      ],
      'a weight of 0': [{ restart_weights: [1, 0] }, '`restart_weights[1]`: expected a number > 0, got 0'],
      'a peak too low for a number': [
        { base_lr: 1e-200, restart_weights: [1, 1e-200] },
        '`restart_weights[1]`: expected a number > 0, got 0',
      ],
      'no period at all': [{ periods: [] }, /^`periods`: expected at least one value, got \[\]/],
    },
  );

  it('refuses what is no object', () => {
    expect(messageOf(() => fromMMEngine(5 as never))).to.equal(
      '`config`: expected the parameters of CosineAnnealingLR, { T_max, base_lr }, or of CosineRestartLR, { periods, eta_min, base_lr }, got 5',
    );
  });
});
