import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import { SnapshotEnsemble } from '../../lib/snapshots/ensemble';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { bitsOf, trainingBits, weightBits } from '../support/bits';
import { rejection } from '../support/capture';
import { BATCHES, train } from '../support/datasets';
import { callback } from '../support/drive';
import { backends, onBackend, tinyModel } from '../support/models';

const inputs = (rows: number) => tf.tidy(() => tf.linspace(-2, 2, 2 * rows).reshape([rows, 2]));

/** What onCycleEnd is told, for a test that trains no cycles. */
const end = (model: LayersModel | undefined, cycle = 0, logs: Record<string, number> = {}) => ({
  cycle,
  epoch: cycle,
  step: cycle,
  learningRate: 0.1,
  model,
  logs,
});

/** Members with so many different weights. */
function ensembleOf(model: LayersModel, count: number, keep: number | 'all' = 'all'): SnapshotEnsemble {
  const ensemble = new SnapshotEnsemble({ keep });
  for (let i = 0; i < count; i++) {
    change(model, i + 1);
    ensemble.add(end(model, i));
  }
  return ensemble;
}

/** Gives every weight other values. */
const change = (model: LayersModel, seed: number) =>
  tf.tidy(() =>
    model.setWeights(model.getWeights().map(({ shape }) => tf.randomNormal(shape, 0, 1, 'float32', seed))),
  );

/** The average of what the members say one after the other. */
function averageOfMembers(
  ensemble: SnapshotEnsemble,
  model: LayersModel,
  x: Tensor,
  batchSize: number,
): number[][] {
  return tf.tidy(() => {
    const predictions = ensemble.members.map((_, i) => {
      ensemble.restore(i);
      return [model.predict(x, { batchSize })].flat();
    });
    return [...(predictions[0]?.keys() ?? [])].map((output) =>
      bitsOf(tf.div(tf.addN(predictions.map((all) => all[output] as Tensor)), predictions.length)),
    );
  });
}

function twoOutputs(): LayersModel {
  const input = tf.input({ shape: [2] });
  const hidden = tf.layers.dense({ units: 3, activation: 'tanh' }).apply(input);
  const outputs = [1, 2].map((units) => tf.layers.dense({ units }).apply(hidden));
  return tf.model({ inputs: input, outputs: outputs as (typeof input)[] });
}

const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof CosineAnnealingError) return error.message;
    throw error;
  }
  throw new Error('expected a refusal');
};

for (const backend of backends) {
  describe(`A snapshot ensemble, on ${backend}`, () => {
    onBackend(backend);

    it("predicts the average of its members' predictions, batch by batch, and leaves the model alone", () => {
      const model = tinyModel();
      const ensemble = ensembleOf(model, 3);
      change(model, 7);
      const before = trainingBits(model);
      const x = inputs(5);
      const { numTensors } = tf.memory();
      const prediction = ensemble.predict(x, { batchSize: 2 }) as Tensor;
      expect(tf.memory().numTensors).to.equal(numTensors + 1);
      expect(trainingBits(model)).to.deep.equal(before);
      expect(prediction.shape).to.deep.equal([5, 1]);
      expect([bitsOf(prediction)]).to.deep.equal(averageOfMembers(ensemble, model, x, 2));
    });

    it('predicts a tensor for each output of a Functional model', () => {
      const model = twoOutputs();
      const ensemble = ensembleOf(model, 2);
      const x = inputs(4);
      const { numTensors } = tf.memory();
      const predictions = ensemble.predict(x) as Tensor[];
      expect(tf.memory().numTensors).to.equal(numTensors + 2);
      expect(predictions.map(({ shape }) => shape)).to.deep.equal([
        [4, 1],
        [4, 2],
      ]);
      expect(predictions.map(bitsOf)).to.deep.equal(averageOfMembers(ensemble, model, x, 32));
    });
  });
}

describe('A snapshot ensemble', () => {
  it('gets its members at the ends of cycles, and knows which', async () => {
    const model = tinyModel();
    const ensemble = new SnapshotEnsemble();
    const weights: number[][][] = [];
    const annealing = new CosineAnnealingCallback({ T_0: 1, eta_min: 0.01 }, { onCycleEnd: ensemble.add });
    const observer = callback({ onEpochEnd: async () => void weights.push(weightBits(model)) });
    await train(model, [annealing, observer], { epochs: 3 });
    expect(ensemble.members.map(({ cycle, epoch, step }) => [cycle, epoch, step])).to.deep.equal([
      [1, 1, 2 * BATCHES - 1],
      [2, 2, 3 * BATCHES - 1],
    ]);
    expect(ensemble.members[0]?.logs).to.have.property('loss');
    for (const i of [0, 1]) {
      ensemble.restore(i);
      expect(weightBits(model)).to.deep.equal(weights[i + 1]);
    }
  });

  it('keeps the newest so many: two, unless told otherwise', () => {
    const cycles = (keep?: number | 'all') => {
      const ensemble = keep === undefined ? new SnapshotEnsemble() : new SnapshotEnsemble({ keep });
      const model = tinyModel();
      for (const cycle of [0, 1, 2, 3]) ensemble.add(end(model, cycle));
      return ensemble.members.map(({ cycle }) => cycle);
    };
    expect(cycles()).to.deep.equal([2, 3]);
    expect(cycles(1)).to.deep.equal([3]);
    expect(cycles(3)).to.deep.equal([1, 2, 3]);
    expect(cycles('all')).to.deep.equal([0, 1, 2, 3]);
  });

  it('changes nothing in a fit that it predicts in', async () => {
    const alone = tinyModel(tf.train.adam(0.1));
    await train(alone, callback({}));
    const model = tinyModel(tf.train.adam(0.1));
    const ensemble = new SnapshotEnsemble();
    const x = inputs(4);
    const observer = callback({
      onBatchEnd: async () => {
        ensemble.add(end(model));
        tf.dispose(ensemble.predict(x));
      },
    });
    await train(model, observer);
    expect(weightBits(model)).to.deep.equal(weightBits(alone));
  });

  it('starts each member of a stateful RNN from the states that it finds, and leaves them there', async () => {
    const model = tf.sequential({
      layers: [tf.layers.gru({ units: 2, stateful: true, batchInputShape: [4, 3, 1] })],
    });
    const x = tf.tidy(() => tf.linspace(-1, 1, 24).reshape([8, 3, 1]));
    const ensemble = ensembleOf(model, 2);
    const predictions = () => {
      const { numTensors } = tf.memory();
      const bits = tf.tidy(() => bitsOf(ensemble.predict(x, { batchSize: 4 }) as Tensor));
      expect(tf.memory().numTensors).to.equal(numTensors);
      return bits;
    };
    const first = predictions();
    expect(predictions()).to.deep.equal(first);
    tf.dispose(model.predict(x, { batchSize: 4 }));
    expect(predictions()).not.to.deep.equal(first);
  });

  it('averages the weights of its members into the model', () => {
    const model = tinyModel();
    const ensemble = new SnapshotEnsemble({ keep: 3 });
    for (const value of [9, 1, 2, 6]) {
      tf.tidy(() => model.setWeights(model.getWeights().map(({ shape }) => tf.fill(shape, value))));
      ensemble.add(end(model));
    }
    const { numTensors } = tf.memory();
    ensemble.average();
    expect(tf.memory().numTensors).to.equal(numTensors);
    for (const weights of model.getWeights()) expect(new Set(weights.dataSync())).to.deep.equal(new Set([3]));
  });

  for (const [name, layers] of Object.entries({
    'in a Sequential model': () => [tf.layers.batchNormalization({ inputShape: [1] })],
    'in a nested model': () => [
      tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [1], momentum: 0.5 })] }),
    ],
  })) {
    it(`estimates batch normalization anew ${name}: its moving averages are those of the batches`, () => {
      const model = tf.sequential({ layers: layers() });
      const ensemble = ensembleOf(model, 2);
      const before = weightBits(model);
      expect(refused(() => ensemble.average())).to.equal(
        '`xs`: is needed, since the model has batch normalization; pass training inputs, for the moving averages',
      );
      expect(weightBits(model)).to.deep.equal(before);
      tf.tidy(() =>
        model.setWeights(
          model
            .getWeights()
            .map(tf.onesLike)
            .map((ones) => ones.div(0).sub(1 / 0)),
        ),
      );
      ensemble.add(end(model)); // whose averages are no numbers
      const xs = tf.tensor2d([[1], [3], [5], [9], [3], [3]]); // by batches of two: means 2, 7, 3; variances 1, 4, 0
      const { numTensors } = tf.memory();
      ensemble.average(xs.slice(0, 4), { batchSize: 2 });
      expect(tf.memory().numTensors).to.equal(numTensors + 1); // the slice
      const [, , mean, variance] = model.getWeights().map((weights) => weights.dataSync()[0]);
      expect([mean, variance]).to.deep.equal([4.5, 2.5]);
      ensemble.average(xs, { batchSize: 4 }); // four, of mean 4.5, then two, of 3
      expect(model.getWeights()[2]?.dataSync()[0]).to.equal(4);
      expect(momentumIn(model)).to.equal(name.includes('nested') ? 0.5 : 0.99);
    });
  }

  it('leaves the model as it was if the inputs that it is given for batch normalization do not fit', () => {
    const model = tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [2] })] });
    const ensemble = ensembleOf(model, 2);
    change(model, 7);
    const before = weightBits(model);
    const { numTensors } = tf.memory();
    const xs = tf.ones([4, 3]);
    expect(() => ensemble.average(xs)).to.throw();
    expect(weightBits(model)).to.deep.equal(before);
    xs.dispose();
    expect(tf.memory().numTensors).to.equal(numTensors);
  });

  it('finds its best member as earlyStopping judges: less is better, but of an accuracy more', () => {
    const ensemble = new SnapshotEnsemble({ keep: 'all' });
    const model = tinyModel();
    for (const [loss, acc] of [
      [Number.NaN, Number.NaN],
      [0.5, 0.6],
      [0.2, 0.9],
      [0.2, 0.9],
      [0.3, 0.7],
    ] as const) {
      ensemble.add(end(model, 0, { val_loss: loss, val_acc: acc }));
    }
    expect(ensemble.best('val_loss')).to.equal(2);
    expect(ensemble.best('val_acc')).to.equal(2);
    expect(ensemble.best('val_loss', 'max')).to.equal(1);
    expect(ensemble.best('val_acc', 'min')).to.equal(1);
  });

  it('keeps members that were added within a tidy', () => {
    const model = tinyModel();
    const ensemble = new SnapshotEnsemble();
    tf.tidy(() => ensemble.add(end(model)));
    ensemble.restore(0);
    expect(weightBits(model)).to.deep.equal(weightBits(tinyModel()));
  });

  it('frees everything, and then takes another model', () => {
    const [model, other] = [tinyModel(), tinyModel()];
    const { numTensors } = tf.memory();
    const ensemble = ensembleOf(model, 5, 2);
    expect(tf.memory().numTensors).to.equal(numTensors + 2 * 2);
    ensemble.dispose();
    ensemble.dispose();
    expect(tf.memory().numTensors).to.equal(numTensors);
    expect(refused(() => ensemble.average())).to.contain('has no members');
    ensemble.add(end(other));
    expect(ensemble.members).to.have.length(1);
    ensemble.dispose();
  });

  it('goes on with a Sequential model that was compiled anew, and with layers that were frozen', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [2] }), tf.layers.dense({ units: 1 })],
    });
    const ensemble = new SnapshotEnsemble();
    const compile = () => model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const trainCycle = () => {
      const annealing = new CosineAnnealingCallback({ T_0: 1, eta_min: 0.01 }, { onCycleEnd: ensemble.add });
      return train(model, annealing, { epochs: 1 });
    };
    compile();
    await trainCycle();
    const first = weightBits(model);
    (model.layers[0] as { trainable: boolean }).trainable = false;
    compile();
    await trainCycle();
    ensemble.restore(0);
    (model.layers[0] as { trainable: boolean }).trainable = true;
    expect(weightBits(model)).to.deep.equal(first);
  });
});

describe('A snapshot ensemble refuses', () => {
  it('options that are wrong', () => {
    for (const [options, message] of [
      [{ keep: 0 }, "`keep`: expected an integer >= 1, or 'all', got 0"],
      [{ keep: 1.5 }, "`keep`: expected an integer >= 1, or 'all', got 1.5"],
      [{ keep: 'both' }, '`keep`: expected an integer >= 1, or \'all\', got "both"'],
      [{ kept: 3 }, '`kept`: unknown key; expected one of keep'],
      [3, '`options`: expected an object such as { keep: 2 }, got 3'],
    ] as const) {
      expect(refused(() => new SnapshotEnsemble(options as never))).to.equal(message);
    }
  });

  it('to add nothing, as behind a plain object in callbacks; and what it proposes works', async () => {
    const model = tinyModel();
    const ensemble = new SnapshotEnsemble();
    const annealingWith = () =>
      new CosineAnnealingCallback(
        { T_0: 1, eta_min: 0.01 },
        { onCycleEnd: ensemble.add, optimizer: model.optimizer, logger: null },
      );
    const { message } = await rejection(train(model, [{ onEpochEnd() {} }, annealingWith()] as never));
    expect(message).to.equal(
      '`model`: is undefined: TensorFlow.js hands it over only if no plain object comes first in `callbacks`; put the ' +
        'CosineAnnealingCallback before it, or wrap it as new tf.CustomCallback({...})',
    );
    await train(model, [callback({ onEpochEnd() {} }), annealingWith()]);
    expect(ensemble.members).to.have.length(2);
  });

  it('a model that the members are not of', () => {
    const whole = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2] }), tf.layers.dense({ units: 1 })],
    });
    const part = tf.sequential({ layers: whole.layers.slice(0, 1) });
    for (const [ensemble, other] of [
      [ensembleOf(tinyModel(), 1), tinyModel()],
      [ensembleOf(whole, 1), part],
      [ensembleOf(part, 1), whole],
    ] as const) {
      expect(refused(() => ensemble.add(end(other)))).to.equal(
        '`model`: is another one than the members were taken from; make an ensemble for each model, or dispose of ' +
          'this one first',
      );
      expect(ensemble.members).to.have.length(1);
    }
  });

  it('to predict, to average or to restore without members, and a member that it does not have', () => {
    const empty = new SnapshotEnsemble();
    const message =
      '`ensemble`: has no members; pass ensemble.add as onCycleEnd, and train to the end of a cycle';
    for (const work of [
      () => empty.predict(tf.ones([1, 2])),
      () => empty.average(),
      () => empty.restore(0),
    ]) {
      expect(refused(work)).to.equal(message);
    }
    const ensemble = ensembleOf(tinyModel(), 2);
    for (const i of [-1, 2, 0.5]) {
      expect(refused(() => ensemble.restore(i))).to.equal(`\`i\`: expected an integer from 0 to 1, got ${i}`);
    }
  });

  it('to work for a model that was disposed of', () => {
    const model = tinyModel();
    const ensemble = ensembleOf(model, 1);
    model.dispose();
    for (const work of [
      () => ensemble.predict(tf.ones([1, 2])),
      () => ensemble.average(),
      () => ensemble.restore(0),
      () => ensemble.add(end(model)),
    ]) {
      expect(refused(work)).to.equal('`model`: was disposed of; build it again');
    }
  });

  it('to judge by a metric that no member has', () => {
    const ensemble = new SnapshotEnsemble();
    const model = tinyModel();
    expect(refused(() => ensemble.best('loss'))).to.contain('they are empty');
    ensemble.add(end(model, 0, { loss: Number.NaN, mse: Number.POSITIVE_INFINITY }));
    for (const metric of ['loss', 'mse', 'val_loss']) {
      expect(refused(() => ensemble.best(metric))).to.equal(
        `\`metric\`: is no number in the logs of any member, got "${metric}"; they have loss, mse`,
      );
    }
    expect(refused(() => ensemble.best('loss', 'least' as never))).to.equal(
      '`mode`: expected "auto", "min" or "max", got "least"',
    );
  });

  it('to average by batches of no size', () => {
    expect(refused(() => ensembleOf(tinyModel(), 1).average(undefined, { batchSize: 0 }))).to.equal(
      '`batchSize`: expected an integer >= 1, got 0',
    );
  });
});

/** Of the model's only batch normalization. */
function momentumIn({ layers: [first] }: Pick<LayersModel, 'layers'>): number {
  const inner = first as unknown as { momentum?: number; layers: LayersModel['layers'] };
  return inner.momentum ?? momentumIn(inner);
}
