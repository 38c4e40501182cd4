// Means and their intervals. Pure.

/** Student's t at 97.5 %, for 1 to 19 degrees of freedom. */
const T_975 = [
  12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814, 2.20099, 2.17881,
  2.16037, 2.14479, 2.13145, 2.11991, 2.10982, 2.10092, 2.09302,
];
/** The normal distribution's. */
const Z_975 = 1.96;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The upper one of the two in the middle, if their number is even. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** A mean with its 95 % interval, center ± half, for values that are about normally distributed. */
export interface Interval {
  readonly center: number;
  /** NaN for a single value, which tells nothing of the spread. */
  readonly half: number;
}

export function interval(values: readonly number[]): Interval {
  const center = mean(values);
  const degrees = values.length - 1;
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / degrees;
  return { center, half: t(degrees) * Math.sqrt(variance / values.length) };
}

/** Of the differences a - b, pair by pair: what both have in common, such as easy batches, cancels. */
export const paired = (a: readonly number[], b: readonly number[]): Interval =>
  interval(a.map((value, i) => value - (b[i] ?? Number.NaN)));

/** Beyond the table the first terms of its expansion, z + (z^3 + z) / (4 degrees), right to 0.5 %. */
const t = (degrees: number): number => T_975[degrees - 1] ?? Z_975 + (Z_975 ** 3 + Z_975) / (4 * degrees);
