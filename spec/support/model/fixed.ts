/** Numbers with 400 bits after the point, some 120 decimal digits, as bigints: what learning rates are computed in. */
import type { Rational } from './rational';

const BITS = 400n;
export const ONE = 1n << BITS;

export const fixed = ({ n, d }: Rational): bigint => (n << BITS) / d;
export const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;

/** The nearest double, of numbers from 2^-200 on. */
export const nearest = (x: bigint): number => Number(x) / 2 ** Number(BITS);

export function power(base: bigint, n: number): bigint {
  let result = ONE;
  for (let i = 0; i < n; i++) result = times(result, base);
  return result;
}

/** pi = 16 arctan(1/5) - 4 arctan(1/239), as Machin found. */
const PI = 16n * arctangentOfInverse(5n) - 4n * arctangentOfInverse(239n);

function arctangentOfInverse(x: bigint): bigint {
  let sum = 0n;
  let power = ONE / x;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += k % 4n === 1n ? power / k : -(power / k);
    power /= x * x;
  }
  return sum;
}

/** sin(x) by Taylor's series, for 0 <= x <= pi / 2. */
function sine(x: bigint): bigint {
  const square = times(x, x);
  let sum = 0n;
  let term = x;
  for (let k = 2n; term !== 0n; k += 2n) {
    sum += term;
    term = -times(term, square) / (k * (k + 1n));
  }
  return sum;
}

/** (1 - cos(pi * x)) / 2 = sin^2(pi * x / 2), for 0 <= x <= 1. */
export function halfCosineUp(x: bigint): bigint {
  const s = sine(times(PI, x) / 2n);
  return times(s, s);
}

/** (1 + cos(pi * x)) / 2, for 0 <= x <= 1. */
export const halfCosineDown = (x: bigint): bigint => halfCosineUp(ONE - x);
