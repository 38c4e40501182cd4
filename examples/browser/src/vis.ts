// tfjs-vis beside the callback: src/vis.ts is all there is to it.
import * as tf from '@tensorflow/tfjs';
import * as tfvis from '@tensorflow/tfjs-vis';
import { CosineAnnealingCallback } from 'tfjs-cosine-annealing';
import { loadMnist } from './train/data';
import { createModel } from './train/model';

await tf.setBackend('cpu');
const { training } = await loadMnist(320);
const model = createModel('cpu');

// What fitCallbacks makes is a plain object, so it goes into a tf.CustomCallback, and behind our callback, which puts
// `lr` into the logs that it draws.
const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_max: 0.05, eta_min: 1e-4 });
const live = tfvis.show.fitCallbacks({ name: 'While it trains', tab: 'Training' }, ['loss', 'lr']);
await model.fit(training.images, training.digits, {
  batchSize: 64,
  epochs: 7,
  callbacks: [annealing, new tf.CustomCallback(live)],
});

// tfjs-vis spaces the points evenly, whatever their x, so count updates.
const rates = Array.from(annealing.history, ({ step, learningRate }) => ({ x: step, y: learningRate }));
await tfvis.render.linechart(
  { name: 'Learning rate', tab: 'History' },
  { values: [rates], series: ['lr'] },
  { xLabel: 'update', yLabel: 'learning rate' },
);

// To look at in the console.
Object.assign(globalThis, { annealing });
