import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { BATCHES, sized, train, trainDataset } from '../support/datasets';
import { callback } from '../support/drive';
import { BASE, onBackend, tinyModel } from '../support/models';

const silent = { logger: null };
/** One batch an epoch, for what only epochs matter to. */
const quick = { batchSize: 100 };

describe('new CosineAnnealingCallback', () => {
  const wrong: [string, unknown, string][] = [
    ['no config', undefined, '`config`: expected an object such as { T_0: 10 }, got undefined'],
    ['a T_0 of 0', { T_0: 0 }, '`T_0`: expected a number > 0, got 0'],
    [
      'an eta_min above eta_max',
      { T_0: 1, eta_min: 1, eta_max: 0.5 },
      '`eta_min`: expected at most `eta_max` (0.5), got 1',
    ],
    ['an unknown key', { T_0: 1, eta_Max: 1 }, '`eta_Max`: unknown key; did you mean eta_max?'],
    [
      'several mistakes at once',
      { T_0: -1, T0: 10, unit: 'step' },
      '`T0`: unknown key; did you mean T_0?\n`T_0`: expected a number > 0, got -1\n`unit`: expected "epoch" or "batch", got "step"',
    ],
  ];
  for (const [title, config, message] of wrong) {
    it(`refuses ${title}`, () => {
      expect(() => new CosineAnnealingCallback(config as CosineAnnealingConfig))
        .to.throw(CosineAnnealingError)
        .with.property('message', message);
    });
  }

  it('refuses wrong options before training calls them', () => {
    expect(() => new CosineAnnealingCallback({ T_0: 1 }, { onRestart: 5 } as never)).to.throw(
      CosineAnnealingError,
      '`options.onRestart`: expected a function, got 5',
    );
  });

  it('parses and freezes its config, and leaves the given one alone', () => {
    const given = { T_0: 10, eta_max: [0.5, 0.25] };
    const { config } = new CosineAnnealingCallback(given);
    expect(config).to.deep.include({ T_0: 10, T_mult: 1, eta_min: 0, unit: 'epoch', verbose: 0 });
    expect(config).to.be.frozen;
    expect(given).to.deep.equal({ T_0: 10, eta_max: [0.5, 0.25] });
    expect(given).to.not.be.frozen;
  });

  it('stands at the beginning', () => {
    const { step, epoch, cycle, T_cur, T_i, learningRate, history, isOver } = new CosineAnnealingCallback({
      T_0: 10,
      eta_max: 0.5,
    });
    expect({ step, epoch, cycle, T_cur, T_i, learningRate, isOver }).to.deep.equal({
      step: 0,
      epoch: 0,
      cycle: 0,
      T_cur: 0,
      T_i: 10,
      learningRate: 0.5,
      isOver: false,
    });
    expect(history).to.have.length(0);
  });

  it('knows no schedule before eta_max is known', () => {
    const { schedule, cycle, T_cur, T_i, learningRate, isOver } = new CosineAnnealingCallback({ T_0: 10 });
    expect([schedule, cycle, T_cur, T_i, learningRate, isOver]).to.deep.equal([
      undefined,
      0,
      0,
      undefined,
      undefined,
      false,
    ]);
  });
});

describe('A callback in training', () => {
  it('stands where the last update was, at every batch', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_max: BASE }, silent);
    const seen: object[] = [];
    const look = async () => {
      const { step, cycle, T_cur, T_i, learningRate } = annealing;
      seen.push({ step, cycle, T_cur, T_i, learningRate });
    };
    await train(model, [annealing, callback({ onBatchEnd: look })]);
    const [first, last] = [seen[0], seen.at(-1)];
    const lr = annealing.schedule;
    expect(first).to.deep.equal({ step: 1, cycle: 0, T_cur: 0, T_i: 1, learningRate: BASE });
    expect(last).to.deep.equal({ step: 12, cycle: 1, T_cur: 1.75, T_i: 2, learningRate: lr?.(2.75) });
    expect(seen).to.have.length(12);
  });

  it('knows as `epoch` the initialEpoch that resumes: the next one on the clock of all fits', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, silent);
    const model = tinyModel();
    const epochs = [annealing.epoch];
    for (const options of [{ epochs: 3 }, { epochs: 2 }, { initialEpoch: 2, epochs: 4 }]) {
      await train(model, annealing, { ...quick, ...options });
      epochs.push(annealing.epoch);
    }
    expect(epochs).to.deep.equal([0, 3, 5, 4]);
  });

  it('counts an update as soon as it is done, for callbacks in front, too', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, silent);
    const seen: number[][] = [];
    const look = { onBatchBegin: async () => see(), onBatchEnd: async () => see() };
    const see = () => void seen.push([annealing.step, annealing.state().position.step]);
    await train(tinyModel(), [callback(look), annealing], { epochs: 1 });
    expect(seen).to.deep.equal([0, 1, 1, 2, 2, 3, 3, 4].map((step) => [step, step]));
  });

  it('is over once its last cycle is, and not before', async () => {
    for (const updateFreq of ['batch', 'epoch'] as const) {
      const annealing = new CosineAnnealingCallback({ T_0: 1, cycles: 2, updateFreq }, silent);
      const seen: boolean[] = [];
      const look = callback({ onEpochEnd: async () => void seen.push(annealing.isOver) });
      await train(tinyModel(), [annealing, look], { ...quick, epochs: 3 });
      expect(seen, updateFreq).to.deep.equal([false, true, true]);
      annealing.reset();
      expect(annealing.isOver, 'after reset()').to.equal(false);
    }
  });
});

describe('Tensors', () => {
  it('are not made as long as the learning rate stays the same', async () => {
    const model = tinyModel();
    const { optimizer } = model;
    const annealing = new CosineAnnealingCallback({ T_0: 1, cycles: 1, eta_min: 0.01 }, silent);
    await train(model, annealing, { epochs: 1 });
    const set = optimizer as unknown as { setLearningRate(learningRate: number): void };
    const { setLearningRate } = set;
    const rates: number[] = [];
    set.setLearningRate = (learningRate) => {
      rates.push(learningRate);
      setLearningRate.call(optimizer, learningRate);
    };
    await train(model, annealing, { epochs: 2 });
    const tried = [0.1, annealing.schedule?.(0.75)]; // the check of the optimizer, as the fit begins
    expect(rates).to.deep.equal([...tried, 0.01]);
  });

  describe('in a thousand batches', () => {
    onBackend('cpu'); // the count is the same on each, and this one is the fastest with small nets

    it('are not leaked', async () => {
      const model = tinyModel();
      const annealing = new CosineAnnealingCallback(
        { T_0: 1, T_mult: 2 },
        { ...silent, onCycleEnd: () => {} },
      );
      await train(model, annealing, { epochs: 1 });
      const { numTensors } = tf.memory();
      await trainDataset(model, sized(500), annealing, { epochs: 2 });
      expect(tf.memory().numTensors).to.equal(numTensors);
      expect(annealing.step).to.equal(1000 + BATCHES);
    });
  });
});
