import { add, type DoubleDouble, divide, exactly, multiply, negate } from './double-double';

const ZERO = exactly(0);
const ONE = exactly(1);
const MINUS_ONE = exactly(-1);
const RADIX = 16;

/** One value, or one per cycle; the last one repeats. */
export type PerCycle = number | readonly number[];

/** A linear rise from `from` to eta_max before the cosine. */
export interface Warmup {
  /** How long it rises, in units, >= 0. */
  readonly length: PerCycle;
  /** Learning rate where it begins, from 0 to eta_max; undefined stands for eta_min. */
  readonly from?: PerCycle | undefined;
  /** Whether each warm restart has one. */
  readonly everyCycle: boolean;
  /** Whether it replaces the head of its cycle, and does not delay it. */
  readonly overlap: boolean;
}

/** What decides where the cycles lie; `CosineAnnealingConfig` documents each key. */
export interface TimelineConfig {
  /** Length of the first cycle's cosine, in units, > 0. */
  readonly T_0?: number | undefined;
  /** Each cosine is this many times as long as the one before, > 0. */
  readonly T_mult: number;
  /** How many cycles, or the lengths of their cosines; undefined where they never end. */
  readonly cycles?: number | readonly number[] | undefined;
  /** With a number of `cycles` and no T_0: the length that they fill, in units, > 0. */
  readonly total?: number | undefined;
  /** The rise before the cosine, if there is one. */
  readonly warmup?: Warmup | undefined;
}

/** Where one cycle lies, in units; its cosine takes the last T_i of it. */
export interface CycleSpan {
  readonly index: number;
  readonly start: DoubleDouble;
  readonly T_i: DoubleDouble;
  readonly end: DoubleDouble;
}

/** Where all cycles lie. */
export interface Timeline {
  /** How many cycles there are; Infinity where they never end. */
  readonly count: number;
  /** Where cycle i begins, for 0 <= i <= count. */
  start(i: number): DoubleDouble;
  /** The cycle at t >= 0; the last one where t is after it. */
  find(t: number): CycleSpan;
}

/**
 * A table for the cycles that have lengths of their own, then a formula: from there on the cosines grow by T_mult and
 * the warm-ups stay as they are.
 */
export function timeline(config: TimelineConfig): Timeline {
  const { cycles, T_mult, warmup } = config;
  const count = typeof cycles === 'object' ? cycles.length : (cycles ?? Number.POSITIVE_INFINITY);
  const listed =
    typeof cycles === 'object' || T_mult < 1 ? count : Math.min(count, listLength(warmup?.length));
  const T = cosineLengths(config);
  const table = startTable(listed, (i) => add(T(i), exactly(warmupAt(warmup, i).delay)));
  const tableEnd = table[listed] as DoubleDouble;
  const first = listed < count ? T(listed) : exactly(0);
  const delay = warmupAt(warmup, listed).delay;
  const growth = geometric(T_mult);

  function tabled(index: number): CycleSpan {
    return {
      index,
      start: table[index] as DoubleDouble,
      T_i: T(index),
      end: table[index + 1] as DoubleDouble,
    };
  }

  function computed(index: number): CycleSpan {
    const { sum, power } = growth(index - listed);
    const T_i = multiply(first, power);
    const delays = multiply(exactly(delay), exactly(index - listed));
    const start = add(tableEnd, add(multiply(first, sum), delays));
    return { index, start, T_i, end: add(start, add(T_i, exactly(delay))) };
  }

  /**
   * A guess by logarithm is rounded, so it can be a cycle or two off: the boundaries decide. Beyond 2^53 cycles a number
   * is the next one's, too, so that there is no going on until they agree.
   */
  function search(t: number): CycleSpan {
    const guess = listed + Math.floor(cyclesWithin(t - tableEnd.hi, first.hi, T_mult, delay));
    let span = computed(Math.min(count - 1, guess));
    for (let step = 0; step < 4 && span.start.hi > t; step++) span = computed(span.index - 1);
    for (let step = 0; step < 4 && span.index < count - 1 && span.end.hi <= t; step++)
      span = computed(span.index + 1);
    return span;
  }

  return {
    count,
    start: (i) => (i <= listed ? (table[i] as DoubleDouble) : computed(i).start),
    find(t) {
      if (t < tableEnd.hi || listed === count) return tabled(lastNotAfter(table, t));
      return search(t);
    },
  };
}

/** The length of cycle i's warm-up, and by how much that delays the cosine. */
export function warmupAt(warmup: Warmup | undefined, i: number): { length: number; delay: number } {
  if (warmup === undefined) return { length: 0, delay: 0 };
  const beyondList = i >= listLength(warmup.length);
  const length = beyondList && !warmup.everyCycle ? 0 : at(warmup.length, i);
  return { length, delay: warmup.overlap ? 0 : length };
}

/** The value for cycle i. */
export const at = (values: PerCycle, i: number): number =>
  typeof values === 'number' ? values : (values[Math.min(i, values.length - 1)] as number);

const listLength = (values: PerCycle | undefined) => (typeof values === 'number' ? 1 : (values?.length ?? 0));

/** T_i, the length of cycle i's cosine, as a function of i. */
export function cosineLengths(config: TimelineConfig): (i: number) => DoubleDouble {
  const { cycles, T_mult } = config;
  if (typeof cycles === 'object') return (i) => exactly(cycles[i] as number);
  const T_0 = config.T_0 === undefined ? firstLength(config) : exactly(config.T_0);
  return (i) => multiply(T_0, powerOf(exactly(T_mult), i));
}

/** The T_0 with which `cycles` cycles and their warm-ups fill `total` exactly. */
function firstLength({ cycles, total, T_mult, warmup }: TimelineConfig): DoubleDouble {
  const delays = totalDelay(warmup, cycles as number);
  return divide(add(exactly(total as number), negate(delays)), geometric(T_mult)(cycles as number).sum);
}

/** By how much the warm-ups of the first `count` cycles delay their cosines. */
export function totalDelay(warmup: Warmup | undefined, count: number): DoubleDouble {
  const listed = Math.min(count, listLength(warmup?.length));
  let sum = exactly(0);
  for (let i = 0; i < listed; i++) sum = add(sum, exactly(warmupAt(warmup, i).delay));
  return add(sum, multiply(exactly(warmupAt(warmup, listed).delay), exactly(count - listed)));
}

function startTable(count: number, length: (i: number) => DoubleDouble): DoubleDouble[] {
  const starts = [exactly(0)];
  for (let i = 0; i < count; i++) starts.push(add(starts[i] as DoubleDouble, length(i)));
  return starts;
}

/**
 * 1 + m + ... + m^(i-1) = (m^i - 1) / (m - 1), and m^i, as functions of i. What is computed is m^i - 1, digit by digit
 * of i: rounding errors in m^i would grow with i, and be all that the difference leaves where m is close to 1.
 */
function geometric(m: number): (i: number) => { sum: DoubleDouble; power: DoubleDouble } {
  if (m === 1) return (i) => ({ sum: exactly(i), power: ONE });
  const excess = add(exactly(m), MINUS_ONE);
  const table: DoubleDouble[][] = []; // of m^(digit * RADIX^place) - 1
  function digits(place: number): DoubleDouble[] {
    for (let next = table.length; next <= place; next++) {
      const one = next === 0 ? excess : carry(table[next - 1] as DoubleDouble[]);
      const row = [ZERO];
      for (let digit = 1; digit < RADIX; digit++) row.push(compound(row[digit - 1] as DoubleDouble, one));
      table.push(row);
    }
    return table[place] as DoubleDouble[];
  }
  return (i) => {
    let growth = ZERO;
    for (let place = 0, rest = i; rest >= 1; place++, rest = Math.floor(rest / RADIX)) {
      growth = compound(growth, digits(place)[rest % RADIX] as DoubleDouble);
    }
    return { sum: divide(growth, excess), power: add(growth, ONE) };
  };
}

/** m^(RADIX^(place + 1)) - 1. */
const carry = (row: DoubleDouble[]) => compound(row[1] as DoubleDouble, row[RADIX - 1] as DoubleDouble);

/** (1 + a) (1 + b) - 1. */
const compound = (a: DoubleDouble, b: DoubleDouble) => add(add(a, b), multiply(a, b));

/** By squaring, from the exponent's highest bit down. */
function powerOf(base: DoubleDouble, exponent: number): DoubleDouble {
  let power = ONE;
  for (let bit = 2 ** Math.floor(Math.log2(Math.max(1, exponent))); bit >= 1; bit /= 2) {
    power = multiply(power, power);
    if (Math.floor(exponent / bit) % 2 === 1) power = multiply(power, base);
  }
  return power;
}

/** About how many cycles fit into `span`: of cosine lengths first, first * m, ..., each delayed by `delay`; m >= 1. */
function cyclesWithin(span: number, first: number, m: number, delay: number): number {
  if (m === 1) return span / (first + delay);
  const growth = Math.log1p(m - 1);
  const undelayed = Math.log1p((span / first) * (m - 1)) / growth;
  if (delay === 0) return undelayed;
  let x = Math.min(undelayed, span / delay);
  // Newton's method on a convex function from the right of its root: six steps take it to rounding error.
  for (let step = 0; step < 6; step++) {
    const length = (first * Math.expm1(x * growth)) / (m - 1);
    x -= (length + delay * x - span) / ((length + first / (m - 1)) * growth + delay);
  }
  return x;
}

function lastNotAfter(starts: readonly DoubleDouble[], t: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as DoubleDouble).hi <= t) low = middle;
    else high = middle;
  }
  return low;
}
