import { type PlotSeries, toSVG } from 'tfjs-cosine-annealing/plot';
import type { Right } from './verdict';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The chart of one schedule, or of two over the same training, as the SVG that the page shows and saves. */
export function drawing(a: Right, b: Right | undefined, isLog: boolean, { width, height }: Size): string {
  const second = b ? [seriesOf('learning rate of B', b, a.to / b.to, width)] : [];
  const options = {
    width,
    height,
    logScale: isLog,
    yLabel: b ? '' : 'learning rate',
    xLabel: a.schedule.config.unit,
  };
  // Restarts closer than two pixels can't be marked, and would take long.
  if (cyclesIn(a) > width / 2) {
    return toSVG({ series: [seriesOf(b ? 'A' : 'learning rate', a, 1, width), ...second] }, options);
  }
  return toSVG({ schedule: a.schedule, to: a.to }, { ...options, series: second });
}

/** How many cycles a training sees. */
export const cyclesIn = ({ schedule, to }: Right): number => schedule.cycleAt(to).cycle + 1;

function seriesOf(name: string, right: Right, scale: number, columns: number): PlotSeries {
  const points = pointsOf(right, columns);
  const x = points.map(([t]) => t * scale);
  return { name, x, y: points.map(([, rate]) => rate), kind: isStepwise(right) ? 'step' : 'line' };
}

/** Whether the learning rate is drawn as training sets it: once an epoch. */
const isStepwise = ({ schedule: { config }, training }: Right) =>
  config.updateFreq === 'epoch' && training.epochs <= 2000;

function pointsOf(right: Right, columns: number): (readonly [number, number])[] {
  const { schedule, to, training } = right;
  if (isStepwise(right)) {
    const epochs = Array.from({ length: training.epochs }, (_, epoch) => (epoch * to) / training.epochs);
    return [...epochs.map((t) => [t, schedule(t)] as const), [to, schedule(epochs.at(-1) ?? 0)]];
  }
  return Array.from({ length: columns }, (_, i) => (i * to) / columns).flatMap((t) => {
    const points = [[t, schedule(t)] as const];
    const next = cycleEnd(right, t);
    // Both sides of a restart, or of one of the restarts in this column.
    if (next < t + to / columns) points.push([next, schedule(before(next))], [next, schedule(next)]);
    return points;
  });
}

function cycleEnd({ schedule }: Right, t: number): number {
  const { cycle, phase } = schedule.cycleAt(t);
  return phase === 'hold' ? Infinity : schedule.cycleStart(cycle + 1);
}

/** The double before t, or the one before that. */
const before = (t: number) => t * (1 - Number.EPSILON);
