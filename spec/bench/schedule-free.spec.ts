import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { ScheduleFreeSGD } from '../../examples/shared/schedule-free';

/** One weight w; the loss of an update is half of (w - target)^2, so that its gradient is w - target. */
function minimize(optimizer: ScheduleFreeSGD, w: ReturnType<typeof tf.variable>, target: number): void {
  const loss = () => w.sub(target).square().div(2).sum().asScalar();
  optimizer.minimize(loss, false, [w]);
}

describe('Schedule-Free SGD', () => {
  const targets = [3, -1, 2, 0.5, 4];
  const [rate, momentum, warmup] = [0.5, 0.9, 2];

  it("follows the paper's three sequences", () => {
    const w = tf.variable(tf.scalar(1));
    const optimizer = new ScheduleFreeSGD(rate, momentum, warmup);
    let [x, y, z, sum] = [1, 1, 1, 0];
    for (const [i, target] of targets.entries()) {
      const gamma = rate * Math.min(1, (i + 1) / warmup);
      z -= gamma * (y - target);
      sum += gamma ** 2;
      x += (gamma ** 2 / sum) * (z - x);
      y = (1 - momentum) * z + momentum * x;
      minimize(optimizer, w, target);
      expect(w.dataSync()[0]).to.be.closeTo(y, 1e-6);
      optimizer.withAverage(() => expect(w.dataSync()[0]).to.be.closeTo(x, 1e-6));
    }
    optimizer.dispose();
    w.dispose();
  });

  it('trains on after a look at the averaged weights as if there had been none', () => {
    const weights = [true, false].map((looks) => {
      const w = tf.variable(tf.scalar(1));
      const optimizer = new ScheduleFreeSGD(rate, momentum);
      for (const target of targets) {
        minimize(optimizer, w, target);
        if (looks) optimizer.withAverage(() => w.dataSync());
      }
      const [value] = w.dataSync();
      optimizer.dispose();
      w.dispose();
      return value;
    });
    expect(weights[0]).to.equal(weights[1]);
  });

  it('trains a model in fit, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })],
    });
    const optimizer = new ScheduleFreeSGD(0.1);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const [xs, ys] = [tf.tensor2d([[-1], [0], [1]]), tf.tensor2d([[-3], [1], [5]])];
    await model.fit(xs, ys, { epochs: 300, verbose: 0 });
    const predicted = optimizer.withAverage(() =>
      tf.tidy(() => [...(model.predict(xs) as typeof xs).dataSync()]),
    );
    for (const [i, target] of [-3, 1, 5].entries()) expect(predicted[i]).to.be.closeTo(target, 0.2);
    expect(optimizer.iterations).to.equal(300);
    model.dispose();
    optimizer.dispose();
    tf.dispose([xs, ys]);
    expect(tf.memory().numTensors).to.equal(before);
  });
});
