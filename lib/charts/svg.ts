import type { Axis } from './axis';
import { type Curve, extent, type Figure, type Mark, type Marks } from './figure';
import { boxOf, type Entry, type Layout, LINE, layoutOf, PAD, sampleWidth, TRIANGLE } from './layout';
import { across, down } from './line';
import { cut, escaped, FONT, num, path, text, textWidth } from './markup';
import { type Stroke, strokeOf } from './stroke';
import { DARK, darkStyle, LIGHT, type Theme } from './theme';
import { rounded } from './ticks';

/** Many charts may stand in one page: all that its style may touch is in elements of this class. */
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
  const strokes = figure.curves.map((curve, i) =>
    strokeOf(curve, i, boxOf(layout, curve.side), colours.curves),
  );
  const content = [
    `<rect width="${width}" height="${height}" fill="${colours.background}"/>`,
    ...titleText(figure, width, colours),
    ...header(layout, strokes, colours),
    ...gridLines(layout, colours),
    ...marksOf(figure, layout, colours),
    ...curves(figure, strokes, colours),
    ...axisTexts(figure, layout, colours),
  ].join('\n');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `role="img" class="${CLASS}" font-family="system-ui, sans-serif" font-size="${FONT}">`,
    `<title>${escaped(figure.title || nameOf(figure))}</title>`,
    `<desc>${escaped(descriptionOf(figure))}</desc>`,
    ...(theme === 'auto' ? [`<style>${darkStyle(content, CLASS)}</style>`] : []),
    content,
    '</svg>',
    '',
  ].join('\n');
}

function header({ header: entries }: Layout, strokes: readonly Stroke[], theme: Theme): string[] {
  return entries.map((entry) => {
    const { x, y, sample } = entry;
    return (
      sampleAt(x, y, sample, strokes, theme) +
      text(entry.text, x + sampleWidth(entry), y + FONT / 3, theme.ink)
    );
  });
}

function sampleAt(
  x: number,
  y: number,
  sample: Entry['sample'],
  strokes: readonly Stroke[],
  theme: Theme,
): string {
  if (typeof sample === 'object') return triangle(x + TRIANGLE, y + TRIANGLE, sample, theme);
  const stroke = strokes[sample ?? -1];
  return stroke ? path(`M${num(x)} ${num(y)}${stroke.sample}`, stroke.style) : '';
}

function titleText({ title }: Figure, width: number, { ink }: Theme): string[] {
  if (!title) return [];
  const shown = cut(title, (width - 2 * PAD) / 1.25);
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
  const box = boxOf(layout, 'left');
  return marks.flatMap((kind) => {
    const placed = kind.at.map(({ x, label }) => ({ x: across(box, x), label }));
    const shown = placed.filter(({ x }) => triangles.take(x, kind.isFaint ? TRIANGLE : 2 * TRIANGLE));
    // All take as much room as the widest, so that every nth is labelled and not just any.
    const room = placed.reduce((most, { label }) => Math.max(most, textWidth(label)), 0) + FONT / 4;
    const labelled = shown.filter(({ x, label }) => label !== '' && labels.take(x, room));
    return [
      ...guides(placed, kind, layout, theme),
      ...shown.map(({ x }) => triangle(x, layout.top - 1, kind, theme)),
      ...labelled.map(({ x, label }) => labelAbove(x, label, layout, theme)),
    ];
  });
}

function labelAbove(x: number, label: string, { top, width }: Layout, { ink }: Theme): string {
  const inside = Math.min(x, width - (PAD + textWidth(label)) / 2);
  return text(label, inside, top - 2 * TRIANGLE - 4, ink, 'text-anchor="middle"');
}

/** Lines closer than this would hide the curve. */
const MIN_GUIDE_DISTANCE = 16;

function guides(placed: readonly Mark[], { isFaint }: Marks, layout: Layout, { muted }: Theme): string[] {
  const { left, right, top, bottom } = layout;
  if (placed.length === 0 || placed.length > (right - left) / MIN_GUIDE_DISTANCE) return [];
  const d = placed.map(({ x }) => `M${num(x)} ${num(top)}V${num(bottom)}`).join('');
  return [path(d, `stroke="${muted}" stroke-dasharray="${isFaint ? '1 5' : '3 4'}"`)];
}

/** A triangle that points down to (x, y); hollow if it is faint. */
function triangle(x: number, y: number, { isFaint }: Marks, { muted }: Theme): string {
  const d = `M${num(x)} ${num(y)}l${-TRIANGLE} ${-2 * TRIANGLE}h${2 * TRIANGLE}z`;
  return isFaint ? path(d, `stroke="${muted}"`) : `<path d="${d}" fill="${muted}"/>`;
}

/** The curves; what crosses an area has a hem of the background's colour, since no two curves' colours contrast enough. */
function curves(figure: Figure, strokes: readonly Stroke[], { background }: Theme): string[] {
  const haveHems = strokes.some(isArea);
  return inDrawingOrder(figure, strokes).flatMap((stroke) => [
    ...(haveHems && !isArea(stroke) ? [path(stroke.d, `stroke="${background}" stroke-width="6"`)] : []),
    path(stroke.d, stroke.style),
  ]);
}

const isArea = ({ depth }: Stroke) => depth > 0;

/** From the lowest: lines that are areas, the highest first, lines with the first above the others, then points. */
function inDrawingOrder({ curves }: Figure, strokes: readonly Stroke[]): Stroke[] {
  const ofKind = (isPoints: boolean) =>
    strokes.filter((_, i) => (curves[i]?.kind === 'points') === isPoints).toReversed();
  return [...ofKind(false).sort((a, b) => b.depth - a.depth), ...ofKind(true)];
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

/** A name for a figure without a title. */
function nameOf({ curves, xLabel }: Figure): string {
  return curves.map(({ name }) => name).join(', ') + (xLabel && ` by ${xLabel}`);
}

/** What a reader who can't see the chart needs to know of it. */
function descriptionOf({ curves, marks, xLabel }: Figure): string {
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
