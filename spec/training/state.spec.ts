import { expect } from 'chai';
import {
  CosineAnnealingCallback as Annealing,
  type CosineAnnealingOptions,
  type CosineAnnealingState,
} from '../../lib';
import {
  type CosineAnnealingConfig,
  cosineAnnealing,
  parseConfig,
  scheduleOf,
} from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { HistoryLog } from '../../lib/training/history';
import { know } from '../../lib/training/run';
import { saveState } from '../../lib/training/state';
import {
  BASE,
  callback,
  onBackend,
  ratesOf,
  recorder,
  rejection,
  tinyModel,
  train,
  trainDataset,
  unsized,
} from '../support/training';

const CONFIG: CosineAnnealingConfig = { T_0: 1, T_mult: 2, eta_min: 0.01 };
const QUIET: CosineAnnealingOptions = { logger: null };

const textOf = (annealing: Annealing) => JSON.stringify(annealing);
const load = (state: unknown, hooks = QUIET) => Annealing.fromJSON(state, hooks);
const copyOf = (state: unknown) => JSON.parse(JSON.stringify(state));

/** The rates of each update from epoch `from` to `to`, with all callbacks new but `annealing`. */
async function ratesWith(annealing: Annealing, from: number, to: number): Promise<number[]> {
  const model = tinyModel();
  const rates = ratesOf(model);
  await train(model, [annealing], { initialEpoch: from, epochs: to });
  return rates;
}

/** A callback that trained from epoch 0 to `epochs`. */
async function trained(config = CONFIG, epochs = 2): Promise<Annealing> {
  const annealing = new Annealing(config, QUIET);
  await ratesWith(annealing, 0, epochs);
  return annealing;
}

function refusal(state: unknown): string {
  try {
    load(state);
  } catch (error) {
    expect(error).to.be.instanceOf(CosineAnnealingError);
    return (error as Error).message;
  }
  throw new Error('expected a refusal');
}

describe('A saved state', () => {
  it('is plain data: version, config, position and history', async () => {
    const annealing = await trained();
    const { version, config, learned, position, history, checksum } = JSON.parse(textOf(annealing));
    expect(version).to.equal(1);
    expect(config).to.include({ T_0: 1, T_mult: 2, eta_min: 0.01 }).and.not.have.any.keys('eta_max', 'total');
    expect(learned).to.deep.equal({ eta_max: BASE, batchesPerEpoch: 4 });
    const last = { t: 1.75, epoch: 1, learningRate: annealing.learningRate };
    expect(position).to.deep.equal({ step: 8, epoch: 2, last, unended: { ...last, step: 7 } });
    expect(checksum).to.match(/^[0-9a-f]{8}$/);
    expect(history.steps).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(history.learningRates).to.deep.equal(annealing.history.learningRates);
  });

  it('loads, as text and as an object, to a callback that says the same of itself', async () => {
    const annealing = await trained();
    for (const state of [textOf(annealing), annealing.toJSON(), annealing.state()]) {
      const loaded = load(state);
      expect(loaded.toJSON()).to.deep.equal(annealing.toJSON());
      expect([...loaded.history]).to.deep.equal([...annealing.history]);
      const { step, epoch, cycle, T_cur, T_i, learningRate } = annealing;
      expect(loaded).to.include({ step, epoch, cycle, T_cur, T_i, learningRate });
    }
  });

  it('says the initialEpoch that resumes it, on the clock of the whole training', async () => {
    const annealing = await trained();
    expect(annealing.epoch).to.equal(2);
    await ratesWith(annealing, 0, 3);
    const resumed = load(textOf(annealing));
    expect(resumed.epoch).to.equal(5);
    expect(await ratesWith(resumed, resumed.epoch, 7)).to.deep.equal(await ratesWith(annealing, 5, 7));
  });

  it('is not changed by what the callback does later, nor is the callback by what is done to it', async () => {
    const annealing = await trained();
    const state = annealing.toJSON();
    const before = copyOf(state);
    await ratesWith(annealing, 2, 3);
    expect(state).to.deep.equal(before);
    const loaded = load(state);
    Object.assign(copyOf(state).history ?? {}, { learningRates: [] });

    expect(loaded.toJSON()).to.deep.equal(before);
  });

  it('of a callback that never trained loads, before and after eta_max is known', () => {
    for (const config of [CONFIG, { ...CONFIG, eta_max: 0.2 }, { cycles: 3 }, { T_0: 2, endpoint: true }]) {
      const loaded = load(textOf(new Annealing(config, QUIET)));
      expect(loaded.toJSON()).to.deep.equal(new Annealing(config, QUIET).toJSON());
    }
  });

  it('of a callback that never trained begins as a new one does', async () => {
    const loaded = load(textOf(new Annealing(CONFIG, QUIET)));
    expect(await ratesWith(loaded, 0, 3)).to.deep.equal(await ratesWith(new Annealing(CONFIG, QUIET), 0, 3));
  });

  it('after reset() begins at the start, with the eta_max that was learned', async () => {
    const annealing = await trained();
    annealing.reset();
    const loaded = load(textOf(annealing));
    expect(loaded.toJSON()).to.deep.equal(annealing.toJSON());
    expect(loaded.history.length).to.equal(0);
    const model = tinyModel();
    const rates = ratesOf(model);
    await train(model, [loaded], { epochs: 1 });
    expect(rates[0]).to.equal(BASE);
  });

  it('keeps to historyLimit, and still knows whether the oldest change was a restart', async () => {
    const annealing = await trained({ ...CONFIG, historyLimit: 4 });
    expect(annealing.history.at(0)).to.include({ step: 4, restart: true });
    const loaded = load(textOf(annealing));
    expect([...loaded.history]).to.deep.equal([...annealing.history]);
    await ratesWith(loaded, 2, 3);
    await ratesWith(annealing, 2, 3);
    expect(loaded.toJSON()).to.deep.equal(annealing.toJSON());
  });
});

describe('A state at a rounded boundary', () => {
  const configs: CosineAnnealingConfig[] = [
    { T_0: 4 / 3 + 1e-8, unit: 'batch' },
    { T_0: 1 + 1e-8, updateFreq: 'epoch' },
    { T_0: 1 / 3 + 1e-9, eta_min: 0.01 },
  ];
  for (const config of configs) {
    it(`loads, and goes on as one that was never saved: ${JSON.stringify(config)}`, async () => {
      const unbroken = await trained(config, 4);
      for (const epochs of [1, 2, 3]) {
        const resumed = load(textOf(await trained(config, epochs)));
        await ratesWith(resumed, epochs, 4);
        expect(resumed.history.learningRates).to.deep.equal(unbroken.history.learningRates);
      }
    });
  }
});

describe('A state without its history', () => {
  it('is small, and goes on with the same learning rates', async () => {
    const annealing = await trained(CONFIG, 5);
    const state = JSON.stringify(annealing.state({ history: false }));
    expect(state.length).to.be.lessThan(500);
    const loaded = load(state);
    expect(loaded.history.length).to.equal(0);
    expect(loaded.learningRate).to.equal(annealing.learningRate);
    expect(await ratesWith(loaded, 5, 7)).to.deep.equal(await ratesWith(annealing, 5, 7));
  });

  it('still makes the first update at a boundary a restart, in the hook and in the history', async () => {
    const annealing = await trained(CONFIG, 3);
    const restarts: number[] = [];
    const hooks = { ...QUIET, onRestart: ({ cycle }: { cycle: number }) => void restarts.push(cycle) };
    const loaded = load(JSON.stringify(annealing.state({ history: false })), hooks);
    await ratesWith(loaded, 3, 4);
    expect(restarts).to.deep.equal([2]);
    expect(loaded.history.at(0)).to.include({ step: 12, cycle: 2, restart: true });
    expect(loaded.history.restarts).to.have.length(1);
  });

  it('can be saved again, before and after its next update', async () => {
    const annealing = await trained(CONFIG, 3);
    const loaded = load(annealing.state({ history: false }));
    expect(load(textOf(loaded)).toJSON()).to.deep.equal(loaded.toJSON());
    await ratesWith(loaded, 3, 4);
    expect(load(textOf(loaded)).toJSON()).to.deep.equal(loaded.toJSON());
  });
});

describe('A resumed run', () => {
  onBackend('cpu'); // faster with such a tiny model
  const configs: Record<string, CosineAnnealingConfig> = {
    'by epochs': CONFIG,
    'once an epoch': { ...CONFIG, updateFreq: 'epoch' },
    'by batches': { ...CONFIG, T_0: 5, unit: 'batch' },
    'by batches, set once an epoch': { ...CONFIG, T_0: 5, unit: 'batch', updateFreq: 'epoch' },
    'with endpoint': { ...CONFIG, endpoint: true },
    'with a warm-up': { ...CONFIG, warmup: { length: 0.5, everyCycle: true } },
    'with cycles that fill the fit': { cycles: 3, eta_min: 0.01 },
    'after the last cycle': { cycles: [1, 1] },
    'with lower peaks': { ...CONFIG, eta_max_mult: 0.7 },
  };

  for (const [name, config] of Object.entries(configs)) {
    it(`${name} makes the updates, and has the state, of one that was never stopped`, async () => {
      const epochs = 7;
      const whole = new Annealing(config, QUIET);
      const expected = await ratesWith(whole, 0, epochs);
      for (let stop = 1; stop < epochs; stop++) {
        let state = '';
        const rates: number[] = [];
        const model = tinyModel();
        const seen = ratesOf(model);
        const saver = callback({
          onEpochEnd: async (epoch) => {
            if (epoch + 1 !== stop) return;
            state = textOf(first);
            rates.push(...seen);
          },
        });
        const first = new Annealing(config, QUIET);
        await train(model, [first, saver], { epochs });
        const second = load(state);
        rates.push(...(await ratesWith(second, stop, epochs)));
        expect(rates, `stopped after ${stop}`).to.deep.equal(expected);
        expect(second.toJSON(), `stopped after ${stop}`).to.deep.equal(whole.toJSON());
      }
    });
  }

  it('goes on without initialEpoch, too, on the clock of the state', async () => {
    const annealing = await trained(CONFIG, 3);
    const loaded = load(textOf(annealing));
    const lr = cosineAnnealing({ ...CONFIG, eta_max: BASE });
    expect(await ratesWith(loaded, 0, 1)).to.deep.equal([3, 3.25, 3.5, 3.75].map(lr));
    expect(loaded.history.at(-1)).to.include({ epoch: 3, step: 15 });
  });

  it('knows the number of batches that the first run learned of an unsized dataset', async () => {
    const { logger, warnings } = recorder();
    const annealing = new Annealing(CONFIG, { logger: null });
    await trainDataset(tinyModel(), unsized(), [annealing], { epochs: 1 });
    const loaded = load(textOf(annealing), { logger });
    const model = tinyModel();
    const rates = ratesOf(model);
    await trainDataset(model, unsized(), [loaded], { initialEpoch: 1, epochs: 3 });
    const lr = cosineAnnealing({ ...CONFIG, eta_max: BASE });
    expect(rates).to.deep.equal([1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75].map(lr));
    expect(warnings()).to.deep.equal([]);
    expect(load(textOf(loaded)).toJSON()).to.deep.equal(loaded.toJSON());
  });

  it('does not take the annealed learning rate of a loaded optimizer for eta_max', async () => {
    const annealing = await trained();
    const loaded = load(textOf(annealing));
    const model = tinyModel();
    Object.assign(model.optimizer, { learningRate: 0.01 });
    const rates = ratesOf(model);
    await train(model, [loaded], { initialEpoch: 3, epochs: 4 });
    expect(rates[0]).to.equal(BASE);
  });
});

describe('A state saved in a hook', () => {
  onBackend('cpu');
  type Saver = (annealing: Annealing, save: () => void) => Parameters<typeof callback>[0];
  const savers: Record<string, Saver> = {
    onTrainBegin: (_, save) => ({ onTrainBegin: async () => save() }),
    onEpochBegin: (_, save) => ({ onEpochBegin: async () => save() }),
    onBatchBegin: (_, save) => ({ onBatchBegin: async () => save() }),
    onBatchEnd: (_, save) => ({ onBatchEnd: async () => save() }),
    onEpochEnd: (_, save) => ({ onEpochEnd: async () => save() }),
    onTrainEnd: (_, save) => ({ onTrainEnd: async () => save() }),
  };

  const variants: CosineAnnealingConfig[] = [
    CONFIG,
    { ...CONFIG, updateFreq: 'epoch' },
    { ...CONFIG, T_0: 5, unit: 'batch' },
    { ...CONFIG, T_0: 0.5, endpoint: true },
    { ...CONFIG, historyLimit: 3 },
    { T_0: 1, eta_min: BASE },
  ];

  /** Repeats the epoch that the state was saved in, then trains to the end. */
  async function goesOn(state: string, config: CosineAnnealingConfig): Promise<void> {
    const loaded = load(state);
    expect(loaded.toJSON()).to.deep.equal(JSON.parse(state));
    const { epoch, step } = JSON.parse(state).position;
    const rates = await ratesWith(loaded, epoch, 4);
    const lr = scheduleOf(parseConfig({ ...config, eta_max: BASE, batchesPerEpoch: 4 }));
    const places = rates.map((_, i) => (config.unit === 'batch' ? step + i : epoch + i / 4));
    const t = config.updateFreq === 'epoch' ? places.map(Math.floor) : places;
    expect(rates).to.deep.equal(t.map(lr));
    expect(load(textOf(loaded)).toJSON()).to.deep.equal(loaded.toJSON());
  }

  for (const [hook, saver] of Object.entries(savers)) {
    for (const place of ['before', 'after'] as const) {
      it(`${hook} of a callback ${place} this one loads, and goes on with the epoch it was in`, async () => {
        for (const config of variants) {
          const states = new Set<string>();
          const annealing = new Annealing(config, QUIET);
          const other = callback(saver(annealing, () => states.add(textOf(annealing))));
          const callbacks = place === 'before' ? [other, annealing] : [annealing, other];
          await train(tinyModel(), callbacks, { epochs: 4 });
          for (const state of states) if (JSON.parse(state).position.epoch < 4) await goesOn(state, config);
        }
      });
    }
  }

  for (const hook of ['onChange', 'onRestart', 'onCycleEnd'] as const) {
    it(`${hook} loads, and goes on with the epoch it was in`, async () => {
      for (const config of variants) {
        const states: string[] = [];
        const hooks = { logger: null, [hook]: () => void states.push(textOf(annealing)) };
        const annealing: Annealing = new Annealing(config, hooks);
        await train(tinyModel(), [annealing], { epochs: 4 });
        expect(states.length).to.be.greaterThan(0);
        for (const state of states) if (JSON.parse(state).position.epoch < 4) await goesOn(state, config);
      }
    });
  }

  it('counts the updates of an epoch that was cut off, and those of its repetition', async () => {
    const states: string[] = [];
    const annealing = new Annealing({ ...CONFIG, eta_max: BASE }, QUIET);
    const saver = callback({ onBatchEnd: async () => void states.push(textOf(annealing)) });
    await train(tinyModel(), [annealing, saver], { epochs: 2 });
    const inTheMiddle = load(states[5]);
    expect(inTheMiddle.step).to.equal(6);
    await ratesWith(inTheMiddle, 1, 2);
    expect(inTheMiddle.step).to.equal(10);
    expect(inTheMiddle.history.steps).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('after an update failed loads, and repeats that update under its number', async () => {
    for (const config of variants) {
      const annealing = new Annealing(config, QUIET);
      const failing = callback({
        onBatchBegin: async (batch) => {
          if (batch === 2) throw new Error('failed');
        },
      });
      expect((await rejection(train(tinyModel(), [annealing, failing]))).message).to.equal('failed');
      await goesOn(textOf(annealing), config);
    }
  });
});

describe('A second fit', () => {
  it('with another number of batches, then saved and resumed, is as in one process', async () => {
    for (const endpoint of [false, true]) {
      const annealing = await trained({ ...CONFIG, endpoint }, 2);
      const states = new Set<string>();
      const save = async () => void states.add(textOf(annealing));
      const saver = callback({ onEpochBegin: save, onBatchEnd: save, onEpochEnd: save });
      await train(tinyModel(), [annealing, saver], { initialEpoch: 2, epochs: 4, batchSize: 4 });
      for (const state of states) expect(load(state).toJSON()).to.deep.equal(JSON.parse(state));
      const loaded = load(textOf(annealing));
      await train(tinyModel(), [annealing], { initialEpoch: 4, epochs: 6, batchSize: 1 });
      await train(tinyModel(), [loaded], { initialEpoch: 4, epochs: 6, batchSize: 1 });
      expect(loaded.toJSON()).to.deep.equal(annealing.toJSON());
    }
  });
});

describe('A state that is refused', () => {
  let state: CosineAnnealingState;
  before(async () => {
    state = (await trained()).toJSON();
  });

  type Draft = { [key: string]: Draft } & { [index: number]: unknown };
  const damaged = (damage: (draft: Draft) => void): unknown => {
    const draft = copyOf(state);
    damage(draft);
    return draft;
  };

  it('because it was cut short says so, wherever it was cut', () => {
    const text = JSON.stringify(state);
    for (let end = 0; end < text.length; end++) {
      expect(refusal(text.slice(0, end))).to.match(
        /^`state`: expected the JSON text .*is the file truncated\?$/,
      );
    }
  });

  it('because it was cut short shows its end, and the problem that JSON.parse found', () => {
    const text = `{"version":1,${' '.repeat(100)}"config":{"T_0`;
    expect(() => load(text))
      .to.throw('that end in "      \\"config\\":{\\"T_0";')
      .with.property('cause')
      .that.is.instanceOf(SyntaxError);
  });

  it('is not one whose epochs are ahead of its updates, set once an epoch', async () => {
    const annealing = new Annealing({ T_0: 10, updateFreq: 'epoch' }, { logger: null });
    await train(tinyModel(), annealing, { batchSize: 100, initialEpoch: 5, epochs: 6 });
    expect(load(annealing.toJSON()).toJSON()).to.deep.equal(annealing.toJSON());
  });

  it('because a newer release wrote it asks for that release, whatever else is in it', () => {
    for (const version of [2, 3, 1.5, 1e300]) {
      expect(refusal({ version, shape: 'new' })).to.equal(
        `\`version\`: expected 1, the version that this release of tfjs-cosine-annealing reads, got ${version}; install a newer release`,
      );
    }
  });

  it('because it is something else says what was expected', () => {
    for (const other of [null, undefined, 1, true, [], 'null', '[]', '"text"', () => state]) {
      expect(refusal(other)).to.match(/^`state`: expected what JSON\.stringify\(annealing\) wrote, got /);
    }
    expect(refusal({})).to.contain('`version`: expected 1, got undefined');
    expect(refusal(Buffer.from(JSON.stringify(state)))).to.contain('unknown key');
  });

  it('names the key, the rule and the value', () => {
    const cases: [(draft: Draft) => void, string][] = [
      [(d) => Object.assign(d, { version: '1' }), '`version`: expected 1, got "1"'],
      [
        (d) => delete d['position'],
        '`position`: expected the object { step, epoch, last, unended }, got undefined',
      ],
      [
        (d) => Object.assign(d['position'] as Draft, { step: -1 }),
        '`position.step`: expected an integer >= 0, got -1',
      ],
      [
        (d) => Object.assign(d['position'] as Draft, { epoch: 2 ** 32 }),
        '`position.epoch`: expected an integer < 2^32',
      ],
      [
        (d) => Object.assign((d['position'] as Draft)['last'] as Draft, { t: 'x' }),
        '`position.last.t`: expected a number >= 0, got "x"',
      ],
      [(d) => Object.assign(d['config'] as Draft, { T_0: 0 }), '`config.T_0`: expected a number'],
      [(d) => Object.assign(d['config'] as Draft, { eta_min: 1 }), "`checksum`: doesn't agree"],
      [(d) => Object.assign(d['config'] as Draft, { T0: 1 }), '`config.T0`: unknown key; did you mean T_0?'],
      [(d) => delete d['history'], "`history`: expected a history's columns, or null, got undefined"],
      [
        (d) => Object.assign(d['history'] as Draft, { steps: 5 }),
        '`history.steps`: expected a list of integers from 0 to 2^53 - 1',
      ],
      [
        (d) => Object.assign(d['history'] as Draft, { epochs: [0.5], batches: [-1], learningRates: [-1] }),
        '`history.epochs`: expected a list of integers from 0 to 2^32 - 1, got [0.5]\n' +
          '`history.batches`: expected a list of integers from 0 to 2^31 - 1, got [-1]\n' +
          '`history.learningRates`: expected a list of numbers >= 0',
      ],
      [(d) => Object.assign(d['history'] as Draft, { spans: 5 }), '`history.spans`: expected a list, got 5'],
      [
        (d) => Object.assign(d['history'] as Draft, { spans: [5] }),
        '`history.spans[0]`: expected the object { from, batchesPerEpoch, config }, got 5',
      ],
      [(d) => Object.assign(d, { extra: 1 }), '`extra`: unknown key'],
    ];
    for (const [damage, message] of cases) expect(refusal(damaged(damage))).to.contain(message);
  });

  it('tells all problems of its form at once', () => {
    const message = refusal(damaged((d) => Object.assign(d, { position: null, history: 1 })));
    expect(message.split('\n')).to.have.length(2);
  });

  it('because any value was edited says so, and how to change a config', () => {
    const edits: ((draft: Draft) => void)[] = [
      (d) => Object.assign(d['config'] as Draft, { T_0: 2 }),
      (d) => Object.assign(d['learned'] as Draft, { eta_max: 0.4 }),
      (d) => Object.assign(d['position'] as Draft, { epoch: 7 }),
      (d) => Object.assign(d['position'] as Draft, { step: 99 }),
      (d) => Object.assign((d['position'] as Draft)['last'] as Draft, { t: 1.5 }),
      (d) => Object.assign(d, { history: null }),
      (d) => Object.assign(d['history'] as Draft, { steps: [0, 1, 2, 3, 4, 5, 6, 8] }),
      (d) => Object.assign(d, { checksum: '00000000' }),
    ];
    for (const edit of edits) {
      expect(refusal(damaged(edit))).to.equal(
        "`checksum`: doesn't agree with the rest of the state, which was damaged or edited; go back to an earlier copy; " +
          'to change the config of a saved training, use fromJSON(state, options, changes)',
      );
    }
  });

  it('because a column has a hole', () => {
    const holes = damaged((d) => {
      const steps = [0, 1, 2, 3, 4, 5, 6, 7];
      delete steps[3];
      Object.assign(d['history'] as Draft, { steps });
    });
    expect(refusal(holes)).to.contain('`history.steps`: expected a list of integers from 0 to 2^53 - 1');
  });

  it("isn't one whose keys are in another order, or that has white space", () => {
    const reversed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, reversed(inner)]),
          )
        : value;
    expect(load(JSON.stringify(reversed(state), null, 4)).toJSON()).to.deep.equal(state);
  });

  it('cannot reach a prototype', () => {
    const text = JSON.stringify(state);
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const value = JSON.stringify({ T_0: 5, polluted: true });
      for (const head of ['{', '"config":{', '"position":{', '"history":{', '"spans":[{']) {
        expect(refusal(text.replace(head, `${head}"${key}":${value},`)), head + key).to.contain(key);
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('leaves nothing behind: the same state, repaired, loads', () => {
    refusal(damaged((d) => Object.assign(d['history'] as Draft, { spans: 'x' })));
    expect(load(copyOf(state)).toJSON()).to.deep.equal(state);
  });
});

describe('Changes of a saved config', () => {
  onBackend('cpu');

  it('hold as if they always had, while the position stays and the history keeps its own config', async () => {
    const annealing = await trained(CONFIG, 3);
    const before = [...annealing.history];
    const loaded = Annealing.fromJSON(textOf(annealing), QUIET, { T_0: 5, T_mult: 1, eta_max: 0.2 });
    const lr = cosineAnnealing({ T_0: 5, eta_max: 0.2, eta_min: 0.01 });
    expect([...loaded.history]).to.deep.equal(before);
    expect(await ratesWith(loaded, 3, 4)).to.deep.equal([3, 3.25, 3.5, 3.75].map(lr));
    expect([...loaded.history].slice(0, before.length)).to.deep.equal(before);
    expect(loaded.history.at(-1)).to.include({ cycle: 0, T_i: 5, restart: false });
    const again = load(textOf(loaded));
    expect([...again.history]).to.deep.equal([...loaded.history]);
  });

  it('remove a key by undefined, and replace eta_min and eta_min_ratio by each other', async () => {
    const text = textOf(await trained({ ...CONFIG, eta_max: 0.3 }));
    expect(Annealing.fromJSON(text, QUIET, { eta_max: undefined }).config.eta_max).to.equal(undefined);
    const relative = Annealing.fromJSON(text, QUIET, { eta_min_ratio: 0.1 });
    expect(relative.config).to.include({ eta_min_ratio: 0.1 }).and.not.have.any.keys('eta_min');
    expect(relative.schedule?.(0.999999999999)).to.be.closeTo(0.03, 1e-9);
    expect(Annealing.fromJSON(textOf(relative), QUIET, { eta_min: 0 }).config.eta_min).to.equal(0);
  });

  it("can't be of the unit, nor wrong", async () => {
    const text = textOf(await trained());
    const changing = (changes: object) => () => Annealing.fromJSON(text, QUIET, changes);
    expect(changing({ unit: 'batch' })).to.throw(CosineAnnealingError, '`changes.unit`');
    expect(changing({ T_0: 0 })).to.throw(CosineAnnealingError, '`T_0`');
    expect(changing({ T_O: 3 })).to.throw(CosineAnnealingError, 'did you mean T_0?');
  });
});

describe('A large state', () => {
  it('of 10,000 cycles and 3,000 numbers of batches loads in time in proportion to its text', () => {
    const cycles = Array.from({ length: 10_000 }, (_, i) => 1 + (i % 7));
    const config = parseConfig({ cycles, eta_max: 0.1, eta_min: 0.01 });
    const log = new HistoryLog();
    for (let i = 0; i < 3000; i++) {
      const knowledge = know(config, { batchesPerEpoch: i + 1 });
      if (knowledge.schedule !== undefined) log.follow(knowledge.schedule);
      log.append({ step: i, epoch: i, batch: 0 }, 0.05, false);
    }
    const last = { t: 2999, epoch: 2999, learningRate: 0.05 };
    const standing = { step: 3000, epoch: 3000, last, unended: undefined };
    const text = JSON.stringify(saveState(know(config, { batchesPerEpoch: 3000 }), standing, log, Infinity));
    const { heapUsed } = process.memoryUsage();
    const begin = process.cpuUsage();
    const loaded = load(text);
    const { user } = process.cpuUsage(begin);
    expect(user / 1e6, 'seconds of the processor').to.be.lessThan(1);
    expect(process.memoryUsage().heapUsed - heapUsed, 'bytes').to.be.lessThan(100e6);
    expect(loaded.history).to.have.length(3000);
  });

  it('of a million changes takes 40 bytes each at most, and is refused for one wrong digit', () => {
    const batches = 157;
    const knowledge = know(parseConfig({ ...CONFIG, eta_max: 0.1 }), { batchesPerEpoch: batches });
    const schedule = cosineAnnealing({ ...CONFIG, eta_max: 0.1 });
    const log = new HistoryLog();
    if (knowledge.schedule !== undefined) log.follow(knowledge.schedule);
    const changes = 1_000_000;
    for (let step = 0; step < changes; step++) {
      const [epoch, batch] = [Math.floor(step / batches), step % batches];
      log.append({ step, epoch, batch }, schedule(epoch + batch / batches), false);
    }
    const standing = {
      step: changes,
      epoch: Math.floor(changes / batches),
      last: undefined,
      unended: undefined,
    };
    const text = JSON.stringify(saveState(knowledge, standing, log, Infinity));
    expect(text.length / changes).to.be.lessThan(40);
    expect(load(text).history).to.have.length(changes);
    const end = text.indexOf('],"restarts"');
    const wrong = text[end - 6] === '1' ? '2' : '1';
    expect(refusal(text.slice(0, end - 6) + wrong + text.slice(end - 5))).to.contain('`checksum`');
  });
});
