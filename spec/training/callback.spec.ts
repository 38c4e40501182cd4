import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { native, tf } from '../../examples/shared/backend';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import type { LearningRateChange } from '../../lib/training/history';
import type { CosineAnnealingOptions, CycleEnd } from '../../lib/training/options';
import {
  BASE,
  BATCHES,
  callback,
  expectAnnealed,
  functionalModel,
  onBackend,
  printedDuring,
  ratesOf,
  recorder,
  rejection,
  sized,
  tinyModel,
  train,
  trainDataset,
  unsized,
  updates,
} from '../support/training';

const silent = { logger: null };
/** One batch an epoch, where only the epochs matter. */
const quick = { batchSize: 100 };

/** The lines that a callback logs during fits of so many epochs each. */
async function linesOf(config: CosineAnnealingConfig, ...epochs: number[]): Promise<string[]> {
  const { logger, lines } = recorder();
  const annealing = new CosineAnnealingCallback({ eta_max: 0.5, ...config }, { logger });
  const model = tinyModel();
  for (const count of epochs) await train(model, annealing, { ...quick, epochs: count });
  return lines.map((line) => line.replace('CosineAnnealingCallback: ', ''));
}

describe('new CosineAnnealingCallback', () => {
  const wrong: [string, unknown, string][] = [
    ['no config', undefined, '`config`: expected an object such as { T_0: 10 }, got nothing'],
    ['a T_0 of 0', { T_0: 0 }, '`T_0`: expected a number > 0, got 0'],
    [
      'an eta_min above eta_max',
      { T_0: 1, eta_min: 1, eta_max: 0.5 },
      '`eta_min`: expected at most eta_max (0.5), got 1',
    ],
    ['an unknown key', { T_0: 1, eta_Max: 1 }, '`eta_Max`: unknown key, did you mean eta_max?'],
    [
      'several mistakes at once',
      { T_0: -1, T0: 10, unit: 'step' },
      '`T_0`: expected a number > 0, got -1\n`unit`: expected "epoch" or "batch", got "step"\n`T0`: unknown key, did you mean T_0?',
    ],
  ];
  for (const [title, config, message] of wrong) {
    it(`refuses ${title}`, () => {
      expect(() => new CosineAnnealingCallback(config as CosineAnnealingConfig))
        .to.throw(CosineAnnealingError)
        .with.property('message', message);
    });
  }

  it('refuses wrong hooks before training calls them', () => {
    expect(() => new CosineAnnealingCallback({ T_0: 1 }, { onRestart: 5 } as never)).to.throw(
      CosineAnnealingError,
      '`hooks.onRestart`: expected a function, got 5',
    );
  });

  it('parses and freezes its config, and leaves the given one alone', () => {
    const given = { T_0: 10, eta_max: [0.5, 0.25] };
    const { config } = new CosineAnnealingCallback(given);
    expect(config).to.deep.include({ T_0: 10, T_mult: 1, eta_min: 0, unit: 'epoch', verbose: 0 });
    expect(config).to.be.frozen;
    expect(given).to.deep.equal({ T_0: 10, eta_max: [0.5, 0.25] });
    expect(given).to.not.be.frozen;
  });

  it('stands at the beginning', () => {
    const { step, cycle, T_cur, T_i, learningRate, history } = new CosineAnnealingCallback({
      T_0: 10,
      eta_max: 0.5,
    });
    expect({ step, cycle, T_cur, T_i, learningRate }).to.deep.equal({
      step: 0,
      cycle: 0,
      T_cur: 0,
      T_i: 10,
      learningRate: 0.5,
    });
    expect(history).to.have.length(0);
  });

  it('knows no schedule before eta_max is known', () => {
    const { schedule, cycle, T_cur, T_i, learningRate } = new CosineAnnealingCallback({ T_0: 10 });
    expect([schedule, cycle, T_cur, T_i, learningRate]).to.deep.equal([
      undefined,
      0,
      0,
      undefined,
      undefined,
    ]);
  });
});

describe('where a callback stands', () => {
  it('is where the last update was, at every batch', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2, eta_max: BASE }, silent);
    const seen: object[] = [];
    const look = async () => {
      const { step, cycle, T_cur, T_i, learningRate } = annealing;
      seen.push({ step, cycle, T_cur, T_i, learningRate });
    };
    await train(model, [annealing, callback({ onBatchEnd: look })]);
    const [first, last] = [seen[0], seen.at(-1)];
    const lr = annealing.schedule;
    expect(first).to.deep.equal({ step: 1, cycle: 0, T_cur: 0, T_i: 1, learningRate: BASE });
    expect(last).to.deep.equal({ step: 12, cycle: 1, T_cur: 1.75, T_i: 2, learningRate: lr?.(2.75) });
    expect(seen).to.have.length(12);
  });

  it('is, as an epoch, the initialEpoch that resumes: the next one, as the latest fit counts', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, silent);
    const model = tinyModel();
    const epochs = [annealing.epoch];
    for (const options of [{ epochs: 3 }, { epochs: 2 }, { initialEpoch: 2, epochs: 4 }]) {
      await train(model, annealing, { ...quick, ...options });
      epochs.push(annealing.epoch);
    }
    expect(epochs).to.deep.equal([0, 3, 2, 4]);
  });

  it('counts an update as soon as it is done, for callbacks in front, too', async () => {
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, silent);
    const seen: number[][] = [];
    const look = { onBatchBegin: async () => see(), onBatchEnd: async () => see() };
    const see = () => void seen.push([annealing.step, annealing.state().position.step]);
    await train(tinyModel(), [callback(look), annealing], { epochs: 1 });
    expect(seen).to.deep.equal([0, 1, 1, 2, 2, 3, 3, 4].map((step) => [step, step]));
  });
});

describe('what is printed', () => {
  it('is nothing, where nothing is wrong', async () => {
    const printed = await printedDuring(async () => {
      const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2 });
      await train(tinyModel(), annealing);
      await train(tinyModel(), [annealing], { initialEpoch: 3, epochs: 7 });
      JSON.stringify(annealing);
      annealing.reset();
    });
    expect(printed).to.deep.equal([]);
  });

  it('is a warning at verbose 0 too, on the console', async () => {
    const printed = await printedDuring(() => train(tinyModel(), new CosineAnnealingCallback({ T_0: 2 })));
    expect(printed).to.deep.equal([
      'warn: CosineAnnealingCallback: this fit ends at epoch 3, in the middle of a cycle, where the learning rate is still 0.25; a cycle ends at epoch 2 and 4',
    ]);
  });

  it('is nothing at all where logger is null', async () => {
    const printed = await printedDuring(async () => {
      const annealing = new CosineAnnealingCallback({ T_0: 2, verbose: 2 }, silent);
      await trainDataset(tinyModel(), unsized(), [
        annealing,
        new CosineAnnealingCallback({ T_0: 2 }, silent),
      ]);
    });
    expect(printed).to.deep.equal([]);
  });

  it('goes to the given logger, whose methods keep their this', async () => {
    const lines: string[] = [];
    class Prefixed {
      #prefix = 'mine: ';
      info = (message: string) => void lines.push(message);
      debug = this.info;
      warn(message: string) {
        lines.push(this.#prefix + message);
      }
    }
    const printed = await printedDuring(() =>
      train(tinyModel(), new CosineAnnealingCallback({ T_0: 2 }, { logger: new Prefixed() })),
    );
    expect(printed).to.deep.equal([]);
    expect(lines.map((line) => line.split(';')[1])).to.deep.equal([' a cycle ends at epoch 2 and 4']);
  });

  it('warns, once, of training after the last cycle, which stays at its eta_min', async () => {
    const annealing = new CosineAnnealingCallback({ cycles: 2, eta_min: 0.01 });
    const model = tinyModel();
    const printed = await printedDuring(async () => {
      for (let fit = 0; fit < 4; fit++) await train(model, annealing, { epochs: 1 });
    });
    expect(printed).to.deep.equal([
      'warn: CosineAnnealingCallback: the last cycle is over, so the learning rate stays at 0.01; reset() starts over, ' +
        'or give `total`, the epochs of all fits together',
    ]);
  });

  it('at verbose 1 is the plan, every restart and every cycle end', async () => {
    expect(await linesOf({ T_0: 1, T_mult: 2, eta_min: 0.01, verbose: 1 }, 3)).to.deep.equal([
      'info: plan: epochs 0 to 3: the learning rate begins at 0.5, with warm restarts at epoch 1',
      'info: end of cycle 0 in epoch 0: learning rate 0.5',
      'info: warm restart 1: learning rate 0.5 at epoch 1, batch 0; T_i is 2 epochs',
      'info: end of cycle 1 in epoch 2: learning rate 0.255',
    ]);
  });

  it('at verbose 2 is every change as well, for debugging', async () => {
    expect(await linesOf({ T_0: 2, unit: 'batch', verbose: 2 }, 4)).to.deep.equal([
      'info: plan: batches 0 to 4: the learning rate begins at 0.5, with warm restarts at batch 2',
      'debug: learning rate 0.5 at epoch 0, batch 0',
      'debug: learning rate 0.25 at epoch 1, batch 0',
      'info: end of cycle 0 in epoch 1: learning rate 0.25',
      'info: warm restart 1: learning rate 0.5 at epoch 2, batch 0; T_i is 2 batches',
      'debug: learning rate 0.25 at epoch 3, batch 0',
      'info: end of cycle 1 in epoch 3: learning rate 0.25',
    ]);
  });

  it('tells the plan of every fit', async () => {
    expect(await linesOf({ T_0: 1, T_mult: 2, verbose: 1 }, 1, 2, 4)).to.include.members([
      'info: plan: epochs 0 to 1: the learning rate begins at 0.5, with no warm restart',
      'info: plan: epochs 1 to 3: the learning rate begins at 0.5, with no further warm restart',
      'info: plan: epochs 3 to 7: the learning rate begins at 0.5, with no further warm restart',
    ]);
  });

  it('lists six restarts of the plan, and no more', async () => {
    const [plan] = await linesOf({ T_0: 1, verbose: 1 }, 20);
    expect(plan).to.equal(
      'info: plan: epochs 0 to 20: the learning rate begins at 0.5, with warm restarts at epoch 1, 2, 3, 4, 5, 6, ...',
    );
  });
});

describe('the warning about where training ends', () => {
  it('names the epochs that would end a cycle: 10, 30, 70 and 150', async () => {
    expect(await linesOf({ T_0: 10, T_mult: 2 }, 100)).to.deep.equal([
      'warn: this fit ends at epoch 100, in the middle of a cycle, where the learning rate is still 0.345671; a cycle ends at epoch 10, 30, 70 and 150',
    ]);
  });

  it('comes once per callback, not once per fit', async () => {
    expect(await linesOf({ T_0: 10 }, 1, 1, 1, 12)).to.have.length(1);
  });

  it('does not come where training ends with a cycle', async () => {
    for (const epochs of [10, 30, 70])
      expect(await linesOf({ T_0: 10, T_mult: 2 }, 30, epochs - 30)).to.deep.equal([]);
    expect(await linesOf({ cycles: [1, 2] }, 3)).to.deep.equal([]);
    expect(await linesOf({ T_0: 0.1 }, 3)).to.deep.equal([]);
    expect(await linesOf({ cycles: 3 }, 10)).to.deep.equal([]);
  });

  it('does not come where it ends after the last one', async () => {
    expect(await linesOf({ T_0: 2, cycles: 1 }, 3)).to.deep.equal([]);
  });

  it('counts from where the callback stands', async () => {
    expect(await linesOf({ T_0: 2 }, 2, 3)).to.deep.equal([
      'warn: this fit ends at epoch 5, in the middle of a cycle, where the learning rate is still 0.25; a cycle ends at epoch 2, 4 and 6',
    ]);
  });

  it('names the six nearest ends of many, the next one last', async () => {
    const [line] = await linesOf({ T_0: 2 }, 21);
    expect(line).to.match(/; a cycle ends at epoch 12, 14, 16, 18, 20 and 22$/);
  });

  it('counts batches with unit batch', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 10, unit: 'batch' }, { logger });
    await train(tinyModel(), annealing);
    expect(lines).to.deep.equal([
      'warn: CosineAnnealingCallback: this fit ends at batch 12, in the middle of a cycle, where the learning rate is still 0.452254; a cycle ends at batch 10 and 20',
    ]);
  });

  it('counts batches from where the callback stands with unit batch', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 12, unit: 'batch' }, { logger });
    await train(tinyModel(), annealing);
    await train(tinyModel(), annealing, { initialEpoch: 3, epochs: 4 });
    expect(lines.map((line) => line.replace(/,.*;/, ';'))).to.deep.equal([
      'warn: CosineAnnealingCallback: this fit ends at batch 16; a cycle ends at batch 12 and 24',
    ]);
  });

  it('says that no warm restart will happen, where T_mult or a list of cycles expects one', async () => {
    const warning = 'warn: no warm restart will happen in this fit: it ends at epoch 3, with the first cycle';
    expect(await linesOf({ T_0: 3, T_mult: 2 }, 3)).to.deep.equal([warning]);
    expect(await linesOf({ cycles: [3, 5] }, 3)).to.deep.equal([warning]);
    expect(await linesOf({ T_0: 3 }, 3)).to.deep.equal([]);
    expect(await linesOf({ cycles: [3] }, 3)).to.deep.equal([]);
  });
});

describe('the warning about an unknown number of batches', () => {
  const warning =
    'warn: CosineAnnealingCallback: TensorFlow.js does not tell how many batches an epoch of this data has, so the ' +
    'first epoch keeps its starting learning rate; give `batchesPerEpoch` to anneal within it';
  const linesWith = async (config: CosineAnnealingConfig) => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback(config, { logger });
    for (let fit = 0; fit < 2; fit++) await trainDataset(tinyModel(), unsized(), annealing);
    return { lines, annealing };
  };

  it('names batchesPerEpoch, once', async () => {
    const { lines, annealing } = await linesWith({ T_0: 1 });
    expect(lines).to.deep.equal([warning]);
    expect(annealing.config.batchesPerEpoch).to.equal(BATCHES);
  });

  it('does not come where the number is not needed', async () => {
    for (const config of [
      { T_0: 1, batchesPerEpoch: BATCHES },
      { T_0: 4, unit: 'batch' },
      { T_0: 1, updateFreq: 'epoch' },
    ] as const)
      expect((await linesWith(config)).lines).to.deep.equal([]);
  });
});

describe('onChange and onRestart', () => {
  const config = { T_0: 1, T_mult: 2, eta_max: BASE };

  it('are told every change and every restart of the history, before the update', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const changes: LearningRateChange[] = [];
    const restarts: LearningRateChange[] = [];
    const annealing = new CosineAnnealingCallback(config, {
      ...silent,
      onChange: (change) => {
        expect(rates).to.have.length(change.step);
        changes.push(change);
      },
      onRestart: (change) => {
        expect(rates).to.have.length(change.step);
        restarts.push(change);
      },
    });
    await train(model, annealing);
    expect(changes).to.deep.equal([...annealing.history]);
    expect(restarts).to.deep.equal(annealing.history.restarts);
    expect(restarts.map(({ epoch }) => epoch)).to.deep.equal([1]);
  });

  it('are awaited, in the order cycle end, change, restart', async () => {
    const order: string[] = [];
    const note = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.push(`${name} ends`);
    };
    const annealing = new CosineAnnealingCallback(
      { T_0: 1, updateFreq: 'epoch' },
      { ...silent, onChange: note('change'), onRestart: note('restart'), onCycleEnd: note('cycle end') },
    );
    const update = callback({ onBatchEnd: async () => void order.push('update') });
    await train(tinyModel(), [update, annealing], { ...quick, epochs: 2 });
    expect(order).to.deep.equal([
      'change begins',
      'change ends',
      'update',
      'cycle end begins',
      'cycle end ends',
      'change begins',
      'change ends',
      'restart begins',
      'restart ends',
      'update',
      'cycle end begins',
      'cycle end ends',
    ]);
  });

  it('are told nothing where the rate stays the same', async () => {
    let told = 0;
    const annealing = new CosineAnnealingCallback(
      { T_0: 10, eta_min: 0.1, eta_max: 0.1 },
      { ...silent, onChange: () => void told++ },
    );
    await train(tinyModel(), annealing);
    expect(told).to.equal(1);
  });

  it('are told a restart with which a later fit begins, or one resumed', async () => {
    const told: number[] = [];
    const hooks = { ...silent, onRestart: ({ step }: LearningRateChange) => void told.push(step) };
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, hooks);
    const model = tinyModel();
    await train(model, annealing, { epochs: 1 });
    await train(model, annealing, { epochs: 1 });
    const resumed = CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), hooks);
    await train(model, resumed, { initialEpoch: 2 });
    expect(told).to.deep.equal([4, 8]);
  });

  it('are told a return to an earlier cycle as a change, even where the rate stays the same', async () => {
    const told: unknown[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 1, eta_min: 0.1, eta_max: 0.1 },
      { ...silent, onChange: ({ step, cycle, restart }) => void told.push([step, cycle, restart]) },
    );
    const model = tinyModel();
    await train(model, annealing, { epochs: 3 });
    await train(model, annealing, { initialEpoch: 1, epochs: 3 });
    expect(told).to.deep.equal([
      [0, 0, false],
      [4, 1, true],
      [8, 2, true],
      [12, 1, false],
      [16, 2, true],
    ]);
  });

  it('are told a restart where the rate stays the same, too', async () => {
    const told: number[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 1, eta_min: 0.1, eta_max: 0.1 },
      { ...silent, onRestart: ({ step }) => void told.push(step) },
    );
    await train(tinyModel(), annealing);
    expect(told).to.deep.equal([4, 8]);
  });
});

describe('onCycleEnd', () => {
  /** What it is told in a fit, with the number of updates done by then. */
  async function endsOf(config: CosineAnnealingConfig, epochs = 3, hooks: CosineAnnealingOptions = silent) {
    const model = tinyModel();
    const rates = ratesOf(model);
    const ends: (CycleEnd & { updates: number })[] = [];
    const onCycleEnd = (end: CycleEnd) => void ends.push({ ...end, updates: rates.length });
    const annealing = new CosineAnnealingCallback({ eta_max: BASE, ...config }, { ...hooks, onCycleEnd });
    const { history } = await train(model, annealing, { epochs });
    return { ends, rates, annealing, model, history: history as Record<string, number[]> };
  }
  const placesOf = (ends: CycleEnd[]) => ends.map(({ cycle, epoch, step }) => ({ cycle, epoch, step }));

  it('comes once per cycle, after its last update and before the restart', async () => {
    const { ends, rates } = await endsOf({ T_0: 1, T_mult: 2 });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 0, step: 3 },
      { cycle: 1, epoch: 2, step: 11 },
    ]);
    for (const { step, updates, learningRate } of ends) {
      expect(updates).to.equal(step + 1);
      expect(learningRate).to.equal(rates[step]);
    }
  });

  it('is told the metrics of the epoch, validation included, as numbers', async () => {
    const model = tinyModel();
    const seen: unknown[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 1 },
      { ...silent, onCycleEnd: ({ logs }) => void seen.push(logs) },
    );
    const { history } = await train(model, annealing, { validationSplit: 0.25 });
    const column = (name: string) => (history as Record<string, number[]>)[name] as number[];
    const expected = [0, 1, 2].map((i) => ({
      val_loss: column('val_loss')[i],
      loss: column('loss')[i],
      lr: column('lr')[i],
    }));
    expect(seen).to.deep.equal(expected);
  });

  it('is told the metrics of the batch, where a cycle ends within an epoch', async () => {
    const { ends, rates } = await endsOf({ T_0: 0.5 }, 1);
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 0, step: 1 },
      { cycle: 1, epoch: 0, step: 3 },
    ]);
    expect(ends[0]?.updates).to.equal(2);
    expect(ends[0]?.logs).to.have.keys('batch', 'size', 'loss', 'lr');
    expect(ends[0]?.logs).to.include({ batch: 1, size: 2, lr: rates[1] });
    expect(ends[1]?.logs).to.have.keys('loss', 'lr');
  });

  it('comes after the last batch of a cycle with unit batch', async () => {
    const { ends } = await endsOf({ T_0: 3, unit: 'batch' });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 0, step: 2 },
      { cycle: 1, epoch: 1, step: 5 },
      { cycle: 2, epoch: 2, step: 8 },
      { cycle: 3, epoch: 2, step: 11 },
    ]);
    expect(ends.map(({ step, updates }) => updates - step)).to.deep.equal([1, 1, 1, 1]);
    expect(ends[2]?.logs, 'within the epoch').to.have.keys('batch', 'size', 'loss', 'lr');
    expect(ends[3]?.logs, 'at the end of the epoch').to.have.keys('loss', 'lr');
  });

  it('comes at the end of the epoch in which a cycle ends, where the rate is set once an epoch', async () => {
    const { ends } = await endsOf({ T_0: 6, unit: 'batch', updateFreq: 'epoch' });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 1, step: 7 },
      { cycle: 1, epoch: 2, step: 11 },
    ]);
  });

  it('comes for the last of a number of cycles, and never again while the rate holds', async () => {
    const { ends } = await endsOf({ T_0: 1, cycles: 2 }, 6);
    expect(ends.map(({ cycle }) => cycle)).to.deep.equal([0, 1]);
  });

  it('comes where the epoch is longer than was said', async () => {
    const steps: Record<string, number[]> = { epoch: [], batch: [] };
    for (const unit of ['epoch', 'batch'] as const) {
      const onCycleEnd = ({ step }: CycleEnd) => void steps[unit]?.push(step);
      const config = { T_0: unit === 'epoch' ? 1 : 2, unit, batchesPerEpoch: 2 };
      await trainDataset(
        tinyModel(),
        unsized(),
        new CosineAnnealingCallback(config, { ...silent, onCycleEnd }),
      );
    }
    expect(steps).to.deep.equal({ epoch: [3, 7, 11], batch: [1, 3, 5, 7, 9, 11] });
  });

  it('comes once for a cycle over several fits, with the epoch on the schedule’s clock', async () => {
    const ends: CycleEnd[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 2 },
      { ...silent, onCycleEnd: (end) => void ends.push(end) },
    );
    const model = tinyModel();
    for (let i = 0; i < 4; i++) await train(model, annealing, { epochs: 1 });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 1, step: 7 },
      { cycle: 1, epoch: 3, step: 15 },
    ]);
  });

  it("comes before 'stop' ends the fit, which it may take back", async () => {
    const { ends } = await endsOf({ cycles: [1], afterLastCycle: 'stop' });
    expect(placesOf(ends)).to.deep.equal([{ cycle: 0, epoch: 0, step: 3 }]);
    const model = tinyModel();
    const onCycleEnd = ({ model }: CycleEnd) => {
      if (model) model.stopTraining = false;
    };
    const annealing = new CosineAnnealingCallback(
      { cycles: [1], afterLastCycle: 'stop' },
      { ...silent, onCycleEnd },
    );
    const { epoch } = await train(model, annealing);
    expect(epoch).to.deep.equal([0, 1, 2]);
  });

  for (const [kind, make] of Object.entries({ Sequential: () => tinyModel(), functional: functionalModel })) {
    it(`hands over a model that saves, loads and predicts the same, of a ${kind} one`, async () => {
      const model = make();
      const x = tf.tensor2d([[0.25, -2]]);
      const predict = (model: LayersModel) =>
        tf.tidy(() => Array.from((model.predict(x) as typeof x).dataSync()));
      const members: [expected: number[], loaded: LayersModel][] = [];
      const onCycleEnd = async ({ model }: CycleEnd) => {
        const member = model as LayersModel;
        members.push([predict(member), await saveAndLoad(member)]);
      };
      await train(model, new CosineAnnealingCallback({ T_0: 1 }, { ...silent, onCycleEnd }));
      expect(members).to.have.length(3);
      expect(predict((members[2] as (typeof members)[0])[1])).to.deep.equal(predict(model));
      for (const [expected, loaded] of members) expect(predict(loaded)).to.deep.equal(expected);
      expect(new Set(members.map(([[prediction]]) => prediction))).to.have.property('size', 3);
    });
  }
});

/** A model that went through files, or through memory where there is no native TensorFlow. */
async function saveAndLoad(model: LayersModel): Promise<LayersModel> {
  if (!native) {
    let saved: Parameters<typeof tf.io.fromMemorySync>[0] | undefined;
    const take = async (artifacts: NonNullable<typeof saved>) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    };
    await model.save(tf.io.withSaveHandler(take));
    return tf.loadLayersModel(tf.io.fromMemory(saved as NonNullable<typeof saved>));
  }
  const directory = mkdtempSync(join(tmpdir(), 'annealing-'));
  try {
    await model.save(`file://${directory}`);
    return await tf.loadLayersModel(`file://${join(directory, 'model.json')}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('an error in a hook', () => {
  const config = { T_0: 1, T_mult: 2, eta_max: BASE };
  const failOnce = () => {
    let calls = 0;
    return async () => {
      if (calls++ === 0) throw new Error('the hook failed');
    };
  };
  const once: [keyof CosineAnnealingOptions, updates: number, epochsLeft: number[]][] = [
    ['onChange', 0, [0, 1, 2]],
    ['onRestart', 4, [1, 2]],
    ['onCycleEnd', 4, [1, 2]],
  ];
  for (const [hook, done, epochsLeft] of once) {
    it(`rejects the fit, and the next fit goes on; here in ${hook}`, async () => {
      const model = tinyModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(config, { ...silent, [hook]: failOnce() });
      const error = await rejection(train(model, annealing));
      expect(error.message).to.equal('the hook failed');
      expect(rates).to.have.length(done);
      expect(annealing.step).to.equal(done);
      await train(model, annealing, { epochs: epochsLeft.length });
      expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
    });

    it(`leaves a state that can be saved and resumed; here in ${hook}`, async () => {
      const model = tinyModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(config, { ...silent, [hook]: failOnce() });
      await rejection(train(model, annealing));
      const resumed = CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), silent);
      await train(model, resumed, { initialEpoch: epochsLeft[0] as number });
      expectAnnealed(resumed, rates, updates([0, 1, 2]), config);
    });
  }

  it('that throws at once, not in a promise, rejects the fit, too', async () => {
    const onChange = () => {
      throw new Error('at once');
    };
    const error = await rejection(
      train(tinyModel(), new CosineAnnealingCallback(config, { ...silent, onChange })),
    );
    expect(error.message).to.equal('at once');
  });
});

describe('a saved state', () => {
  it('keeps the learning rate that was set, where another engine computes another last digit', () => {
    const config = { T_0: 1, eta_max: 0.1, batchesPerEpoch: 3 };
    const annealing = new CosineAnnealingCallback(config);
    const learningRate = (annealing.schedule?.(1 / 3) ?? 0) * (1 - 1e-15);
    const column = { steps: [1], epochs: [0], batches: [1], learningRates: [learningRate] };
    const state = {
      ...annealing.state(),
      position: { step: 2, epoch: 0, offset: 0, t: 1 / 3 },
      history: { ...column, batchesPerEpoch: [{ from: 0, value: 3 }], cycleBefore: 0 },
    };
    expect(CosineAnnealingCallback.fromJSON(state).learningRate).to.equal(learningRate);
    const bare = CosineAnnealingCallback.fromJSON({ ...state, history: null });
    expect(bare.learningRate).to.equal(annealing.schedule?.(1 / 3));
  });

  it('is resumed before the first update', () => {
    for (const config of [{ T_0: 1 }, { T_0: 1, eta_max: 0.5, batchesPerEpoch: 3 }]) {
      const annealing = new CosineAnnealingCallback(config);
      expect(CosineAnnealingCallback.fromJSON(JSON.stringify(annealing)).state()).to.deep.equal(
        annealing.state(),
      );
    }
  });

  for (const history of [true, false]) {
    it(`is resumed ${history ? 'with' : 'without'} its history, after an epoch whose number of batches was learned`, async () => {
      const config = { T_0: 2, eta_max: BASE };
      const model = tinyModel();
      const first = new CosineAnnealingCallback(config, silent);
      await trainDataset(model, unsized(), first, { epochs: 1 });
      const resumed = CosineAnnealingCallback.fromJSON(first.state({ history }), silent);
      const rates = ratesOf(model);
      await trainDataset(model, unsized(), resumed, { initialEpoch: 1, epochs: 3 });
      const lr = resumed.schedule;
      const t = updates([1, 2]).map((update) => update.t);
      expect(rates).to.deep.equal(t.map((t) => lr?.(t)));
      const changes = [...resumed.history].slice(-t.length);
      expect(changes.map(({ cycle, T_cur }) => 2 * cycle + T_cur)).to.deep.equal(t);
      expect(resumed.history.restarts.map(({ step }) => step)).to.deep.equal([8]);
    });
  }
});

describe('tensors', () => {
  it('are not made where the learning rate stays the same', async () => {
    const model = tinyModel();
    const { optimizer } = model;
    const annealing = new CosineAnnealingCallback({ T_0: 1, cycles: 1, eta_min: 0.01 }, silent);
    await train(model, annealing, { epochs: 1 });
    const set = optimizer as unknown as { setLearningRate(learningRate: number): void };
    const { setLearningRate } = set;
    const rates: number[] = [];
    set.setLearningRate = (learningRate) => {
      rates.push(learningRate);
      setLearningRate.call(optimizer, learningRate);
    };
    await train(model, annealing, { epochs: 2 });
    const tried = [0.1, annealing.schedule?.(0.75), 0.1, 0.01]; // the check of the optimizer, as each fit begins
    expect(rates.slice(0, 2)).to.deep.equal(tried.slice(0, 2));
    expect(rates.slice(2)).to.deep.equal([0.01]);
  });

  onBackend('cpu'); // the count is the same on each, and this one is the fastest with small nets

  it('are not leaked over 10,000 batches', async () => {
    const model = tinyModel();
    const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2 }, { ...silent, onCycleEnd: () => {} });
    await train(model, annealing, { epochs: 1 });
    const { numTensors } = tf.memory();
    await trainDataset(model, sized(5000), annealing, { epochs: 2 });
    expect(tf.memory().numTensors).to.equal(numTensors);
    expect(annealing.step).to.equal(10_000 + BATCHES);
  });
});
