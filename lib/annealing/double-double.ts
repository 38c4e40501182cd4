/**
 * Numbers of about 106 bits, each the unevaluated sum of two doubles. Cycle boundaries need them: a boundary that is
 * off by half a unit in the last place of t = 1e6 makes the learning rate just before it wrong in its tenth digit.
 * The algorithms are Dekker's and Knuth's, as in Hida, Li & Bailey, "Library for Double-Double and Quad-Double
 * Arithmetic" (2007).
 */
export interface DoubleDouble {
  /** The nearest double. */
  readonly hi: number;
  /** What `hi` misses: at most half a unit in its last place. */
  readonly lo: number;
}

/** A double, exactly. */
export const exactly = (value: number): DoubleDouble => ({ hi: value, lo: 0 });

export const ZERO = exactly(0);
export const ONE = exactly(1);

export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const high = twoSum(a.hi, b.hi);
  const low = twoSum(a.lo, b.lo);
  const middle = quickTwoSum(high.hi, high.lo + low.hi);
  return quickTwoSum(middle.hi, middle.lo + low.lo);
}

export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const product = twoProduct(a.hi, b.hi);
  return quickTwoSum(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const hi = a.hi / b.hi;
  const product = twoProduct(hi, b.hi);
  return quickTwoSum(hi, (a.hi - product.hi - product.lo + a.lo - hi * b.lo) / b.hi);
}

/** By squaring, from the exponent's highest bit down; the exponent is an integer >= 0. */
export function powerOf(base: DoubleDouble, exponent: number): DoubleDouble {
  let power = ONE;
  for (let bit = 2 ** Math.floor(Math.log2(Math.max(1, exponent))); bit >= 1; bit /= 2) {
    power = multiply(power, power);
    if (Math.floor(exponent / bit) % 2 === 1) power = multiply(power, base);
  }
  return power;
}

export const negate = (a: DoubleDouble): DoubleDouble => ({ hi: -a.hi, lo: -a.lo });

/** The rounded sum and its exact rounding error. */
function twoSum(a: number, b: number): DoubleDouble {
  const hi = a + b;
  const bRounded = hi - a;
  return { hi, lo: a - (hi - bRounded) + (b - bRounded) };
}

/** As `twoSum`, for |a| >= |b|. */
function quickTwoSum(a: number, b: number): DoubleDouble {
  const hi = a + b;
  return { hi, lo: b - (hi - a) };
}

/** The rounded product and its exact rounding error. */
function twoProduct(a: number, b: number): DoubleDouble {
  const hi = a * b;
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  return { hi, lo: aLow * bLow - (hi - aHigh * bHigh - aLow * bHigh - aHigh * bLow) };
}

/** The upper and lower 26 bits, whose products are exact. */
function split(a: number): [number, number] {
  const spread = 134217729 * a; // 2^27 + 1
  const high = spread - (spread - a);
  return [high, a - high];
}
