import { CosineAnnealingError, type Problem, refusal } from '../errors';
import { type Curve, type Drawn, extent, type Figure, plain, type Scale } from './figure';
import { type CallbackSource, drawnHistory, type PlottableHistory } from './history-source';
import {
  optionProblems,
  type PlotOptions,
  type Rules,
  SVG_RULES,
  type SVGOptions,
  TEXT_RULES,
  type TextOptions,
} from './options';
import { isObject, refuse } from './rules';
import { drawnSchedule, type ScheduleSource } from './schedule-source';
import { drawnSearch, type SearchSource } from './search-source';
import { curvesOf, drawnSeries, type SeriesSource } from './series';
import { drawSVG } from './svg';
import { ASCII, drawText, UNICODE } from './text';

/** What can be drawn: a schedule with a range, a history, a callback, a search for the best peak, or plain series. */
export type PlotSource = ScheduleSource | PlottableHistory | CallbackSource | SearchSource | SeriesSource;

/**
 * Draws a learning rate for the terminal: the first curve in braille dots, others as letters, restarts as ▲ under the
 * axis, with the number of the cycle that begins if there is room. Lines are separated by `\n`.
 *
 * @throws `CosineAnnealingError` for a history without changes, a range or an option out of bounds, or series without values.
 *
 * @example
 * console.log(toText({ schedule: cosineAnnealing({ T_0: 10, T_mult: 2, eta_max: 0.1 }), to: 150 }));
 */
export function toText(source: PlotSource, options: TextOptions = {}): string {
  const { width = 80, height = 16, ascii = false, ...common } = checked(options, TEXT_RULES);
  const figure = figureOf(source, common);
  return ascii ? drawText(inASCII(figure), width, height, ASCII) : drawText(figure, width, height, UNICODE);
}

/**
 * Draws a learning rate as a standalone SVG document for a page or a paper: light or dark as the reader's system is,
 * colours told apart by colour-blind readers, restarts as triangles above the plot with the number of the cycle that
 * begins, and a title and a description for screen readers.
 *
 * @throws `CosineAnnealingError` for a history without changes, a range or an option out of bounds, or series without values.
 *
 * @example
 * const testError = { name: 'test error (%)', x: epochs, y: errors, axis: 'right', kind: 'points' } as const;
 * await writeFile('run.svg', toSVG(annealing, { x: 'epoch', series: [testError] }));
 */
export function toSVG(source: PlotSource, options: SVGOptions = {}): string {
  const { width = 560, height = 360, theme = 'auto', ...common } = checked(options, SVG_RULES);
  return drawSVG(figureOf(source, common), width, height, theme);
}

function checked<Options extends PlotOptions>(options: Options, rules: Rules): Options {
  return readable('options', () => {
    refuse(optionProblems(options, rules));
    return { ...options };
  });
}

function figureOf(source: PlotSource, options: PlotOptions): Figure {
  return readable('source', () => {
    const drawn = drawnFrom(source, options);
    const beside = curvesOf(options.series ?? []).map((curve) => onScale(curve, drawn.xScale));
    const curves = withoutEmptyLeft([...drawn.curves, ...beside]);
    refuse(valueProblems(curves, options));
    const { title = '', xLabel = drawn.xLabel, yLabel, logScale = false } = options;
    return {
      ...drawn,
      title: plain(title),
      xLabel: plain(xLabel),
      leftLabel: plain(yLabel ?? (drawn.leftLabel || nameOn('left', curves))) + (logScale ? ' (log)' : ''),
      rightLabel: nameOn('right', curves),
      curves,
      yScale: logScale ? 'log' : 'linear',
    };
  });
}

/** What else fails in reading, such as a getter that throws, is the cause of an error of ours. */
function readable<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CosineAnnealingError) throw cause;
    throw refusal(name, "can't be read: see `cause`", { cause });
  }
}

function drawnFrom(source: PlotSource, { x = 'step' }: PlotOptions): Drawn {
  // A callback has a schedule too, so its history comes first; and a history has learning rates, but no losses.
  if (has(source, 'history')) return drawnHistory(source, x);
  if (has(source, 'series')) return drawnSeries(source);
  if (has(source, 'schedule')) return drawnSchedule(source);
  if (has(source, 'losses')) return drawnSearch(source);
  if (has(source, Symbol.iterator)) return drawnHistory({ history: source }, x);
  const cure = 'pass { schedule, to }, a history, a callback, a search, or { series }';
  throw refusal('source', 'expected something to draw', { received: source, cure });
}

function has<Key extends PropertyKey>(
  source: PlotSource,
  key: Key,
): source is Extract<PlotSource, { readonly [key in Key]: unknown }> {
  return isObject(source) && key in source;
}

function valueProblems(curves: readonly Curve[], { logScale = false }: PlotOptions): Problem[] {
  if (!curves.some(hasValues)) return [{ path: ['source'], rule: 'expected a finite value, got none' }];
  const [, greatest] = extent(curves.filter(({ side }) => side === 'left').map(({ y }) => y));
  if (!logScale || greatest > 0) return [];
  return [{ path: ['logScale'], rule: 'expected a value > 0 on the left axis, got none' }];
}

const hasValues = ({ y }: Curve) => y.length > 0;

/** On a logarithmic x axis, positions <= 0 are gaps. */
const onScale = (curve: Curve, xScale: Scale): Curve =>
  xScale === 'log' ? { ...curve, x: curve.x.map((x) => (x > 0 ? x : Number.NaN)) } : curve;

/** Everything on the left axis if nothing else would be. */
function withoutEmptyLeft(curves: readonly Curve[]): readonly Curve[] {
  const hasLeft = curves.some((curve) => curve.side === 'left' && hasValues(curve));
  return hasLeft ? curves : curves.map((curve) => ({ ...curve, side: 'left' }));
}

/** The name of the only curve on an axis. */
function nameOn(side: Curve['side'], curves: readonly Curve[]): string {
  const [only, ...others] = curves.filter((curve) => curve.side === side);
  return only && others.length === 0 ? only.name : '';
}

/** Words in ASCII: a ? for each character that has none. */
function inASCII(figure: Figure): Figure {
  const ascii = (text: string) => text.replace(/[^ -~]/gu, '?');
  return {
    ...figure,
    title: ascii(figure.title),
    xLabel: ascii(figure.xLabel),
    leftLabel: ascii(figure.leftLabel),
    rightLabel: ascii(figure.rightLabel),
    curves: figure.curves.map((curve) => ({ ...curve, name: ascii(curve.name) })),
    marks: figure.marks.map((kind) => ({ ...kind, name: ascii(kind.name) })),
  };
}
