import { extent, type Figure, type Mark } from './figure';
import { rounded } from './ticks';

/** A name for a figure without a title. */
export function nameOf({ curves, xLabel }: Figure): string {
  return curves.map(({ name }) => name).join(', ') + (xLabel && ` by ${xLabel}`);
}

/** What a reader who can't see the chart needs to know of it. */
export function descriptionOf({ curves, marks, xLabel }: Figure): string {
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
