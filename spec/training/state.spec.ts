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
import { checksumOf } from '../../lib/training/checksum';
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
const load = (state: unknown, options = QUIET, changes?: Partial<CosineAnnealingConfig>) =>
  Annealing.fromJSON(state, options, changes);
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

function refusal(state: unknown, changes?: Partial<CosineAnnealingConfig>): string {
  try {
    load(state, QUIET, changes);
  } catch (error) {
    expect(error).to.be.instanceOf(CosineAnnealingError);
    return (error as Error).message;
  }
  throw new Error('expected a refusal');
}

describe('A saved state', () => {
  it('is plain data: version, config, what was learned, position, history and checksum', async () => {
    const annealing = await trained();
    const { version, config, learned, position, history, checksum, ...rest } = JSON.parse(textOf(annealing));
    expect(rest).to.deep.equal({});
    expect(version).to.equal(1);
    expect(config).to.deep.equal(copyOf(parseConfig(CONFIG)));
    expect(learned).to.deep.equal({ eta_max: BASE, batchesPerEpoch: 4 });
    const last = { t: 1.75, epoch: 1, learningRate: annealing.learningRate };
    expect(position).to.deep.equal({ step: 8, epoch: 2, last, unended: { ...last, step: 7 } });
    expect(history).to.deep.equal({
      steps: [0, 1, 2, 3, 4, 5, 6, 7],
      epochs: [0, 0, 0, 0, 1, 1, 1, 1],
      batches: [0, 1, 2, 3, 0, 1, 2, 3],
      learningRates: annealing.history.learningRates,
      restarts: [4],
      spans: [{ from: 0, batchesPerEpoch: 4, config: null }],
      configs: [],
    });
    expect(checksum).to.match(/^[0-9a-f]{8}$/);
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

  it("says the initialEpoch that resumes it, on the training's clock", async () => {
    const annealing = await trained();
    expect(annealing.epoch).to.equal(2);
    await ratesWith(annealing, 0, 3);
    const resumed = load(textOf(annealing));
    expect(resumed.epoch).to.equal(5);
    expect(await ratesWith(resumed, resumed.epoch, 7)).to.deep.equal(await ratesWith(annealing, 0, 2));
  });

  it('is not changed by what the callback does later, nor is the callback by what is done to it', async () => {
    const annealing = await trained();
    const state = annealing.toJSON();
    const before = copyOf(state);
    await ratesWith(annealing, 2, 3);
    expect(state).to.deep.equal(before);
    const loaded = load(state);
    Object.assign(state.history?.learningRates ?? [], [0, 0, 0]);
    Object.assign(state.position, { epoch: 7 });
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

  it("doesn't take the annealed learning rate of a loaded optimizer for eta_max", async () => {
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

  it('between an update and its onBatchEnd tells the end of the cycle that the update was the last of', async () => {
    for (const T_0 of [1, 2]) {
      const states: string[] = [];
      const annealing: Annealing = new Annealing({ T_0, unit: 'batch' }, QUIET);
      const saver = callback({ onBatchEnd: async () => void states.push(textOf(annealing)) });
      await train(tinyModel(), [saver, annealing], { epochs: 1 });
      const ends: object[] = [];
      const onCycleEnd = ({ cycle, step }: { cycle: number; step: number }) =>
        void ends.push({ cycle, step });
      await ratesWith(load(states[1], { ...QUIET, onCycleEnd }), 0, 1);
      expect(ends[0]).to.deep.equal({ cycle: 2 / T_0 - 1, step: 1 });
    }
  });

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
    expect(refusal(Buffer.from(JSON.stringify(state)))).to.contain(
      '`0`: unknown key; expected one of version',
    );
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
        (d) => Object.assign(d['position']?.['last'] as Draft, { t: 'x' }),
        '`position.last.t`: expected a number',
      ],
      [
        (d) => Object.assign(d['position'] as Draft, { unended: 3 }),
        '`position.unended`: expected the object { t, epoch, learningRate, step }, or null, got 3',
      ],
      [
        (d) => Object.assign(d, { learned: null }),
        '`learned`: expected the object { eta_max, total, batchesPerEpoch }, got null',
      ],
      [(d) => Object.assign(d['learned'] as Draft, { eta_max: 0 }), '`learned.eta_max`: expected a number'],
      [(d) => Object.assign(d['config'] as Draft, { T_0: 0 }), '`config.T_0`: expected a number'],
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
      [(d) => Object.assign(d, { checksum: 5 }), '`checksum`: expected a string, got 5'],
    ];
    for (const [damage, message] of cases) expect(refusal(damaged(damage)), message).to.contain(message);
  });

  it('tells all problems of its form at once', () => {
    const message = refusal(damaged((d) => Object.assign(d, { position: null, history: 1 })));
    expect(message.split('\n')).to.have.length(2);
  });

  const DAMAGED =
    "`checksum`: doesn't agree with the rest of the state, which was damaged or edited; go back to an earlier copy; " +
    'to change the config of a saved training, use fromJSON(state, options, changes)';

  it('because it was edited names the way to change a config', () => {
    const edits: Record<string, (draft: Draft) => void> = {
      'position.epoch': (d) => Object.assign(d['position'] as Draft, { epoch: 7 }),
      'position.step': (d) => Object.assign(d['position'] as Draft, { step: 99 }),
      'position.last': (d) => Object.assign(d['position'] as Draft, { last: null, unended: null }),
      'position.last.t': (d) => Object.assign(d['position']?.['last'] as Draft, { t: 1.5 }),
      'config.T_0': (d) => Object.assign(d['config'] as Draft, { T_0: 2 }),
      'config.eta_max': (d) => Object.assign(d['config'] as Draft, { eta_max: 0.4 }),
      'config.unit': (d) => Object.assign(d['config'] as Draft, { unit: 'batch' }),
      'learned.eta_max': (d) => delete d['learned']?.['eta_max'],
      'history.restarts': (d) => Object.assign(d['history'] as Draft, { restarts: [] }),
      'history.spans': (d) => Object.assign(d['history']?.['spans']?.[0] as Draft, { batchesPerEpoch: 5 }),
      history: (d) => Object.assign(d, { history: null }),
      checksum: (d) => Object.assign(d, { checksum: '00000000' }),
    };
    for (const [name, edit] of Object.entries(edits)) {
      expect(refusal(damaged(edit)), name).to.equal(DAMAGED);
    }
  });

  it('for any other position or T_0, without a history as well', async () => {
    for (const config of [CONFIG, { ...CONFIG, T_0: 5, unit: 'batch' as const }]) {
      const bare = (await trained(config)).state({ history: false });
      const { position, config: given } = bare;
      const { last } = position;
      for (let value = 0; value < 20; value++) {
        if (value !== position.step)
          expect(refusal({ ...bare, position: { ...position, step: value } })).to.equal(DAMAGED);
        if (value !== position.epoch)
          expect(refusal({ ...bare, position: { ...position, epoch: value } })).to.equal(DAMAGED);
        if (value !== last?.t)
          expect(refusal({ ...bare, position: { ...position, last: { ...last, t: value } } })).to.equal(
            DAMAGED,
          );
        if (value !== given.T_0)
          expect(refusal({ ...bare, config: { ...given, T_0: value + 0.5 } })).to.equal(DAMAGED);
      }
    }
  });

  it('for a hole in any of the columns', () => {
    for (const column of ['steps', 'epochs', 'batches', 'learningRates', 'restarts']) {
      const sparse = damaged((d) => delete (d['history'] as Draft)[column]?.[0]);
      expect(refusal(sparse)).to.match(new RegExp(`^\`history\\.${column}\`: expected a list of `));
    }
  });

  it('is not one whose white space or order of keys was changed', () => {
    const reversed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, reversed(inner)]),
          )
        : value;
    for (const text of [JSON.stringify(state, null, '\t'), JSON.stringify(reversed(state), null, 2)]) {
      expect(load(text).toJSON()).to.deep.equal(state);
    }
  });

  it('has columns or spans that no callback writes, whatever its checksum is', () => {
    const cases: [object, string][] = [
      [{ epochs: [0] }, 'history'],
      [{ restarts: [8] }, 'history'],
      [{ spans: [] }, 'history.spans'],
      [{ spans: [{ from: 1, batchesPerEpoch: 4, config: null }] }, 'history.spans'],
      [{ spans: [{ from: 0, batchesPerEpoch: 4, config: 0 }] }, 'history.spans'],
    ];
    for (const [columns, name] of cases) {
      const { checksum: _, ...content } = damaged((d) =>
        Object.assign(d['history'] as Draft, columns),
      ) as Draft;
      const message = refusal({ ...content, checksum: checksumOf(content) });
      expect(message).to.contain(`\`${name}\`: doesn't agree with the rest of the state`);
    }
  });

  it('cannot reach a prototype', () => {
    const text = JSON.stringify(state);
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const value = JSON.stringify({ T_0: 5, polluted: true });
      for (const head of ['{', '"config":{', '"learned":{', '"last":{', '"history":{', '"spans":[{']) {
        expect(refusal(text.replace(head, `${head}"${key}":${value},`)), head + key).to.contain(key);
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('leaves nothing behind: the same state, fixed, loads', () => {
    refusal(damaged((d) => Object.assign(d['history'] as Draft, { restarts: 'x' })));
    expect(load(copyOf(state)).toJSON()).to.deep.equal(state);
  });
});

describe('Changes to the config of a saved state', () => {
  onBackend('cpu');
  let state: CosineAnnealingState;
  before(async () => {
    state = (await trained(CONFIG, 4)).toJSON();
  });

  it('count from t = 0, as if they had always held, while the position stays', async () => {
    const changes = { T_0: 2, eta_max: 0.25, eta_min: 0 };
    const loaded = load(state, QUIET, changes);
    expect(loaded).to.include({ step: 16, epoch: 4 });
    const lr = cosineAnnealing({ ...CONFIG, ...changes });
    expect(await ratesWith(loaded, 4, 7)).to.deep.equal(Array.from({ length: 12 }, (_, i) => lr(4 + i / 4)));
  });

  it('that say what holds already change nothing', () => {
    for (const changes of [{}, { T_0: 1 }, { unit: 'epoch' as const, eta_min: 0.01 }, { total: undefined }]) {
      expect(load(state, QUIET, changes).toJSON()).to.deep.equal(state);
    }
  });

  it('of undefined remove a key', async () => {
    expect(load(state, QUIET, { T_mult: undefined, eta_min: undefined }).config).to.include({
      T_mult: 1,
      eta_min: 0,
    });
    const given = (await trained({ ...CONFIG, eta_max: 0.25 })).toJSON();
    const loaded = load(given, QUIET, { eta_max: undefined });
    expect(loaded.config.eta_max).to.equal(undefined);
    await ratesWith(loaded, 2, 3);
    expect(loaded.config.eta_max).to.equal(BASE);
  });

  it('replace eta_min by eta_min_ratio, and back', () => {
    const withRatio = load(state, QUIET, { eta_min_ratio: 0.1 });
    expect(withRatio.toJSON().config).to.include({ eta_min_ratio: 0.1 }).and.not.have.property('eta_min');
    expect(withRatio.schedule?.(2.9999999)).to.be.closeTo(BASE / 10, 1e-9);
    const back = load(withRatio.toJSON(), QUIET, { eta_min: 0.01 });
    expect(back.toJSON()).to.deep.equal(state);
  });

  it('leave the changes before them with their own config', async () => {
    const before = [...load(state).history];
    const loaded = load(state, QUIET, { T_0: 3, T_mult: 1 });
    expect([...loaded.history]).to.deep.equal(before);
    await ratesWith(loaded, 4, 5);
    expect([...loaded.history].slice(0, 16)).to.deep.equal(before);
    expect(loaded.history.at(16)).to.include({ epoch: 4, cycle: 1, T_cur: 1, T_i: 3 });
    const saved = load(textOf(loaded));
    expect(saved.toJSON()).to.deep.equal(loaded.toJSON());
    expect([...saved.history]).to.deep.equal([...loaded.history]);
    expect(saved.toJSON().history?.configs).to.have.length(1);
  });

  it('to which the cycle jumps make no restart, end no cycle, and are told', async () => {
    for (const [T_0, cycle] of [
      [0.5, 7],
      [100, 0],
    ] as const) {
      const { logger, lines } = recorder();
      const told: string[] = [];
      const options: CosineAnnealingOptions = {
        logger,
        onRestart: (change) => void told.push(`restart ${change.cycle} at ${change.epoch}`),
        onCycleEnd: (ended) => void told.push(`end of ${ended.cycle}`),
      };
      const loaded = load(state, options, { T_0, T_mult: 1, verbose: 1 });
      expect(loaded.cycle).to.equal(cycle);
      expect(lines.join()).to.contain(`training stands in cycle ${cycle}, no longer in cycle 2`);
      await ratesWith(loaded, 4, 5);
      if (T_0 === 100) expect(told).to.deep.equal([]);
      else expect(told).to.deep.equal(['restart 8 at 4', 'end of 8', 'restart 9 at 4', 'end of 9']);
    }
  });

  it('that are refused name their key', () => {
    const cases: [unknown, string][] = [
      [
        { unit: 'batch' },
        '`changes.unit`: expected \'epoch\', as saved, got "batch"; start a new callback to count in another unit',
      ],
      [{ T_0: 0 }, '`T_0`: expected a number'],
      [{ T0: 1 }, '`T0`: unknown key; did you mean T_0?'],
      [{ eta_min: 1 }, '`eta_min`: expected at most'],
      [5, '`changes`: expected keys of the config, such as { eta_min: 0.001 }, got 5'],
      [null, '`changes`: expected keys of the config, such as { eta_min: 0.001 }, got null'],
    ];
    for (const [changes, message] of cases)
      expect(refusal(state, changes as Partial<CosineAnnealingConfig>)).to.contain(message);
  });
});

describe('A state of 10,000 `cycles` and 3,000 numbers of batches', () => {
  const numbers = Array.from({ length: 3000 }, (_, i) => i);
  let text = '';

  before(() => {
    const config = { cycles: Array.from({ length: 10_000 }, () => 1), eta_max: 0.1 };
    const { checksum: _, ...fresh } = new Annealing(config, QUIET).toJSON();
    const history = {
      steps: numbers,
      epochs: numbers,
      batches: numbers.map(() => 0),
      learningRates: numbers.map(() => 0.1),
      restarts: numbers.slice(1),
      spans: numbers.map((from) => ({ from, batchesPerEpoch: from + 1, config: null })),
      configs: [],
    };
    const content = { ...fresh, history };
    text = JSON.stringify({ ...content, checksum: checksumOf(content) });
  });

  it('loads within a second', () => {
    const start = performance.now();
    const { history } = load(text);
    expect(performance.now() - start).to.be.lessThan(1000);
    expect(history.at(-1)).to.include({ cycle: 2999, T_cur: 0, restart: true });
  });

  it('is saved again with the same values', () => {
    expect(load(text).toJSON()).to.deep.equal(JSON.parse(text));
  });
});

describe('A million changes', () => {
  const changes = 1_000_000;
  const batches = 157;
  let text = '';

  before(() => {
    const knowledge = know(parseConfig({ ...CONFIG, eta_max: 0.1 }), { batchesPerEpoch: batches });
    const { schedule } = knowledge;
    if (schedule === undefined) throw new Error('expected a schedule');
    const log = new HistoryLog();
    log.follow(schedule);
    let last = { t: 0, epoch: 0, learningRate: 0 };
    for (let step = 0; step < changes; step++) {
      const epoch = Math.floor(step / batches);
      const batch = step % batches;
      const t = epoch + batch / batches;
      last = { t, epoch, learningRate: schedule(t) };
      log.append({ step, epoch, batch }, last.learningRate, false);
    }
    const unended = { ...last, step: changes - 1 };
    text = JSON.stringify(
      saveState(knowledge, { step: changes, epoch: last.epoch, last, unended }, log, Infinity),
    );
  });

  it('load, with every check', () => {
    const { history } = load(text); // how fast is told by bench/schedule.ts
    expect(history.length).to.equal(changes);
    const { spans: _, configs: __, ...columns } = JSON.parse(text).history;
    expect(JSON.stringify(history)).to.equal(JSON.stringify(columns));
  });

  it('take 40 bytes each at most', () => {
    expect(text.length / changes).to.be.lessThan(40);
  });

  it('are refused for one wrong digit in the last of them', () => {
    const end = text.lastIndexOf('],"restarts"');
    const wrong = text[end - 6] === '1' ? '2' : '1';
    expect(refusal(text.slice(0, end - 6) + wrong + text.slice(end - 5))).to.match(/^`checksum`: /);
  });
});
