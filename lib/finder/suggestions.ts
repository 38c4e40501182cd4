/** The rate that each of the known rules reads from a sweep; null if the sweep is too short for it. A type, so that it is a record, too. */
export type Suggestions = {
  /** fastai's default: two thirds into the longest falling subsequence of the losses. */
  readonly valley: number | null;
  /** fastai: the steepest step of the losses over the logarithm of the rate. */
  readonly steep: number | null;
  /** fastai: a tenth of the rate with the smallest loss. */
  readonly minimum: number | null;
  /** fastai: where, from the end, the losses' slope has become steady. */
  readonly slide: number | null;
  /** Lightning: the steepest slope of the losses over the rate itself. */
  readonly lightning: number | null;
  /** ignite: the steepest slope before the smallest loss. */
  readonly ignite: number | null;
  /** pytorch-lr-finder: the steepest slope from step to step. */
  readonly steepest: number | null;
};

type Curve = readonly { readonly rate: number; readonly loss: number }[];

/**
 * Reproduces the rules of fastai 2.7 (callback/schedule.py), Lightning 2.6 (tuner/lr_finder.py), ignite 0.5
 * (handlers/lr_finder.py) and pytorch-lr-finder 0.2 (lr_finder.py), each with that library's own smoothing, its own
 * threshold of divergence, and what it leaves out at both ends.
 *
 * @param rates The sweep's learning rates, ascending.
 * @param losses The sweep's losses, one per rate.
 * @param steps How many steps the sweep would have had, had it not been stopped.
 */
export function suggestionsOf(
  rates: readonly number[],
  losses: readonly number[],
  steps = rates.length,
): Suggestions {
  const fastai = fastaiCurve(rates, losses, steps);
  const lightning = until(4, average(rates, losses, 0.98, 1)).slice(10, -1);
  const ema = until(5, blended(rates, losses, 0.05));
  const whole = ema.slice(10, -5);
  return {
    valley: valley(fastai),
    steep: rateOfSmallest(fastai, slopes(fastai)),
    minimum: tenth(rateOfSmallest(fastai, lossesOf(fastai))),
    slide: slide(fastai),
    lightning: rateOfSmallest(
      lightning,
      gradient(lightning, ({ rate }) => rate),
    ),
    ignite: ignite(ema),
    steepest: rateOfSmallest(whole, gradient(whole)),
  };
}

const lossesOf = (curve: Curve) => curve.map(({ loss }) => loss);

const tenth = (rate: number | null) => (rate === null ? null : rate / 10);

/** Without a tenth of the steps at the beginning and five at the end. */
function fastaiCurve(rates: readonly number[], losses: readonly number[], steps: number): Curve {
  return until(4, average(rates, losses, 0.98)).slice(Math.floor(steps / 10), -5);
}

/** An exponential average with its bias towards 0 removed; Lightning counts one step `ahead` in that. */
function average(rates: readonly number[], losses: readonly number[], beta: number, ahead = 0): Curve {
  let sum = 0;
  return losses.map((loss, i) => {
    sum = beta * sum + (1 - beta) * loss;
    return { rate: rates[i] ?? Number.NaN, loss: sum / (1 - beta ** (i + 1 + ahead)) };
  });
}

/** An exponential average that begins at the first loss. */
function blended(rates: readonly number[], losses: readonly number[], share: number): Curve {
  let before = losses[0] ?? Number.NaN;
  return losses.map((loss, i) => {
    before = i === 0 ? loss : share * loss + (1 - share) * before;
    return { rate: rates[i] ?? Number.NaN, loss: before };
  });
}

/** Up to the first loss, itself included, that is more than so many times the smallest so far. */
function until(times: number, curve: Curve): Curve {
  let best = Number.POSITIVE_INFINITY;
  const end = curve.findIndex(({ loss }) => {
    best = Math.min(best, loss);
    return loss > times * best;
  });
  return end < 0 ? curve : curve.slice(0, end + 1);
}

function rateOfSmallest(curve: Curve, values: readonly number[]): number | null {
  return curve[values.indexOf(Math.min(...values))]?.rate ?? null;
}

/** From each point to the next, over the logarithm of the rate; the last point has none. */
const slopes = (curve: Curve): number[] =>
  curve.slice(1).map(({ rate, loss }, i) => {
    const before = curve[i] ?? { rate, loss };
    return (loss - before.loss) / Math.log(rate / before.rate);
  });

/** NumPy's gradient: second-order central differences, one-sided at the ends. */
function gradient(
  curve: Curve,
  position: (point: Curve[number], i: number) => number = (_, i) => i,
): number[] {
  const at = curve.map(position);
  const loss = lossesOf(curve);
  const slope = (i: number) => step(loss, i + 1) / step(at, i + 1);
  return curve.map((_, i) => {
    if (i === 0) return slope(0);
    if (i === curve.length - 1) return slope(i - 1);
    const [before, after] = [step(at, i), step(at, i + 1)];
    return (before * slope(i) + after * slope(i - 1)) / (before + after);
  });
}

const step = (values: readonly number[], i: number) =>
  (values[i] ?? Number.NaN) - (values[i - 1] ?? Number.NaN);

/** The longest falling subsequence, by the length of the best one that ends at each point. */
function valley(curve: Curve): number | null {
  const lengths = curve.map(() => 1);
  let [start, end] = [0, 0];
  for (const [i, { loss }] of curve.entries()) {
    for (const [j, before] of curve.slice(0, i).entries()) {
      const longer = (lengths[j] ?? 0) + 1;
      if (loss < before.loss && (lengths[i] ?? 0) < longer) lengths[i] = longer;
      if ((lengths[end] ?? 0) < (lengths[i] ?? 0)) {
        end = i;
        start = end - (lengths[end] ?? 0);
      }
    }
  }
  const third = (end - start) / 3;
  return curve[start + Math.floor(third) + Math.floor(third / 2)]?.rate ?? null;
}

/** From the end on, until the slopes at the ends of a window of 15 steps differ by at most 0.005. */
function slide(curve: Curve): number | null {
  const slopeAt = gradient(curve);
  let right = curve.length - 1;
  let left = right - 15;
  let rate = curve[left]?.rate ?? null;
  while (left >= 0 && Math.abs((slopeAt[right] ?? 0) - (slopeAt[left] ?? 0)) > 0.005) {
    rate = curve[left]?.rate ?? rate;
    right--;
    left--;
  }
  return rate;
}

function ignite(curve: Curve): number | null {
  const losses = lossesOf(curve);
  const falling = curve.slice(0, losses.indexOf(Math.min(...losses)) + 1);
  if (falling.length < 3) return null;
  return rateOfSmallest(falling.slice(1, -1), gradient(falling).slice(1, -1));
}
