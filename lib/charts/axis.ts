/** One line or cloud of points of a chart. A NaN in `y` is a gap. */
export interface Curve {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly side: 'left' | 'right';
  readonly kind: 'line' | 'points';
}

/** A warm restart: where it is on the x axis, and the number of the cycle that it begins. */
export interface Restart {
  readonly x: number;
  readonly cycle: number;
}

/** What is drawn: curves against axes. Labels are one line of well-formed text each, and empty where there is none. */
export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly y2Label: string;
  readonly logScale: boolean;
  readonly curves: readonly Curve[];
  readonly restarts: readonly Restart[];
}

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** A range of values laid along a length, with ticks at round numbers. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /** Where a value lies: 0 at the low end, 1 at the high end. */
  readonly place: (value: number) => number;
}

/** The room for an axis, in characters or pixels: its length, how many ticks suit it, how far apart two must be. */
export interface Room {
  readonly length: number;
  readonly ticks: number;
  readonly apart: (a: Tick, b: Tick) => number;
}

/** A range narrower than this share of its values counts as one value: labels would need more digits than anyone reads. */
const NARROWEST = { x: 1e-9, y: 1e-4 };

/** The x axis: exactly as long as the data. */
export function xAxis({ curves }: Chart, room: Room): Axis {
  const [low, high] = widened(extent(curves.map(({ x }) => x)), NARROWEST.x, false);
  return fitting(room, (count) => {
    const ticks = linearTicks(low, high, count).filter(({ value }) => value >= low && value <= high);
    return { low, high, ticks, place: scale(low, high, false) };
  });
}

/** The left or right y axis, from round number to round number; undefined where no curve belongs to it. */
export function yAxis({ curves, logScale }: Chart, side: Curve['side'], room: Room): Axis | undefined {
  const own = curves.filter((curve) => curve.side === side);
  if (own.length === 0) return undefined;
  const log = logScale && side === 'left';
  const range = widened(extent(own.map(({ y }) => y)), NARROWEST.y, log);
  return fitting(room, (count) => {
    const ticks = (log ? logTicks : linearTicks)(...range, count);
    const low = Math.min(range[0], (ticks[0] as Tick).value);
    const high = Math.max(range[1], (ticks.at(-1) as Tick).value);
    return { low, high, ticks, place: scale(low, high, log) };
  });
}

/** The least and the greatest finite value: Infinity and -Infinity where there is none. */
export function extent(lists: readonly Float64Array[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const values of lists) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** A number as people write learning rates: 0.05, 1e-4. */
export function format(value: number, exponential = isExtreme(value)): string {
  if (value === 0 || !exponential) return String(value);
  return value.toExponential().replace('e+', 'e');
}

function scale(low: number, high: number, log: boolean): (value: number) => number {
  // Rounded, since engines differ in the last digits of Math.cos, and their charts should not.
  const within = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * 1e9) / 1e9;
  if (!log) return (value) => within((value - low) / (high - low));
  const foot = Math.log10(low);
  const decades = Math.log10(high) - foot;
  return (value) => within((Math.log10(value) - foot) / decades);
}

/** Room around a single value, so that a constant is a line across the middle. */
function widened([low, high]: [number, number], narrowest: number, log: boolean): [number, number] {
  if (low > high || (low === 0 && high === 0)) return [0, 1];
  if (high - low > narrowest * Math.abs(low)) return [low, high];
  if (log) return [low / 10, high * 10];
  return high > 0 ? [0, 2 * high] : [2 * low, 0];
}

/** The axis with the most ticks whose labels keep apart; where none does, the first one less the ticks in the way. */
function fitting({ length, ticks, apart }: Room, axisWith: (count: number) => Axis): Axis {
  const clear = ({ place }: Axis, a: Tick, b: Tick) =>
    (place(b.value) - place(a.value)) * length >= apart(a, b) - 1e-9;
  for (let count = ticks; count >= 1; count--) {
    const axis = axisWith(count);
    const isClear = axis.ticks.every((tick, i) => i === 0 || clear(axis, axis.ticks[i - 1] as Tick, tick));
    if (isClear && axis.ticks.length > 1) return axis;
  }
  const axis = axisWith(ticks);
  const kept: Tick[] = [];
  for (const tick of axis.ticks) {
    const before = kept.at(-1);
    if (!before || clear(axis, before, tick)) kept.push(tick);
  }
  return { ...axis, ticks: kept };
}

/** Multiples of 1, 2 or 5 times a power of ten, from at or below `low` to at or above `high`: at most count + 2. */
function linearTicks(low: number, high: number, count: number): Tick[] {
  const atLeast = (high - low) / count;
  const power = exponent(atLeast);
  // Decimal text instead of arithmetic: 3 * 0.1 would be 0.30000000000000004.
  const multiple = (i: number, m: number) => Number(`${i * m}e${power}`);
  const m = [1, 2, 5, 10].find((n) => multiple(1, n) >= atLeast * (1 - 1e-9)) as number;
  const step = multiple(1, m);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const values = Array.from({ length: last - first + 1 }, (_, i) => multiple(first + i, m));
  const greatest = Math.max(...values.map(Math.abs));
  // One style along an axis, so 2e-4, 1e-3, 1.2e-3 and never 2e-4, 0.001, 0.0012.
  const exponential = isExtreme(greatest) || (greatest < 0.01 && step < 1e-3);
  return values.map((value) => ({ value, label: format(value, exponential) }));
}

/** 1, 2 and 5 times the powers of ten around a range, or where those are too many, powers of ten or every nth of them. */
function logTicks(low: number, high: number, count: number): Tick[] {
  const bottom = exponent(low);
  const top = exponent(high) + (powerOfTen(high) < high ? 1 : 0);
  const powers = Array.from({ length: top - bottom + 1 }, (_, i) => bottom + i);
  const all = powers.flatMap((power) => [1, 2, 5].map((m) => Number(`${m}e${power}`)));
  const fine = all.slice(
    all.filter((value) => value <= low).length - 1,
    all.findIndex((value) => value >= high) + 1,
  );
  const every = Math.max(1, Math.ceil(powers.length / (count + 1)));
  const coarse = powers.filter((power) => (top - power) % every === 0).map((power) => Number(`1e${power}`));
  return (fine.length <= count + 1 ? fine : coarse).map((value) => ({ value, label: format(value) }));
}

/** The power of ten at or below a number > 0. */
export function powerOfTen(value: number): number {
  return Number(`1e${exponent(value)}`);
}

/** The exponent of a number's first digit; from its text, since log10 is not exact everywhere. */
function exponent(value: number): number {
  return Number(value.toExponential().split('e')[1]);
}

function isExtreme(value: number): boolean {
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e7;
}
