// Trains with a checkpoint after every epoch. Stop it at any moment, even with kill -9, and start it again: it goes on
// from the newest checkpoint and ends as if it had never been stopped. A checkpoint is a folder with the model, the
// optimizer's weights and the state of the learning rate, which belong together; `newest` names the folder that is whole.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { io, LayersModel } from '@tensorflow/tfjs';
import { CosineAnnealingCallback } from 'tfjs-cosine-annealing';
import { backendName, native, tf } from './shared/backend';
import {
  batches,
  batchesPerEpoch,
  createModel,
  loadTestDigits,
  loadTrainingDigits,
  percent,
  size,
  testError,
} from './shared/mnist';

const FOLDER = resolve('checkpoints');
const NEWEST = join(FOLDER, 'newest');
const epochs = 7;

interface Run {
  readonly model: LayersModel;
  readonly annealing: CosineAnnealingCallback;
  readonly initialEpoch: number;
}

async function main(): Promise<void> {
  console.log(`Backend: ${backendName}`);
  const run = existsSync(NEWEST) ? await resume() : begin();
  if (run.initialEpoch < epochs) await train(run);
  console.log(`The test error at the end is ${percent(testError(run.model, loadTestDigits()))}.`);
  console.log(`To train once more from the start, remove ${FOLDER}`);
}

function begin(): Run {
  console.log(
    `Training from the start, with ${size.trainingImages} images; a checkpoint goes to ${FOLDER} after each epoch.`,
  );
  const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_min: 1e-4 });
  return { model: createModel(tf.train.momentum(0.1, 0.9)), annealing, initialEpoch: 0 };
}

async function resume(): Promise<Run> {
  const name = readFileSync(NEWEST, 'utf8');
  const folder = join(FOLDER, name);
  // The optimizer comes with the model, and with it an annealed learning rate; the state knows where that began.
  const model = await tf.loadLayersModel(native ? `file://${folder}/model.json` : filesIn(folder));
  const annealing = CosineAnnealingCallback.fromJSON(readFileSync(join(folder, 'annealing.json'), 'utf8'));
  const initialEpoch = Number(name.split('-')[1]);
  console.log(`Going on after epoch ${initialEpoch} of ${epochs}, from ${folder}`);
  return { model, annealing, initialEpoch };
}

async function train({ model, annealing, initialEpoch }: Run): Promise<void> {
  const checkpoint = new tf.CustomCallback({
    onEpochEnd: async (epoch) => {
      await save({ model, annealing, initialEpoch: epoch + 1 });
      console.log(`epoch ${epoch + 1}: learning rate ${annealing.learningRate?.toFixed(4)}, saved`);
    },
  });
  await model.fitDataset(batches(loadTrainingDigits(), initialEpoch), {
    epochs,
    initialEpoch,
    batchesPerEpoch,
    verbose: 0,
    callbacks: [annealing, checkpoint], // in this order, so that the epoch counts as done in what is saved
  });
}

/** Until the last line the checkpoint before is the newest one, so a kill at any moment leaves a whole one. */
async function save({ model, annealing, initialEpoch }: Run): Promise<void> {
  const name = `epoch-${initialEpoch}`;
  const folder = join(FOLDER, name);
  rmSync(folder, { recursive: true, force: true }); // what a kill may have left
  mkdirSync(folder, { recursive: true });
  await model.save(native ? `file://${folder}` : filesIn(folder), { includeOptimizer: true });
  writeFileSync(join(folder, 'annealing.json'), JSON.stringify(annealing));
  writeFileSync(`${NEWEST}.part`, name);
  renameSync(`${NEWEST}.part`, NEWEST);
  for (const other of readdirSync(FOLDER)) {
    if (other.startsWith('epoch-') && other !== name) rmSync(join(FOLDER, other), { recursive: true });
  }
}

/** What `file://` does with tfjs-node: pure JavaScript has no such handler. */
function filesIn(folder: string): io.IOHandler {
  const modelFile = join(folder, 'model.json');
  const weightsFile = join(folder, 'weights.bin');
  return {
    async save({ weightData, ...artifacts }) {
      writeFileSync(weightsFile, Buffer.from(tf.io.CompositeArrayBuffer.join(weightData)));
      writeFileSync(modelFile, JSON.stringify(artifacts));
      return {
        modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON({
          ...artifacts,
          weightData: weightData ?? [],
        }),
      };
    },
    async load() {
      const { buffer, byteOffset, byteLength } = readFileSync(weightsFile);
      const weightData = buffer.slice(byteOffset, byteOffset + byteLength);
      return { ...JSON.parse(readFileSync(modelFile, 'utf8')), weightData };
    },
  };
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
