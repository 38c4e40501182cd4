/** A training with one cosine from eta_max to 0, and how it ended. */
export interface Trial {
  /** The rate that its cosine began at. */
  readonly eta_max: number;
  /** The loss at its end, on validation data if there are some; null if it wasn't finite. */
  readonly loss: number | null;
  /** Its length. */
  readonly updates: number;
}

/** What a search has to go by. */
export interface Plan {
  /** The rate to begin at: the sweep's minimum. */
  readonly start: number;
  readonly from: number;
  readonly to: number;
  /** Updates that all trials may take together. */
  readonly budget: number;
  /** Length of the training that the peak is for; infinite if unknown. */
  readonly updates: number;
}

/** Peaks that are compared lie half a decade apart. */
const STEP = Math.sqrt(10);
/** Each round of trials is so many times as long as the one before. */
const GROWTH = 2;
/** The first round takes about this part of the budget for each trial. */
const SHORTEST = 1 / 16;

/**
 * The trial to make next; undefined if the search is over. Each round climbs from the best peak of the round before
 * until it gets worse on both sides; the next one is longer.
 */
export function nextTrial(trials: readonly Trial[], plan: Plan): Omit<Trial, 'loss'> | undefined {
  const { start, from, to, budget } = plan;
  const last = trials.at(-1);
  const next = () => {
    if (last === undefined) {
      return { eta_max: start, updates: Math.min(plan.updates, Math.ceil(budget * SHORTEST)) };
    }
    const round = trials.filter(({ updates }) => updates === last.updates);
    const best = bestOf(round);
    const isNew = (rate: number) => !round.some(({ eta_max }) => Math.abs(Math.log(eta_max / rate)) < 1e-6);
    const beside = best.loss === null ? [best.eta_max / STEP] : [best.eta_max * STEP, best.eta_max / STEP];
    const open = beside.find((rate) => rate >= from && rate <= to && isNew(rate));
    if (open !== undefined) return { eta_max: open, updates: last.updates };
    return { eta_max: best.eta_max, updates: Math.min(plan.updates, last.updates * GROWTH) };
  };
  const { eta_max, updates } = next();
  const spent = trials.reduce((sum, trial) => sum + trial.updates, 0);
  const isKnown = trials.some((trial) => trial.eta_max === eta_max && trial.updates === updates);
  return isKnown || spent + updates > budget ? undefined : { eta_max, updates };
}

/** The best of some trials; the lowest peak if none has a loss. */
function bestOf(trials: readonly Trial[]): Trial {
  return trials.reduce((best, trial) => (isBetter(trial, best) ? trial : best));
}

function isBetter(a: Trial, b: Trial): boolean {
  if (a.loss === null) return b.loss === null && a.eta_max < b.eta_max;
  return b.loss === null || a.loss < b.loss;
}

/** The peak for the planned length. */
export function choosePeak(trials: readonly Trial[], { start }: Plan): number {
  const longest = Math.max(...trials.filter(({ loss }) => loss !== null).map(({ updates }) => updates));
  const round = trials.filter(({ updates, loss }) => updates === longest && loss !== null);
  return round.length === 0 ? start : bestOf(round).eta_max;
}

/** The rates of a cosine from eta_max to 0. */
export const cosineRates = (eta_max: number, updates: number): number[] =>
  Array.from({ length: updates }, (_, i) => (eta_max * (1 + Math.cos((Math.PI * i) / updates))) / 2);

/** A trial's loss is the mean over this last part of it, in which the rates are too low to change much. */
const FINAL = 0.2;

/** What a training has come to, by its own losses. */
export function finalLoss(losses: readonly number[]): number {
  const last = losses.slice(-Math.ceil(losses.length * FINAL));
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}
