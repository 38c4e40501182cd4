import type { Axis } from './axis';
import type { Curve } from './figure';

/** A point in pixels, or in dots: `x` from the left, `y` from the top. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where curves are drawn: a box, and the axes along its sides. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
}

/** Where a value of the x axis lies. */
export const across = ({ left, right, xAxis }: Box, value: number) =>
  left + (right - left) * xAxis.shareOf(value);

/** Where a value of the y axis lies. */
export const down = ({ top, bottom, yAxis }: Box, value: number) =>
  bottom - (bottom - top) * yAxis.shareOf(value);

/** The stretches of a line, or of steps, between its gaps. */
export function stretchesOf({ x, y, kind }: Curve, box: Box): Point[][] {
  const stretches: Point[][] = [];
  let stretch: Column[] = [];
  const end = () => {
    if (stretch.length > 0) stretches.push(stretch.flatMap((column) => column.points));
    stretch = [];
  };
  const add = (point: Point) => {
    if (!stretch.at(-1)?.add(point)) stretch.push(new Column(point));
  };
  x.forEach((value, i) => {
    const point = { x: across(box, value), y: down(box, y[i] ?? Number.NaN) };
    const before = kind === 'step' && !Number.isNaN(point.x) ? stretch.at(-1)?.last : undefined;
    if (before && before.y !== point.y) add({ x: point.x, y: before.y });
    if (Number.isNaN(point.x + point.y)) end();
    else add(point);
  });
  end();
  return stretches;
}

/**
 * The points of a line in one column of pixels. Only the first, the highest, the lowest and the last are kept, since the
 * lines between them cover all others (Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", 2014).
 */
class Column {
  readonly #first: Point;
  #highest: Point;
  #lowest: Point;
  #last: Point;
  #highestIsFirst = true;

  constructor(first: Point) {
    this.#first = first;
    this.#highest = first;
    this.#lowest = first;
    this.#last = first;
  }

  /** Takes the next point of the line if it is in this column; false if it isn't. */
  add(point: Point): boolean {
    if (Math.floor(point.x) !== Math.floor(this.#first.x)) return false;
    this.#last = point;
    if (point.y < this.#highest.y) {
      this.#highest = point;
      this.#highestIsFirst = false;
    } else if (point.y > this.#lowest.y) {
      this.#lowest = point;
      this.#highestIsFirst = true;
    }
    return true;
  }

  get last(): Point {
    return this.#last;
  }

  /** The points that are kept, in the line's order. */
  get points(): Point[] {
    const extremes = this.#highestIsFirst ? [this.#highest, this.#lowest] : [this.#lowest, this.#highest];
    return [...new Set([this.#first, ...extremes, this.#last])];
  }
}

/** A line through as few of its points as keep it within `tolerance` of the others (Ramer, Douglas and Peucker). */
export function simplify(line: readonly Point[], tolerance: number): Point[] {
  const kept = new Set([0, line.length - 1]);
  const spans: [number, number][] = [[0, line.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    const farthest = farthestBetween(line, first, last);
    if (farthest.squared <= tolerance ** 2) continue;
    kept.add(farthest.index);
    spans.push([first, farthest.index], [farthest.index, last]);
  }
  return line.filter((_, i) => kept.has(i));
}

/** The point farthest from the straight line between two others. */
function farthestBetween(line: readonly Point[], first: number, last: number) {
  const [from, to] = [line[first], line[last]];
  let farthest = { index: first, squared: 0 };
  if (!from || !to) return farthest;
  for (let index = first + 1; index < last; index++) {
    const squared = squaredDistance(line[index] ?? from, from, to);
    if (squared > farthest.squared) farthest = { index, squared };
  }
  return farthest;
}

/** Squared, since Math.hypot is slow, and this is most of the time that a chart takes. */
function squaredDistance(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const share = ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const nearest = Math.min(1, Math.max(0, share));
  return (point.x - from.x - nearest * dx) ** 2 + (point.y - from.y - nearest * dy) ** 2;
}

/** How often a line changes between up and down. */
export function turnsOf(line: readonly Point[]): number {
  let turns = 0;
  let direction = 0;
  let before = line[0];
  for (const point of line) {
    const now = Math.sign(point.y - (before?.y ?? point.y));
    if (now !== 0) {
      if (direction !== 0 && now !== direction) turns++;
      direction = now;
    }
    before = point;
  }
  return turns;
}
