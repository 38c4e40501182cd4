import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Callback, CustomCallback, History, LayersModel, ModelFitArgs } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { native, tf } from '../../examples/shared/backend';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { setLearningRate } from '../../lib/training/optimizer';
import type { CosineAnnealingOptions } from '../../lib/training/options';
import { BATCHES, sized, train, trainDataset, unsized } from '../support/datasets';
import { callback } from '../support/drive';
import { expectAnnealed, type Update, updates } from '../support/expect-annealed';
import {
  BASE,
  backends,
  functionalModel,
  onBackend,
  optimizers,
  ratesOf,
  tinyModel,
  weightsOf,
} from '../support/models';

const silent = { logger: null };

type BaseCallback = Callback | CustomCallback;
type Callbacks = NonNullable<ModelFitArgs['callbacks']>;

/** The last update of each epoch: what `history.history.lr` should hold. */
const atEpochEnds = (rates: number[], batches = BATCHES) =>
  rates.filter((_, i) => i % batches === batches - 1);

for (const backend of backends) {
  describe(`Training on ${backend}`, () => {
    onBackend(backend);

    for (const [name, create] of Object.entries(optimizers)) {
      const weightsAfter = async (learningRate: number, callbacks: Callbacks) => {
        const model = tinyModel(create(learningRate));
        await train(model, callbacks);
        return weightsOf(model);
      };
      const constant = (rate: number) =>
        new CosineAnnealingCallback({ T_0: 1, eta_max: rate, eta_min: rate }, silent);

      it(`a rate of 1e-45 moves no weight with tf.train.${name}`, async () => {
        expect(await weightsAfter(0.5, [constant(1e-45)])).to.deep.equal(weightsOf(tinyModel()));
      });

      it(`a rate of 0.01 moves the weights as a tf.train.${name} built with it does, bit for bit`, async () => {
        const expected = await weightsAfter(0.01, []);
        expect(await weightsAfter(0.5, [constant(0.01)])).to.deep.equal(expected);
        expect(expected).to.not.deep.equal(weightsOf(tinyModel()));
      });
    }

    it('an annealed SGD takes exactly the scheduled steps', async () => {
      const model = tf.sequential({
        layers: [tf.layers.dense({ units: 1, inputShape: [2], biasInitializer: 'ones' })],
      });
      const loss = (_: unknown, prediction: unknown) => tf.mean(prediction as ReturnType<typeof tf.scalar>);
      model.compile({ optimizer: tf.train.sgd(BASE), loss }); // so the slope of the bias is 1
      const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_min: 0.01 }, silent);
      await train(model, annealing);
      const float32 = annealing.history.learningRates.map(Math.fround);
      expect(weightsOf(model).at(-1)).to.equal(float32.reduce((bias, rate) => Math.fround(bias - rate), 1));
    });
  });
}

describe('The learning rates of a fit are those of the pure schedule', () => {
  const config: CosineAnnealingConfig = { T_0: 1, T_mult: 2, eta_min: 0.001 };
  const plain = { onEpochEnd: async () => {} };
  const earlyStopping = () => tf.callbacks.earlyStopping({ monitor: 'loss', patience: 100 });
  const firstEpochFlat = updates([0, 1, 2], BATCHES, (epoch, batch) => epoch + (epoch && batch / BATCHES));
  const known = { ...config, batchesPerEpoch: BATCHES };

  interface Way {
    config?: CosineAnnealingConfig;
    options?: (model: LayersModel) => CosineAnnealingOptions;
    expected?: Update[];
    model?: () => LayersModel;
    train: (model: LayersModel, annealing: CosineAnnealingCallback) => Promise<History>;
  }

  const ways: Record<string, Way> = {
    'fit, alone in callbacks': { train },
    'fit, alone in an array': { train: (model, annealing) => train(model, [annealing]) },
    'fit of a functional model': { model: functionalModel, train },
    'fit of a model compiled by name': {
      model: () => {
        const model = tinyModel();
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        setLearningRate(model.optimizer, BASE);
        return model;
      },
      train,
    },
    'fit with validationSplit, which leaves three batches': {
      expected: updates([0, 1, 2], 3),
      train: (model, annealing) => train(model, annealing, { validationSplit: 0.25 }),
    },
    'fit with a last batch that is smaller': {
      expected: updates([0, 1, 2], 3),
      train: (model, annealing) => train(model, annealing, { batchSize: 3 }),
    },
    'fit with one batch an epoch': {
      expected: updates([0, 1, 2], 1),
      train: (model, annealing) => train(model, annealing, { batchSize: 100 }),
    },
    'fit with initialEpoch': {
      expected: updates([1, 2, 3, 4]),
      train: (model, annealing) => train(model, annealing, { initialEpoch: 1, epochs: 5 }),
    },
    'fit before tf.callbacks.earlyStopping': {
      train: (model, annealing) => train(model, [annealing, earlyStopping()]),
    },
    'fit after tf.callbacks.earlyStopping': {
      train: (model, annealing) => train(model, [earlyStopping(), annealing]),
    },
    'fit between other callbacks': {
      train: (model, annealing) => train(model, [callback(plain), annealing, callback(plain)]),
    },
    'fit behind a plain object, with options.optimizer, which has to learn the number of batches': {
      options: ({ optimizer }) => ({ optimizer }),
      expected: firstEpochFlat,
      train: (model, annealing) => train(model, [plain, annealing]),
    },
    'fit behind a plain object, with options.optimizer and batchesPerEpoch': {
      config: known,
      options: ({ optimizer }) => ({ optimizer }),
      train: (model, annealing) => train(model, [plain, annealing]),
    },
    'fitDataset of known size': { train: (model, annealing) => trainDataset(model, sized(), annealing) },
    'fitDataset of known size, with initialEpoch': {
      expected: updates([1, 2, 3]),
      train: (model, annealing) => trainDataset(model, sized(), annealing, { initialEpoch: 1, epochs: 4 }),
    },
    'fitDataset of an endless generator, with batchesPerEpoch': {
      train: (model, annealing) =>
        trainDataset(model, unsized(Infinity), annealing, { batchesPerEpoch: BATCHES }),
    },
    'fitDataset of a repeated dataset, with batchesPerEpoch': {
      train: (model, annealing) =>
        trainDataset(model, sized(3).repeat(), annealing, { batchesPerEpoch: BATCHES }),
    },
    'fitDataset of unknown length, whose first epoch keeps its rate': {
      expected: firstEpochFlat,
      train: (model, annealing) => trainDataset(model, unsized(), annealing),
    },
    'fitDataset of unknown length, with initialEpoch, whose first epoch keeps its rate': {
      expected: updates([5, 6, 7], BATCHES, (epoch, batch) => epoch + (epoch > 5 ? batch / BATCHES : 0)),
      train: (model, annealing) => trainDataset(model, unsized(), annealing, { initialEpoch: 5, epochs: 8 }),
    },
    'fitDataset of unknown length, with batchesPerEpoch in the config': {
      config: known,
      train: (model, annealing) => trainDataset(model, unsized(), annealing),
    },
    'fitDataset of unknown length, with too small a batchesPerEpoch, whose epoch stays at its end': {
      config: { ...config, batchesPerEpoch: 2 },
      expected: updates([0, 1, 2], BATCHES, (epoch, batch) =>
        epoch === 0 ? Math.min(batch, 1) / 2 : epoch + batch / BATCHES,
      ),
      train: (model, annealing) => trainDataset(model, unsized(), annealing),
    },
    'fitDataset of unknown length, with too large a batchesPerEpoch': {
      config: { ...config, batchesPerEpoch: 8 },
      expected: updates([0, 1, 2], BATCHES, (epoch, batch) => epoch + batch / (epoch === 0 ? 8 : BATCHES)),
      train: (model, annealing) => trainDataset(model, unsized(), annealing),
    },
    'one update of the rate an epoch': {
      config: { ...config, updateFreq: 'epoch' },
      expected: updates([0, 1, 2], BATCHES, (epoch) => epoch),
      train,
    },
    'one update of the rate an epoch, of a dataset of unknown length': {
      config: { ...config, updateFreq: 'epoch' },
      expected: updates([0, 1, 2], BATCHES, (epoch) => epoch),
      train: (model, annealing) => trainDataset(model, unsized(), annealing),
    },
    'lengths in batches': {
      config: { ...config, T_0: 2, unit: 'batch' },
      expected: updates([0, 1, 2], BATCHES, (_, __, step) => step),
      train,
    },
    'lengths in batches, of a dataset of unknown length': {
      config: { ...config, T_0: 3, unit: 'batch' },
      expected: updates([0, 1, 2], BATCHES, (_, __, step) => step),
      train: (model, annealing) => trainDataset(model, unsized(), annealing),
    },
    'lengths in batches, with initialEpoch, which moves no position': {
      config: { ...config, T_0: 3, unit: 'batch' },
      expected: updates([2, 3], BATCHES, (_, __, step) => step),
      train: (model, annealing) => train(model, annealing, { initialEpoch: 2, epochs: 4 }),
    },
    'lengths in batches, with one update of the rate an epoch': {
      config: { ...config, T_0: 6, unit: 'batch', updateFreq: 'epoch' },
      expected: updates([0, 1, 2], BATCHES, (_, batch, step) => step - batch),
      train,
    },
    'cycles that end within an epoch': {
      config: { T_0: 0.5, T_mult: 1.5 },
      train,
    },
    'cycles shorter than a batch': {
      config: { T_0: 0.1 },
      train,
    },
    'a list of cycles': {
      config: { cycles: [0.75, 2], eta_min: [0.01, 0.001] },
      train,
    },
    'a warm-up at every cycle': {
      config: { T_0: 1, warmup: { length: 0.5, everyCycle: true } },
      train,
    },
    'the endpoint, reached': {
      config: { T_0: 1, eta_min: 0.001, endpoint: true, batchesPerEpoch: BATCHES },
      train,
    },
  };

  if (native) {
    const tensorBoard = (directory: string) =>
      (tf as unknown as { node: { tensorBoard(directory: string): BaseCallback } }).node.tensorBoard(
        directory,
      );
    const inDirectory = (
      callbacks: (board: BaseCallback, annealing: CosineAnnealingCallback) => BaseCallback[],
    ) => {
      return async (model: LayersModel, annealing: CosineAnnealingCallback) => {
        const directory = mkdtempSync(join(tmpdir(), 'annealing-'));
        try {
          const history = await train(model, callbacks(tensorBoard(directory), annealing));
          expect(readdirSync(join(directory, 'train'))).to.have.length(1);
          return history;
        } finally {
          rmSync(directory, { recursive: true });
        }
      };
    };
    ways['fit before tf.node.tensorBoard'] = { train: inDirectory((board, annealing) => [annealing, board]) };
    ways['fit after tf.node.tensorBoard'] = { train: inDirectory((board, annealing) => [board, annealing]) };
  }

  for (const [
    title,
    { config: own = config, options = () => ({}), expected, model: make, train },
  ] of Object.entries(ways)) {
    it(title, async () => {
      const model = (make ?? tinyModel)();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(own, { ...silent, ...options(model) });
      const { history } = await train(model, annealing);
      const all = expected ?? updates([0, 1, 2]);
      expectAnnealed(annealing, rates, all, { ...own, eta_max: BASE });
      const batches = all.findLastIndex(({ epoch }) => epoch === all[0]?.epoch) + 1;
      expect(history['lr']).to.deep.equal(atEpochEnds(rates, batches));
    });
  }

  it('the endpoint is exactly eta_min, at the last update of every cycle', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    await train(model, new CosineAnnealingCallback({ T_0: 1, eta_min: 0.001, endpoint: true }, silent));
    expect(atEpochEnds(rates)).to.deep.equal([0.001, 0.001, 0.001]);
    expect(rates.filter((rate) => rate === 0.5)).to.have.length(3);
  });

  it('an endless generator without batchesPerEpoch trains at its starting rate until something stops it', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback(config, silent);
    const stop = callback({
      onBatchEnd: async (batch) => {
        model.stopTraining = batch === 9;
      },
    });
    await trainDataset(model, unsized(Infinity), [annealing, stop]);
    expect(rates).to.deep.equal(Array.from({ length: 10 }, () => BASE));
    expect(annealing.config.batchesPerEpoch, 'nothing is learned from an epoch that was stopped').to.equal(
      undefined,
    );
  });

  it('a dataset without data teaches nothing', async () => {
    const annealing = new CosineAnnealingCallback(config, silent);
    const { history } = await trainDataset(tinyModel(), unsized(0), annealing);
    expect(history).to.deep.equal({});
    expect(annealing.step).to.equal(0);
    expect(annealing.config.batchesPerEpoch).to.equal(undefined);
  });

  it('an epoch without data, behind a dataset that ran out, keeps the rate of the last update', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback(config, silent);
    const { warn } = console;
    console.warn = () => {};
    const { history } = await trainDataset(model, unsized(6), annealing, {
      batchesPerEpoch: BATCHES,
    }).finally(() => {
      console.warn = warn;
    });
    const last = annealing.schedule?.(1.25);
    expect(history['lr']).to.deep.equal([annealing.schedule?.(0.75), last, last]);
    expect(annealing.step).to.equal(6);
    expect(annealing.config.batchesPerEpoch, 'what the fit knows counts').to.equal(BATCHES);
  });

  for (const [name, run] of Object.entries({
    fit: train,
    fitDataset: (model: LayersModel, callbacks: Callbacks) => trainDataset(model, sized(), callbacks),
  })) {
    it(`the rate is in the logs of ${name}: of every batch for all callbacks, of every epoch for those after`, async () => {
      const seen: Record<string, (number | undefined)[]> = { before: [], after: [], epochs: [] };
      const note = (list: string) => async (_: number, logs?: object) =>
        void seen[list]?.push((logs as { lr?: number }).lr);
      const model = tinyModel();
      const rates = ratesOf(model);
      await run(model, [
        callback({ onBatchEnd: note('before') }),
        new CosineAnnealingCallback(config, silent),
        callback({ onBatchEnd: note('after'), onEpochEnd: note('epochs') }),
      ]);
      expect(seen).to.deep.equal({ before: rates, after: rates, epochs: atEpochEnds(rates) });
    });
  }
});
