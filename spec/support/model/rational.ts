/** Exact fractions: every double is one. Nothing is ever rounded, and nothing is reduced but a common denominator. */
export interface Rational {
  readonly n: bigint;
  /** Above 0. */
  readonly d: bigint;
}

export const whole = (n: number | bigint): Rational => ({ n: BigInt(n), d: 1n });
export const fraction = (n: number | bigint, d: number | bigint): Rational => ({
  n: BigInt(n),
  d: BigInt(d),
});

/** A finite double, exactly. */
export function rational(x: number): Rational {
  let d = 1n;
  let n = x;
  for (; !Number.isInteger(n); n *= 2) d *= 2n;
  return { n: BigInt(n), d };
}

export function add(a: Rational, b: Rational): Rational {
  if (a.d === b.d) return { n: a.n + b.n, d: a.d };
  if (a.d % b.d === 0n) return { n: a.n + b.n * (a.d / b.d), d: a.d };
  if (b.d % a.d === 0n) return { n: a.n * (b.d / a.d) + b.n, d: b.d };
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

export const negative = ({ n, d }: Rational): Rational => ({ n: -n, d });
export const subtract = (a: Rational, b: Rational): Rational => add(a, negative(b));
export const multiply = (a: Rational, b: Rational): Rational => ({ n: a.n * b.n, d: a.d * b.d });

export function divide(a: Rational, b: Rational): Rational {
  if (b.n === 0n) throw new RangeError('division by zero');
  const sign = b.n < 0n ? -1n : 1n;
  return { n: a.n * b.d * sign, d: a.d * b.n * sign };
}

/** Below 0, 0 or above 0, as a is below b, equal or above. */
export function compare(a: Rational, b: Rational): number {
  const left = a.n * b.d;
  const right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
}

export const isBelow = (a: Rational, b: Rational): boolean => compare(a, b) < 0;
export const isAtLeast = (a: Rational, b: Rational): boolean => compare(a, b) >= 0;

/** The largest integer that is not above a. */
export function floor({ n, d }: Rational): bigint {
  const towardsZero = n / d;
  return n % d < 0n ? towardsZero - 1n : towardsZero;
}

export const ceiling = (a: Rational): bigint => -floor(negative(a));

/** About a, as a double: what tolerances are made of, and messages. */
export function approximately({ n, d }: Rational): number {
  const shift = 80n;
  return Number((n << shift) / d) / 2 ** Number(shift);
}
