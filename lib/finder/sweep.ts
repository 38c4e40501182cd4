import { meanOf, sumOf } from './means';

/** Beyond so many times what was gained, a loss that has risen again can only rise further (fastai stops at 4, too). */
const DIVERGED = 4;
/** A sweep's loss is averaged over so many decades of the learning rate, to both sides. */
const SMOOTHING = 0.25;
/** This share of a sweep is at rates too low to do anything, and shows how much the loss varies by itself. */
const FLAT = 0.2;
/** Losses have no more digits than this, relative to their size. */
const FLOAT32 = 2 ** -23;
/** A sweep has learned if its loss falls by so many standard errors. */
const CLEAR = 3;

/** Learning rates from `from` to `to`, each the same factor above the one before. */
export const sweepRates = (from: number, to: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)));

/** Whether a sweep has shown all that it can. */
export function hasDiverged(losses: readonly number[], steps: number): boolean {
  const flat = flatPart(losses, steps);
  const best = Math.min(...losses);
  const gained = Math.max(...flat) - best;
  return (losses.at(-1) ?? best) - best > DIVERGED * gained && gained > 0;
}

/** A point of the smoothed curve. */
interface Smoothed {
  readonly rate: number;
  readonly loss: number;
  /** How many losses it is worth, as an average of that many. */
  readonly count: number;
}

/** The loss over the logarithm of the rate, averaged with a Gaussian: centred, so that no rate gets its neighbours' blame. */
export function smoothed(rates: readonly number[], losses: readonly number[]): Smoothed[] {
  return rates.map((rate) => {
    const weights = rates.map((other) => Math.exp(-((Math.log10(other / rate) / SMOOTHING) ** 2) / 2));
    const sum = sumOf(weights);
    const loss = sumOf(weights.map((weight, i) => weight * (losses[i] ?? 0))) / sum;
    return { rate, loss, count: sum ** 2 / sumOf(weights.map((weight) => weight ** 2)) };
  });
}

/**
 * Trials begin where the sweep has made this part of its gain: the smallest loss itself may lie anywhere in a flat
 * bottom, the upper part of which are nets that have died.
 */
const GAIN = 0.75;

/** What trials begin with. */
export interface SweepReading {
  /** The lowest rate with most of the sweep's gain; the middle of the range if the sweep saw nothing learned. */
  readonly start: number;
  /** The loss at rates that are too low to change it. */
  readonly untrained: number;
  /** By how much a batch's loss differs from it: the standard deviation. */
  readonly noise: number;
}

/** Reads a sweep of at least one loss. */
export function readSweep(
  rates: readonly number[],
  losses: readonly number[],
  { from, to, steps }: { readonly from: number; readonly to: number; readonly steps: number },
): SweepReading {
  const flat = flatPart(losses, steps);
  const untrained = meanOf(flat);
  const spread = Math.sqrt(meanOf(flat.map((loss) => (loss - untrained) ** 2)));
  const noise = Math.max(spread, FLOAT32 * Math.abs(untrained));
  const curve = smoothed(rates, losses);
  const least = curve.reduce((low, point) => (point.loss < low.loss ? point : low));
  const gain = untrained - least.loss;
  const isClear = gain > (CLEAR * noise) / Math.sqrt(least.count);
  const start = isClear ? curve.find(({ loss }) => loss <= untrained - GAIN * gain)?.rate : undefined;
  return { start: start ?? Math.sqrt(from * Math.min(to, rates.at(-1) ?? to)), untrained, noise };
}

const flatPart = (losses: readonly number[], steps: number) => losses.slice(0, Math.ceil(FLAT * steps));
