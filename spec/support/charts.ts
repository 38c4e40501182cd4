// Figures as the drawings get them, and how to read what toText and toSVG draw.
import type { Curve, Figure } from '../../lib/charts/figure';

/** Values at 0, 1, 2, ... */
export const curve = (y: number[], more: Partial<Curve> = {}): Curve => ({
  name: 'y',
  x: Float64Array.from(y, (_, i) => i),
  y: Float64Array.from(y),
  side: 'left',
  kind: 'line',
  ...more,
});

/** A figure without any words. */
export const figure = (curves: Curve[], more: Partial<Figure> = {}): Figure => ({
  title: '',
  xLabel: '',
  leftLabel: '',
  rightLabel: '',
  curves,
  marks: [],
  xTicks: [],
  xScale: 'linear',
  yScale: 'linear',
  yLimit: Infinity,
  ...more,
});

export const rowsOf = (drawn: string) => drawn.split('\n');
/** The rows between the axes, from the top, without axes and labels. */
export const plotOf = (drawn: string) =>
  rowsOf(drawn).flatMap((row) => /[│┤](.*?)([│├].*)?$/.exec(row)?.[1] ?? []);
export const labelsLeftOf = (drawn: string) =>
  rowsOf(drawn).flatMap((row) => /^ *(\S+)┤/.exec(row)?.[1] ?? []);
/** The labels of the x axis: the row below it. */
export const labelsBelow = (drawn: string) => {
  const rows = rowsOf(drawn);
  return (rows[rows.findIndex((row) => row.includes('└')) + 1] ?? '').trim().split(/\s+/);
};

export interface Text {
  readonly x: number;
  readonly y: number;
  readonly attributes: string;
  readonly content: string;
}

export const textsIn = (svg: string): Text[] =>
  [...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"([^>]*)>([^<]*)</g)].map(
    ([, x, y, attributes = '', content = '']) => ({ x: Number(x), y: Number(y), attributes, content }),
  );

export interface Path {
  readonly d: string;
  readonly style: string;
}

export const pathsIn = (svg: string): Path[] =>
  [...svg.matchAll(/<path d="([^"]*)" ([^>]*)\/>/g)].map(([, d = '', style = '']) => ({ d, style }));

/** The paths of the curves in the order in which they are drawn, after the samples in the legend. */
export const strokesIn = (svg: string): Path[] =>
  pathsIn(svg.slice(svg.indexOf('stroke="#e4e7eb"'))).filter(({ style }) =>
    /stroke-line(join|cap)/.test(style),
  );

export const pointsIn = ({ d }: Path) =>
  [...d.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));

/** The path of the only curve. */
export function strokeIn(svg: string): Path {
  const [stroke, ...others] = strokesIn(svg);
  if (!stroke || others.length > 0) throw new Error(`expected one curve, got ${strokesIn(svg).length}`);
  return stroke;
}

/** The edges of the plot, from the x axis and the first grid line. */
export function plotIn(svg: string) {
  const grid = pathsIn(svg).find(({ style }) => style.includes('stroke="#e4e7eb"'));
  const lines = [...(grid?.d ?? '').matchAll(/M([\d.]+) ([\d.]+)H([\d.]+)/g)].map((line) => line.map(Number));
  const [left = Number.NaN, right = Number.NaN] = [lines[0]?.[1], lines[0]?.[3]];
  const heights = lines.map(([, , y = Number.NaN]) => y);
  return { left, right, top: Math.min(...heights), bottom: Math.max(...heights) };
}
