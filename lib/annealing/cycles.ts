import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  multiply,
  negate,
  ONE,
  powerOf,
  ZERO,
} from './double-double';

/** One value, or one per cycle; the last one repeats. */
export type PerCycle = number | readonly number[];

/** A rise from `from` to eta_max at the start of a cycle; `config/keys` documents each key. */
export interface Warmup {
  /** How long it rises, in units, >= 0. */
  readonly length: PerCycle;
  /** The learning rate it begins at, from 0 to eta_max. Default: eta_min. */
  readonly from?: PerCycle | undefined;
  /** Whether each warm restart has one. */
  readonly everyCycle: boolean;
  /** How it rises. */
  readonly shape: 'linear' | 'cosine';
  /** Whether it lengthens its cycle, shortens the cosine, or covers the start of the cosine. */
  readonly placement: 'before' | 'inside' | 'overlap';
}

/** What decides where the cycles lie; `config/keys` documents each key. */
export interface CyclesConfig {
  readonly T_0?: number | undefined;
  readonly T_mult: number;
  readonly cycles?: number | readonly number[] | undefined;
  readonly total?: number | undefined;
  readonly start?: number | undefined;
  readonly warmup?: Warmup | undefined;
  readonly plateau: PerCycle;
}

/** Where one cycle lies, in units: a warm-up, a plateau, and a cosine that takes the last T_i of it. */
export interface Cycle {
  /** Index of the cycle, from 0. */
  readonly index: number;
  readonly start: DoubleDouble;
  /** Length of the warm-up, 0 if it has none; placement 'overlap' lays it over the cosine. */
  readonly warmup: number;
  /** Where the cosine begins and T_cur is 0. */
  readonly cosineStart: DoubleDouble;
  readonly T_i: DoubleDouble;
  readonly end: DoubleDouble;
}

/** Where all cycles lie. */
export interface Cycles {
  /** How many there are; Infinity if they never end. */
  readonly count: number;
  /** Where cycle i begins, for 0 <= i <= count. */
  start(i: number): DoubleDouble;
  /** Cycle i, for 0 <= i < count. */
  at(i: number): Cycle;
  /** The cycle at t; the first one if t is before it, the last one if t is after it. */
  find(t: number): Cycle;
}

/**
 * Lays out the cycles: a table for those with lengths of their own, then a formula, since from there on the lengths grow
 * by T_mult and warm-ups and plateaus stay as they are.
 */
export function layOut(config: CyclesConfig): Cycles {
  const { T_mult } = config;
  const count = cycleCount(config);
  const tabled = Math.min(count, ownLengths(config));
  const lengths = baseLengths(config);
  const starts = startTable(config, tabled, lengths);
  const tableEnd = starts.at(-1) ?? ZERO;
  const base = tabled < count ? lengths(tabled) : ZERO;
  const added = addedAt(config, tabled);
  const growth = geometric(T_mult);

  function start(i: number): DoubleDouble {
    const known = starts[i];
    if (known !== undefined) return known;
    const cycles = i - tabled;
    return add(tableEnd, add(multiply(base, growth(cycles).sum), multiply(added, exactly(cycles))));
  }

  function lengthOf(i: number): DoubleDouble {
    return i < tabled ? lengths(i) : multiply(base, growth(i - tabled).power);
  }

  function at(i: number): Cycle {
    const { placement } = config.warmup ?? {};
    const warmup = warmupAt(config.warmup, i);
    const delay = placement === 'overlap' ? 0 : warmup;
    const shortening = placement === 'inside' ? warmup : 0;
    return {
      index: i,
      start: start(i),
      warmup,
      cosineStart: add(add(start(i), exactly(delay)), exactly(valueAt(config.plateau, i))),
      T_i: add(lengthOf(i), exactly(-shortening)),
      end: start(i + 1),
    };
  }

  /** About the cycle at t: a logarithm is rounded, so it can be a cycle or two off. */
  function guess(t: number): number {
    const isInTable = !(t >= tableEnd.hi); // also if the table goes on beyond all doubles
    if (isInTable || tabled === count) return lastNotAfter(starts, t);
    const beyond = cyclesWithin(t - tableEnd.hi, { first: base.hi, added: added.hi, T_mult });
    return Math.min(count - 1, tabled + Math.floor(beyond));
  }

  const cycle = memoized(at);
  return { count, start, at: cycle, find: finder(guess, cycle, count) };
}

/** How many cycles there are; Infinity if they never end. */
export const cycleCount = ({ cycles }: Pick<CyclesConfig, 'cycles'>): number =>
  typeof cycles === 'object' ? cycles.length : (cycles ?? Infinity);

/** Whether the cycles fill the training: their number is given, and no lengths. */
export const fillsTotal = ({ cycles, T_0 }: Pick<CyclesConfig, 'cycles' | 'T_0'>): boolean =>
  typeof cycles === 'number' && T_0 === undefined;

/** How many cycles, from the first one on, have lengths that no formula gives. */
function ownLengths({ cycles, T_mult, warmup, plateau }: CyclesConfig): number {
  if (typeof cycles === 'object' || T_mult < 1) return Infinity;
  const warmups = typeof warmup?.length === 'object' ? warmup.length.length : warmup === undefined ? 0 : 1;
  return Math.max(warmups, typeof plateau === 'object' ? plateau.length : 0);
}

/** The length of cycle i without its plateau and a warm-up before it: T_0 T_mult^i, or as listed. */
export function baseLengths(config: CyclesConfig): (i: number) => DoubleDouble {
  const { cycles, T_mult } = config;
  if (typeof cycles === 'object') return (i) => exactly(valueAt(cycles, i));
  const T_0 = config.T_0 === undefined ? filling(config, cycles ?? 0) : exactly(config.T_0);
  return (i) => multiply(T_0, powerOf(exactly(T_mult), i));
}

/** The T_0 with which so many cycles fill the time from `start` to `total` exactly. */
function filling(config: CyclesConfig, count: number): DoubleDouble {
  const { total = NaN, start = 0, T_mult } = config;
  const rest = add(add(exactly(total), exactly(-start)), negate(totalAdded(config, count)));
  return divide(rest, geometric(T_mult)(count).sum);
}

/** What plateaus, and warm-ups before the cosine, add to the first `count` cycles together. */
export function totalAdded(config: CyclesConfig, count: number): DoubleDouble {
  const listed = Math.min(count, ownLengths({ ...config, cycles: undefined, T_mult: 1 }));
  let sum = ZERO;
  for (let i = 0; i < listed; i++) sum = add(sum, addedAt(config, i));
  return add(sum, multiply(addedAt(config, listed), exactly(count - listed)));
}

/** By how much plateau and warm-up lengthen cycle i. */
function addedAt({ warmup, plateau }: CyclesConfig, i: number): DoubleDouble {
  const before = warmup?.placement === 'before' ? warmupAt(warmup, i) : 0;
  return add(exactly(valueAt(plateau, i)), exactly(before));
}

/** The length of cycle i's warm-up, 0 if it has none. */
export function warmupAt(warmup: Warmup | undefined, i: number): number {
  if (warmup === undefined) return 0;
  const listed = typeof warmup.length === 'object' ? warmup.length.length : 1;
  return i < listed || warmup.everyCycle ? valueAt(warmup.length, i) : 0;
}

/** The value for cycle i. */
export function valueAt(values: PerCycle, i: number): number {
  if (typeof values === 'number') return values;
  return values[Math.min(i, values.length - 1)] ?? NaN;
}

function startTable(config: CyclesConfig, count: number, base: (i: number) => DoubleDouble): DoubleDouble[] {
  let start = exactly(config.start ?? 0);
  const starts = [start];
  for (let i = 0; i < count; i++) {
    start = add(start, add(base(i), addedAt(config, i)));
    starts.push(start);
  }
  return starts;
}

/**
 * Finds a cycle near the guess, in a few steps. It doesn't insist that the boundaries agree, since beyond 2^53 cycles an
 * index no longer tells neighbours apart.
 */
function finder(guess: (t: number) => number, at: (i: number) => Cycle, count: number) {
  return (t: number): Cycle => {
    let cycle = at(guess(t));
    for (let step = 0; step < 4 && cycle.index > 0 && cycle.start.hi > t; step++) cycle = at(cycle.index - 1);
    for (let step = 0; step < 4 && cycle.index < count - 1 && cycle.end.hi <= t; step++)
      cycle = at(cycle.index + 1);
    return cycle;
  };
}

const MAX_REMEMBERED = 4096;

/** Remembers the latest results, since calls at random positions come back to the same cycles. */
export function memoized<Result>(compute: (i: number) => Result): (i: number) => Result {
  const known = new Map<number, Result>();
  return (i) => {
    const found = known.get(i);
    if (found !== undefined) return found;
    if (known.size >= MAX_REMEMBERED) known.clear();
    const result = compute(i);
    known.set(i, result);
    return result;
  };
}

/**
 * 1 + m + ... + m^(i-1) = (m^i - 1) / (m - 1), and m^i, as functions of i. It computes m^i - 1 directly, digit by digit
 * of i: if m is close to 1, subtracting 1 from a rounded m^i would leave little but rounding errors.
 */
function geometric(m: number): (i: number) => { sum: DoubleDouble; power: DoubleDouble } {
  if (m === 1) return (i) => ({ sum: exactly(i), power: ONE });
  const excess = add(exactly(m), exactly(-1));
  const digits = digitTable(excess);
  return (i) => {
    let growth = ZERO;
    for (let place = 0, rest = i; rest >= 1; place++, rest = Math.floor(rest / RADIX)) {
      growth = compound(growth, digits(place)[rest % RADIX] ?? ZERO);
    }
    return { sum: divide(growth, excess), power: add(growth, ONE) };
  };
}

const RADIX = 16;

/** m^(digit * RADIX^place) - 1 for every digit, by place; `excess` is m - 1. */
function digitTable(excess: DoubleDouble): (place: number) => readonly DoubleDouble[] {
  const table: DoubleDouble[][] = [];
  let one = excess; // the next place's digit 1
  return (place) => {
    while (table.length <= place) {
      const row = [ZERO];
      let growth = ZERO;
      while (row.length < RADIX) {
        growth = compound(growth, one);
        row.push(growth);
      }
      table.push(row);
      one = compound(growth, one);
    }
    return table[place] ?? [];
  };
}

/** (1 + a) (1 + b) - 1. */
const compound = (a: DoubleDouble, b: DoubleDouble) => add(add(a, b), multiply(a, b));

interface Growth {
  /** The first cycle's length, without what is added to each. */
  readonly first: number;
  readonly added: number;
  readonly T_mult: number;
}

/** About how many cycles fit into `span`, for T_mult >= 1. */
function cyclesWithin(span: number, { first, added, T_mult }: Growth): number {
  if (T_mult === 1) return span / (first + added);
  const growth = Math.log1p(T_mult - 1);
  const without = Math.log1p((span / first) * (T_mult - 1)) / growth;
  if (added === 0) return without;
  let x = Math.min(without, span / added);
  // Newton's method on a convex function from the right of its root: six steps take it to rounding error.
  for (let step = 0; step < 6; step++) {
    const length = (first * Math.expm1(x * growth)) / (T_mult - 1);
    x -= (length + added * x - span) / ((length + first / (T_mult - 1)) * growth + added);
  }
  return x;
}

/** The tabled cycle at t: the last one that starts at or before t, and has an end. */
function lastNotAfter(starts: readonly DoubleDouble[], t: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle]?.hi ?? Infinity) <= t) low = middle;
    else high = middle;
  }
  return low;
}
