/// <reference lib="dom" />
// What checkpoint.spec.ts runs in the browser: a training that goes on from its checkpoint.
import * as tf from '@tensorflow/tfjs';
import { loadCheckpoint, saveCheckpoint } from '../../lib/snapshots/checkpoint';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { getLearningRate } from '../../lib/training/optimizer';

const xs = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const ys = xs.map(([a = 0, b = 0]) => [a - 2 * b]);

function createModel(units: number) {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units, inputShape: [2], kernelInitializer }),
      tf.layers.dense({ units: 1, kernelInitializer }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
  return model;
}

/** Each batch as "epoch batch rate loss", and the weights at the end. */
export interface Trained {
  readonly begin: number;
  readonly lines: string[];
  readonly weights: number[];
}

/** Trains to the end, from the checkpoint if there is one; without a store, from the start. */
export async function trainWith(store: string | undefined, epochs: number): Promise<Trained> {
  await tf.setBackend('cpu');
  const model = createModel(3);
  const loaded = store === undefined ? undefined : await loadCheckpoint(store, model);
  const annealing =
    loaded ?? new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_min: 1e-4 }, { logger: null });
  const begin = annealing.epoch;
  const lines: string[] = [];
  let epochNow = begin;
  const observer = new tf.CustomCallback({
    onEpochBegin: async (epoch) => {
      epochNow = epoch;
      document.title = `epoch ${epoch}`;
    },
    onBatchEnd: async (batch, logs) => {
      lines.push([epochNow, batch, getLearningRate(model.optimizer), logs?.['loss']].join(' '));
      if (store !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    onEpochEnd: async () => {
      if (store !== undefined) await saveCheckpoint(store, model, annealing);
    },
  });
  await model.fit(tf.tensor2d(xs), tf.tensor2d(ys), {
    initialEpoch: begin,
    epochs,
    batchSize: 2,
    shuffle: false,
    verbose: 0,
    callbacks: [annealing, observer],
  });
  return { begin, lines, weights: model.getWeights().flatMap((weights) => [...weights.dataSync()]) };
}

/** Saves a model with so many units; the error's name and message if it can't be saved. */
export async function save(store: string, units: number): Promise<string> {
  await tf.setBackend('cpu');
  try {
    await saveCheckpoint(store, createModel(units), new CosineAnnealingCallback({ T_0: 1 }));
    return 'saved';
  } catch (error) {
    return String(error);
  }
}

/** Whether there is a checkpoint of a model with so many units, and it can be loaded. */
export async function load(store: string, units: number): Promise<string> {
  await tf.setBackend('cpu');
  try {
    return (await loadCheckpoint(store, createModel(units))) ? 'loaded' : 'none';
  } catch (error) {
    return String(error);
  }
}

/** The next model that is put into the database is dropped again, as if the disk had turned out to be full. */
export function fillDatabase(): void {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...args) {
    const request = put.apply(this, args);
    if (this.name === 'models_store') {
      IDBObjectStore.prototype.put = put;
      request.addEventListener('success', () => this.transaction.abort());
    }
    return request;
  };
}
