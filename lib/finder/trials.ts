import { standardError } from './means';

/** A training with one cosine from eta_max to 0, and how it ended. */
export interface Trial {
  /** The rate that its cosine began at. */
  readonly eta_max: number;
  /** The loss at its end, on validation data if there are some; null if it wasn't finite. */
  readonly loss: number | null;
  /** Its length. */
  readonly updates: number;
}

/** A trial with what tells how sure its loss is. */
export interface Measured extends Trial {
  /** The losses of its last updates, one per batch: the same batches in every trial of the same length. */
  readonly finalLosses: readonly number[];
}

/** What a search has to go by. */
export interface Plan {
  /** The rate to begin at. */
  readonly start: number;
  readonly from: number;
  readonly to: number;
  /** The loss without training: a trial that ends above it is as bad as one that ends there. */
  readonly untrained: number;
  /** By how much a batch's loss differs from that: the standard deviation. */
  readonly noise: number;
  /** Updates that are left for trials; one that fails takes fewer than its length. */
  readonly left: number;
  /** Length of the training that the peak is for; at least that, if the data's size is unknown. */
  readonly updates: number;
}

/** Peaks that are compared lie a third of a decade apart: closer ones differ by less than the noise. */
const STEP = 10 ** (1 / 3);
/** A trial of the first round takes this part of the budget: it has to find the decade alone. */
const FIRST = 1 / 20;
/** A trial of a later round takes this part of what is left: three to compare, and one more if the best lies outside. */
const LATER = 1 / 4;
/** Peaks in trials of so many updates lie near those of shorter ones, so three are enough; then each takes a third. */
const SETTLED = 100;
/** Below the best peak, so many draws are tried; all of the low rates together may be a draw. */
const DRAWS = 2;
/** Steps up and down again may differ from where they began by rounding. */
const ROUNDING = 1 + 1e-9;
/** A trial has learned, or done harm, if its loss is so many standard errors away from the one without training... */
const CLEAR = 2;
/** ...and this share of it: if all batches lose the same at first, as in an LSTM, standard errors are next to nothing. */
const NOTICEABLE = 0.02;
/** A trial needs so many updates for a cosine to be one. */
const MIN_UPDATES = 10;
/** A round is worth it if its trials are so many times as long. */
const GROWTH = 2;
/** A trial's loss is the mean over this last part of it, in which the rates are too low to change much. */
const FINAL = 0.25;
/** The best peak falls as this power of the training's length: about the middle of what was measured (bench/README.md). */
const TREND = -0.2;
/** If learning begins late, the peak falls faster: rates that get it going soon are too high for what follows. */
const LATE_TREND = -0.5;
/** A trial is under way if it has lost this share of the loss without training. */
const UNDER_WAY = 0.2;

/** The rates of a cosine from eta_max to 0. */
export const cosineRates = (eta_max: number, updates: number): number[] =>
  Array.from({ length: updates }, (_, i) => (eta_max * (1 + Math.cos((Math.PI * i) / updates))) / 2);

/** The losses at a training's end. */
export const finalOf = (losses: readonly number[]) => losses.slice(-Math.ceil(losses.length * FINAL));

/**
 * The trial to make next; undefined if the search is over.
 *
 * A round compares trials of one length: upwards until one is clearly worse than the best, downwards until one is worse,
 * or clearly worse after two. Upwards, a draw goes on, since if learning begins slowly short trials can't tell apart
 * peaks that a longer one can, and the low ones among them are the useless ones. For the same reason a round that has
 * learned nothing goes down only as long as rates do harm. A round goes down, too, if it undoes what a shorter one had
 * learned: its rates are too high for its length. The next round is longer.
 */
export function nextTrial(trials: readonly Measured[], plan: Plan): Omit<Trial, 'loss'> | undefined {
  const { left } = plan;
  const ask = (eta_max: number, updates: number) => (updates <= left ? { eta_max, updates } : undefined);
  const last = trials.at(-1);
  if (last === undefined) {
    return ask(plan.start, Math.min(plan.updates, Math.max(MIN_UPDATES, Math.floor(left * FIRST))));
  }
  const round = trials.filter(({ updates }) => updates === last.updates);
  const open = openEnd(round, trials, plan);
  if (open !== undefined) return ask(open, last.updates);
  const share = left * LATER >= SETTLED ? 1 / 3 : LATER;
  const updates = Math.min(plan.updates, Math.floor(left * share));
  return updates < GROWTH * last.updates ? undefined : ask(mostPromising(round, plan).eta_max, updates);
}

/** The peak that a round of trials, the last of them, has to try next; undefined if it has been bracketed. */
function openEnd(round: readonly Measured[], trials: readonly Measured[], plan: Plan): number | undefined {
  const best = bestOf(round);
  const { lowest, highest } = endsOf(round);
  const [lower, higher] = [lowest.eta_max / STEP, highest.eta_max * STEP];
  const isIdle = !hasLearned(best, plan);
  if (isTooHigh(round, trials, plan)) return lower >= plan.from ? lower : undefined;
  if (!isClearlyWorse(highest, best) && higher <= plan.to * ROUNDING) return higher;
  if (isIdle && !didHarm(lowest, plan)) return undefined;
  const isDraw = lowest !== best && !isClearlyWorse(lowest, best);
  const isOpen = lowest === best || (isDraw && lower * STEP ** DRAWS * ROUNDING >= best.eta_max);
  return isOpen && lower >= plan.from ? lower : undefined;
}

const isSame = (a: number, b: number) => a <= b * ROUNDING && b <= a * ROUNDING;

/** The lowest and the highest peak of a round. */
function endsOf(round: readonly Measured[]): { lowest: Measured; highest: Measured } {
  const lowest = round.reduce((low, trial) => (trial.eta_max < low.eta_max ? trial : low));
  const highest = round.reduce((high, trial) => (trial.eta_max > high.eta_max ? trial : high));
  return { lowest, highest };
}

/** Whether even the best of a round did harm, or undid what a shorter trial had learned. */
function isTooHigh(round: readonly Measured[], trials: readonly Measured[], plan: Plan): boolean {
  const best = bestOf(round);
  return didHarm(best, plan) || trials.some((shorter) => hasCollapsed(best, shorter, plan));
}

/** The best of a round; if that has learned nothing, the highest that isn't clearly worse. */
function mostPromising(round: readonly Measured[], plan: Plan): Measured {
  const best = bestOf(round);
  if (hasLearned(best, plan)) return best;
  const draws = round.filter((trial) => !isClearlyWorse(trial, best));
  return draws.reduce((high, trial) => (trial.eta_max > high.eta_max ? trial : high), best);
}

/** Whether a trial ended clearly below the loss without training. */
const hasLearned = (trial: Measured, plan: Plan) =>
  trial.loss !== null && plan.untrained - trial.loss > margin(trial, plan);

/** Whether a trial diverged, or ended clearly above the loss without training. */
const didHarm = (trial: Measured, plan: Plan) =>
  trial.loss === null || trial.loss - plan.untrained > margin(trial, plan);

/** Whether a trial ended above a shorter one that had learned: its rates have undone what can be learned. */
const hasCollapsed = (trial: Measured, shorter: Measured, plan: Plan) =>
  shorter.updates < trial.updates &&
  hasLearned(shorter, plan) &&
  trial.loss !== null &&
  trial.loss - (shorter.loss ?? Infinity) > Math.hypot(uncertainty(trial, plan), uncertainty(shorter, plan));

const margin = (trial: Measured, plan: Plan) =>
  Math.max(NOTICEABLE * Math.abs(plan.untrained), uncertainty(trial, plan));

const uncertainty = ({ finalLosses }: Measured, { noise }: Plan) =>
  (CLEAR * noise) / Math.sqrt(finalLosses.length);

/** The best of some trials; the lowest peak if none has a loss. */
function bestOf<Some extends Trial>(trials: readonly Some[]): Some {
  return trials.reduce((best, trial) => (isBetter(trial, best) ? trial : best));
}

function isBetter(a: Trial, b: Trial): boolean {
  if (a.loss === null) return b.loss === null && a.eta_max < b.eta_max;
  return b.loss === null || a.loss < b.loss;
}

/** Whether a trial is worse than another one by more than a standard error, estimated from their losses batch by batch. */
function isClearlyWorse(trial: Measured, than: Measured): boolean {
  if (trial.loss === null || than.loss === null) return trial.loss === null;
  const differences = trial.finalLosses.map((loss, i) => loss - (than.finalLosses[i] ?? loss));
  return trial.loss - than.loss > standardError(differences);
}

/**
 * The peak for the planned length: the best one of the longest round that has compared peaks, or a step below them if all
 * are too high, less the trend.
 */
export function choosePeak(trials: readonly Measured[], plan: Plan): number {
  const round = decidingRound(trials);
  const [{ updates } = plan] = round;
  const peak = round.length === 0 ? plan.start : bestPeak(round, trials, plan);
  const trend = beginsLate(round, trials, plan) ? LATE_TREND : TREND;
  return Math.min(plan.to, Math.max(plan.from, peak * Math.max(1, plan.updates / updates) ** trend));
}

/** Whether a round is under way, of which shorter trials showed no sign: an LSTM, for instance, learns nothing at first. */
function beginsLate(round: readonly Measured[], trials: readonly Measured[], plan: Plan): boolean {
  const shorter = trials.filter(({ updates }) => round.some((trial) => updates < trial.updates));
  const hasLost = (trial: Measured, share: number) =>
    trial.loss !== null && plan.untrained - trial.loss > share * Math.abs(plan.untrained);
  return (
    shorter.length > 0 &&
    !shorter.some((trial) => hasLost(trial, NOTICEABLE)) &&
    round.some((trial) => hasLost(trial, UNDER_WAY))
  );
}

function bestPeak(round: readonly Measured[], trials: readonly Measured[], plan: Plan): number {
  return isTooHigh(round, trials, plan) ? endsOf(round).lowest.eta_max / STEP : vertex(round, plan);
}

/** Whether the trials that decide were long enough to learn anything. */
export function haveLearned(trials: readonly Measured[], plan: Plan): boolean {
  const round = decidingRound(trials);
  return round.length > 0 && hasLearned(bestOf(round), plan);
}

/** The longest round that has compared peaks; one with a single trial, if there is no other. */
function decidingRound(trials: readonly Measured[]): readonly Measured[] {
  const finite = trials.filter(({ loss }) => loss !== null);
  const lengths = [...new Set(finite.map(({ updates }) => updates))].sort((a, b) => b - a);
  const rounds = lengths.map((length) => trials.filter(({ updates }) => updates === length));
  return rounds.find((round) => round.length > 1) ?? rounds[0] ?? [];
}

/**
 * The lowest point of the parabola through the best peak and its neighbours, over the logarithm of the rate: away from
 * the side that gets worse faster, by at most half a step. Half a step down, too, if the higher neighbour diverges or
 * learns nothing: too low costs little, too high may cost everything.
 */
function vertex(round: readonly Measured[], plan: Plan): number {
  const best = mostPromising(round, plan);
  const trialAt = (rate: number) => round.find(({ eta_max }) => isSame(eta_max, rate));
  const [below, above] = [trialAt(best.eta_max / STEP), trialAt(best.eta_max * STEP)];
  if (above === undefined || best.loss === null) return best.eta_max;
  const isAtCliff = above.loss === null || (hasLearned(best, plan) && !hasLearned(above, plan));
  if (isAtCliff) return best.eta_max / Math.sqrt(STEP);
  if (below === undefined) return best.eta_max;
  const worst = Math.max(plan.untrained, best.loss);
  const left = Math.min(below.loss ?? worst, worst);
  const right = Math.min(above.loss, worst);
  const curvature = left - 2 * best.loss + right;
  const shift = curvature > 0 ? (left - right) / curvature / 2 : 0;
  return best.eta_max * STEP ** Math.max(-0.5, Math.min(0.5, shift));
}
