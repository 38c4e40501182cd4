// A run that saves a checkpoint after each epoch and goes on from the newest one: what resume.spec.ts kills. It logs the
// learning rate of each batch as the optimizer has it, a line each, as "epoch batch rate".
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { io, LayersModel } from '@tensorflow/tfjs';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingCallback, type CosineAnnealingConfig, getLearningRate } from '../../lib';
import { callback, optimizers, tinyModel, train, trainDataset, unsized } from './training';

interface Case {
  readonly optimizer: 'sgd' | 'momentum' | 'adam';
  readonly config: CosineAnnealingConfig;
  /** Whether TensorFlow.js can't know how many batches there are. */
  readonly unsized?: boolean;
}

export const EPOCHS = 15;
const BASE = 0.0625;

export const cases: Record<string, Case> = {
  'SGD, eta_max read from the optimizer': { optimizer: 'sgd', config: { T_0: 1, T_mult: 2, eta_min: 1e-4 } },
  'Momentum, counted in batches': { optimizer: 'momentum', config: { T_0: 7, T_mult: 1.5, unit: 'batch' } },
  'Adam, with cycles that fill the fit': { optimizer: 'adam', config: { cycles: 4, eta_min: 1e-5 } },
  'Momentum, on a dataset of unknown size': {
    optimizer: 'momentum',
    config: { T_0: 1.5, T_mult: 2, eta_max_mult: 0.8 },
    unsized: true,
  },
  'SGD, each cycle to its endpoint, after a warm-up': {
    optimizer: 'sgd',
    config: { T_0: 2, endpoint: true, warmup: { length: 0.5, everyCycle: true } },
  },
  'Adam, once an epoch': { optimizer: 'adam', config: { T_0: 3, T_mult: 1.2, updateFreq: 'epoch' } },
};

/** Trains to the end, from the newest checkpoint in `folder` if there is one; each batch takes `pause` ms longer. */
export async function run(folder: string, name: string, pause = 0): Promise<void> {
  const { optimizer, config, unsized: isUnsized } = cases[name] as Case;
  const newest = join(folder, 'newest');
  const initialEpoch = existsSync(newest) ? Number(readFileSync(newest, 'utf8')) : 0;
  const checkpoint = join(folder, `epoch-${initialEpoch}`);
  const model = initialEpoch > 0 ? await load(checkpoint) : tinyModel(optimizers[optimizer]?.(BASE));
  const annealing =
    initialEpoch > 0
      ? CosineAnnealingCallback.fromJSON(readFileSync(join(checkpoint, 'annealing.json'), 'utf8'), {
          logger: null,
        })
      : new CosineAnnealingCallback(config, { logger: null });

  let epochNow = initialEpoch;
  const observer = callback({
    onEpochBegin: async (epoch) => {
      epochNow = epoch;
    },
    onBatchEnd: async (batch) => {
      const rate = getLearningRate(model.optimizer);
      appendFileSync(join(folder, 'rates'), `${epochNow} ${batch} ${rate}\n`);
      say('batch');
      await sleep(pause);
    },
    onEpochEnd: async (epoch) => {
      say('saving');
      await save(join(folder, `epoch-${epoch + 1}`), model, annealing);
      writeFileSync(`${newest}.part`, String(epoch + 1));
      renameSync(`${newest}.part`, newest);
    },
  });
  const options = { initialEpoch, epochs: EPOCHS };
  const callbacks = [annealing, observer];
  if (isUnsized) await trainDataset(model, unsized(), callbacks, options);
  else await train(model, callbacks, options);
}

async function save(folder: string, model: LayersModel, annealing: CosineAnnealingCallback): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const write = async ({ weightData, ...artifacts }: io.ModelArtifacts) => {
    writeFileSync(join(folder, 'model.json'), JSON.stringify(artifacts));
    writeFileSync(join(folder, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
    return {
      modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON({
        ...artifacts,
        weightData: new ArrayBuffer(0),
      }),
    };
  };
  await model.save(tf.io.withSaveHandler(write), { includeOptimizer: true });
  writeFileSync(join(folder, 'annealing.json'), JSON.stringify(annealing));
}

async function load(folder: string): Promise<LayersModel> {
  const artifacts = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const weightData = new Uint8Array(readFileSync(join(folder, 'weights.bin'))).buffer;
  return tf.loadLayersModel(tf.io.fromMemory({ ...artifacts, weightData }));
}

/** Tells the parent at once where there is one: console.log may come late. */
function say(word: string): void {
  if (require.main === module) writeSync(1, `${word}\n`);
}

if (require.main === module) {
  const [, , folder = '', name = '', pause] = process.argv;
  run(folder, name, Number(pause)).catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
