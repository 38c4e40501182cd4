// A training as a user would write it, on whatever TensorFlow.js it is given: three cycles of one epoch, four batches each.
const assert = require('node:assert/strict');

module.exports = async function training(tf, { CosineAnnealingCallback, cosineAnnealing, toText, toSVG }) {
  const config = { T_0: 1, eta_max: 0.1 };
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: tf.train.momentum(0.5, 0.9), loss: 'meanSquaredError' });
  const before = model.getWeights()[0].dataSync()[0];
  const annealing = new CosineAnnealingCallback(config);
  const inputs = tf.linspace(-1, 1, 32).reshape([32, 1]);
  await model.fit(inputs, inputs.mul(3), { epochs: 3, batchSize: 8, verbose: 0, callbacks: [annealing] });

  const schedule = cosineAnnealing(config);
  const expected = Array.from({ length: 12 }, (_, step) => schedule(step / 4));
  assert.deepEqual(annealing.history.learningRates, expected, 'the learning rates that were set');
  assert.equal(model.optimizer.learningRate, expected.at(-1), "the optimizer's learning rate");
  assert.notEqual(model.getWeights()[0].dataSync()[0], before, 'the weight was trained');
  const saved = JSON.parse(JSON.stringify(annealing));
  assert.deepEqual(CosineAnnealingCallback.fromJSON(saved).history.learningRates, expected, 'what was saved');
  assert.throws(() => new CosineAnnealingCallback({ T0: 1, eta_min: -1 }), {
    name: 'CosineAnnealingError',
    message: /^`T0`: unknown key; did you mean T_0\?\n`eta_min`: expected a number >= 0, got -1$/m,
  });
  assert.match(toText(annealing), /▲/);
  assert.match(toSVG({ schedule, to: 3 }), /<svg/);
  return `tfjs ${tf.version.tfjs} on ${tf.getBackend()}`;
};
