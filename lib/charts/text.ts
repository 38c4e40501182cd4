import { type Axis, leftAxis, rightAxis, xAxis } from './axis';
import { type Curve, type Figure, hasMarks, hasOneEach, type Mark, type Marks } from './figure';
import { columnsOf, truncate } from './label';
import { cellAt, DOTS, Raster } from './raster';
import type { Tick } from './ticks';

/** The characters of a chart beside its words. */
export interface Glyphs {
  /** In the legend, for a first curve of braille dots; undefined if all curves are drawn with letters. */
  readonly braille: string | undefined;
  readonly letters: string;
  readonly mark: string;
  readonly faintMark: string;
  readonly onRightAxis: string;
  readonly ellipsis: string;
  readonly left: { readonly line: string; readonly tick: string; readonly corner: string };
  readonly right: { readonly line: string; readonly tick: string; readonly corner: string };
  readonly bottom: { readonly line: string; readonly tick: string };
}

export const UNICODE: Glyphs = {
  braille: '⣿',
  letters: 'ox+*#@%&',
  mark: '▲',
  faintMark: '△',
  onRightAxis: '→',
  ellipsis: '…',
  left: { line: '│', tick: '┤', corner: '└' },
  right: { line: '│', tick: '├', corner: '┘' },
  bottom: { line: '─', tick: '┬' },
};

export const ASCII: Glyphs = {
  braille: undefined,
  letters: '*ox+#@%&',
  mark: '^',
  faintMark: "'",
  onRightAxis: '>',
  ellipsis: '...',
  left: { line: '|', tick: '+', corner: '+' },
  right: { line: '|', tick: '+', corner: '+' },
  bottom: { line: '-', tick: '+' },
};

/** Draws a figure with exactly `height` lines of at most `width` columns. */
export function drawText(figure: Figure, width: number, height: number, glyphs: Glyphs): string {
  const above = rowsAbove(figure, width, mostRows(height), glyphs);
  const captions = captionsOf(figure, width, mostRows(height), glyphs);
  const below = 2 + (hasMarks(figure) ? 1 : 0) + captions.length;
  const layout = layoutOf(figure, width, height - above.length - below);
  const rows = [
    ...above,
    ...plotRows(figure, layout, glyphs),
    axisRow(layout, glyphs),
    tickRow(layout),
    ...(hasMarks(figure) ? [markRow(figure, layout, glyphs)] : []),
    ...captions.map((caption) => centred(caption, layout.indent, width, glyphs)),
  ];
  return rows.map((row) => row.trimEnd()).join('\n');
}

/** How many rows a legend may take from the plot. */
const mostRows = (height: number) => Math.max(1, Math.floor(height / 8));

/** The plot inside its axes, in characters. */
interface Layout {
  readonly width: number;
  /** Columns left of the plot, its axis included. */
  readonly indent: number;
  readonly columns: number;
  readonly rows: number;
  readonly x: Axis;
  readonly left: Axis;
  readonly right: Axis | undefined;
  readonly hasRightLabels: boolean;
}

/** Two y axes with monstrous labels would leave no room for the plot: the right one's are given up first. */
const MIN_COLUMNS = 10;

function layoutOf(figure: Figure, width: number, rows: number): Layout {
  const room = { length: rows - 1, ticks: Math.max(2, Math.round(rows / 2)), gap: () => 1 };
  const left = leftAxis(figure, room);
  const right = rightAxis(figure, room);
  const indent = longest(left.ticks) + 1;
  const most = width - indent - (right ? 1 : 0);
  const rightLabels = right ? longest(right.ticks) : 0;
  const hasRightLabels = most - rightLabels >= MIN_COLUMNS;
  const columns = hasRightLabels ? most - rightLabels : most;
  const x = xAxis(figure, {
    length: columns - 1,
    ticks: Math.max(2, Math.round(columns / 9)),
    gap: (a, b) => (a.label.length + b.label.length) / 2 + 2,
  });
  return { width, indent, columns, rows, x, left, right, hasRightLabels };
}

const longest = (ticks: readonly Tick[]) => Math.max(...ticks.map(({ label }) => label.length));

/** The title, the labels of the y axes, and what each curve is drawn with. */
function rowsAbove(figure: Figure, width: number, most: number, glyphs: Glyphs): string[] {
  const { title, curves } = figure;
  const needsLegend = curves.length > 1 && !hasOneEach(figure);
  return [
    ...(title ? [centred(title, 0, width, glyphs)] : []),
    ...labelRow(figure, width, glyphs),
    ...(needsLegend ? inRows(legend(curves, glyphs), width, most, glyphs) : []),
  ];
}

/** The labels of the y axes, each above its axis, with what its only curve is drawn with if that makes a legend needless. */
function labelRow(figure: Figure, width: number, glyphs: Glyphs): string[] {
  const { leftLabel, rightLabel, curves } = figure;
  if (!leftLabel && !rightLabel) return [];
  const symbolOn = (side: Curve['side']) =>
    hasOneEach(figure)
      ? `${symbolsOf(curves, glyphs)[curves.findIndex((curve) => curve.side === side)]} `
      : '';
  const right = cut(symbolOn('right') + rightLabel, width >> 1, glyphs);
  const left = cut(symbolOn('left') + leftLabel, width - (right ? columnsOf(right) + 2 : 0), glyphs);
  return [left + ' '.repeat(width - columnsOf(left) - columnsOf(right)) + right];
}

function legend(curves: readonly Curve[], glyphs: Glyphs): string[] {
  const symbols = symbolsOf(curves, glyphs);
  return curves.map(({ name, side }, i) => {
    const arrow = side === 'right' ? ` ${glyphs.onRightAxis}` : '';
    return `${symbols[i]} ${name}${arrow}`;
  });
}

/** What each curve is drawn with: braille dots for the first one if it is a line, letters for the others. */
function symbolsOf(curves: readonly Curve[], { braille, letters }: Glyphs): string[] {
  let used = 0;
  return curves.map(({ kind }, i) =>
    braille && i === 0 && kind !== 'points' ? braille : letters.charAt(used++ % letters.length),
  );
}

function plotRows({ curves }: Figure, layout: Layout, glyphs: Glyphs): string[] {
  const cells = Array.from({ length: layout.rows }, () => Array<string>(layout.columns).fill(' '));
  const symbols = symbolsOf(curves, glyphs);
  curves.forEach((curve, i) => {
    const raster = new Raster(layout.columns, layout.rows);
    const yAxis = curve.side === 'right' && layout.right ? layout.right : layout.left;
    raster.draw(curve, { ...raster.edges, xAxis: layout.x, yAxis });
    const letter = symbols[i] === glyphs.braille ? undefined : symbols[i];
    cells.forEach((row, r) => {
      row.forEach((old, c) => {
        const braille = raster.brailleAt(c, r);
        row[c] = braille === undefined ? old : (letter ?? braille);
      });
    });
  });
  return withYAxes(cells, layout, glyphs);
}

function withYAxes(cells: readonly string[][], layout: Layout, { left, right }: Glyphs): string[] {
  const leftLabels = labelsByRow(layout.left, layout.rows);
  const rightLabels = layout.right && labelsByRow(layout.right, layout.rows);
  return cells.map((row, r) => {
    const [label, rightLabel] = [leftLabels.get(r), rightLabels?.get(r)];
    const start = (label ?? '').padStart(layout.indent - 1) + (label === undefined ? left.line : left.tick);
    const end =
      rightLabel === undefined ? right.line : right.tick + (layout.hasRightLabels ? rightLabel : '');
    return start + row.join('') + (rightLabels ? end : '');
  });
}

/** Each tick's label by the index of its row. */
function labelsByRow({ ticks, shareOf }: Axis, rows: number): ReadonlyMap<number, string> {
  return new Map(ticks.map(({ value, label }) => [cellAt(1 - shareOf(value), rows, DOTS.down), label]));
}

/** The column of the whole chart in which a value of the x axis lies. */
const columnOf = ({ x, indent, columns }: Layout, value: number) =>
  indent + cellAt(x.shareOf(value), columns, DOTS.across);

function axisRow(layout: Layout, { left, right, bottom }: Glyphs): string {
  const row = Array<string>(layout.indent + layout.columns).fill(bottom.line);
  row.fill(' ', 0, layout.indent - 1);
  row[layout.indent - 1] = left.corner;
  for (const { value } of layout.x.ticks) row[columnOf(layout, value)] = bottom.tick;
  return row.join('') + (layout.right ? right.corner : '');
}

function tickRow(layout: Layout): string {
  const row = Array<string>(layout.width).fill(' ');
  for (const { value, label } of layout.x.ticks) {
    const start = columnOf(layout, value) - (label.length >> 1);
    write(row, Math.min(Math.max(0, start), layout.width - label.length), label);
  }
  return row.join('');
}

/** A symbol under each marked position, followed by its label if nothing else is in the way. */
function markRow({ marks }: Figure, layout: Layout, glyphs: Glyphs): string {
  const row = Array<string>(layout.width).fill(' ');
  for (const { isFaint, at } of marks.toReversed()) {
    for (const { x } of at) row[columnOf(layout, x)] = isFaint ? glyphs.faintMark : glyphs.mark;
  }
  for (const { column, label } of marks.flatMap(({ at }) => marksAlone(at, layout))) {
    write(row, column + 1, label, 1);
  }
  return row.join('');
}

/** Marks that share their column with no other one, which a label would be false for. */
function marksAlone(marks: readonly Mark[], layout: Layout) {
  const placed = marks.map(({ x, label }) => ({ column: columnOf(layout, x), label }));
  return placed.filter(
    ({ column }, i) => placed[i - 1]?.column !== column && placed[i + 1]?.column !== column,
  );
}

/** Writes text on blanks, with blanks `after` it up to the row's end; else nothing. */
function write(row: string[], start: number, text: string, after = 0): void {
  const room = row.slice(start, start + text.length + after);
  if (room.length < text.length || room.some((char) => char !== ' ')) return;
  row.splice(start, text.length, ...text);
}

/** What the x axis and the marks below it are. */
function captionsOf({ xLabel, marks }: Figure, width: number, most: number, glyphs: Glyphs): string[] {
  const present = marks.filter(({ at }) => at.length > 0);
  const symbolOf = ({ isFaint }: Marks) => (isFaint ? glyphs.faintMark : glyphs.mark);
  const names = present.map((kind) => `${symbolOf(kind)} ${kind.name}`);
  return inRows([...(xLabel ? [xLabel] : []), ...names], width, most, glyphs);
}

/** Items in as few rows as hold them; the last row that there may be is cut off. */
function inRows(items: readonly string[], width: number, most: number, glyphs: Glyphs): string[] {
  const rows: string[] = [];
  for (const item of items) {
    const before = rows.at(-1);
    const joined = `${before}   ${item}`;
    const isJoined = before !== undefined && (columnsOf(joined) <= width || rows.length === most);
    if (isJoined) rows.pop();
    rows.push(isJoined ? joined : item);
  }
  return rows.map((row) => cut(row, width, glyphs));
}

/** Text in the middle between two columns; `from` matters less than that it fits. */
function centred(text: string, from: number, width: number, glyphs: Glyphs): string {
  const line = cut(text, width, glyphs);
  const middle = from + ((width - from - columnsOf(line)) >> 1);
  return ' '.repeat(Math.min(middle, width - columnsOf(line))) + line;
}

const cut = (text: string, width: number, { ellipsis }: Glyphs) => truncate(text, width, columnsOf, ellipsis);
