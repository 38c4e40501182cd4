// Charts as the drawings get them, and how to read what toText draws.
import type { Chart, Curve } from '../../lib/charts/axis';

/** Values at 0, 1, 2, ... */
export const curve = (y: number[], more: Partial<Curve> = {}): Curve => ({
  name: 'y',
  x: Float64Array.from(y, (_, i) => i),
  y: Float64Array.from(y),
  side: 'left',
  kind: 'line',
  ...more,
});

/** A chart without any words. */
export const chart = (curves: Curve[], more: Partial<Chart> = {}): Chart => ({
  title: '',
  xLabel: '',
  yLabel: '',
  y2Label: '',
  logScale: false,
  curves,
  restarts: [],
  ...more,
});

export const rowsOf = (drawn: string) => drawn.split('\n');
/** The rows between the axes, from the top, without axes and labels. */
export const plotOf = (drawn: string) =>
  rowsOf(drawn).flatMap((row) => /[│┤](.*?)([│├].*)?$/.exec(row)?.[1] ?? []);
export const labelsLeftOf = (drawn: string) =>
  rowsOf(drawn).flatMap((row) => /^ *(\S+)┤/.exec(row)?.[1] ?? []);
