import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { rejection } from '../support/capture';
import { BATCHES, train } from '../support/datasets';
import { expectAnnealed, updates } from '../support/expect-annealed';
import { BASE, ratesOf, tinyModel, weightsOf } from '../support/models';

const silent = { logger: null };

describe('A callback behind a plain object', () => {
  it('says what to do if options.optimizer is missing, and trains nothing', async () => {
    const model = tinyModel();
    const error = await rejection(
      train(model, [{ onEpochEnd: async () => {} }, new CosineAnnealingCallback({ T_0: 1 })]),
    );
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.equal(
      '`callbacks`: CosineAnnealingCallback was given no model; put it in front of any plain object, and wrap those as ' +
        'new tf.CustomCallback({...}), or pass `options.optimizer`\n`callbacks`: if it stands alone there, two copies of ' +
        '@tensorflow/tfjs-layers are installed; run npm ls @tensorflow/tfjs-layers',
    );
    expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
  });

  it('needs options.optimizer; elsewhere the optimizer of the model counts, also once it is compiled again', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, { ...silent, optimizer: model.optimizer });
    model.compile({ optimizer: tf.train.sgd(BASE), loss: 'meanSquaredError' });
    const rates = ratesOf(model);
    await train(model, annealing);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { T_0: 1, eta_max: BASE });
  });

  it('trains as well if its hooks were spread into a plain object', async () => {
    const model = tinyModel();
    const config = { T_0: 1, batchesPerEpoch: BATCHES };
    const annealing = new CosineAnnealingCallback(config, { ...silent, optimizer: model.optimizer });
    const rates = ratesOf(model);
    await train(model, { ...annealing });
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { ...config, eta_max: BASE });
  });

  it("refuses afterLastCycle 'stop', which needs the model", async () => {
    const model = tinyModel();
    const config = { cycles: [1], afterLastCycle: 'stop' } as const;
    const annealing = new CosineAnnealingCallback(config, { ...silent, optimizer: model.optimizer });
    const error = await rejection(train(model, [{ onEpochEnd: async () => {} }, annealing]));
    expect(error.message).to.equal(
      "`afterLastCycle`: 'stop' needs the model, which TensorFlow.js doesn't hand over behind a plain object; put " +
        'this callback first in `callbacks`, and wrap plain objects as new tf.CustomCallback({...})',
    );
    expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
  });

  it('hands onCycleEnd no model, but everything else', async () => {
    const model = tinyModel();
    const ends: unknown[] = [];
    const options = {
      ...silent,
      optimizer: model.optimizer,
      onCycleEnd: (end: object) => void ends.push(end),
    };
    const annealing = new CosineAnnealingCallback({ T_0: 3, batchesPerEpoch: BATCHES }, options);
    const { history } = await train(model, [{ onEpochEnd: async () => {} }, annealing]);
    const { lr, loss } = history as Record<'lr' | 'loss', number[]>;
    const logs = { lr: lr.at(-1), loss: loss.at(-1) };
    expect(ends).to.deep.equal([
      { cycle: 0, epoch: 2, step: 11, learningRate: lr.at(-1), model: undefined, logs },
    ]);
  });
});
