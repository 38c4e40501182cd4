export { type PlotSource, toSVG, toText } from './charts/chart';
export type {
  CallbackSource,
  PlottableChange,
  PlottableColumns,
  PlottableHistory,
} from './charts/history-source';
export type { PlotOptions, SVGOptions, TextOptions } from './charts/options';
export type { PlottableSchedule, ScheduleSource } from './charts/schedule-source';
export type { SearchSource } from './charts/search-source';
export type { PlotSeries, SeriesSource } from './charts/series';
