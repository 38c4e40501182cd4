import { expect } from 'chai';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import type { LearningRateChange } from '../../lib/training/history';
import type { CosineAnnealingOptions, CycleEnd } from '../../lib/training/options';
import { rejection } from '../support/capture';
import { BATCHES, train, trainDataset, unsized } from '../support/datasets';
import { callback } from '../support/drive';
import { expectAnnealed, updates } from '../support/expect-annealed';
import { BASE, ratesOf, tinyModel } from '../support/models';

const silent = { logger: null };
/** One batch an epoch, for what only epochs matter to. */
const quick = { batchSize: 100 };

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

  it('are called after the log has the change', async () => {
    const order: string[] = [];
    const logger = { info() {}, warn() {}, debug: () => void order.push('logged') };
    const onChange = () => void order.push('told');
    const annealing = new CosineAnnealingCallback({ T_0: 1, verbose: 2 }, { logger, onChange });
    await train(tinyModel(), annealing, { epochs: 1 });
    expect(order).to.deep.equal(Array.from({ length: BATCHES }, () => ['logged', 'told']).flat());
  });

  it('are told nothing as long as the rate stays the same', async () => {
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
    const options = { ...silent, onRestart: ({ step }: LearningRateChange) => void told.push(step) };
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, options);
    const model = tinyModel();
    await train(model, annealing, { epochs: 1 });
    await train(model, annealing, { epochs: 1 });
    const resumed = CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), options);
    await train(model, resumed, { initialEpoch: 2 });
    expect(told).to.deep.equal([4, 8]);
  });

  it('are told a return to an earlier cycle as a change, even if the rate stays the same', async () => {
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

  it('are told a restart even if the rate stays the same', async () => {
    const told: number[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 1, eta_min: 0.1, eta_max: 0.1 },
      { ...silent, onRestart: ({ step }) => void told.push(step) },
    );
    await train(tinyModel(), annealing);
    expect(told).to.deep.equal([4, 8]);
  });
});

describe("TensorFlow.js's hooks among the options", () => {
  const HOOKS = [
    'onTrainBegin',
    'onTrainEnd',
    'onEpochBegin',
    'onEpochEnd',
    'onBatchBegin',
    'onBatchEnd',
  ] as const;
  type Call = [hook: string, ...args: unknown[]];
  /** All six, each of which notes its arguments as they are at that moment. */
  const noting = (calls: Call[]) =>
    Object.fromEntries(
      HOOKS.map((hook) => [
        hook,
        async (...args: unknown[]) => void calls.push([hook, ...args.map((arg) => structuredClone(arg))]),
      ]),
    );

  for (const [title, run] of Object.entries({
    fit: (model: ReturnType<typeof tinyModel>, callbacks: Parameters<typeof train>[1]) =>
      train(model, callbacks, { epochs: 2, validationSplit: 0.25 }),
    fitDataset: (model: ReturnType<typeof tinyModel>, callbacks: Parameters<typeof train>[1]) =>
      trainDataset(model, unsized(), callbacks, { epochs: 2 }),
  })) {
    it(`are called in ${title} as those of a CustomCallback right behind are, logs.lr included`, async () => {
      const [own, behind]: [Call[], Call[]] = [[], []];
      const annealing = new CosineAnnealingCallback({ T_0: 1 }, { ...silent, ...noting(own) });
      await run(tinyModel(), [annealing, callback(noting(behind))]);
      expect(own).to.deep.equal(behind);
      expect(new Set(own.map(([hook]) => hook))).to.deep.equal(new Set(HOOKS));
      const rates = own
        .filter(([hook]) => hook === 'onBatchEnd')
        .map(([, , logs]) => (logs as { lr: number }).lr);
      expect(rates).to.deep.equal(
        annealing.history.length === rates.length
          ? annealing.history.learningRates
          : [...Array.from({ length: BATCHES }, () => BASE), ...annealing.history.learningRates.slice(1)],
      );
      const atEnds = own
        .filter(([hook]) => hook === 'onEpochEnd')
        .map(([, , logs]) => (logs as { lr: number }).lr);
      expect(atEnds).to.deep.equal([rates[rates.length / 2 - 1], rates.at(-1)]);
    });
  }

  it('are called behind a plain object, too', async () => {
    const calls: Call[] = [];
    const model = tinyModel();
    const options = { ...silent, ...noting(calls), optimizer: model.optimizer };
    await train(model, [{}, new CosineAnnealingCallback({ T_0: 1 }, options)], { ...quick, epochs: 1 });
    const order = ['onTrainBegin', 'onEpochBegin', 'onBatchBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'];
    expect(calls.map(([hook]) => hook)).to.deep.equal(order);
  });

  it("come after the books, and after this package's own hooks", async () => {
    const order: unknown[] = [];
    const note =
      (name: string) =>
      (..._: unknown[]) =>
        void order.push([name, annealing.step, annealing.epoch]);
    const annealing: CosineAnnealingCallback = new CosineAnnealingCallback(
      { T_0: 1 },
      {
        ...silent,
        onChange: note('onChange'),
        onRestart: note('onRestart'),
        onCycleEnd: note('onCycleEnd'),
        onBatchBegin: note('onBatchBegin'),
        onBatchEnd: note('onBatchEnd'),
        onEpochEnd: (epoch, logs) => note(`onEpochEnd ${logs?.['lr']}`)(epoch),
      },
    );
    await train(tinyModel(), annealing, { ...quick, epochs: 2 });
    expect(order).to.deep.equal([
      ['onChange', 0, 0],
      ['onBatchBegin', 0, 0],
      ['onBatchEnd', 1, 0],
      ['onCycleEnd', 1, 1],
      [`onEpochEnd ${BASE}`, 1, 1],
      ['onChange', 1, 1],
      ['onRestart', 1, 1],
      ['onBatchBegin', 1, 1],
      ['onBatchEnd', 2, 1],
      ['onCycleEnd', 2, 2],
      [`onEpochEnd ${BASE}`, 2, 2],
    ]);
  });

  it("are called before the page is yielded to at an epoch's end", async () => {
    const order: string[] = [];
    const { setImmediate } = globalThis;
    const annealing = new CosineAnnealingCallback(
      { T_0: 1 },
      {
        ...silent,
        yieldEvery: 'epoch',
        onCycleEnd: () => void order.push('onCycleEnd'),
        onEpochEnd: () => void order.push('onEpochEnd'),
      },
    );
    const spied = ((callback: () => void) => {
      order.push('yield');
      return setImmediate(callback);
    }) as typeof setImmediate;
    const begin = async () => {
      globalThis.setImmediate = spied;
    };
    const end = async () => {
      globalThis.setImmediate = setImmediate;
    };
    await train(tinyModel(), [callback({ onBatchEnd: begin }), annealing, callback({ onEpochEnd: end })], {
      ...quick,
      epochs: 1,
    }).finally(end);
    expect(order).to.deep.equal(['onCycleEnd', 'onEpochEnd', 'yield']);
  });
});

describe('An error in an option', () => {
  const config = { T_0: 1, T_mult: 2, eta_max: BASE };
  const failOnce = () => {
    let calls = 0;
    return async () => {
      if (calls++ === 0) throw new Error('the hook failed');
    };
  };
  /** The updates made when it fails for the first time, and the epochs left then. */
  const once: [keyof CosineAnnealingOptions, updates: number, epochsLeft: number[]][] = [
    ['onChange', 0, [0, 1, 2]],
    ['onRestart', 4, [1, 2]],
    ['onCycleEnd', 4, [1, 2]],
    ['onTrainBegin', 0, [0, 1, 2]],
    ['onEpochBegin', 0, [0, 1, 2]],
    ['onBatchBegin', 0, [0, 1, 2]],
    ['onEpochEnd', 4, [1, 2]],
    ['onTrainEnd', 12, []],
  ];
  for (const [hook, done, epochsLeft] of once) {
    it(`rejects the fit, and the next fit goes on; here in ${hook}`, async () => {
      const model = tinyModel();
      const rates = ratesOf(model);
      const ends: number[] = [];
      const annealing = new CosineAnnealingCallback(config, {
        ...silent,
        onCycleEnd: ({ step }) => void ends.push(step),
        [hook]: failOnce(),
      });
      const error = await rejection(train(model, annealing));
      expect(error.message).to.equal('the hook failed');
      expect(rates).to.have.length(done);
      expect(annealing.step).to.equal(done);
      expect(annealing.epoch).to.equal(3 - epochsLeft.length);
      if (epochsLeft.length > 0) await train(model, annealing, { epochs: epochsLeft.length });
      expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
      if (hook !== 'onCycleEnd') expect(ends).to.deep.equal([3, 11]);
    });

    it(`leaves a state that can be saved and resumed; here in ${hook}`, async () => {
      const model = tinyModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(config, { ...silent, [hook]: failOnce() });
      await rejection(train(model, annealing));
      const resumed = CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), silent);
      const [initialEpoch] = epochsLeft;
      if (initialEpoch !== undefined) await train(model, resumed, { initialEpoch });
      expectAnnealed(resumed, rates, updates([0, 1, 2]), config);
    });
  }

  it('counts the update that was made; here in onBatchEnd', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const annealing = new CosineAnnealingCallback(config, { ...silent, onBatchEnd: failOnce() });
    await rejection(train(model, annealing));
    expect([rates.length, annealing.step, annealing.epoch]).to.deep.equal([1, 1, 0]);
    await train(model, annealing);
    expectAnnealed(annealing, rates, [...updates([0]).slice(0, 1), ...updates([0, 1, 2])], config);
  });

  it('leaves the end of the cycle told once; here in onCycleEnd and in onEpochEnd', async () => {
    for (const hook of ['onCycleEnd', 'onEpochEnd'] as const) {
      const ends: number[] = [];
      const fail = failOnce();
      const annealing = new CosineAnnealingCallback(config, {
        ...silent,
        onEpochEnd: async () => hook === 'onEpochEnd' && (await fail()),
        onCycleEnd: async ({ cycle }: CycleEnd) => {
          ends.push(cycle);
          if (hook === 'onCycleEnd') await fail();
        },
      } as CosineAnnealingOptions);
      const model = tinyModel();
      await rejection(train(model, annealing));
      await train(model, annealing, { epochs: 2 });
      expect(ends, hook).to.deep.equal([0, 1]);
    }
  });

  it('keeps later ones from being called', async () => {
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    for (const hook of ['onChange', 'onRestart', 'onCycleEnd'] as const) {
      calls.length = 0;
      const annealing = new CosineAnnealingCallback(
        { T_0: 1 },
        {
          ...silent,
          onChange: note('onChange'),
          onRestart: note('onRestart'),
          onCycleEnd: note('onCycleEnd'),
          onBatchBegin: note('onBatchBegin'),
          onEpochEnd: note('onEpochEnd'),
          [hook]: failOnce(),
        },
      );
      await rejection(train(tinyModel(), annealing, { ...quick, epochs: 2 }));
      expect(calls, hook).to.deep.equal(
        {
          onChange: [],
          onCycleEnd: ['onChange', 'onBatchBegin'],
          onRestart: ['onChange', 'onBatchBegin', 'onCycleEnd', 'onEpochEnd', 'onChange'],
        }[hook],
      );
    }
  });

  it('rejects the fit if it is thrown at once, not in a promise', async () => {
    const onChange = () => {
      throw new Error('at once');
    };
    const annealing = new CosineAnnealingCallback(config, { ...silent, onChange });
    expect((await rejection(train(tinyModel(), annealing))).message).to.equal('at once');
  });
});
