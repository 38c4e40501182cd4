import { type PlotSeries, toSVG } from 'tfjs-cosine-annealing/plot';
import { countOfRestarts, curve, isCrowded, isStepwise, steps } from './points';
import type { Right } from './verdict';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The chart of one schedule, or of two over the same training, as the SVG that the page shows and saves. */
export function drawing(a: Right, b: Right | undefined, isLog: boolean, { width, height }: Size): string {
  const name = b ? 'learning rate of A' : 'learning rate';
  const second = b ? [seriesOf('learning rate of B', b, a.to / b.to, width)] : [];
  const options = { width, height, logScale: isLog, xLabel: a.schedule.config.unit };
  if (!isCrowded(a, width)) {
    const source = { schedule: a.schedule, to: a.to, name };
    return toSVG(source, { ...options, series: second, yLabel: b ? '' : name });
  }
  const first = seriesOf(name, a, 1, width);
  return toSVG({ series: [first, ...second] }, { ...options, yLabel: b ? '' : first.name });
}

/** Of restarts that are too close to be marked, the name says how many there are. */
function seriesOf(name: string, right: Right, scale: number, columns: number): PlotSeries {
  const points = isStepwise(right) ? steps(right) : curve(right, columns);
  return {
    name: isCrowded(right, columns) ? `${name}: ${countOfRestarts(right)} restarts` : name,
    x: points.map(([t]) => t * scale),
    y: points.map(([, rate]) => rate),
    kind: isStepwise(right) ? 'step' : 'line',
  };
}

/** What a drawing leaves out, for those who read it; '' if it is nothing. */
export function leftOut(a: Right, b: Right | undefined, { width }: Size): string {
  const sentences = [a, b].map((right, i) => {
    if (!right || !isCrowded(right, width)) return '';
    const whose = b ? ` of ${'AB'.charAt(i)}` : '';
    return `The ${countOfRestarts(right)} warm restarts${whose} are too close to be drawn one by one: the band reaches from the lowest to the highest learning rate.`;
  });
  return sentences.filter(Boolean).join(' ');
}
