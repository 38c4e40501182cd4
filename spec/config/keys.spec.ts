import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../lib/config/config';
import { configKeys, isConfigKey, optionNames } from '../../lib/config/keys';
import { MEANINGS, WARMUP_MEANINGS } from '../../lib/config/meanings';
import { messageOf, refuses } from '../support/refused';

const T_0 = 10;

describe('The keys of a config', () => {
  describe('have defaults:', () => {
    it('each but T_0 can be left out', () => {
      expect(parseConfig({ T_0 })).to.deep.equal({
        T_0: 10,
        T_mult: 1,
        eta_min: 0,
        eta_max_mult: 1,
        amplitude_mult: 1,
        endpoint: false,
        plateau: 0,
        unit: 'epoch',
        updateFreq: 'batch',
        afterLastCycle: 'hold',
        verbose: 0,
      });
    });

    it('eta_min is not 0 beside eta_min_ratio, which stands for it', () => {
      expect(parseConfig({ T_0, eta_min_ratio: 0.1 })).to.not.have.property('eta_min');
    });

    it('a warm-up is linear, comes once and before the cosine, given as a number or as an object', () => {
      const warmup = { length: 3, everyCycle: false, shape: 'linear', placement: 'before' };
      expect(parseConfig({ T_0, warmup: 3 }).warmup).to.deep.equal(warmup);
      expect(parseConfig({ T_0, warmup: { length: 3 } }).warmup).to.deep.equal(warmup);
    });
  });

  describe('are documented once:', () => {
    const file = path.join(__dirname, '../../lib/config/keys.ts');
    const meanings: Record<string, string> = Object.assign({}, ...Object.values(MEANINGS), WARMUP_MEANINGS);

    it('the comment of each in keys.ts is its text in meanings.ts; UPDATE_README=1 writes it', () => {
      const code = readFileSync(file, 'utf8');
      const expected = code.replaceAll(
        /\/\*\* [^\n]*? \*\/(\n {2}(\w+): )/g,
        (whole, key: string, name: string) => (name in meanings ? `/** ${meanings[name]} */${key}` : whole),
      );
      if (process.env['UPDATE_README'] !== undefined) writeFileSync(file, expected);
      expect(code).to.equal(expected);
      const documented = [...code.matchAll(/ \*\/\n {2}(\w+): /g)].map(([, name]) => name);
      expect(documented).to.have.members(Object.keys(meanings));
    });

    it('each key has a meaning, in the order of the code', () => {
      const names = Object.values(MEANINGS).flatMap((group) => Object.keys(group));
      expect(names).to.deep.equal([...configKeys]);
    });

    it('each meaning ends its sentence, and tells the default of a key that has one', () => {
      const parsed: Record<string, unknown> = { ...parseConfig({ T_0 }) };
      for (const [name, text] of Object.entries(meanings)) {
        expect(text).to.match(/\.$/);
        if (name in parsed && name !== 'T_0')
          expect(text, name).to.contain(`Default: ${literal(parsed[name])}.`);
      }
    });
  });

  it('are known by their names', () => {
    expect(['T_0', 'warmup', 'length', 'toString', '__proto__'].map(isConfigKey)).to.deep.equal([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  refuses('what is no config', [
    [undefined, '`config`: expected an object such as { T_0: 10 }, got undefined'],
    [null, '`config`: expected an object such as { T_0: 10 }, got null'],
    [10, '`config`: expected an object such as { T_0: 10 }, got 10'],
    [[10], '`config`: expected an object such as { T_0: 10 }, got [10]'],
    [() => 10, '`config`: expected an object such as { T_0: 10 }, got a function'],
  ]);

  refuses('T_0 in one line', [
    [{ T_0: 0 }, '`T_0`: expected a number > 0, got 0'],
    [{ T_0: -0 }, '`T_0`: expected a number > 0, got 0'],
    [{ T_0: -10 }, '`T_0`: expected a number > 0, got -10'],
    [{ T_0: NaN }, '`T_0`: expected a number > 0, got NaN'],
    [{ T_0: Infinity }, '`T_0`: expected a number > 0, got Infinity'],
    [{ T_0: '10' }, '`T_0`: expected a number > 0, got "10"'],
    [{ T_0: null }, '`T_0`: expected a number > 0, got null'],
    [{ T_0: 10n }, '`T_0`: expected a number > 0, got 10'],
    [{ T_0: [10] }, '`T_0`: expected a number > 0, got [10]'],
    [{ T_0: 1e-13 }, '`T_0`: expected a number from 1e-12 to 2^53 - 1, got 1e-13'],
    [{ T_0: 1e16 }, '`T_0`: expected a number from 1e-12 to 2^53 - 1, got 10000000000000000'],
  ]);

  refuses('unknown keys, with the nearest one', [
    [{ T_0, Tmult: 2 }, '`Tmult`: unknown key; did you mean T_mult?'],
    [{ T_0, etaMin: 0 }, '`etaMin`: unknown key; did you mean eta_min?'],
    [{ T_0, update_freq: 'epoch' }, '`update_freq`: unknown key; did you mean updateFreq?'],
    [
      { T0: 10 },
      '`T0`: unknown key; did you mean T_0?',
      '`T_0`: expected a number > 0, got undefined; set it, or `cycles`: a list of lengths, or how many fill the training',
    ],
  ]);

  it('are all listed to those whose key resembles none, as far as a line goes', () => {
    const [line] = messageOf({ T_0, a: 1 }).split('\n');
    expect(line).to.match(/^`a`: unknown key; expected one of T_0, T_mult, cycles, total, .*\.\.\.$/);
    expect(line).to.have.length(200);
  });

  it('take lengths from 1e-12 to 2^53 - 1, both included', () => {
    for (const length of [1e-12, 2 ** 53 - 1]) expect(parseConfig({ T_0: length }).T_0).to.equal(length);
  });

  refuses('keys that belong elsewhere, and says where', [
    ...[
      'epochs',
      'initialEpoch',
      'batchSize',
      'callbacks',
      'shuffle',
      'validationData',
      'validationSplit',
    ].map((key) => [{ T_0, [key]: 3 }, `\`${key}\`: unknown key; it belongs to model.fit`] as const),
    [
      { T_0, optimizer: {} },
      '`optimizer`: unknown key; it belongs to the second argument: new CosineAnnealingCallback(config, options)',
    ],
    [
      { T_0, onEpochEnd() {} },
      '`onEpochEnd`: unknown key; it belongs to the second argument: new CosineAnnealingCallback(config, options)',
    ],
    [{ T_0, T_max: 9 }, '`T_max`: unknown key; set T_0 and cycles: 1, or use fromPyTorch'],
    [{ T_0, lr: 0.1 }, '`lr`: unknown key; did you mean eta_max?'],
    [{ T_0, learning_rate: 0.1 }, '`learning_rate`: unknown key; did you mean eta_max?'],
    [{ T_0, initialLearningRate: 0.1 }, '`initialLearningRate`: unknown key; did you mean eta_max?'],
    [{ T_0, baseLr: 0.1 }, '`baseLr`: unknown key; did you mean eta_max?'],
    [{ T_0, max_lr: 0.1 }, '`max_lr`: unknown key; did you mean eta_max?'],
    [{ T_0, minLr: 0.1 }, '`minLr`: unknown key; did you mean eta_min?'],
    [{ T_0, lr_min: 0.1 }, '`lr_min`: unknown key; did you mean eta_min?'],
    [{ T_0, alpha: 0.1 }, '`alpha`: unknown key; did you mean eta_min_ratio?'],
    [
      { T_0, decaySteps: 9 },
      "`decaySteps`: unknown key; set T_0 and cycles: 1 with unit: 'batch', or use fromKeras",
    ],
    [
      { T_0, first_decay_steps: 9 },
      "`first_decay_steps`: unknown key; set T_0 with unit: 'batch', or use fromKeras",
    ],
    [{ T_0, t_initial: 9 }, '`t_initial`: unknown key; did you mean T_0? Or use fromTimm'],
    [{ T_0, warmupSteps: 9 }, "`warmupSteps`: unknown key; set warmup with unit: 'batch'"],
  ]);

  it('have no name in common with the options', () => {
    expect(optionNames.filter(isConfigKey)).to.deep.equal([]);
  });

  refuses('values out of their range', [
    [{ T_0, T_mult: 0 }, '`T_mult`: expected a number > 0, got 0'],
    [{ T_0, T_mult: 1e16 }, '`T_mult`: expected a number <= 2^53 - 1, got 10000000000000000'],
    [{ T_0, eta_min: -1e-9 }, '`eta_min`: expected a number >= 0, got -1e-9'],
    [{ T_0, eta_max: 0 }, '`eta_max`: expected a number > 0, got 0'],
    [{ T_0, eta_min: '0' }, '`eta_min`: expected a number >= 0, or a list with one per cycle, got "0"'],
    [{ T_0, eta_max: '0.1' }, '`eta_max`: expected a number > 0, or a list with one per cycle, got "0.1"'],
    [{ T_0, eta_min_ratio: 1.5 }, '`eta_min_ratio`: expected a number from 0 to 1, got 1.5'],
    [{ T_0, eta_min_ratio: [0.1] }, '`eta_min_ratio`: expected a number from 0 to 1, got [0.1]'],
    [{ T_0, eta_max_mult: 0 }, '`eta_max_mult`: expected a number > 0, got 0'],
    [{ T_0, amplitude_mult: -1 }, '`amplitude_mult`: expected a number > 0, got -1'],
    [{ T_0, cycles: 0 }, '`cycles`: expected an integer >= 1, got 0'],
    [{ T_0, cycles: 1.5 }, '`cycles`: expected an integer >= 1, got 1.5'],
    [{ T_0, cycles: 'two' }, '`cycles`: expected an integer >= 1, or a list of cycle lengths, got "two"'],
    [{ T_0, total: 0 }, '`total`: expected a number > 0, got 0'],
    [{ T_0, start: -1 }, '`start`: expected a number >= 0, got -1'],
    [{ T_0, start: 1e16 }, '`start`: expected a number <= 2^53 - 1, got 10000000000000000'],
    [{ T_0, plateau: -1 }, '`plateau`: expected a number >= 0, got -1'],
    [{ T_0, plateau: 'x' }, '`plateau`: expected a number >= 0, or a list with one per cycle, got "x"'],
    [{ T_0, afterLastCycle: 'end' }, '`afterLastCycle`: expected "hold" or "stop", got "end"'],
    [{ T_0, endpoint: 1 }, '`endpoint`: expected true or false, got 1'],
    [{ T_0, unit: 'step' }, '`unit`: expected "epoch" or "batch", got "step"'],
    [{ T_0, updateFreq: 10 }, '`updateFreq`: expected "batch" or "epoch", got 10'],
    [{ T_0, batchesPerEpoch: 0 }, '`batchesPerEpoch`: expected an integer >= 1, got 0'],
    [{ T_0, verbose: 3 }, '`verbose`: expected 0, 1 or 2, got 3'],
    [{ T_0, historyLimit: 1.5 }, '`historyLimit`: expected an integer >= 1, got 1.5'],
  ]);

  refuses('lists, naming the item', [
    [{ T_0, eta_max: [0.1, 0] }, '`eta_max[1]`: expected a number > 0, got 0'],
    [{ T_0, eta_min: [0, '0'] }, '`eta_min[1]`: expected a number >= 0, got "0"'],
    [{ T_0, plateau: [1, -1] }, '`plateau[1]`: expected a number >= 0, got -1'],
    [{ T_0, eta_max: [] }, '`eta_max`: expected at least one value, got []'],
    [
      { cycles: [10, 0, -1] },
      '`cycles[1]`: expected a number > 0, got 0',
      '`cycles[2]`: expected a number > 0, got -1',
    ],
    [{ cycles: [] }, '`cycles`: expected at least one value, got []'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is refused
    [{ cycles: [10, , 10] }, '`cycles[1]`: expected a number > 0, got undefined'],
    [{ T_0, warmup: { length: [1, -1] } }, '`warmup.length[1]`: expected a number >= 0, got -1'],
  ]);

  refuses('a warm-up, naming the key inside', [
    [{ T_0, warmup: -1 }, '`warmup`: expected a number >= 0, got -1'],
    [{ T_0, warmup: true }, '`warmup`: expected a length, or an object such as { length: 5 }, got true'],
    [{ T_0, warmup: null }, '`warmup`: expected a length, or an object such as { length: 5 }, got null'],
    [
      { T_0, warmup: { lenght: 3 } },
      '`warmup.lenght`: unknown key; did you mean length?',
      '`warmup.length`: expected a number >= 0, or a list with one per cycle, got undefined',
    ],
    [
      { T_0, warmup: { length: 3, every: true } },
      '`warmup.every`: unknown key; expected one of length, from, everyCycle, shape, placement',
    ],
    [{ T_0, warmup: [3] }, '`warmup`: expected an object such as { length: 5 }, got [3]'],
    [
      { T_0, warmup: { length: 3, from: '0' } },
      '`warmup.from`: expected a number >= 0, or a list with one per cycle, got "0"',
    ],
    [{ T_0, warmup: { length: 3, from: -1 } }, '`warmup.from`: expected a number >= 0, got -1'],
    [
      { T_0, warmup: { length: 3, shape: 'square' } },
      '`warmup.shape`: expected "linear" or "cosine", got "square"',
    ],
    [
      { T_0, warmup: { length: 3, placement: 'after' } },
      '`warmup.placement`: expected "before", "inside" or "overlap", got "after"',
    ],
  ]);
});

const literal = (value: unknown) => (typeof value === 'string' ? `'${value}'` : String(value));
