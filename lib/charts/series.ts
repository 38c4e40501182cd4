import type { Problem } from '../errors';
import { type Curve, type Drawn, plain } from './figure';
import {
  firstProblem,
  isObject,
  list,
  numberOrGap,
  numbers,
  ofLength,
  oneOf,
  optional,
  problemOf,
  problemsOf,
  refuse,
  string,
} from './rules';

/** Any values, such as losses or test errors. */
export interface PlotSeries {
  /** Its name in the legend. */
  readonly name: string;
  /** Positions on the chart's x axis. */
  readonly x: ArrayLike<number>;
  /** One value per position. NaN, null, infinite and beyond 1e300: a gap. */
  readonly y: ArrayLike<number | null>;
  /** The y axis that it is measured on; default `'left'`, and always left if no other series is. */
  readonly axis?: 'left' | 'right' | undefined;
  /** `'line'` (default) joins the values, `'step'` holds each until the next, `'points'` draws them alone. */
  readonly kind?: 'line' | 'step' | 'points' | undefined;
}

/** Series alone, without a schedule. */
export interface SeriesSource {
  /** What is drawn: one or more. */
  readonly series: readonly PlotSeries[];
}

const RULES = {
  name: string,
  x: numbers,
  y: numbers,
  axis: optional(oneOf('left', 'right')),
  kind: optional(oneOf('line', 'step', 'points')),
};

/** The figure of series alone. */
export function drawnSeries({ series }: SeriesSource): Drawn {
  const curves = curvesOf(series);
  return { xLabel: '', leftLabel: '', curves, marks: [], xTicks: [], xScale: 'linear', yLimit: Infinity };
}

/** Series as curves, checked. */
export function curvesOf(series: readonly PlotSeries[]): Curve[] {
  refuse(problemOf(series, list, ['series']));
  refuse(series.flatMap((one, i) => seriesProblems(one, ['series', i])));
  return series.map(({ kind = 'line', ...one }) => curveOf(one, kind));
}

function seriesProblems(one: unknown, path: Problem['path']): Problem[] {
  if (!isObject(one)) return [{ path, rule: 'expected { name, x, y }', received: one }];
  const { x, y }: Partial<PlotSeries> = one;
  const problems = problemsOf(one, RULES, path);
  if (problems.length > 0 || !x || !y) return problems;
  return [
    ...problemOf(y, ofLength(x.length), [...path, 'y']),
    ...firstProblem(x, numberOrGap, [...path, 'x']),
    ...firstProblem(y, numberOrGap, [...path, 'y']),
  ];
}

type Values = Pick<PlotSeries, 'name' | 'x' | 'y' | 'axis'>;

/** Values as a curve; a single one makes no line. */
export function curveOf({ name, x, y, axis = 'left' }: Values, kind: Curve['kind']): Curve {
  return withoutEmptyAxis({
    name: plain(name),
    side: axis,
    kind: x.length > 1 ? kind : 'points',
    x: tamed(x),
    y: tamed(y),
  });
}

/** Numbers that an axis can do arithmetic with: no infinities, nor what becomes one or underflows on the way. */
function tamed(values: ArrayLike<number | null>): Float64Array {
  const tame = new Float64Array(values.length);
  for (let i = 0; i < tame.length; i++) {
    const value = values[i] ?? Number.NaN;
    const size = Math.abs(value);
    tame[i] = size < 1e-300 ? 0 : size <= 1e300 ? value : Number.NaN;
  }
  return tame;
}

/** A curve without a value has a place in the legend, and no axis. */
function withoutEmptyAxis(curve: Curve): Curve {
  if (curve.y.some((value, i) => !Number.isNaN(value + (curve.x[i] ?? Number.NaN)))) return curve;
  const none = new Float64Array(0);
  return { ...curve, name: `${curve.name} (no values)`, side: 'left', x: none, y: none };
}
