import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  multiply,
  negate,
  powerOf,
} from '../../lib/annealing/double-double';
import * as oracle from '../support/oracle';

/** Doubles of all the sizes that lengths and positions have, of either sign. */
const double = () =>
  fc
    .tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -40, max: 53 }), fc.boolean())
    .map(([mantissa, exponent, isNegative]) => (isNegative ? -1 : 1) * mantissa * 2 ** exponent);

/** A number of 106 bits. */
const doubleDouble = () =>
  fc.tuple(double(), fc.double({ min: -0.5, max: 0.5, noNaN: true })).map(([hi, part]) => {
    return add(exactly(hi), exactly(hi * 2 ** -53 * Math.trunc(part * 2 ** 20) * 2 ** -20));
  });

const exact = ({ hi, lo }: DoubleDouble) => oracle.exact(hi) + oracle.exact(lo);
const magnitude = (x: bigint) => (x < 0n ? -x : x);

/** Whether `actual` is right to 2^-102 of `scale`, and its `hi` the nearest double. */
function expectClose(actual: DoubleDouble, expected: bigint, scale = magnitude(expected)): void {
  const difference = magnitude(exact(actual) - expected);
  expect(difference <= scale >> 102n, `${actual.hi} + ${actual.lo}`).to.equal(true);
  expect(actual.hi + actual.lo).to.equal(actual.hi);
}

const pair = [doubleDouble(), doubleDouble()] as const;

describe('DoubleDouble', () => {
  it('adds to 102 bits of the larger one', () => {
    fc.assert(
      fc.property(...pair, (a, b) => {
        expectClose(add(a, b), exact(a) + exact(b), magnitude(exact(a)) + magnitude(exact(b)));
      }),
    );
  });

  it('adds to 102 bits of what is left if two numbers almost cancel', () => {
    const tail = fc.integer({ min: -(2 ** 52), max: 2 ** 52 }).map((part) => part * 2 ** -53);
    fc.assert(
      fc.property(double(), tail, tail, (hi, tailA, tailB) => {
        const [a, b] = [
          { hi, lo: hi * 2 ** -53 * tailA },
          { hi: -hi, lo: hi * 2 ** -53 * tailB },
        ];
        expectClose(add(a, b), exact(a) + exact(b));
      }),
    );
  });

  it('adds doubles without any error', () => {
    fc.assert(
      fc.property(double(), double(), (a, b) => {
        if (Math.abs(Math.log2(Math.abs(a / b))) > 52) return;
        expect(exact(add(exactly(a), exactly(b)))).to.equal(oracle.exact(a) + oracle.exact(b));
      }),
    );
  });

  it('multiplies to 102 bits', () => {
    fc.assert(
      fc.property(...pair, (a, b) => expectClose(multiply(a, b), oracle.multiply(exact(a), exact(b)))),
    );
  });

  it('multiplies doubles without any error', () => {
    fc.assert(
      fc.property(double(), double(), (a, b) => {
        expect(exact(multiply(exactly(a), exactly(b)))).to.equal(
          oracle.multiply(oracle.exact(a), oracle.exact(b)),
        );
      }),
    );
  });

  it('divides to 102 bits', () => {
    fc.assert(fc.property(...pair, (a, b) => expectClose(divide(a, b), oracle.divide(exact(a), exact(b)))));
  });

  it('divides whole multiples of whole numbers without any error', () => {
    const whole = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(whole(2 ** 52), whole(2 ** 30), (quotient, divisor) => {
        const product = multiply(exactly(quotient), exactly(divisor));
        expect(divide(product, exactly(divisor))).to.deep.equal(exactly(quotient));
      }),
    );
  });

  it('raises to whole powers, each of the some 2 log2 n products right to 102 bits of the result', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.integer({ min: 0, max: 100 }),
        (base, n) => {
          const expected = oracle.power(oracle.exact(base), n);
          const difference = magnitude(exact(powerOf(exactly(base), n)) - expected);
          expect(difference <= (expected * BigInt(4 * n + 1)) >> 102n, `${base} ** ${n}`).to.equal(true);
        },
      ),
    );
    expect([0, 1, 2, 10, 52].map((n) => powerOf(exactly(2), n).hi)).to.deep.equal([1, 2, 4, 1024, 2 ** 52]);
  });

  it('negates', () => {
    fc.assert(fc.property(doubleDouble(), (a) => exact(negate(a)) === -exact(a)));
  });

  it('holds what a double cannot: 10^30 - 1', () => {
    const power = [10, 10, 10].map((n) => exactly(n ** 10)).reduce(multiply);
    const { hi, lo } = add(power, exactly(-1));
    expect(BigInt(hi) + BigInt(lo)).to.equal(10n ** 30n - 1n);
  });
});
