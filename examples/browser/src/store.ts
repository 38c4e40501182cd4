import * as tf from '@tensorflow/tfjs';
import type { CosineAnnealingState } from 'tfjs-cosine-annealing';
import type { Backend } from './backend';
import type { Run } from './run';

/** What localStorage keeps of a run, besides the model. */
interface SavedRun {
  readonly annealing: CosineAnnealingState;
  readonly epochs: number;
  readonly losses: number[];
  readonly accuracies: number[];
}

/** Each backend has its run, since the model depends on it. */
const keyOf = (backend: Backend) => `tfjs-cosine-annealing.${backend}`;
const weightsOf = (backend: Backend) => `localstorage://${keyOf(backend)}`;

/** Saves the model with its optimizer's state, and all else as one text. */
export async function saveRun({ backend, model, annealing, epochs, losses, accuracies }: Run): Promise<void> {
  const run: SavedRun = { annealing: annealing.state(), epochs, losses, accuracies };
  await model.save(weightsOf(backend), { includeOptimizer: true });
  localStorage.setItem(keyOf(backend), JSON.stringify(run));
}

/** What was saved last, and where the model is; undefined where there is nothing. */
export function loadRun(backend: Backend): (SavedRun & { weights: string }) | undefined {
  const text = localStorage.getItem(keyOf(backend));
  return text === null ? undefined : { ...JSON.parse(text), weights: weightsOf(backend) };
}

export async function forgetRun(backend: Backend): Promise<void> {
  localStorage.removeItem(keyOf(backend));
  if (weightsOf(backend) in (await tf.io.listModels())) await tf.io.removeModel(weightsOf(backend));
}
