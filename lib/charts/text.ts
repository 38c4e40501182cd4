import { type Axis, type Chart, type Curve, type Tick, xAxis, yAxis } from './axis';
import { fitted } from './label';

/** What curves are drawn with besides braille dots. */
const LETTERS = 'ox+*#@%&';

/** Draws a chart with exactly `height` lines of at most `width` columns. */
export function drawText(chart: Chart, width: number, height: number): string {
  const { title, xLabel, restarts, curves } = chart;
  const above = [
    ...(title ? [centred(title, width)] : []),
    ...heading(chart, width),
    ...(curves.length > 1 && !hasOneEach(chart) ? [cut(legend(curves), width)] : []),
  ];
  const hasCaption = xLabel !== '' || restarts.length > 0;
  const rows = height - above.length - 2 - (restarts.length > 0 ? 1 : 0) - (hasCaption ? 1 : 0);
  const frame = frameOf(chart, width, rows);
  const caption = [xLabel, ...(restarts.length > 0 ? ['▲ restart (cycle)'] : [])].filter(Boolean).join('   ');
  const lines = [
    ...above,
    ...plotRows(chart, frame),
    ...axisRows(frame),
    ...(restarts.length > 0 ? [restartRow(chart, frame)] : []),
    ...(hasCaption ? [centred(caption, width, frame.indent)] : []),
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** The plot inside its axes: its place and size in characters, and the axes. */
interface Frame {
  readonly indent: number;
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly x: Axis;
  readonly left: Axis;
  readonly right: Axis | undefined;
  readonly hasRightLabels: boolean;
}

function frameOf(chart: Chart, width: number, rows: number): Frame {
  const room = { length: rows - 1, ticks: Math.max(2, Math.round(rows / 2)), apart: () => 1 };
  const left = yAxis(chart, 'left', room) as Axis;
  const right = yAxis(chart, 'right', room);
  const indent = longest(left.ticks);
  const most = width - indent - 1 - (right ? 1 : 0);
  // Where both axes have monstrous labels, the left one's are worth more than the right one's.
  const hasRightLabels = right !== undefined && most - longest(right.ticks) >= 10;
  const columns = most - (hasRightLabels ? longest(right.ticks) : 0);
  const x = xAxis(chart, {
    length: columns - 1,
    ticks: Math.max(2, Math.round(columns / 9)),
    apart: (a, b) => (a.label.length + b.label.length) / 2 + 2,
  });
  return { indent, columns, rows, width, x, left, right, hasRightLabels };
}

const longest = (ticks: readonly Tick[]) => Math.max(...ticks.map(({ label }) => label.length));

/** The y axes' labels, each above its axis; with what its curve is drawn with, where that makes a legend needless. */
function heading(chart: Chart, width: number): string[] {
  const { yLabel, y2Label, curves } = chart;
  if (!yLabel && !y2Label) return [];
  const symbolOn = (side: Curve['side']) =>
    hasOneEach(chart)
      ? `${symbol(
          curves,
          curves.findIndex((curve) => curve.side === side),
        )} `
      : '';
  const right = cut(symbolOn('right') + y2Label, width >> 1);
  const left = cut(symbolOn('left') + yLabel, width - (right ? columnsOf(right) + 2 : 0));
  return [left + ' '.repeat(width - columnsOf(left) - columnsOf(right)) + right];
}

/** Whether each y axis has a label and a single curve. */
function hasOneEach({ yLabel, y2Label, curves }: Chart): boolean {
  return (
    Boolean(yLabel && y2Label) &&
    curves.length === 2 &&
    (curves[0] as Curve).side !== (curves[1] as Curve).side
  );
}

function legend(curves: readonly Curve[]): string {
  const items = curves.map(
    ({ name, side }, i) => `${symbol(curves, i)} ${name}${side === 'right' ? ' →' : ''}`,
  );
  return items.join('   ');
}

/** Braille, `⣿`, for a line that is the first curve; a letter for any other. */
function symbol(curves: readonly Curve[], i: number): string {
  const brailles = (curves[0] as Curve).kind === 'line' ? 1 : 0;
  return i < brailles ? '⣿' : (LETTERS[(i - brailles) % LETTERS.length] as string);
}

function plotRows({ curves }: Chart, frame: Frame): string[] {
  const { rows, columns, indent, left, right, hasRightLabels } = frame;
  const cells = Array.from({ length: rows }, () => Array<string>(columns).fill(' '));
  curves.forEach((curve, i) => {
    const y = curve.side === 'left' ? left : (right as Axis);
    const letter = symbol(curves, i);
    if (letter === '⣿') drawBraille(cells, gridOf(curve, frame.x, y, dots(columns, 2, 2), dots(rows, 4, 4)));
    else drawLetter(cells, gridOf(curve, frame.x, y, dots(columns, 2), dots(rows, 4)), letter);
  });
  const leftLabels = labelsByRow(left, rows);
  const rightLabels = right && labelsByRow(right, rows);
  return cells.map((row, r) => {
    const [label, rightLabel] = [leftLabels[r], rightLabels?.[r]];
    const start = (label ?? '').padStart(indent) + (label === undefined ? '│' : '┤');
    const end = rightLabel === undefined ? '│' : `├${hasRightLabels ? rightLabel : ''}`;
    return start + row.join('') + (right ? end : '');
  });
}

/** Each tick's label at the index of its row. */
function labelsByRow({ ticks, place }: Axis, rows: number): readonly (string | undefined)[] {
  const labels: string[] = [];
  for (const { value, label } of ticks) labels[Math.floor(dots(rows, 4).at(1 - place(value)))] = label;
  return labels;
}

/** Squares along one direction: how many, and where among them (0 to n) a share of the way lies. */
interface Squares {
  readonly n: number;
  readonly at: (share: number) => number;
}

/**
 * The squares along `cells` characters of `perCell` braille dots each: the characters, or (`split`) parts of them. All
 * agree on where a value is, since the middle of the first dot is 0 and the middle of the last is 1 for each of them.
 */
function dots(cells: number, perCell: number, split = 1): Squares {
  const scale = split / perCell;
  return { n: cells * split, at: (share) => (share * (cells * perCell - 1) + 0.5) * scale };
}

/** Which squares a curve touches: row by row from the top, 1 for those that it does. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly touched: Uint8Array;
}

function gridOf(curve: Curve, x: Axis, y: Axis, across: Squares, down: Squares): Grid {
  const grid = { columns: across.n, rows: down.n, touched: new Uint8Array(across.n * down.n) };
  const columns = curve.x.map((position) => across.at(x.place(position)));
  const rows = curve.y.map((value) => down.at(1 - y.place(value)));
  if (curve.kind === 'line') {
    fillSpans(grid, spansOf(columns, rows, across.n));
  } else {
    columns.forEach((column, i) => {
      // A gap has a NaN for its index, where a typed array keeps nothing.
      grid.touched[Math.floor(rows[i] as number) * grid.columns + Math.floor(column)] = 1;
    });
  }
  return grid;
}

/** Per column the range of rows that a line passes: all of them, so that no peak is lost between columns. */
interface Spans {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
}

function spansOf(columns: Float64Array, rows: Float64Array, count: number): Spans {
  const top = new Float64Array(count).fill(Infinity);
  const bottom = new Float64Array(count).fill(-Infinity);
  const touch = (column: number, row: number) => {
    top[column] = Math.min(top[column] as number, Math.floor(row));
    bottom[column] = Math.max(bottom[column] as number, Math.floor(row));
  };
  let fromColumn = Number.NaN;
  let fromRow = Number.NaN;
  columns.forEach((column, i) => {
    const row = rows[i] as number;
    if (!Number.isNaN(row)) touch(Math.floor(column), row);
    // A jump into another column passes the edges of those between; a gap is NaN and passes none.
    const [first, last] = column < fromColumn ? [column, fromColumn] : [fromColumn, column];
    for (let edge = Math.floor(first) + 1; edge <= last; edge++) {
      const crossing = fromRow + ((row - fromRow) * (edge - fromColumn)) / (column - fromColumn);
      if (Number.isNaN(crossing)) break;
      touch(edge - 1, crossing);
      touch(edge, crossing);
    }
    [fromColumn, fromRow] = [column, row];
  });
  return { top, bottom };
}

/** Fills the spans, each without the row that it shares with the end of the one before: the line is one square thick. */
function fillSpans({ columns, touched }: Grid, { top, bottom }: Spans): void {
  for (let column = 0; column < columns; column++) {
    let [first, last] = [top[column] as number, bottom[column] as number];
    if (first < last && first === bottom[column - 1]) first++;
    if (first < last && last === top[column - 1]) last--;
    for (let row = first; row <= last; row++) touched[row * columns + column] = 1;
  }
}

/** The bits of a braille character's dots, by row and column. */
const BRAILLE = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

function drawBraille(cells: string[][], grid: Grid): void {
  draw(cells, (row, column) => {
    let bits = 0;
    BRAILLE.forEach((pair, dy) => {
      pair.forEach((bit, dx) => {
        if (grid.touched[(4 * row + dy) * grid.columns + 2 * column + dx]) bits |= bit;
      });
    });
    return bits > 0 ? String.fromCharCode(0x2800 + bits) : undefined;
  });
}

function drawLetter(cells: string[][], grid: Grid, letter: string): void {
  draw(cells, (row, column) => (grid.touched[row * grid.columns + column] ? letter : undefined));
}

function draw(cells: string[][], drawn: (row: number, column: number) => string | undefined): void {
  cells.forEach((line, row) => {
    line.forEach((old, column) => {
      line[column] = drawn(row, column) ?? old;
    });
  });
}

/** The x axis with its ticks, and their labels below. */
function axisRows({ x, columns, indent, width, right }: Frame): [string, string] {
  const line = Array<string>(columns).fill('─');
  const labels = Array<string>(width).fill(' ');
  for (const { value, label } of x.ticks) {
    const column = columnAt(x, columns, value);
    line[column] = '┬';
    const centre = indent + 1 + column - (label.length >> 1);
    write(labels, Math.min(Math.max(0, centre), width - label.length), label);
  }
  return [`${' '.repeat(indent)}└${line.join('')}${right ? '┘' : ''}`, labels.join('')];
}

const columnAt = (x: Axis, columns: number, value: number) => Math.floor(dots(columns, 2).at(x.place(value)));

/** A ▲ under each restart, followed by the number of its cycle where nothing else is in the way. */
function restartRow({ restarts }: Chart, { x, columns, indent, width }: Frame): string {
  const row = Array<string>(width).fill(' ');
  const at = restarts.map((restart) => indent + 1 + columnAt(x, columns, restart.x));
  for (const column of at) row[column] = '▲';
  restarts.forEach(({ cycle }, i) => {
    const number = String(cycle);
    const column = at[i] as number;
    const isAlone = at[i - 1] !== column && at[i + 1] !== column;
    if (isAlone) write(row, column + 1, number, 1);
  });
  return row.join('');
}

/** Writes text where the row is blank, also `after` it up to the row's end; else nothing. */
function write(row: string[], start: number, text: string, after = 0): void {
  const room = row.slice(start, start + text.length + after);
  if (room.length < text.length || room.some((char) => char !== ' ')) return;
  for (let i = 0; i < text.length; i++) row[start + i] = text.charAt(i);
}

function centred(text: string, width: number, indent = 0): string {
  const line = cut(text, width);
  const middle = indent + ((width - indent - columnsOf(line)) >> 1);
  return ' '.repeat(Math.min(middle, width - columnsOf(line))) + line;
}

const cut = (text: string, width: number) => fitted(text, width, columnsOf);

/** How many columns a terminal gives a text: two for East Asian characters and emoji, none for marks and joiners. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) {
    if (/[\p{M}\p{Cf}]/u.test(char)) continue;
    columns += WIDE.test(char) ? 2 : 1;
  }
  return columns;
}

const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
