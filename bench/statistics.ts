// Means and their intervals. Pure.

/** Student's t at 97.5 %, for 1 to 19 degrees of freedom. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093,
];
/** The normal distribution's. */
const Z_975 = 1.96;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

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

/** Beyond the table its own tail's first terms: t = z + (z^3 + z) / (4 degrees), to 0.1 %. */
const t = (degrees: number): number => T_975[degrees - 1] ?? Z_975 + (Z_975 ** 3 + Z_975) / (4 * degrees);
