import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { tf } from '../../examples/shared/backend';
import { positionOf, type ScheduleConfig } from '../../lib/annealing/schedule';
import { type CosineAnnealingConfig, cosineAnnealing, parseConfig } from '../../lib/config/config';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { type LearningRateChange, LearningRateHistory } from '../../lib/training/history';
import { getLearningRate } from '../../lib/training/optimizer';
import type { CycleEnd } from '../../lib/training/options';
import { drive, onBackend, optimizers, tinyModel } from '../support/training';

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

describe('a million changes', () => {
  it('cost at most 24 bytes each', () => {
    const count = 2 ** 20;
    const before = memory();
    const history = new LearningRateHistory();
    history.follow(cosineAnnealing({ T_0: 10, eta_max: 0.5, batchesPerEpoch: 100 }));
    for (let step = 0; step < count; step++)
      history.append({ step, epoch: Math.floor(step / 100), batch: step % 100 }, 0.5);
    const after = memory();
    expect((after.buffers - before.buffers) / count).to.be.at.most(BYTES_A_CHANGE);
    expect((after.heap - before.heap) / count, 'and next to nothing beside').to.be.lessThan(2);
    expect(history).to.have.length(count);
  });
});

describe('a million batches', () => {
  onBackend('cpu');

  it('with a historyLimit leave the heap flat, no tensor more, and every count right', async () => {
    const annealing = started({ T_0: 1, T_mult: 2, historyLimit: 1000 });
    const [first, ...later] = await soak(annealing, 10, 100_000);
    for (const { heap, buffers, tensors } of later) {
      expect(tensors).to.equal(first.tensors);
      expect(heap - first.heap).to.be.lessThan(300_000);
      expect(buffers - first.buffers).to.be.lessThan(2 * 1024 * BYTES_A_CHANGE);
    }
    expect(annealing.step).to.equal(1_000_000);
    expect(annealing.history).to.have.length(1000);
    expect(annealing.history.at(-1)?.step).to.equal(999_999);
    expect(annealing.cycle).to.equal(3);
  });

  for (const optimizer of ['sgd', 'momentum']) {
    it(`leave no tensor behind with tf.train.${optimizer}, which keeps its rate in one; here 50,000`, async () => {
      const [first, second] = await soak(started({ T_0: 1, historyLimit: 1 }), 2, 25_000, optimizer);
      expect(second?.tensors).to.equal(first.tensors);
    });
  }
});

type Config = CosineAnnealingConfig & { eta_max: number };

interface SomeFit {
  readonly epochs: number;
  readonly batches: number;
  readonly known: boolean;
  /** Training is stopped after this update, or fails in its place. */
  readonly stopAt: number | null;
  readonly failAt: number | null;
  /** What is saved, and resumed by a new callback. */
  readonly save: 'everything' | 'position' | 'nothing';
}

const someConfig: fc.Arbitrary<Config> = fc.record(
  {
    T_0: fc.constantFrom(0.3, 0.5, 1, 2, 3.5),
    T_mult: fc.constantFrom(1, 1.5, 2),
    eta_max: fc.constant(0.5),
    eta_min: fc.constantFrom(0, 0.1, 0.5),
    cycles: fc.integer({ min: 1, max: 4 }),
    warmup: fc.constantFrom(1, { length: 0.5, everyCycle: true }),
    unit: fc.constantFrom('epoch', 'batch'),
    updateFreq: fc.constantFrom('epoch', 'batch'),
  },
  { requiredKeys: ['T_0', 'eta_max'] },
);

const someFits: fc.Arbitrary<SomeFit[]> = fc.array(
  fc.record({
    epochs: fc.integer({ min: 1, max: 4 }),
    batches: fc.integer({ min: 1, max: 5 }),
    known: fc.boolean(),
    stopAt: fc.option(fc.integer({ min: 0, max: 15 })),
    failAt: fc.option(fc.integer({ min: 0, max: 15 })),
    save: fc.constantFrom('everything', 'position', 'nothing'),
  }),
  { minLength: 1, maxLength: 4 },
);

/** An update as it must be: its rate, its cycle, and whether the next one would come in the same fit. */
interface Expected {
  readonly learningRate: number;
  readonly cycle: number;
  readonly isLastOfFit: boolean;
}

/** What the fits should do, by a plain account of the clock. */
function accountOf(config: Config, fits: readonly SomeFit[]): Expected[] {
  const lr = cosineAnnealing(config);
  const account: Expected[] = [];
  let [epoch, batchesPerEpoch] = [0, undefined as number | undefined];
  for (const { epochs, batches, known, stopAt, failAt } of fits) {
    if (known) batchesPerEpoch = batches;
    const begin = account.length;
    let t = 0;
    run: for (let own = 0; own < epochs; own++) {
      for (let batch = 0; batch < batches; batch++) {
        const place = { step: account.length, epoch, batch };
        if (batch === 0 || config.updateFreq !== 'epoch')
          t = positionOf({ ...(parseConfig(config) as ScheduleConfig), batchesPerEpoch }, place);
        const update = account.length - begin;
        if (update === failAt) break run;
        account.push({ learningRate: lr(t), cycle: lr.cycleAt(t).cycle, isLastOfFit: false });
        if (update === stopAt) {
          epoch++;
          break run;
        }
      }
      if (!known) batchesPerEpoch = batches;
      epoch++;
    }
    const last = account.pop();
    if (last) account.push({ ...last, isLastOfFit: true });
  }
  return account;
}

async function trained(config: Config, fits: readonly SomeFit[]) {
  const model = tinyModel(optimizers['adam']?.(0.5));
  const rates: number[] = [];
  const changes: LearningRateChange[] = [];
  const restarts: LearningRateChange[] = [];
  const ends: CycleEnd[] = [];
  const hooks = {
    logger: null,
    onChange: (change: LearningRateChange) => void changes.push(change),
    onRestart: (change: LearningRateChange) => void restarts.push(change),
    onCycleEnd: (end: CycleEnd) => void ends.push(end),
  };
  let annealing = new CosineAnnealingCallback(config, hooks);
  let history: LearningRateChange[] = [];
  for (const { stopAt, failAt, save, ...fit } of fits) {
    let update = 0;
    const onUpdate = () => {
      if (update === failAt) throw new Error('training failed');
      rates.push(getLearningRate(model.optimizer));
      if (update++ === stopAt) model.stopTraining = true;
    };
    await drive(model, [annealing], { ...fit, onUpdate }).catch(({ message }) =>
      expect(message).to.equal('training failed'),
    );
    if (save === 'nothing') continue;
    if (save === 'position') history = [...history, ...annealing.history];
    const state = JSON.stringify(annealing.state({ history: save === 'everything' }));
    annealing = CosineAnnealingCallback.fromJSON(state, hooks);
  }
  return { rates, changes, restarts, ends, annealing, history: [...history, ...annealing.history] };
}

describe('any sequence of fits', () => {
  onBackend('cpu');

  it('trains as a plain account says, saved and resumed or not, and tells every change, restart and cycle end once', async () => {
    await fc.assert(
      fc.asyncProperty(someConfig, someFits, async (config, fits) => {
        const { rates, changes, restarts, ends, annealing, history } = await trained(config, fits);
        const account = accountOf(config, fits);
        expect(rates).to.deep.equal(account.map(({ learningRate }) => learningRate));
        expect(annealing.step).to.equal(account.length);
        expect(history).to.deep.equal(changes);
        expect(history.filter(({ restart }) => restart)).to.deep.equal(restarts);
        const lastCycle = ((config.cycles as number | undefined) ?? 0) - 1;
        const ended = ends.map(({ step }) => step);
        expect(ended).to.deep.equal([...new Set(ended)].sort((a, b) => a - b));
        for (const { cycle, step, learningRate } of ends)
          expect(account[step]).to.include({ cycle, learningRate });
        account.forEach(({ cycle, isLastOfFit }, step) => {
          const next = account[step + 1];
          if (next === undefined || isLastOfFit || cycle === lastCycle) return;
          expect(ended.includes(step), `cycle ${cycle} ends with update ${step}`).to.equal(
            next.cycle > cycle,
          );
        });
      }),
      { numRuns: 300 },
    );
  });
});
