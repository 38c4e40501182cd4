import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import { findLearningRate, findLearningRateDataset } from '../../lib/finder/finder';
import type { SearchProgress } from '../../lib/finder/options';
import { setLearningRate } from '../../lib/training/optimizer';
import { trainingBits } from '../support/bits';
import { printedDuring, rejection } from '../support/capture';
import { backends, functionalModel, onBackend, tinyModel } from '../support/models';
import { variants } from '../support/optimizers';

const quick = { epochs: 2, batchSize: 4, budget: 60, verbose: 0 } as const;

/** 40 points of a line, the same every time. */
function line() {
  return tf.tidy(() => {
    const xs = tf.linspace(-1, 1, 80).reshape([40, 2]).sin();
    return { xs, ys: xs.matMul(tf.tensor2d([[2], [-1]])) };
  });
}

/** So many updates, each on the same batch. */
async function update(model: LayersModel, count: number, target = 1): Promise<void> {
  const xs = tf.tidy(() => tf.linspace(-1, 1, 8).reshape([4, 2]));
  const ys = tf.tensor2d([[target], [-2], [0.5], [3]]);
  for (let i = 0; i < count; i++) await model.trainOnBatch(xs, ys);
  tf.dispose([xs, ys]);
}

async function diverge(model: LayersModel): Promise<void> {
  setLearningRate(model.optimizer, 1e30);
  await update(model, 3, Number.NaN);
}

/** Bits of two models can be compared: the names of their weights differ, and aren't training. */
const bits = (model: LayersModel) =>
  JSON.stringify(trainingBits(model), (key, value) => (key === 'originalName' ? undefined : value));

/** A search, whatever comes of it. */
async function search(model: LayersModel, args = {}): Promise<void> {
  const { xs, ys } = line();
  try {
    await findLearningRate(model, xs, ys, { ...quick, ...args });
  } catch (error) {
    if (!(error instanceof CosineAnnealingError) && (error as Error).message !== 'mine') throw error;
  } finally {
    tf.dispose([xs, ys]);
  }
}

async function findOnLine(args: object) {
  const { xs, ys } = line();
  try {
    return await findLearningRate(tinyModel(), xs, ys, { ...quick, ...args });
  } finally {
    tf.dispose([xs, ys]);
  }
}

function fail(): never {
  throw new Error('mine');
}

/** Throws at its seventh batch. */
const broken = () =>
  tf.data.generator(function* () {
    for (let i = 0; i < 6; i++) yield { xs: tf.ones([4, 2]), ys: tf.ones([4, 1]) };
    fail();
  });

const dataset = (batches: number) =>
  tf.data.generator(function* () {
    const { xs, ys } = line();
    for (let i = 0; i < batches; i++) {
      yield { xs: xs.slice([(4 * i) % 40, 0], [4, 2]), ys: ys.slice([(4 * i) % 40, 0], [4, 1]) };
    }
    tf.dispose([xs, ys]);
  });

for (const backend of backends) {
  describe(`A search for a learning rate, on ${backend}`, () => {
    onBackend(backend);

    for (const [name, optimizerWith] of Object.entries(variants)) {
      for (const [state, prepare] of Object.entries({
        before: async () => {},
        after: (model: LayersModel) => update(model, 20),
        'after NaN,': diverge,
      })) {
        it(`${state} training with ${name}, changes no bit of it, nor of the 50 updates after it`, async () => {
          const [searched, other] = [tinyModel(optimizerWith(0.01)), tinyModel(optimizerWith(0.01))];
          for (const model of [searched, other]) await prepare(model);
          const { numTensors } = tf.memory();
          await search(searched);
          expect(tf.memory().numTensors).to.equal(numTensors);
          expect(bits(searched)).to.equal(bits(other));
          for (const model of [searched, other]) await update(model, 50);
          expect(bits(searched)).to.equal(bits(other));
        });
      }
    }

    describe('Whatever ends it', () => {
      const failures: Record<string, (model: LayersModel) => Promise<unknown>> = {
        'the end of its budget': (model) => search(model),
        'an error in onProgress': (model) => search(model, { onProgress: fail }),
        'an error at a later trial': (model) => {
          let calls = 0;
          return search(model, { onProgress: () => ++calls > 2 && fail() });
        },
        'a stop': (model) =>
          search(model, {
            onProgress: () => {
              model.stopTraining = true;
            },
          }),
        'a stop in the middle of a fit': async (model) => {
          const timer = setInterval(() => {
            model.stopTraining = true;
          }, 0);
          await search(model, { yieldEvery: 'batch' });
          clearInterval(timer);
        },
        'a dataset that throws': (model) =>
          findLearningRateDataset(model, broken(), { ...quick, budget: 100 }).catch(() => {}),
        'a dataset without a batch': (model) =>
          findLearningRateDataset(model, dataset(0), quick).catch(() => {}),
        'data that are NaN': async (model) => {
          const [xs, ys] = [tf.fill([40, 2], Number.NaN), tf.zeros([40, 1])];
          await rejection(findLearningRate(model, xs, ys, quick));
          tf.dispose([xs, ys]);
        },
      };
      for (const [what, end] of Object.entries(failures)) {
        it(`leaves everything as it was after ${what}`, async () => {
          const [searched, other] = [tinyModel(tf.train.adam(0.1)), tinyModel(tf.train.adam(0.1))];
          for (const model of [searched, other]) {
            const { xs, ys } = line();
            await model.fit(xs, ys, { epochs: 2, shuffle: false, verbose: 0 });
            tf.dispose([xs, ys]);
          }
          const { history } = searched;
          const { numTensors } = tf.memory();
          await end(searched);
          expect(tf.memory().numTensors).to.equal(numTensors);
          expect(searched.history).to.equal(history);
          expect(searched.stopTraining).to.equal(false);
          expect(bits(searched)).to.equal(bits(other));
          for (const model of [searched, other]) await update(model, 50);
          expect(bits(searched)).to.equal(bits(other));
        });
      }
    });
  });
}

describe('findLearningRate', () => {
  it('tells what a stop found so far', async () => {
    const { xs, ys } = line();
    const model = tinyModel();
    const onProgress = ({ trial }: SearchProgress) => {
      model.stopTraining = trial !== undefined;
    };
    const found = await findLearningRate(model, xs, ys, { ...quick, onProgress });
    expect(found.stopped).to.equal('stopTraining');
    expect(found.trials).to.have.length(1);
    expect(found.eta_max).to.be.greaterThan(0);
    expect(found.spent).to.be.lessThan(60);
  });

  it('returns plain data', async () => {
    const found = await findOnLine({ to: 1e20 });
    expect(JSON.parse(JSON.stringify(found))).to.deep.equal(found);
  });

  it('counts every update, and stays within its budget', async () => {
    for (const budget of [60, 61, 100, 333]) {
      const { learningRates, trials, spent } = await findOnLine({ budget });
      expect(spent).to.be.at.most(budget);
      const whole = trials.filter(({ loss }) => loss !== null);
      expect(spent).to.be.at.least(learningRates.length + whole.reduce((n, { updates }) => n + updates, 0));
    }
  });

  it('takes a third of the planned training by default, at least three epochs, at most 1,000 updates', async () => {
    const budgetOf = async (args: object) => {
      const model = tinyModel();
      const { xs, ys } = line();
      let asked: number | undefined;
      const onProgress = ({ budget }: SearchProgress) => {
        asked = budget;
        model.stopTraining = true;
      };
      await findLearningRate(model, xs, ys, { epochs: 1, batchSize: 1, verbose: 0, onProgress, ...args });
      tf.dispose([xs, ys]);
      return asked;
    };
    expect(await budgetOf({ epochs: 1 })).to.equal(120);
    expect(await budgetOf({ epochs: 11 })).to.equal(120);
    expect(await budgetOf({ epochs: 12 })).to.equal(160);
    expect(await budgetOf({ epochs: 1000 })).to.equal(1000);
    expect(await budgetOf({ epochs: 12, budget: 70 })).to.equal(70);
  });

  it('makes the same trials every time', async () => {
    expect(await findOnLine({})).to.deep.equal(await findOnLine({}));
  });

  it('prints nothing with verbose 0, and one line otherwise', async () => {
    expect(await printedDuring(() => findOnLine({ verbose: 0 }))).to.deep.equal([]);
    const lines = await printedDuring(() => findOnLine({ verbose: 1 }));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^log: findLearningRate: eta_max \S+, after \d+ trials, \d+ updates in all(; .*)?$/,
    );
  });

  it('tells its progress after the sweep and after each trial', async () => {
    const told: SearchProgress[] = [];
    const { trials, spent } = await findOnLine({
      onProgress: (progress: SearchProgress) => void told.push(progress),
    });
    expect(told.map(({ trial }) => trial)).to.deep.equal([undefined, ...trials]);
    expect(told.at(-1)).to.deep.include({ spent, budget: 60 });
  });

  it('judges trials by validation data, and does not train on them', async () => {
    const { xs, ys } = line();
    const split = await findLearningRate(tinyModel(), xs, ys, {
      ...quick,
      shuffle: false,
      validationSplit: 0.5,
    });
    const rows = (tensor: Tensor, from: number) => tensor.slice([from, 0], [20, -1]) as Tensor;
    const validationData: [Tensor, Tensor] = [rows(xs, 20), rows(ys, 20)];
    const given = { ...quick, shuffle: false, validationData };
    const separate = await findLearningRate(tinyModel(), rows(xs, 0), rows(ys, 0), given);
    expect(split).to.deep.equal(separate);
    const other = await findLearningRate(tinyModel(), rows(xs, 0), rows(ys, 0), { ...quick, shuffle: false });
    expect(other.losses).to.deep.equal(split.losses);
    expect(other.trials[0]?.loss).not.to.equal(split.trials[0]?.loss);
  });

  const refused: Record<string, [object, string]> = {
    'a batch of nothing': [{ batchSize: 0 }, 'batchSize'],
    'a missing length': [{ epochs: undefined }, 'epochs'],
    'an infinite length': [{ epochs: Infinity }, 'epochs'],
    'half an epoch': [{ epochs: 0.5 }, 'epochs'],
    'a length that is text': [{ epochs: '3' }, 'epochs'],
    callbacks: [{ callbacks: [] }, 'callbacks'],
    initialEpoch: [{ initialEpoch: 2 }, 'initialEpoch'],
    'a range upside down': [{ from: 1, to: 0.1 }, 'to'],
    'an empty range': [{ from: 1, to: 1 }, 'to'],
    'a rate of null': [{ from: null }, 'from'],
    'a rate of 0': [{ from: 0 }, 'from'],
    'a rate that is no number': [{ to: Number.NaN }, 'to'],
    'a few steps': [{ steps: 9 }, 'steps'],
    'more steps than budget': [{ steps: 60 }, 'steps'],
    'a small budget': [{ budget: 59 }, 'budget'],
    'few data without a budget': [{ epochs: 3, budget: undefined }, 'budget'],
    'an onProgress that is text': [{ onProgress: 'log' }, 'onProgress'],
  };
  for (const [what, [args, path]] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      const error = (await rejection(findOnLine(args))) as CosineAnnealingError;
      expect(error).to.be.instanceOf(CosineAnnealingError);
      expect(error.problems.map((problem) => problem.path)).to.deep.equal([[path]]);
    });
  }

  it('lists every problem at once', async () => {
    const error = await rejection(findOnLine({ epochs: 0, from: -1, steps: 1, callbacks: {} }));
    expect((error as CosineAnnealingError).problems).to.have.length(4);
  });

  it('refuses a model that is not compiled, or is in training', async () => {
    const { xs, ys } = line();
    const raw = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    expect((await rejection(findLearningRate(raw, xs, ys, quick))).message).to.match(/isn't compiled/);
    for (const model of [tinyModel(), functionalModel()]) {
      const fit = model.fit(xs, ys, { epochs: 2, verbose: 0 });
      expect((await rejection(findLearningRate(model, xs, ys, quick))).message).to.match(/is in training/);
      await fit;
    }
  });

  it('refuses another number of targets than of inputs, and to be called without arguments', async () => {
    const { xs } = line();
    const error = await rejection(findLearningRate(tinyModel(), xs, tf.ones([39, 1]), quick));
    expect(error.message).to.equal(
      '`ys`: expected 40 samples in every tensor, as in the first of xs, got 39',
    );
    for (const args of [undefined, null, 5]) {
      const { message } = await rejection(findLearningRate(tinyModel(), xs, xs, args as never));
      expect(message).to.match(/^`args`: expected an object such as \{ epochs: 15 \}/);
    }
  });

  it('refuses what is no tensor', async () => {
    const error = await rejection(findLearningRate(tinyModel(), [1, 2] as never, 'ys' as never, quick));
    expect((error as CosineAnnealingError).problems.map(({ path }) => path)).to.deep.equal([['xs'], ['ys']]);
  });

  it('says that nothing can be learned from a constant loss', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    const loss = (_: Tensor, predicted: Tensor) => predicted.mul(0).mean().add(1);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: loss as never });
    const { xs, ys } = line();
    expect((await rejection(findLearningRate(model, xs, ys, quick))).message).to.match(/same loss/);
  });

  it('says that nothing was learned yet, and that its peak is a guess', async () => {
    const noise = tf.randomNormal([400, 2], 0, 1, 'float32', 1);
    const ys = tf.randomNormal([400, 1], 0, 1, 'float32', 2);
    let found: Awaited<ReturnType<typeof findLearningRate>> | undefined;
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'zeros' })],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const lines = await printedDuring(async () => {
      found = await findLearningRate(model, noise, ys, { ...quick, budget: 100, verbose: 1 });
    });
    expect(found?.learned).to.equal(false);
    expect(lines.join()).to.match(/too few to learn anything, .* set a larger budget, such as 250$/);
  });

  it('says that a search of few updates may be far from the best, and how many are enough', async () => {
    const { xs, ys } = line();
    const printed = (budget: number) =>
      printedDuring(() => findLearningRate(tinyModel(), xs, ys, { ...quick, budget, verbose: 1 }));
    expect((await printed(200)).join()).to.match(/with so few, .* set budget: 250$/);
    expect((await printed(250)).join()).to.match(/updates in all$/);
  });

  it('names a lower start that can be given if everything diverges', async () => {
    const { xs, ys } = line();
    const far = xs.mul(1e6);
    const error = (await rejection(
      findLearningRate(tinyModel(), far as never, ys, { ...quick, from: 1e-4 }),
    )) as CosineAnnealingError;
    expect(error.problems[0]?.cure).to.match(/set from: 1e-7$/);
  });

  it('says that a loss is not finite from the beginning', async () => {
    const error = await rejection(
      findLearningRate(tinyModel(), tf.fill([40, 2], Number.NaN), tf.zeros([40, 1]), quick),
    );
    expect(error.message).to.match(/isn't finite at the first update/);
  });
});

describe('findLearningRateDataset', () => {
  it('finds on a dataset what findLearningRate finds on its tensors', async () => {
    const { xs, ys } = line();
    const args = { ...quick, shuffle: false };
    const onTensors = await findLearningRate(tinyModel(), xs, ys, args);
    for (const data of [dataset(10), () => dataset(10), async () => dataset(10)]) {
      expect(await findLearningRateDataset(tinyModel(), data, quick)).to.deep.equal(onTensors);
    }
  });

  it('reads the dataset once, and no further than the longest training', async () => {
    let read = 0;
    const counted = tf.data.generator(function* () {
      for (;;) {
        read++;
        yield { xs: tf.ones([4, 2]).mul(Math.sin(read)), ys: tf.ones([4, 1]).mul(Math.sin(read)) };
      }
    });
    const { trials, learningRates } = await findLearningRateDataset(tinyModel(), counted, quick);
    const lengths = trials.map(({ updates }) => updates);
    expect(read).to.equal(Math.max(learningRates.length, ...lengths));
  });

  it('refuses a dataset that the planned training would exhaust', async () => {
    const error = await rejection(
      findLearningRateDataset(tinyModel(), dataset(5), { ...quick, batchesPerEpoch: 10 }),
    );
    expect(error.message).to.match(/ends after 5 of the 20 batches/);
  });

  it('refuses what is no dataset', async () => {
    for (const data of [undefined, [], () => 5]) {
      const error = await rejection(findLearningRateDataset(tinyModel(), data as never, quick));
      expect((error as CosineAnnealingError).problems[0]?.path).to.deep.equal(['dataset']);
    }
  });

  it('passes on what the dataset throws', async () => {
    expect((await rejection(findLearningRateDataset(tinyModel(), broken(), quick))).message).to.match(
      /mine$/,
    );
  });
});
