/** How many batches on each side count. */
const REACH = 12;

/**
 * A centred mean on a logarithmic scale: it neither lags behind its data nor is ever above all of them. Toward the ends
 * it takes fewer, as many on the one side as on the other.
 */
export function smooth(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + Math.log(value));
  return values.map((_, i) => {
    const reach = Math.min(REACH, i, values.length - 1 - i);
    const sum = (sums[i + reach + 1] ?? Number.NaN) - (sums[i - reach] ?? Number.NaN);
    return Math.exp(sum / (2 * reach + 1));
  });
}
