import { expect } from 'chai';
import * as fc from 'fast-check';
import { tf } from '../../examples/shared/backend';
import { type CosineAnnealingConfig, cosineAnnealing, parseConfig } from '../../lib/config/config';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { know, Run } from '../../lib/training/run';
import { printedDuring, recorder } from '../support/capture';
import { curesIn } from '../support/cures';
import { BATCHES, train, trainDataset, unsized } from '../support/datasets';
import { callback } from '../support/drive';
import { tinyModel } from '../support/models';

const silent = { logger: null };
/** One batch an epoch, for what only epochs matter to. */
const quick = { batchSize: 100 };

const PREFIX = 'CosineAnnealingCallback: ';

/** The lines that a callback logs during fits of so many epochs each, of one batch unless said otherwise. */
async function linesOf(
  config: CosineAnnealingConfig,
  epochs: readonly number[],
  options: object = quick,
): Promise<string[]> {
  const { logger, lines } = recorder();
  const annealing = new CosineAnnealingCallback({ eta_max: 0.5, ...config }, { logger });
  const model = tinyModel();
  for (const count of epochs) await train(model, annealing, { ...options, epochs: count });
  return lines.map((line) => line.replace(PREFIX, ''));
}

describe('A callback', () => {
  it('prints nothing if nothing is wrong', async () => {
    const printed = await printedDuring(async () => {
      const annealing = new CosineAnnealingCallback({ T_0: 1, T_mult: 2 });
      await train(tinyModel(), annealing);
      await train(tinyModel(), [annealing], { initialEpoch: 3, epochs: 7 });
      JSON.stringify(annealing);
      annealing.reset();
    });
    expect(printed).to.deep.equal([]);
  });

  it('warns at verbose 0, too, on the console', async () => {
    const printed = await printedDuring(() => train(tinyModel(), new CosineAnnealingCallback({ T_0: 2 })));
    expect(printed).to.deep.equal([
      'warn: CosineAnnealingCallback: training ends at epoch 3, at a learning rate of 0.25, inside a cycle that ends ' +
        'at epoch 4; train for 2 or 4 epochs, or if more fits follow, set their total length, such as `total: 4`',
    ]);
  });

  it('prints nothing at all if logger is null, whatever is wrong', async () => {
    const printed = await printedDuring(async () => {
      const annealing = new CosineAnnealingCallback({ T_0: 2, verbose: 2 }, silent);
      const another = new CosineAnnealingCallback({ T_0: 2 }, silent);
      await trainDataset(tinyModel(), unsized(), [annealing, another]);
    });
    expect(printed).to.deep.equal([]);
  });

  it('uses the given logger, whose methods keep their this', async () => {
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
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^mine: CosineAnnealingCallback: training ends at epoch 3, /);
  });

  it('tells the plan, every restart and every cycle end at verbose 1', async () => {
    expect(await linesOf({ T_0: 1, T_mult: 2, eta_min: 0.01, verbose: 1 }, [3])).to.deep.equal([
      'info: plan: epochs 0 to 3: the learning rate begins at 0.5, with a warm restart at epoch 1',
      'info: end of cycle 0 in epoch 0: learning rate 0.5',
      'info: warm restart 1: learning rate 0.5 at epoch 1, batch 0; T_i is 2 epochs',
      'info: end of cycle 1 in epoch 2: learning rate 0.255',
    ]);
  });

  it('tells every change as well at verbose 2, for debugging', async () => {
    expect(await linesOf({ T_0: 2, unit: 'batch', verbose: 2 }, [4])).to.deep.equal([
      'info: plan: batches 0 to 4: the learning rate begins at 0.5, with a warm restart at batch 2',
      'debug: learning rate 0.5 at epoch 0, batch 0',
      'debug: learning rate 0.25 at epoch 1, batch 0',
      'info: end of cycle 0 in epoch 1: learning rate 0.25',
      'info: warm restart 1: learning rate 0.5 at epoch 2, batch 0; T_i is 2 batches',
      'debug: learning rate 0.25 at epoch 3, batch 0',
      'info: end of cycle 1 in epoch 3: learning rate 0.25',
    ]);
  });

  it('tells the plan of every fit, with the restart at its first update and the end of the last cycle', async () => {
    const lines = await linesOf({ T_0: 1, T_mult: 2, cycles: 3, verbose: 1 }, [1, 2, 4]);
    expect(lines.filter((line) => line.includes('plan: '))).to.deep.equal([
      'info: plan: epochs 0 to 1: the learning rate begins at 0.5, with no warm restart',
      'info: plan: epochs 1 to 3: the learning rate begins at 0.5, with a warm restart at epoch 1',
      'info: plan: epochs 3 to 7: the learning rate begins at 0.5, with a warm restart at epoch 3; the last cycle ends at epoch 7',
    ]);
  });

  it('lists six restarts of the plan, and no more', async () => {
    const [plan] = await linesOf({ T_0: 1, verbose: 1 }, [20]);
    expect(plan).to.equal(
      'info: plan: epochs 0 to 20: the learning rate begins at 0.5, with warm restarts at epochs 1, 2, 3, 4, 5, 6, ...',
    );
  });

  it('says where the cycle would have ended if training is stopped inside it, at verbose 1', async () => {
    for (const [stopAfter, expected] of [
      [4, 'inside cycle 1, at a learning rate of 0.375; the cycle would have ended at epoch 6'],
      [2, undefined],
    ] as const) {
      const { logger, lines } = recorder();
      const model = tinyModel();
      const annealing = new CosineAnnealingCallback({ T_0: 3, eta_max: 0.5, verbose: 1 }, { logger });
      const stop = callback({
        onEpochEnd: async (epoch) => {
          if (epoch === stopAfter) model.stopTraining = true;
        },
      });
      await train(model, [annealing, stop], { ...quick, epochs: 6 });
      const found = lines.filter((line) => line.includes('stopped'));
      const message = `info: ${PREFIX}training was stopped ${expected}`;
      expect(found).to.deep.equal(expected === undefined ? [] : [message]);
    }
  });

  it('warns if a changed config puts training into another cycle, unless `start` says what is meant', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, silent);
    await train(tinyModel(), annealing, { ...quick, epochs: 4 });
    const state = JSON.stringify(annealing);
    CosineAnnealingCallback.fromJSON(state, { logger }, { T_0: 2 });
    CosineAnnealingCallback.fromJSON(state, { logger }, { T_0: 1, eta_min: 0.01 });
    CosineAnnealingCallback.fromJSON(state, { logger });
    for (const start of [4, 0]) CosineAnnealingCallback.fromJSON(state, { logger }, { T_0: 2, start });
    expect(lines).to.deep.equal([
      `warn: ${PREFIX}by the changed config, training goes on in cycle 1, no longer in cycle 3, since lengths count from ` +
        'the beginning of training; to the changes, add `start: 4` to begin the schedule here, or `start: 0` if this is intended',
    ]);
  });
});

describe('The warning about how training ends', () => {
  it('takes a first cycle that is longer than the epochs, but not than their batches, for one in batches', async () => {
    expect(await linesOf({ T_0: 12, T_mult: 2 }, [3], {})).to.deep.equal([
      "warn: the first cycle takes 12 epochs, but training has only 3 epochs (12 batches in all); if you meant batches, set `unit: 'batch'`; if not, train for 36 epochs, or if more fits follow, set their total length, such as `total: 36`",
    ]);
    expect(await linesOf({ T_0: 13 }, [3], {})).to.deep.equal([
      'warn: training ends at epoch 3, at a learning rate of 0.437128, inside a cycle that ends at epoch 13; train for 13 epochs, or if more fits follow, set their total length, such as `total: 13`',
    ]);
  });

  it('says from where on nothing is learned after the last cycle', async () => {
    expect(await linesOf({ T_0: 2, cycles: 1 }, [5])).to.deep.equal([
      "warn: after the last cycle the learning rate is 0, so nothing is learned from epoch 2 to 5; set `afterLastCycle: 'stop'`, or train for 2 epochs",
    ]);
  });

  it('does not come after the last cycle at a learning rate above 0', async () => {
    expect(await linesOf({ T_0: 2, cycles: 1, eta_min: 0.01 }, [3])).to.deep.equal([]);
  });

  it('says that the warm-up never ends, before it says that no restart happens', async () => {
    expect(await linesOf({ T_0: 2, T_mult: 2, warmup: 5 }, [3])).to.deep.equal([
      'warn: training ends at epoch 3, inside the warm-up, so the learning rate never reaches 0.5; train for 11, 19 or 35 epochs, or if more fits follow, set their total length, such as `total: 11`',
    ]);
  });

  it('says that no warm restart happens if T_mult or a list of cycles asks for one', async () => {
    const warning = (epochs: string, total: number) =>
      `warn: training ends at epoch 3 without a warm restart; train for ${epochs} epochs, or if more fits follow, set their total length, such as \`total: ${total}\``;
    expect(await linesOf({ T_0: 3, T_mult: 2 }, [3])).to.deep.equal([warning('9, 21 or 45', 9)]);
    expect(await linesOf({ T_0: 4, T_mult: 2 }, [3])).to.deep.equal([warning('12, 28 or 60', 12)]);
    expect(await linesOf({ cycles: [3, 5] }, [3])).to.deep.equal([warning('8', 8)]);
    expect(await linesOf({ T_0: 3 }, [3])).to.deep.equal([]);
    expect(await linesOf({ cycles: [3] }, [3])).to.deep.equal([]);
  });

  it('names the epochs that end a cycle: 30, 70 and 150', async () => {
    expect(await linesOf({ T_0: 10, T_mult: 2 }, [100])).to.deep.equal([
      'warn: training ends at epoch 100, at a learning rate of 0.345671, inside a cycle that ends at epoch 150; train for 30, 70 or 150 epochs, or if more fits follow, set their total length, such as `total: 150`',
    ]);
  });

  it('comes once per callback, not once per fit, nor once per kind', async () => {
    const trainings: [CosineAnnealingConfig, number[], object][] = [
      [{ T_0: 10 }, [1, 1, 1, 12], quick],
      [{ T_0: 12 }, [3, 1], {}],
      [{ T_0: 2, T_mult: 2, warmup: 5 }, [3, 3], quick],
      [{ T_0: 3, T_mult: 2 }, [3, 1], quick],
    ];
    for (const [config, epochs, options] of trainings)
      expect(await linesOf(config, epochs, options), JSON.stringify(config)).to.have.length(1);
  });

  it('comes once, and is right, if `total` gives the length of all fits', async () => {
    const single = Array.from({ length: 12 }, () => 1);
    expect(await linesOf({ T_0: 4, T_mult: 2, total: 12 }, single)).to.deep.equal([]);
    expect(await linesOf({ T_0: 4, T_mult: 2, total: 11 }, single.slice(1))).to.deep.equal([
      'warn: training ends at epoch 11, at a learning rate of 0.0190301, inside a cycle that ends at epoch 12; set `total: 12`',
    ]);
  });

  it('does not come if training ends with a cycle', async () => {
    for (const epochs of [10, 30, 70])
      expect(await linesOf({ T_0: 10, T_mult: 2 }, [30, epochs - 30])).to.deep.equal([]);
    expect(await linesOf({ cycles: [1, 2] }, [3])).to.deep.equal([]);
    expect(await linesOf({ T_0: 0.5 }, [3], {})).to.deep.equal([]);
    expect(await linesOf({ cycles: 3 }, [10])).to.deep.equal([]);
  });

  it('counts epochs as the fit does, and positions on the clock', async () => {
    expect(await linesOf({ T_0: 2 }, [2, 3])).to.deep.equal([
      'warn: training ends at epoch 5, at a learning rate of 0.25, inside a cycle that ends at epoch 6; train for 2 or 4 epochs, or if more fits follow, set their total length, such as `total: 6`',
    ]);
  });

  it('counts batches with unit batch, from where the callback stands', async () => {
    expect(await linesOf({ T_0: 10, unit: 'batch' }, [3], {})).to.deep.equal([
      'warn: training ends at batch 12, at a learning rate of 0.452254, inside a cycle that ends at batch 20; train for 5 epochs, or if more fits follow, set their total length, such as `total: 20`',
    ]);
    expect(await linesOf({ T_0: 12, unit: 'batch' }, [3, 1], {})).to.deep.equal([
      'warn: training ends at batch 16, at a learning rate of 0.375, inside a cycle that ends at batch 24; train for 3 epochs, or if more fits follow, set their total length, such as `total: 24`',
    ]);
  });
});

describe('The warning about the learning rates', () => {
  it('says that they are constant, before it says that every cycle has one update', async () => {
    expect(await linesOf({ T_0: 1, eta_min: 0.5 }, [3])).to.deep.equal([
      'warn: `eta_min` equals `eta_max`, so the learning rate stays at 0.5; set `eta_min: 0`',
    ]);
  });

  it('says that every cycle has one update, with a cure that works', async () => {
    expect(await linesOf({ T_0: 1 }, [3])).to.deep.equal([
      'warn: every cycle has one update, so the learning rate stays at 0.5; set `T_0: 10`',
    ]);
    expect(await linesOf({ T_0: 1, updateFreq: 'epoch' }, [3], {})).to.deep.equal([
      "warn: every cycle has one update, so the learning rate stays at 0.5; set `updateFreq: 'batch'`",
    ]);
  });
});

describe('A warning in a fit', () => {
  const cases: Record<string, [CosineAnnealingConfig, number, object]> = {
    'length in batches': [{ T_0: 12, T_mult: 2 }, 3, {}],
    'idle after the last cycle': [{ T_0: 2, cycles: 1 }, 5, quick],
    'idle after cycles that fill a total': [{ cycles: 2, total: 4 }, 8, quick],
    'never reaches the peak': [{ T_0: 2, T_mult: 2, warmup: 5 }, 3, quick],
    'before the schedule begins': [{ T_0: 2, start: 5, cycles: 1 }, 3, quick],
    'no restart': [{ T_0: 3, T_mult: 2 }, 3, quick],
    'ends inside a cycle': [{ T_0: 10, T_mult: 2 }, 15, quick],
    'ends inside a cycle of batches': [{ T_0: 7, unit: 'batch' }, 3, {}],
    constant: [{ T_0: 2, eta_min: 0.5 }, 4, quick],
    'one update per cycle': [{ T_0: 1, updateFreq: 'epoch' }, 3, {}],
    'once an epoch in batches': [{ T_0: 12, unit: 'batch', updateFreq: 'epoch' }, 3, {}],
    'begins inside a cycle': [{ T_0: 10 }, 10, { ...quick, initialEpoch: 1 }],
  };
  for (const [kind, [config, epochs, options]] of Object.entries(cases)) {
    it(`has cures that are accepted and silence it, as they are read: ${kind}`, async () => {
      const lines = await linesOf(config, [epochs], options);
      const [warning = ''] = lines;
      expect(lines).to.have.length(1);
      const cures = curesIn(warning);
      expect(cures).to.not.deep.equal([]);
      const subject = warning.split(' ').slice(0, 3).join(' '); // more than a kind: all that is said of the end
      for (const cure of cures) {
        const [changed, count] = 'epochs' in cure ? [{}, cure.epochs] : [cure.config, epochs];
        const given = Object.entries({ ...config, ...changed }).filter(([, value]) => value !== undefined);
        const left = await linesOf(Object.fromEntries(given), [count], options);
        const same = left.filter((line) => line.startsWith(subject));
        expect(same, `${warning}\n${JSON.stringify(cure)}`).to.deep.equal([]);
      }
    });
  }

  it('does not come in a loop of fits of any lengths that makes up a `total` of whole cycles', () => {
    const property = fc.property(
      fc.integer({ min: 2, max: 9 }),
      fc.constantFrom(1, 2, 3),
      fc.integer({ min: 2, max: 3 }),
      fc.integer({ min: 2, max: 5 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 8 })),
      (T_0, T_mult, cycles, batchesPerEpoch, lengths) => {
        const total = cosineAnnealing({ T_0, T_mult, eta_max: 1 }).cycleStart(cycles);
        const run = new Run(know(parseConfig({ T_0, T_mult, total }), {}));
        const fit = { firstEpoch: 0, isOnClock: false, batchesPerEpoch, learningRate: 0.5, optimizer: '' };
        for (let epochs = 1; run.standing.epoch < total; ) {
          epochs = Math.min(total - run.standing.epoch, lengths.next().value ?? 1);
          expect(run.beginFit({ ...fit, epochs }).notices).to.deep.equal([]);
          for (let epoch = 0; epoch < epochs; epoch++) {
            run.book(run.updateAt(0));
            run.countUpdate();
            run.countEpoch(epoch);
          }
        }
      },
    );
    fc.assert(property, { numRuns: 100 });
  });
});

describe('The warning about the first epoch', () => {
  it('comes if a new callback begins inside a cycle, and not if `start` says that this is meant', async () => {
    const begin = async (config: object) => {
      const { logger, lines } = recorder();
      const annealing = new CosineAnnealingCallback({ T_0: 5, eta_max: 0.5, ...config }, { logger });
      await train(tinyModel(), annealing, { ...quick, initialEpoch: 7, epochs: 10 });
      return lines;
    };
    expect(await begin({})).to.deep.equal([
      `warn: ${PREFIX}training begins at epoch 7, inside cycle 1, at a learning rate of 0.327254; set \`start: 7\` to begin the schedule there, or \`start: 0\` if this is intended; to resume from a saved state, use CosineAnnealingCallback.fromJSON`,
    ]);
    expect(await begin({ start: 0 })).to.deep.equal([]);
    expect(await begin({ start: 5 })).to.deep.equal([]);
  });

  it('does not come in a later fit, nor in one that is resumed', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 5, total: 15 }, { logger });
    await train(tinyModel(), annealing, { ...quick, epochs: 7 });
    const state = JSON.stringify(annealing);
    await train(tinyModel(), annealing, { ...quick, initialEpoch: 7, epochs: 10 });
    await train(tinyModel(), CosineAnnealingCallback.fromJSON(state, { logger }), {
      ...quick,
      initialEpoch: 7,
      epochs: 10,
    });
    expect(lines).to.deep.equal([]);
  });
});

describe('The warning about the clock', () => {
  const unknown =
    `warn: ${PREFIX}TensorFlow.js does not know how many batches an epoch of this data has, so the learning rate ` +
    "stays the same within the first epoch; set `batchesPerEpoch` in this callback's config";
  const tooSeldom =
    `warn: ${PREFIX}\`unit: 'batch'\` counts batches, but \`updateFreq: 'epoch'\` sets the learning rate only once every ` +
    "4 batches; set `updateFreq: 'batch'`";
  const linesWith = async (config: CosineAnnealingConfig) => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback(config, { logger });
    for (let fit = 0; fit < 2; fit++) await trainDataset(tinyModel(), unsized(), annealing);
    return { lines, annealing };
  };

  it('names batchesPerEpoch of this config, once, if the number of batches is unknown', async () => {
    const { lines, annealing } = await linesWith({ T_0: 3 });
    expect(lines).to.deep.equal([unknown]);
    expect(annealing.config.batchesPerEpoch).to.equal(BATCHES);
  });

  it('does not come if the number is not needed', async () => {
    for (const config of [
      { T_0: 3, batchesPerEpoch: BATCHES },
      { T_0: 4, unit: 'batch' },
      { T_0: 3, updateFreq: 'epoch' },
    ] as const)
      expect((await linesWith(config)).lines).to.deep.equal([]);
  });

  it('names the right number, once, after an epoch that had another than the config says', async () => {
    const wrong = (batchesPerEpoch: number) =>
      `warn: ${PREFIX}the epoch had 4 batches, not ${batchesPerEpoch}, so its learning rates were wrong; set ` +
      '`batchesPerEpoch: 4`';
    for (const batchesPerEpoch of [3, 5]) {
      const { lines, annealing } = await linesWith({ T_0: 3, batchesPerEpoch });
      expect(lines).to.deep.equal([wrong(batchesPerEpoch)]);
      expect(annealing.config.batchesPerEpoch).to.equal(4);
    }
  });

  it('comes after the first epoch, and not again from a saved state, which knows the right number', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 1, batchesPerEpoch: 3 }, { logger });
    await trainDataset(tinyModel(), unsized(), annealing, { epochs: 1 });
    expect(lines).to.have.length(1);
    const loaded = CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), { logger });
    await trainDataset(tinyModel(), unsized(), loaded, { initialEpoch: 1, epochs: 3 });
    expect(lines).to.have.length(1);
  });

  it('does not come if another number than the config says makes no rate wrong', async () => {
    for (const config of [
      { T_0: 3, unit: 'batch', batchesPerEpoch: 3 },
      { T_0: 3, updateFreq: 'epoch', batchesPerEpoch: 3 },
    ] as const)
      expect((await linesWith(config)).lines).to.deep.equal([]);
    expect(await linesOf({ T_0: 3, batchesPerEpoch: 3 }, [3], {})).to.deep.equal([]); // the fit knows
  });

  it('comes if lengths count batches and the rate is set once an epoch, once, as soon as batches are known', async () => {
    const config = { T_0: 12, unit: 'batch', updateFreq: 'epoch' } as const;
    const lines = await linesOf(config, [3, 3], {});
    expect(lines).to.deep.equal([tooSeldom.replace(PREFIX, '')]);
    expect((await linesWith(config)).lines).to.deep.equal([tooSeldom]);
  });
});

describe('The warnings', () => {
  it('come in order, one about each: the end, the rates, the beginning, the clock', async () => {
    const { logger, lines } = recorder();
    const annealing = new CosineAnnealingCallback({ T_0: 2, eta_min: 0.5, eta_max: 0.5 }, { logger });
    await trainDataset(tinyModel(tf.train.sgd(0.5)), unsized(), annealing, { initialEpoch: 3, epochs: 5 });
    expect(
      lines.map((line) => line.slice(`warn: ${PREFIX}`.length, -1).split(' ').slice(0, 2)),
    ).to.deep.equal([
      ['training', 'ends'],
      ['`eta_min`', 'equals'],
      ['training', 'begins'],
      ['TensorFlow.js', 'does'],
    ]);
  });
});
