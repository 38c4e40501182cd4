import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { native, tf } from '../../examples/shared/backend';
import { CosineAnnealingCallback } from '../../lib';

/** TensorBoard's own reader; prints [[step, value], ...] of each tag. */
const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util
events = EventAccumulator(sys.argv[1], size_guidance={'tensors': 0, 'scalars': 0}).Reload()
tags = events.Tags()
read = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags['scalars']}
read |= {tag: [[e.step, float(tensor_util.make_ndarray(e.tensor_proto))] for e in events.Tensors(tag)] for tag in tags['tensors']}
print(json.dumps(read))
`;

type TensorBoard = (
  folder: string,
  options: { updateFreq: 'batch' | 'epoch' },
) => InstanceType<typeof tf.CustomCallback>;

describe('tf.node.tensorBoard beside CosineAnnealingCallback', function () {
  this.timeout(300_000);
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(function () {
    folder = mkdtempSync(path.join(tmpdir(), 'tensorboard-'));
    const packages = path.join(folder, 'python');
    env = { ...process.env, PYTHONPATH: packages };
    const isInstalled = spawnSync('python3', ['-c', 'import tensorboard'], { env }).status === 0;
    if (isInstalled && native) return;
    if (!native || process.env['CI'] === undefined) {
      console.log(
        '    TensorBoard is read in CI only, with native TensorFlow, or where pip has installed tensorboard',
      );
      return this.skip();
    }
    execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', packages, 'tensorboard'], {
      stdio: 'inherit',
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const updateFreq of ['batch', 'epoch'] as const) {
    it(`shows the learning rate of every ${updateFreq}, without any set-up`, async () => {
      const events = path.join(folder, updateFreq);
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
      model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'meanSquaredError' });
      const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_min: 1e-4 });
      const tensorBoard = (tf as unknown as { node: { tensorBoard: TensorBoard } }).node.tensorBoard(events, {
        updateFreq,
      });
      const { history } = await model.fit(tf.randomNormal([32, 3]), tf.randomNormal([32, 1]), {
        epochs: 3,
        batchSize: 4,
        verbose: 0,
        callbacks: [annealing, tensorBoard],
      });

      const found = JSON.parse(
        execFileSync('python3', ['-c', READER, path.join(events, 'train')], { env, encoding: 'utf8' }),
      );
      const rates = (tag: string): number[] => (found[tag] as [number, number][]).map(([, value]) => value);
      expect(rates('epoch_lr')).to.deep.equal((history['lr'] as number[]).map(Math.fround));
      expect(history['lr']).to.have.length(3);
      if (updateFreq === 'epoch') return;
      expect(rates('batch_lr')).to.deep.equal(annealing.history.learningRates.map(Math.fround));
      expect(rates('batch_lr')).to.have.length(24);
    });
  }
});
