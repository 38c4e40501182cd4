import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import { recurrentLayersOf } from '../../lib/snapshots/recurrent';
import { TrainingSnapshot } from '../../lib/snapshots/snapshot';
import { getLearningRate, setLearningRate } from '../../lib/training/optimizer';
import { bitsOf, optimizerBits, trainingBits, weightBits } from '../support/bits';
import { train } from '../support/datasets';
import { callback } from '../support/drive';
import { backends, functionalModel, onBackend, tinyModel } from '../support/models';
import { variants } from '../support/optimizers';

/** So many updates, each on the same batch. */
async function update(model: LayersModel, count: number, shape = [2], target = 1): Promise<void> {
  const size = shape.reduce((product, n) => product * n, 4);
  const xs = tf.tidy(() => tf.linspace(-1, 1, size).reshape([4, ...shape]));
  const ys = tf.tensor2d([[target], [-2], [0.5], [3]]);
  for (let i = 0; i < count; i++) await model.trainOnBatch(xs, ys);
  tf.dispose([xs, ys]);
}

/** Leaves nothing in the model that is a number. */
async function diverge(model: LayersModel): Promise<void> {
  setLearningRate(model.optimizer, 1e30);
  await update(model, 3, [2], Number.NaN);
  for (const weights of model.getWeights()) expect([...weights.dataSync()].every(Number.isNaN)).to.be.true;
}

for (const backend of backends) {
  describe(`A training snapshot, on ${backend}`, () => {
    onBackend(backend);

    for (const [name, optimizerWith] of Object.entries(variants)) {
      for (const [state, prepare] of Object.entries({
        before: async () => {},
        after: (model: LayersModel) => update(model, 20),
        'after NaN,': diverge,
      })) {
        it(`taken ${state} training with ${name}, puts back every bit, as often as wanted`, async () => {
          const model = tinyModel(optimizerWith(0.01));
          await prepare(model);
          const before = trainingBits(model);
          const snapshot = TrainingSnapshot.take(model);
          await update(model, 5);
          const after = trainingBits(model);
          for (let i = 0; i < 2; i++) {
            await diverge(model);
            snapshot.restore();
            expect(trainingBits(model)).to.deep.equal(before);
            await update(model, 5);
            expect(trainingBits(model)).to.deep.equal(after);
          }
        });
      }
    }

    it('shares the memory of the model until training goes on', async () => {
      const model = tinyModel();
      const { numDataBuffers } = tf.memory();
      const snapshot = TrainingSnapshot.take(model);
      expect(tf.memory().numDataBuffers).to.equal(numDataBuffers);
      await update(model, 1);
      expect(tf.memory().numDataBuffers).to.equal(numDataBuffers + 2); // of kernel and bias
      snapshot.dispose();
      expect(tf.memory().numDataBuffers).to.equal(numDataBuffers);
    });

    it('leaks no tensor in 1,000 rounds', async () => {
      const models = Object.values(variants).map((optimizerWith) => tinyModel(optimizerWith(0.01)));
      const { numTensors } = tf.memory();
      for (let round = 0; round < 1000; round++) {
        const model = models[round % models.length] as LayersModel;
        const snapshot = TrainingSnapshot.take(model);
        await update(model, 1);
        snapshot.restore();
        snapshot.dispose();
      }
      expect(tf.memory().numTensors).to.equal(numTensors);
    });
  });
}

describe('A training snapshot', () => {
  it('puts weights back in place: the variables stay the same', async () => {
    const model = tinyModel();
    const variables = model.getWeights();
    const snapshot = TrainingSnapshot.take(model);
    await update(model, 1);
    snapshot.restore();
    model.getWeights().forEach((weight, i) => {
      expect(weight).to.equal(variables[i]);
    });
  });

  it('puts the moving averages of batch normalization back, and weights that are not trainable', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 3, inputShape: [2], trainable: false }),
        tf.layers.batchNormalization(),
        tf.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await update(model, 3);
    const before = trainingBits(model);
    const snapshot = TrainingSnapshot.take(model);
    await update(model, 3);
    expect(weightBits(model).slice(-2)).not.to.deep.equal(before.weights.slice(-2));
    snapshot.restore();
    expect(trainingBits(model)).to.deep.equal(before);
  });

  it('skips the constraints that TensorFlow.js applies to weights that are set', async () => {
    const kernelConstraint = tf.constraints.unitNorm({});
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelConstraint, kernelInitializer: 'ones' })],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const before = weightBits(model);
    TrainingSnapshot.take(model).restore();
    expect(weightBits(model)).to.deep.equal(before);
  });

  for (const [name, layers] of Object.entries({
    'of a stateful LSTM': () => [
      tf.layers.lstm({ units: 2, stateful: true, batchInputShape: [4, 3, 1] }),
      tf.layers.dense({ units: 1 }),
    ],
    'of a bidirectional GRU': () => [
      tf.layers.bidirectional({
        layer: tf.layers.gru({ units: 2, stateful: true }) as never,
        batchInputShape: [4, 3, 1],
      }),
      tf.layers.dense({ units: 1 }),
    ],
    'of an RNN in a nested model': () => [
      tf.sequential({
        layers: [tf.layers.simpleRNN({ units: 2, stateful: true, batchInputShape: [4, 3, 1] })],
      }),
      tf.layers.dense({ units: 1 }),
    ],
  })) {
    it(`puts the states ${name} back, and frees those that came since`, async () => {
      const model = tf.sequential({ layers: layers() });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const input = tf.linspace(-1, 1, 12).reshape([4, 3, 1]);
      const outputs = () => tf.tidy(() => bitsOf(model.predict(input) as typeof input));
      for (const prepare of [async () => {}, () => update(model, 2, [3, 1])]) {
        await prepare();
        const snapshot = TrainingSnapshot.take(model);
        const { numTensors } = tf.memory();
        const before = outputs();
        expect(outputs()).not.to.deep.equal(before);
        const keptStates = recurrentLayersOf(model).map((layer) => [...layer.keptStates]);
        for (let i = 0; i < 2; i++) {
          await update(model, 3, [3, 1]);
          tf.tidy(() => snapshot.restore());
          expect(tf.memory().numTensors).to.equal(numTensors);
          expect(recurrentLayersOf(model).map((layer) => layer.keptStates)).to.deep.equal(keptStates);
          expect(outputs()).to.deep.equal(before);
        }
        snapshot.restore();
        model.resetStates();
        snapshot.restore();
        expect(outputs()).to.deep.equal(before);
        snapshot.dispose();
      }
      input.dispose();
    });
  }

  for (const [name, create] of Object.entries({
    Sequential: () => tinyModel(tf.train.adam()),
    Functional: () => functionalModel(),
  })) {
    it(`may be taken and restored in the middle of a fit of a ${name} model, through the callbacks' model`, async () => {
      const model = create();
      let before: unknown;
      let snapshot: TrainingSnapshot | undefined;
      const observer = callback({});
      observer.onBatchEnd = async (batch) => {
        const inFit = (observer as unknown as { model: LayersModel }).model;
        if (batch === 1) {
          snapshot = TrainingSnapshot.take(inFit);
          before = trainingBits(model);
        }
        if (batch === 3) snapshot?.restore();
      };
      observer.setModel = function (this: { model: LayersModel }, inFit: LayersModel) {
        this.model = inFit;
      } as never;
      await train(model, observer, { epochs: 1 });
      expect(trainingBits(model)).to.deep.equal(before);
    });
  }

  it('puts back the tensor that SGD really trains with, though its learning rate says something else', async () => {
    const model = tinyModel(tf.train.sgd(0.01));
    Object.assign(model.optimizer, { learningRate: 0.5 }); // has no effect in TensorFlow.js
    const before = trainingBits(model);
    const snapshot = TrainingSnapshot.take(model);
    setLearningRate(model.optimizer, 0.25);
    snapshot.restore();
    expect(trainingBits(model)).to.deep.equal(before);
    expect(before.optimizer['c']).to.deep.equal(bitsOf(tf.scalar(-0.01)));
  });

  it('puts the slots back that optimizer.setWeights replaced', async () => {
    const model = tinyModel(tf.train.adam(0.01));
    await update(model, 3);
    const before = trainingBits(model);
    const snapshot = TrainingSnapshot.take(model);
    const [iterations, ...slots] = await model.optimizer.getWeights();
    const others = slots.map(({ name, tensor }) => ({ name, tensor: tf.onesLike(tensor) }));
    await model.optimizer.setWeights([iterations as never, ...others]);
    snapshot.restore();
    expect(trainingBits(model)).to.deep.equal(before);
  });

  it('puts slots of another shape back, too', async () => {
    const model = tinyModel(tf.train.momentum(0.01, 0.9));
    await update(model, 3);
    const before = trainingBits(model);
    const snapshot = TrainingSnapshot.take(model);
    const [iterations, ...slots] = await model.optimizer.getWeights();
    const { numTensors } = tf.memory();
    await model.optimizer.setWeights([iterations as never, ...slots.reverse()]);
    snapshot.restore();
    expect(tf.memory().numTensors).to.equal(numTensors + slots.length); // TensorFlow.js loses those before
    expect(trainingBits(model)).to.deep.equal(before);
    await update(model, 1);
  });

  it('survives the tidy that it is taken in, and what it restores survives another', async () => {
    const model = tinyModel(tf.train.momentum(0.01, 0.9));
    await update(model, 1);
    const before = trainingBits(model);
    const snapshots: TrainingSnapshot[] = [];
    tf.tidy(() => void snapshots.push(TrainingSnapshot.take(model)));
    await model.optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(0) }]); // drops the slots
    tf.tidy(() => snapshots[0]?.restore());
    expect(trainingBits(model)).to.deep.equal(before);
    await update(model, 1);
  });

  it('leaves methods of the optimizer that were wrapped wrapped', () => {
    const optimizer = tf.train.sgd(0.01);
    const clipped = optimizer.applyGradients.bind(optimizer);
    optimizer.applyGradients = clipped;
    TrainingSnapshot.take(tinyModel(optimizer)).restore();
    expect(optimizer.applyGradients).to.equal(clipped);
  });
});

describe('A training snapshot is refused, and nothing is copied or changed,', () => {
  const refused = (work: () => unknown): string[] => {
    const { numTensors } = tf.memory();
    try {
      work();
    } catch (error) {
      expect(tf.memory().numTensors).to.equal(numTensors);
      if (error instanceof CosineAnnealingError) return error.message.split('\n');
      throw error;
    }
    throw new Error('expected a refusal');
  };

  it('if the model is not compiled', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    expect(refused(() => TrainingSnapshot.take(model))).to.deep.equal([
      "`model`: isn't compiled; call model.compile first",
    ]);
  });

  it('if the model was disposed of', () => {
    const model = tinyModel();
    const snapshot = TrainingSnapshot.take(model);
    model.dispose();
    const message = ['`model`: was disposed of; build it again'];
    expect(refused(() => TrainingSnapshot.take(model))).to.deep.equal(message);
    expect(refused(() => snapshot.restore())).to.deep.equal(message);
  });

  it('if the optimizer was disposed of', async () => {
    for (const optimizerWith of Object.values(variants)) {
      const model = tinyModel(optimizerWith(0.01));
      await update(model, 1);
      const snapshot = TrainingSnapshot.take(model);
      model.optimizer.dispose();
      const before = weightBits(model);
      for (const work of [() => TrainingSnapshot.take(model), () => snapshot.restore()]) {
        const [line = ''] = refused(work);
        expect(line).to.equal('`optimizer`: was disposed of; compile the model again, with a new optimizer');
      }
      expect(weightBits(model)).to.deep.equal(before);
    }
  });

  it('if the model holds another optimizer now', async () => {
    const model = tinyModel();
    const snapshot = TrainingSnapshot.take(model);
    await update(model, 1);
    const { optimizer } = model;
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const before = trainingBits(model);
    expect(refused(() => snapshot.restore())).to.deep.equal([
      '`model`: holds another optimizer than when the snapshot was taken; set model.optimizer to that one, or take a ' +
        'snapshot after compile',
    ]);
    expect(trainingBits(model)).to.deep.equal(before);
    model.optimizer = optimizer; // the cure
    snapshot.restore();
  });

  it('if the snapshot was disposed of', () => {
    const snapshot = TrainingSnapshot.take(tinyModel());
    snapshot.dispose();
    snapshot.dispose();
    expect(refused(() => snapshot.restore())).to.deep.equal([
      '`snapshot`: was disposed of; restore it before that',
    ]);
  });

  for (const [name, optimizer, lines] of [
    [
      'has a field more',
      () => Object.assign(tf.train.adam(0.1), { slowWeights: [tf.scalar(1)], [Symbol('k')]: 5 }),
      [
        "`optimizer.slowWeights`: is no field of tf.train's Adam, so it can't be put back; compile the model with an optimizer of tf.train",
        "`optimizer.Symbol(k)`: is no field of tf.train's Adam, so it can't be put back; compile the model with an optimizer of tf.train",
      ],
    ],
    [
      'is a subclass with a field more',
      () => {
        class Lookahead extends tf.SGDOptimizer {
          readonly every = 5;
        }
        return new Lookahead(0.1);
      },
      [
        "`optimizer.every`: is no field of tf.train's SGD, so it can't be put back; compile the model with an optimizer of tf.train",
      ],
    ],
    [
      'has a function that is no method of its class',
      () => Object.assign(tf.train.sgd(0.1), { schedule: () => 1 }),
      [
        "`optimizer.schedule`: is no field of tf.train's SGD, so it can't be put back; compile the model with an optimizer of tf.train",
      ],
    ],
    [
      'is none of tf.train',
      () =>
        Object.assign(Object.create(tf.train.sgd(0.1)) as Optimizer, {
          learningRate: 0.1,
        }),
      [
        '`optimizer`: expected SGD, Momentum, Adagrad, Adadelta, Adam, Adamax, RMSProp of tf.train; compile the model with an optimizer of tf.train',
      ],
    ],
    [
      'holds something else in a field',
      () => Object.assign(tf.train.momentum(0.1, 0.9), { momentum: tf.scalar(0.9), accumulations: [{}] }),
      [
        '`optimizer.momentum`: expected a number or a boolean; compile the model with an optimizer of tf.train',
        '`optimizer.accumulations`: expected a list of variables with their names; compile the model with an optimizer of tf.train',
      ],
    ],
  ] as const) {
    it(`if the optimizer ${name}`, () => {
      const model = tinyModel(optimizer());
      expect(refused(() => TrainingSnapshot.take(model))).to.deep.equal(lines);
    });
  }

  it('if the optimizer got a field since', async () => {
    const model = tinyModel();
    const snapshot = TrainingSnapshot.take(model);
    Object.assign(model.optimizer, { slowWeights: 1 });
    const before = optimizerBits(model.optimizer);
    expect(refused(() => snapshot.restore())).to.have.length(1);
    expect(optimizerBits(model.optimizer)).to.deep.equal(before);
    expect(getLearningRate(model.optimizer)).to.equal(0.5);
  });
});
