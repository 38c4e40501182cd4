// A run that saves a checkpoint after each epoch and goes on from it: what resume.spec.ts kills. It logs each batch as
// the optimizer made it, a line each, as "epoch batch rate loss".
import { appendFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CosineAnnealingCallback, type CosineAnnealingConfig, getLearningRate } from '../../lib';
import { loadCheckpoint, saveCheckpoint } from '../../lib/snapshots/checkpoint';
import { fileCheckpoint } from '../../lib/snapshots/file-checkpoint';
import { train, trainDataset, unsized } from './datasets';
import { callback } from './drive';
import { optimizers, tinyModel } from './models';

interface Case {
  readonly optimizer: 'sgd' | 'momentum' | 'adam' | 'adamax';
  readonly config: CosineAnnealingConfig;
  /** Whether TensorFlow.js can't know how many batches there are. */
  readonly unsized?: boolean;
}

export const cases: Record<string, Case> = {
  'SGD, eta_max read from the optimizer': { optimizer: 'sgd', config: { T_0: 1, T_mult: 2, eta_min: 1e-4 } },
  'Momentum, on a dataset of unknown size': {
    optimizer: 'momentum',
    config: { T_0: 1.5, T_mult: 2, eta_max_mult: 0.8 },
    unsized: true,
  },
  'Adam, with cycles that fill the fit': { optimizer: 'adam', config: { cycles: 4, eta_min: 1e-5 } },
  'Adamax, counted in batches': { optimizer: 'adamax', config: { T_0: 7, T_mult: 1.5, unit: 'batch' } },
};

/** The model of a case as it is before training, and its checkpoint. */
export function begin(folder: string, name: string) {
  const { optimizer } = cases[name] as Case;
  return {
    model: tinyModel(optimizers[optimizer]?.(0.0625)),
    checkpoint: fileCheckpoint(join(folder, 'checkpoint')),
  };
}

/** Trains to the end, from the checkpoint in `folder` if there is one; each batch takes `pause` ms longer. */
export async function run(folder: string, name: string, epochs: number, pause = 0): Promise<void> {
  const { config, unsized: isUnsized } = cases[name] as Case;
  const { model, checkpoint } = begin(folder, name);
  const options = { logger: null };
  const annealing =
    (await loadCheckpoint(checkpoint, model, options)) ?? new CosineAnnealingCallback(config, options);

  let epochNow = annealing.epoch;
  const observer = callback({
    onEpochBegin: async (epoch) => {
      epochNow = epoch;
    },
    onBatchEnd: async (batch, logs) => {
      const line = [epochNow, batch, getLearningRate(model.optimizer), logs?.['loss']];
      appendFileSync(join(folder, 'log'), `${line.join(' ')}\n`);
      say('batch');
      await sleep(pause);
    },
    onEpochEnd: async () => {
      say('saving');
      await saveCheckpoint(checkpoint, model, annealing);
    },
  });
  const fit = { initialEpoch: annealing.epoch, epochs };
  const callbacks = [annealing, observer];
  if (isUnsized) await trainDataset(model, unsized(), callbacks, fit);
  else await train(model, callbacks, fit);
}

/** Tells the parent at once if there is one: console.log may come late. */
function say(word: string): void {
  if (require.main === module) writeSync(1, `${word}\n`);
}

if (require.main === module) {
  const [, , folder = '', name = '', epochs, pause] = process.argv;
  run(folder, name, Number(epochs), Number(pause)).catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
