import type { Optimizer } from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { getLearningRate, setLearningRate } from '../../lib/training/optimizer';
import { rejection } from '../support/capture';
import { BATCHES, train } from '../support/datasets';
import { expectAnnealed, updates } from '../support/expect-annealed';
import { BASE, optimizers, ratesOf, tinyModel, weightsOf } from '../support/models';

const silent = { logger: null };

describe('eta_max', () => {
  it('is read from the optimizer once, and remembered: an annealed rate is not taken for it', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 2 }, silent);
    expect(annealing.schedule).to.equal(undefined);
    const model = tinyModel();
    await train(model, annealing, { epochs: 1 });
    expect(annealing.config.eta_max).to.equal(BASE);
    expect(getLearningRate(model.optimizer)).to.be.lessThan(BASE);
    const rates = ratesOf(model);
    await train(model, annealing, { epochs: 2 });
    expect(rates[BATCHES]).to.equal(BASE);
  });

  it('is not read from the optimizer if it is given', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 2, eta_max: 0.125 }, silent);
    const model = tinyModel();
    const rates = ratesOf(model);
    await train(model, annealing, { epochs: 2 });
    expect(rates[0]).to.equal(0.125);
  });

  it('is there at every batch if every batch begins a cycle, though thirds of an epoch are rounded', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback({ cycles: 6 });
    await train(model, annealing, { epochs: 2, batchSize: 3 });
    expect(rates).to.deep.equal([BASE, BASE, BASE, BASE, BASE, BASE]);
    expect(annealing.history.restarts.map(({ step }) => step)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(CosineAnnealingCallback.fromJSON(JSON.stringify(annealing)).history.restarts).to.have.length(5);
  });

  it('below eta_min is an error before anything trains, and a fit with a faster optimizer goes on', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 2, eta_min: 0.1 }, silent);
    const slow = tinyModel(tf.train.sgd(0.01));
    const error = await rejection(train(slow, annealing));
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.equal('`eta_min`: expected at most `eta_max` (0.01), got 0.1');
    expect(weightsOf(slow)).to.deep.equal(weightsOf(tinyModel()));
    expect(annealing.history).to.have.length(0);

    const fast = tinyModel();
    const rates = ratesOf(fast);
    await train(fast, annealing);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { T_0: 2, eta_min: 0.1, eta_max: BASE });
  });

  for (const [name, create] of Object.entries(optimizers)) {
    it(`of 0 is an error before anything trains that names the optimizer, with cures that work: tf.train.${name}`, async () => {
      const stopped = tinyModel(create(0));
      const annealing = new CosineAnnealingCallback({ T_0: 3 }, silent);
      const error = await rejection(train(stopped, annealing));
      expect(error).to.be.instanceOf(CosineAnnealingError);
      expect(error.message).to.equal(
        `\`optimizer\`: expected a learning rate > 0, the default of \`eta_max\`, got ${stopped.optimizer.constructor.name} ` +
          'with 0; set `eta_max`, or call setLearningRate(optimizer, learningRate)',
      );
      expect(weightsOf(stopped)).to.deep.equal(weightsOf(tinyModel()));

      const rates = ratesOf(stopped);
      await train(stopped, new CosineAnnealingCallback({ T_0: 3, eta_max: 0.25 }, silent), { epochs: 1 });
      expect(rates[0]).to.equal(0.25);
      setLearningRate(stopped.optimizer, 0.125);
      await train(stopped, annealing, { epochs: 1 });
      expect(rates[BATCHES]).to.equal(0.125);
    });
  }

  it('is what the optimizer held before any annealing, also for a new callback, whatever eta_max one had before', async () => {
    for (const [name, create] of Object.entries(optimizers)) {
      const model = tinyModel(create(BASE));
      const rates = ratesOf(model);
      const configs = [{ T_0: 2 }, { T_0: 2, eta_max: 0.25 }, { T_0: 1, endpoint: true }, { T_0: 3 }];
      for (const config of configs)
        await train(model, new CosineAnnealingCallback(config, silent), { epochs: 1 });
      const first = rates.filter((_, i) => i % BATCHES === 0);
      expect(first, name).to.deep.equal([BASE, 0.25, BASE, BASE]);
    }
  });

  it('is a rate that was set since, by whatever means', async () => {
    const model = tinyModel(tf.train.adam(BASE));
    const rates = ratesOf(model);
    const trainOnce = () => train(model, new CosineAnnealingCallback({ T_0: 2 }, silent), { epochs: 1 });
    await trainOnce();
    setLearningRate(model.optimizer, 0.0625);
    await trainOnce();
    Object.assign(model.optimizer, { learningRate: 0.03125 });
    await trainOnce();
    expect(rates.filter((_, i) => i % BATCHES === 0)).to.deep.equal([BASE, 0.0625, 0.03125]);
  });

  it('is the annealed rate of an optimizer that was loaded with its model, of which nothing is remembered', async () => {
    const model = tinyModel();
    await train(model, new CosineAnnealingCallback({ T_0: 2 }, silent), { epochs: 1 });
    const annealed = getLearningRate(model.optimizer);
    let saved: Parameters<typeof tf.io.fromMemory>[0] | undefined;
    const keep = tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    });
    await model.save(keep, { includeOptimizer: true });
    if (saved === undefined) throw new Error('expected artifacts');
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
    const rates = ratesOf(loaded);
    await train(loaded, new CosineAnnealingCallback({ T_0: 2 }, silent), { epochs: 1 });
    expect(annealed).to.be.lessThan(BASE);
    expect(rates[0]).to.equal(annealed);
  });
});

describe('An optimizer without a learning rate that can be set and read back', () => {
  const broken: Record<string, (optimizer: Optimizer) => void> = {
    'has none': (optimizer) => Object.defineProperty(optimizer, 'learningRate', { value: undefined }),
    'has one that is read-only': (optimizer) =>
      Object.defineProperty(optimizer, 'learningRate', { value: 0.1, writable: false }),
    'has one that stays what it is': (optimizer) =>
      Object.defineProperty(optimizer, 'learningRate', { get: () => 0.1, set: () => {} }),
  };
  for (const [problem, harm] of Object.entries(broken)) {
    it(`is an error before anything trains, if it ${problem}`, async () => {
      const model = tinyModel(tf.train.adam(0.1));
      harm(model.optimizer);
      const error = await rejection(train(model, new CosineAnnealingCallback({ T_0: 1 }, silent)));
      expect(error).to.be.instanceOf(CosineAnnealingError);
      expect(error.message).to.match(/^`optimizer`: expected one whose .*AdamOptimizer (with|did not take) /);
      expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
    });
  }
});
