import { expect } from 'chai';
import { type Axis, leftAxis, type Room, rightAxis, xAxis } from '../../lib/charts/axis';
import type { Figure } from '../../lib/charts/figure';
import { curve, figure } from '../support/charts';

/** Room for so many ticks, whose labels may stand anywhere. */
const free = (ticks: number): Room => ({ length: 100, ticks, gap: () => 1e-6 });
/** Room for ticks that are so large a share of the axis apart. */
const spaced = (ticks: number, share: number): Room => ({ length: 1, ticks, gap: () => share });

const xOf = (low: number, high: number, room: Room, more: Partial<Figure> = {}) =>
  xAxis(figure([curve([0, 0], { x: Float64Array.of(low, high) })], more), room);
const yOf = (ys: number[], room: Room, more: Partial<Figure> = {}) =>
  leftAxis(figure([curve(ys)], more), room);
const logOf = (ys: number[], room: Room) => yOf(ys, room, { yScale: 'log' });

const valuesOf = ({ ticks }: Axis) => ticks.map(({ value }) => value);
const labelsOf = ({ ticks }: Axis) => ticks.map(({ label }) => label);
const rangeOf = ({ low, high }: Axis) => [low, high];

describe('the x axis', () => {
  it('is as long as the data, with ticks at round numbers and at its end', () => {
    const axis = xOf(3, 47, free(5));
    expect(rangeOf(axis)).to.deep.equal([3, 47]);
    expect(valuesOf(axis)).to.deep.equal([10, 20, 30, 40, 47]);
  });

  it('leaves out round numbers that its end touches', () => {
    expect(valuesOf(xOf(0, 43, spaced(5, 0.1)))).to.deep.equal([0, 10, 20, 30, 43]);
  });

  it('has ticks at its start, at up to 12 restarts and at its end', () => {
    expect(valuesOf(xOf(0, 15, free(5), { xTicks: [1, 3, 7] }))).to.deep.equal([0, 1, 3, 7, 15]);
    const restarts = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
    expect(valuesOf(xOf(0, 20.5, free(4), { xTicks: restarts(12) }))).to.deep.equal([
      0,
      ...restarts(12),
      20.5,
    ]);
    expect(valuesOf(xOf(0, 20.5, free(5), { xTicks: restarts(13) }))).to.deep.equal([0, 5, 10, 15, 20, 20.5]);
  });

  it('keeps the later of two restarts that are too close', () => {
    const axis = xOf(0, 100, spaced(5, 0.1), { xTicks: [30, 50, 55] });
    expect(valuesOf(axis)).to.deep.equal([0, 30, 55, 100]);
  });

  it('labels an end of many digits with four of them, and no end that four digits would misplace', () => {
    expect(labelsOf(xOf(0, 10 / 3, free(4)))).to.deep.equal(['0', '1', '2', '3', '3.333']);
    expect(labelsOf(xOf(0, 46_875, free(3)))).to.deep.equal(['0', '20000', '40000', '46875']);
    expect(labelsOf(xOf(1.00001, 1.00014, free(2)))).to.deep.equal(['1.0001']);
  });

  it('has room around a single value, below 0, too', () => {
    expect(rangeOf(xOf(5, 5, free(4)))).to.deep.equal([0, 10]);
    expect(rangeOf(xOf(-5, -5, free(4)))).to.deep.equal([-10, 0]);
    expect(rangeOf(xOf(0, 0, free(4)))).to.deep.equal([0, 1]);
  });

  it('takes values that differ by less than 1e-9 of them for one', () => {
    expect(rangeOf(xOf(1, 1 + 0.9e-9, free(4)))).to.deep.equal([0, 2 + 1.8e-9]);
    expect(rangeOf(xOf(1, 1 + 1.1e-9, free(4)))).to.deep.equal([1, 1 + 1.1e-9]);
    expect(rangeOf(xOf(0, 1e-12, free(4)))).to.deep.equal([0, 1e-12]);
  });

  it('labels 0 as 0, between negative and positive ticks', () => {
    expect(valuesOf(xOf(-1, 1, free(4)))).to.deep.equal([-1, -0.5, 0, 0.5, 1]);
  });

  it('puts its low end at 0 and its high end at 1, and nothing beyond them', () => {
    const { shareOf } = xOf(2, 4, free(4));
    expect([1, 2, 2.5, 4, 9].map(shareOf)).to.deep.equal([0, 0, 0.25, 1, 1]);
  });

  it('reaches a mark beyond the data, unless it is faint', () => {
    const marks = [
      { name: 'eta_max', isFaint: false, at: [{ x: 7, label: '' }] },
      { name: 'suggestions', isFaint: true, at: [{ x: 99, label: '' }] },
    ];
    expect(rangeOf(xOf(2, 4, free(4), { marks }))).to.deep.equal([2, 7]);
  });
});

describe('a logarithmic x axis', () => {
  const log = { xScale: 'log' } as const;

  it('has ticks at powers of ten within the data, and places values by their logarithms', () => {
    const axis = xOf(1e-6, 10, free(7), log);
    expect(labelsOf(axis)).to.deep.equal(['1e-6', '1e-5', '1e-4', '0.001', '0.01', '0.1', '1', '10']);
    expect([1e-7, 1e-6, 10 ** -2.5, 10, 100].map(axis.shareOf)).to.deep.equal([0, 0, 0.5, 1, 1]);
  });

  it('has ticks at its ends if fewer than two round numbers are within', () => {
    expect(labelsOf(xOf(0.011, 0.019, free(4), log))).to.deep.equal(['0.011', '0.019']);
  });
});

describe('ticks whose labels would touch', () => {
  it('are fewer, at round numbers further apart', () => {
    expect(valuesOf(xOf(0, 10, spaced(10, 0.1)))).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(valuesOf(xOf(0, 10, spaced(10, 0.11)))).to.deep.equal([0, 2, 4, 6, 8, 10]);
    expect(valuesOf(xOf(0, 10, spaced(10, 0.21)))).to.deep.equal([0, 5, 10]);
    expect(valuesOf(xOf(0, 10, spaced(10, 0.7)))).to.deep.equal([0, 10]);
    expect(valuesOf(yOf([0, 10], spaced(10, 0.7)))).to.deep.equal([0, 10]);
  });

  it('are two rather than the only round number between them', () => {
    expect(valuesOf(xOf(0.5, 3.5, spaced(3, 0.6)))).to.deep.equal([1, 3.5]);
  });

  it('are left out if no distance between round numbers would do', () => {
    expect(valuesOf(yOf([0, 10], spaced(5, 2)))).to.deep.equal([0]);
  });

  it('depend on how wide the labels are', () => {
    const gap: Room['gap'] = (a, b) => (a.label.length + b.label.length) / 2;
    expect(labelsOf(xOf(0, 1000, { length: 16, ticks: 10, gap }))).to.deep.equal(['0', '500', '1000']);
    expect(labelsOf(xOf(0, 10, { length: 16, ticks: 10, gap }))).to.have.length(11);
  });
});

describe('a y axis', () => {
  it('goes from round number to round number', () => {
    const axis = yOf([0.012, 0.097], free(4));
    expect(rangeOf(axis)).to.deep.equal([0, 0.1]);
    expect(labelsOf(axis)).to.deep.equal(['0', '0.05', '0.1']);
  });

  it('is 0 to 1 if there is no value', () => {
    expect(rangeOf(yOf([], free(2)))).to.deep.equal([0, 1]);
    expect(rangeOf(yOf([Number.NaN], free(2)))).to.deep.equal([0, 1]);
  });

  it('ends at 0 for values up to it', () => {
    expect(rangeOf(yOf([-5, 0], free(5)))).to.deep.equal([-5, 0]);
  });

  it('takes values that differ by less than 1e-4 of them for one', () => {
    expect(rangeOf(yOf([1, 1.00009], free(1)))).to.deep.equal([0, 5]);
    expect(yOf([1, 1.00011], free(4)).high).to.be.below(1.001);
  });

  it('ends at its limit, beyond which values are at its end', () => {
    const axis = yOf([0, 1, 1000], free(4), { yLimit: 1 });
    expect(rangeOf(axis)).to.deep.equal([0, 1]);
    expect(axis.shareOf(1000)).to.equal(1);
  });

  it('exists on the right only for the curves there, without scale and limit of the left one', () => {
    expect(rightAxis(figure([curve([1])]), free(4))).to.equal(undefined);
    const both = figure([curve([1, 2]), curve([0, 50], { side: 'right' })], { yScale: 'log', yLimit: 2 });
    expect(rangeOf(rightAxis(both, free(5)) as Axis)).to.deep.equal([0, 50]);
  });
});

describe('a logarithmic y axis', () => {
  it('goes from one of 1, 2 and 5 times the powers of ten to another', () => {
    expect(valuesOf(logOf([0.0011, 0.09], free(10)))).to.deep.equal([
      0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
    ]);
  });

  it('is a decade to either side of a single value', () => {
    expect(rangeOf(logOf([0.01], free(4)))).to.deep.equal([0.001, 0.1]);
  });

  it('puts a value by its logarithm, and one <= 0 at its foot', () => {
    const { shareOf } = logOf([1, 100, 0, -5], free(4));
    expect([-5, 0, 0.1, 1, 10, 100, 1000].map(shareOf)).to.deep.equal([0, 0, 0, 0, 0.5, 1, 1]);
    expect(shareOf(Number.NaN)).to.deep.equal(Number.NaN);
  });

  it('reaches down to the lowest value, but not to one that is only on the way to 0', () => {
    expect(logOf([1, 1e-12], free(4)).low).to.equal(1e-12);
    expect(logOf([1, 0.9e-12], free(4)).low).to.equal(1e-6);
  });
});
