// The books of a callback by themselves, without TensorFlow.js.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { type CosineAnnealingConfig, cosineAnnealing, parseConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { LearningRateHistory } from '../../lib/training/history';
import { BEGINNING, type EndedCycle, type FitFacts, know, Run, settledOn } from '../../lib/training/run';

const BATCHES = 4;
const PEAK = 0.5;
const FIT: FitFacts = {
  firstEpoch: 0,
  isOnClock: false,
  epochs: 3,
  batchesPerEpoch: BATCHES,
  learningRate: PEAK,
  optimizer: 'SGDOptimizer',
};

const runOf = (config: CosineAnnealingConfig) => new Run(know(parseConfig(config), {}));

/** What was done in a fit. */
interface Done {
  readonly rates: number[];
  /** The cycles that ended, and how many updates were done by then. */
  readonly ends: (EndedCycle & { updates: number })[];
}

/** A fit of whole epochs, as a callback does it; the last one can be cut off by an error after so many updates. */
function train(run: Run, facts: Partial<FitFacts> = {}, cutOffAfter = Infinity, batches = BATCHES): Done {
  const fit = { ...FIT, ...facts };
  const done: Done = { rates: [], ends: [] };
  const tell = (ended: EndedCycle | undefined) => {
    if (ended !== undefined) done.ends.push({ ...ended, updates: run.standing.step });
  };
  run.beginFit(fit);
  for (let epoch = fit.firstEpoch; epoch < (fit.epochs ?? 0); epoch++) {
    for (let batch = 0; batch < batches; batch++) {
      tell(run.takeEndBefore(batch));
      const update = run.updateAt(batch);
      run.book(update);
      done.rates.push(update.learningRate);
      run.countUpdate();
      if (done.rates.length === cutOffAfter) return done;
      tell(run.takeEndWith(batch));
    }
    run.countEpoch(epoch);
    if (fit.batchesPerEpoch === undefined) run.learnBatches(batches);
    tell(run.takeEndBefore(0));
  }
  return done;
}

const endsOf = ({ ends }: Done) => ends.map(({ cycle, step }) => [cycle, step]);
const positions = (epochs: readonly number[], batches = BATCHES) =>
  epochs.flatMap((epoch) => Array.from({ length: batches }, (_, batch) => epoch + batch / batches));

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).to.be.instanceOf(CosineAnnealingError);
    return (error as Error).message;
  }
  return expect.fail('expected a refusal');
}

describe('lib/training/run.ts', () => {
  for (const [file, loads] of [
    ['run', false],
    ['callback', true],
  ] as const) {
    it(`${loads ? 'would be noticed if it loaded a module of TensorFlow.js, as callback.ts does' : 'loads no module of TensorFlow.js'}`, () => {
      const program = `require(${JSON.stringify(path.resolve(__dirname, '../../lib/training', file))});
        console.log(Object.keys(require.cache).filter((name) => /@tensorflow/.test(name)).length);`;
      const options = ['-r', 'ts-node/register/transpile-only', '-e', program];
      const count = Number(execFileSync(process.execPath, options, { encoding: 'utf8' }));
      expect(count > 0).to.equal(loads);
    });
  }
});

describe('The clock of a run', () => {
  const config = { T_0: 1, T_mult: 2 };
  const lr = cosineAnnealing({ ...config, eta_max: PEAK });

  it('goes on where training stands, whatever numbers a later fit gives its epochs', () => {
    const run = runOf(config);
    const rates = [train(run), train(run, { epochs: 2 }), train(run, { epochs: 1 })].flatMap(
      (fit) => fit.rates,
    );
    expect(rates).to.deep.equal(positions([0, 1, 2, 3, 4, 5]).map(lr));
    expect(run.standing).to.include({ step: 24, epoch: 6 });
  });

  it('is set by the first epoch of a fit that counts on it, forwards and backwards', () => {
    const run = runOf(config);
    train(run);
    train(run, { epochs: 2 });
    expect(train(run, { firstEpoch: 9, isOnClock: true, epochs: 10 }).rates).to.deep.equal(
      positions([9]).map(lr),
    );
    expect(run.standing.epoch).to.equal(10);
    expect(train(run, { firstEpoch: 2, isOnClock: true, epochs: 3 }).rates).to.deep.equal(
      positions([2]).map(lr),
    );
    expect(run.standing).to.include({ step: 28, epoch: 3 });
  });

  it('is set by the first fit of all, too, if only that makes the peak known', () => {
    const run = runOf(config);
    expect(train(run, { firstEpoch: 5, isOnClock: true, epochs: 6 }).rates).to.deep.equal(
      positions([5]).map(lr),
    );
    expect(run.standing).to.include({ step: 4, epoch: 6 });
  });

  it('keeps the difference to the numbers of a fit within that fit', () => {
    const run = runOf(config);
    train(run);
    train(run, { epochs: 1 }); // its epoch 0 is 3 on the clock
    train(run, { firstEpoch: 4, isOnClock: true, epochs: 5 });
    expect(run.standing.epoch).to.equal(5);
    expect(Object.keys(run.standing)).to.have.members(['step', 'epoch', 'last', 'unended']);
  });

  it('repeats an epoch that was cut off, and counts its updates twice', () => {
    const run = runOf(config);
    train(run, {}, 6);
    expect(run.standing).to.include({ step: 6, epoch: 1 });
    expect(train(run, { epochs: 1 }).rates).to.deep.equal(positions([1]).map(lr));
    expect(run.standing).to.include({ step: 10, epoch: 2 });
  });

  it('moves epochs only, and no position, with unit batch', () => {
    const run = runOf({ T_0: 3, unit: 'batch' });
    train(run);
    const { rates } = train(run, { firstEpoch: 50, isOnClock: true, epochs: 51 });
    expect(rates).to.deep.equal(
      [12, 13, 14, 15].map(cosineAnnealing({ T_0: 3, unit: 'batch', eta_max: PEAK })),
    );
    expect(run.standing).to.include({ step: 16, epoch: 51 });
  });
});

describe('A fit that is refused', () => {
  const UNCOUNTABLE =
    /^`epochs`: expected a number of epochs that can be counted, since `cycles` fill them, got Infinity; set `total`/;
  const refused: [string, CosineAnnealingConfig, Partial<FitFacts>, RegExp][] = [
    [
      'an eta_max below eta_min',
      { T_0: 1, eta_min: 0.1 },
      { learningRate: 0.01 },
      /^`eta_min`: .* `eta_max` \(0.01\)/,
    ],
    [
      'a learning rate of 0',
      { T_0: 1 },
      { learningRate: 0 },
      /^`optimizer`: .* SGDOptimizer with 0; set `eta_max`/,
    ],
    ['an open end that cycles should fill', { cycles: 2 }, { epochs: Infinity }, UNCOUNTABLE],
    [
      'an open end that cycles should fill, with an unknown number of batches',
      { cycles: 2 },
      { epochs: Infinity, batchesPerEpoch: undefined },
      UNCOUNTABLE,
    ],
    [
      'an open end that cycles should fill with batches',
      { cycles: 2, unit: 'batch' },
      { epochs: Infinity },
      UNCOUNTABLE,
    ],
    ['an unknown end that cycles should fill', { cycles: 2 }, { epochs: undefined }, /^`total`: /],
    [
      'an unknown number of batches that cycles should fill',
      { cycles: 2, unit: 'batch' },
      { batchesPerEpoch: undefined },
      /^`total`: /,
    ],
    [
      'an endpoint without a number of batches',
      { T_0: 1, endpoint: true },
      { batchesPerEpoch: undefined },
      /^`batchesPerEpoch`: /,
    ],
    ['a plateau as long as the training', { cycles: 1, plateau: 10 }, {}, /^`total`: /],
  ];
  for (const [title, config, facts, message] of refused) {
    it(`leaves nothing behind, refused for ${title}, and the next one is as if it were the first`, () => {
      const run = runOf(config);
      const { knowledge, standing } = run;
      const fit = { ...FIT, firstEpoch: 7, isOnClock: true, epochs: 10, ...facts };
      expect(refusalOf(() => run.beginFit(fit))).to.match(message);
      expect(run.knowledge).to.equal(knowledge);
      expect(run.standing).to.equal(standing);
      expect(run.log).to.have.length(0);
      const good = { epochs: 11, learningRate: 1 };
      const fresh = runOf(config);
      expect(train(run, good)).to.deep.equal(train(fresh, good));
      expect(run.standing).to.deep.equal(fresh.standing);
      expect(run.knowledge).to.deep.equal({ ...fresh.knowledge, schedule: run.knowledge.schedule });
    });
  }

  it('leaves the clock of the fit before as it was', () => {
    const run = runOf({ T_0: 1 });
    train(run, { epochs: 2 });
    run.beginFit({ ...FIT, firstEpoch: 0, epochs: 1 });
    const { standing } = run;
    expect(refusalOf(() => run.beginFit({ ...FIT, firstEpoch: Number.NaN, isOnClock: true }))).to.match(
      /^`t`: /,
    );
    expect(run.standing).to.equal(standing);
    run.countEpoch(0);
    expect(run.standing.epoch).to.equal(3);
  });
});

describe('beginFit', () => {
  it('says whether the last cycle is over: at its end, and not before', () => {
    for (const [firstEpoch, isOver] of [
      [1, false],
      [2, true],
      [3, true],
    ] as const) {
      const fit = { ...FIT, firstEpoch, isOnClock: true, epochs: 4 };
      expect(runOf({ cycles: [2] }).beginFit(fit), String(firstEpoch)).to.include({ isOver });
    }
  });

  it('plans no end for a fit whose epochs are beyond what can be counted', () => {
    for (const unit of ['epoch', 'batch'] as const) {
      for (const epochs of [Number.MAX_SAFE_INTEGER, Infinity, undefined]) {
        const fit = { ...FIT, firstEpoch: 5, isOnClock: true, epochs, batchesPerEpoch: 1 };
        const { plan, notices } = runOf({ T_0: 10, unit, start: 0 }).beginFit(fit);
        expect([plan.to, notices], `${unit}, ${epochs}`).to.deep.equal([undefined, []]);
      }
    }
  });
});

describe('updateAt', () => {
  it('changes nothing, however often it is asked', () => {
    const run = runOf({ T_0: 1, T_mult: 2 });
    train(run, {}, 6);
    const { standing, knowledge } = run;
    const changes = run.log.columns();
    const first = run.updateAt(2);
    for (const batch of [0, 3, 1, 2]) run.updateAt(batch);
    expect(run.updateAt(2)).to.deep.equal(first);
    expect(run.standing).to.equal(standing);
    expect(run.knowledge).to.equal(knowledge);
    expect(run.log.columns()).to.deep.equal(changes);
  });

  it('tells a change, a restart and neither apart', () => {
    const kinds = (config: CosineAnnealingConfig) => {
      const run = runOf({ eta_max: 0.1, ...config });
      run.beginFit(FIT);
      return [0, 1].flatMap((epoch) => {
        const kinds = Array.from({ length: BATCHES }, (_, batch) => {
          const update = run.updateAt(batch);
          run.book(update);
          run.countUpdate();
          return update.kind;
        });
        run.countEpoch(epoch);
        return kinds;
      });
    };
    const [change, same, restart] = ['change', 'same', 'restart'] as const;
    expect(kinds({ T_0: 1 })).to.deep.equal([
      change,
      change,
      change,
      change,
      restart,
      change,
      change,
      change,
    ]);
    expect(kinds({ T_0: 1, eta_min: 0.1 })).to.deep.equal([
      change,
      same,
      same,
      same,
      restart,
      same,
      same,
      same,
    ]);
    expect(kinds({ T_0: 2, updateFreq: 'epoch' })).to.deep.equal([
      change,
      same,
      same,
      same,
      change,
      same,
      same,
      same,
    ]);
    expect(kinds({ cycles: [1], eta_min: 0.01 }).slice(3)).to.deep.equal([change, change, same, same, same]);
  });

  it('takes the return to an earlier cycle for a change, so that the restart after it shows', () => {
    const run = runOf({ T_0: 1, eta_min: 0.1, eta_max: 0.1 });
    train(run);
    run.beginFit({ ...FIT, firstEpoch: 1, isOnClock: true });
    expect(run.updateAt(0)).to.include({ kind: 'change', t: 1 });
  });

  it('keeps the rate of an epoch if it is set once an epoch, even if the number of batches changes', () => {
    const run = runOf({ T_0: 8, unit: 'batch', updateFreq: 'epoch' });
    expect(train(run, { epochs: 2 }).rates.slice(4)).to.deep.equal([0.25, 0.25, 0.25, 0.25]);
  });

  it('sets the rate anew for an epoch that is repeated, even if it is set once an epoch', () => {
    const config = { T_0: 8, unit: 'batch', updateFreq: 'epoch' } as const;
    const run = runOf(config);
    train(run, {}, 6);
    const { rates } = train(run, { epochs: 1 });
    const learningRate = cosineAnnealing({ ...config, eta_max: PEAK })(6);
    expect(rates).to.deep.equal([learningRate, learningRate, learningRate, learningRate]);
  });

  it('sets the rate of an epoch at the first batch of it that comes, even if it is set once an epoch', () => {
    const config = { T_0: 4, updateFreq: 'epoch' } as const;
    const lr = cosineAnnealing({ ...config, eta_max: PEAK });
    const run = runOf(config);
    run.beginFit(FIT);
    for (const epoch of [0, 1]) {
      expect(run.updateAt(2)).to.include({ t: epoch, learningRate: lr(epoch), kind: 'change' });
      run.book(run.updateAt(2));
      expect(run.updateAt(3)).to.include({ t: epoch, learningRate: lr(epoch), kind: 'same' });
      run.countEpoch(epoch);
    }
  });
});

describe('The ends of cycles', () => {
  it('are told once by a fit that jumps away, if an error kept the fit before from it', () => {
    const fit = {
      firstEpoch: 0,
      isOnClock: true,
      epochs: 9,
      batchesPerEpoch: 4,
      learningRate: 0.5,
      optimizer: 'SGDOptimizer',
    };
    const run = runOf({ T_0: 1 });
    run.beginFit(fit);
    for (let batch = 0; batch < 4; batch++) {
      run.book(run.updateAt(batch));
      run.countUpdate();
    }
    run.countEpoch(0);
    run.beginFit({ ...fit, firstEpoch: 5 });
    run.beginFit({ ...fit, firstEpoch: 6 }); // and the one before has failed before its first update
    expect(run.takeEndBefore(0)).to.include({ cycle: 0, step: 3, epoch: 0 });
    expect(run.takeEndBefore(0)).to.equal(undefined);
  });

  it('are told if a fit of fewer batches brings the boundary within rounding of its first update', () => {
    const run = runOf({ T_0: 1 + 5e-7 });
    expect(endsOf(train(run, { epochs: 1 }))).to.deep.equal([]);
    const { rates, ends } = train(run, { epochs: 1, batchesPerEpoch: 1 }, Infinity, 1);
    expect(rates).to.deep.equal([PEAK]);
    expect(ends).to.deep.equal([
      {
        cycle: 0,
        step: 3,
        epoch: 0,
        learningRate: cosineAnnealing({ T_0: 1 + 5e-7, eta_max: PEAK })(0.75),
        updates: 4,
      },
    ]);
    expect(run.log.isRestart(run.log.length - 1)).to.equal(true);
  });

  it('are told once each, by the last update of the cycle or with the epoch', () => {
    expect(train(runOf({ T_0: 1, T_mult: 2 })).ends).to.deep.equal([
      {
        cycle: 0,
        step: 3,
        epoch: 0,
        learningRate: cosineAnnealing({ T_0: 1, eta_max: PEAK })(0.75),
        updates: 4,
      },
      {
        cycle: 1,
        step: 11,
        epoch: 2,
        learningRate: cosineAnnealing({ T_0: 2, eta_max: PEAK })(1.75),
        updates: 12,
      },
    ]);
    expect(endsOf(train(runOf({ T_0: 0.5 }), { epochs: 1 }))).to.deep.equal([
      [0, 1],
      [1, 3],
    ]);
    expect(endsOf(train(runOf({ T_0: 3, unit: 'batch' })))).to.deep.equal([
      [0, 2],
      [1, 5],
      [2, 8],
      [3, 11],
    ]);
  });

  it('wait for the end of the epoch after its last batch, or for the next one if the epoch is longer', () => {
    for (const isLonger of [false, true]) {
      const run = runOf({ T_0: 4, cycles: 1, unit: 'batch', eta_max: PEAK });
      run.beginFit(FIT);
      for (let batch = 0; batch < BATCHES; batch++) {
        run.book(run.updateAt(batch));
        run.countUpdate();
        expect(run.takeEndWith(batch)).to.equal(undefined);
        expect(run.isOverAfter(batch)).to.equal(false);
      }
      if (!isLonger) run.countEpoch(0);
      const next = isLonger ? BATCHES : 0;
      expect(run.isOverAt(next)).to.equal(true);
      expect(run.takeEndBefore(next)).to.include({ cycle: 0, step: 3 });
      expect(run.takeEndBefore(next)).to.equal(undefined);
    }
  });

  it('are told by the next fit if an error kept the one before from it, before its first update', () => {
    const run = runOf({ T_0: 4, unit: 'batch' });
    expect(endsOf(train(run, {}, 4))).to.deep.equal([]);
    const later = train(run, { epochs: 2 });
    expect(endsOf(later)).to.deep.equal([
      [0, 3],
      [1, 7],
      [2, 11],
    ]);
    expect(later.ends[0]?.updates).to.equal(4);
  });

  it('are told again when training goes back and passes them again', () => {
    const run = runOf({ T_0: 2 });
    expect(endsOf(train(run, { epochs: 2 }))).to.deep.equal([[0, 7]]);
    expect(endsOf(train(run, { firstEpoch: 1, isOnClock: true, epochs: 2 }))).to.deep.equal([[0, 11]]);
    const held = runOf({ cycles: [2] });
    expect(endsOf(train(held))).to.deep.equal([[0, 7]]);
    expect(endsOf(train(held, { firstEpoch: 1, isOnClock: true, epochs: 2 }))).to.deep.equal([[0, 15]]);
  });

  it("don't come for a cycle that training jumps out of", () => {
    for (const firstEpoch of [6, 9]) {
      const run = runOf({ T_0: 3 });
      train(run, { epochs: 5 });
      expect(
        endsOf(train(run, { firstEpoch, isOnClock: true, epochs: 10 })).map(([cycle]) => cycle),
      ).to.not.include(1);
    }
  });

  it("don't come while the last cycle's rate holds", () => {
    const run = runOf({ T_0: 1, cycles: 2 });
    expect(endsOf(train(run, { epochs: 6 }))).to.deep.equal([
      [0, 3],
      [1, 7],
    ]);
    expect(endsOf(train(run))).to.deep.equal([]);
  });

  it('come when the last cycle is over, before the epoch ends if that can be known', () => {
    const run = runOf({ cycles: [1.5], eta_max: PEAK });
    run.beginFit(FIT);
    const seen: [boolean, boolean][] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      for (let batch = 0; batch < BATCHES; batch++) {
        run.book(run.updateAt(batch));
        run.countUpdate();
        seen.push([run.isOverAfter(batch), run.isOverAt(batch)]);
      }
      run.countEpoch(epoch);
    }
    expect(seen.map(([after]) => after)).to.deep.equal([
      false,
      false,
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(seen.map(([, at]) => at)).to.deep.equal([false, false, false, false, false, false, true, true]);
    expect(run.isOverAt(0)).to.equal(true);
  });
});

describe('cycleInside', () => {
  it('is where training stands until its cycle ends, and nothing between cycles', () => {
    const run = runOf({ T_0: 2 });
    expect(run.cycleInside).to.equal(undefined);
    train(run, { epochs: 1 });
    const learningRate = cosineAnnealing({ T_0: 2, eta_max: PEAK })(0.75);
    expect(run.cycleInside).to.deep.equal({ cycle: 0, end: 2, learningRate });
    train(run, { epochs: 1 });
    expect(run.cycleInside).to.equal(undefined);
  });

  it('is nothing while the peak is unknown again', () => {
    const inside = runOf({ T_0: 2 });
    train(inside, { epochs: 1 });
    const run = new Run(know(parseConfig({ T_0: 2 }), {}), inside.standing);
    expect(run.cycleInside).to.equal(undefined);
  });
});

describe('The learning rate and the position of a run', () => {
  it('are those of the last update', () => {
    const run = runOf({ T_0: 2 });
    train(run);
    expect(run.learningRate).to.equal(cosineAnnealing({ T_0: 2, eta_max: PEAK })(2.75));
    expect(run.position).to.deep.equal({ cycle: 1, T_cur: 0.75, T_i: 2, phase: 'anneal' });
  });

  it('are those of the first update before it, if they are known', () => {
    const run = runOf({ T_0: 2, eta_max: PEAK });
    expect(run.learningRate).to.equal(PEAK);
    expect(run.position).to.deep.equal({ cycle: 0, T_cur: 0, T_i: 2, phase: 'anneal' });
    const unknown = runOf({ T_0: 2 });
    expect(unknown.learningRate).to.equal(undefined);
    expect(unknown.position).to.equal(undefined);
  });
});

describe('What a run learns', () => {
  it('is the eta_max of the first optimizer, the total of the first fit and the batches of the latest one', () => {
    const run = runOf({ cycles: 2 });
    train(run);
    train(run, { epochs: 1, learningRate: 0.1, batchesPerEpoch: 8 });
    expect(run.knowledge.learned).to.deep.equal({ eta_max: PEAK, total: 3, batchesPerEpoch: 8 });
    expect(run.knowledge.config).to.include({ eta_max: PEAK, total: 3, batchesPerEpoch: 8 });
  });

  it('is the total of the first fit even if that is all there is to learn', () => {
    const run = runOf({ cycles: 2, eta_max: PEAK });
    train(run, { batchesPerEpoch: undefined });
    expect(run.knowledge.learned).to.deep.equal({ eta_max: undefined, total: 3, batchesPerEpoch: 4 });
    expect(run.knowledge.config.total).to.equal(3);
  });

  it('is no eta_max that was given', () => {
    const run = runOf({ T_0: 1, eta_max: 0.2 });
    train(run);
    expect(run.knowledge.learned.eta_max).to.equal(undefined);
    expect(run.learningRate).to.equal(cosineAnnealing({ T_0: 1, eta_max: 0.2 })(2.75));
  });

  it('is the number of batches of an epoch that was counted; the second time there is nothing to say or change', () => {
    const run = runOf({ T_0: 4, unit: 'batch', updateFreq: 'epoch' });
    run.beginFit({ ...FIT, batchesPerEpoch: undefined });
    expect(run.learnBatches(BATCHES).map(({ kind }) => kind)).to.deep.equal(['once an epoch in batches']);
    const { knowledge } = run;
    expect(run.learnBatches(BATCHES)).to.deep.equal([]);
    expect(run.knowledge).to.equal(knowledge);
    run.learnBatches(5);
    expect(run.knowledge.config.batchesPerEpoch).to.equal(5);
  });

  it('says that a given number of batches was wrong, if it set rates, until the right one is learned', () => {
    const given = { T_0: 4, eta_max: PEAK, batchesPerEpoch: BATCHES };
    const run = runOf(given);
    run.beginFit({ ...FIT, batchesPerEpoch: undefined });
    expect([3, 4, 5].map((found) => run.wrongBatches(found))).to.deep.equal([BATCHES, undefined, BATCHES]);
    run.learnBatches(5);
    expect(run.wrongBatches(3)).to.equal(undefined);
    expect(runOf({ ...given, unit: 'batch' }).wrongBatches(3)).to.equal(undefined);
    expect(runOf({ ...given, updateFreq: 'epoch' }).wrongBatches(3)).to.equal(undefined);
    expect(runOf({ T_0: 4 }).wrongBatches(3)).to.equal(undefined);
  });

  it('begins no new span of the history if it was given already', () => {
    const run = runOf({ T_0: 1, eta_max: PEAK, batchesPerEpoch: BATCHES });
    train(run, { batchesPerEpoch: undefined });
    expect(run.knowledge.learned.batchesPerEpoch).to.equal(BATCHES);
    expect(run.log.spans()).to.have.length(1);
  });

  it('holds from the next change on, and earlier changes keep the schedule that they were made with', () => {
    const run = runOf({ T_0: 2 });
    train(run, { batchesPerEpoch: undefined, epochs: 2 }, Infinity, 4);
    const changes = [...new LearningRateHistory(run.log)];
    expect(changes.map(({ T_cur }) => T_cur)).to.deep.equal([0, 1, 1.25, 1.5, 1.75]);
    expect(run.log.spans().map(({ from, config }) => [from, config.batchesPerEpoch])).to.deep.equal([
      [0, undefined],
      [1, 4],
    ]);
  });
});

describe('restarted', () => {
  it('is a run at the beginning that knows what was learned, and leaves the other as it was', () => {
    const run = runOf({ cycles: 2, historyLimit: 5 });
    train(run);
    const { standing } = run;
    const again = run.restarted();
    expect(again.standing).to.deep.equal(BEGINNING);
    expect(again.knowledge).to.equal(run.knowledge);
    expect(again.log).to.have.length(0);
    expect(again.learningRate).to.equal(PEAK);
    const { rates } = train(again, { learningRate: 0.1 });
    expect(rates[0]).to.equal(PEAK);
    expect(again.log).to.have.length(5);
    expect(run.standing).to.equal(standing);
  });
});

describe('settledOn', () => {
  const unended = { step: 11, epoch: 2, t: 2.75, learningRate: 0.3 };
  const standing = { step: 12, epoch: 3, last: unended, unended };
  const settled = (config: CosineAnnealingConfig, epoch = 3) =>
    settledOn(know(parseConfig({ eta_max: PEAK, ...config }), {}), { ...standing, epoch });

  it('forgets a cycle that is jumped over, and keeps one that goes on', () => {
    expect(settled({ T_0: 2 })).to.deep.equal(standing);
    expect(settled({ T_0: 2 }, 4).unended).to.equal(undefined);
  });

  it('puts the last update on a boundary of the schedule that it is before by rounding only', () => {
    const { last } = settled({ T_0: 2.75 + 1e-7 });
    expect(last?.t).to.equal(2.75 + 1e-7);
  });

  it('leaves everything as it was while the peak is unknown', () => {
    expect(settledOn(know(parseConfig({ T_0: 2.75 }), {}), standing)).to.equal(standing);
  });

  it('is made up for by the fit that makes the peak known, by the batches of the epochs before', () => {
    const config = { T_0: 2.75 + 5e-7 }; // within rounding of the last update with one batch an epoch, not with four
    for (const [endpoint, t] of [
      [false, 2.75],
      [true, config.T_0], // which needs the fit's batches, if those before are unknown
    ] as const) {
      const before = endpoint ? undefined : BATCHES;
      const run = new Run(know(parseConfig({ ...config, endpoint }), { batchesPerEpoch: before }), standing);
      run.beginFit({ ...FIT, firstEpoch: 3, isOnClock: true, epochs: 4, batchesPerEpoch: 1 });
      expect(run.standing.last?.t, String(endpoint)).to.equal(t);
    }
  });
});
