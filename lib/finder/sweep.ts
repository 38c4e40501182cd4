/** Beyond so many times what was gained, a loss that has risen again can only rise further (fastai stops at 4, too). */
const DIVERGED = 4;
/** A sweep's loss is averaged over so many decades of the learning rate, to both sides. */
const SMOOTHING = 0.25;
/** This share of a sweep is at rates too low to do anything, and shows how much the loss varies by itself. */
const FLAT = 0.1;

/** Learning rates from `from` to `to`, each the same factor above the one before. */
export const sweepRates = (from: number, to: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)));

/** Whether a sweep has shown all that it can. */
export function hasDiverged(losses: readonly number[], steps: number): boolean {
  const flat = losses.slice(0, Math.ceil(FLAT * steps));
  const best = Math.min(...losses);
  const gained = Math.max(...flat) - best;
  return (losses.at(-1) ?? best) - best > DIVERGED * gained && gained > 0;
}

/** The loss over the logarithm of the rate, averaged with a Gaussian: centred, so that no rate is late by its neighbours. */
export function smoothed(rates: readonly number[], losses: readonly number[]): number[] {
  return losses.map((_, i) => {
    let [sum, weights] = [0, 0];
    for (const [j, loss] of losses.entries()) {
      const distance = Math.log10((rates[j] ?? 1) / (rates[i] ?? 1)) / SMOOTHING;
      const weight = Math.exp((-distance * distance) / 2);
      sum += weight * loss;
      weights += weight;
    }
    return sum / weights;
  });
}

/** The rate at which the smoothed loss is smallest. */
export function minimumOf(rates: readonly number[], losses: readonly number[]): number | undefined {
  const curve = smoothed(rates, losses);
  return rates[curve.indexOf(Math.min(...curve))];
}
