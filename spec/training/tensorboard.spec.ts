import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

type UpdateFreq = 'batch' | 'epoch';
type Order = 'in front of it' | 'behind it';
type TensorBoard = (
  folder: string,
  options: { updateFreq: UpdateFreq },
) => InstanceType<typeof tf.CustomCallback>;

const root = mkdtempSync(path.join(tmpdir(), 'tensorboard-'));

/** Three epochs of eight batches beside TensorBoard, with this callback in front of it or behind it. */
async function trainBeside(updateFreq: UpdateFreq, order: Order) {
  const folder = mkdtempSync(path.join(root, 'events-'));
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
  model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'meanSquaredError' });
  const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_min: 1e-4 });
  const tensorBoard = (tf as unknown as { node: { tensorBoard: TensorBoard } }).node.tensorBoard(folder, {
    updateFreq,
  });
  const { history } = await model.fit(tf.randomNormal([32, 3]), tf.randomNormal([32, 1]), {
    epochs: 3,
    batchSize: 4,
    verbose: 0,
    callbacks: order === 'in front of it' ? [annealing, tensorBoard] : [tensorBoard, annealing],
  });
  return { events: path.join(folder, 'train'), annealing, history };
}

describe('CosineAnnealingCallback beside tf.node.tensorBoard', function () {
  this.timeout(300_000);
  before(function () {
    if (!native) this.skip(); // tf.node is native TensorFlow
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const tags: [Order, UpdateFreq, string[]][] = [
    ['in front of it', 'batch', ['batch_lr', 'epoch_lr']],
    ['in front of it', 'epoch', ['epoch_lr']],
    ['behind it', 'batch', ['batch_lr']],
    ['behind it', 'epoch', []],
  ];
  for (const [order, updateFreq, expected] of tags) {
    it(`shows ${expected.join(' and ') || 'no learning rate'} ${order}, with updateFreq '${updateFreq}'`, async () => {
      const { events } = await trainBeside(updateFreq, order);
      const bytes = readdirSync(events).map((name) => readFileSync(path.join(events, name), 'latin1'));
      const written = bytes.join();
      expect(written).to.contain('epoch_loss'); // a tag stands in the file as it is
      expect(['batch_lr', 'epoch_lr'].filter((tag) => written.includes(tag))).to.deep.equal(expected);
    });
  }

  describe("read by TensorBoard's own reader", () => {
    const packages = path.join(root, 'python');
    const env: NodeJS.ProcessEnv = { ...process.env, PYTHONPATH: packages };

    before(function () {
      if (spawnSync('python3', ['-c', 'import tensorboard'], { env }).status === 0) return;
      if (process.env['CI'] === undefined) {
        console.log('      its reader is tried in CI, or if pip has installed tensorboard');
        return this.skip();
      }
      execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', packages, 'tensorboard'], {
        stdio: 'inherit',
      });
    });

    it('shows the learning rate of every batch and of every epoch, in front of it', async () => {
      const { events, annealing, history } = await trainBeside('batch', 'in front of it');
      const found = JSON.parse(execFileSync('python3', ['-c', READER, events], { env, encoding: 'utf8' }));
      const rates = (tag: string): number[] => (found[tag] as [number, number][]).map(([, value]) => value);
      expect(rates('epoch_lr')).to.deep.equal((history['lr'] as number[]).map(Math.fround));
      expect(history['lr']).to.have.length(3);
      expect(rates('batch_lr')).to.deep.equal(annealing.history.learningRates.map(Math.fround));
      expect(rates('batch_lr')).to.have.length(24);
    });
  });
});
