import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { Callback, CustomCallback, History, LayersModel, ModelFitArgs } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { native, tf } from '../../examples/shared/backend';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { getLearningRate, setLearningRate } from '../../lib/training/optimizer';
import type { CosineAnnealingOptions } from '../../lib/training/options';
import {
  BASE,
  BATCHES,
  backends,
  callback,
  expectAnnealed,
  functionalModel,
  onBackend,
  optimizers,
  ratesOf,
  recorder,
  rejection,
  sized,
  tinyModel,
  train,
  trainDataset,
  type Update,
  unsized,
  updates,
  weightsOf,
} from '../support/training';

type BaseCallback = Callback | CustomCallback;
type Callbacks = NonNullable<ModelFitArgs['callbacks']>;

const silent = { logger: null };
/** The last update of each epoch: what `history.history.lr` should tell. */
const atEpochEnds = (rates: number[], batches = BATCHES) =>
  rates.filter((_, i) => i % batches === batches - 1);

for (const backend of backends) {
  describe(`training on ${backend}`, () => {
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

describe('the learning rates of a fit are those of the pure schedule', () => {
  const config: CosineAnnealingConfig = { T_0: 1, T_mult: 2, eta_min: 0.001 };
  const plain = { onEpochEnd: async () => {} };
  const earlyStopping = () => tf.callbacks.earlyStopping({ monitor: 'loss', patience: 100 });
  const firstEpochFlat = updates([0, 1, 2], BATCHES, (epoch, batch) => epoch + (epoch && batch / BATCHES));
  const known = { ...config, batchesPerEpoch: BATCHES };

  interface Way {
    config?: CosineAnnealingConfig;
    hooks?: (model: LayersModel) => CosineAnnealingOptions;
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
      hooks: ({ optimizer }) => ({ optimizer }),
      expected: firstEpochFlat,
      train: (model, annealing) => train(model, [plain, annealing]),
    },
    'fit behind a plain object, with options.optimizer and batchesPerEpoch': {
      config: known,
      hooks: ({ optimizer }) => ({ optimizer }),
      train: (model, annealing) => train(model, [plain, annealing]),
    },
    'fitDataset of known size': { train: (model, annealing) => trainDataset(model, sized(), annealing) },
    'fitDataset of known size, with initialEpoch': {
      expected: updates([1, 2, 3]),
      train: (model, annealing) => trainDataset(model, sized(), annealing, { initialEpoch: 1, epochs: 4 }),
    },
    'fitDataset of an endless generator, with batchesPerEpoch': {
      train: (model, annealing) =>
        trainDataset(model, unsized(Number.POSITIVE_INFINITY), annealing, { batchesPerEpoch: BATCHES }),
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
    'lengths in batches, with initialEpoch, which updates do not count': {
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
    { config: own = config, hooks = () => ({}), expected, model: make, train },
  ] of Object.entries(ways)) {
    it(title, async () => {
      const model = (make ?? tinyModel)();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(own, { ...silent, ...hooks(model) });
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
    await trainDataset(model, unsized(Number.POSITIVE_INFINITY), [annealing, stop]);
    expect(rates).to.deep.equal(Array.from({ length: 10 }, () => BASE));
    expect(annealing.config.batchesPerEpoch, 'an epoch that was stopped tells nothing').to.equal(undefined);
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
    expect(annealing.config.batchesPerEpoch, 'what the fit was told counts').to.equal(BATCHES);
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

  it('lets other work run during a fit, as TensorFlow.js does', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const annealing = new CosineAnnealingCallback(config, { ...silent, onChange: () => spin(20) });
    await train(tinyModel(), annealing).finally(() => clearInterval(timer));
    expect(ticks).to.be.greaterThan(0);
  });
});

/** Blocks for as many milliseconds. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

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

  it('is not read where it is given', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 2, eta_max: 0.125 }, silent);
    const model = tinyModel();
    const rates = ratesOf(model);
    await train(model, annealing, { epochs: 2 });
    expect(rates[0]).to.equal(0.125);
  });

  it('restarts at every batch where every batch begins a cycle, though thirds of an epoch are rounded', async () => {
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
    expect(error.message).to.equal('`eta_min`: expected at most eta_max (0.01), got 0.1');
    expect(weightsOf(slow)).to.deep.equal(weightsOf(tinyModel()));
    expect(annealing.history).to.have.length(0);

    const fast = tinyModel();
    const rates = ratesOf(fast);
    await train(fast, annealing);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { T_0: 2, eta_min: 0.1, eta_max: BASE });
  });

  it('of 0 is an error before anything trains', async () => {
    const stopped = tinyModel(tf.train.sgd(0));
    const error = await rejection(train(stopped, new CosineAnnealingCallback({ T_0: 2 }, silent)));
    expect(error.message).to.equal('`eta_max`: expected a number > 0, got 0');
  });
});

describe('an optimizer without a learning rate that can be set and read back', () => {
  const broken: Record<string, (optimizer: Optimizer) => void> = {
    'has none': (optimizer) => Object.defineProperty(optimizer, 'learningRate', { value: undefined }),
    'has one that is read-only': (optimizer) =>
      Object.defineProperty(optimizer, 'learningRate', { value: 0.1, writable: false }),
    'has one that stays what it is': (optimizer) =>
      Object.defineProperty(optimizer, 'learningRate', { get: () => 0.1, set: () => {} }),
  };
  for (const [problem, harm] of Object.entries(broken)) {
    it(`is an error before anything trains, where it ${problem}`, async () => {
      const model = tinyModel(tf.train.adam(0.1));
      harm(model.optimizer);
      const error = await rejection(train(model, new CosineAnnealingCallback({ T_0: 1 }, silent)));
      expect(error).to.be.instanceOf(CosineAnnealingError);
      expect(error.message).to.match(/^`optimizer`: expected one whose .* AdamOptimizer (has|did not take) /);
      expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
    });
  }
});

describe('behind a plain object in callbacks', () => {
  it('says what to do where options.optimizer is missing, and trains nothing', async () => {
    const model = tinyModel();
    const error = await rejection(
      train(model, [{ onEpochEnd: async () => {} }, new CosineAnnealingCallback({ T_0: 1 })]),
    );
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.equal(
      '`callbacks`: CosineAnnealingCallback was given no model. Put it before any plain object in `callbacks`, and ' +
        'wrap those as new tf.CustomCallback({...}); or give `options.optimizer`. If it stands alone there, two copies ' +
        'of @tensorflow/tfjs-layers are installed: run npm ls @tensorflow/tfjs-layers',
    );
    expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
  });

  it('options.optimizer counts; elsewhere the optimizer of the model does, also once it is compiled again', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, { ...silent, optimizer: model.optimizer });
    model.compile({ optimizer: tf.train.sgd(BASE), loss: 'meanSquaredError' });
    const rates = ratesOf(model);
    await train(model, annealing);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { T_0: 1, eta_max: BASE });
  });

  it("refuses afterLastCycle 'stop', which needs the model", async () => {
    const model = tinyModel();
    const config = { cycles: [1], afterLastCycle: 'stop' } as const;
    const annealing = new CosineAnnealingCallback(config, { ...silent, optimizer: model.optimizer });
    const error = await rejection(train(model, [{ onEpochEnd: async () => {} }, annealing]));
    expect(error.message).to.equal(
      "`afterLastCycle`: 'stop' needs the model, which TensorFlow.js hands over only where no plain object is the " +
        'first of `callbacks`; wrap it as new tf.CustomCallback({...})',
    );
    expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
  });

  it('hands onCycleEnd no model, but everything else', async () => {
    const model = tinyModel();
    const ends: unknown[] = [];
    const hooks = { ...silent, optimizer: model.optimizer, onCycleEnd: (end: object) => void ends.push(end) };
    const annealing = new CosineAnnealingCallback({ T_0: 3, batchesPerEpoch: BATCHES }, hooks);
    const { history } = await train(model, [{ onEpochEnd: async () => {} }, annealing]);
    const { lr, loss } = history as Record<'lr' | 'loss', number[]>;
    const logs = { lr: lr.at(-1), loss: loss.at(-1) };
    expect(ends).to.deep.equal([
      { cycle: 0, epoch: 2, step: 11, learningRate: lr.at(-1), model: undefined, logs },
    ]);
  });
});

describe('one callback, several fits at once', () => {
  const inUse =
    '`callbacks`: this CosineAnnealingCallback is in use by a fit in progress; it cannot serve two fits at once, nor ' +
    'stand twice in `callbacks`: make one for each';
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

  it('is no error where a hook is called outside of any fit, but a clear one', async () => {
    const error = await rejection(new CosineAnnealingCallback(config).onEpochBegin(0));
    expect(error.message).to.equal(
      '`callbacks`: CosineAnnealingCallback works inside model.fit or model.fitDataset only',
    );
  });
});

describe('hooks that are called by hand, as a training loop of one’s own may do', () => {
  it('need no logs, and count an update that was done though its end was not told', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback({ T_0: 1, batchesPerEpoch: 3 }, silent);
    annealing.setParams({});
    annealing.setModel(model);
    await annealing.onTrainBegin();
    await annealing.onEpochBegin(0);
    for (const batch of [0, 1, 2]) {
      await annealing.onBatchBegin(batch);
      model.optimizer.applyGradients({});
      if (batch < 2) await annealing.onBatchEnd(batch);
    }
    await annealing.onTrainEnd();
    expect(rates).to.deep.equal([0, 1, 2].map((batch) => annealing.schedule?.(batch / 3)));
    expect(annealing.step).to.equal(3);
  });
});

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
      `warn: CosineAnnealingCallback: something else set the learning rate to 0.0625 after this callback had set ${rates[1]}; it is overwritten at every update, so remove one of the two`,
    ]);
  });

  it('is what two of our callbacks in one fit are to each other: each warns once', async () => {
    const logs = [recorder(), recorder()];
    const [first, second] = [0.5, 0.25].map(
      (eta_max, i) => new CosineAnnealingCallback({ T_0: 3, eta_max }, { logger: logs[i]?.logger ?? null }),
    ) as [CosineAnnealingCallback, CosineAnnealingCallback];
    const model = tinyModel();
    const rates = ratesOf(model);
    await train(model, [first, second]);
    expectAnnealed(second, rates, updates([0, 1, 2]), { T_0: 3, eta_max: 0.25 });
    const warning = (found: number, set: number) =>
      `warn: CosineAnnealingCallback: something else set the learning rate to ${found} after this callback had set ${set}; it is overwritten at every update, so remove one of the two`;
    expect(logs.map(({ lines }) => lines)).to.deep.equal([
      [warning(0.25, 0.5)],
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

  it('is no one, where the model is compiled again or another optimizer is used', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, { logger });
    const model = tinyModel();
    await train(model, annealing, { epochs: 1 });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
    await train(model, annealing, { epochs: 1 });
    expect(lines).to.deep.equal([]);
  });
});

describe('fit after fit on one callback', () => {
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

  it('makes no new schedule where a fit tells nothing new', async () => {
    const { model, annealing } = start();
    await train(model, annealing, { epochs: 1 });
    const { schedule, config: parsed } = annealing;
    await train(model, annealing, { epochs: 1 });
    expect(annealing.schedule).to.equal(schedule);
    expect(annealing.config).to.equal(parsed);
  });

  it('goes on with initialEpoch after fits without, whether it counts all epochs or those of the last fit', async () => {
    for (const initialEpoch of [5, 2]) {
      const { model, rates, annealing } = start();
      await train(model, annealing); // epochs 0 to 2
      await train(model, annealing, { epochs: 2 }); // 3 and 4, which it calls 0 and 1
      await train(model, annealing, { initialEpoch, epochs: initialEpoch + 2 });
      expectAnnealed(annealing, rates, updates([0, 1, 2, 3, 4, 5, 6]), config);
    }
  });

  it('goes to an earlier epoch where initialEpoch says so, which is no warm restart', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const restarts: number[] = [];
    const hooks = { onRestart: ({ step }: { step: number }) => void restarts.push(step) };
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_max: 0.25 }, { ...hooks, ...silent });
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

describe('after a fit that failed in the middle of an epoch', () => {
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

  it('repeats the epoch where initialEpoch names it, too', async () => {
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

/** Batches, and then an error. */
function broken(batches: number) {
  let given = 0;
  return unsized(Number.POSITIVE_INFINITY).map((batch) => {
    if (given++ === batches) throw new Error('the dataset failed');
    return batch;
  }) as ReturnType<typeof unsized>;
}

describe('after the last cycle', () => {
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

  it("'stop' ends the fit within an epoch, where the last cycle does", async () => {
    const config = { cycles: [1.5], eta_max: 0.25, afterLastCycle: 'stop' } as const;
    const { rates, annealing } = await stopped(config);
    expectAnnealed(annealing, rates, updates([0, 1]).slice(0, 6), config);
  });

  it("'stop' lets a fit begun after the last cycle train one batch, with eta_min, and says so once", async () => {
    const config = { cycles: [1], eta_max: 0.25, eta_min: 0.01, afterLastCycle: 'stop' } as const;
    const { model, rates, annealing, lines } = await stopped(config);
    expect(rates).to.have.length(BATCHES);
    await train(model, annealing);
    await train(model, annealing);
    expect(rates.slice(BATCHES)).to.deep.equal([0.01, 0.01]);
    expect(lines).to.deep.equal([
      'warn: CosineAnnealingCallback: the last cycle is over, so training stops after one batch; reset() starts over',
    ]);
    annealing.reset();
    await train(model, annealing);
    expect(rates).to.have.length(2 * BATCHES + 2);
  });
});

describe('cycles that fill the fit', () => {
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

  it('are an error before anything trains, where the total is not known', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback({ cycles: 3, unit: 'batch' }, silent);
    const error = await rejection(trainDataset(model, unsized(), annealing));
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.equal(
      '`total`: expected a number > 0, got nothing; the 3 cycles fill it, or give `T_0`',
    );
    expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
  });

  it('need the number of batches for the endpoint, before anything trains', async () => {
    for (const known of [{}, { eta_max: 0.25 }]) {
      const model = tinyModel();
      const annealing = new CosineAnnealingCallback({ T_0: 1, endpoint: true, ...known }, silent);
      const error = await rejection(trainDataset(model, unsized(), annealing));
      expect(error.message).to.equal(
        '`batchesPerEpoch`: expected an integer >= 1, got nothing; with `endpoint` the length of an update must be known',
      );
      expect(weightsOf(model)).to.deep.equal(weightsOf(tinyModel()));
    }
  });
});
