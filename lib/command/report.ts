import { toText } from '../charts/chart';
import type { SVGOptions, TextOptions } from '../charts/options';
import { drawnSchedule, type ScheduleSource } from '../charts/schedule-source';
import type { PlotSeries } from '../charts/series';
import { plural, round } from '../config/messages';
import type { NamedRun, Runs } from './listing';
import { isCutOff, tableOf } from './table';
import { wrap } from './terminal';

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

/** How a report is set. */
export interface Page {
  /** Columns. */
  readonly width: number;
  /** Lines of the chart. */
  readonly height: number | undefined;
  readonly ascii: boolean;
}

/** The chart of runs over the same training, their cycles, and what is to be said of them. */
export function report(
  runs: Runs,
  picture: Picture,
  remarks: readonly string[],
  { width, height, ascii }: Page,
): string {
  const paragraph = (text: string) => wrap(text, width).join('\n');
  const parts = [
    toText(picture.source, { ...picture.options, width, height, ascii }),
    ...runs.map((named) =>
      [
        ...(runs.length > 1 ? [`${named.name}:`] : []),
        tableOf(named.run, width),
        ...footnotes(named).map(paragraph),
      ].join('\n'),
    ),
    ...remarks.map(paragraph),
  ];
  return `${parts.join('\n\n')}\n`;
}

function footnotes({ run }: NamedRun): string[] {
  const { unit } = run.schedule.config;
  if (!isCutOff(run)) return [];
  return [`* The run ends at ${unit} ${round(run.to)}, and its last rate is the one there.`];
}

/** What is to be said of runs: what is assumed, and what the callback would say before training. */
export function remarksOf(runs: Runs): string[] {
  return runs.flatMap(({ name, run }) => {
    const subject = runs.length > 1 ? `${name}: ` : '';
    return [...assumptions(run), ...run.notices].map((remark) => `Note: ${subject}${remark}`);
  });
}

function assumptions({ schedule, perUnit, to, planned }: NamedRun['run']): string[] {
  const { unit } = schedule.config;
  const assumed =
    unit === 'epoch'
      ? 'chart and table assume many, CSV and JSON one'
      : 'it is assumed that every batch sets the learning rate';
  return [
    ...(perUnit === undefined
      ? [
          `how many batches an epoch has isn't known: ${assumed}; set \`batchesPerEpoch\` for the true updates`,
        ]
      : []),
    ...(to < planned
      ? [`training stops after the last cycle, at ${unit} ${round(to)} of ${round(planned)} ${plural(unit)}`]
      : []),
  ];
}
