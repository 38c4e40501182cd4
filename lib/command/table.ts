import { firstUpdateFrom } from '../annealing/clock';
import { endOfLastCycle } from '../annealing/plan';
import { ratesAt } from '../annealing/schedule';
import { cyclesIn, justBefore, lastPosition, type Run, updateAt, updateCount } from './run';

const MOST_CYCLES = 20;
const FIRST_CYCLES = 14;
const LAST_CYCLES = 3;

/** A part of a run: a cycle, the time before the first one, or the rest after the last one. */
interface Stage {
  /** The cycle's index, 'before' or 'hold'. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The highest learning rate of its cycle. */
  readonly peak: number | undefined;
  /** The learning rates of its first and its last update in the run; undefined if it has none. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/** How a table is set. */
interface Layout {
  readonly columns: readonly Column[];
  /** Significant digits of its numbers. */
  readonly digits: number;
  readonly gap: number;
}

interface Column {
  readonly header: string;
  /** A stage's text in it. */
  text(stage: Stage, digits: number): string;
}

/** The cycles of a run, a line each; as exact as fits into `width` columns. A star stands where the run ends before the cycle. */
export function tableOf(run: Run, width: number): string {
  const groups = stagesShown(run);
  const tables = layouts(run).map((layout) => set(groups, layout));
  return (tables.find((lines) => (lines[0] ?? '').length <= width) ?? tables.at(-1) ?? []).join('\n');
}

/** Whether the run ends before its last cycle does. */
export const isCutOff = (run: Run): boolean => cycleStage(run, cyclesIn(run) - 1).end > run.to;

/** The stages to show, in groups; between two groups cycles are left out. */
function stagesShown(run: Run): Stage[][] {
  const count = cyclesIn(run);
  const cycles = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, k) => cycleStage(run, from + k));
  const before = [stageBefore(run)].filter((stage) => stage !== undefined);
  const after = [stageAfter(run)].filter((stage) => stage !== undefined);
  if (count <= MOST_CYCLES) return [[...before, ...cycles(0, count), ...after]];
  return [
    [...before, ...cycles(0, FIRST_CYCLES)],
    [...cycles(count - LAST_CYCLES, count), ...after],
  ];
}

/** From the one that says most to the one that fits nearly everywhere. */
function layouts({ to, schedule }: Run): Layout[] {
  const rate = (header: string, key: 'first' | 'peak' | 'last'): Column => ({
    header,
    text: ({ [key]: value }, digits) => (value === undefined ? '-' : short(value, digits)),
  });
  const place = (header: string, which: 0 | 1): Column => ({
    header,
    text: ({ start, end }, digits) =>
      shortApart(start, end, digits)[which] + (which === 1 && end > to ? '*' : ''),
  });
  const length = (header: string): Column => ({
    header,
    text: ({ start, end }, digits) => short(end - start, digits),
  });
  const name: Column = { header: 'cycle', text: (stage) => stage.name };
  const peak = schedule.config.warmup === undefined ? [] : [rate('peak', 'peak')];
  const start = place('start', 0);
  const end = place('end', 1);
  const long = [
    name,
    start,
    length('length'),
    end,
    rate('first rate', 'first'),
    ...peak,
    rate('last rate', 'last'),
  ];
  const narrow = [name, start, length('len'), end, rate('first', 'first'), ...peak, rate('last', 'last')];
  const narrower = [
    name,
    start,
    end,
    ...(peak.length > 0 ? peak : [rate('first', 'first')]),
    rate('last', 'last'),
  ];
  return [
    { columns: long, digits: 6, gap: 2 },
    { columns: long, digits: 4, gap: 2 },
    { columns: narrow, digits: 4, gap: 1 },
    { columns: narrow, digits: 3, gap: 1 },
    { columns: narrower, digits: 3, gap: 1 },
    { columns: [end, rate('last', 'last')], digits: 3, gap: 1 },
  ];
}

/** The lines of a table. */
function set(groups: readonly Stage[][], { columns, digits, gap }: Layout): string[] {
  const rowsOf = (stages: readonly Stage[]) =>
    stages.map((stage) => columns.map((column) => column.text(stage, digits)));
  const parts = groups.map(rowsOf);
  const header = columns.map((column) => column.header);
  const widths = header.map((text, i) =>
    Math.max(text.length, ...parts.flat().map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join(' '.repeat(gap));
  const [first = [], ...others] = parts.map((rows) => rows.map(line));
  const gapLine = '...'.padStart(widths[0] ?? 0);
  return [line(header), ...first, ...others.flatMap((lines) => [gapLine, ...lines])];
}

/** The time before the first cycle, if there is any. */
function stageBefore(run: Run): Stage | undefined {
  const end = run.schedule.cycleStart(0);
  return end === 0 ? undefined : { name: 'before', start: 0, end, peak: undefined, ...ratesIn(run, 0, end) };
}

/** Cycle i. */
function cycleStage(run: Run, i: number): Stage {
  const { config, cycleStart } = run.schedule;
  const [start, end] = [cycleStart(i), cycleStart(i + 1)];
  return { name: String(i), start, end, peak: ratesAt(config, i).eta_max, ...ratesIn(run, start, end) };
}

/** The rest after the last cycle, if the run comes to it. */
function stageAfter(run: Run): Stage | undefined {
  const start = endOfLastCycle(run.schedule);
  if (run.schedule.cycleAt(lastPosition(run)).phase !== 'hold') return undefined;
  return { name: 'hold', start, end: run.to, peak: undefined, ...ratesIn(run, start, run.to) };
}

function ratesIn(run: Run, start: number, end: number): Pick<Stage, 'first' | 'last'> {
  const { schedule, perUnit, to } = run;
  if (perUnit === undefined) {
    return start < to
      ? { first: schedule(start), last: rateAtEnd(run, end) }
      : { first: undefined, last: undefined };
  }
  const first = firstUpdateFrom(start, perUnit);
  const last = Math.min(updateCount(run), firstUpdateFrom(end, perUnit)) - 1;
  if (last < first) return { first: undefined, last: undefined };
  return { first: schedule(updateAt(run, first)), last: schedule(updateAt(run, last)) };
}

/** The learning rate that a stage comes to with so many updates that the last one is at its end. */
function rateAtEnd({ schedule, to }: Run, end: number): number {
  if (end > to) return schedule(to);
  const { cycle, phase } = schedule.cycleAt(justBefore(end));
  return phase === 'anneal' ? ratesAt(schedule.config, cycle).eta_min : schedule(justBefore(end));
}

/** A number with so many significant digits, in the shorter of its usual forms. */
function short(n: number, digits: number): string {
  const rounded = Number(n.toPrecision(digits));
  const plain = String(Number.isInteger(n) && Math.abs(n) < 1e6 ? n : rounded);
  return plain.length > digits + 6 ? rounded.toExponential().replace('+', '') : plain;
}

/** The numbers with so many digits, or with as many more as tell them apart. */
function shortApart(a: number, b: number, digits: number): [string, string] {
  for (const most of [digits, 9, 15]) {
    const [one, other] = [short(a, most), short(b, most)];
    if (one !== other) return [one, other];
  }
  return [String(a), String(b)];
}
