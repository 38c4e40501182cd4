/**
 * An oracle for a million points: double-double numbers, 50 bits more exact than what they judge. Only their four
 * operations are the library's, which have a spec of their own; the cosine is a Taylor series, and a spec holds it
 * against the oracle of 400 bits.
 */
import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  multiply,
  negate,
  powerOf,
} from '../../lib/annealing/double-double';

/** pi / 2. */
const HALF_PI: DoubleDouble = { hi: Math.PI / 2, lo: 6.123233995736766e-17 };

/** 1 / (2k + 3)! with alternating signs: the series of sine behind its first term. */
const COEFFICIENTS = coefficients(15);

function coefficients(count: number): DoubleDouble[] {
  const list: DoubleDouble[] = [];
  let factorial = exactly(1);
  for (let k = 1; k <= count; k++) {
    factorial = multiply(factorial, exactly(2 * k * (2 * k + 1)));
    list.push(divide(exactly(k % 2 === 1 ? -1 : 1), factorial));
  }
  return list;
}

/** For 0 <= x <= pi / 2, by Horner's rule. */
function sine(x: DoubleDouble): DoubleDouble {
  const square = multiply(x, x);
  const series = COEFFICIENTS.reduceRight((sum, next) => add(next, multiply(square, sum)), exactly(0));
  return add(x, multiply(multiply(x, square), series));
}

/** (1 + cos(pi * T_cur / T_i)) / 2, from what remains of T_i. */
export function halfCosine(left: DoubleDouble, T_i: DoubleDouble): DoubleDouble {
  const s = sine(multiply(HALF_PI, divide(left, T_i)));
  return multiply(s, s);
}

interface Growing {
  readonly T_0: number;
  readonly T_mult: number;
  readonly eta_min: number;
  readonly eta_max: number;
}

/** T_i. */
export const lengthOf = ({ T_0, T_mult }: Growing, i: number): DoubleDouble =>
  multiply(exactly(T_0), powerOf(exactly(T_mult), i));

/** What remains from t to a boundary. */
export const timeTo = (boundary: DoubleDouble, t: number): DoubleDouble => add(boundary, exactly(-t));

/** Equation 5, from what remains of T_i. */
export function rateAt({ eta_min, eta_max }: Growing, left: DoubleDouble, T_i: DoubleDouble): number {
  const amplitude = add(exactly(eta_max), negate(exactly(eta_min)));
  return add(exactly(eta_min), multiply(amplitude, halfCosine(left, T_i))).hi;
}
