import { type Curve, extent } from './figure';
import { across, type Box, down, type Point, simplify, stretchesOf, turnsOf } from './line';
import { num } from './markup';

/** How far a line's simplified path may be from the line, in pixels. */
const TOLERANCE = 0.2;
/** Points that share a square of so many pixels look like one. */
const POINT_GRID = 3;
/** Dashes tell lines apart in black and white. */
const DASHES = ['', '8 4', '2 3', '10 4 2 4'];

/** A curve as it is drawn, and a sample of it for the legend: path data from the sample's left end. */
export interface Stroke {
  readonly d: string;
  readonly style: string;
  readonly sample: string;
  /** A line so dense that it is an area would hide others and lies below them, the lower the higher it is. In pixels; else 0. */
  readonly depth: number;
}

/** The i-th curve in its box. */
export function strokeOf(curve: Curve, i: number, box: Box, colours: readonly string[]): Stroke {
  const colour = `stroke="${colours[i % colours.length]}"`;
  return curve.kind === 'points' ? pointStroke(curve, i, box, colour) : lineStroke(curve, i, box, colour);
}

/** Points are lines of no length, whose caps are circles or squares. */
function pointStroke(curve: Curve, i: number, box: Box, colour: string): Stroke {
  const cap =
    i % 2 === 0 ? 'stroke-width="6" stroke-linecap="square"' : 'stroke-width="8" stroke-linecap="round"';
  return { d: pointPath(curve, box), style: `${colour} ${cap}`, sample: 'm12 0h0', depth: 0 };
}

function lineStroke(curve: Curve, i: number, box: Box, colour: string): Stroke {
  const stretches = stretchesOf(curve, box);
  const turns = stretches.reduce((sum, line) => sum + turnsOf(line), 0);
  // A line that goes up and down every few pixels is thin, and not shredded by dashes.
  const isBand = turns > (box.right - box.left) / 5;
  // If it turns at every pixel, there are no points to spare, and looking for some takes long.
  const isDense = turns > box.right - box.left;
  const lines = isDense ? stretches : stretches.map((line) => simplify(line, TOLERANCE));
  const dashes = DASHES[i % DASHES.length];
  const dashed = dashes && !isBand ? ` stroke-dasharray="${dashes}"` : '';
  // Up to two pixels lie between the turns that are left in neighbouring columns: a thinner line would show stripes.
  const width = isDense ? 2 : isBand ? 1 : 2.5;
  const style = `${colour} stroke-width="${width}" stroke-linejoin="round"${dashed}`;
  return { d: lines.map(linePath).join(''), style, sample: 'h26', depth: isDense ? heightOf(lines) : 0 };
}

function heightOf(lines: readonly (readonly Point[])[]): number {
  const [top, bottom] = extent([Float64Array.from(lines.flat(), ({ y }) => y)]);
  return bottom - top;
}

/** One point of each square. */
function pointPath({ x, y }: Curve, box: Box): string {
  const columns = Math.ceil(box.right / POINT_GRID) + 1;
  const taken = new Set<number>();
  const shown: string[] = [];
  x.forEach((value, i) => {
    const point = { x: across(box, value), y: down(box, y[i] ?? Number.NaN) };
    const square = Math.floor(point.y / POINT_GRID) * columns + Math.floor(point.x / POINT_GRID);
    if (taken.has(square) || Number.isNaN(point.x + point.y)) return;
    taken.add(square);
    shown.push(`M${num(point.x, 1)} ${num(point.y, 1)}h0`);
  });
  return shown.join('');
}

function linePath([start, ...rest]: readonly Point[]): string {
  if (!start) return '';
  const at = ({ x, y }: Point) => `${num(x)} ${num(y)}`;
  // A stretch of one point is drawn as a short dash.
  return `M${at(start)}${rest.length > 0 ? `L${rest.map(at).join(' ')}` : 'h1'}`;
}
