import { expect } from 'chai';
import {
  CosineAnnealingCallback,
  type CosineAnnealingOptions,
  type CosineAnnealingState,
  type CycleEnd,
} from '../../lib';
import { type CosineAnnealingConfig, cosineAnnealing } from '../../lib/config/config';
import { recorder } from '../support/capture';
import { sized, trainDataset } from '../support/datasets';
import { BASE, onBackend, tinyModel } from '../support/models';
import { CONFIG, load, QUIET, ratesWith, refusal, textOf, trained } from '../support/states';

describe('Changes to the config of a saved state', () => {
  onBackend('cpu');
  let state: CosineAnnealingState;
  before(async () => {
    state = (await trained(CONFIG, 4)).toJSON();
  });

  it('count from t = 0, as if they had always held, while the position stays', async () => {
    const changes = { T_0: 2, eta_max: 0.25, eta_min: 0 };
    const loaded = load(state, QUIET, changes);
    expect(loaded).to.include({ step: 16, epoch: 4 });
    const lr = cosineAnnealing({ ...CONFIG, ...changes });
    expect(await ratesWith(loaded, 4, 7)).to.deep.equal(Array.from({ length: 12 }, (_, i) => lr(4 + i / 4)));
  });

  it('that say what holds already change nothing', () => {
    for (const changes of [{}, { T_0: 1 }, { unit: 'epoch' as const, eta_min: 0.01 }, { total: undefined }]) {
      expect(load(state, QUIET, changes).toJSON()).to.deep.equal(state);
    }
  });

  it('of undefined remove a key', async () => {
    expect(load(state, QUIET, { T_mult: undefined, eta_min: undefined }).config).to.include({
      T_mult: 1,
      eta_min: 0,
    });
    const given = (await trained({ ...CONFIG, eta_max: 0.25 })).toJSON();
    const loaded = load(given, QUIET, { eta_max: undefined });
    expect(loaded.config.eta_max).to.equal(undefined);
    await ratesWith(loaded, 2, 3);
    expect(loaded.config.eta_max).to.equal(BASE);
  });

  it('replace eta_min by eta_min_ratio, and back', () => {
    const withRatio = load(state, QUIET, { eta_min_ratio: 0.1 });
    expect(withRatio.toJSON().config).to.include({ eta_min_ratio: 0.1 }).and.not.have.property('eta_min');
    expect(withRatio.schedule?.(2.9999999)).to.be.closeTo(BASE / 10, 1e-9);
    const back = load(withRatio.toJSON(), QUIET, { eta_min: 0.01 });
    expect(back.toJSON()).to.deep.equal(state);
  });

  it('leave the changes before them with their own config', async () => {
    const before = [...load(state).history];
    const loaded = load(state, QUIET, { T_0: 3, T_mult: 1 });
    expect([...loaded.history]).to.deep.equal(before);
    await ratesWith(loaded, 4, 5);
    expect([...loaded.history].slice(0, 16)).to.deep.equal(before);
    expect(loaded.history.at(16)).to.include({ epoch: 4, cycle: 1, T_cur: 1, T_i: 3 });
    const saved = load(textOf(loaded));
    expect(saved.toJSON()).to.deep.equal(loaded.toJSON());
    expect([...saved.history]).to.deep.equal([...loaded.history]);
    expect(saved.toJSON().history?.configs).to.have.length(1);
  });

  it('to which the cycle jumps make no restart, end no cycle, and are told', async () => {
    for (const [T_0, cycle] of [
      [0.5, 7],
      [100, 0],
    ] as const) {
      const { logger, lines } = recorder();
      const told: string[] = [];
      const options: CosineAnnealingOptions = {
        logger,
        onRestart: (change) => void told.push(`restart ${change.cycle} at ${change.epoch}`),
        onCycleEnd: (ended) => void told.push(`end of ${ended.cycle}`),
      };
      const loaded = load(state, options, { T_0, T_mult: 1, verbose: 1 });
      expect(loaded.cycle).to.equal(cycle);
      expect(lines.join()).to.contain(`training goes on in cycle ${cycle}, no longer in cycle 2`);
      await ratesWith(loaded, 4, 5);
      if (T_0 === 100) expect(told).to.deep.equal([]);
      else expect(told).to.deep.equal(['restart 8 at 4', 'end of 8', 'restart 9 at 4', 'end of 9']);
    }
  });

  it('hold from when they were made, by the batches of the epochs before, even if the peak is read later', async () => {
    // Update 15 comes 3.9e-7 before a boundary: within rounding of it with one batch an epoch, but not with three.
    const config = { T_0: 0.5, start: 0.5, plateau: 1.00000013 };
    const first = new CosineAnnealingCallback(config, QUIET);
    await trainDataset(tinyModel(), sized(3), first, { initialEpoch: 1, epochs: 6 });
    for (const eta_max of [undefined, 0.5]) {
      const ends: number[] = [];
      const options = { ...QUIET, onCycleEnd: ({ cycle, step }: CycleEnd) => void ends.push(cycle, step) };
      const loaded = load(first.toJSON(), options, { eta_max, warmup: 1 });
      await trainDataset(tinyModel(), sized(1), loaded, { initialEpoch: loaded.epoch, epochs: 7 });
      expect(ends, String(eta_max)).to.deep.equal([2, 14]);
    }
  });

  it('that are refused name their key', () => {
    const cases: [unknown, string][] = [
      [
        { unit: 'batch' },
        '`changes.unit`: expected \'epoch\', as saved, got "batch"; start a new callback to count in another unit',
      ],
      [{ T_0: 0 }, '`T_0`: expected a number'],
      [{ T0: 1 }, '`T0`: unknown key; did you mean T_0?'],
      [{ eta_min: 1 }, '`eta_min`: expected at most'],
      [5, '`changes`: expected keys of the config, such as { eta_min: 0.001 }, got 5'],
      [null, '`changes`: expected keys of the config, such as { eta_min: 0.001 }, got null'],
    ];
    for (const [changes, message] of cases)
      expect(refusal(state, changes as Partial<CosineAnnealingConfig>)).to.contain(message);
  });
});
