import type { Callback, CustomCallback, LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { rejection } from '../support/capture';
import { BATCHES, broken, sized, train, trainDataset, unsized } from '../support/datasets';
import { callback } from '../support/drive';
import { expectAnnealed, updates } from '../support/expect-annealed';
import { BASE, ratesOf, tinyModel } from '../support/models';

type BaseCallback = Callback | CustomCallback;

const silent = { logger: null };

describe('A callback in fit after fit', () => {
  const config = { T_0: 1, T_mult: 2, eta_max: 0.25 };
  const start = (own: CosineAnnealingConfig = config) => {
    const model = tinyModel();
    return { model, rates: ratesOf(model), annealing: new CosineAnnealingCallback(own, silent) };
  };

  it('goes on where it stood, without initialEpoch', async () => {
    const { model, rates, annealing } = start();
    await train(model, annealing);
    await train(model, annealing, { epochs: 2 });
    await train(model, annealing, { epochs: 1 });
    expectAnnealed(annealing, rates, updates([0, 1, 2, 3, 4, 5]), config);
  });

  it('goes on where it stood, with initialEpoch', async () => {
    const { model, rates, annealing } = start();
    await train(model, annealing);
    await train(model, annealing, { initialEpoch: 3, epochs: 5 });
    expectAnnealed(annealing, rates, updates([0, 1, 2, 3, 4]), config);
  });

  it('goes on with a fit per epoch in a loop, either way', async () => {
    const { model, rates, annealing } = start();
    for (let epoch = 0; epoch < 4; epoch++) await train(model, annealing, { epochs: 1 });
    for (let epoch = 4; epoch < 7; epoch++)
      await train(model, annealing, { initialEpoch: epoch, epochs: epoch + 1 });
    expectAnnealed(annealing, rates, updates([0, 1, 2, 3, 4, 5, 6]), config);
  });

  it('makes no new schedule if a fit brings nothing new', async () => {
    const { model, annealing } = start();
    await train(model, annealing, { epochs: 1 });
    const { schedule, config: parsed } = annealing;
    await train(model, annealing, { epochs: 1 });
    expect(annealing.schedule).to.equal(schedule);
    expect(annealing.config).to.equal(parsed);
  });

  it('takes an initialEpoch after fits without as an epoch of the whole training', async () => {
    for (const initialEpoch of [5, 2]) {
      const { model, rates, annealing } = start();
      await train(model, annealing); // epochs 0 to 2
      await train(model, annealing, { epochs: 2 }); // 3 and 4, which it calls 0 and 1
      await train(model, annealing, { initialEpoch, epochs: initialEpoch + 2 });
      const epochs = [0, 1, 2, 3, 4, initialEpoch, initialEpoch + 1];
      expectAnnealed(annealing, rates, updates(epochs), config);
    }
  });

  it('goes to an earlier epoch if initialEpoch says so, which is no warm restart', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const restarts: number[] = [];
    const options = { onRestart: ({ step }: { step: number }) => void restarts.push(step) };
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_max: 0.25 }, { ...options, ...silent });
    await train(model, annealing);
    await train(model, annealing, { initialEpoch: 1, epochs: 3 });
    expectAnnealed(annealing, rates, updates([0, 1, 2, 1, 2]), { T_0: 1, eta_max: 0.25 });
    expect(restarts).to.deep.equal([4, 8, 16]);
  });

  it('goes on from fit to fitDataset', async () => {
    const { model, rates, annealing } = start();
    await train(model, annealing, { epochs: 1 });
    await trainDataset(model, sized(), annealing, { epochs: 1 });
    await trainDataset(model, unsized(), annealing, { initialEpoch: 2, epochs: 3 });
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
  });

  it('goes on in the next epoch after one that was stopped in the middle', async () => {
    const { model, rates, annealing } = start();
    const stop = callback({
      onBatchEnd: async (batch) => {
        model.stopTraining = batch === 1;
      },
    });
    await train(model, [annealing, stop]);
    await train(model, annealing, { epochs: 2 });
    expectAnnealed(annealing, rates, [...updates([0]).slice(0, 2), ...updates([1, 2])], config);
  });

  it('takes the number of batches of the fit that it is in', async () => {
    const { model, rates, annealing } = start();
    await train(model, annealing, { epochs: 2 });
    await train(model, annealing, { epochs: 1, batchSize: 1 });
    await train(model, annealing, { epochs: 1, batchSize: 4 });
    expectAnnealed(annealing, rates, [...updates([0, 1]), ...updates([2], 8), ...updates([3], 2)], config);
  });

  it('counts updates with unit batch, whatever the number of batches is', async () => {
    const own = { ...config, T_0: 3, unit: 'batch' } as const;
    const { model, rates, annealing } = start(own);
    await train(model, annealing, { epochs: 2 });
    await train(model, annealing, { epochs: 1, batchSize: 1 });
    const places = [...updates([0, 1]), ...updates([2], 8)];
    expectAnnealed(
      annealing,
      rates,
      places.map((place, t) => ({ ...place, t })),
      own,
    );
  });

  it('goes on with a model that was compiled again, whose rate it sets at once', async () => {
    const { model, rates, annealing } = start();
    await train(model, annealing, { epochs: 2 });
    model.compile({ optimizer: tf.train.momentum(0.9, 0.9), loss: 'meanSquaredError' });
    const later = ratesOf(model);
    await train(model, annealing, { epochs: 1 });
    expectAnnealed(annealing, [...rates, ...later], updates([0, 1, 2]), config);
  });

  it('starts over for the next fold after reset(), with the first fold’s eta_max', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2 }, silent);
    for (let fold = 0; fold < 3; fold++) {
      const model = tinyModel();
      const rates = ratesOf(model);
      await train(model, annealing);
      expectAnnealed(annealing, rates, updates([0, 1, 2]), { T_0: 1, T_mult: 2, eta_max: BASE });
      annealing.reset();
      expect([annealing.step, annealing.cycle, annealing.T_cur, annealing.learningRate]).to.deep.equal([
        0,
        0,
        0,
        BASE,
      ]);
      expect(annealing.history).to.have.length(0);
    }
  });

  it('starts over at the epoch of the next fit after reset()', async () => {
    const { model, rates, annealing } = start();
    await train(model, annealing, { epochs: 1 });
    annealing.reset();
    rates.length = 0;
    await train(model, annealing, { initialEpoch: 2, epochs: 4 });
    expectAnnealed(annealing, rates, updates([2, 3]), config);
  });
});

describe('A callback whose fit failed in the middle of an epoch', () => {
  const config = { T_0: 1, T_mult: 2, eta_max: 0.25 };
  const interrupted = [...updates([0, 1]).slice(0, 6), ...updates([1, 2])];
  const failing = (hook: 'onBatchBegin' | 'onBatchEnd', at: number) => {
    let updates = 0;
    return callback({
      [hook]: async () => {
        if (updates++ === at) throw new Error('another callback failed');
      },
    });
  };
  const behind = (annealing: CosineAnnealingCallback, other: BaseCallback) => [annealing, other];
  const inFront = (annealing: CosineAnnealingCallback, other: BaseCallback) => [other, annealing];

  const failures: [string, (annealing: CosineAnnealingCallback, model: LayersModel) => Promise<unknown>][] = [
    [
      'by onBatchEnd of a callback behind',
      (annealing, model) => train(model, behind(annealing, failing('onBatchEnd', 5))),
    ],
    [
      'by onBatchEnd of a callback in front',
      (annealing, model) => train(model, inFront(annealing, failing('onBatchEnd', 5))),
    ],
    [
      'by onBatchBegin of a callback in front',
      (annealing, model) => train(model, inFront(annealing, failing('onBatchBegin', 6))),
    ],
    [
      'by the dataset',
      (annealing, model) => trainDataset(model, broken(6), annealing, { batchesPerEpoch: BATCHES }),
    ],
  ];
  for (const [title, fail] of failures) {
    it(`repeats the epoch, and counts the updates that were done; here it failed ${title}`, async () => {
      const model = tinyModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(config, silent);
      expect((await rejection(fail(annealing, model))).message).to.match(/failed/);
      expect(annealing.step, 'before the next fit').to.equal(6);
      await train(model, annealing, { epochs: 2 });
      expectAnnealed(annealing, rates, interrupted, config);
    });
  }

  it('repeats the epoch if initialEpoch names it, too', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback(config, silent);
    await rejection(train(model, [annealing, failing('onBatchEnd', 5)]));
    await train(model, annealing, { initialEpoch: 1, epochs: 3 });
    expectAnnealed(annealing, rates, interrupted, config);
  });

  it('books a rate that was set but not used, and uses it in the next fit', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback({ ...config, unit: 'batch', T_0: 4 }, silent);
    await rejection(train(model, [annealing, failing('onBatchBegin', 6)]));
    expect(rates).to.have.length(6);
    expect(annealing.history.at(-1)).to.deep.include({ step: 6, epoch: 1, batch: 2 });
    expect(annealing.step).to.equal(6);
    await train(model, annealing, { epochs: 1 });
    expect(rates[6]).to.equal(annealing.history.at(6)?.learningRate);
    expect(annealing.history.steps).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('goes on by the count of updates with unit batch', async () => {
    const own = { ...config, T_0: 4, unit: 'batch' } as const;
    for (const order of [inFront, behind]) {
      const model = tinyModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(own, silent);
      await rejection(train(model, order(annealing, failing('onBatchEnd', 5))));
      await train(model, annealing, { epochs: 2 });
      expectAnnealed(
        annealing,
        rates,
        interrupted.map((update, t) => ({ ...update, t })),
        own,
      );
    }
  });

  it('starts over after reset(), whatever was done', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    await rejection(train(tinyModel(), [failing('onBatchEnd', 5), annealing]));
    expect(annealing.step).to.equal(6);
    annealing.reset();
    expect(annealing.step).to.equal(0);
  });

  it('counts the last update of the failed fit also if another model trains next', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 100, unit: 'batch', eta_max: 0.1 }, silent);
    await rejection(train(tinyModel(), [failing('onBatchEnd', 2), annealing]));
    await train(tinyModel(), annealing, { epochs: 1 });
    expect(annealing.step).to.equal(3 + BATCHES);
    expect(annealing.history.steps).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
  });

  it('serves another model, since the failed one no longer trains', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    await rejection(train(tinyModel(), [annealing, failing('onBatchEnd', 0)]));
    const model = tinyModel();
    const rates = ratesOf(model);
    annealing.reset();
    await train(model, annealing);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
  });
});
