import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import type { LearningRateChange } from '../../lib/training/history';
import type { CycleEnd } from '../../lib/training/options';
import { recorder, rejection } from '../support/capture';
import { BATCHES, sized, train, trainDataset, unsized } from '../support/datasets';
import { callback } from '../support/drive';
import { expectAnnealed, updates } from '../support/expect-annealed';
import { BASE, onBackend, ratesOf, tinyModel } from '../support/models';

const silent = { logger: null };

/** A callback that notes what its own hooks are told. */
function noting(config: CosineAnnealingConfig) {
  const told: object[] = [];
  const { logger, warnings } = recorder();
  const annealing = new CosineAnnealingCallback(config, {
    logger,
    onChange: (change: LearningRateChange) => void told.push({ change }),
    onRestart: (restart: LearningRateChange) => void told.push({ restart }),
    onCycleEnd: ({ cycle, epoch, step, learningRate }: CycleEnd) =>
      void told.push({ end: { cycle, epoch, step, learningRate } }),
  });
  return { annealing, told, warnings };
}

/** The ways to make an update without fit. */
const ways: Record<string, (model: LayersModel) => Promise<void>> = {
  trainOnBatch: async (model) => {
    const [xs, ys] = [tf.ones([1, 2]), tf.zeros([1, 1])];
    await model.trainOnBatch(xs, ys);
    tf.dispose([xs, ys]);
  },
  'optimizer.minimize': async ({ optimizer, layers }) => {
    const variables = layers.flatMap((layer) =>
      layer.trainableWeights.map((weight) => weight.read() as ReturnType<typeof tf.variable>),
    );
    optimizer.minimize(
      () => tf.addN(variables.map((variable) => variable.square().sum())).asScalar(),
      false,
      variables,
    );
  },
};

/** A loop over whole epochs. */
async function loop(
  model: LayersModel,
  annealing: CosineAnnealingCallback,
  { epochs, batches = BATCHES, update = ways['trainOnBatch'] }: LoopOptions,
): Promise<void> {
  for (const epoch of epochs) {
    for (let batch = 0; batch < batches; batch++) {
      await annealing.beforeUpdate(model.optimizer, { epoch, batch });
      await update?.(model);
      await annealing.afterUpdate();
    }
  }
}

interface LoopOptions {
  readonly epochs: readonly number[];
  readonly batches?: number;
  readonly update?: ((model: LayersModel) => Promise<void>) | undefined;
}

describe('A training loop of your own', () => {
  onBackend('cpu');

  const configs: Record<string, CosineAnnealingConfig> = {
    'by epochs': { T_0: 1, T_mult: 2, eta_min: 0.01 },
    'by epochs, within them': { T_0: 0.5, T_mult: 1.5 },
    'by batches': { T_0: 3, T_mult: 2, unit: 'batch' },
    'once an epoch': { T_0: 2, updateFreq: 'epoch' },
    'with a last cycle': { T_0: 0.5, cycles: 3, eta_min: 0.001 },
  };
  for (const [title, config] of Object.entries(configs)) {
    for (const [way, update] of Object.entries(ways)) {
      it(`has fit's rates, history, restarts, ends and state: ${title}, with ${way}`, async () => {
        const known = { ...config, batchesPerEpoch: BATCHES };
        const [inFit, own] = [noting(known), noting(known)];
        await trainDataset(tinyModel(), sized(), inFit.annealing);
        const model = tinyModel();
        const rates = ratesOf(model);
        await loop(model, own.annealing, { epochs: [0, 1, 2], update });
        expect(own.told).to.deep.equal(inFit.told);
        expect([...own.annealing.history]).to.deep.equal([...inFit.annealing.history]);
        expect(own.annealing.history.restarts).to.deep.equal(inFit.annealing.history.restarts);
        expect(own.annealing.toJSON()).to.deep.equal(inFit.annealing.toJSON());
        expect(own.annealing.epoch).to.equal(3);
        expect(rates).to.have.length(3 * BATCHES);
        if (config.updateFreq !== 'epoch') {
          const t = (epoch: number, batch: number, step: number) =>
            config.unit === 'batch' ? step : epoch + batch / BATCHES;
          const expected = updates([0, 1, 2], BATCHES, t);
          expectAnnealed(own.annealing, rates, expected, { ...known, eta_max: BASE });
        }
      });
    }

    it(`learns the number of batches from the first epoch, as in fit: ${title}`, async () => {
      const [inFit, own] = [noting(config), noting(config)];
      await trainDataset(tinyModel(), unsized(), inFit.annealing, { epochs: 3 });
      const model = tinyModel();
      await loop(model, own.annealing, { epochs: [0, 1, 2] });
      expect([...own.annealing.history]).to.deep.equal([...inFit.annealing.history]);
      expect(own.annealing.toJSON()).to.deep.equal(inFit.annealing.toJSON());
      expect(own.told).to.deep.equal(inFit.told);
      expect(own.annealing.config.batchesPerEpoch).to.equal(BATCHES);
    });
  }

  it('needs no places: each update is the next batch, of the next epoch if the number of batches is known', async () => {
    const config = { T_0: 1, T_mult: 2, batchesPerEpoch: BATCHES };
    const annealing = new CosineAnnealingCallback(config, silent);
    const model = tinyModel();
    const rates = ratesOf(model);
    for (let i = 0; i < 3 * BATCHES; i++) {
      await annealing.beforeUpdate(model.optimizer);
      await ways['trainOnBatch']?.(model);
      await annealing.afterUpdate();
    }
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { ...config, eta_max: BASE });
  });

  it('begins an epoch at its first batch if only the epoch is given', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2 }, silent);
    const model = tinyModel();
    for (const epoch of [0, 0, 0, 0, 1, 1, 5]) {
      await annealing.beforeUpdate(model.optimizer, { epoch });
      await ways['trainOnBatch']?.(model);
      await annealing.afterUpdate();
    }
    const places = [...annealing.history].map(({ epoch, batch }) => [epoch, batch]);
    expect(places).to.deep.equal([
      [0, 0],
      [1, 0],
      [1, 1],
      [5, 0],
    ]);
    expect(annealing.config.batchesPerEpoch).to.equal(BATCHES);
  });

  it('repeats an epoch from its first batch after a fit that failed in the middle of it', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_max: BASE }, silent);
    const model = tinyModel();
    const fail = callback({
      onBatchEnd: async (batch) => {
        if (batch === 1) throw new Error('failed');
      },
    });
    await rejection(train(model, [annealing, fail]));
    await annealing.beforeUpdate(model.optimizer);
    expect(annealing.history.at(-1)).to.include({ step: 2, epoch: 0, batch: 0, learningRate: BASE });
  });

  it('counts an update that was made though afterUpdate was not called', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 8, unit: 'batch' }, silent);
    const model = tinyModel();
    for (let i = 0; i < 3; i++) {
      await annealing.beforeUpdate(model.optimizer);
      await ways['trainOnBatch']?.(model);
    }
    expect(annealing.step).to.equal(3);
    expect(annealing.history.steps).to.deep.equal([0, 1, 2]);
  });

  it('counts an update once that was prepared twice and made once', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 8, unit: 'batch' }, silent);
    const model = tinyModel();
    await annealing.beforeUpdate(model.optimizer, { epoch: 0, batch: 0 });
    await annealing.beforeUpdate(model.optimizer, { epoch: 0, batch: 0 });
    await ways['trainOnBatch']?.(model);
    await annealing.afterUpdate();
    expect(annealing.step).to.equal(1);
    expect(annealing.history.steps).to.deep.equal([0]);
  });

  it('goes on where a fit ended, a fit where it ended, and both from a saved state', async () => {
    const config = { T_0: 1, T_mult: 2, eta_max: BASE };
    const model = tinyModel();
    const rates = ratesOf(model);
    const first = new CosineAnnealingCallback(config, silent);
    await train(model, first, { epochs: 1 });
    await loop(model, first, { epochs: [1] });
    const second = CosineAnnealingCallback.fromJSON(JSON.stringify(first), silent);
    await loop(model, second, { epochs: [2] });
    await train(model, second, { initialEpoch: 3, epochs: 4 });
    expectAnnealed(second, rates, updates([0, 1, 2, 3]), config);
  });

  it('trains with the optimizer that it is given now, and warns once of another peak', async () => {
    const { annealing, warnings } = noting({ T_0: 1, batchesPerEpoch: BATCHES });
    await loop(tinyModel(), annealing, { epochs: [0] });
    const model = tinyModel(tf.train.adam(0.01));
    const rates = ratesOf(model);
    await loop(model, annealing, { epochs: [1, 2] });
    const lr = annealing.schedule;
    expect(rates).to.deep.equal(updates([1, 2]).map(({ t }) => lr?.(t)));
    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.contain('another optimizer, whose learning rate is 0.01,').and.to.contain('0.5');
  });

  it('warns of another writer', async () => {
    const { annealing, warnings } = noting({ T_0: 1, batchesPerEpoch: BATCHES });
    const model = tinyModel(tf.train.adam(BASE));
    await loop(model, annealing, { epochs: [0] });
    Object.assign(model.optimizer, { learningRate: 0.0625 });
    await loop(model, annealing, { epochs: [1] });
    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.contain('something else set the learning rate to 0.0625');
  });

  it('says by isOver when its last cycle ends, also within an epoch', async () => {
    for (const [config, last] of [
      [{ cycles: [2] }, 8],
      [{ cycles: [1.5] }, 6],
      [{ cycles: [5], unit: 'batch' }, 5],
      [{ cycles: [2], updateFreq: 'epoch' }, 8],
    ] as const) {
      const annealing = new CosineAnnealingCallback({ ...config, batchesPerEpoch: BATCHES }, silent);
      const model = tinyModel();
      while (!annealing.isOver) {
        await annealing.beforeUpdate(model.optimizer);
        await ways['trainOnBatch']?.(model);
        await annealing.afterUpdate();
      }
      expect(annealing.step, JSON.stringify(config)).to.equal(last);
    }
  });

  it('says, once, that it goes on after the last cycle, if that is to end it: only the loop itself can', async () => {
    for (const [afterLastCycle, said] of [
      ['stop', 1],
      ['hold', 0],
    ] as const) {
      const { annealing, warnings } = noting({ cycles: [2], unit: 'batch', eta_min: 0.25, afterLastCycle });
      const update = async () => {
        await annealing.beforeUpdate(tf.train.sgd(BASE));
        await annealing.afterUpdate();
      };
      for (let i = 0; i < 2; i++) await update();
      expect(warnings()).to.deep.equal([]);
      for (let i = 0; i < 2; i++) await update();
      expect(warnings()).to.have.length(said);
      expect(annealing.learningRate).to.equal(0.25);
      if (said > 0)
        expect(warnings()[0]).to.contain('goes on at a learning rate of 0.25; end it as soon as `isOver`');
    }
  });

  it('is refused before its first update if the optimizer takes no rate, and leaves nothing', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_max: 0.1 }, silent);
    const before = annealing.toJSON();
    const deaf = Object.defineProperty(tf.train.adam(0.1), 'learningRate', { get: () => 0.1, set: () => {} });
    const error = await rejection(annealing.beforeUpdate(deaf));
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.contain('can be set and read back, but AdamOptimizer did not take');
    expect(annealing.toJSON()).to.deep.equal(before);
  });

  it('is refused the same way each time if its config needs the length of a fit, and leaves nothing', async () => {
    const annealing = new CosineAnnealingCallback({ cycles: 3, eta_max: 0.1 }, silent);
    const before = annealing.toJSON();
    const errors = [];
    for (let i = 0; i < 2; i++)
      errors.push((await rejection(annealing.beforeUpdate(tf.train.adam(0.1)))).message);
    expect(errors[0]).to.contain('`total`');
    expect(errors[1]).to.equal(errors[0]);
    expect(annealing.toJSON()).to.deep.equal(before);
  });

  it('begins with the next optimizer if the first one was too slow for eta_min', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_min: 0.2, batchesPerEpoch: 10 }, silent);
    expect((await rejection(annealing.beforeUpdate(tf.train.adam(0.1)))).message).to.contain('eta_min');
    await annealing.beforeUpdate(tf.train.adam(0.5));
    expect(annealing.learningRate).to.equal(0.5);
  });

  it('books no change that the optimizer refused', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_max: 0.1, batchesPerEpoch: 10 }, silent);
    let isBroken = false;
    let stored = 0.1;
    const optimizer = Object.defineProperty(tf.train.adam(0.1), 'learningRate', {
      get: () => stored,
      set(value: number) {
        if (isBroken) throw new Error('broken');
        stored = value;
      },
    });
    await annealing.beforeUpdate(optimizer);
    await annealing.afterUpdate();
    const before = annealing.toJSON();
    isBroken = true;
    expect((await rejection(annealing.beforeUpdate(optimizer))).message).to.contain('did not take');
    expect(annealing.toJSON()).to.deep.equal(before);
  });

  it('is refused places that are no indexes, by name, and leaves nothing', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_max: 0.1 }, silent);
    const before = annealing.toJSON();
    const optimizer = tf.train.sgd(0.5);
    const wrong: [object | null, string][] = [
      [{ epoch: 1.5 }, '`place.epoch`: expected an integer >= 0, got 1.5'],
      [
        { epoch: -1, batch: Number.NaN },
        '`place.epoch`: expected an integer >= 0, got -1\n`place.batch`: expected an integer >= 0, got NaN',
      ],
      [{ epoch: 2 ** 32 }, '`place.epoch`: expected an integer < 2^32, got 4294967296'],
      [{ batch: 2 ** 31 }, '`place.batch`: expected an integer < 2^31, got 2147483648'],
      [{ epoch: 0, batches: 1 }, '`place.batches`: unknown key; expected one of epoch, batch'],
      [null, '`place`: expected an object such as { epoch: 0, batch: 0 }, got null'],
    ];
    for (const [place, message] of wrong) {
      const error = await rejection(annealing.beforeUpdate(optimizer, place as object));
      expect(error).to.be.instanceOf(CosineAnnealingError);
      expect(error.message).to.equal(message);
    }
    expect(annealing.toJSON()).to.deep.equal(before);
  });

  it("can't be told of an update that was not prepared, nor of one twice", async () => {
    const message = '`afterUpdate`: expected after beforeUpdate; call that first';
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, silent);
    expect((await rejection(annealing.afterUpdate())).message).to.equal(message);
    await loop(tinyModel(), annealing, { epochs: [0], batches: 1 });
    expect((await rejection(annealing.afterUpdate())).message).to.equal(message);
    expect(annealing.step).to.equal(1);
  });

  it("can't run beside a fit in progress, which goes on undisturbed", async () => {
    const config = { T_0: 1, T_mult: 2, eta_max: 0.25 };
    const annealing = new CosineAnnealingCallback(config, silent);
    const model = tinyModel();
    const rates = ratesOf(model);
    const messages = new Set<string>();
    const intrude = async () => {
      for (const call of [annealing.beforeUpdate(tf.train.sgd(0.5)), annealing.afterUpdate()])
        messages.add((await rejection(call)).message.split(';')[0] ?? '');
    };
    const intruder = callback({ onBatchBegin: intrude, onBatchEnd: intrude });
    await train(model, [annealing, intruder]);
    expect([...messages]).to.deep.equal([
      '`callbacks`: this CosineAnnealingCallback is in use by a fit in progress',
      '`afterUpdate`: expected after beforeUpdate',
    ]);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
  });

  it('can be started over', async () => {
    const config = { T_0: 1, T_mult: 2, batchesPerEpoch: BATCHES };
    const annealing = new CosineAnnealingCallback(config, silent);
    await loop(tinyModel(), annealing, { epochs: [0, 1] });
    annealing.reset();
    const model = tinyModel();
    const rates = ratesOf(model);
    await loop(model, annealing, { epochs: [0, 1, 2] });
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { ...config, eta_max: BASE });
  });
});
