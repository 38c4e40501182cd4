// A training loop of your own: the schedule is a plain function, and setLearningRate works with every optimizer.
import { cosineAnnealing, setLearningRate } from 'tfjs-cosine-annealing';
import { tf } from './shared/backend';

const lr = cosineAnnealing({ T_0: 50, T_mult: 2, eta_max: 0.1, eta_min: 1e-3, unit: 'batch' });
const optimizer = tf.train.sgd(lr(0));
const slope = tf.scalar(0).variable();
const xs = tf.linspace(-1, 1, 64);
const ys = xs.mul(3);

for (let step = 0; step < 150; step++) {
  setLearningRate(optimizer, lr(step));
  const loss = optimizer.minimize(() => xs.mul(slope).sub(ys).square().mean(), true);
  const { cycle, T_cur } = lr.cycleAt(step);
  if (T_cur === 0)
    console.log(
      `step ${step}: cycle ${cycle} begins at ${lr(step)}, loss ${loss?.dataSync()[0]?.toFixed(6)}`,
    );
  loss?.dispose();
}
console.log(`slope: ${slope.dataSync()[0]?.toFixed(3)}, expected 3`);
