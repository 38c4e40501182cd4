import { expect } from 'chai';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { rejection } from '../support/capture';
import { BATCHES, train } from '../support/datasets';
import { callback } from '../support/drive';
import { expectAnnealed, updates } from '../support/expect-annealed';
import { ratesOf, tinyModel, weightsOf } from '../support/models';

const silent = { logger: null };

describe('One callback for several fits', () => {
  const inUse =
    '`callbacks`: this CosineAnnealingCallback is in use by a fit in progress; make one for each fit, and put it into ' +
    '`callbacks` once';
  const config = { T_0: 1, T_mult: 2, eta_max: 0.25 };

  it('refuses the second one, begun in the middle, and the first goes on undisturbed', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    const [first, second] = [tinyModel(), tinyModel()];
    const rates = ratesOf(first);
    const errors: Error[] = [];
    const intrude = async () =>
      void errors.push(await rejection(train(second, annealing, { epochs: 1, batchSize: 1 })));
    await train(first, [annealing, callback({ onBatchEnd: intrude, onEpochEnd: intrude })]);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
    expect(new Set(errors.map(({ message }) => message))).to.deep.equal(new Set([inUse]));
    expect(errors).to.have.length(15);
    expect(errors[0]).to.be.instanceOf(CosineAnnealingError);
    expect(weightsOf(second)).to.deep.equal(weightsOf(tinyModel()));
  });

  it('refuses the second one, begun at the same moment with another length, and the first is undisturbed', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    const [first, second] = [tinyModel(), tinyModel()];
    const rates = ratesOf(first);
    const [done, refused] = await Promise.allSettled([
      train(first, annealing),
      train(second, annealing, { epochs: 9, batchSize: 1 }),
    ]);
    expect(done.status).to.equal('fulfilled');
    expect(refused).to.have.nested.property('reason.message', inUse);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
    expect(weightsOf(second)).to.deep.equal(weightsOf(tinyModel()));
  });

  it('refuses the second one behind a plain object, too', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback(config, { ...silent, optimizer: model.optimizer });
    const rates = ratesOf(model);
    const errors: Error[] = [];
    const intrude = async () => void errors.push(await rejection(train(tinyModel(), [{}, annealing])));
    await train(model, [annealing, callback({ onEpochEnd: intrude })]);
    expect(errors.map(({ message }) => message)).to.deep.equal([inUse, inUse, inUse]);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
  });

  it('goes on behind a plain object after a fit that failed, though the same model trains again', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback(
      { ...config, batchesPerEpoch: BATCHES },
      { ...silent, optimizer: model.optimizer },
    );
    const fail = callback({
      onEpochEnd: async () => {
        throw new Error('failed');
      },
    });
    await rejection(train(model, [annealing, fail]));
    await train(model, [{}, annealing], { epochs: 2 });
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
  });

  it('refuses to stand twice in one array, before anything trains, and works alone afterwards', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    const model = tinyModel();
    const error = await rejection(train(model, [annealing, annealing]));
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.equal(inUse);
    expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
    const rates = ratesOf(model);
    await train(model, annealing);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
  });

  it('refuses reset() during a fit', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    const error = await rejection(
      train(tinyModel(), [annealing, callback({ onEpochEnd: async () => annealing.reset() })]),
    );
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.equal(
      '`reset`: this CosineAnnealingCallback is in use by a fit in progress; reset it between fits',
    );
    expect(annealing.step).to.equal(BATCHES);
    annealing.reset();
    expect(annealing.step).to.equal(0);
  });

  it('serves the next model while the one before trains without it', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    const [first, second] = [tinyModel(), tinyModel()];
    await train(first, annealing, { epochs: 1 });
    const rates = ratesOf(second);
    await train(
      first,
      [callback({ onEpochEnd: async () => void (await train(second, annealing, { epochs: 1 })) })],
      {
        epochs: 1,
      },
    );
    expect(rates).to.deep.equal(annealing.history.learningRates.slice(BATCHES));
  });

  it('trains models in turns, when each fit waits for the one before', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    const models = [tinyModel(), tinyModel()];
    const rates = models.map(ratesOf);
    for (const model of [...models, ...models]) await train(model, annealing, { epochs: 1 });
    const [first = [], second = []] = rates;
    const inOrder = [...first.slice(0, 4), ...second.slice(0, 4), ...first.slice(4), ...second.slice(4)];
    expectAnnealed(annealing, inOrder, updates([0, 1, 2, 3]), config);
  });

  it('says so if a hook is called outside of any fit', async () => {
    const error = await rejection(new CosineAnnealingCallback(config).onEpochBegin(0));
    expect(error.message).to.equal(
      '`callbacks`: CosineAnnealingCallback works inside model.fit or model.fitDataset; for a loop of ' +
        'your own, call beforeUpdate and afterUpdate',
    );
  });
});
