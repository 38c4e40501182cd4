import { expect } from 'chai';
import { type Axis, extent, format, powerOfTen, type Room, xAxis, yAxis } from '../../lib/charts/axis';
import { chart, curve } from '../support/charts';

/** Room for so many ticks, whose labels may stand anywhere. */
const free = (ticks: number): Room => ({ length: 100, ticks, apart: () => 0 });
/** Room for ticks that are so large a share of the axis apart. */
const spaced = (ticks: number, share: number): Room => ({ length: 1, ticks, apart: () => share });

const xOf = (low: number, high: number, room: Room) =>
  xAxis(chart([curve([0, 0], { x: Float64Array.of(low, high) })]), room);
const yOf = (ys: number[], room: Room) => yAxis(chart([curve(ys)]), 'left', room) as Axis;
const logOf = (ys: number[], room: Room) =>
  yAxis(chart([curve(ys)], { logScale: true }), 'left', room) as Axis;

const valuesOf = ({ ticks }: Axis) => ticks.map(({ value }) => value);
const labelsOf = ({ ticks }: Axis) => ticks.map(({ label }) => label);
const rangeOf = ({ low, high }: Axis) => [low, high];

describe('xAxis', () => {
  it('is as long as the data, with ticks at round numbers within it', () => {
    const axis = xOf(3, 47, free(5));
    expect(rangeOf(axis)).to.deep.equal([3, 47]);
    expect(valuesOf(axis)).to.deep.equal([10, 20, 30, 40]);
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

  it('tells 0 as 0, between negative and positive ticks', () => {
    expect(valuesOf(xOf(-1, 1, free(4)))).to.deep.equal([-1, -0.5, 0, 0.5, 1]);
  });

  it('places its low end at 0 and its high end at 1, and nothing beyond them', () => {
    const { place } = xOf(2, 4, free(4));
    expect([1, 2, 2.5, 4, 9].map(place)).to.deep.equal([0, 0, 0.25, 1, 1]);
  });
});

describe('ticks whose labels would touch', () => {
  it('are fewer, at round numbers further apart', () => {
    expect(valuesOf(xOf(0, 10, spaced(10, 0.1)))).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(valuesOf(xOf(0, 10, spaced(10, 0.11)))).to.deep.equal([0, 2, 4, 6, 8, 10]);
    expect(valuesOf(xOf(0, 10, spaced(10, 0.21)))).to.deep.equal([0, 5, 10]);
    expect(valuesOf(xOf(0, 10, spaced(10, 0.7)))).to.deep.equal([0, 10]);
  });

  it('are the first that fit, where round numbers further apart would leave a single one', () => {
    expect(valuesOf(xOf(3, 7, spaced(4, 0.6)))).to.deep.equal([3, 6]);
  });

  it('are one at last', () => {
    expect(valuesOf(xOf(0, 10, spaced(5, 2)))).to.deep.equal([0]);
  });

  it('are those of the widest labels only', () => {
    const apart: Room['apart'] = (a, b) => (a.label.length + b.label.length) / 2;
    expect(labelsOf(xOf(0, 1000, { length: 16, ticks: 10, apart }))).to.deep.equal(['0', '500', '1000']);
    expect(labelsOf(xOf(0, 10, { length: 16, ticks: 10, apart }))).to.have.length(11);
  });
});

describe('yAxis', () => {
  it('goes from round number to round number', () => {
    const axis = yOf([0.012, 0.097], free(4));
    expect(rangeOf(axis)).to.deep.equal([0, 0.1]);
    expect(labelsOf(axis)).to.deep.equal(['0', '0.05', '0.1']);
  });

  it('is 0 to 1 where there is no value', () => {
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

  it('is undefined on a side without a curve', () => {
    expect(yAxis(chart([curve([1])]), 'right', free(4))).to.equal(undefined);
  });

  it('has one style of numbers: powers of ten below 0.01 where steps are below 0.001', () => {
    expect(labelsOf(yOf([0, 0.01], free(20))), '0.01 is not below').to.include.members(['0.0005', '0.001']);
    expect(labelsOf(yOf([0, 0.002], free(4)))).to.deep.equal(['0', '5e-4', '1e-3', '1.5e-3', '2e-3']);
    expect(labelsOf(yOf([0, 0.005], free(5)))).to.deep.equal([
      '0',
      '0.001',
      '0.002',
      '0.003',
      '0.004',
      '0.005',
    ]);
    expect(labelsOf(yOf([0, 0.02], free(4)))).to.deep.equal(['0', '0.005', '0.01', '0.015', '0.02']);
    expect(labelsOf(yOf([0, 3e7], free(3)))).to.deep.equal(['0', '1e7', '2e7', '3e7']);
  });
});

describe('a logarithmic yAxis', () => {
  it('has 1, 2 and 5 times powers of ten, from one to another', () => {
    expect(valuesOf(logOf([0.0011, 0.09], free(10)))).to.deep.equal([
      0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
    ]);
    expect(valuesOf(logOf([1, 10], free(3))), 'one more than wished for').to.deep.equal([1, 2, 5, 10]);
  });

  it('has powers of ten where those are too many, then every nth one, the highest included', () => {
    expect(valuesOf(logOf([1e-3, 1], free(4)))).to.deep.equal([1e-3, 1e-2, 1e-1, 1]);
    expect(valuesOf(logOf([1e-10, 10], free(3)))).to.deep.equal([1e-8, 1e-5, 1e-2, 10]);
  });

  it('is a decade to either side of a single value', () => {
    expect(rangeOf(logOf([0.01], free(4)))).to.deep.equal([0.001, 0.1]);
  });

  it('places a value by its logarithm', () => {
    const { place } = logOf([1, 100], free(4));
    expect([0.1, 1, 10, 100, 1000].map(place)).to.deep.equal([0, 0, 0.5, 1, 1]);
  });
});

describe('extent', () => {
  it('is the least and the greatest value of all lists, NaN left out', () => {
    const lists = [
      [3, Number.NaN],
      [-1, 2],
    ].map((values) => Float64Array.from(values));
    expect(extent(lists)).to.deep.equal([-1, 3]);
    expect(extent([])).to.deep.equal([Infinity, -Infinity]);
  });
});

describe('format', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [0.05, '0.05'],
    [0.001, '0.001'],
    [0.00099, '9.9e-4'],
    [-0.0001, '-1e-4'],
    [9_999_999, '9999999'],
    [1e7, '1e7'],
    [1.5e300, '1.5e300'],
  ];
  for (const [value, text] of cases)
    it(`writes ${value} as ${text}`, () => expect(format(value)).to.equal(text));
});

describe('powerOfTen', () => {
  it('is at or below the number', () => {
    expect([1, 9.99, 10, 0.099, 1e-300].map(powerOfTen)).to.deep.equal([1, 1, 10, 0.01, 1e-300]);
  });
});
