// fitDataset with an endless generator: batchesPerEpoch tells TensorFlow.js, and so the callback, how long an epoch is.
import { CosineAnnealingCallback } from 'tfjs-cosine-annealing';
import { tf } from './shared/backend';

function* sums() {
  for (;;) {
    const xs = tf.randomUniform([32, 2]);
    yield { xs, ys: xs.sum(1, true) };
  }
}

async function main(): Promise<void> {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: tf.train.adam(0.1), loss: 'meanSquaredError' });

  const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2 });
  const { history } = await model.fitDataset(tf.data.generator(sums), {
    epochs: 7,
    batchesPerEpoch: 20,
    verbose: 0,
    callbacks: annealing,
  });

  for (const { epoch, step, learningRate } of annealing.history.restarts) {
    console.log(`warm restart in epoch ${epoch}, at step ${step}: ${learningRate}`);
  }
  console.log(
    `loss: ${((history['loss'] as number[]).at(-1) as number).toExponential(1)} after ${annealing.step} steps`,
  );
}

void main();
