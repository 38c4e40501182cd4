import { type Curve, extent, type Figure, type Scale } from './figure';
import { exactTick, linearTicks, logTicks, type Tick } from './ticks';

/** A range of values laid along a length, with ticks. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /** How far along the axis a value lies: 0 at the low end and below, 1 at the high end and beyond. */
  readonly shareOf: (value: number) => number;
}

/** The room for an axis, in characters or pixels. */
export interface Room {
  readonly length: number;
  /** How many ticks suit it. */
  readonly ticks: number;
  /** How far apart two ticks must be for their labels not to touch. */
  readonly gap: (a: Tick, b: Tick) => number;
}

/** A range narrower than this share of its values counts as one value: labels would need more digits than anyone reads. */
const NARROWEST = { x: 1e-9, y: 1e-4 };
/** More restarts than this have no ticks of their own. */
const MAX_OWN_TICKS = 12;
/** A value below the first share of the greatest is as good as 0; a logarithmic y axis with such values ends at the second. */
const LOG = { zero: 1e-12, foot: 1e-6 };

/** The x axis: exactly as long as the data, marks included unless they are faint. */
export function xAxis(figure: Figure, room: Room): Axis {
  const { curves, marks, xScale } = figure;
  const marked = marks.filter(({ isFaint }) => !isFaint).flatMap(({ at }) => at.map(({ x }) => x));
  const range = extent([...curves.map(({ x }) => x), Float64Array.from(marked)]);
  const [low, high] = padRange(range, NARROWEST.x, xScale);
  const axis = fitTicks(room, (count) => {
    const ticks = (xScale === 'log' ? logTicks : linearTicks)(low, high, count);
    return {
      ...spanning(low, high, xScale),
      ticks: ticks.filter(({ value }) => value >= low && value <= high),
    };
  });
  return withTicks(axis, importantTicks(figure, axis), room);
}

/** Ticks for an x axis with round ones, the most important first: restarts rather than round numbers, if they are few. */
function importantTicks({ xTicks, xScale }: Figure, { low, high, ticks: round }: Axis): Tick[] {
  const exact = (...values: number[]) => values.flatMap((value) => exactTick(value, high - low) ?? []);
  if (xScale === 'log') return [...round, ...exact(high, low)];
  const areFew = xTicks.length > 0 && xTicks.length <= MAX_OWN_TICKS;
  // Of restarts that are too close, the last are the longest cycles' and matter most.
  return areFew ? exact(high, low, ...xTicks.toReversed()) : [...exact(high), ...round];
}

/** The left y axis, from round number to round number; 0 to 1 if there is no value. */
export function leftAxis({ curves, yScale, yLimit }: Figure, room: Room): Axis {
  return yAxis(valuesOn('left', curves), yScale, yLimit, room);
}

/** The right y axis; undefined if no curve belongs to it. */
export function rightAxis({ curves }: Figure, room: Room): Axis | undefined {
  const values = valuesOn('right', curves);
  return values.length > 0 ? yAxis(values, 'linear', Infinity, room) : undefined;
}

const valuesOn = (side: Curve['side'], curves: readonly Curve[]) =>
  curves.filter((curve) => curve.side === side).map(({ y }) => y);

function yAxis(values: readonly Float64Array[], scale: Scale, limit: number, room: Room): Axis {
  const [least, greatest] = extent(values);
  const top = Math.min(greatest, limit);
  const foot = scale === 'log' ? logFoot(values, top) : least;
  const [low, high] = padRange([foot, top], NARROWEST.y, scale);
  return fitTicks(room, (count) => {
    const ticks = (scale === 'log' ? logTicks : linearTicks)(low, high, count);
    const ends = [low, high, ...ticks.map(({ value }) => value)];
    return { ...spanning(Math.min(...ends), Math.max(...ends), scale), ticks };
  });
}

/** Where a logarithmic axis ends below: at the lowest value, unless that is only on the way to 0. */
function logFoot(lists: readonly Float64Array[], top: number): number {
  const [lowest] = extent(lists.map((values) => values.filter((value) => value > 0)));
  return lowest >= top * LOG.zero ? lowest : top * LOG.foot;
}

function spanning(low: number, high: number, scale: Scale): Omit<Axis, 'ticks'> {
  // Rounded, since engines differ in the last digits of Math.cos, and their charts should not.
  const within = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * 1e9) / 1e9;
  if (scale === 'linear') return { low, high, shareOf: (value) => within((value - low) / (high - low)) };
  const foot = Math.log10(low);
  const decades = Math.log10(high) - foot;
  return { low, high, shareOf: (value) => within((Math.log10(Math.max(low, value)) - foot) / decades) };
}

/** Some room around a single value, so that a constant is a line across the middle. */
function padRange([low, high]: [number, number], narrowest: number, scale: Scale): [number, number] {
  if (low > high || (low === 0 && high === 0)) return [0, 1];
  if (high - low > narrowest * Math.abs(low)) return [low, high];
  if (scale === 'log') return [low / 10, high * 10];
  return high > 0 ? [0, 2 * high] : [2 * low, 0];
}

/** The axis with the most ticks, up to the number that suits, whose labels don't touch; else only those that don't. */
function fitTicks(room: Room, axisWith: (count: number) => Axis): Axis {
  for (let count = room.ticks; count >= 1; count--) {
    const axis = axisWith(count);
    const isClear = withTicks(axis, axis.ticks, room).ticks.length === axis.ticks.length;
    if (isClear && axis.ticks.length > 1) return axis;
  }
  const axis = axisWith(room.ticks);
  return withTicks(axis, axis.ticks, room);
}

/** An axis with the ticks given, in the order of their importance, less those whose labels touch a more important one's. */
function withTicks(axis: Axis, ticks: readonly Tick[], { length, gap }: Room): Axis {
  const kept: Tick[] = [];
  const isClear = (a: Tick, b: Tick) =>
    Math.abs(axis.shareOf(a.value) - axis.shareOf(b.value)) * length >= gap(a, b) - 1e-9;
  for (const tick of ticks) {
    if (kept.every((other) => isClear(tick, other))) kept.push(tick);
  }
  return { ...axis, ticks: kept.sort((a, b) => a.value - b.value) };
}
