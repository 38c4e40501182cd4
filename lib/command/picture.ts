import { firstUpdateFrom, positionOfUpdate } from '../annealing/clock';
import type { SVGOptions, TextOptions } from '../charts/options';
import type { PlottableSchedule, ScheduleSource } from '../charts/schedule-source';
import type { PlotSeries } from '../charts/series';
import type { NamedRun, Runs } from './listing';
import { justBefore, type Run, updateAt, updateCount } from './run';

/** Up to so many updates are drawn as the steps that they are. */
const MOST_STEPS = 1000;
/** So many points of a compared schedule are drawn if it has more updates. */
const SAMPLES = 4000;

/** What a chart of runs is made of: the first one, and the others as series over its positions. */
export interface Picture {
  readonly source: ScheduleSource;
  readonly options: Pick<TextOptions & SVGOptions, 'logScale' | 'series'>;
}

/** The picture of the first run, with the others over the same training. */
export function pictureOf([first, ...others]: Runs, logScale: boolean): Picture {
  const { run } = first;
  const series = others.map((other) => seriesOf(other, run.planned / other.run.planned));
  return { source: { schedule: asTrained(run), to: run.to }, options: { logScale, series } };
}

/** A schedule as the chart is to show it: if updates are few, the learning rate of each holds until the next one. */
function asTrained(run: Run): PlottableSchedule {
  const { schedule, perUnit } = run;
  if (perUnit === undefined || schedule.config.updateFreq === 'epoch' || updateCount(run) > MOST_STEPS)
    return schedule;
  const held = (t: number) => updateAt(run, Math.floor(t * perUnit));
  return Object.assign((t: number) => schedule(held(t)), {
    cycleAt: (t: number) => schedule.cycleAt(held(t)),
    cycleStart: (i: number) => positionOfUpdate(firstUpdateFrom(schedule.cycleStart(i), perUnit), perUnit),
    config: schedule.config,
  });
}

/** A run as a series over the positions of another one, `scale` of which make one of its own. */
function seriesOf({ name, run }: NamedRun, scale: number): PlotSeries {
  const isStepwise = run.perUnit !== undefined && updateCount(run) <= MOST_STEPS;
  const positions = isStepwise ? stepsOf(run) : samplesOf(run);
  const y = positions.map((t) => run.schedule(t));
  if (!isStepwise) return { name, x: positions.map((t) => t * scale), y, kind: 'line' };
  return {
    name,
    x: [...positions, run.to].map((t) => t * scale),
    y: [...y, y.at(-1) ?? Number.NaN],
    kind: 'step',
  };
}

const stepsOf = (run: Run) => Array.from({ length: updateCount(run) }, (_, k) => updateAt(run, k));

const samplesOf = ({ to }: Run) =>
  Array.from({ length: SAMPLES }, (_, k) => (k < SAMPLES - 1 ? (to * k) / (SAMPLES - 1) : justBefore(to)));
