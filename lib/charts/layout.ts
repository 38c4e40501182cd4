import { type Axis, leftAxis, type Room, rightAxis, xAxis } from './axis';
import { type Curve, type Figure, hasMarks, hasOneEach, type Marks } from './figure';
import type { Box } from './line';
import { cut, FONT, textWidth } from './markup';

/** In pixels. */
export const PAD = 12;
export const LINE = 24;
/** Half the width of a triangle, which is as high as it is wide. */
export const TRIANGLE = 5;
const TITLE = 28;
/** Room for what a curve is drawn with, before its name. */
const SAMPLE = 34;
/** A plot that is so high is worth more than a long legend. */
const MIN_PLOT = 60;

/** Where everything in an SVG is: the plot's edges in pixels, its axes, and the words above it. */
export interface Layout {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Axis;
  readonly leftAxis: Axis;
  readonly rightAxis: Axis | undefined;
  readonly header: readonly Entry[];
}

export function layoutOf(figure: Figure, width: number, height: number): Layout {
  const bottom = height - PAD - LINE - (figure.xLabel ? LINE : 0);
  const marks = heightOfMarks(figure);
  const header = headerOf(figure, width, bottom - MIN_PLOT - marks - PAD);
  const top = header.bottom + PAD + marks;
  const room: Room = {
    length: bottom - top,
    ticks: Math.max(2, Math.round((bottom - top) / 45)),
    gap: () => FONT + 4,
  };
  const [onLeft, onRight] = [leftAxis(figure, room), rightAxis(figure, room)];
  const left = PAD + widest(onLeft) + 8;
  const xUpTo = (end: number) =>
    xAxis(figure, {
      length: end - left,
      ticks: Math.max(2, Math.round((end - left) / 70)),
      gap: (a, b) => (textWidth(a.label) + textWidth(b.label)) / 2 + FONT / 2,
    });
  // The last label of the x axis may stand out beyond its end.
  const right = width - PAD - Math.max(onRight ? widest(onRight) + 8 : 0, widest(xUpTo(width)) / 2);
  const axes = { x: xUpTo(right), leftAxis: onLeft, rightAxis: onRight };
  return { width, left, right, top, bottom, ...axes, header: header.entries };
}

const widest = ({ ticks }: Axis) => Math.ceil(Math.max(...ticks.map(({ label }) => textWidth(label))));

/** The room above the plot for triangles, and their labels above them. */
function heightOfMarks(figure: Figure): number {
  if (!hasMarks(figure)) return 0;
  const haveLabels = figure.marks.some(({ at }) => at.some(({ label }) => label !== ''));
  return 2 * TRIANGLE + (haveLabels ? FONT : 0);
}

/** The box in which the curves of a side are drawn. */
export function boxOf({ left, right, top, bottom, x, ...axes }: Layout, side: Curve['side']): Box {
  const yAxis = side === 'right' && axes.rightAxis ? axes.rightAxis : axes.leftAxis;
  return { left, right, top, bottom, xAxis: x, yAxis };
}

/** A label, or a name with a sample of what it names: a curve, by its index, or marks. */
interface Item {
  readonly text: string;
  readonly sample?: number | Marks | undefined;
}

/** An item above the plot: where its sample or, without one, its text begins, and the middle of its row. */
export interface Entry extends Item {
  readonly x: number;
  readonly y: number;
}

interface Header {
  readonly entries: readonly Entry[];
  readonly bottom: number;
}

/** The labels of the y axes at the ends of a row, the legend between them, and on in rows below down to `lowest`. */
function headerOf(figure: Figure, width: number, lowest: number): Header {
  const top = PAD + (figure.title ? TITLE : 0);
  const end = width - PAD;
  let [x, y, rowEnd] = [PAD, top + LINE / 2, end];
  const entries: Entry[] = [];
  for (const item of rightLabel(figure, width)) {
    entries.push({ ...item, x: end - widthOf(item), y });
    rowEnd = end - widthOf(item) - LINE;
  }
  for (const item of itemsFromLeft(figure)) {
    const isRowFull = x > PAD && x + widthOf(item) > rowEnd;
    if (isRowFull && y + LINE * 1.5 > lowest) break;
    if (isRowFull) [x, y, rowEnd] = [PAD, y + LINE, end];
    entries.push({ ...item, text: cut(item.text, rowEnd - x - sampleWidth(item)), x, y });
    x += widthOf(item) + LINE;
  }
  return { entries, bottom: entries.length > 0 ? y + LINE / 2 : top };
}

function rightLabel(figure: Figure, width: number): Item[] {
  if (!figure.rightLabel) return [];
  return [{ text: cut(figure.rightLabel, width / 2 - PAD - SAMPLE), sample: onlyCurveOn('right', figure) }];
}

function itemsFromLeft(figure: Figure): Item[] {
  const { leftLabel, curves, marks } = figure;
  const needsLegend = curves.length > 1 && !hasOneEach(figure);
  const names = curves.map(({ name, side }, i) => ({
    text: side === 'right' ? `${name} →` : name,
    sample: i,
  }));
  return [
    ...(leftLabel ? [{ text: leftLabel, sample: onlyCurveOn('left', figure) }] : []),
    ...(needsLegend ? names : []),
    ...marks.filter(({ at }) => at.length > 0).map((kind) => ({ text: kind.name, sample: kind })),
  ];
}

/** The curve that an axis's label names, if that makes a legend needless. */
const onlyCurveOn = (side: Curve['side'], figure: Figure) =>
  hasOneEach(figure) ? figure.curves.findIndex((curve) => curve.side === side) : undefined;

export function sampleWidth({ sample }: Item): number {
  if (sample === undefined) return 0;
  return typeof sample === 'number' ? SAMPLE : 4 * TRIANGLE;
}

const widthOf = (item: Item) => sampleWidth(item) + textWidth(item.text);
