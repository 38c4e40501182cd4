/**
 * An oracle that shares nothing with the library: fixed-point numbers of 400 bits after the point, so that what it says
 * is right to the last digit of a double.
 */
import type { ParsedConfig } from '../../lib/config/config';

const BITS = 400n;
export const ONE = 1n << BITS;

/** A double, exactly; of numbers below 2^-347 it keeps what is above 2^-400. */
export function exact(x: number): bigint {
  const scale = Math.abs(x) < 1 ? 200 : 0; // 2^200 x is an integer, unless x is below 2^-147
  if (scale > 0) return BigInt(Math.trunc(x * 2 ** scale)) << (BITS - 200n);
  const whole = Math.trunc(x);
  return (BigInt(whole) << BITS) + (BigInt((x - whole) * 2 ** 60) << (BITS - 60n));
}

export const multiply = (a: bigint, b: bigint) => (a * b) >> BITS;
export const divide = (a: bigint, b: bigint) => (a << BITS) / b;

/** The nearest double. */
export const nearest = (x: bigint) => Number(x) / 2 ** Number(BITS);

export const isInteger = (x: bigint) => x % ONE === 0n;
export const floor = (x: bigint) => nearest((x >> BITS) << BITS);

export function power(base: bigint, n: number): bigint {
  let result = ONE;
  for (const bit of n.toString(2)) {
    result = multiply(result, result);
    if (bit === '1') result = multiply(result, base);
  }
  return result;
}

/** 1 + m + ... + m^(n - 1). */
export const geometricSum = (m: bigint, n: number) =>
  m === ONE ? BigInt(n) * ONE : divide(power(m, n) - ONE, m - ONE);

const PI = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n)); // Machin

function arctanOfInverse(x: bigint): bigint {
  let sum = 0n;
  let term = ONE / x;
  for (let k = 1n; term !== 0n; k += 2n) {
    sum += (k % 4n === 1n ? term : -term) / k;
    term /= x * x;
  }
  return sum;
}

/** By Taylor's series, for 0 <= x <= pi / 2. */
export function sine(x: bigint): bigint {
  let sum = 0n;
  let term = x;
  for (let k = 2n; term !== 0n; k += 2n) {
    sum += term;
    term = -multiply(term, multiply(x, x)) / (k * (k + 1n));
  }
  return sum;
}

/** (1 + cos(pi * T_cur / T_i)) / 2, from what remains of T_i. */
export function halfCosine(remaining: bigint, T_i: bigint): bigint {
  const s = sine(divide(multiply(PI / 2n, remaining), T_i));
  return multiply(s, s);
}

/** ln x, for x > 0. */
export function logarithm(x: bigint): bigint {
  let twos = 0n;
  let m = x;
  for (; m >= 2n * ONE; m /= 2n) twos++;
  for (; m < ONE; m *= 2n) twos--;
  return twos * LN_2 + 2n * areaTangent(divide(m - ONE, m + ONE));
}

const LN_2 = 2n * areaTangent(ONE / 3n);

/** artanh x, for |x| <= 1/3. */
function areaTangent(x: bigint): bigint {
  let sum = 0n;
  let term = x;
  for (let k = 1n; term !== 0n; k += 2n) {
    sum += term / k;
    term = multiply(term, multiply(x, x));
  }
  return sum;
}

type Lengths = Pick<ParsedConfig, 'T_0' | 'T_mult' | 'cycles' | 'total' | 'start' | 'warmup' | 'plateau'>;

const at = (values: number | readonly number[], i: number) =>
  typeof values === 'number' ? values : (values[Math.min(i, values.length - 1)] as number);

const listed = (values: number | readonly number[]) => (typeof values === 'number' ? 1 : values.length);

/** The length of cycle i's warm-up. */
export function warmupLength({ warmup }: Lengths, i: number): number {
  if (warmup === undefined) return 0;
  return i < listed(warmup.length) || warmup.everyCycle ? at(warmup.length, i) : 0;
}

/** By how much a warm-up and a plateau delay the cosine of cycle i and lengthen the cycle. */
function delay(config: Lengths, i: number): bigint {
  const before = config.warmup?.placement === 'before' ? warmupLength(config, i) : 0;
  return exact(before) + exact(at(config.plateau, i));
}

/** The delays of the first n cycles together; from the end of the lists on they are all alike. */
function delays(config: Lengths, n: number): bigint {
  const own = Math.min(n, Math.max(listed(config.plateau), config.warmup ? listed(config.warmup.length) : 0));
  let sum = 0n;
  for (let i = 0; i < own; i++) sum += delay(config, i);
  return sum + BigInt(n - own) * delay(config, own);
}

/** The length of cycle 0, without delays. */
function firstLength(config: Lengths): bigint {
  const { T_0, T_mult, cycles, total, start = 0 } = config;
  if (T_0 !== undefined) return exact(T_0);
  const count = cycles as number;
  return divide(
    exact(total as number) - exact(start) - delays(config, count),
    geometricSum(exact(T_mult), count),
  );
}

/** Where cycle i begins. */
export function exactStart(config: Lengths, i: number): bigint {
  const { T_mult, cycles, start = 0 } = config;
  const origin = exact(start) + delays(config, i);
  if (typeof cycles === 'object') return cycles.slice(0, i).reduce((sum, T) => sum + exact(T), origin);
  return multiply(firstLength(config), geometricSum(exact(T_mult), i)) + origin;
}

/** The length of cycle i, without delays. */
function exactCycle(config: Lengths, i: number): bigint {
  const { T_mult, cycles } = config;
  if (typeof cycles === 'object') return exact(at(cycles, i));
  return multiply(firstLength(config), power(exact(T_mult), i));
}

/** T_i: a warm-up inside its cycle shortens the cosine. */
export function exactLength(config: Lengths, i: number): bigint {
  const inside = config.warmup?.placement === 'inside' ? warmupLength(config, i) : 0;
  return exactCycle(config, i) - exact(inside);
}

/** Where the cosine of cycle i begins. */
export function exactCosineStart(config: Lengths, i: number): bigint {
  const inside = config.warmup?.placement === 'inside' ? warmupLength(config, i) : 0;
  return exactStart(config, i) + delay(config, i) + exact(inside);
}
