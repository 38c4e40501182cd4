import type { Optimizer } from '@tensorflow/tfjs-core';
import type { CustomCallback, CustomCallbackArgs, LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { getLearningRate, setLearningRate } from '../../lib/training/optimizer';
import { recorder, rejection } from '../support/capture';
import { BATCHES, train } from '../support/datasets';
import { callback } from '../support/drive';
import { expectAnnealed, updates } from '../support/expect-annealed';
import {
  BASE,
  functionalModel,
  noteRates,
  onBackend,
  optimizers,
  ratesOf,
  tinyModel,
} from '../support/models';

const PREFIX = 'warn: CosineAnnealingCallback: ';

const overwritten = (found: number, written: number | undefined) =>
  `${PREFIX}something else set the learning rate to ${found} after this callback had set it to ${written}; this callback overwrites it at every update, so remove one of the two`;
const behind = (found: number, written: number | undefined) =>
  `${PREFIX}something behind this callback set the learning rate to ${found} after this callback had set it to ${written}, so this update may have been made at ${found}; remove one of the two`;

describe('A callback that shares the optimizer', () => {
  it('warns once of another writer, with both values, and overwrites it', async () => {
    const { logger, lines } = recorder();
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback({ T_0: 3 }, { logger });
    const meddle = callback({
      onBatchEnd: async (batch) => void (batch === 1 && setLearningRate(model.optimizer, 0.0625)),
    });
    await train(model, [annealing, meddle]);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { T_0: 3, eta_max: BASE });
    expect(lines).to.deep.equal([overwritten(0.0625, rates[1])]);
  });

  it("warns of a writer between its own onBatchBegin and the update, which it can't overwrite", async () => {
    for (const updateFreq of ['batch', 'epoch'] as const) {
      const { logger, lines } = recorder();
      const model = tinyModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback({ T_0: 1, updateFreq }, { logger });
      const meddle = callback({
        onBatchBegin: async (batch) => void (batch === 3 && setLearningRate(model.optimizer, 0.0625)),
      });
      await train(model, [annealing, meddle], { epochs: 1 });
      expect(rates[3]).to.equal(0.0625);
      expect(lines, updateFreq).to.deep.equal([behind(0.0625, annealing.learningRate)]);
    }
  });

  it('warns once if it shares its fit with another one of ours, which warns once as well', async () => {
    const logs = [recorder(), recorder()];
    const [first, second] = [0.5, 0.25].map(
      (eta_max, i) => new CosineAnnealingCallback({ T_0: 3, eta_max }, { logger: logs[i]?.logger ?? null }),
    ) as [CosineAnnealingCallback, CosineAnnealingCallback];
    const model = tinyModel();
    const rates = ratesOf(model);
    await train(model, [first, second]);
    expectAnnealed(second, rates, updates([0, 1, 2]), { T_0: 3, eta_max: 0.25 });
    expect(logs.map(({ lines }) => lines)).to.deep.equal([
      [behind(0.25, 0.5)],
      [overwritten(first.history.learningRates[1] ?? Number.NaN, 0.25)],
    ]);
  });

  it("doesn't take the user for another writer after reset()", async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, { logger });
    const model = tinyModel();
    await train(model, annealing, { epochs: 1 });
    annealing.reset();
    setLearningRate(model.optimizer, BASE);
    await train(model, annealing, { epochs: 1 });
    expect(lines).to.deep.equal([]);
  });
});

describe('An optimizer that replaces another one within a fit', () => {
  onBackend('cpu');
  const config = { T_0: 3 };
  const isAnother =
    `${PREFIX}training goes on with another optimizer, whose learning rate is 0.01, under a schedule whose eta_max, 0.5, ` +
    'was read from the previous one; set `eta_max: 0.01` or `eta_max: 0.5` to choose, or use a new callback for each optimizer';

  const compile = (model: LayersModel, optimizer: Optimizer) =>
    model.compile({ optimizer, loss: 'meanSquaredError' });
  const assign = (model: LayersModel, optimizer: Optimizer) => {
    model.optimizer = optimizer;
  };
  const models: [string, () => LayersModel, [string, typeof compile][]][] = [
    ['a functional model', functionalModel, Object.entries({ compile, assign })],
    ['a Sequential', tinyModel, Object.entries({ assign })],
  ];
  const places: Record<string, (annealing: CosineAnnealingCallback, other: CustomCallback) => object[]> = {
    'by a callback in front': (annealing, other) => [other, annealing],
    'by a callback behind': (annealing, other) => [annealing, other],
  };

  for (const [kind, make, replacements] of models) {
    for (const [how, replace] of replacements) {
      for (const name of ['sgd', 'adam']) {
        for (const [place, order] of Object.entries(places)) {
          it(`trains at the schedule's rates, with one warning: ${kind}, ${how}, ${name}, ${place}`, async () => {
            const { logger, lines } = recorder();
            const model = make();
            const rates = ratesOf(model);
            const annealing = new CosineAnnealingCallback(config, { logger });
            const onEpochBegin = async (epoch: number) => {
              if (epoch === 0) return;
              replace(model, optimizers[name]?.(0.01) ?? tf.train.sgd(0.01));
              noteRates(model, rates);
            };
            const callbacks = order(annealing, callback({ onEpochBegin }));
            const { history } = await train(model, callbacks as CustomCallback[]);
            expectAnnealed(annealing, rates, updates([0, 1, 2]), { ...config, eta_max: BASE });
            expect(history['lr']).to.deep.equal([3, 7, 11].map((i) => rates[i]));
            expect(lines).to.deep.equal([isAnother]);
          });
        }
      }
    }
  }

  it('changes nothing by compiling a Sequential, which goes on training with the one before', async () => {
    const { logger, lines } = recorder();
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback(config, { logger });
    const onEpochBegin = async (epoch: number) => {
      if (epoch === 1) compile(model, tf.train.sgd(0.01));
    };
    await train(model, [annealing, callback({ onEpochBegin })]);
    expectAnnealed(annealing, rates, updates([0, 1, 2]), { ...config, eta_max: BASE });
    expect(getLearningRate(model.optimizer)).to.equal(0.01);
    expect(lines).to.deep.equal([]);
  });

  for (const name of ['sgd', 'adam']) {
    it(`trains at the schedule's rates behind a plain object, if the optimizer is given as a function: ${name}`, async () => {
      const model = functionalModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(
        { ...config, batchesPerEpoch: BATCHES },
        { logger: null, optimizer: () => model.optimizer },
      );
      const plain: CustomCallbackArgs = {
        onEpochBegin: async (epoch) => {
          if (epoch === 0) return;
          compile(model, optimizers[name]?.(0.01) ?? tf.train.sgd(0.01));
          noteRates(model, rates);
        },
      };
      await train(model, [plain, annealing] as CustomCallback[]);
      expectAnnealed(annealing, rates, updates([0, 1, 2]), { ...config, eta_max: BASE });
    });
  }

  it('is warned of if it comes between the beginning and the end of an update', async () => {
    const { logger, lines } = recorder();
    const model = functionalModel();
    const annealing = new CosineAnnealingCallback({ ...config, eta_max: BASE }, { logger });
    const onBatchBegin = async (batch: number) => {
      if (batch === 1) compile(model, tf.train.sgd(BASE));
    };
    await train(model, [annealing, callback({ onBatchBegin })]);
    expect(lines).to.deep.equal([
      `${PREFIX}the optimizer was replaced in the middle of an update, which may have been made at ` +
        'the learning rate of either one; replace it between updates, for example in onEpochBegin',
    ]);
    expect(annealing.step).to.equal(3 * BATCHES);
  });

  it('is no reason to warn if it comes with the same peak, or if eta_max is given', async () => {
    for (const [given, learningRate] of [
      [{}, BASE],
      [{ eta_max: BASE }, 0.01],
    ] as const) {
      const { logger, lines } = recorder();
      const annealing = new CosineAnnealingCallback({ T_0: 1, ...given }, { logger });
      const model = tinyModel();
      await train(model, annealing, { epochs: 1 });
      compile(model, tf.train.adam(learningRate));
      await train(model, annealing, { epochs: 1 });
      expect(lines).to.deep.equal([]);
    }
  });

  it("is refused if its learning rate can't be set, also if it is the right one at that moment", async () => {
    const model = functionalModel();
    const annealing = new CosineAnnealingCallback(config, { logger: null });
    const onEpochBegin = async (epoch: number) => {
      if (epoch === 0) return;
      const next = annealing.schedule?.(1);
      const deaf = Object.defineProperty(tf.train.adam(1), 'learningRate', {
        get: () => next,
        set: () => {},
      });
      compile(model, deaf);
    };
    const error = await rejection(train(model, [annealing, callback({ onEpochBegin })]));
    expect(error.message).to.contain('can be set and read back, but AdamOptimizer did not take');
    expect(annealing.step).to.equal(BATCHES);
  });
});
