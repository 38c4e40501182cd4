// The model comes from one copy of @tensorflow/tfjs-layers, the callback extends the class of another.
const assert = require('node:assert/strict');
const tf = require('@tensorflow/tfjs');
const { CosineAnnealingCallback } = require('tfjs-cosine-annealing');

const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
const annealing = new CosineAnnealingCallback({ T_0: 1 });
const fit = model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { verbose: 0, callbacks: [annealing] });
assert.rejects(fit, { name: 'CosineAnnealingError', message: /run npm ls @tensorflow\/tfjs-layers/ });
