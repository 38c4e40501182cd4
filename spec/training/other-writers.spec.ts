import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { setLearningRate } from '../../lib/training/optimizer';
import { recorder } from '../support/capture';
import { train } from '../support/datasets';
import { callback } from '../support/drive';
import { expectAnnealed, updates } from '../support/expect-annealed';
import { BASE, ratesOf, tinyModel } from '../support/models';

describe('something else that sets the learning rate', () => {
  it('gives one warning with both values, and is overwritten', async () => {
    const { logger, lines } = recorder();
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback({ T_0: 3 }, { logger });
    const meddle = callback({
      onBatchEnd: async (batch) => void (batch === 1 && setLearningRate(model.optimizer, 0.0625)),
    });
    await train(model, [annealing, meddle]);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { T_0: 3, eta_max: BASE });
    expect(lines).to.deep.equal([
      `warn: CosineAnnealingCallback: something else set the learning rate to 0.0625 after this callback had set ${rates[1]}; that is overwritten at every update, so remove one of the two`,
    ]);
  });

  it('is warned of once by each of two of our callbacks that share a fit', async () => {
    const logs = [recorder(), recorder()];
    const [first, second] = [0.5, 0.25].map(
      (eta_max, i) => new CosineAnnealingCallback({ T_0: 3, eta_max }, { logger: logs[i]?.logger ?? null }),
    ) as [CosineAnnealingCallback, CosineAnnealingCallback];
    const model = tinyModel();
    const rates = ratesOf(model);
    await train(model, [first, second]);
    expectAnnealed(second, rates, updates([0, 1, 2]), { T_0: 3, eta_max: 0.25 });
    const warning = (found: number, set: number) =>
      `warn: CosineAnnealingCallback: something else set the learning rate to ${found} after this callback had set ${set}; that is overwritten at every update, so remove one of the two`;
    expect(logs.map(({ lines }) => lines)).to.deep.equal([
      [
        'warn: CosineAnnealingCallback: something behind this callback set the learning rate to 0.25 after this callback ' +
          'had set 0.5, so this update may have trained with it; remove one of the two',
      ],
      [warning(first.history.learningRates[1] as number, 0.25)],
    ]);
  });

  it('is the user after reset(), who may', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, { logger });
    const model = tinyModel();
    await train(model, annealing, { epochs: 1 });
    annealing.reset();
    setLearningRate(model.optimizer, BASE);
    await train(model, annealing, { epochs: 1 });
    expect(lines).to.deep.equal([]);
  });

  it("isn't a model that is compiled again with another optimizer, if eta_max is given", async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_max: 0.5 }, { logger });
    const model = tinyModel();
    await train(model, annealing, { epochs: 1 });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
    await train(model, annealing, { epochs: 1 });
    expect(lines).to.deep.equal([]);
  });
});
