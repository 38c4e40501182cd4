import { CosineAnnealingError, show } from '../errors';
import {
  at,
  type CycleSpan,
  type PerCycle,
  type TimelineConfig,
  timeline,
  type Warmup,
  warmupAt,
} from './cycles';
import { add, type DoubleDouble, divide, exactly, multiply } from './double-double';

export type { PerCycle, Warmup };

/** Where a learning rate comes from: the rise to eta_max, SGDR's cosine, or the rest after the last cycle. */
export type Phase = 'warmup' | 'anneal' | 'hold';

/** A position on the schedule: SGDR's i, T_cur and T_i. */
export interface CyclePosition {
  /** Index of the cycle, from 0: also how many warm restarts came before. */
  readonly cycle: number;
  /** Units since the cycle's cosine began, 0 <= T_cur <= T_i; 0 during a warm-up that delays the cosine. */
  readonly T_cur: number;
  /** Length of the cycle's cosine, in units. */
  readonly T_i: number;
  /** What the learning rate does here. */
  readonly phase: Phase;
}

/** What the arithmetic needs of a checked config; `CosineAnnealingConfig` documents each key. */
export interface ScheduleConfig extends TimelineConfig {
  /** Learning rate at the end of a cycle, >= 0. */
  readonly eta_min: PerCycle;
  /** Learning rate at the start of a cycle, > 0. */
  readonly eta_max: PerCycle;
  /** What each restart multiplies eta_max by, > 0. */
  readonly eta_max_mult: number;
  /** What each restart multiplies eta_max - eta_min by, > 0. */
  readonly amplitude_mult: number;
  /** Whether the last update of a cycle is exactly eta_min. */
  readonly endpoint: boolean;
  /** What lengths and positions count. */
  readonly unit: 'epoch' | 'batch';
  /** When the learning rate is set. */
  readonly updateFreq: 'epoch' | 'batch';
  /** Batches in an epoch, >= 1, where it is known. */
  readonly batchesPerEpoch?: number | undefined;
}

/**
 * The learning rate at position t, in the config's units: 0 <= t <= 2^53 - 1. A pure function of t: any t, in any order.
 *
 * @throws {@link CosineAnnealingError} where t is not such a number.
 */
export interface Schedule<Config extends ScheduleConfig = ScheduleConfig> {
  (t: number): number;
  /** The cycle at position t, and where in it t is. */
  cycleAt(t: number): CyclePosition;
  /** The position where cycle i begins, so where cycle i - 1 ends; i up to the number of cycles. */
  cycleStart(i: number): number;
  /**
   * The position of an update; a boundary's own where it falls on one and is rounded to just before: 3/10 of an epoch
   * is less than three cycles of 0.1, since 0.1 is more than a tenth. @internal
   */
  positionOf(place: UpdatePlace): number;
  /** The parsed config that it was made from. */
  readonly config: Config;
}

/** All that is constant within one cycle. */
interface Cycle {
  readonly span: CycleSpan;
  readonly warmup: number;
  /** Where the warm-up gives way to the cosine. */
  readonly warmupEnd: number;
  readonly cosineStart: DoubleDouble;
  /** Where the cosine would be 0: the cycle's end, or with `endpoint` its last update. */
  readonly cosineEnd: DoubleDouble;
  /** The angle that a unit takes: pi/2 over the cosine's length. */
  readonly pace: DoubleDouble;
  /** Up to here the learning rate is eta_max. */
  readonly peakUntil: number;
  /** From here on the learning rate is eta_min. */
  readonly restsFrom: number;
  readonly from: number;
  readonly eta_min: number;
  readonly eta_max: number;
}

const HALF_PI: DoubleDouble = { hi: Math.PI / 2, lo: 6.123233995736766e-17 };
const LONGEST = Number.MAX_SAFE_INTEGER;
/** Positions such as epoch + batch / batchesPerEpoch and lengths such as 0.1 are rounded: by less than this share of an update. */
const ROUNDING = 1e-6;

/**
 * SGDR's equation 5 (Loshchilov & Hutter, arXiv 1608.03983), with values per cycle i:
 * eta = eta_min^i + (eta_max^i - eta_min^i) * (1 + cos(pi * T_cur / T_i)) / 2.
 *
 * 1 + cos would cancel towards the end of a cycle, so what is computed is
 * (1 + cos(pi * T_cur / T_i)) / 2 = sin^2(pi/2 * (T_i - T_cur) / T_i).
 */
export function schedule<Config extends ScheduleConfig>(config: Config): Schedule<Config> {
  const cycles = timeline(config);
  const room = ROUNDING * Math.min(1, updateLength(config) || 1);
  let latest = cycleOf(config, cycles.find(0)); // a memo: most calls ask for the cycle of the call before

  function find(t: number): Cycle {
    if (!(typeof t === 'number' && t >= 0 && t <= LONGEST)) throw positionError(t);
    const isLast = latest.span.index === cycles.count - 1;
    if (t < latest.span.start.hi || (t >= latest.span.end.hi && !isLast))
      latest = cycleOf(config, cycles.find(t));
    return latest;
  }

  function lr(t: number): number {
    const cycle = find(t);
    return t < cycle.warmupEnd ? warmup(cycle, t) : cosine(cycle, t);
  }

  return Object.assign(lr, {
    config,
    positionOf(place: UpdatePlace): number {
      const t = positionOf(config, place);
      const end = find(t).span.end.hi;
      return t < end && end - t <= room ? end : t;
    },
    cycleAt: (t: number) => positionIn(find(t), t),
    cycleStart(i: number): number {
      if (!(Number.isInteger(i) && i >= 0 && i <= cycles.count)) throw cycleError(i, cycles.count);
      const { hi } = cycles.start(i);
      return Number.isNaN(hi) ? Number.POSITIVE_INFINITY : hi; // longer than any double
    },
  });
}

function cosine({ peakUntil, restsFrom, cosineEnd, pace, eta_min, eta_max }: Cycle, t: number): number {
  if (t >= restsFrom) return eta_min;
  if (t <= peakUntil) return eta_max;
  const remaining = add(cosineEnd, exactly(-t));
  return Math.min(eta_max, eta_min + (eta_max - eta_min) * squaredSine(multiply(remaining, pace)));
}

/**
 * sin^2(angle) for an angle from 0 to pi/2, whose rounding error is carried along; from pi/6 on as
 * (1 - cos(2 angle)) / 2, which is exact where squaring is not: 1/2 in the middle of a cycle.
 */
function squaredSine({ hi, lo }: DoubleDouble): number {
  if (hi > Math.PI / 6) {
    const cosine = Math.cos(2 * hi);
    return (1 - cosine + 2 * slopeAt(cosine) * lo) / 2;
  }
  const sine = Math.sin(hi);
  return sine * sine + 2 * sine * slopeAt(sine) * lo;
}

/** How steep a sine or a cosine is where it has this value, as exactly as an error's factor needs it. */
const slopeAt = (value: number) => Math.sqrt(1 - value * value);

function warmup({ span, warmup, from, eta_max }: Cycle, t: number): number {
  if (t <= span.start.hi) return from;
  return Math.min(eta_max, from + (eta_max - from) * (since(span.start, t) / warmup));
}

function positionIn({ span, cosineStart, warmupEnd }: Cycle, t: number): CyclePosition {
  const T_i = span.T_i.hi;
  const isOver = t >= span.end.hi;
  const T_cur = isOver ? T_i : Math.min(T_i, since(cosineStart, t));
  const phase = isOver ? 'hold' : t < warmupEnd ? 'warmup' : 'anneal';
  return Object.freeze({ cycle: span.index, T_cur, T_i, phase });
}

const since = (start: DoubleDouble, t: number) => (t <= start.hi ? 0 : Math.max(0, t - start.hi - start.lo));

function cycleOf(config: ScheduleConfig, span: CycleSpan): Cycle {
  const { length, delay } = warmupAt(config.warmup, span.index);
  const { eta_min, eta_max } = ratesOf(config, span.index);
  const cosineStart = add(span.start, exactly(delay));
  const update = config.endpoint ? updateLength(config) : 0;
  const isOneUpdate = span.T_i.hi <= update * (1 + ROUNDING);
  return {
    span,
    cosineStart,
    cosineEnd: less(span.end, update),
    pace: divide(HALF_PI, less(span.T_i, update)),
    peakUntil: isOneUpdate ? span.end.hi : cosineStart.hi,
    restsFrom: isOneUpdate ? span.end.hi : span.end.hi - update * (1 + ROUNDING),
    warmup: length,
    warmupEnd: add(span.start, exactly(length)).hi,
    from: Math.min(eta_max, at(config.warmup?.from ?? eta_min, span.index)),
    eta_min,
    eta_max,
  };
}

/** Without `endpoint` nothing is to be subtracted, and cycles are found faster. */
const less = (a: DoubleDouble, update: number) => (update === 0 ? a : add(a, exactly(-update)));

/** Growth ends at the largest double, and decay at eta_min. */
function ratesOf(config: ScheduleConfig, i: number): { eta_min: number; eta_max: number } {
  const eta_min = at(config.eta_min, i);
  const peak = Math.min(Number.MAX_VALUE, at(config.eta_max, i) * power(config.eta_max_mult, i));
  if (config.amplitude_mult === 1 || i === 0) return { eta_min, eta_max: Math.max(eta_min, peak) };
  const amplitude = (peak - eta_min) * power(config.amplitude_mult, i);
  return { eta_min, eta_max: Math.min(Number.MAX_VALUE, eta_min + amplitude) };
}

/** Where an update stands: counted from the callback's first one, and within the fit. */
export interface UpdatePlace {
  /** Index of the update, from 0 at the callback's first one. */
  readonly step: number;
  /** Index of the epoch, on the schedule's clock. */
  readonly epoch: number;
  /** Index of the batch within the epoch. */
  readonly batch: number;
}

/** The position of an update, in units: the count of updates, or epoch + batch / batchesPerEpoch. */
export function positionOf(config: ScheduleConfig, { step, epoch, batch }: UpdatePlace): number {
  const { unit, updateFreq, batchesPerEpoch } = config;
  if (unit === 'batch') return step;
  if (updateFreq === 'epoch' || batchesPerEpoch === undefined) return epoch;
  return epoch + Math.min(batch, batchesPerEpoch - 1) / batchesPerEpoch; // a longer epoch stays at its last value
}

const power = (base: number, i: number) => Math.min(Number.MAX_VALUE, base ** i);

/** Units from one update of the learning rate to the next; NaN where the number of batches is not known. */
export function updateLength({ unit, updateFreq, batchesPerEpoch = Number.NaN }: ScheduleConfig): number {
  if (unit === updateFreq) return 1;
  return unit === 'epoch' ? 1 / batchesPerEpoch : batchesPerEpoch;
}

function positionError(t: number): CosineAnnealingError {
  return new CosineAnnealingError(`\`t\`: expected a number from 0 to 2^53 - 1, got ${show(t)}`);
}

function cycleError(i: number, count: number): CosineAnnealingError {
  const rule = count === Number.POSITIVE_INFINITY ? 'an integer >= 0' : `an integer from 0 to ${count}`;
  return new CosineAnnealingError(`\`i\`: expected ${rule}, got ${show(i)}`);
}
