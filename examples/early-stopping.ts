// Early stopping beside warm restarts: the loss rises at each restart, so be patient for a whole cycle.
import { CosineAnnealingCallback } from 'tfjs-cosine-annealing';
import { tf } from './shared/backend';

async function main(): Promise<void> {
  const xs = tf.linspace(-1, 1, 256).reshape([256, 1]);
  const ys = xs.mul(Math.PI).sin();
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 16, inputShape: [1], activation: 'tanh' }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });

  const annealing = new CosineAnnealingCallback({ T_0: 5 });
  const { epoch, history } = await model.fit(xs, ys, {
    epochs: 100,
    verbose: 0,
    callbacks: [annealing, tf.callbacks.earlyStopping({ monitor: 'loss', patience: 2 * 5, minDelta: 1e-4 })],
  });
  console.log(`stopped after ${epoch.length} epochs and ${annealing.history.restarts.length} warm restarts`);
  console.log(`loss: ${((history['loss'] as number[]).at(-1) as number).toExponential(1)}`);
}

void main();
