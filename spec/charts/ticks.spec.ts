import { expect } from 'chai';
import { exactTick, format, linearTicks, logTicks, rounded, type Tick } from '../../lib/charts/ticks';

const labelsOf = (ticks: readonly Tick[]) => ticks.map(({ label }) => label);
const valuesOf = (ticks: readonly Tick[]) => ticks.map(({ value }) => value);

describe('linear ticks', () => {
  it('are exact multiples of 1, 2 or 5 times a power of ten around the range', () => {
    expect(valuesOf(linearTicks(0.01, 0.69, 7))).to.deep.equal([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect(valuesOf(linearTicks(-3, 7, 4))).to.deep.equal([-5, 0, 5, 10]);
  });

  it('share one style of numbers: powers of ten below 0.01 if steps are below 0.001', () => {
    expect(labelsOf(linearTicks(0, 0.01, 20)), '0.01 is not below').to.include.members(['0.0005', '0.001']);
    expect(labelsOf(linearTicks(0, 0.002, 4))).to.deep.equal(['0', '5e-4', '1e-3', '1.5e-3', '2e-3']);
    expect(labelsOf(linearTicks(0, 0.005, 5))).to.deep.equal([
      '0',
      '0.001',
      '0.002',
      '0.003',
      '0.004',
      '0.005',
    ]);
    expect(labelsOf(linearTicks(0, 0.02, 4))).to.deep.equal(['0', '0.005', '0.01', '0.015', '0.02']);
    expect(labelsOf(linearTicks(0, 3e7, 3))).to.deep.equal(['0', '1e7', '2e7', '3e7']);
  });
});

describe('logarithmic ticks', () => {
  it('are 1, 2 and 5 times the powers of ten, one more than wished for at most', () => {
    expect(valuesOf(logTicks(1, 10, 3))).to.deep.equal([1, 2, 5, 10]);
  });

  it('are powers of ten if those are too many, then every nth one, the highest included', () => {
    expect(valuesOf(logTicks(1e-3, 1, 4))).to.deep.equal([1e-3, 1e-2, 1e-1, 1]);
    expect(valuesOf(logTicks(1e-10, 10, 3))).to.deep.equal([1e-8, 1e-5, 1e-2, 10]);
  });
});

describe('an exact tick', () => {
  it('has four digits of a fraction, and all of an integer', () => {
    expect(exactTick(1 / 3, 1)).to.deep.equal({ value: 1 / 3, label: '0.3333' });
    expect(exactTick(46_875, 46_875)).to.deep.equal({ value: 46_875, label: '46875' });
  });

  it("isn't there if its label were wrong by more than a ten thousandth of the axis", () => {
    expect(exactTick(1.23456, 10)).to.deep.equal({ value: 1.23456, label: '1.235' });
    expect(exactTick(1.23456, 1)).to.equal(undefined);
  });
});

describe('a number as text', () => {
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
    it(`is ${text} for ${value}`, () => expect(format(value)).to.equal(text));

  it('is rounded to four digits', () => {
    expect([0.123456, 123_456, 0.00012345, 99.999].map(rounded)).to.deep.equal([
      '0.1235',
      '123456',
      '1.234e-4',
      '100',
    ]);
  });
});
