// Means and intervals of bench/evidence.ts. Pure.

/** Student's t at 97.5 %, for 1 to 19 degrees of freedom. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093,
];

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** In which the mean lies in 95 of 100 such samples, if the values are normally distributed. */
export interface Interval {
  readonly center: number;
  /** NaN for a single value, which tells nothing of the spread, and beyond 20 values, for which no table is here. */
  readonly half: number;
}

export function interval(values: readonly number[]): Interval {
  const center = mean(values);
  const degrees = values.length - 1;
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / degrees;
  return { center, half: (T_975[degrees - 1] ?? Number.NaN) * Math.sqrt(variance / values.length) };
}

/** Of the differences a - b, pair by pair: what both have in common, such as easy batches, cancels. */
export const paired = (a: readonly number[], b: readonly number[]): Interval =>
  interval(a.map((value, i) => value - (b[i] ?? Number.NaN)));
