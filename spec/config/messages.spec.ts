import { expect } from 'chai';
import type { Cure } from '../../lib/annealing/plan';
import { type CosineAnnealingConfig, type PlannedTraining, plan } from '../../lib/config/config';
import { describeEvent, describeNotice, describePlan, plural, round } from '../../lib/config/messages';

const known = { eta_max: 0.1, batchesPerEpoch: 10 } as const;

/** A config with another peak is another spec's. */
type Lengths = Omit<CosineAnnealingConfig, 'eta_max'>;

const messagesOf = (config: Lengths, training: PlannedTraining) =>
  plan({ ...known, ...config }, training).notices.map(({ message }) => message);

/** What a user reads of a training: each sentence as it stands there. */
function says(title: string, config: Lengths, training: PlannedTraining, ...lines: string[]) {
  it(title, () => expect(messagesOf(config, training)).to.deep.equal(lines));
}

describe('describeNotice', () => {
  says(
    'counts epochs and batches if the first cycle may be meant in batches',
    { T_0: 30 },
    { epochs: 4 },
    'the first cycle takes 30 epochs, but training has only 4 epochs (40 batches in all); ' +
      "if you meant batches, set `unit: 'batch'`; if not, train for 30 epochs, " +
      'or if more fits follow, set their total length, such as `total: 30`',
  );
  says(
    'has a singular for one epoch',
    { T_0: 3 },
    { epochs: 1 },
    'the first cycle takes 3 epochs, but training has only 1 epoch (10 batches in all); ' +
      "if you meant batches, set `unit: 'batch'`; if not, train for 3 epochs, " +
      'or if more fits follow, set their total length, such as `total: 3`',
  );
  says(
    'has a singular for a first cycle of one epoch',
    { T_0: 1, start: 1, total: 1.5 },
    { epochs: 1 },
    'the first cycle takes 1 epoch, but training has only 0.5 epochs (5 batches in all); ' +
      "if you meant batches, set `unit: 'batch'`; if not, set `total: 2`",
  );
  says(
    'has a plural for one epoch or more',
    { cycles: [0.5, 0.5, 2] },
    { epochs: 2 },
    'training ends at epoch 2, at a learning rate of 0.05, inside a cycle that ends at epoch 3; ' +
      'train for 1 or 3 epochs, or if more fits follow, set their total length, such as `total: 3`',
  );
  says(
    'ends with the fact if no change is known to help',
    { T_0: 1, updateFreq: 'epoch', endpoint: true, batchesPerEpoch: undefined },
    { epochs: 5 },
    'every cycle has one update, so the learning rate stays at 0.1',
  );
  says(
    'says from where on nothing is learned',
    { T_0: 10, cycles: 1 },
    { epochs: 20 },
    'after the last cycle the learning rate is 0, so nothing is learned from epoch 10 to 20; ' +
      "set `afterLastCycle: 'stop'`, or train for 10 epochs",
  );
  says(
    'offers a longer total to cycles that fill one',
    { cycles: 2, total: 1 },
    { epochs: 3 },
    'after the last cycle the learning rate is 0, so nothing is learned from epoch 1 to 3; ' +
      'set `total: 3`, or train for 1 epoch',
  );
  says(
    'says that the warm-up is all that will happen',
    { T_0: 3, warmup: 10 },
    { epochs: 4 },
    'training ends at epoch 4, inside the warm-up, so the learning rate never reaches 0.1; ' +
      'train for 13, 16 or 19 epochs, or if more fits follow, set their total length, such as `total: 13`',
  );
  says(
    'says that training is over before the schedule begins',
    { T_0: 3, start: 10, cycles: 1 },
    { epochs: 4 },
    'training ends at epoch 4, before the schedule begins, so the learning rate never reaches 0.1; ' +
      'train for 13 epochs, or if more fits follow, set their total length, such as `total: 13`',
  );
  says(
    'says which cycles would end with a restart behind them',
    { T_0: 10, T_mult: 2, cycles: 3 },
    { epochs: 10 },
    'training ends at epoch 10 without a warm restart; ' +
      'train for 30 or 70 epochs, or if more fits follow, set their total length, such as `total: 30`',
  );
  says(
    'has a singular for one cycle',
    { cycles: [5, 15] },
    { epochs: 5 },
    'training ends at epoch 5 without a warm restart; ' +
      'train for 20 epochs, or if more fits follow, set their total length, such as `total: 20`',
  );
  says(
    'says where cycles end around the end of training',
    { T_0: 10, T_mult: 2 },
    { epochs: 100 },
    'training ends at epoch 100, at a learning rate of 0.0691342, inside a cycle that ends at epoch 150; ' +
      'train for 30, 70 or 150 epochs, ' +
      'or if more fits follow, set their total length, such as `total: 150`',
  );
  says(
    'offers totals if the end is judged by one',
    { T_0: 10, T_mult: 2, total: 100 },
    { epochs: 1 },
    'training ends at epoch 100, at a learning rate of 0.0691342, inside a cycle that ends at epoch 150; ' +
      'set `total: 70` or `total: 150`',
  );
  says(
    'offers cycles that fill the training if whole epochs end with none',
    { T_0: 15, unit: 'batch' },
    { epochs: 1 },
    'training ends at batch 10, at a learning rate of 0.025, inside a cycle that ends at batch 15; ' +
      'set `cycles: 1` and remove `T_0`, or set `total: 15`',
  );
  says(
    'says that the learning rate is constant',
    { T_0: 10, eta_min: 0.1 },
    { epochs: 10 },
    '`eta_min` equals `eta_max`, so the learning rate stays at 0.1; set `eta_min: 0`',
  );
  says(
    'says that the only update of every cycle is at its peak',
    { T_0: 1, updateFreq: 'epoch' },
    { epochs: 10 },
    "every cycle has one update, so the learning rate stays at 0.1; set `updateFreq: 'batch'`",
  );
  says(
    'joins several keys of one cure',
    { cycles: [0.1, 0.1], afterLastCycle: 'stop' },
    { epochs: 1 },
    'every cycle has one update, so the learning rate stays at 0.1; set `T_0: 1` and `cycles: 2`',
  );
  says(
    'says that training begins inside a cycle',
    { T_0: 10 },
    { epochs: 10, initialEpoch: 5 },
    'training begins at epoch 5, inside cycle 0, at a learning rate of 0.05; set `start: 5` to begin the schedule ' +
      'there, or `start: 0` if this is intended; to resume from a saved state, use CosineAnnealingCallback.fromJSON',
  );
  says(
    'says that batches are counted and the rate is set once an epoch',
    { T_0: 10, unit: 'batch', updateFreq: 'epoch' },
    { epochs: 1 },
    "`unit: 'batch'` counts batches, but `updateFreq: 'epoch'` sets the learning rate only once every 10 batches; " +
      "set `updateFreq: 'batch'`",
  );
  says(
    'names the config that batchesPerEpoch belongs to',
    { T_0: 10, batchesPerEpoch: undefined },
    { epochs: 10 },
    'TensorFlow.js does not know how many batches an epoch of this data has, so the learning rate stays the same ' +
      "within the first epoch; set `batchesPerEpoch` in this callback's config",
  );
});

describe('describeNotice of a cycle that may be meant in batches', () => {
  const saysWith = (...cures: Cure[]) =>
    describeNotice({ kind: 'length in batches', length: 30, epochs: 4, batches: 40, cures }, 'epoch')
      .split('; ')
      .slice(1);
  const batches = { config: { unit: 'batch' } };

  it('offers either cure without the other', () => {
    expect(saysWith(batches)).to.deep.equal(["if you meant batches, set `unit: 'batch'`"]);
    expect(saysWith({ epochs: 30 })).to.deep.equal(['train for 30 epochs']);
    expect(saysWith()).to.deep.equal([]);
  });

  it('joins the keys to be removed', () => {
    const filled = { config: { cycles: 2, T_0: undefined, T_mult: undefined } };
    expect(saysWith(batches, filled)[1]).to.equal('if not, set `cycles: 2` and remove `T_0` and `T_mult`');
  });
});

describe('describePlan', () => {
  const planned = (config: Lengths, epochs: number) =>
    describePlan(plan({ ...known, ...config }, { epochs }), config.unit ?? 'epoch');

  it('says where the learning rate begins, and where it restarts', () => {
    expect(planned({ T_0: 10, T_mult: 2 }, 70)).to.equal(
      'epochs 0 to 70: the learning rate begins at 0.1, with warm restarts at epochs 10 and 30',
    );
    expect(planned({ T_0: 10, T_mult: 2 }, 30)).to.equal(
      'epochs 0 to 30: the learning rate begins at 0.1, with a warm restart at epoch 10',
    );
  });

  it('says that there is no restart, and where the last cycle ends', () => {
    expect(planned({ T_0: 10, unit: 'batch', cycles: 1 }, 1)).to.equal(
      'batches 0 to 10: the learning rate begins at 0.1, with no warm restart; the last cycle ends at batch 10',
    );
  });

  it('lists six restarts, and says that there are more', () => {
    expect(planned({ T_0: 10 }, 70)).to.match(/ 10, 20, 30, 40, 50 and 60$/);
    expect(planned({ T_0: 10 }, 71)).to.match(/ 10, 20, 30, 40, 50, 60, \.\.\.$/);
  });

  it('says that the end is open', () => {
    const open = { from: 5, to: undefined, learningRate: 0.1, restarts: [], lastCycleEnd: undefined };
    expect(describePlan(open, 'epoch')).to.equal(
      'from epoch 5 on: the learning rate begins at 0.1, with no warm restart',
    );
  });
});

describe('describeEvent', () => {
  it('tells both learning rates of another optimizer, and the ways out', () => {
    expect(describeEvent({ kind: 'another optimizer', learningRate: 1e-4, eta_max: 1e-3 })).to.equal(
      'training goes on with another optimizer, whose learning rate is 0.0001, under a schedule whose eta_max, ' +
        '0.001, was read from the previous one; set `eta_max: 0.0001` or `eta_max: 0.001` to choose, or use a new ' +
        'callback for each optimizer',
    );
  });

  it('tells what another writer set', () => {
    expect(describeEvent({ kind: 'another writer', found: 0.9, written: 0.1 })).to.equal(
      'something else set the learning rate to 0.9 after this callback had set it to 0.1; this callback ' +
        'overwrites it at every update, so remove one of the two',
    );
    expect(describeEvent({ kind: 'update with another rate', found: 0.9, written: 0.1 })).to.equal(
      'something behind this callback set the learning rate to 0.9 after this callback had set it to 0.1, so this ' +
        'update may have been made at 0.9; remove one of the two',
    );
  });

  it('tells when to replace an optimizer', () => {
    expect(describeEvent({ kind: 'update with another optimizer' })).to.equal(
      'the optimizer was replaced in the middle of an update, which may have been made at the learning rate of ' +
        'either one; replace it between updates, for example in onEpochBegin',
    );
  });

  it('tells where a changed config goes on, and where the schedule can begin instead', () => {
    const starts = { here: 7, asIs: 0 };
    expect(describeEvent({ kind: 'another cycle', from: 1, to: 3, starts })).to.equal(
      'by the changed config, training goes on in cycle 3, no longer in cycle 1, since lengths count from the ' +
        'beginning of training; to the changes, add `start: 7` to begin the schedule here, or `start: 0` if this is ' +
        'intended',
    );
    const onlyAsIs = { here: undefined, asIs: 0 };
    expect(describeEvent({ kind: 'another cycle', from: 1, to: 3, starts: onlyAsIs })).to.match(
      /; to the changes, add `start: 0` if this is intended$/,
    );
  });

  it('tells how many batches there were, and the key that says so', () => {
    expect(describeEvent({ kind: 'other batches', found: 4, given: 3 })).to.equal(
      'the epoch had 4 batches, not 3, so its learning rates were wrong; set `batchesPerEpoch: 4`',
    );
  });

  it('tells why training stops at once', () => {
    expect(describeEvent({ kind: 'last cycle is over' })).to.equal(
      'the last cycle is over, so training stops after one batch, the fewest that TensorFlow.js can train; to start ' +
        'over, call reset()',
    );
  });
});

describe('Numbers', () => {
  it('are rounded as people read them', () => {
    expect([3.3000000000000003, 0.123456789, 1e-7, 0].map(round)).to.deep.equal([3.3, 0.123457, 1e-7, 0]);
  });

  it('keep every digit before the point', () => {
    expect([1_234_567, 1_234_567.4, 99_999.96, 1e15].map(round)).to.deep.equal([
      1_234_567, 1_234_567, 100_000, 1e15,
    ]);
  });
});

describe('plural', () => {
  it('knows both units', () => {
    expect((['epoch', 'batch'] as const).map(plural)).to.deep.equal(['epochs', 'batches']);
  });
});
