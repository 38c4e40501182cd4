import { refusal } from '../errors';
import * as clock from './clock';
import { type ClockConfig, firstUpdateFrom, positionOfUpdate, ROUNDING, updatesPerUnit } from './clock';
import { type Cycle, type CyclesConfig, layOut, memoized, type PerCycle, valueAt } from './cycles';
import { add, type DoubleDouble, exactly, negate } from './double-double';
import { anneal, type Rates, type WarmupRise, warmUp } from './equation';
import { MAX_POSITION } from './limits';

/** Where a learning rate comes from: the wait for `start`, the rise to eta_max, eta_max itself, SGDR's cosine, or the rest after the last cycle. */
export type Phase = 'before' | 'warmup' | 'plateau' | 'anneal' | 'hold';

/** A position on the schedule: SGDR's i, T_cur and T_i. */
export interface CyclePosition {
  /** Index of the cycle, from 0: also how many warm restarts came before. */
  readonly cycle: number;
  /** Units since the cycle's cosine began, 0 <= T_cur <= T_i; 0 until it begins. */
  readonly T_cur: number;
  /** Length of the cycle's cosine, in units. */
  readonly T_i: number;
  /** What the learning rate does here. */
  readonly phase: Phase;
}

/** What the arithmetic needs of a checked config; `config/keys` documents each key. */
export interface ScheduleConfig extends CyclesConfig, ClockConfig {
  readonly eta_min?: PerCycle | undefined;
  readonly eta_min_ratio?: number | undefined;
  readonly eta_max: PerCycle;
  readonly eta_max_mult: number;
  readonly amplitude_mult: number;
  readonly endpoint: boolean;
  readonly afterLastCycle?: 'hold' | 'stop' | undefined;
}

/**
 * The learning rate at position t, in the config's units: 0 <= t <= 2^53 - 1. A pure function of t: any t, in any order.
 *
 * @throws {@link CosineAnnealingError} if t is not such a number.
 */
export interface Schedule<Config extends ScheduleConfig = ScheduleConfig> {
  (t: number): number;
  /** The cycle at position t, and where in it t is. */
  cycleAt(t: number): CyclePosition;
  /** The position where cycle i begins, and cycle i - 1 ends; i is an integer from 0 to the number of cycles. */
  cycleStart(i: number): number;
  /** The parsed config that it was made from. */
  readonly config: Config;
}

/** Where the cycles of a schedule lie, without its learning rates. */
export type Cycles<Config extends ScheduleConfig = ScheduleConfig> = Pick<
  Schedule<Config>,
  'cycleAt' | 'cycleStart' | 'config'
>;

/** The schedule of a checked config. */
export function schedule<Config extends ScheduleConfig>(config: Config): Schedule<Config> {
  const cycles = layOut(config);
  const segment = memoized((i) => segmentOf(config, cycles.at(i)));
  let latest = segment(0); // most calls ask for the cycle of the call before

  function find(t: number): Segment {
    if (!(typeof t === 'number' && t >= 0 && t <= MAX_POSITION)) throw positionError(t);
    if (t < latest.start || t >= latest.end) latest = segment(cycles.find(t).index);
    return latest;
  }

  return Object.assign((t: number) => learningRateIn(find(t), t), {
    config,
    cycleAt: (t: number) => positionIn(find(t), t),
    cycleStart(i: number): number {
      if (!(Number.isInteger(i) && i >= 0 && i <= cycles.count)) throw cycleError(i, cycles.count);
      const { hi } = cycles.start(i);
      return Number.isNaN(hi) ? Infinity : hi; // longer than any double
    },
  });
}

/** One cycle in plain doubles, as the equation needs it. */
interface Segment extends Rates {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly warmupStart: DoubleDouble;
  /** Where the warm-up ends; the start if there is none. */
  readonly warmupEnd: number;
  readonly rise: WarmupRise;
  /** Where the cosine begins and T_cur is 0. */
  readonly cosineStart: DoubleDouble;
  readonly T_i: number;
  readonly fall: Fall;
}

/** Where the learning rate falls from eta_max to eta_min: over the cosine, or with `endpoint` up to its last update. */
interface Fall {
  readonly start: DoubleDouble;
  readonly end: DoubleDouble;
  readonly length: number;
}

function learningRateIn(segment: Segment, t: number): number {
  if (t < segment.start) return learningRateIn(segment, segment.start); // before it, its first learning rate holds
  if (t < segment.warmupEnd) return warmUp(segment.rise, since(segment.warmupStart, t));
  if (t >= segment.end) return segment.eta_min;
  const { start, end, length } = segment.fall;
  return anneal(segment, { T_cur: since(start, t), T_left: end.hi - t + end.lo, T_i: length });
}

/** The time from a boundary to t; 0 at the double that stands for it, even if the boundary itself is a bit before. */
const since = ({ hi, lo }: DoubleDouble, t: number): number => (t <= hi ? 0 : t - hi - lo);

function positionIn(segment: Segment, t: number): CyclePosition {
  const { index: cycle, T_i, cosineStart } = segment;
  const T_cur = Math.min(T_i, since(cosineStart, t));
  return Object.freeze({ cycle, T_cur: t >= segment.end ? T_i : T_cur, T_i, phase: phaseIn(segment, t) });
}

function phaseIn({ start, warmupEnd, cosineStart, end }: Segment, t: number): Phase {
  if (t < start) return 'before';
  if (t < warmupEnd) return 'warmup';
  if (t < cosineStart.hi) return 'plateau';
  return t < end ? 'anneal' : 'hold';
}

function segmentOf(config: ScheduleConfig, cycle: Cycle): Segment {
  const { index, start, warmup, cosineStart, T_i, end } = cycle;
  const { eta_min, eta_max } = ratesAt(config, index);
  const from = Math.min(eta_max, valueAt(config.warmup?.from ?? eta_min, index));
  return {
    index,
    start: start.hi,
    end: end.hi,
    warmupStart: start,
    warmupEnd: add(start, exactly(warmup)).hi,
    rise: { from, eta_max, length: warmup, shape: config.warmup?.shape ?? 'linear' },
    eta_min,
    eta_max,
    cosineStart,
    T_i: T_i.hi,
    fall: config.endpoint ? fallToLastUpdate(config, cycle) : { start: cosineStart, end, length: T_i.hi },
  };
}

/** If only one update falls into the cosine, it is at eta_max. */
function fallToLastUpdate(config: ScheduleConfig, { cosineStart: start, T_i, end }: Cycle): Fall {
  const perUnit = updatesPerUnit(config);
  if (perUnit === undefined) return { start, end, length: T_i.hi };
  const last = firstUpdateFrom(end.hi, perUnit) - 1;
  if (last <= firstUpdateFrom(start.hi, perUnit)) return { start: end, end, length: T_i.hi };
  const lastPosition = exactly(positionOfUpdate(last, perUnit));
  return { start, end: lastPosition, length: add(lastPosition, negate(start)).hi };
}

/** eta_min^i and eta_max^i. Growth stops at the largest double, decay at eta_min. */
export function ratesAt(config: ScheduleConfig, i: number): Rates {
  const { eta_min_ratio, eta_max_mult, amplitude_mult } = config;
  const eta_min =
    eta_min_ratio === undefined
      ? valueAt(config.eta_min ?? 0, i)
      : eta_min_ratio * valueAt(config.eta_max, 0);
  const peak = Math.min(Number.MAX_VALUE, valueAt(config.eta_max, i) * power(eta_max_mult, i));
  if (amplitude_mult === 1 || i === 0) return { eta_min, eta_max: Math.max(eta_min, peak) };
  const amplitude = (peak - eta_min) * power(amplitude_mult, i);
  return { eta_min, eta_max: Math.min(Number.MAX_VALUE, eta_min + amplitude) };
}

const power = (base: number, i: number) => Math.min(Number.MAX_VALUE, base ** i);

/** The position of an update on a schedule: on a boundary if it is before it by a rounding error. */
export const positionOf = (schedule: Cycles, update: clock.UpdateIndex): number =>
  snapped(schedule, clock.positionOf(schedule.config, update));

/** A position, or the next boundary if that is within a rounding error: the cycle's end, or where its next phase begins. */
export function snapped({ config, cycleAt, cycleStart }: Cycles, t: number): number {
  const { cycle, phase } = cycleAt(t);
  const end = cycleStart(cycle + 1);
  const room = ROUNDING / (updatesPerUnit(config) ?? 1);
  if (t < end && end - t <= room) return end;
  const reach = Math.min(MAX_POSITION, t + room);
  const reached = cycleAt(reach).phase;
  return reached === phase ? t : firstDouble(t, reach, (other) => cycleAt(other).phase === reached);
}

/** The first double after one at which something doesn't hold yet, up to one at which it does. */
function firstDouble(before: number, after: number, holds: (t: number) => boolean): number {
  const middle = before + (after - before) / 2;
  if (middle === before || middle === after) return after;
  return holds(middle) ? firstDouble(before, middle, holds) : firstDouble(middle, after, holds);
}

function positionError(t: unknown) {
  return refusal('t', 'expected a number from 0 to 2^53 - 1', { received: t });
}

function cycleError(i: unknown, count: number) {
  const rule = count === Infinity ? 'an integer >= 0' : `an integer from 0 to ${count}`;
  return refusal('i', `expected ${rule}`, { received: i });
}
