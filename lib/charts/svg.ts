import { type Axis, type Chart, type Curve, extent, format, xAxis, yAxis } from './axis';
import { fitted } from './label';

/** Okabe and Ito's colours, which colour-blind readers tell apart, darkest on white first. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

/** Dashes tell lines apart in black and white. */
const DASHES = ['', '7 3', '2 2.5', '9 3 2 3'];

const FONT = 12;
const LINE = 18;
const PAD = 10;

/** A generous guess: no sans-serif font is wider on average; ideographs and emoji are square. */
const textWidth = (text: string) =>
  [...text].reduce((width, char) => width + (char >= '\u1100' ? 1 : 0.62), 0) * FONT;

/** How far a line's simplified path may be from the line, in pixels. */
const TOLERANCE = 0.2;

/** Draws a chart as an SVG document of `width` by `height` pixels. */
export function drawSVG(chart: Chart, width: number, height: number): string {
  const frame = frameOf(chart, width, height);
  const strokes = chart.curves.map((curve, i) => strokeOf(curve, i, frame));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `role="img" font-family="sans-serif" font-size="${FONT}" fill="#333">`,
    `<title>${escaped(chart.title || nameOf(chart))}</title>`,
    `<desc>${escaped(description(chart))}</desc>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...titleText(chart, width),
    ...legend(frame, strokes),
    ...grid(frame),
    ...restartMarks(chart, frame),
    ...strokesInOrder(chart, strokes).map(({ d, style }) => path(d, style)),
    ...axes(chart, frame),
    '</svg>',
    '',
  ].join('\n');
}

/** The plot inside its axes: its edges in pixels, and the axes. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly y2: Axis | undefined;
  readonly legend: readonly (readonly LegendItem[])[];
  readonly legendTop: number;
}

function frameOf(chart: Chart, width: number, height: number): Frame {
  const items = legendItems(chart, width - 2 * PAD);
  const titleHeight = chart.title ? 24 : 0;
  const numbers = chart.restarts.length > 0 ? 14 : 0;
  const bottom = height - PAD - LINE - (chart.xLabel ? LINE : 0);
  // A plot of 60 pixels is worth more than a long legend.
  const rows = Math.floor((bottom - PAD - titleHeight - numbers - 60) / LINE);
  const rowsOfItems = inRows(items, width - 2 * PAD).slice(0, rows);
  const legendTop = PAD + titleHeight;
  const top = legendTop + rowsOfItems.length * LINE + numbers + 4;
  const room = {
    length: bottom - top,
    ticks: Math.max(2, Math.round((bottom - top) / 45)),
    apart: () => FONT + 4,
  };
  const y = yAxis(chart, 'left', room) as Axis;
  const y2 = yAxis(chart, 'right', room);
  const left = PAD + (chart.yLabel ? LINE : 0) + widest(y) + 8;
  const xUpTo = (end: number) =>
    xAxis(chart, {
      length: end - left,
      ticks: Math.max(2, Math.round((end - left) / 70)),
      apart: (a, b) => (textWidth(a.label) + textWidth(b.label)) / 2 + FONT,
    });
  // The last x label may stand below the end of its axis.
  const beside = y2 ? (chart.y2Label ? LINE : 0) + widest(y2) + 8 : 0;
  const right = width - PAD - Math.max(beside, widest(xUpTo(width)) / 2);
  const x = xUpTo(right);
  return { width, height, left, right, top, bottom, x, y, y2, legend: rowsOfItems, legendTop };
}

const widest = ({ ticks }: Axis) => Math.ceil(Math.max(...ticks.map(({ label }) => textWidth(label))));

interface LegendItem {
  readonly text: string;
  readonly width: number;
  /** Which curve it names; none for the restarts. */
  readonly curve?: number;
}

/** Room for the mark before a legend's text. */
const MARK = 30;

/** A curve alone needs no legend, but its restarts do. */
function legendItems({ curves, restarts }: Chart, most: number): LegendItem[] {
  const item = (name: string): LegendItem => {
    const text = cut(name, most - MARK);
    return { text, width: MARK + textWidth(text) };
  };
  const names = curves.map(({ name, side }, curve) => ({
    ...item(side === 'right' ? `${name} →` : name),
    curve,
  }));
  return [
    ...(curves.length > 1 ? names : []),
    ...(restarts.length > 0 ? [item('warm restart (cycle)')] : []),
  ];
}

/** Items from left to right, and on to the next row where one is full. */
function inRows(items: readonly LegendItem[], width: number): LegendItem[][] {
  const rows: LegendItem[][] = [];
  let used = Infinity;
  for (const item of items) {
    if (used + item.width > width) {
      rows.push([]);
      used = 0;
    }
    (rows.at(-1) as LegendItem[]).push(item);
    used += item.width + LINE;
  }
  return rows;
}

function legend({ legend: rows, legendTop, width }: Frame, strokes: readonly Stroke[]): string[] {
  return rows.flatMap((row, r) => {
    const y = legendTop + r * LINE + LINE / 2;
    const rowWidth = row.reduce((sum, item) => sum + item.width, (row.length - 1) * LINE);
    let x = (width - rowWidth) / 2;
    return row.map((item) => {
      const start = x;
      x += item.width + LINE;
      const { mark, style } = strokes[item.curve ?? -1] ?? { mark: 'm12 -7v14', style: RESTART_STYLE };
      return path(`M${num(start)} ${y}${mark}`, style) + text(item.text, start + MARK, y + 4);
    });
  });
}

function titleText({ title }: Chart, width: number): string[] {
  const shown = cut(title, (width - 2 * PAD) / 1.25);
  return title
    ? [text(shown, width / 2, PAD + 14, 'text-anchor="middle" font-size="15" font-weight="bold"')]
    : [];
}

/** Faint lines at the left axis's ticks. */
function grid({ left, right, top, bottom, y }: Frame): string[] {
  const d = y.ticks.map(({ value }) => `M${num(left)} ${num(down(y, value, top, bottom))}H${num(right)}`);
  return [path(d.join(''), 'stroke="#e8e8e8"')];
}

const RESTART_STYLE = 'stroke="#999" stroke-dasharray="3 3"';

/** A dashed line at each restart, and above it the number of the cycle that begins, where there is room. */
function restartMarks({ restarts }: Chart, { x, left, right, top, bottom }: Frame): string[] {
  if (restarts.length === 0) return [];
  const marks = restarts.map((restart) => ({ ...restart, at: num(across(x, restart.x, left, right)) }));
  const lines = [...new Set(marks.map(({ at }) => `M${at} ${num(top)}V${num(bottom)}`))].join('');
  let free = -Infinity;
  const numbers = marks.flatMap(({ at, cycle }) => {
    const half = textWidth(String(cycle)) / 2;
    if (Number(at) - half < free) return [];
    free = Number(at) + half + 4;
    return [text(String(cycle), Number(at), top - 4, 'text-anchor="middle" font-size="11" fill="#666"')];
  });
  return [path(lines, `class="restarts" ${RESTART_STYLE}`), ...numbers];
}

/** A curve as it is drawn, and its mark in the legend: path data from the mark's left end. */
interface Stroke {
  readonly d: string;
  readonly style: string;
  readonly mark: string;
}

/** From the lowest: lines with the first above the others, then points. */
function strokesInOrder({ curves }: Chart, strokes: readonly Stroke[]): Stroke[] {
  const ofKind = (kind: Curve['kind']) =>
    strokes.filter((_, i) => (curves[i] as Curve).kind === kind).reverse();
  return [...ofKind('line'), ...ofKind('points')];
}

function strokeOf(curve: Curve, i: number, { x, y, y2, left, right, top, bottom }: Frame): Stroke {
  const axis = curve.side === 'left' ? y : (y2 as Axis);
  const columns = curve.x.map((value) => across(x, value, left, right));
  const rows = curve.y.map((value) => down(axis, value, top, bottom));
  const colour = `stroke="${COLOURS[i % COLOURS.length]}"`;
  if (curve.kind === 'points') {
    // Lines of no length: their caps are squares or circles.
    const cap = i % 2 === 0 ? 'square' : 'round';
    const style = `${colour} stroke-width="6" stroke-linecap="${cap}"`;
    return { d: pointsPath(columns, rows), style, mark: 'm12 0h0' };
  }
  const lines = thinnedRuns(columns, rows).map(simplified);
  // Dashes would shred a line that goes up and down every few pixels.
  const isBand = lines.reduce((sum, line) => sum + turnsOf(line), 0) > (right - left) / 3;
  const dashes = isBand ? '' : (DASHES[i % DASHES.length] as string);
  const style = `${colour} stroke-width="${isBand ? 1 : 2}" stroke-linejoin="round"`;
  const dashed = dashes && ` stroke-dasharray="${dashes}"`;
  return { d: lines.map(linePath).join(''), style: style + dashed, mark: 'h24' };
}

const across = (axis: Axis, value: number, left: number, right: number) =>
  left + (right - left) * axis.place(value);
const down = (axis: Axis, value: number, top: number, bottom: number) =>
  bottom - (bottom - top) * axis.place(value);

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Each point once, however many share its tenth of a pixel. */
function pointsPath(columns: Float64Array, rows: Float64Array): string {
  const seen = new Set<string>();
  columns.forEach((x, i) => {
    const y = rows[i] as number;
    if (!Number.isNaN(x) && !Number.isNaN(y)) seen.add(`M${num(x, 1)} ${num(y, 1)}h0`);
  });
  return [...seen].join('');
}

/** The stretches between gaps, each with its ends, and of every pixel column the highest and the lowest point. */
function thinnedRuns(columns: Float64Array, rows: Float64Array): Point[][] {
  const runs: number[][] = [];
  let run: number[] = [];
  let [pixel, highest, lowest] = [Number.NaN, 0, 0];
  const keep = (i: number) => {
    if (run.at(-1) !== i) run.push(i);
  };
  const endColumn = () => {
    if (Number.isNaN(pixel)) return;
    keep(Math.min(highest, lowest));
    keep(Math.max(highest, lowest));
  };
  for (let i = 0; i <= columns.length; i++) {
    const y = rows[i] ?? Number.NaN;
    const here = Number.isNaN(y) ? y : Math.floor(columns[i] as number);
    if (here === pixel) {
      if (y < (rows[highest] as number)) highest = i;
      if (y > (rows[lowest] as number)) lowest = i;
      continue;
    }
    endColumn();
    if (Number.isNaN(pixel)) run = [];
    if (Number.isNaN(here) && !Number.isNaN(pixel)) {
      keep(i - 1);
      runs.push(run);
    }
    [pixel, highest, lowest] = [here, i, i];
    if (run.length === 0 && !Number.isNaN(here)) keep(i);
  }
  return runs.map((kept) => kept.map((i) => ({ x: columns[i] as number, y: rows[i] as number })));
}

/** The line through as few of its points as stay within the tolerance of it (Ramer, Douglas and Peucker). */
function simplified(line: readonly Point[]): Point[] {
  const kept = new Set([0, line.length - 1]);
  const spans: [number, number][] = [[0, line.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    let farthest = { i: 0, distance: TOLERANCE };
    for (let i = first + 1; i < last; i++) {
      const distance = distanceTo(line[i] as Point, line[first] as Point, line[last] as Point);
      if (distance > farthest.distance) farthest = { i, distance };
    }
    if (farthest.i === 0) continue;
    kept.add(farthest.i);
    spans.push([first, farthest.i], [farthest.i, last]);
  }
  return line.filter((_, i) => kept.has(i));
}

/** How often a line changes between up and down. */
function turnsOf(line: readonly Point[]): number {
  const slopes = line
    .slice(1)
    .map(({ y }, i) => Math.sign(y - (line[i] as Point).y))
    .filter(Boolean);
  return slopes.filter((slope, i) => i > 0 && slope !== slopes[i - 1]).length;
}

function distanceTo(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const share = ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const nearest = Math.min(1, Math.max(0, share));
  return Math.hypot(point.x - from.x - nearest * dx, point.y - from.y - nearest * dy);
}

function linePath([start, ...rest]: readonly Point[]): string {
  const at = (point: Point | undefined) => point && `${num(point.x)} ${num(point.y)}`;
  // A stretch of one point is drawn as a short dash.
  return `M${at(start)}${rest.length > 0 ? `L${rest.map(at).join(' ')}` : 'h1'}`;
}

function axes(chart: Chart, frame: Frame): string[] {
  const { left, right, top, bottom, x, y, y2 } = frame;
  const xTicks = x.ticks.map(({ value, label }) => ({ label, at: across(x, value, left, right) }));
  const ticksOf = (axis: Axis) =>
    axis.ticks.map(({ value, label }) => ({ label, at: down(axis, value, top, bottom) }));
  const leftTicks = ticksOf(y);
  const rightTicks = y2 ? ticksOf(y2) : [];
  const lines = [
    `M${num(left)} ${num(top)}V${num(bottom)}H${num(right)}${y2 ? `V${num(top)}` : ''}`,
    ...xTicks.map(({ at }) => `M${num(at)} ${num(bottom)}v4`),
    ...leftTicks.map(({ at }) => `M${num(left)} ${num(at)}h-4`),
    ...rightTicks.map(({ at }) => `M${num(right)} ${num(at)}h4`),
  ];
  const middle = 'text-anchor="middle"';
  return [
    path(lines.join(''), 'stroke="#333"'),
    ...xTicks.map(({ at, label }) => text(label, at, bottom + LINE, middle)),
    ...leftTicks.map(({ at, label }) => text(label, left - 8, at + 4, 'text-anchor="end"')),
    ...rightTicks.map(({ at, label }) => text(label, right + 8, at + 4)),
    ...axisLabel(cut(chart.xLabel, right - left), (left + right) / 2, bottom + 2 * LINE, middle),
    ...sideLabel(chart.yLabel, PAD + FONT, frame),
    ...sideLabel(y2 ? chart.y2Label : '', frame.width - PAD - 3, frame),
  ];
}

const axisLabel = (label: string, x: number, y: number, attributes: string) =>
  label ? [text(label, x, y, attributes)] : [];

/** A label read upwards, beside the middle of its axis as far as its length allows. */
function sideLabel(label: string, x: number, { top, bottom, height }: Frame): string[] {
  const shown = cut(label, height - 2 * PAD);
  const half = textWidth(shown) / 2;
  const y = Math.max(PAD + half, Math.min(height - PAD - half, (top + bottom) / 2));
  return axisLabel(shown, x, y, `text-anchor="middle" transform="rotate(-90 ${num(x)} ${num(y)})"`);
}

function nameOf({ curves, xLabel }: Chart): string {
  return curves.map(({ name }) => name).join(', ') + (xLabel && ` by ${xLabel}`);
}

/** What a reader who can't see the chart needs to know of it. */
function description({ curves, restarts, xLabel }: Chart): string {
  const rounded = (value: number) => format(Number(value.toPrecision(4)));
  const range = ([low, high]: [number, number]) => `from ${rounded(low)} to ${rounded(high)}`;
  const about = curves.map(({ name, y }) => `${name} ${range(extent([y]))}`).join('; ');
  const over = `${xLabel || 'x'} ${range(extent(curves.map(({ x }) => x)))}`;
  const at = restarts.slice(0, 10).map(({ x }) => rounded(x));
  const more = restarts.length > at.length ? ` and ${restarts.length - at.length} more` : '';
  return `${about}; ${over}.${at.length > 0 ? ` Warm restarts at ${at.join(', ')}${more}.` : ''}`;
}

const path = (d: string, style: string) => `<path d="${d}" fill="none" ${style}/>`;

const text = (content: string, x: number, y: number, attributes = '') =>
  `<text x="${num(x)}" y="${num(y)}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`;

/** A coordinate, short and the same everywhere. */
const num = (value: number, digits = 2) => String(Math.round(value * 10 ** digits) / 10 ** digits);

const cut = (label: string, width: number) => fitted(label, width, textWidth);

function escaped(content: string): string {
  return content.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
