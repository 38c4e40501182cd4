import type { SVGOptions, TextOptions } from '../charts/options';
import { drawnSchedule, type ScheduleSource } from '../charts/schedule-source';
import type { PlotSeries } from '../charts/series';
import type { NamedRun, Runs } from './listing';

/** What a chart of runs is made of: the first one, and the others as series over its positions. */
export interface Picture {
  readonly source: ScheduleSource;
  readonly options: Pick<TextOptions & SVGOptions, 'logScale' | 'series'>;
}

/** The picture of the first run, with the others over the same training. */
export function pictureOf([{ name, run }, ...others]: Runs, logScale: boolean): Picture {
  const series = others.flatMap((other) => seriesOf(other, run.planned / other.run.planned));
  return { source: { schedule: run.schedule, to: run.to, name }, options: { logScale, series } };
}

/** A run as it would be drawn alone, over the positions of another one, `scale` of which make one of its own. */
function seriesOf({ name, run: { schedule, to } }: NamedRun, scale: number): PlotSeries[] {
  const { curves } = drawnSchedule({ schedule, to, name });
  return curves.map(({ x, y, kind }) => ({ name, x: x.map((t) => t * scale), y, kind }));
}
