// Situations of people who train, each with the learning rates and messages that are right, in real fits.
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel, ModelFitArgs } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import {
  CosineAnnealingCallback,
  type CosineAnnealingConfig,
  type CosineAnnealingOptions,
  fromKeras,
  fromOptax,
  fromPyTorch,
  fromTimm,
  fromTransformers,
  setLearningRate,
} from '../../lib';
import { recorder, rejection } from '../support/capture';
import { onBackend, ratesOf } from '../support/models';

const SAMPLES = 40;

function modelWith(optimizer: Optimizer = tf.train.sgd(0.1)): LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

/** Fits of 40 samples; 5 batches an epoch if not said otherwise. The rate of each epoch's last update. */
async function trainOn(
  model: LayersModel,
  annealing: CosineAnnealingCallback,
  args: ModelFitArgs,
): Promise<number[]> {
  const [x, y] = [tf.ones([SAMPLES, 2]), tf.zeros([SAMPLES, 1])];
  try {
    const { history } = await model.fit(x, y, { batchSize: 8, verbose: 0, callbacks: [annealing], ...args });
    return history['lr'] as number[];
  } finally {
    tf.dispose([x, y]);
  }
}

/** A callback, the ends that it told, and the warnings that it gave. */
function annealingWith(config: CosineAnnealingConfig, options: CosineAnnealingOptions = {}) {
  const { logger, warnings } = recorder();
  const ends: string[] = [];
  const annealing = new CosineAnnealingCallback(config, {
    logger,
    onCycleEnd: ({ cycle, epoch }) => void ends.push(`cycle ${cycle} in epoch ${epoch}`),
    ...options,
  });
  return { annealing, ends, warnings };
}

const near = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual).to.have.length(expected.length);
  for (const [i, rate] of expected.entries()) expect(actual[i], `epoch ${i}`).to.be.closeTo(rate, 5e-7);
};

describe('An optimizer that is replaced within a fit', () => {
  onBackend('cpu');

  /** Target 0 and input 1: an update of SGD multiplies the weight by 1 - 2 lr. */
  async function trainedRates(replace: (model: LayersModel) => void, isInFront: boolean, asFunction = false) {
    const input = tf.input({ shape: [1] });
    const dense = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' });
    const model = tf.model({ inputs: input, outputs: dense.apply(input) as typeof input });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const weights = [1];
    const hooks = {
      onEpochBegin: async (epoch: number) => {
        if (epoch === 2) replace(model);
      },
      onBatchEnd: async () => void weights.push(model.getWeights()[0]?.dataSync()[0] ?? Number.NaN),
    };
    const options = asFunction ? { optimizer: () => model.optimizer } : {};
    const { annealing, warnings } = annealingWith({ T_0: 4 }, options);
    const stage = new tf.CustomCallback(hooks);
    const beside = isInFront ? [stage, annealing] : [annealing, stage];
    const callbacks = asFunction ? [{}, annealing, hooks] : beside;
    const { history } = await model.fit(tf.ones([8, 1]), tf.zeros([8, 1]), {
      epochs: 4,
      batchSize: 8,
      verbose: 0,
      callbacks: callbacks as CustomCallback[],
    });
    const rates = weights.slice(1).map((weight, i) => (1 - weight / (weights[i] ?? 1)) / 2);
    return { rates, logged: history['lr'] as number[], warnings: warnings() };
  }

  const ways: Record<string, (model: LayersModel) => void> = {
    'by compile': (model) => model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' }),
    'by assignment': (model) => {
      model.optimizer = tf.train.sgd(0.01);
    },
  };
  for (const [way, replace] of Object.entries(ways)) {
    for (const isInFront of [true, false]) {
      it(`trains at the schedule's rates: ${way}, by a callback ${isInFront ? 'in front' : 'behind'}`, async () => {
        const { rates, logged, warnings } = await trainedRates(replace, isInFront);
        near(rates, [0.1, 0.085355, 0.05, 0.014645]);
        near(logged, [0.1, 0.085355, 0.05, 0.014645]);
        expect(warnings).to.have.length(1);
        expect(warnings[0])
          .to.contain('another optimizer, whose learning rate is 0.01')
          .and.to.contain('0.1');
      });
    }
  }

  it("trains at the schedule's rates behind a plain object, if the optimizer is given as a function", async () => {
    const { rates } = await trainedRates(ways['by compile'] ?? (() => {}), false, true);
    near(rates, [0.1, 0.085355, 0.05, 0.014645]);
  });
});

describe('Training after the last cycle', () => {
  onBackend('cpu');

  const sources: Record<string, CosineAnnealingConfig> = {
    'cycles: 1': { T_0: 10, cycles: 1 },
    fromTimm: fromTimm({ t_initial: 10, base_lr: 0.1 }),
    fromPyTorch: fromPyTorch({ T_max: 10, base_lr: 0.1 }),
    fromKeras: fromKeras({
      class_name: 'CosineDecay',
      config: { initial_learning_rate: 0.1, decay_steps: 50 },
    }),
    fromOptax: fromOptax({ init_value: 0.1, decay_steps: 50 }),
    fromTransformers: fromTransformers({ num_warmup_steps: 0, num_training_steps: 50, base_lr: 0.1 }),
  };
  for (const [name, config] of Object.entries(sources)) {
    it(`at 0 is warned of before it begins, with cures that work: ${name}`, async () => {
      const { annealing, warnings } = annealingWith(config);
      await trainOn(modelWith(), annealing, { epochs: 20 });
      const [from, to] = config.unit === 'batch' ? [50, 100] : [10, 20];
      expect(warnings()[0]).to.contain(`nothing is learned from ${config.unit ?? 'epoch'} ${from} to ${to}`);
      expect(warnings()).to.have.length(1);
      const stopped = annealingWith({ ...config, afterLastCycle: 'stop' });
      expect(await trainOn(modelWith(), stopped.annealing, { epochs: 20 })).to.have.length(10);
      expect(stopped.warnings()).to.deep.equal([]);
      const shorter = annealingWith(config);
      await trainOn(modelWith(), shorter.annealing, { epochs: 10 });
      expect(shorter.warnings()).to.deep.equal([]);
    });
  }

  it('is warned of by the fit that crosses the end, also of a training that was resumed', async () => {
    const first = annealingWith({ T_0: 10, cycles: 1 });
    await trainOn(modelWith(), first.annealing, { epochs: 10 });
    expect(first.warnings()).to.deep.equal([]);
    const { logger, warnings } = recorder();
    const resumed = CosineAnnealingCallback.fromJSON(JSON.stringify(first.annealing), { logger });
    await trainOn(modelWith(), resumed, { initialEpoch: 10, epochs: 20 });
    expect(warnings().join()).to.contain('nothing is learned from epoch 10 to 20');
  });

  it('at an eta_min above 0 is no reason to warn', async () => {
    const { annealing, warnings } = annealingWith({ T_0: 2, cycles: 1, eta_min: 0.001 });
    await trainOn(modelWith(), annealing, { epochs: 4 });
    expect(warnings()).to.deep.equal([]);
  });
});

describe("afterLastCycle: 'stop'", () => {
  onBackend('cpu');

  it('stops, also if the last cycle has no update', async () => {
    const shrinking = {
      T_0: 5,
      T_mult: 0.5,
      cycles: 5,
      updateFreq: 'epoch',
      afterLastCycle: 'stop',
    } as const;
    expect(await trainOn(modelWith(), annealingWith(shrinking).annealing, { epochs: 50 })).to.have.length(10);
    const short = annealingWith({ T_0: 0.3, cycles: 3, afterLastCycle: 'stop' });
    expect(await trainOn(modelWith(), short.annealing, { epochs: 50, batchSize: SAMPLES })).to.have.length(1);
    expect(short.ends).to.deep.equal(['cycle 0 in epoch 0']);
  });

  it('stops again each time training reaches the end, and says so if that is where it begins', async () => {
    const { annealing, ends, warnings } = annealingWith({ T_0: 3, cycles: 1, afterLastCycle: 'stop' });
    const model = modelWith();
    expect(await trainOn(model, annealing, { epochs: 9 })).to.have.length(3);
    expect(annealing.step).to.equal(15);
    expect(warnings()).to.deep.equal([]);
    expect(await trainOn(model, annealing, { initialEpoch: 3, epochs: 6 })).to.deep.equal([0]);
    expect(annealing.step).to.equal(16);
    expect(annealing.history.at(-1)).to.include({ learningRate: 0, epoch: 3, phase: 'hold' });
    expect(warnings().join()).to.contain('the last cycle is over, so training stops after one batch');
    expect(await trainOn(model, annealing, { initialEpoch: 1, epochs: 9 })).to.have.length(2);
    expect(ends).to.deep.equal(['cycle 0 in epoch 2', 'cycle 0 in epoch 2']);
  });

  it('trains one cycle after the other with open-ended epochs', async () => {
    const { annealing } = annealingWith({ T_0: 1, T_mult: 2, cycles: 2, afterLastCycle: 'stop' });
    near(
      await trainOn(modelWith(), annealing, { epochs: Infinity, batchSize: 20 }),
      [0.05, 0.085355, 0.014645],
    );
  });
});

describe('A cycle end', () => {
  onBackend('cpu');

  it('is told each time training passes it', async () => {
    const { annealing, ends } = annealingWith({ cycles: [2] });
    const model = modelWith();
    await trainOn(model, annealing, { epochs: 3 });
    await trainOn(model, annealing, { initialEpoch: 1, epochs: 2 });
    expect(ends).to.deep.equal(['cycle 0 in epoch 1', 'cycle 0 in epoch 1']);
  });

  it('is told by the next fit if a callback in front threw at the end of its epoch', async () => {
    const { annealing, ends } = annealingWith({ T_0: 5, unit: 'batch' });
    const model = modelWith();
    const fails = new tf.CustomCallback({
      onEpochEnd: async () => {
        throw new Error('in front');
      },
    });
    await rejection(trainOn(model, annealing, { epochs: 1, callbacks: [fails, annealing] }));
    expect(ends).to.deep.equal([]);
    await trainOn(model, annealing, { epochs: 2 });
    expect(ends).to.deep.equal(['cycle 0 in epoch 0', 'cycle 1 in epoch 0', 'cycle 2 in epoch 1']);
  });
});

describe('endpoint', () => {
  onBackend('cpu');

  it('brings the last update of each cycle to eta_min, and a cosine of one update to eta_max', async () => {
    const byEpoch = annealingWith({ cycles: 3, endpoint: true, updateFreq: 'epoch' });
    near(await trainOn(modelWith(), byEpoch.annealing, { epochs: 5 }), [0.1, 0, 0.085355, 0, 0.1]);
    const byBatch = annealingWith({ cycles: 5, endpoint: true });
    const model = modelWith();
    const rates = ratesOf(model);
    await trainOn(model, byBatch.annealing, { epochs: 2, batchSize: 16 });
    near(rates, [0.1, 0, 0.1, 0.1, 0.1, 0.1]);
  });
});

describe('A new callback on an annealed optimizer', () => {
  onBackend('cpu');

  it('begins at the same peak in each fold', async () => {
    const optimizer = tf.train.adam(0.1);
    for (let fold = 0; fold < 3; fold++) {
      const { annealing } = annealingWith({ T_0: 3, updateFreq: 'epoch' });
      near(await trainOn(modelWith(optimizer), annealing, { epochs: 3 }), [0.1, 0.075, 0.025]);
    }
  });

  it('begins at the same peak after an endpoint of 0', async () => {
    const model = modelWith();
    for (let i = 0; i < 2; i++) {
      const { annealing } = annealingWith({ T_0: 2, endpoint: true, updateFreq: 'epoch' });
      near(await trainOn(model, annealing, { epochs: 2 }), [0.1, 0]);
    }
  });

  it('begins at a rate that somebody set since', async () => {
    const optimizer = tf.train.sgd(0.1);
    await trainOn(modelWith(optimizer), annealingWith({ T_0: 2 }).annealing, { epochs: 2 });
    setLearningRate(optimizer, 0.05);
    const { annealing } = annealingWith({ T_0: 2, updateFreq: 'epoch' });
    near(await trainOn(modelWith(optimizer), annealing, { epochs: 2 }), [0.05, 0.025]);
  });
});

describe('Fine-tuning with the same callback', () => {
  onBackend('cpu');

  it('is told both rates if the new optimizer has another one than the peak', async () => {
    const { annealing, warnings } = annealingWith({ T_0: 5, updateFreq: 'epoch' });
    const model = modelWith(tf.train.adam(1e-3));
    await trainOn(model, annealing, { epochs: 5 });
    model.compile({ optimizer: tf.train.adam(1e-4), loss: 'meanSquaredError' });
    await trainOn(model, annealing, { initialEpoch: 5, epochs: 10 });
    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.contain('0.0001').and.to.contain('0.001');
  });
});

describe('The clock', () => {
  onBackend('cpu');

  it('begins a stage at the peak with `start`, and says where a new callback begins without', async () => {
    const stage = annealingWith({ T_0: 15, eta_min: 1e-4, updateFreq: 'epoch', start: 5 });
    const rates = await trainOn(modelWith(), stage.annealing, { initialEpoch: 5, epochs: 20 });
    near(rates.slice(0, 3), [0.1, 0.098908, 0.095682]);
    expect(rates[14]).to.be.closeTo(0.0011915, 5e-8);
    expect(stage.annealing.history.restarts).to.deep.equal([]);
    expect(stage.warnings()).to.deep.equal([]);
    const without = annealingWith({ T_0: 15, updateFreq: 'epoch' });
    await trainOn(modelWith(), without.annealing, { initialEpoch: 5, epochs: 15 });
    expect(without.warnings().join()).to.contain('begins at epoch 5, inside cycle 0');
  });

  it('is set by an initialEpoch after fits without one', async () => {
    const { annealing } = annealingWith({ T_0: 10, updateFreq: 'epoch', eta_max: 0.1 });
    const model = modelWith();
    await trainOn(model, annealing, { epochs: 5 });
    await trainOn(model, annealing, { epochs: 3 });
    expect(annealing.epoch).to.equal(8);
    near(await trainOn(model, annealing, { initialEpoch: 5, epochs: 6 }), [0.05]);
  });

  it('goes on over open-ended fits that were stopped', async () => {
    const { annealing } = annealingWith({ T_0: 2, updateFreq: 'epoch' });
    const model = modelWith();
    for (let i = 0; i < 2; i++) {
      const stop = new tf.CustomCallback({
        onEpochEnd: async (epoch) => {
          if (epoch === 1) model.stopTraining = true;
        },
      });
      const args = { epochs: Number.MAX_SAFE_INTEGER, callbacks: [annealing, stop] };
      near(await trainOn(model, annealing, args), [0.1, 0.05]);
    }
    expect(annealing.epoch).to.equal(4);
  });
});

describe('A fit that is refused', () => {
  onBackend('cpu');

  it('leaves no trace', async () => {
    const { annealing } = annealingWith({ cycles: 1, unit: 'batch' });
    const data = tf.data.generator(function* () {
      yield { xs: tf.ones([1, 2]), ys: tf.zeros([1, 1]) };
    });
    const args = { epochs: 3, verbose: 0 as const, callbacks: [annealing] };
    const error = await rejection(modelWith(tf.train.sgd(0.4)).fitDataset(data, args));
    expect(error.message).to.contain('`total`');
    expect(annealing.config).to.not.have.any.keys('eta_max', 'total');
    near((await trainOn(modelWith(), annealing, { epochs: 2 })).slice(0, 1), [0.0654508]);
  });

  it('names `epochs` if the cycles should fill an open end, and the cure works', async () => {
    const error = await rejection(
      trainOn(modelWith(), annealingWith({ cycles: 2 }).annealing, { epochs: Infinity }),
    );
    expect(error.message).to.match(/^`epochs`: .* got Infinity; set `total`/);
    const { annealing } = annealingWith({ cycles: 2, total: 4, afterLastCycle: 'stop' });
    expect(await trainOn(modelWith(), annealing, { epochs: Infinity })).to.have.length(4);
  });
});

describe('Messages', () => {
  onBackend('cpu');

  it('plan the restart at the first update of a later fit', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, verbose: 1 }, { logger });
    const model = modelWith();
    await trainOn(model, annealing, { epochs: 3 });
    await trainOn(model, annealing, { initialEpoch: 3, epochs: 7 });
    const plans = lines.filter((line) => line.includes('plan:'));
    expect(plans[1]).to.contain('with a warm restart at epoch 3');
  });

  it('judge a loop of fits by its total, once', async () => {
    const right = annealingWith({ T_0: 1, T_mult: 2, total: 7, updateFreq: 'batch' });
    const wrong = annealingWith({ T_0: 1, T_mult: 2, total: 8 });
    const model = modelWith();
    for (const { annealing } of [right, wrong]) {
      for (let i = 0; i < 3; i++) await trainOn(model, annealing, { epochs: 1 });
    }
    expect(right.warnings()).to.deep.equal([]);
    expect(wrong.warnings()).to.have.length(1);
    expect(wrong.warnings()[0]).to.contain('ends at epoch 8').and.to.contain('`total: 15`');
  });

  it('tell a length in batches by its size, with the unit as the cure', async () => {
    const { annealing, warnings } = annealingWith({ T_0: 15 });
    await trainOn(modelWith(), annealing, { epochs: 3 });
    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.contain("`unit: 'batch'`");
  });

  it('tell that batches are counted, and the rate set once an epoch', async () => {
    const config = { ...fromPyTorch({ T_max: 20, base_lr: 0.5 }), unit: 'batch' } as const;
    const { annealing, warnings } = annealingWith(config);
    await trainOn(modelWith(), annealing, { epochs: 4 });
    expect(warnings().join()).to.contain("`updateFreq: 'batch'`");
    const cured = annealingWith({ ...config, updateFreq: 'batch' });
    await trainOn(modelWith(), cured.annealing, { epochs: 4 });
    expect(cured.warnings()).to.deep.equal([]);
  });

  it('tell another writer also within an epoch, and in the last one', async () => {
    const { annealing, warnings } = annealingWith({ T_0: 1, T_mult: 2, updateFreq: 'epoch' });
    const model = modelWith();
    const writer = new tf.CustomCallback({
      onBatchBegin: async (batch) => {
        if (batch === 4) setLearningRate(model.optimizer, 0.9);
      },
    });
    await trainOn(model, annealing, { epochs: 1, callbacks: [annealing, writer] });
    expect(warnings().join()).to.contain('set the learning rate to 0.9').and.to.contain('0.1');
  });
});

describe('An epoch that was cut short', () => {
  onBackend('cpu');

  it("isn't taken for the number of batches behind a plain object; a whole one is", async () => {
    const model = modelWith();
    const { annealing } = annealingWith({ T_0: 1 }, { optimizer: model.optimizer });
    const stop = {
      onBatchEnd: async (batch: number) => {
        if (batch === 2) model.stopTraining = true;
      },
    };
    const data = () =>
      tf.data.generator(function* () {
        for (let i = 0; i < 10; i++) yield { xs: tf.ones([1, 2]), ys: tf.zeros([1, 1]) };
      });
    await model.fitDataset(data(), {
      epochs: 1,
      verbose: 0,
      callbacks: [stop, annealing] as CustomCallback[],
    });
    expect(annealing.config.batchesPerEpoch).to.equal(undefined);
    await model.fitDataset(data(), {
      epochs: 2,
      verbose: 0,
      callbacks: [{}, annealing] as CustomCallback[],
    });
    expect(annealing.config.batchesPerEpoch).to.equal(10);
  });
});
