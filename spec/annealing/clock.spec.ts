import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  type ClockConfig,
  firstUpdateFrom,
  positionOf,
  positionOfUpdate,
  unitsPerEpoch,
  updatesPerUnit,
} from '../../lib/annealing/clock';

const clock = (rest: Partial<ClockConfig>): ClockConfig => ({ unit: 'epoch', updateFreq: 'batch', ...rest });

describe('positionOf(config, update)', () => {
  const update = { step: 25, epoch: 2, batch: 5 };

  it('counts updates if the unit is a batch', () => {
    expect(positionOf(clock({ unit: 'batch', batchesPerEpoch: 10 }), update)).to.equal(25);
  });

  it('is epoch + batch / batchesPerEpoch if the unit is an epoch', () => {
    expect(positionOf(clock({ batchesPerEpoch: 10 }), update)).to.equal(2.5);
  });

  it('is the epoch if the learning rate is set once an epoch, or the number of batches is unknown', () => {
    expect(positionOf(clock({ batchesPerEpoch: 10, updateFreq: 'epoch' }), update)).to.equal(2);
    expect(positionOf(clock({}), update)).to.equal(2);
  });

  it('stays at the last batch in an epoch that is longer than known', () => {
    expect(positionOf(clock({ batchesPerEpoch: 4 }), update)).to.equal(2.75);
  });
});

describe('updatesPerUnit(config)', () => {
  it('is 1 if unit and updateFreq are the same', () => {
    expect(updatesPerUnit(clock({ unit: 'batch' }))).to.equal(1);
    expect(updatesPerUnit(clock({ updateFreq: 'epoch' }))).to.equal(1);
  });

  it('counts the batches of an epoch, or the epochs of a batch', () => {
    expect(updatesPerUnit(clock({ batchesPerEpoch: 8 }))).to.equal(8);
    expect(updatesPerUnit(clock({ unit: 'batch', updateFreq: 'epoch', batchesPerEpoch: 8 }))).to.equal(1 / 8);
  });

  it('is undefined while the number of batches is unknown', () => {
    expect(updatesPerUnit(clock({}))).to.equal(undefined);
    expect(updatesPerUnit(clock({ unit: 'batch', updateFreq: 'epoch' }))).to.equal(undefined);
  });
});

describe('unitsPerEpoch(config)', () => {
  it('is 1, or the number of batches, or undefined while that is unknown', () => {
    expect(unitsPerEpoch(clock({ batchesPerEpoch: 8 }))).to.equal(1);
    expect(unitsPerEpoch(clock({ unit: 'batch', batchesPerEpoch: 8 }))).to.equal(8);
    expect(unitsPerEpoch(clock({ unit: 'batch' }))).to.equal(undefined);
  });
});

describe('The updates from 0 on', () => {
  const perUnit = fc.oneof(
    fc.integer({ min: 1, max: 2000 }),
    fc.integer({ min: 1, max: 2000 }).map((n) => 1 / n),
  );

  const expectAtItsPlace = (step: number, batches: number) => {
    const place = { step, epoch: Math.floor(step / batches), batch: step % batches };
    const position = positionOf(clock({ batchesPerEpoch: batches }), place);
    expect(positionOfUpdate(step, batches)).to.equal(position);
  };

  it('lie where positionOf puts them, to the last bit', () => {
    for (let batches = 1; batches <= 30; batches++)
      for (let step = 0; step < 300; step++) expectAtItsPlace(step, batches);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 2000 }), expectAtItsPlace),
    );
  });

  it('lie at whole multiples if there are several units to an update', () => {
    for (let batches = 1; batches <= 100; batches++)
      for (let k = 0; k < 100; k++) expect(positionOfUpdate(k, 1 / batches)).to.equal(k / (1 / batches));
  });

  it('are counted up to a position, of which an update on it is none', () => {
    fc.assert(
      fc.property(perUnit, fc.integer({ min: 0, max: 1e6 }), (perUnit, k) => {
        expect(firstUpdateFrom(positionOfUpdate(k, perUnit), perUnit)).to.equal(k);
        expect(firstUpdateFrom(positionOfUpdate(k + 0.5, perUnit), perUnit)).to.equal(k + 1);
      }),
    );
  });

  it('include one that comes before a position by a rounding error only', () => {
    expect(firstUpdateFrom(3 * 0.1, 10)).to.equal(3); // 0.30000000000000004
    expect(firstUpdateFrom(0.3 + 1e-6, 10)).to.equal(4);
  });
});
