// A page's script; the bundle also runs in Node.
import * as tf from '@tensorflow/tfjs';
import { CosineAnnealingCallback, getLearningRate } from 'tfjs-cosine-annealing';

const optimizer = tf.train.adam(0.5);
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
model.compile({ optimizer, loss: 'meanSquaredError' });
const annealing = new CosineAnnealingCallback({ T_0: 2, eta_max: 0.1 });
await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { epochs: 2, verbose: 0, callbacks: [annealing] });
if (Math.abs(getLearningRate(optimizer) - 0.05) > 1e-12)
  throw new Error(`the learning rate is ${getLearningRate(optimizer)}`);
console.log(`annealed: ${annealing instanceof tf.CustomCallback}`);
