import { expect } from 'chai';
import * as fc from 'fast-check';
import { type CosineAnnealingConfig, parseConfig } from '../../lib/config/config';
import { needsTotal } from '../../lib/config/conflicts';
import { configKeys } from '../../lib/config/keys';
import { tries } from '../support/effort';
import { legalConfig } from '../support/legal-config';
import { errorOf, refuses } from '../support/refused';

const T_0 = 10;
const LENGTHS =
  "can't be combined with a list of `cycles`, which already gives every length; remove one of the two";
const PEAKS =
  "can't be combined with a list of `eta_max`, which already gives every peak; remove one of the two";
const SHORTER = "shorten it, or set the placement of `warmup` to 'before'";

describe('The rules between keys', () => {
  it('ignore a key that is wrong by itself, as if it were left out', () => {
    for (const [config, path] of [
      [{ T_0: 'x' }, 'T_0'],
      [{ cycles: 'x' }, 'cycles'],
      [{ T_0: 1, T_mult: 0.5, cycles: 'x' }, 'cycles'],
      [{ T_0: 1, afterLastCycle: 'stop', cycles: 'x' }, 'cycles'],
      [{ T_0: 'x', cycles: 3, total: 10, warmup: 10 }, 'T_0'],
      [{ T_0: 'x', cycles: 1e15, total: 10 }, 'T_0'],
      [{ T_0: 'x', cycles: 3, total: 9, warmup: { length: 5, placement: 'inside' } }, 'T_0'],
      [{ T_0, T_mult: 'x', warmup: { length: [5, 15], placement: 'overlap' } }, 'T_mult'],
    ] as const) {
      const { problems } = errorOf(() => parseConfig(config as never));
      expect(problems.map(({ path }) => path.join('.'))).to.deep.equal([path]);
    }
  });

  it('find nothing in a config of which one key is wrong by itself, if it is legal otherwise', () => {
    fc.assert(
      fc.property(legalConfig(), fc.constantFrom(...configKeys), (config, key) => {
        const { problems } = errorOf(() => parseConfig({ ...config, [key]: 'x' }));
        expect(problems.map(({ path }) => path)).to.deep.equal([[key]]);
      }),
      { numRuns: tries(300, 3_000) },
    );
  });

  it('accept what just fits', () => {
    const fitting: CosineAnnealingConfig[] = [
      { T_0: 1, T_mult: 0.5, cycles: 40 }, // 2^-39 is 1.8e-12
      { T_0: 1e-12, cycles: 1 },
      { T_0: 1e6, T_mult: 1 - 1e-6, cycles: 100_000 },
      { T_0, warmup: { length: 10, placement: 'overlap' } },
      { T_0, warmup: { length: 9.999, placement: 'inside' } },
      { T_0, plateau: [0, 0], warmup: { length: 5, placement: 'overlap' } },
      { cycles: 3, total: 10.5, warmup: 10 },
      { cycles: 2, total: 10, start: 4, plateau: 2.9 },
      { T_0, cycles: 3, total: 7 },
      { cycles: [10, 20], total: 7 },
      { T_0, total: 7 },
      { T_0, total: 7, warmup: 8 },
      { T_0, cycles: 1, afterLastCycle: 'stop' },
      { cycles: 3, warmup: { length: 5, placement: 'inside' } },
      { T_0, T_mult: 0.5, cycles: 3, warmup: { length: 2.5, placement: 'overlap', everyCycle: true } },
      { T_0, eta_min: 0.1, eta_max: 0.1 },
      { T_0, eta_min_ratio: 0.5, eta_max: [0.1, 0.05] },
      { T_0, eta_min_ratio: 1 },
    ];
    for (const config of fitting) expect(() => parseConfig(config), JSON.stringify(config)).to.not.throw();
  });

  refuses('a config without lengths', [
    [
      {},
      '`T_0`: expected a number > 0, got undefined; set it, or `cycles`: a list of lengths, or how many fill the training',
    ],
    [
      { total: 30 },
      '`T_0`: expected a number > 0, got undefined; set it, or `cycles`: a list of lengths, or how many fill the training',
    ],
    [
      { warmup: { length: 5, placement: 'inside' } },
      '`T_0`: expected a number > 0, got undefined; set it, or `cycles`: a list of lengths, or how many fill the training',
    ],
  ]);

  refuses('lengths that are given twice', [
    [{ T_0, cycles: [10, 20] }, `\`T_0\`: ${LENGTHS}`],
    [{ T_mult: 0.5, cycles: [10, 20] }, `\`T_mult\`: ${LENGTHS}`],
    [{ T_mult: 0.5, cycles: [200_000] }, `\`T_mult\`: ${LENGTHS}`],
    [{ T_0, T_mult: 2, cycles: [10, 20] }, `\`T_0\`: ${LENGTHS}`, `\`T_mult\`: ${LENGTHS}`],
  ]);

  refuses('cycles that shrink to nothing', [
    [
      { T_0, T_mult: 0.5 },
      '`T_mult`: expected a number >= 1 without `cycles`, since below 1 the cycles shrink to nothing, got 0.5; set `cycles`',
    ],
    [
      { T_0: 1, T_mult: 0.5, cycles: 41 },
      '`cycles`: expected fewer, since the last of them would be shorter than 1e-12, got 41; or set a larger `T_mult`',
    ],
    [
      { T_0, T_mult: 0.5, warmup: { length: 5, placement: 'overlap', everyCycle: true } },
      '`T_mult`: expected a number >= 1 without `cycles`, since below 1 the cycles shrink to nothing, got 0.5; set `cycles`',
    ],
    [
      { T_0: 1, T_mult: 0.5, cycles: 100_000 },
      '`cycles`: expected fewer, since the last of them would be shorter than 1e-12, got 100000; or set a larger `T_mult`',
    ],
    [
      { T_0: 1, T_mult: 0.5, cycles: 5000, warmup: { length: 0, placement: 'inside', everyCycle: true } },
      '`cycles`: expected fewer, since the last of them would be shorter than 1e-12, got 5000; or set a larger `T_mult`',
    ],
    [
      { T_0, T_mult: 0.9999, cycles: 1e6 },
      '`cycles`: expected at most 100000 with `T_mult` below 1, got 1000000',
    ],
    [
      { total: 1, cycles: 1e13 },
      '`cycles`: expected fewer, since the first of them would be shorter than 1e-12, got 10000000000000; or set a larger `total`',
    ],
    [
      { total: 100, cycles: 5000, T_mult: 2 },
      '`cycles`: expected fewer, since the first of them would be shorter than 1e-12, got 5000; or set a smaller `T_mult`',
    ],
    [
      { total: 100, cycles: 5000, T_mult: 2, warmup: { length: 1, placement: 'inside' } },
      '`cycles`: expected fewer, since the first of them would be shorter than 1e-12, got 5000; or set a smaller `T_mult`',
    ],
    [
      { total: 100, cycles: 100, T_mult: 2 },
      '`cycles`: expected fewer, since the first of them would be shorter than 1e-12, got 100; or set a smaller `T_mult`',
    ],
  ]);

  refuses('a total that leaves nothing for the cosines', [
    [
      { total: 10, cycles: 3, warmup: 10 },
      '`total`: expected more than start, warm-ups and plateaus take (10), got 10',
    ],
    [
      { total: 10, cycles: 3, warmup: { length: [2, 4], everyCycle: true } },
      '`total`: expected more than start, warm-ups and plateaus take (10), got 10',
    ],
    [
      { total: 10, cycles: 3, start: 11 },
      '`total`: expected more than start, warm-ups and plateaus take (11), got 10',
    ],
    [
      { total: 10, cycles: 3, start: 11, warmup: { length: 1, placement: 'inside' } },
      '`total`: expected more than start, warm-ups and plateaus take (11), got 10',
    ],
    [
      { total: 10, cycles: 2, plateau: [5, 6], start: 1 },
      '`total`: expected more than start, warm-ups and plateaus take (12), got 10',
    ],
  ]);

  refuses('a stop after a last cycle that there is not', [
    [{ T_0, afterLastCycle: 'stop' }, "`afterLastCycle`: 'stop' needs a last cycle; set `cycles`, such as 1"],
  ]);

  refuses('learning rates that contradict each other', [
    [{ T_0, eta_min: 0.2, eta_max: 0.1 }, '`eta_min`: expected at most `eta_max` (0.1), got 0.2'],
    [
      { T_0, eta_min: 0.2, eta_max: [0.3, 0.1] },
      '`eta_min`: expected at most `eta_max` (0.1) in cycle 1, got 0.2',
    ],
    [
      { T_0, eta_min: [0, 0, 1], eta_max: [0.3, 0.1] },
      '`eta_min`: expected at most `eta_max` (0.1) in cycle 2, got 1',
    ],
    [
      { T_0, eta_max: 0.1, warmup: { length: 1, from: 1 } },
      '`warmup.from`: expected at most `eta_max` (0.1), got 1',
    ],
    [
      { T_0, eta_min: 0.1, eta_min_ratio: 0.1 },
      "`eta_min_ratio`: can't be combined with `eta_min`; remove one of the two",
    ],
    [
      { T_0, eta_max: [2, 0.1], eta_min_ratio: 0.1 },
      "`eta_min_ratio`: expected at most 0.05, so that `eta_max` in cycle 1 (0.1) isn't below this share of the first one, got 0.1",
    ],
    [
      { T_0, eta_max_mult: 0.5, amplitude_mult: 0.5 },
      "`amplitude_mult`: can't be combined with `eta_max_mult`, since both change the peak at restarts; remove one of the two",
    ],
    [{ T_0, eta_max: [1], eta_max_mult: 0.5 }, `\`eta_max_mult\`: ${PEAKS}`],
    [{ T_0, eta_max: [1], amplitude_mult: 0.5 }, `\`amplitude_mult\`: ${PEAKS}`],
  ]);

  refuses('a warm-up that leaves no room in its cycle, naming the first such cycle', [
    [
      { T_0, warmup: { length: 11, placement: 'overlap' } },
      `\`warmup.length\`: expected at most the length of cycle 0 (10), which it overlaps, got 11; ${SHORTER}`,
    ],
    [
      { T_0, warmup: { length: [5, 21], placement: 'overlap' }, T_mult: 2 },
      `\`warmup.length\`: expected at most the length of cycle 1 (20), which it overlaps, got 21; ${SHORTER}`,
    ],
    [
      { cycles: [10, 20, 5], warmup: { length: 8, placement: 'overlap', everyCycle: true } },
      `\`warmup.length\`: expected at most the length of cycle 2 (5), which it overlaps, got 8; ${SHORTER}`,
    ],
    [
      { T_0, T_mult: 0.5, cycles: 3, warmup: { length: 4, placement: 'overlap', everyCycle: true } },
      `\`warmup.length\`: expected at most the length of cycle 2 (2.5), which it overlaps, got 4; ${SHORTER}`,
    ],
    [
      { total: 30, cycles: 3, warmup: { length: 11, placement: 'overlap' } },
      `\`warmup.length\`: expected at most the length of cycle 0 (10), which it overlaps, got 11; ${SHORTER}`,
    ],
    [
      { T_0, warmup: { length: 10, placement: 'inside' } },
      `\`warmup.length\`: expected less than the length of cycle 0 (10), which holds it, got 10; ${SHORTER}`,
    ],
    [
      { cycles: [10, 20, 5], warmup: { length: 5, placement: 'inside', everyCycle: true } },
      `\`warmup.length\`: expected less than the length of cycle 2 (5), which holds it, got 5; ${SHORTER}`,
    ],
  ]);

  refuses('a plateau under a warm-up that overlaps the cosine', [
    [
      { T_0, plateau: [0, 1], warmup: { length: 1, placement: 'overlap' } },
      "`plateau`: can't be combined with the placement 'overlap' of `warmup`, which lies over the cosine; set the placement 'before' or 'inside', or remove the plateau",
    ],
  ]);

  refuses('lists with more values than cycles', [
    [{ T_0, cycles: 2, eta_max: [3, 2, 1] }, '`eta_max`: expected at most one value per cycle (2), got 3'],
    [{ cycles: [1, 2], eta_min: [0, 0, 0] }, '`eta_min`: expected at most one value per cycle (2), got 3'],
    [{ T_0, cycles: 1, plateau: [1, 1] }, '`plateau`: expected at most one value per cycle (1), got 2'],
    [
      { T_0, cycles: 1, warmup: { length: [1, 1] } },
      '`warmup.length`: expected at most one value per cycle (1), got 2',
    ],
    [
      { T_0, cycles: 1, warmup: { length: 1, from: [0, 0] } },
      '`warmup.from`: expected at most one value per cycle (1), got 2',
    ],
  ]);

  refuses('several at once, with what is wrong with other keys', [
    [
      { T_0, total: 30, afterLastCycle: 'stop', eta_min: 1, eta_max: 0.1, etamax: 1 },
      '`etamax`: unknown key; did you mean eta_max?',
      "`afterLastCycle`: 'stop' needs a last cycle; set `cycles`, such as 1",
      '`eta_min`: expected at most `eta_max` (0.1), got 1',
    ],
    [
      { total: 30, cycles: 3, warmup: { length: 11, placement: 'inside' }, eta_min: '0', verbose: 3 },
      '`eta_min`: expected a number >= 0, or a list with one per cycle, got "0"',
      '`verbose`: expected 0, 1 or 2, got 3',
      `\`warmup.length\`: expected less than the length of cycle 0 (10), which holds it, got 11; ${SHORTER}`,
    ],
  ]);

  refuses('nothing between keys one of which is wrong by itself', [
    [{ T_0: -1, cycles: [10, 20] }, '`T_0`: expected a number > 0, got -1'],
    [{ T_0, eta_min: -1, eta_max: 0.1, eta_min_ratio: 0.1 }, '`eta_min`: expected a number >= 0, got -1'],
    [
      { T_0: 'x', afterLastCycle: 'stop', cycles: 0 },
      '`T_0`: expected a number > 0, got "x"',
      '`cycles`: expected an integer >= 1, got 0',
    ],
  ]);

  describe("speak of the caller's keys,", () => {
    const names = {
      T_0: 'config.first_decay_steps',
      cycles: 'cycle_limit',
      T_mult: 'cycle_mul',
      warmup: 'warmup_t',
    };
    const problemsOf = (config: CosineAnnealingConfig) => errorOf(() => parseConfig(config, names)).problems;

    it('in paths, rules and cures', () => {
      expect(problemsOf({ T_0, T_mult: 0.5, cycles: 100 })).to.deep.equal([
        {
          path: ['cycle_limit'],
          rule: 'expected fewer, since the last of them would be shorter than 1e-12',
          received: 100,
          cure: 'or set a larger `cycle_mul`',
        },
      ]);
    });

    it('of keys inside one that has a name, too', () => {
      expect(problemsOf({ T_0, warmup: { length: 11, placement: 'inside' } })).to.deep.equal([
        {
          path: ['warmup_t'],
          rule: 'expected less than the length of cycle 0 (10), which holds it',
          received: 11,
          cure: "shorten it, or set the placement of `warmup_t` to 'before'",
        },
      ]);
      expect(problemsOf({ T_0, warmup: { length: [1, -1] } })[0]?.path).to.deep.equal(['warmup_t', 1]);
    });

    it('of a key inside one that has none, with the index of an item', () => {
      const { problems } = errorOf(() =>
        parseConfig({ T_0, warmup: { length: [1, -1] } }, { 'warmup.length': 'warmup_steps' }),
      );
      expect(problems[0]?.path).to.deep.equal(['warmup_steps', 1]);
    });

    it('that lie inside an object of theirs', () => {
      expect(problemsOf({ T_0: 0 })[0]?.path).to.deep.equal(['config', 'first_decay_steps']);
    });
  });
});

describe('needsTotal', () => {
  it('holds for a number of cycles without lengths, until the total is known', () => {
    expect(needsTotal(parseConfig({ cycles: 3 }))).to.equal(true);
    expect(
      [{ T_0 }, { T_0, cycles: 3 }, { cycles: [3] }, { cycles: 3, total: 9 }].map((config) =>
        needsTotal(parseConfig(config)),
      ),
    ).to.deep.equal([false, false, false, false]);
  });
});
