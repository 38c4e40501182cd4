import { type Axis, leftAxis, type Room, rightAxis, xAxis } from './axis';
import { type Curve, extent, type Figure, hasMarks, hasOneEach, type Mark, type Marks } from './figure';
import { truncate } from './label';
import { across, type Box, down, type Point, simplify, stretchesOf, turnsOf } from './line';
import { DARK, darkStyle, LIGHT, type Theme } from './theme';
import { rounded } from './ticks';

/** In pixels. A phone that shows an image of 560 px 350 px wide shows type of 10 px. */
const FONT = 16;
const LINE = 24;
const PAD = 12;
const TITLE = 28;
/** Room above the plot for the marks: a triangle, and its label above. */
const MARKS = 24;
/** Half of a triangle. */
const TRIANGLE = 5;
/** Room before a legend's text for what the curve is drawn with. */
const SAMPLE = 34;
/** A plot that is so high is worth more than a long legend. */
const MIN_PLOT = 60;
/** How far a curve's simplified path may be from the curve. */
const TOLERANCE = 0.2;
/** Points closer than this look like one. */
const POINT_GRID = 3;

/** Dashes tell lines apart in black and white. */
const DASHES = ['', '8 4', '2 3', '10 4 2 4'];
const CLASS = 'cosine-annealing-chart';

/** Draws a figure as an SVG document of `width` by `height` pixels. */
export function drawSVG(
  figure: Figure,
  width: number,
  height: number,
  theme: 'auto' | 'light' | 'dark',
): string {
  const colours = theme === 'dark' ? DARK : LIGHT;
  const layout = layoutOf(figure, width, height);
  const strokes = figure.curves.map((curve, i) => strokeOf(curve, i, layout, colours));
  const content = [
    `<rect width="${width}" height="${height}" fill="${colours.background}"/>`,
    ...titleText(figure, width, colours),
    ...header(layout, strokes, colours),
    ...gridLines(layout, colours),
    ...marksOf(figure, layout, colours),
    ...inDrawingOrder(figure, strokes).map(({ d, style }) => path(d, style)),
    ...axisTexts(figure, layout, colours),
  ].join('\n');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `role="img" class="${CLASS}" font-family="system-ui, sans-serif" font-size="${FONT}">`,
    `<title>${escaped(figure.title || nameOf(figure))}</title>`,
    `<desc>${escaped(description(figure))}</desc>`,
    ...(theme === 'auto' ? [`<style>${darkStyle(content, CLASS)}</style>`] : []),
    content,
    '</svg>',
    '',
  ].join('\n');
}

/** Where everything is: the plot's edges in pixels, its axes, and the words above it. */
interface Layout {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Axis;
  readonly leftAxis: Axis;
  readonly rightAxis: Axis | undefined;
  readonly header: Header;
}

function layoutOf(figure: Figure, width: number, height: number): Layout {
  const bottom = height - PAD - LINE - (figure.xLabel ? LINE : 0);
  const marks = hasMarks(figure) ? MARKS : 0;
  const header = headerOf(figure, width, bottom - PAD - marks - MIN_PLOT);
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
  return { width, left, right, top, bottom, x: xUpTo(right), leftAxis: onLeft, rightAxis: onRight, header };
}

const widest = ({ ticks }: Axis) => Math.ceil(Math.max(...ticks.map(({ label }) => textWidth(label))));

/** The box in which the curves of a side are drawn. */
const boxOf = ({ left, right, top, bottom, x, ...axes }: Layout, side: Curve['side']): Box => {
  const yAxis = side === 'right' && axes.rightAxis ? axes.rightAxis : axes.leftAxis;
  return { left, right, top, bottom, xAxis: x, yAxis };
};

/** A label or an entry of the legend, with a sample of what it names: a curve, by its index, or marks. */
interface Entry {
  readonly text: string;
  readonly sample: number | Marks | undefined;
}

interface PlacedEntry extends Entry {
  readonly x: number;
  /** The middle of its row. */
  readonly y: number;
}

interface Header {
  readonly entries: readonly PlacedEntry[];
  readonly bottom: number;
}

/** The labels of the y axes at the ends of a row, and the legend between them or, if it is too long, in rows below. */
function headerOf(figure: Figure, width: number, lowest: number): Header {
  const top = PAD + (figure.title ? TITLE : 0);
  const entries: PlacedEntry[] = [];
  const rightEntry = entryOfRightAxis(figure, width);
  const end = width - PAD;
  let [x, y] = [PAD, top + LINE / 2];
  let rowEnd = end;
  if (rightEntry) {
    entries.push({ ...rightEntry, x: end - widthOf(rightEntry), y });
    rowEnd = end - widthOf(rightEntry) - LINE;
  }
  for (const entry of entriesOf(figure, width)) {
    if (x > PAD && x + widthOf(entry) > rowEnd) {
      [x, y, rowEnd] = [PAD, y + LINE, end];
    }
    if (y + LINE / 2 > lowest) break;
    entries.push({ ...entry, x, y });
    x += widthOf(entry) + LINE;
  }
  return { entries, bottom: entries.length > 0 ? y + LINE / 2 : top };
}

function entryOfRightAxis(figure: Figure, width: number): Entry | undefined {
  if (!figure.rightLabel) return undefined;
  const curve = figure.curves.findIndex(({ side }) => side === 'right');
  const sample = hasOneEach(figure) ? curve : undefined;
  return { text: cut(figure.rightLabel, width / 2 - PAD - SAMPLE), sample };
}

function entriesOf(figure: Figure, width: number): Entry[] {
  const { leftLabel, curves, marks } = figure;
  const isLegendNeeded = curves.length > 1 && !hasOneEach(figure);
  const onLeft = curves.findIndex(({ side }) => side === 'left');
  const most = width - 2 * PAD - SAMPLE;
  const label = { text: leftLabel, sample: hasOneEach(figure) ? onLeft : undefined };
  const names = curves.map(({ name, side }, i) => ({
    text: side === 'right' ? `${name} →` : name,
    sample: i,
  }));
  const kinds = marks.filter(({ at }) => at.length > 0).map((sample) => ({ text: sample.name, sample }));
  return [...(leftLabel ? [label] : []), ...(isLegendNeeded ? names : []), ...kinds].map(
    ({ text, sample }) => ({
      text: cut(text, most),
      sample,
    }),
  );
}

const widthOf = ({ text, sample }: Entry) => textWidth(text) + sampleWidth(sample);
const sampleWidth = (sample: Entry['sample']) =>
  sample === undefined ? 0 : typeof sample === 'number' ? SAMPLE : 4 * TRIANGLE;

function header({ header: { entries } }: Layout, strokes: readonly Stroke[], theme: Theme): string[] {
  return entries.map(({ text: words, sample, x, y }) => {
    const label = text(words, x + sampleWidth(sample), y + FONT / 3, theme.ink);
    if (sample === undefined) return label;
    if (typeof sample !== 'number') return triangle(x + TRIANGLE, y + TRIANGLE, sample, theme) + label;
    const stroke = strokes[sample];
    return stroke ? path(`M${num(x)} ${num(y)}${stroke.sample}`, stroke.style) + label : label;
  });
}

function titleText({ title }: Figure, width: number, { ink }: Theme): string[] {
  if (!title) return [];
  const shown = cut(title, (width - 2 * PAD) / 1.15);
  return [text(shown, PAD, PAD + FONT, ink, 'font-size="18" font-weight="bold"')];
}

/** Faint lines at the left axis's ticks. */
function gridLines(layout: Layout, { grid }: Theme): string[] {
  const box = boxOf(layout, 'left');
  const lines = layout.leftAxis.ticks.map(
    ({ value }) => `M${num(box.left)} ${num(down(box, value))}H${num(box.right)}`,
  );
  return [path(lines.join(''), `stroke="${grid}"`)];
}

/** A row in which things may stand beside but not on one another. */
class Row {
  readonly #taken: (readonly [number, number])[] = [];

  /** Takes the room around a position, unless some of it is taken. */
  take(middle: number, width: number): boolean {
    const [from, to] = [middle - width / 2, middle + width / 2];
    const isFree = this.#taken.every(([start, end]) => to <= start || from >= end);
    if (isFree) this.#taken.push([from, to]);
    return isFree;
  }
}

/** Of each mark a triangle above the plot with its label above, if there is room, and a dashed line down from it. */
function marksOf({ marks }: Figure, layout: Layout, theme: Theme): string[] {
  const [triangles, labels] = [new Row(), new Row()];
  return marks.flatMap((kind) => {
    const placed = placedMarks(kind, layout);
    const shown = placed.filter(({ x }) => triangles.take(x, kind.isFaint ? TRIANGLE : 2 * TRIANGLE));
    // As much room for each as the widest needs, so that every nth is labelled rather than some.
    const room = Math.max(...placed.map(({ label }) => textWidth(label))) + FONT / 4;
    const labelled = shown.filter(({ x, label }) => label !== '' && labels.take(x, room));
    return [
      ...guides(kind, layout, theme),
      ...shown.map(({ x }) => triangle(x, layout.top - 1, kind, theme)),
      ...labelled.map(({ x, label }) =>
        text(label, x, layout.top - 2 * TRIANGLE - 4, theme.ink, 'text-anchor="middle"'),
      ),
    ];
  });
}

function placedMarks({ at }: Marks, layout: Layout): Mark[] {
  const box = boxOf(layout, 'left');
  return at.map(({ x, label }) => ({ x: across(box, x), label }));
}

/** Lines closer than this would hide the curve. */
const MIN_GUIDE_DISTANCE = 16;

function guides(kind: Marks, layout: Layout, { muted }: Theme): string[] {
  const { left, right, top, bottom } = layout;
  const positions = new Set(placedMarks(kind, layout).map(({ x }) => num(x, 1)));
  if (positions.size === 0 || positions.size > (right - left) / MIN_GUIDE_DISTANCE) return [];
  const d = Array.from(positions, (x) => `M${x} ${num(top)}V${num(bottom)}`).join('');
  return [path(d, `class="marks" stroke="${muted}" stroke-dasharray="${kind.isFaint ? '1 5' : '3 4'}"`)];
}

/** A triangle that points down to (x, y); hollow if it is faint. */
function triangle(x: number, y: number, { isFaint }: Marks, { muted }: Theme): string {
  const d = `M${num(x)} ${num(y)}l${-TRIANGLE} ${-2 * TRIANGLE}h${2 * TRIANGLE}z`;
  return isFaint ? path(d, `stroke="${muted}"`) : `<path d="${d}" fill="${muted}"/>`;
}

/** A curve as it is drawn, and a sample of it for the legend: path data from the sample's left end. */
interface Stroke {
  readonly d: string;
  readonly style: string;
  readonly sample: string;
}

/** From the lowest: lines with the first above the others, then points. */
function inDrawingOrder({ curves }: Figure, strokes: readonly Stroke[]): Stroke[] {
  const ofKind = (isPoints: boolean) =>
    strokes.filter((_, i) => (curves[i]?.kind === 'points') === isPoints).toReversed();
  return [...ofKind(false), ...ofKind(true)];
}

function strokeOf(curve: Curve, i: number, layout: Layout, { curves: colours }: Theme): Stroke {
  const box = boxOf(layout, curve.side);
  const colour = `stroke="${colours[i % colours.length]}"`;
  if (curve.kind === 'points') {
    // Lines of no length: their caps are squares or circles.
    const cap = i % 2 === 0 ? 'square' : 'round';
    const style = `${colour} stroke-width="${cap === 'round' ? 8 : 6}" stroke-linecap="${cap}"`;
    return { d: pointsPath(curve, box), style, sample: 'm12 0h0' };
  }
  const lines = stretchesOf(curve, box).map((line) => simplify(line, TOLERANCE));
  // Dashes would shred a line that goes up and down every few pixels.
  const isBand = lines.reduce((turns, line) => turns + turnsOf(line), 0) > (box.right - box.left) / 5;
  const dashes = isBand ? '' : DASHES[i % DASHES.length];
  const style = `${colour} stroke-width="${isBand ? 1 : 2.5}" stroke-linejoin="round"`;
  return {
    d: lines.map(linePath).join(''),
    style: dashes ? `${style} stroke-dasharray="${dashes}"` : style,
    sample: 'h26',
  };
}

/** One point of those that look like one. */
function pointsPath({ x, y }: Curve, box: Box): string {
  const seen = new Set<number>();
  let d = '';
  x.forEach((value, i) => {
    const point = { x: across(box, value), y: down(box, y[i] ?? Number.NaN) };
    if (Number.isNaN(point.x + point.y)) return;
    const cell = Math.floor(point.x / POINT_GRID) + Math.floor(point.y / POINT_GRID) * 10_000;
    if (!seen.has(cell)) d += `M${num(point.x, 1)} ${num(point.y, 1)}h0`;
    seen.add(cell);
  });
  return d;
}

function linePath([start, ...rest]: readonly Point[]): string {
  if (!start) return '';
  const at = ({ x, y }: Point) => `${num(x)} ${num(y)}`;
  // A stretch of one point is drawn as a short dash.
  return `M${at(start)}${rest.length > 0 ? `L${rest.map(at).join(' ')}` : 'h1'}`;
}

/** The axes with the labels of their ticks. */
function axisTexts({ xLabel }: Figure, layout: Layout, { ink, muted }: Theme): string[] {
  const { left, right, bottom, x, leftAxis, rightAxis } = layout;
  const box = boxOf(layout, 'left');
  const ticks = x.ticks.map(({ value, label }) => ({ label, at: across(box, value) }));
  const yLabels = (axis: Axis, side: Curve['side'], at: number, anchor: string) =>
    axis.ticks.map(({ value, label }) =>
      text(label, at, down(boxOf(layout, side), value) + FONT / 3, muted, `text-anchor="${anchor}"`),
    );
  const line = `M${num(left)} ${num(bottom)}H${num(right)}${ticks.map(({ at }) => `M${num(at)} ${num(bottom)}v5`).join('')}`;
  const middle = 'text-anchor="middle"';
  return [
    path(line, `stroke="${muted}"`),
    ...ticks.map(({ at, label }) => text(label, at, bottom + LINE - 2, muted, middle)),
    ...yLabels(leftAxis, 'left', left - 8, 'end'),
    ...(rightAxis ? yLabels(rightAxis, 'right', right + 8, 'start') : []),
    ...(xLabel
      ? [text(cut(xLabel, right - left), (left + right) / 2, bottom + 2 * LINE - 2, ink, middle)]
      : []),
  ];
}

function nameOf({ curves, xLabel }: Figure): string {
  return curves.map(({ name }) => name).join(', ') + (xLabel && ` by ${xLabel}`);
}

/** What a reader who can't see the chart needs to know of it. */
function description({ curves, marks, xLabel }: Figure): string {
  const range = ([low, high]: [number, number]) => `from ${rounded(low)} to ${rounded(high)}`;
  const ranges = curves.map(({ name, y }) => (y.length > 0 ? `${name} ${range(extent([y]))}` : name));
  const over = `${xLabel || 'x'} ${range(extent(curves.map(({ x }) => x)))}`;
  const positions = marks.filter(({ at }) => at.length > 0).map(({ name, at }) => ` ${name} at ${some(at)}.`);
  return `${ranges.join('; ')}; ${over}.${positions.join('')}`;
}

/** The first few marks. */
function some(marks: readonly Mark[]): string {
  const first = marks.slice(0, 10).map(({ x, label }) => {
    const position = rounded(x);
    return label ? `${position} (${label})` : position;
  });
  const rest = marks.length - first.length;
  return `${first.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

const path = (d: string, style: string) => `<path d="${d}" fill="none" ${style}/>`;

const text = (content: string, x: number, y: number, colour: string, attributes = '') =>
  `<text x="${num(x)}" y="${num(y)}" fill="${colour}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`;

/** A coordinate, short and the same everywhere. */
const num = (value: number, digits = 2) => String(Math.round(value * 10 ** digits) / 10 ** digits);

/** A generous guess at the width of a text, since fonts differ; ideographs and emoji are square. */
const textWidth = (words: string) => [...words].reduce((width, char) => width + emsOf(char), 0) * FONT;

function emsOf(char: string): number {
  if (char >= '\u1100' || /[%@MWmw…→]/.test(char)) return 1;
  return /[ !'(),.:;I[\]fijlrt|]/.test(char) ? 0.4 : 0.64;
}

const cut = (label: string, width: number) => truncate(label, width, textWidth);

function escaped(content: string): string {
  return content.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
