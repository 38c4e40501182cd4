import { expect } from 'chai';
import {
  cycleCount,
  describePlan,
  endProblem,
  endsAround,
  plannedCycles,
  plural,
  round,
} from '../../lib/annealing/plan';
import { cosineAnnealing } from '../../lib/config/config';

const sgdr = cosineAnnealing({ T_0: 10, T_mult: 2, eta_max: 0.1 }); // cycles end at 10, 30, 70, 150
const equal = cosineAnnealing({ T_0: 10, eta_max: 0.1 });
const three = cosineAnnealing({ T_0: 10, cycles: 3, eta_max: 0.1, unit: 'batch' });
const listed = cosineAnnealing({ cycles: [5, 15], eta_max: 0.1 });

describe('plannedCycles', () => {
  const starts = (...parameters: Parameters<typeof plannedCycles>) =>
    plannedCycles(...parameters).map(({ start }) => start);

  it('are those that the run touches, with their ends', () => {
    expect(plannedCycles(sgdr, { from: 0, to: 31 })).to.deep.equal([
      { cycle: 0, start: 0, end: 10 },
      { cycle: 1, start: 10, end: 30 },
      { cycle: 2, start: 30, end: 70 },
    ]);
  });

  it('do not include one that begins where the run ends', () => {
    expect(starts(sgdr, { from: 0, to: 30 })).to.deep.equal([0, 10]);
  });

  it('begin with the one that the run begins in', () => {
    expect(starts(sgdr, { from: 29.5, to: 31 })).to.deep.equal([10, 30]);
    expect(starts(sgdr, { from: 30, to: 31 })).to.deep.equal([30]);
  });

  it('are at most so many', () => {
    expect(starts(equal, { from: 0, to: 1e15 }, 3)).to.deep.equal([0, 10, 20]);
  });

  it('end with the last cycle', () => {
    expect(starts(three, { from: 0, to: 1000 })).to.deep.equal([0, 10, 20]);
    expect(starts(three, { from: 30, to: 1000 })).to.deep.equal([]);
  });
});

describe('cycleCount', () => {
  it('is the number of cycles, or Infinity', () => {
    expect([sgdr, three, listed].map(cycleCount)).to.deep.equal([Number.POSITIVE_INFINITY, 3, 2]);
  });
});

describe('describePlan', () => {
  it('says where the learning rate begins, and where it restarts', () => {
    expect(describePlan(sgdr, { from: 0, to: 70 })).to.equal(
      'epochs 0 to 70: the learning rate begins at 0.1, with warm restarts at epoch 10 and 30',
    );
  });

  it('says so where it does not restart', () => {
    expect(describePlan(three, { from: 25, to: 100 })).to.equal(
      'batches 25 to 100: the learning rate begins at 0.05, with no further warm restart',
    );
    expect(describePlan(sgdr, { from: 0, to: 10 })).to.equal(
      'epochs 0 to 10: the learning rate begins at 0.1, with no warm restart',
    );
    expect(describePlan(three, { from: 30, to: 100 })).to.equal(
      'batches 30 to 100: the learning rate begins at 0, with no further warm restart',
    );
  });

  it('lists six restarts at most', () => {
    expect(describePlan(equal, { from: 0, to: 70 })).to.match(/ 10, 20, 30, 40, 50 and 60$/);
    expect(describePlan(equal, { from: 0, to: 71 })).to.match(/ 10, 20, 30, 40, 50, 60, \.\.\.$/);
  });
});

describe('endProblem', () => {
  const problem = (schedule: typeof sgdr, to: number, from = 0) => endProblem(schedule, { from, to });

  it('is none where the run ends with a cycle', () => {
    for (const to of [30, 70, 150]) expect(problem(sgdr, to)).to.equal(undefined);
    expect(problem(equal, 10)).to.equal(undefined);
    expect(problem(three, 10)).to.equal(undefined);
  });

  it('is none where the run ends after the last cycle', () => {
    expect(problem(three, 30)).to.equal(undefined);
    expect(problem(three, 31)).to.equal(undefined);
    expect(problem(listed, 20)).to.equal(undefined);
  });

  it('is one in the middle of a cycle: it says the rate there, and which ends would be right', () => {
    expect(problem(sgdr, 100)).to.equal(
      'this fit ends at epoch 100, in the middle of a cycle, where the learning rate is still 0.0691342; ' +
        'a cycle ends at epoch 10, 30, 70 and 150',
    );
    expect(problem(equal, 5)).to.equal(
      'this fit ends at epoch 5, in the middle of a cycle, where the learning rate is still 0.05; ' +
        'a cycle ends at epoch 10',
    );
    expect(problem(three, 15)).to.match(/^this fit ends at batch 15, .* a cycle ends at batch 10 and 20$/);
  });

  it('is one where restarts were asked for, and the run ends with the first cycle', () => {
    const message = 'no warm restart will happen in this fit: it ends at epoch 10, with the first cycle';
    expect(problem(sgdr, 10)).to.equal(message);
    expect(problem(sgdr, 10, 5)).to.equal(message);
    expect(problem(listed, 5)).to.equal(message.replace('10', '5'));
  });

  it('is none where a resumed run is one whole later cycle, which begins with a restart', () => {
    expect(problem(sgdr, 30, 10)).to.equal(undefined);
    expect(problem(sgdr, 70, 30)).to.equal(undefined);
  });
});

describe('endsAround', () => {
  it('are the ends of a cycle and of up to five before it', () => {
    expect(endsAround(sgdr, 0)).to.deep.equal([10]);
    expect(endsAround(sgdr, 3)).to.deep.equal([10, 30, 70, 150]);
    expect(endsAround(equal, 9)).to.deep.equal([50, 60, 70, 80, 90, 100]);
  });
});

describe('Numbers and units', () => {
  it('are written as people read them', () => {
    expect([3.3000000000000003, 0.123456789, 1e-7, 0].map(round)).to.deep.equal([3.3, 0.123457, 1e-7, 0]);
  });

  it('keep every digit before the point', () => {
    expect([1_234_567, 1_234_567.4, 99_999.96, 1e15].map(round)).to.deep.equal([
      1_234_567, 1_234_567, 100_000, 1e15,
    ]);
  });

  it('have a plural', () => {
    expect(['epoch', 'batch'].map(plural)).to.deep.equal(['epochs', 'batches']);
  });
});
