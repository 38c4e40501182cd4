import { expect } from 'chai';
import { CosineAnnealingCallback as Annealing } from '../../lib';
import {
  type CosineAnnealingConfig,
  cosineAnnealing,
  parseConfig,
  scheduleOf,
} from '../../lib/config/config';
import { recorder, rejection } from '../support/capture';
import { train, trainDataset, unsized } from '../support/datasets';
import { callback } from '../support/drive';
import { BASE, onBackend, ratesOf, tinyModel } from '../support/models';
import { CONFIG, copyOf, load, QUIET, ratesWith, textOf, trained } from '../support/states';

describe('A saved state', () => {
  it('is plain data: version, config, what was learned, position, history and checksum', async () => {
    const annealing = await trained();
    const { version, config, learned, position, history, checksum, ...rest } = JSON.parse(textOf(annealing));
    expect(rest).to.deep.equal({});
    expect(version).to.equal(1);
    expect(config).to.deep.equal(copyOf(parseConfig(CONFIG)));
    expect(learned).to.deep.equal({ eta_max: BASE, batchesPerEpoch: 4 });
    const last = { t: 1.75, epoch: 1, learningRate: annealing.learningRate };
    expect(position).to.deep.equal({ step: 8, epoch: 2, last, unended: { ...last, step: 7 } });
    expect(history).to.deep.equal({
      steps: [0, 1, 2, 3, 4, 5, 6, 7],
      epochs: [0, 0, 0, 0, 1, 1, 1, 1],
      batches: [0, 1, 2, 3, 0, 1, 2, 3],
      learningRates: annealing.history.learningRates,
      restarts: [4],
      spans: [{ from: 0, batchesPerEpoch: 4, config: null }],
      configs: [],
    });
    expect(checksum).to.match(/^[0-9a-f]{8}$/);
  });

  it('loads, as text and as an object, to a callback that says the same of itself', async () => {
    const annealing = await trained();
    for (const state of [textOf(annealing), annealing.toJSON(), annealing.state()]) {
      const loaded = load(state);
      expect(loaded.toJSON()).to.deep.equal(annealing.toJSON());
      expect([...loaded.history]).to.deep.equal([...annealing.history]);
      const { step, epoch, cycle, T_cur, T_i, learningRate } = annealing;
      expect(loaded).to.include({ step, epoch, cycle, T_cur, T_i, learningRate });
    }
  });

  it("says the initialEpoch that resumes it, on the training's clock", async () => {
    const annealing = await trained();
    expect(annealing.epoch).to.equal(2);
    await ratesWith(annealing, 0, 3);
    const resumed = load(textOf(annealing));
    expect(resumed.epoch).to.equal(5);
    expect(await ratesWith(resumed, resumed.epoch, 7)).to.deep.equal(await ratesWith(annealing, 0, 2));
  });

  it('is not changed by what the callback does later, nor is the callback by what is done to it', async () => {
    const annealing = await trained();
    const state = annealing.toJSON();
    const before = copyOf(state);
    await ratesWith(annealing, 2, 3);
    expect(state).to.deep.equal(before);
    const loaded = load(state);
    Object.assign(state.history?.learningRates ?? [], [0, 0, 0]);
    Object.assign(state.position, { epoch: 7 });
    expect(loaded.toJSON()).to.deep.equal(before);
  });

  it('of a callback that never trained loads, before and after eta_max is known', () => {
    for (const config of [CONFIG, { ...CONFIG, eta_max: 0.2 }, { cycles: 3 }, { T_0: 2, endpoint: true }]) {
      const loaded = load(textOf(new Annealing(config, QUIET)));
      expect(loaded.toJSON()).to.deep.equal(new Annealing(config, QUIET).toJSON());
    }
  });

  it('of a callback that never trained begins as a new one does', async () => {
    const loaded = load(textOf(new Annealing(CONFIG, QUIET)));
    expect(await ratesWith(loaded, 0, 3)).to.deep.equal(await ratesWith(new Annealing(CONFIG, QUIET), 0, 3));
  });

  it('after reset() begins at the start, with the eta_max that was learned', async () => {
    const annealing = await trained();
    annealing.reset();
    const loaded = load(textOf(annealing));
    expect(loaded.toJSON()).to.deep.equal(annealing.toJSON());
    expect(loaded.history.length).to.equal(0);
    const model = tinyModel();
    const rates = ratesOf(model);
    await train(model, [loaded], { epochs: 1 });
    expect(rates[0]).to.equal(BASE);
  });

  it('keeps to historyLimit, and still knows whether the oldest change was a restart', async () => {
    const annealing = await trained({ ...CONFIG, historyLimit: 4 });
    expect(annealing.history.at(0)).to.include({ step: 4, restart: true });
    const loaded = load(textOf(annealing));
    expect([...loaded.history]).to.deep.equal([...annealing.history]);
    await ratesWith(loaded, 2, 3);
    await ratesWith(annealing, 2, 3);
    expect(loaded.toJSON()).to.deep.equal(annealing.toJSON());
  });
});

describe('A state at a rounded boundary', () => {
  const configs: CosineAnnealingConfig[] = [
    { T_0: 4 / 3 + 1e-8, unit: 'batch' },
    { T_0: 1 + 1e-8, updateFreq: 'epoch' },
    { T_0: 1 / 3 + 1e-9, eta_min: 0.01 },
  ];
  for (const config of configs) {
    it(`loads, and goes on as one that was never saved: ${JSON.stringify(config)}`, async () => {
      const unbroken = await trained(config, 4);
      for (const epochs of [1, 2, 3]) {
        const resumed = load(textOf(await trained(config, epochs)));
        await ratesWith(resumed, epochs, 4);
        expect(resumed.history.learningRates).to.deep.equal(unbroken.history.learningRates);
      }
    });
  }
});

describe('A state without its history', () => {
  it('is small, and goes on with the same learning rates', async () => {
    const annealing = await trained(CONFIG, 5);
    const state = JSON.stringify(annealing.state({ history: false }));
    expect(state.length).to.be.lessThan(500);
    const loaded = load(state);
    expect(loaded.history.length).to.equal(0);
    expect(loaded.learningRate).to.equal(annealing.learningRate);
    expect(await ratesWith(loaded, 5, 7)).to.deep.equal(await ratesWith(annealing, 5, 7));
  });

  it('still makes the first update at a boundary a restart, in the hook and in the history', async () => {
    const annealing = await trained(CONFIG, 3);
    const restarts: number[] = [];
    const hooks = { ...QUIET, onRestart: ({ cycle }: { cycle: number }) => void restarts.push(cycle) };
    const loaded = load(JSON.stringify(annealing.state({ history: false })), hooks);
    await ratesWith(loaded, 3, 4);
    expect(restarts).to.deep.equal([2]);
    expect(loaded.history.at(0)).to.include({ step: 12, cycle: 2, restart: true });
    expect(loaded.history.restarts).to.have.length(1);
  });

  it('can be saved again, before and after its next update', async () => {
    const annealing = await trained(CONFIG, 3);
    const loaded = load(annealing.state({ history: false }));
    expect(load(textOf(loaded)).toJSON()).to.deep.equal(loaded.toJSON());
    await ratesWith(loaded, 3, 4);
    expect(load(textOf(loaded)).toJSON()).to.deep.equal(loaded.toJSON());
  });
});

describe('A resumed run', () => {
  onBackend('cpu'); // faster with such a tiny model
  const configs: Record<string, CosineAnnealingConfig> = {
    'by epochs': CONFIG,
    'once an epoch': { ...CONFIG, updateFreq: 'epoch' },
    'by batches': { ...CONFIG, T_0: 5, unit: 'batch' },
    'by batches, set once an epoch': { ...CONFIG, T_0: 5, unit: 'batch', updateFreq: 'epoch' },
    'with endpoint': { ...CONFIG, endpoint: true },
    'with a warm-up': { ...CONFIG, warmup: { length: 0.5, everyCycle: true } },
    'with cycles that fill the fit': { cycles: 3, eta_min: 0.01 },
    'after the last cycle': { cycles: [1, 1] },
    'with lower peaks': { ...CONFIG, eta_max_mult: 0.7 },
  };

  for (const [name, config] of Object.entries(configs)) {
    it(`${name} makes the updates, and has the state, of one that was never stopped`, async () => {
      const epochs = 7;
      const whole = new Annealing(config, QUIET);
      const expected = await ratesWith(whole, 0, epochs);
      for (let stop = 1; stop < epochs; stop++) {
        let state = '';
        const rates: number[] = [];
        const model = tinyModel();
        const seen = ratesOf(model);
        const saver = callback({
          onEpochEnd: async (epoch) => {
            if (epoch + 1 !== stop) return;
            state = textOf(first);
            rates.push(...seen);
          },
        });
        const first = new Annealing(config, QUIET);
        await train(model, [first, saver], { epochs });
        const second = load(state);
        rates.push(...(await ratesWith(second, stop, epochs)));
        expect(rates, `stopped after ${stop}`).to.deep.equal(expected);
        expect(second.toJSON(), `stopped after ${stop}`).to.deep.equal(whole.toJSON());
      }
    });
  }

  it('goes on without initialEpoch, too, on the clock of the state', async () => {
    const annealing = await trained(CONFIG, 3);
    const loaded = load(textOf(annealing));
    const lr = cosineAnnealing({ ...CONFIG, eta_max: BASE });
    expect(await ratesWith(loaded, 0, 1)).to.deep.equal([3, 3.25, 3.5, 3.75].map(lr));
    expect(loaded.history.at(-1)).to.include({ epoch: 3, step: 15 });
  });

  it('knows the number of batches that the first run learned of an unsized dataset', async () => {
    const { logger, warnings } = recorder();
    const annealing = new Annealing(CONFIG, { logger: null });
    await trainDataset(tinyModel(), unsized(), [annealing], { epochs: 1 });
    const loaded = load(textOf(annealing), { logger });
    const model = tinyModel();
    const rates = ratesOf(model);
    await trainDataset(model, unsized(), [loaded], { initialEpoch: 1, epochs: 3 });
    const lr = cosineAnnealing({ ...CONFIG, eta_max: BASE });
    expect(rates).to.deep.equal([1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75].map(lr));
    expect(warnings()).to.deep.equal([]);
    expect(load(textOf(loaded)).toJSON()).to.deep.equal(loaded.toJSON());
  });

  it("doesn't take the annealed learning rate of a loaded optimizer for eta_max", async () => {
    const annealing = await trained();
    const loaded = load(textOf(annealing));
    const model = tinyModel();
    Object.assign(model.optimizer, { learningRate: 0.01 });
    const rates = ratesOf(model);
    await train(model, [loaded], { initialEpoch: 3, epochs: 4 });
    expect(rates[0]).to.equal(BASE);
  });
});

describe('A state saved in a hook', () => {
  onBackend('cpu');
  type Saver = (annealing: Annealing, save: () => void) => Parameters<typeof callback>[0];
  const savers: Record<string, Saver> = {
    onTrainBegin: (_, save) => ({ onTrainBegin: async () => save() }),
    onEpochBegin: (_, save) => ({ onEpochBegin: async () => save() }),
    onBatchBegin: (_, save) => ({ onBatchBegin: async () => save() }),
    onBatchEnd: (_, save) => ({ onBatchEnd: async () => save() }),
    onEpochEnd: (_, save) => ({ onEpochEnd: async () => save() }),
    onTrainEnd: (_, save) => ({ onTrainEnd: async () => save() }),
  };

  const variants: CosineAnnealingConfig[] = [
    CONFIG,
    { ...CONFIG, updateFreq: 'epoch' },
    { ...CONFIG, T_0: 5, unit: 'batch' },
    { ...CONFIG, T_0: 0.5, endpoint: true },
    { ...CONFIG, historyLimit: 3 },
    { T_0: 1, eta_min: BASE },
  ];

  /** Repeats the epoch that the state was saved in, then trains to the end. */
  async function goesOn(state: string, config: CosineAnnealingConfig): Promise<void> {
    const loaded = load(state);
    expect(loaded.toJSON()).to.deep.equal(JSON.parse(state));
    const { epoch, step } = JSON.parse(state).position;
    const rates = await ratesWith(loaded, epoch, 4);
    const lr = scheduleOf(parseConfig({ ...config, eta_max: BASE, batchesPerEpoch: 4 }));
    const places = rates.map((_, i) => (config.unit === 'batch' ? step + i : epoch + i / 4));
    const t = config.updateFreq === 'epoch' ? places.map(Math.floor) : places;
    expect(rates).to.deep.equal(t.map(lr));
    expect(load(textOf(loaded)).toJSON()).to.deep.equal(loaded.toJSON());
  }

  for (const [hook, saver] of Object.entries(savers)) {
    for (const place of ['before', 'after'] as const) {
      it(`${hook} of a callback ${place} this one loads, and goes on with the epoch it was in`, async () => {
        for (const config of variants) {
          const states = new Set<string>();
          const annealing = new Annealing(config, QUIET);
          const other = callback(saver(annealing, () => states.add(textOf(annealing))));
          const callbacks = place === 'before' ? [other, annealing] : [annealing, other];
          await train(tinyModel(), callbacks, { epochs: 4 });
          for (const state of states) if (JSON.parse(state).position.epoch < 4) await goesOn(state, config);
        }
      });
    }
  }

  for (const hook of ['onChange', 'onRestart', 'onCycleEnd'] as const) {
    it(`${hook} loads, and goes on with the epoch it was in`, async () => {
      for (const config of variants) {
        const states: string[] = [];
        const hooks = { logger: null, [hook]: () => void states.push(textOf(annealing)) };
        const annealing: Annealing = new Annealing(config, hooks);
        await train(tinyModel(), [annealing], { epochs: 4 });
        expect(states.length).to.be.greaterThan(0);
        for (const state of states) if (JSON.parse(state).position.epoch < 4) await goesOn(state, config);
      }
    });
  }

  it('between an update and its onBatchEnd tells the end of the cycle that the update was the last of', async () => {
    for (const T_0 of [1, 2]) {
      const states: string[] = [];
      const annealing: Annealing = new Annealing({ T_0, unit: 'batch' }, QUIET);
      const saver = callback({ onBatchEnd: async () => void states.push(textOf(annealing)) });
      await train(tinyModel(), [saver, annealing], { epochs: 1 });
      const ends: object[] = [];
      const onCycleEnd = ({ cycle, step }: { cycle: number; step: number }) =>
        void ends.push({ cycle, step });
      await ratesWith(load(states[1], { ...QUIET, onCycleEnd }), 0, 1);
      expect(ends[0]).to.deep.equal({ cycle: 2 / T_0 - 1, step: 1 });
    }
  });

  it('counts the updates of an epoch that was cut off, and those of its repetition', async () => {
    const states: string[] = [];
    const annealing = new Annealing({ ...CONFIG, eta_max: BASE }, QUIET);
    const saver = callback({ onBatchEnd: async () => void states.push(textOf(annealing)) });
    await train(tinyModel(), [annealing, saver], { epochs: 2 });
    const inTheMiddle = load(states[5]);
    expect(inTheMiddle.step).to.equal(6);
    await ratesWith(inTheMiddle, 1, 2);
    expect(inTheMiddle.step).to.equal(10);
    expect(inTheMiddle.history.steps).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('after an update failed loads, and repeats that update under its number', async () => {
    for (const config of variants) {
      const annealing = new Annealing(config, QUIET);
      const failing = callback({
        onBatchBegin: async (batch) => {
          if (batch === 2) throw new Error('failed');
        },
      });
      expect((await rejection(train(tinyModel(), [annealing, failing]))).message).to.equal('failed');
      await goesOn(textOf(annealing), config);
    }
  });
});

describe('A second fit', () => {
  it('with another number of batches, then saved and resumed, is as in one process', async () => {
    for (const endpoint of [false, true]) {
      const annealing = await trained({ ...CONFIG, endpoint }, 2);
      const states = new Set<string>();
      const save = async () => void states.add(textOf(annealing));
      const saver = callback({ onEpochBegin: save, onBatchEnd: save, onEpochEnd: save });
      await train(tinyModel(), [annealing, saver], { initialEpoch: 2, epochs: 4, batchSize: 4 });
      for (const state of states) expect(load(state).toJSON()).to.deep.equal(JSON.parse(state));
      const loaded = load(textOf(annealing));
      await train(tinyModel(), [annealing], { initialEpoch: 4, epochs: 6, batchSize: 1 });
      await train(tinyModel(), [loaded], { initialEpoch: 4, epochs: 6, batchSize: 1 });
      expect(loaded.toJSON()).to.deep.equal(annealing.toJSON());
    }
  });
});
