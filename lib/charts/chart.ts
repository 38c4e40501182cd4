import { CosineAnnealingError, show } from '../errors';
import { type Chart, type Curve, extent, format, powerOfTen, type Restart } from './axis';
import { drawSVG } from './svg';
import { drawText } from './text';

/** A schedule, as `cosineAnnealing` makes it: the learning rate at position t, and where its cycles are. */
export interface PlottableSchedule {
  (t: number): number;
  /** The cycle at position t. */
  cycleAt(t: number): {
    /** Its index, from 0. */
    readonly cycle: number;
  };
  /** The position where cycle i begins. */
  cycleStart(i: number): number;
  /** What the schedule was made of. */
  readonly config: {
    /** What positions count. */
    readonly unit: 'epoch' | 'batch';
  };
}

/** A schedule over a range: what the learning rate is going to be. */
export interface ScheduleSource {
  /** What is drawn. */
  readonly schedule: PlottableSchedule;
  /** Where the range begins, in the schedule's units. A number >= 0; default 0. */
  readonly from?: number | undefined;
  /** Where the range ends, itself excluded: a restart just there is not drawn. A number > `from`. */
  readonly to: number;
  /** How many evenly spaced positions are drawn, besides both sides of each restart. 2 to 1000000; default 4000. */
  readonly samples?: number | undefined;
}

/** One change of the learning rate, as a history books it. */
export interface PlottableChange {
  /** Index of the update, from 0. */
  readonly step: number;
  /** Index of the epoch, from 0. */
  readonly epoch: number;
  /** Index of the batch within the epoch, from 0. */
  readonly batch: number;
  /** The learning rate that was set. */
  readonly learningRate: number;
  /** Index of the cycle, from 0. */
  readonly cycle: number;
  /** Whether a new cycle begins here. */
  readonly restart: boolean;
}

/** The changes of the learning rate in the order of their steps; each value holds until the next change. */
export interface PlottableHistory extends Iterable<PlottableChange> {
  /** How many changes there are. */
  readonly length: number;
}

/** A callback: its history, and the step that it reached, up to which the last value holds. */
export interface CallbackSource {
  /** Its changes so far. */
  readonly history: PlottableHistory;
  /** Updates done. Default: as if the last value held as long as the one before it. */
  readonly step?: number | undefined;
}

/** Any other values, such as losses or test errors. */
export interface PlotSeries {
  /** Its name in the legend. */
  readonly name: string;
  /** Positions on the chart's x axis. */
  readonly x: ArrayLike<number>;
  /** One value per position. NaN, infinite and beyond 1e300: a gap. */
  readonly y: ArrayLike<number>;
  /** The y axis that it is measured on; default `'left'`, and always left where no other series is. */
  readonly axis?: 'left' | 'right' | undefined;
  /** `'line'` (default) joins the values, `'step'` holds each until the next, `'points'` draws them alone. */
  readonly kind?: 'line' | 'step' | 'points' | undefined;
}

/** Series alone, without a schedule. */
export interface SeriesSource {
  /** What is drawn: one or more. */
  readonly series: readonly PlotSeries[];
}

/** What can be drawn: a schedule with a range, a history, a callback, or plain series. */
export type PlotSource = ScheduleSource | PlottableHistory | CallbackSource | SeriesSource;

/** What `toText` and `toSVG` have in common. */
export interface PlotOptions {
  /** A line above the chart; default none. */
  readonly title?: string | undefined;
  /** Default: the schedule's unit, or what `x` says. */
  readonly xLabel?: string | undefined;
  /** Default `'learning rate'`, or the name of the only series on the left axis. */
  readonly yLabel?: string | undefined;
  /** Label of the right axis. Default: the name of the only series on it. */
  readonly y2Label?: string | undefined;
  /**
   * Whether the left axis is logarithmic; default false. Values <= 0 are then drawn at the power of ten at or below the
   * lowest positive value, and the axis's label says so. A schedule that anneals to 0 is 0 below 1e-4 of its greatest value.
   */
  readonly logScale?: boolean | undefined;
  /** Whether warm restarts are marked (default true), or the positions of those to mark, numbered from 1. */
  readonly restarts?: boolean | readonly number[] | undefined;
  /** Further series beside the source, on its x axis. */
  readonly series?: readonly PlotSeries[] | undefined;
  /**
   * What a history is drawn over: `'step'` (default), the count of updates, or `'epoch'`, where an epoch's updates are
   * spread evenly from its number to the next.
   */
  readonly x?: 'step' | 'epoch' | undefined;
}

/** How `toText` draws. */
export interface TextOptions extends PlotOptions {
  /** Columns of the whole chart, never exceeded. 30 to 1000; default 80. */
  readonly width?: number | undefined;
  /** Lines of the whole chart. 10 to 200; default 16. */
  readonly height?: number | undefined;
}

/** How `toSVG` draws. */
export interface SVGOptions extends PlotOptions {
  /** Width in pixels. 320 to 10000; default 720. */
  readonly width?: number | undefined;
  /** Height in pixels. 200 to 10000; default 400. */
  readonly height?: number | undefined;
}

const SIZES = {
  text: { width: [30, 80, 1000], height: [10, 16, 200] },
  svg: { width: [320, 720, 10_000], height: [200, 400, 10_000] },
} as const;

const MOST_SAMPLES = 1_000_000;

/** More cycles than this in a range are thinned out: no chart is wide enough to tell them apart. */
const MOST_CYCLES = 20_000;

/** A learning rate below the first share of the greatest is zero, and a curve that reaches zero is so below the second. */
const ZERO = { exact: 1e-12, drawn: 1e-4 };

/**
 * Draws a learning rate for the terminal: the first series as a curve of braille dots, others as letters, restarts as ▲
 * under the axis, with the number of the cycle that begins where there is room. Lines are separated by `\n`.
 *
 * @throws `CosineAnnealingError` for a history without changes, a range or size out of bounds, or series without values.
 *
 * @example
 * console.log(toText({ schedule: cosineAnnealing({ T_0: 10, T_mult: 2, eta_max: 0.1 }), to: 150 }));
 */
export function toText(source: PlotSource, options: TextOptions = {}): string {
  const [width, height] = sizeOf(options, SIZES.text);
  return drawText(readChart(source, options), width, height);
}

/**
 * Draws a learning rate as a standalone SVG document, fit for a paper: restarts are dashed lines with the number of the
 * cycle that begins, colours are told apart by colour-blind readers, and screen readers get a title and a description.
 *
 * @throws `CosineAnnealingError` for a history without changes, a range or size out of bounds, or series without values.
 *
 * @example
 * const testError = { name: 'test error (%)', x: epochs, y: errors, axis: 'right', kind: 'points' } as const;
 * await writeFile('run.svg', toSVG(annealing, { x: 'epoch', series: [testError] }));
 */
export function toSVG(source: PlotSource, options: SVGOptions = {}): string {
  const [width, height] = sizeOf(options, SIZES.svg);
  return drawSVG(readChart(source, options), width, height);
}

/** What a source says before options change it. */
interface Drawn {
  readonly xLabel: string;
  readonly yLabel?: string;
  readonly curves: readonly Curve[];
  readonly restarts: readonly Restart[];
}

const RATE = 'learning rate';

function readChart(source: PlotSource, options: PlotOptions): Chart {
  const read = readSource(source, options);
  const curves = leftUnlessBoth([...read.curves, ...readSeries(options.series ?? [])]);
  const [first, end] = extent(curves.map(({ x }) => x));
  const [low, high] = extent(curves.map(({ y }) => y));
  refuse((first > end || low > high) && '`series`: expected a finite value, got none');
  const { logScale = false } = options;
  const { drawn, note } = logScale ? withoutZeros(curves) : { drawn: curves, note: '' };
  const nameOn = (side: Curve['side']) => {
    const [only, ...others] = curves.filter((curve) => curve.side === side);
    return others.length === 0 ? (only?.name ?? '') : '';
  };
  return {
    title: plain(options.title ?? ''),
    xLabel: plain(options.xLabel ?? read.xLabel),
    yLabel: plain((options.yLabel ?? read.yLabel ?? nameOn('left')) + note),
    y2Label: plain(options.y2Label ?? nameOn('right')),
    logScale,
    curves: drawn,
    restarts: readRestarts(options.restarts, read.restarts).filter(({ x }) => x >= first && x <= end),
  };
}

function readSource(source: PlotSource, options: PlotOptions): Drawn {
  // A callback has a schedule too, so its history comes first.
  if (has(source, 'history')) return readHistory(source.history, options, source.step);
  if (has(source, 'series')) return { xLabel: '', curves: readSeries(source.series), restarts: [] };
  if (has(source, 'schedule')) return readSchedule(source, options);
  if (has(source, Symbol.iterator)) return readHistory(source, options);
  throw new CosineAnnealingError(
    `\`source\`: expected { schedule, to }, a history, a callback or { series }, got ${show(source)}`,
  );
}

function has<Source extends PlotSource, Key extends PropertyKey>(
  source: Source,
  key: Key,
): source is Extract<Source, { readonly [key in Key]: unknown }> {
  return typeof source === 'object' && source !== null && key in source;
}

function readSchedule(source: ScheduleSource, { logScale = false }: PlotOptions): Drawn {
  const { schedule, from = 0, to, samples = 4000 } = source;
  refuse(
    typeof schedule !== 'function' && `\`schedule\`: expected a schedule, got ${show(schedule)}`,
    !(from >= 0 && from < Infinity) && `\`from\`: expected a number >= 0, got ${show(from)}`,
    !(to > from && to < Infinity) && `\`to\`: expected a number > \`from\` (${show(from)}), got ${show(to)}`,
    notInteger('samples', samples, 2, MOST_SAMPLES),
  );
  const restarts = restartsOf(schedule, from, to);
  const x: number[] = [];
  const y: number[] = [];
  const put = (position: number, value: number) => {
    x.push(position);
    y.push(value);
  };
  const startOf = (i: number) => restarts[i]?.x ?? Infinity;
  let next = 0;
  for (let k = 0; k < samples; k++) {
    const t = k < samples - 1 ? from + ((to - from) * k) / (samples - 1) : to;
    for (let start = startOf(next); start <= t; start = startOf(++next)) {
      if (start > from) put(start, schedule(justBefore(start)));
      put(start, schedule(start));
    }
    put(t, schedule(t < to ? t : justBefore(to)));
  }
  const rates = logScale ? flooredAtZero(y) : y;
  return {
    xLabel: schedule.config.unit,
    yLabel: RATE,
    curves: [curveOf(RATE, x, rates, 'left', 'line')],
    restarts,
  };
}

function restartsOf(schedule: PlottableSchedule, from: number, to: number): Restart[] {
  const first = Math.max(1, schedule.cycleAt(from).cycle);
  const last = schedule.cycleAt(justBefore(to)).cycle;
  const every = Math.max(1, Math.ceil((last - first + 1) / MOST_CYCLES));
  const restarts: Restart[] = [];
  for (let cycle = first; cycle <= last; cycle += every)
    restarts.push({ x: schedule.cycleStart(cycle), cycle });
  return restarts.filter(({ x }) => x >= from);
}

/** The float before t, or the one before that: the end of the cycle that t follows. */
const justBefore = (t: number) => t * (1 - Number.EPSILON);

/** Zero where a schedule is as good as zero, lest a log scale follow it down to rounding errors. */
function flooredAtZero(rates: readonly number[]): readonly number[] {
  const [low, high] = extent([new Float64Array(rates)]);
  if (low > ZERO.exact * high) return rates;
  return rates.map((rate) => (rate < ZERO.drawn * high ? 0 : rate));
}

function readHistory(history: PlottableHistory, { x: unit = 'step' }: PlotOptions, reached = 0): Drawn {
  const isHistory = has(history, Symbol.iterator) && history.length >= 0;
  refuse(
    !isHistory && `\`history\`: expected a history of changes, got ${show(history)}`,
    isHistory &&
      history.length === 0 &&
      '`source`: expected a history with changes, got an empty one: train first, or draw { schedule, to }',
    unit !== 'step' && unit !== 'epoch' && `\`x\`: expected 'step' or 'epoch', got ${show(unit)}`,
  );
  const steps = new Float64Array(history.length + 1);
  const rates = new Float64Array(history.length + 1);
  const epochs: Epoch[] = [];
  const restarts: { at: number; cycle: number }[] = [];
  let i = 0;
  for (const { step, epoch, batch, learningRate, cycle, restart } of history) {
    if (epochs.at(-1)?.epoch !== epoch) epochs.push({ epoch, firstStep: step - batch });
    if (restart) restarts.push({ at: i, cycle });
    steps[i] = step;
    rates[i++] = learningRate;
  }
  // Nothing says how long the last value held but the step reached; else it held as long as the one before.
  const last = steps[i - 1] as number;
  steps[i] = reached > last ? reached : last + (last - (steps[i - 2] ?? last - 1));
  rates[i] = rates[i - 1] as number;
  const x = unit === 'step' ? steps : epochsOf(steps, epochs);
  return {
    xLabel: unit,
    yLabel: RATE,
    curves: [curveOf(RATE, x, rates, 'left', 'step')],
    restarts: restarts.map(({ at, cycle }) => ({ x: x[at] as number, cycle })),
  };
}

interface Epoch {
  readonly epoch: number;
  readonly firstStep: number;
}

/** Steps as epochs: each epoch's steps spread evenly to the next epoch's first; the last is as long as the one before. */
function epochsOf(steps: Float64Array, epochs: readonly Epoch[]): Float64Array {
  let i = 0;
  let { length, ...now } = epochAt(epochs, 0, steps);
  return steps.map((step) => {
    while (step >= (epochs[i + 1]?.firstStep ?? Infinity)) ({ length, ...now } = epochAt(epochs, ++i, steps));
    return now.epoch + (step - now.firstStep) / length;
  });
}

function epochAt(epochs: readonly Epoch[], i: number, steps: Float64Array): Epoch & { length: number } {
  const epoch = epochs[i] as Epoch;
  const [from, to] = [epochs[Math.min(i, epochs.length - 2)], epochs[Math.min(i + 1, epochs.length - 1)]];
  // The only epoch: it ends where the steps do.
  const length =
    from && to
      ? (to.firstStep - from.firstStep) / Math.max(1, to.epoch - from.epoch)
      : (steps.at(-1) as number) - epoch.firstStep;
  return { ...epoch, length: Math.max(1, length) };
}

function readSeries(series: readonly PlotSeries[]): Curve[] {
  refuse(!Array.isArray(series) && `\`series\`: expected a list of series, got ${show(series)}`);
  const oneOf = (name: string, value: string, allowed: readonly string[]) =>
    !allowed.includes(value) && `\`${name}\`: expected one of ${allowed.join(', ')}, got ${show(value)}`;
  refuse(
    ...series.flatMap(({ name, x, y, axis = 'left', kind = 'line' }, i) => [
      typeof name !== 'string' && `\`series[${i}].name\`: expected a text, got ${show(name)}`,
      !(x?.length >= 0) && `\`series[${i}].x\`: expected numbers, got ${show(x)}`,
      x?.length >= 0 &&
        y?.length !== x.length &&
        `\`series[${i}].y\`: expected as many values as \`x\` (${x.length}), got ${y?.length ?? show(y)}`,
      oneOf(`series[${i}].axis`, axis, ['left', 'right']),
      oneOf(`series[${i}].kind`, kind, ['line', 'step', 'points']),
    ]),
  );
  return series.map(({ name, x, y, axis = 'left', kind = 'line' }) => curveOf(name, x, y, axis, kind));
}

function curveOf(
  name: string,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  side: Curve['side'],
  kind: 'line' | 'step' | 'points',
): Curve {
  // A single value makes no line.
  const isLine = kind !== 'points' && x.length > 1;
  const curve = { name: plain(name), side, kind: isLine ? 'line' : 'points' } as const;
  if (kind !== 'step' || x.length === 0)
    return { ...curve, x: new Float64Array(x).map(tame), y: new Float64Array(y).map(tame) };
  // A step is a line with a second point at each change: the value until then.
  const steps = { x: new Float64Array(2 * x.length - 1), y: new Float64Array(2 * x.length - 1) };
  for (let i = 0; i < steps.x.length; i++) {
    steps.x[i] = tame(x[(i + 1) >> 1] as number);
    steps.y[i] = tame(y[i >> 1] as number);
  }
  return { ...curve, ...steps };
}

/** Numbers that an axis can do arithmetic with: no infinities, nor what becomes one or underflows on the way. */
function tame(value: number): number {
  const size = Math.abs(value);
  if (size < 1e-300) return 0;
  return size <= 1e300 ? value : Number.NaN;
}

/** Everything on the left axis, unless something is there anyway. */
function leftUnlessBoth(curves: readonly Curve[]): readonly Curve[] {
  return curves.some(({ side }) => side === 'left')
    ? curves
    : curves.map((curve) => ({ ...curve, side: 'left' }));
}

/** The left curves with everything <= 0 raised to a power of ten below the rest, and the note that says so. */
function withoutZeros(curves: readonly Curve[]): { drawn: readonly Curve[]; note: string } {
  let lowest = Infinity;
  let raised = false;
  for (const { side, y } of curves) {
    if (side === 'right') continue;
    for (const value of y) {
      if (value <= 0) raised = true;
      else if (value < lowest) lowest = value;
    }
  }
  refuse(lowest === Infinity && '`logScale`: expected a value > 0 on the left axis, got none');
  const foot = powerOfTen(lowest);
  const raise = (value: number) => (value <= 0 ? foot : value);
  return {
    drawn: curves.map((curve) => (curve.side === 'left' ? { ...curve, y: curve.y.map(raise) } : curve)),
    note: raised ? ` (log, ≤ 0 at ${format(foot)})` : ' (log)',
  };
}

function readRestarts(wanted: PlotOptions['restarts'] = true, own: readonly Restart[]): readonly Restart[] {
  if (typeof wanted === 'boolean') return wanted ? own : [];
  refuse(
    !(Array.isArray(wanted) && wanted.every(Number.isFinite)) &&
      `\`restarts\`: expected true, false or a list of numbers, got ${show(wanted)}`,
  );
  return wanted.map((x, i) => ({ x, cycle: i + 1 }));
}

type Size = Readonly<Record<'width' | 'height', readonly [least: number, usual: number, most: number]>>;

function sizeOf(
  options: { width?: number | undefined; height?: number | undefined },
  size: Size,
): [number, number] {
  const { width = size.width[1], height = size.height[1] } = options;
  refuse(
    notInteger('width', width, size.width[0], size.width[2]),
    notInteger('height', height, size.height[0], size.height[2]),
  );
  return [width, height];
}

function notInteger(name: string, value: number, least: number, most: number): string | false {
  if (Number.isInteger(value) && value >= least && value <= most) return false;
  return `\`${name}\`: expected an integer ${value > most ? `<= ${most}` : `>= ${least}`}, got ${show(value)}`;
}

/** Throws all problems that there are, at once. */
function refuse(...problems: readonly (string | false)[]): void {
  const found = problems.filter((problem) => problem !== false);
  if (found.length > 0) throw new CosineAnnealingError(found.join('\n'));
}

/** One line of well-formed text: without control characters, halves of surrogate pairs, and what XML forbids. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]+/gu, ' ').trim();
}
