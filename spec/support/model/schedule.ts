/** The schedule by DESIGN.md section 3, walked cycle by cycle: naive, exact and slow. */
import {
  cycleCount,
  fills,
  forCycle,
  listed,
  type ModelConfig,
  placementOf,
  warmupLength,
  warmupOf,
} from './config';
import { fixed, halfCosineDown, halfCosineUp, nearest, power, times } from './fixed';
import {
  add,
  approximately,
  ceiling,
  compare,
  divide,
  fraction,
  isAtLeast,
  isBelow,
  multiply,
  type Rational,
  rational,
  subtract,
  whole,
} from './rational';

export type Phase = 'before' | 'warmup' | 'plateau' | 'anneal' | 'hold';

/** All that a schedule depends on: the config, and what is learned from the optimizer and the fit. */
export interface Known {
  readonly config: ModelConfig;
  readonly eta_max: number | readonly number[];
  readonly total?: number | undefined;
  readonly batches?: number | undefined;
}

/** A learning rate, and by how much a computation in doubles may miss it. */
export interface Rate {
  readonly value: number;
  readonly slack: number;
}

export interface Point {
  /** On the boundary that it is just before, if it is. */
  readonly t: Rational;
  readonly cycle: number;
  readonly phase: Phase;
  readonly T_cur: Rational;
  readonly T_i: Rational;
  readonly rate: Rate;
}

interface Cycle {
  readonly index: number;
  readonly start: Rational;
  readonly warmupEnd: Rational;
  readonly cosineStart: Rational;
  readonly end: Rational;
  readonly T_i: Rational;
}

interface Levels {
  readonly eta_min: bigint;
  readonly eta_max: bigint;
  /** Whether eta_max is a number that was given, not a product. */
  readonly hasExactPeak: boolean;
}

/** A position that is before a boundary by less than this share of an update is on it. */
const ROUNDING = fraction(1, 1_000_000);
/** Shorter cycles couldn't be told from rounding. */
const SHORTEST = rational(1e-12);
const PROMISED_ULPS = 8;

export class ModelSchedule {
  readonly count: number;
  readonly #known: Known;
  readonly #cycles: Cycle[] = [];
  readonly #levelsKnown = new Map<number, Levels>();
  readonly #update: Rational;
  readonly #first: Rational;

  constructor(known: Known) {
    this.#known = known;
    this.count = cycleCount(known.config);
    this.#update = updateLength(known.config, known.batches) ?? whole(1);
    this.#first = fills(known.config) ? firstOfFilling(known.config, known.total) : whole(0);
  }

  /** Why this schedule can't be; undefined if it can. */
  get problem(): string | undefined {
    const { config, total, batches } = this.#known;
    if (fills(config) && total === undefined) return 'total';
    if (fills(config) && isBelow(this.#shortest, SHORTEST)) return 'total';
    if (config.endpoint && updateLength(config, batches) === undefined) return 'batchesPerEpoch';
    return this.#warmupProblem() ?? this.rateProblem;
  }

  /** The shortest of cycles that fill a length: the first, or the last if they shrink. */
  get #shortest(): Rational {
    return (this.#known.config.T_mult ?? 1) < 1 ? this.#base(this.count - 1) : this.#first;
  }

  /** Where the last cycle ends; undefined if none is the last. */
  get end(): Rational | undefined {
    return Number.isFinite(this.count) ? this.cycle(this.count - 1).end : undefined;
  }

  cycle(i: number): Cycle {
    for (let next = this.#cycles.length; next <= i; next++) this.#cycles.push(this.#build(next));
    return this.#cycles[i] as Cycle;
  }

  /** The point at a double: on a boundary if that is the double next to it. */
  atNumber(t: number): Point {
    const exact = rational(t);
    const { start, warmupEnd, cosineStart, end } = this.#find(exact);
    const boundary = [end, cosineStart, warmupEnd, start].find((one) => approximately(one) === t);
    return this.#pointAt(boundary ?? exact, boundary === undefined ? 0 : positionSlack(exact));
  }

  /** The point of an update: on a boundary that it is before by rounding only. */
  at(position: Rational): Point {
    const t = this.#onBoundary(position);
    return this.#pointAt(t, positionSlack(t));
  }

  #pointAt(t: Rational, slackOfT: number): Point {
    const cycle = this.#find(t);
    const { index, start, cosineStart, T_i } = cycle;
    const phase = phaseAt(cycle, t);
    const sinceCosine = isBelow(t, cosineStart) ? whole(0) : subtract(t, cosineStart);
    const T_cur = phase === 'hold' ? T_i : sinceCosine;
    const rate = this.#rate(cycle, isBelow(t, start) ? start : t, slackOfT);
    return { t, cycle: index, phase, T_cur, T_i, rate };
  }

  #find(t: Rational): Cycle {
    let i = 0;
    while (i < this.count - 1 && isAtLeast(t, this.cycle(i).end)) i++;
    return this.cycle(i);
  }

  #onBoundary(t: Rational): Rational {
    const { start, warmupEnd, cosineStart, end } = this.#find(t);
    const room = multiply(ROUNDING, this.#update);
    // The last of those that are within reach: a cosine may be shorter than rounding.
    for (const boundary of [end, cosineStart, warmupEnd, start]) {
      if (isBelow(t, boundary) && isBelow(subtract(boundary, t), room)) return boundary;
    }
    return t;
  }

  #build(index: number): Cycle {
    const { config } = this.#known;
    const before = this.#cycles[index - 1];
    const start = before?.end ?? rational(config.start ?? 0);
    const base = this.#base(index);
    const warmup = rational(warmupLength(config, index));
    const plateau = rational(forCycle(config.plateau ?? 0, index));
    switch (placementOf(config)) {
      case 'before': {
        const warmupEnd = add(start, warmup);
        const cosineStart = add(warmupEnd, plateau);
        return { index, start, warmupEnd, cosineStart, end: add(cosineStart, base), T_i: base };
      }
      case 'inside': {
        const T_i = subtract(base, warmup);
        const warmupEnd = add(start, warmup);
        const cosineStart = add(warmupEnd, plateau);
        return { index, start, warmupEnd, cosineStart, end: add(cosineStart, T_i), T_i };
      }
      case 'overlap': {
        const end = add(start, base);
        return { index, start, warmupEnd: add(start, warmup), cosineStart: start, end, T_i: base };
      }
    }
  }

  /** T_0 * T_mult^i, or the list's. */
  #base(index: number): Rational {
    const { config } = this.#known;
    if (typeof config.cycles === 'object') return rational(forCycle(config.cycles, index));
    let base = config.T_0 === undefined ? this.#first : rational(config.T_0);
    const growth = rational(config.T_mult ?? 1);
    for (let i = 0; i < index; i++) base = multiply(base, growth);
    return base;
  }

  /** At t in the cycle, its end included. */
  #rate(cycle: Cycle, t: Rational, slackOfT: number): Rate {
    const { index, warmupEnd, cosineStart, end } = cycle;
    const { eta_min, eta_max, hasExactPeak } = this.#levels(index);
    const peakSlack = hasExactPeak ? 0 : (4 + index) * ulp(nearest(eta_max));
    const peak = { value: nearest(eta_max), slack: peakSlack };
    if (isAtLeast(t, end)) return { value: nearest(eta_min), slack: 0 };
    if (isBelow(t, warmupEnd)) return this.#warmupRate(cycle, t, slackOfT, peakSlack);
    if (isBelow(t, cosineStart)) return peak;
    const last = this.#cosineEnd(cycle);
    if (last === undefined) return peak;
    if (isAtLeast(t, last)) return { value: nearest(eta_min), slack: 0 };
    // The last update's position, such as 2/3, is rounded; the end of a cycle isn't.
    const slackOfEnd = this.#known.config.endpoint ? positionSlack(last) : 0;
    const length = subtract(last, cosineStart);
    const passed = divide(subtract(t, cosineStart), length);
    if (passed.n === 0n) return peak;
    const height = eta_max - eta_min;
    const value = nearest(eta_min + times(height, halfCosineDown(fixed(passed))));
    const x = approximately(passed);
    const slope = (nearest(height) * (Math.PI / 2) * Math.sin(Math.PI * x)) / approximately(length);
    return { value, slack: PROMISED_ULPS * ulp(value) + (slackOfT + slackOfEnd) * slope + peakSlack };
  }

  #warmupRate({ index, start, warmupEnd }: Cycle, t: Rational, slackOfT: number, peakSlack: number): Rate {
    const { config } = this.#known;
    const { eta_min, eta_max } = this.#levels(index);
    const warmup = warmupOf(config);
    const given = warmup?.from;
    const lowest = given === undefined ? eta_min : fixed(rational(forCycle(given, index)));
    const from = lowest < eta_max ? lowest : eta_max;
    const length = subtract(warmupEnd, start);
    const passed = divide(subtract(t, start), length);
    if (passed.n === 0n) return { value: nearest(from), slack: lowest < eta_max ? 0 : peakSlack };
    const x = fixed(passed);
    const height = eta_max - from;
    const value = nearest(from + times(height, warmup?.shape === 'cosine' ? halfCosineUp(x) : x));
    const slope = (nearest(height) * (Math.PI / 2)) / approximately(length);
    return { value, slack: PROMISED_ULPS * ulp(value) + slackOfT * slope + peakSlack };
  }

  /** Where the cosine arrives at eta_min; undefined if it stays at eta_max, since one update at most falls into it. */
  #cosineEnd({ cosineStart, end }: Cycle): Rational | undefined {
    if (!this.#known.config.endpoint) return end;
    const u = this.#update;
    // The first update from the cosine's start on, and the last one before its end, rounding allowed.
    const first = ceiling(subtract(divide(cosineStart, u), ROUNDING));
    const last = ceiling(subtract(divide(end, u), ROUNDING)) - 1n;
    return last > first ? multiply(whole(last), u) : undefined;
  }

  #levels(i: number): Levels {
    const known = this.#levelsKnown.get(i) ?? this.#computeLevels(i);
    this.#levelsKnown.set(i, known);
    return known;
  }

  #computeLevels(i: number): Levels {
    const { config, eta_max: given } = this.#known;
    const peak = fixed(rational(forCycle(given, i)));
    const eta_min = fixed(rational(this.#eta_min(i)));
    const { eta_max_mult = 1, amplitude_mult = 1 } = config;
    const scaled = times(peak, power(fixed(rational(eta_max_mult)), i));
    const eta_max = eta_min + times(scaled - eta_min, power(fixed(rational(amplitude_mult)), i));
    const hasExactPeak = i === 0 || (eta_max_mult === 1 && amplitude_mult === 1);
    return { eta_min, eta_max: eta_max < eta_min ? eta_min : eta_max, hasExactPeak };
  }

  #eta_min(i: number): number {
    const { config, eta_max } = this.#known;
    if (config.eta_min_ratio !== undefined) return config.eta_min_ratio * forCycle(eta_max, 0);
    return forCycle(config.eta_min ?? 0, i);
  }

  #warmupProblem(): string | undefined {
    const { config } = this.#known;
    const placement = placementOf(config);
    if (placement === 'before') return undefined;
    const most = Number.isFinite(this.count) ? this.count : listed(warmupOf(config)?.length) + 1;
    for (let i = 0; i < most; i++) {
      const warmup = warmupLength(config, i);
      if (warmup === 0) continue;
      const room = compare(rational(warmup), this.#base(i));
      if (placement === 'inside' ? room >= 0 : room > 0) return 'warmup.length';
    }
    return undefined;
  }

  /** What is wrong with the rates, whatever the lengths. */
  get rateProblem(): string | undefined {
    const { config, eta_max } = this.#known;
    const from = warmupOf(config)?.from;
    const most = Math.max(listed(eta_max), listed(config.eta_min), listed(from));
    for (let i = 0; i < most; i++) {
      const peak = forCycle(eta_max, i);
      if (peak <= 0) return 'eta_max';
      if (this.#eta_min(i) > peak) return 'eta_min';
      if (from !== undefined && forCycle(from, i) > peak) return 'warmup.from';
    }
    return undefined;
  }
}

function phaseAt({ start, warmupEnd, cosineStart, end }: Cycle, t: Rational): Phase {
  if (isBelow(t, start)) return 'before';
  if (isAtLeast(t, end)) return 'hold';
  if (isBelow(t, warmupEnd)) return 'warmup';
  return isBelow(t, cosineStart) ? 'plateau' : 'anneal';
}

/** The T_0 with which the cycles, their warm-ups 'before' and their plateaus fill what `start` leaves of `total`. */
function firstOfFilling(config: ModelConfig, total: number | undefined): Rational {
  if (total === undefined) return whole(0);
  let room = subtract(rational(total), rational(config.start ?? 0));
  let sum = whole(0);
  let growth = whole(1);
  for (let i = 0; i < cycleCount(config); i++) {
    if (placementOf(config) === 'before') room = subtract(room, rational(warmupLength(config, i)));
    room = subtract(room, rational(forCycle(config.plateau ?? 0, i)));
    sum = add(sum, growth);
    growth = multiply(growth, rational(config.T_mult ?? 1));
  }
  return divide(room, sum);
}

/** In units; undefined while the number of batches isn't known. */
function updateLength(
  { unit = 'epoch', updateFreq = 'batch' }: ModelConfig,
  batches: number | undefined,
): Rational | undefined {
  if (unit === updateFreq) return whole(1);
  if (batches === undefined) return undefined;
  return unit === 'epoch' ? fraction(1, batches) : whole(batches);
}

/** Where update number `step` is: batch `batch` of epoch `epoch`. */
export function positionOf(
  { unit = 'epoch', updateFreq = 'batch' }: ModelConfig,
  batches: number | undefined,
  { step, epoch, batch }: { step: number; epoch: number; batch: number },
): Rational {
  if (unit === 'batch') return whole(step);
  if (updateFreq === 'epoch' || batches === undefined) return whole(epoch);
  return fraction(epoch * batches + Math.min(batch, batches - 1), batches);
}

/** The distance from x to the next double. */
export function ulp(x: number): number {
  const exponent = Math.floor(Math.log2(Math.max(x, 2 ** -1022)));
  return 2 ** (exponent - 52);
}

/** By how much a position in doubles, a sum of two that are rounded, may be off. */
const positionSlack = (t: Rational) => 4 * ulp(approximately(t));
