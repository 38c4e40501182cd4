import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { native, tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import { loadCheckpoint, saveCheckpoint } from '../../lib/snapshots/checkpoint';
import { fileCheckpoint } from '../../lib/snapshots/file-checkpoint';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { getLearningRate } from '../../lib/training/optimizer';
import { nameless, optimizerBits, trainingBits, weightBits } from '../support/bits';
import { rejection } from '../support/capture';
import { train } from '../support/datasets';
import { callback } from '../support/drive';
import { MemoryStore } from '../support/memory-store';
import { functionalModel, ratesOf, tinyModel } from '../support/models';
import { variants } from '../support/optimizers';

const annealing = () => new CosineAnnealingCallback({ T_0: 2, T_mult: 1.5, eta_min: 1e-3 }, { logger: null });

async function saved(model: LayersModel, callback = annealing()): Promise<MemoryStore> {
  const memory = new MemoryStore();
  await saveCheckpoint(memory, model, callback);
  return memory;
}

/** The refusal of a checkpoint, after which the model must be as before. */
async function refusal(store: Parameters<typeof loadCheckpoint>[0], model: LayersModel): Promise<Error> {
  const before = trainingBits(model);
  const { numTensors } = tf.memory();
  const error = await rejection(loadCheckpoint(store, model));
  expect(error).to.be.instanceOf(CosineAnnealingError);
  expect(trainingBits(model)).to.deep.equal(before);
  expect(tf.memory().numTensors).to.equal(numTensors);
  return error;
}

describe('A checkpoint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, optimizerWith] of Object.entries(variants)) {
    it(`lets training with ${name} go on as if it had never been stopped: rates, losses, weights, optimizer`, async () => {
      const whole = tinyModel(optimizerWith(0.05));
      const wholeRates = ratesOf(whole);
      const wholeLosses = (await train(whole, annealing(), { epochs: 6 })).history['loss'];

      const first = tinyModel(optimizerWith(0.05));
      const rates = ratesOf(first);
      const begun = annealing();
      const losses = (await train(first, begun, { epochs: 3 })).history['loss'] ?? [];
      const store = fileCheckpoint(join(folder, name));
      await saveCheckpoint(store, first, begun);

      const second = tinyModel(optimizerWith(0.7));
      const { numTensors } = tf.memory();
      const resumed = (await loadCheckpoint(store, second, { logger: null })) as CosineAnnealingCallback;
      expect(nameless(second)).to.deep.equal(nameless(first));
      const slots = Object.values(optimizerBits(second.optimizer)).filter(Array.isArray).flat();
      expect(tf.memory().numTensors - numTensors).to.be.at.most(slots.length);
      expect(resumed.epoch).to.equal(3);
      const later = ratesOf(second);
      const options = { epochs: 6, initialEpoch: resumed.epoch };
      losses.push(...((await train(second, resumed, options)).history['loss'] ?? []));
      expect([...rates, ...later]).to.deep.equal(wholeRates);
      expect(losses).to.deep.equal(wholeLosses);
      expect(nameless(second)).to.deep.equal(nameless(whole));
    });
  }

  it('leaks no tensor, saved or loaded, into a fresh optimizer or a trained one', async () => {
    const model = tinyModel(tf.train.adam(0.05));
    await train(model, callback({}));
    const { numTensors } = tf.memory();
    const store = await saved(model);
    for (let i = 0; i < 10; i++) await loadCheckpoint(store, model);
    expect(tf.memory().numTensors).to.equal(numTensors);
    const fresh = await saved(tinyModel(tf.train.adam(0.05)));
    await loadCheckpoint(fresh, model);
    const after = tf.memory().numTensors;
    expect(after).to.be.below(numTensors + 10);
    await loadCheckpoint(fresh, model);
    expect(tf.memory().numTensors).to.equal(after);
  });

  it('is of the moment when it was asked for, though training goes on at once', async () => {
    const model = tinyModel(tf.train.adam(0.05));
    const memory = new MemoryStore();
    const begun = annealing();
    let saving: Promise<void> | undefined;
    let then: unknown;
    const saver = callback({
      onEpochEnd: async (epoch) => {
        if (epoch !== 1) return;
        then = nameless(model);
        saving = saveCheckpoint(memory, model, begun);
      },
    });
    await train(model, [begun, saver]);
    await saving;
    const other = tinyModel(tf.train.adam(0.05));
    const resumed = await loadCheckpoint(memory, other);
    expect(nameless(other)).to.deep.equal(then);
    expect(resumed?.epoch).to.equal(2);
  });

  it('is a model that tf.loadLayersModel reads, with the metadata that its user gave it', async () => {
    const model = tinyModel(tf.train.adamax(0.05));
    model.setUserDefinedMetadata({ classes: ['cat', 'dog'] });
    await train(model, callback({}));
    const store = fileCheckpoint(join(folder, 'readable'));
    await saveCheckpoint(store, model, annealing());
    const stores = [store, ...(native ? [`file://${join(folder, 'readable', 'model.json')}`] : [])];
    for (const each of stores) {
      const { numTensors } = tf.memory();
      const loaded = await tf.loadLayersModel(each);
      expect(weightBits(loaded)).to.deep.equal(weightBits(model));
      expect(tf.memory().numTensors).to.equal(numTensors + 2);
      expect(loaded.optimizer).to.equal(undefined);
      expect(loaded.getUserDefinedMetadata()).to.deep.include({ classes: ['cat', 'dog'] });
    }
  });

  if (native) {
    it('goes through the file:// of tfjs-node, too', async () => {
      const model = tinyModel(tf.train.adam(0.05));
      await train(model, callback({}));
      const at = join(folder, 'tfjs-node');
      await saveCheckpoint(`file://${at}`, model, annealing());
      const other = tinyModel(tf.train.adam(0.05));
      await loadCheckpoint(`file://${at}/model.json`, other);
      expect(nameless(other)).to.deep.equal(nameless(model));
    });
  }

  it('works for a model with a function for its loss and a layer of its user, whose class is known nowhere', async () => {
    class Doubled extends tf.layers.Layer {
      static readonly className = 'Doubled';
      override call(inputs: unknown) {
        return tf.mul([inputs].flat()[0] as ReturnType<typeof tf.scalar>, 2);
      }
    }
    const create = () => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({ units: 2, inputShape: [2] }),
          new Doubled({}),
          tf.layers.dense({ units: 1 }),
        ],
      });
      model.compile({ optimizer: tf.train.adam(0.05), loss: tf.losses.huberLoss });
      return model;
    };
    const [model, other] = [create(), create()];
    await train(model, callback({}));
    await loadCheckpoint(await saved(model), other);
    expect(nameless(other)).to.deep.equal(nameless(model));
    await train(model, callback({}));
    await train(other, callback({}));
    expect(nameless(other)).to.deep.equal(nameless(model));
  });

  for (const [name, create] of Object.entries({
    'frozen layers, and moving averages of batch normalization': () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ units: 3, inputShape: [2], trainable: false }),
          tf.layers.batchNormalization(),
          tf.layers.dense({ units: 1 }),
        ],
      }),
    'nested models whose layers have the same name': () =>
      tf.sequential({
        layers: [
          tf.sequential({ layers: [tf.layers.dense({ name: 'same', units: 2, inputShape: [2] })] }),
          tf.sequential({ layers: [tf.layers.dense({ name: 'same', units: 2, inputShape: [2] })] }),
          tf.layers.dense({ units: 1 }),
        ],
      }),
    'the states of a stateful RNN': () =>
      tf.sequential({
        layers: [
          tf.layers.reshape({ targetShape: [2, 1], batchInputShape: [2, 2] }),
          tf.layers.lstm({ units: 2, stateful: true }),
          tf.layers.dense({ units: 1 }),
        ],
      }),
    'the inner model of a Sequential, which callbacks get': () =>
      (tinyModel() as unknown as { model: LayersModel }).model,
    'a Functional model': () => functionalModel(),
  })) {
    it(`holds ${name}`, async () => {
      const [model, other] = [create(), create()];
      for (const each of [model, other]) {
        each.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'meanSquaredError' });
      }
      await train(model, callback({}));
      await loadCheckpoint(await saved(model), other);
      expect(nameless(other)).to.deep.equal(nameless(model));
      for (const each of [model, other]) await train(each, callback({}));
      expect(nameless(other)).to.deep.equal(nameless(model));
    });
  }

  it('saved of the inner model goes into the Sequential', async () => {
    const [model, other] = [tinyModel(), tinyModel()];
    await train(model, callback({}));
    await loadCheckpoint(await saved((model as unknown as { model: LayersModel }).model), other);
    expect(nameless(other)).to.deep.equal(nameless(model));
  });

  it('without history is as large after two hundred changes of the learning rate as after ten', async () => {
    const sizes = [];
    for (const epochs of [3, 50]) {
      const begun = annealing();
      const model = tinyModel();
      await train(model, begun, { epochs });
      expect(begun.history.length).to.equal(4 * epochs);
      const memory = new MemoryStore();
      await saveCheckpoint(memory, model, begun, { history: false });
      sizes.push(JSON.stringify(memory.artifacts).length);
      const resumed = await loadCheckpoint(memory, tinyModel());
      expect(resumed?.history.length).to.equal(0);
      expect(resumed?.learningRate).to.equal(begun.learningRate);
    }
    expect((sizes[1] ?? 0) - (sizes[0] ?? 0)).to.be.below(100); // longer numbers
  });

  it('is undefined if the handler knows that nothing was saved', async () => {
    const model = tinyModel();
    const store = { exists: async () => false, load: () => Promise.reject(new Error('asked')) };
    expect(await loadCheckpoint(store, model)).to.equal(undefined);
    expect(await loadCheckpoint(fileCheckpoint(join(folder, 'nowhere')), model)).to.equal(undefined);
  });

  it('gives the callback the options, which cannot be saved', async () => {
    const model = tinyModel();
    const ends: number[] = [];
    const onCycleEnd = ({ cycle }: { cycle: number }) => void ends.push(cycle);
    const resumed = await loadCheckpoint(await saved(model), model, { onCycleEnd });
    await train(model, resumed as CosineAnnealingCallback, { epochs: 2 });
    expect(ends).to.deep.equal([0]);
  });

  describe('is refused, and the model is as before,', () => {
    const trained = async (optimizer = tf.train.adam(0.05)) => {
      const model = tinyModel(optimizer);
      await train(model, callback({}));
      return model;
    };

    it('if the model has other weights', async () => {
      const store = await saved(await trained());
      const create = (...units: number[]) => {
        const model = tf.sequential();
        units.forEach((n, i) => {
          model.add(tf.layers.dense({ units: n, ...(i === 0 && { inputShape: [2] }) }));
        });
        model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
        return model;
      };
      expect((await refusal(store, create(3, 1))).message).to.equal(
        '`model.weights.length`: expected 2, as in the checkpoint, got 4; build the model that was saved',
      );
      expect((await refusal(store, create(2))).message.split('\n')).to.deep.equal([
        '`model.weights[0]`: expected float32 [2,1], as in the checkpoint, got "float32 [2,2]"; build the model that was saved',
        '`model.weights[1]`: expected float32 [1], as in the checkpoint, got "float32 [2]"; build the model that was saved',
      ]);
    });

    it('if the model is compiled with another optimizer, or with other numbers; both are named', async () => {
      const store = await saved(await trained());
      expect((await refusal(store, await trained(tf.train.adamax(0.05) as never))).message).to.equal(
        '`model.optimizer`: expected Adam, as in the checkpoint, got "Adamax"; compile the model as it was',
      );
      expect(
        (await refusal(store, await trained(tf.train.adam(0.05, 0.8, 0.99)))).message.split('\n'),
      ).to.deep.equal([
        '`model.optimizer.beta1`: expected 0.9, as in the checkpoint, got 0.8; compile the model as it was',
        '`model.optimizer.beta2`: expected 0.999, as in the checkpoint, got 0.99; compile the model as it was',
      ]);
      class AdamW extends tf.AdamOptimizer {
        static override get className() {
          return 'AdamW' as never;
        }
      }
      const other = await trained(new AdamW(0.05, 0.9, 0.999));
      expect((await refusal(store, other)).message).to.contain(
        'expected Adam, as in the checkpoint, got "AdamW"',
      );
    });

    it('if other layers are trained, since slots belong to weights by their position', async () => {
      const create = (frozen: number) => {
        const model = tf.sequential({
          layers: [0, 1].map((i) => tf.layers.dense({ units: 2, inputShape: [2], trainable: i !== frozen })),
        });
        model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
        return model;
      };
      const store = await saved(create(0));
      expect((await refusal(store, create(1))).message).to.equal(
        "`model`: trains other layers than the checkpoint's; set `trainable` of its layers as it was",
      );
    });

    it('if the states of its RNN are of another batch size', async () => {
      const create = (batch: number) => {
        const layer = tf.layers.simpleRNN({ units: 2, stateful: true, batchInputShape: [batch, 3, 1] });
        const model = tf.sequential({ layers: [layer] });
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        return model;
      };
      expect((await refusal(await saved(create(4)), create(2))).message).to.equal(
        '`model.states[0]`: expected float32 [4,2], as in the checkpoint, got "float32 [2,2]"; build the model that was saved',
      );
    });

    it('if a byte of it is another one, or missing', async () => {
      const model = await trained();
      const message =
        '`checkpoint`: is damaged, or was edited; go back to an earlier copy, or remove it to start over';
      const { artifacts } = await saved(model);
      const bytes = new Uint8Array(artifacts.weightData as ArrayBuffer);
      const withData = (data: Uint8Array) => ({
        load: async () => ({ ...artifacts, weightData: data.slice().buffer }),
      });
      for (let i = 0; i < bytes.length; i++) {
        const damaged = bytes.slice();
        damaged[i] = (damaged[i] ?? 0) ^ (1 << (i % 8));
        expect((await refusal(withData(damaged), model)).message).to.equal(message);
      }
      expect((await refusal(withData(bytes.slice(0, -4)), model)).message).to.equal(message);
      const text = JSON.stringify(artifacts.userDefinedMetadata);
      for (const [from, to] of [
        ['"iterations":12', '"iterations":13'],
        ['"learningRate":0.05', '"learningRate":0.5'],
        ['"T_0":2', '"T_0":3'],
      ] as const) {
        expect(text).to.contain(from);
        const userDefinedMetadata = JSON.parse(text.replace(from, to));
        const store = { load: async () => ({ ...artifacts, userDefinedMetadata }) };
        expect((await refusal(store, model)).message).to.equal(message);
      }
    });

    it('if a newer release wrote it', async () => {
      const { artifacts } = await saved(await trained());
      const userDefinedMetadata = { 'tfjs-cosine-annealing': { version: 2, somethingNew: true } };
      const store = { load: async () => ({ ...artifacts, userDefinedMetadata }) };
      expect((await refusal(store, await trained())).message).to.equal(
        '`checkpoint.version`: expected 1, which this release reads, got 2; install a newer release of tfjs-cosine-annealing',
      );
    });

    it('if it is a model that was saved without training', async () => {
      const model = await trained();
      const memory = new MemoryStore();
      await model.save(memory);
      expect((await refusal(memory, model)).message).to.equal(
        '`checkpoint`: expected what saveCheckpoint wrote; load a model that was saved in another way by tf.loadLayersModel',
      );
    });

    it("if it can't be read; what went wrong is the cause", async () => {
      const gone = new Error('the disk is gone');
      const error = await refusal({ load: () => Promise.reject(gone) }, await trained());
      expect(error.message).to.equal("`checkpoint`: can't be read: the disk is gone");
      expect(error.cause).to.equal(gone);
    });
  });

  it('is refused if there is no place for it', async () => {
    const model = tinyModel();
    for (const store of ['checkpoints', 'indexeddb://not-in-node', {}]) {
      const errors = [
        await rejection(saveCheckpoint(store, model, annealing())),
        await rejection(loadCheckpoint(store, model)),
      ];
      for (const { message } of errors) {
        expect(message).to.match(
          /^`store`: expected a handler, or a URL that TensorFlow.js has one handler for here/,
        );
        expect(message).to.contain('pass fileCheckpoint(folder) of tfjs-cosine-annealing/node in Node.js');
      }
    }
  });

  it("that can't be saved is an error with its cause, and leaves no tensors", async () => {
    const full = new Error('no space left on device');
    const model = tinyModel();
    const { numTensors } = tf.memory();
    const store = { save: () => Promise.reject(full) };
    const error = await rejection(saveCheckpoint(store, model, annealing()));
    expect(error).to.be.instanceOf(CosineAnnealingError);
    expect(error.message).to.equal("`checkpoint`: couldn't be saved: no space left on device");
    expect(error.cause).to.equal(full);
    expect(tf.memory().numTensors).to.equal(numTensors);
  });

  it('is refused before anything is saved or loaded if the optimizer could not be put back', async () => {
    for (const [optimizer, message] of [
      [Object.assign(tf.train.sgd(0.1), { slowWeights: 1 }), /^`optimizer.slowWeights`: is no field/],
      [
        Object.assign(tf.train.adam(0.1), { learningRate: Number.NaN }),
        /^`optimizer`: expected one whose learningRate/,
      ],
    ] as const) {
      const memory = new MemoryStore();
      const error = await rejection(saveCheckpoint(memory, tinyModel(optimizer), annealing()));
      expect(error).to.be.instanceOf(CosineAnnealingError);
      expect(error.message).to.match(message);
      expect(memory.artifacts).to.deep.equal({});
    }
    const nowhere = fileCheckpoint(join(folder, 'nowhere'));
    const { message } = await rejection(
      loadCheckpoint(nowhere, tinyModel(Object.assign(tf.train.sgd(0.1), { slowWeights: 1 }))),
    );
    expect(message).to.match(/^`optimizer.slowWeights`/);
  });

  it('refuses a history that is neither a count nor a choice', async () => {
    for (const history of [-1, 0.5, 'all']) {
      const error = await rejection(
        saveCheckpoint(new MemoryStore(), tinyModel(), annealing(), { history } as never),
      );
      expect(error.message).to.match(/^`history`: expected true, false or an integer >= 0, got /);
    }
  });

  it('carries a learning rate that a new optimizer takes over', async () => {
    const model = tinyModel(tf.train.sgd(0.3));
    const begun = annealing();
    await train(model, begun, { epochs: 1 });
    const other = tinyModel(tf.train.sgd(0.1));
    await loadCheckpoint(await saved(model, begun), other);
    expect(getLearningRate(other.optimizer)).to.equal(begun.learningRate);
  });
});
