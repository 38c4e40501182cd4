import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { type CosineAnnealingConfig, cosineAnnealing } from '../../lib/config/config';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { HistoryLog } from '../../lib/training/history';
import { drive } from '../support/drive';
import { tries } from '../support/effort';
import { onBackend, optimizers, tinyModel } from '../support/models';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const BYTES_A_CHANGE = 24;

function memory() {
  collectGarbage();
  collectGarbage(); // typed arrays go with the second one
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, tensors: tf.memory().numTensors };
}

/** What the memory was after each epoch. */
async function soak(annealing: CosineAnnealingCallback, epochs: number, batches: number, optimizer = 'adam') {
  const seen: ReturnType<typeof memory>[] = [];
  const onEpochEnd = () => void seen.push(memory());
  await drive(tinyModel(optimizers[optimizer]?.(0.5)), [annealing], { epochs, batches, onEpochEnd });
  return seen as [ReturnType<typeof memory>, ...typeof seen];
}

const started = (config: CosineAnnealingConfig) => new CosineAnnealingCallback(config, { logger: null });

describe('A million changes', () => {
  it('cost at most 24 bytes each', () => {
    const count = 2 ** 20;
    const before = memory();
    const history = new HistoryLog();
    history.follow(cosineAnnealing({ T_0: 10, eta_max: 0.5, batchesPerEpoch: 100 }));
    for (let step = 0; step < count; step++)
      history.append({ step, epoch: Math.floor(step / 100), batch: step % 100 }, 0.5, step % 1000 === 0);
    const after = memory();
    expect((after.buffers - before.buffers) / count).to.be.at.most(BYTES_A_CHANGE);
    expect((after.heap - before.heap) / count, 'and next to nothing beside').to.be.lessThan(2);
    expect(history).to.have.length(count);
  });
});

const BATCHES = tries(100_000, 1_000_000);

describe(`${BATCHES.toLocaleString('en')} batches`, () => {
  onBackend('cpu');

  it('with a historyLimit leave the heap flat, no tensor more, and every count right', async () => {
    const annealing = started({ T_0: 1, T_mult: 2, historyLimit: 1000 });
    const [first, ...later] = await soak(annealing, 10, BATCHES / 10);
    for (const { heap, buffers, tensors } of later) {
      expect(tensors).to.equal(first.tensors);
      expect(heap - first.heap).to.be.lessThan(300_000);
      expect(buffers - first.buffers).to.be.lessThan(2 * 1024 * BYTES_A_CHANGE);
    }
    expect(annealing.step).to.equal(BATCHES);
    expect(annealing.history).to.have.length(1000);
    expect(annealing.history.at(-1)?.step).to.equal(BATCHES - 1);
    expect(annealing.cycle).to.equal(3);
  });

  for (const optimizer of ['sgd', 'momentum']) {
    it(`leave no tensor behind with tf.train.${optimizer}, which keeps its rate in one; here 50,000`, async () => {
      const [first, second] = await soak(started({ T_0: 1, historyLimit: 1 }), 2, 25_000, optimizer);
      expect(second?.tensors).to.equal(first.tensors);
    });
  }
});
