import { expect } from 'chai';
import { toSVG, toText } from '../../lib/charts/chart';
import { drawnHistory, type PlottableChange, type PlottableHistory } from '../../lib/charts/history-source';
import { cosineAnnealing } from '../../lib/config/config';
import { HistoryLog, LearningRateHistory } from '../../lib/training/history';
import { plotOf } from '../support/charts';
import { timesAsLong } from '../support/measured';
import { errorOf } from '../support/refused';

const at = (epoch: number, batch: number, step: number, restart = false): PlottableChange => ({
  epoch,
  batch,
  step,
  learningRate: step,
  cycle: 1,
  restart,
});

const xOf = (history: PlottableHistory, unit: 'step' | 'epoch', step?: number) =>
  Array.from(drawnHistory({ history, step }, unit).curves[0]?.x ?? []);
const marksOf = (history: PlottableHistory, unit: 'step' | 'epoch') =>
  drawnHistory({ history }, unit).marks.flatMap(({ at: marks }) => marks.map(({ x }) => x));

describe('a history', () => {
  it('is drawn as steps, one for each change', () => {
    const { curves } = drawnHistory({ history: [at(0, 0, 0), at(0, 3, 3), at(0, 4, 4)] }, 'step');
    expect(curves[0]).to.deep.include({ kind: 'step', name: 'learning rate' });
    expect(Array.from(curves[0]?.y ?? [])).to.deep.equal([0, 3, 4, 4]);
  });

  it('holds its last value up to the step that training reached, else as long as the one before', () => {
    const history = [at(0, 0, 0), at(0, 10, 10)];
    expect(xOf(history, 'step')).to.deep.equal([0, 10, 20]);
    expect(xOf(history, 'step', 50)).to.deep.equal([0, 10, 50]);
    for (const step of [undefined, 10]) expect(xOf(history, 'step', step)).to.deep.equal([0, 10, 20]);
  });

  it('of one change is a line across the chart', () => {
    for (const x of ['step', 'epoch'] as const) {
      const plot = plotOf(toText([{ ...at(0, 0, 0), learningRate: 0.1 }], { x })).filter(
        (row) => row.trim() !== '',
      );
      expect(plot).to.have.length(1);
      expect(plot[0]).to.match(/^\S+$/);
    }
  });

  it('is drawn the same for a callback', () => {
    const history = [at(0, 0, 0), at(0, 10, 10)];
    expect(toText({ history })).to.equal(toText(history));
  });

  it('over epochs spreads the steps of each evenly, even if changes at its beginning are missing', () => {
    const history = [at(0, 2, 2), at(2, 0, 20), at(2, 5, 25, true), at(3, 0, 30)];
    // Epochs 0 to 2 have 10 steps each.
    expect(xOf(history, 'epoch')).to.deep.equal([0.2, 2, 2.5, 3, 3.5]);
    expect(marksOf(history, 'epoch')).to.deep.equal([2.5]);
    expect(xOf(history.slice(2, 3), 'epoch')).to.deep.equal([2 + 5 / 6, 3]);
  });

  it('over epochs follows epochs of different lengths, and one that is repeated', () => {
    const firsts = [at(0, 0, 0), at(1, 0, 10), at(2, 0, 15), at(1, 0, 20), at(2, 0, 40)];
    const history = firsts.flatMap((first) => [first, at(first.epoch, 4, first.step + 4, true)]);
    // Epoch 1 has 5 updates at first, 20 when it is repeated; the last epoch is as long as the one before.
    expect(marksOf(history, 'epoch')).to.deep.equal([0.4, 1.8, 2.8, 1.2, 2.2]);
  });

  it('is read from columns exactly as change by change', () => {
    const lr = cosineAnnealing({ T_0: 2, batchesPerEpoch: 10, eta_max: 0.1 });
    const log = new HistoryLog();
    log.follow(lr);
    for (let step = 0; step < 60; step++) {
      const isRestart = step === 20 || step === 40;
      log.append({ step, epoch: Math.floor(step / 10), batch: step % 10 }, lr(step / 10), isRestart);
    }
    const history = new LearningRateHistory(log);
    const changes = [...history];
    for (const unit of ['step', 'epoch'] as const) {
      expect(drawnHistory({ history }, unit)).to.deep.equal(drawnHistory({ history: changes }, unit));
    }
    expect(marksOf(history, 'epoch')).to.deep.equal([2, 4]);
  });

  it('is read change by change if it has only one of columns and restarts', () => {
    const history = [at(0, 0, 0), at(0, 5, 5, true)];
    const columns = { steps: [7], epochs: [0], batches: [7], learningRates: [1] };
    for (const one of [{ toJSON: () => columns }, { restarts: [] }])
      expect(marksOf(Object.assign([...history], one), 'step')).to.deep.equal([5]);
    const both = { toJSON: () => columns, restarts: [at(0, 7, 7, true)] };
    expect(marksOf(Object.assign([...history], both), 'step')).to.deep.equal([7]);
  });

  it('is read for as many changes as it has, even if it has no end', () => {
    const endless = {
      length: 2,
      *[Symbol.iterator]() {
        for (let step = 0; ; step++) yield at(0, step, step);
      },
    };
    expect(xOf(endless, 'step')).to.deep.equal([0, 1, 2]);
  });

  it('has no mark for a restart without a place', () => {
    expect(marksOf([at(0, 0, 0), at(0, 1, Number.NaN, true), at(0, 2, 2, true)], 'step')).to.deep.equal([2]);
  });

  it('of a million changes is drawn as small as one of a few, in time in proportion to their number', () => {
    const [million, fewer] = [bigHistory(1e6), bigHistory(1e5)];
    expect(toText(million, { x: 'epoch' }).split('\n').at(-2)?.match(/▲/g)).to.have.length(19);
    expect(toSVG(million, { x: 'epoch' }).length).to.be.below(8000);
    for (const draw of [toText, toSVG]) {
      const times = timesAsLong(
        () => draw(million, { x: 'epoch' }),
        () => draw(fewer, { x: 'epoch' }),
      );
      expect(times).to.be.below(30);
    }
  });
});

describe('a history that is refused', () => {
  const columns = { steps: [1, 2], epochs: [1, 1], batches: [0, 1], learningRates: [1, 1] };
  const ofColumns = (more: object) =>
    Object.assign([1], { toJSON: () => ({ ...columns, ...more }), restarts: [] });
  const none = (got: string) => `\`history\`: expected a history of changes, got ${got}`;
  const noChange = (index: number, got: string) =>
    `\`history[${index}]\`: expected { step, epoch, batch, learningRate }, got ${got}`;
  const listed = { length: -1, [Symbol.iterator]: () => [].values() };

  const cases: readonly [claim: string, history: unknown, message: string][] = [
    ['is empty', [], '`history`: expected changes, got none; train first, or draw { schedule, to }'],
    ['is null', null, none('null')],
    ['is no list', { lr: [] }, none('{"lr":[]}')],
    ['has a length alone', { length: 3 }, none('{"length":3}')],
    ['has no length', new Set([1]), none('{}')],
    ['has a length below 0', listed, none('{"length":-1}')],
    ['has something else in it', [{ step: 1 }], noChange(0, '{"step":1}')],
    ['has null in it', [at(0, 0, 0), null], noChange(1, 'null')],
    [
      'has columns of different lengths',
      ofColumns({ epochs: [1] }),
      '`history.epochs`: expected 2 values, got [1]',
    ],
    [
      'has a column that is none',
      ofColumns({ steps: 5 }),
      '`history.steps`: expected an array of at most 10,000,000 numbers, got 5',
    ],
    [
      'has something else in a column',
      ofColumns({ learningRates: [1, '2'] }),
      '`history.learningRates[1]`: expected a number, got "2"',
    ],
  ];
  for (const [claim, history, message] of cases) {
    it(claim, () => {
      const draw = () => drawnHistory({ history: history as PlottableHistory }, 'step');
      expect(errorOf(draw).message).to.equal(message);
    });
  }

  it('has changes without one of their numbers', () => {
    for (const key of ['step', 'epoch', 'batch', 'learningRate'] as const) {
      const { [key]: left, ...rest } = at(0, 0, 0);
      const draw = () => drawnHistory({ history: [rest as PlottableChange] }, 'step');
      expect(errorOf(draw).problems, `${key} ${left}`).to.have.length(1);
    }
  });
});

/** Twenty cycles, in columns. */
function bigHistory(changes: number) {
  const column = (value: (step: number) => number) =>
    Float64Array.from({ length: changes }, (_, step) => value(step));
  const [cycleLength, epochLength] = [changes / 20, 1000];
  const columns = {
    steps: column((step) => step),
    epochs: column((step) => Math.floor(step / epochLength)),
    batches: column((step) => step % epochLength),
    learningRates: column((step) => 1 - (step % cycleLength) / cycleLength),
  };
  const restarts = Array.from({ length: 19 }, (_, i) => at(0, 0, (i + 1) * cycleLength, true));
  return Object.assign([at(0, 0, 0)], { toJSON: () => columns, restarts });
}
