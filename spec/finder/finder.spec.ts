import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import { findLearningRate, findLearningRateDataset } from '../../lib/finder/finder';
import { setLearningRate } from '../../lib/training/optimizer';
import { trainingBits } from '../support/bits';
import { variants } from '../support/optimizers';
import { backends, functionalModel, onBackend, printedDuring, rejection, tinyModel } from '../support/training';

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
  });
}
