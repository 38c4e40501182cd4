import type { ModelFitArgs } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { recorder, rejection } from '../support/capture';
import { BATCHES, train, trainDataset, unsized } from '../support/datasets';
import { expectAnnealed, updates } from '../support/expect-annealed';
import { BASE, ratesOf, tinyModel, weightsOf } from '../support/models';

const silent = { logger: null };

describe('A callback after its last cycle', () => {
  const stopped = async (config: CosineAnnealingConfig, options: ModelFitArgs = {}) => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ eta_max: 0.25, ...config }, { logger });
    await train(model, annealing, { epochs: 10, ...options });
    return { model, rates, annealing, lines };
  };

  it('holds eta_min by default', async () => {
    const config = { T_0: 1, cycles: 2, eta_min: 0.001, eta_max: 0.25 };
    const { rates, annealing, lines } = await stopped(config, { epochs: 4 });
    expectAnnealed(annealing, rates, updates([0, 1, 2, 3]), config);
    expect(rates.slice(2 * BATCHES)).to.deep.equal(Array.from({ length: 2 * BATCHES }, () => 0.001));
    expect(lines).to.deep.equal([]);
  });

  it("'stop' ends the fit with the epoch that ends the last cycle", async () => {
    const config = { T_0: 1, T_mult: 2, cycles: 2, eta_max: 0.25, afterLastCycle: 'stop' } as const;
    const { rates, annealing, lines } = await stopped(config);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
    expect(lines).to.deep.equal([]);
  });

  it("'stop' ends the fit with the batch that ends the last cycle", async () => {
    const config = { T_0: 3, cycles: 2, unit: 'batch', eta_max: 0.25, afterLastCycle: 'stop' } as const;
    const { rates, annealing } = await stopped(config);
    expectAnnealed(annealing, rates, updates([0, 1], BATCHES, (_, __, step) => step).slice(0, 6), config);
  });

  it("'stop' ends the fit within an epoch, as the last cycle does", async () => {
    const config = { cycles: [1.5], eta_max: 0.25, afterLastCycle: 'stop' } as const;
    const { rates, annealing } = await stopped(config);
    expectAnnealed(annealing, rates, updates([0, 1]).slice(0, 6), config);
  });

  it("'stop' lets a fit begun after the last cycle train one batch, with eta_min, and says so once", async () => {
    const config = { cycles: [1], eta_max: 0.25, eta_min: 0.01, afterLastCycle: 'stop' } as const;
    const { model, rates, annealing, lines } = await stopped(config);
    expect(rates).to.have.length(BATCHES);
    await train(model, annealing);
    expect(lines).to.have.length(1);
    await train(model, annealing);
    expect(rates.slice(BATCHES)).to.deep.equal([0.01, 0.01]);
    expect(lines).to.deep.equal([
      'warn: CosineAnnealingCallback: the last cycle is over, so training stops after one batch, the fewest that TensorFlow.js can train; to start over, call reset()',
    ]);
    annealing.reset();
    await train(model, annealing);
    expect(rates).to.have.length(2 * BATCHES + 2);
  });
});

describe('Cycles that fill the fit', () => {
  it('take its epochs as their total', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback({ cycles: 2 }, silent);
    await train(model, annealing);
    expect(annealing.config.total).to.equal(3);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { T_0: 1.5, cycles: 2, eta_max: BASE });
  });

  it('take its batches as their total, with unit batch', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback({ cycles: 3, unit: 'batch' }, silent);
    await train(model, annealing);
    expect(annealing.config.total).to.equal(12);
    const expected = updates([0, 1, 2], BATCHES, (_, __, step) => step);
    expectAnnealed(annealing, rates, expected, { T_0: 4, cycles: 3, unit: 'batch', eta_max: BASE });
  });

  it('keep the total of the first fit', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback({ cycles: 3, eta_min: 0.01 }, silent);
    await train(model, annealing);
    const rates = ratesOf(model);
    await train(model, annealing, { epochs: 1 });
    expect(new Set(rates)).to.deep.equal(new Set([0.01]));
  });

  it("are an error before anything trains, if the total isn't known", async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback({ cycles: 3, unit: 'batch' }, silent);
    const error = await rejection(trainDataset(model, unsized(), annealing));
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.equal(
      '`total`: expected a number > 0, got undefined; set it, since the 3 cycles fill it, or set `T_0`',
    );
    expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
  });

  it('need the number of batches for the endpoint, before anything trains', async () => {
    for (const known of [{}, { eta_max: 0.25 }]) {
      const model = tinyModel();
      const annealing = new CosineAnnealingCallback({ T_0: 1, endpoint: true, ...known }, silent);
      const error = await rejection(trainDataset(model, unsized(), annealing));
      expect(error.message).to.equal(
        '`batchesPerEpoch`: expected an integer >= 1, got undefined; set it in this config, since `endpoint` depends on the length of an update',
      );
      expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
    }
  });
});
