import { type Problem, unknownNames } from '../errors';
import {
  anything,
  boolean,
  integer,
  isObject,
  oneOf,
  optional,
  problemsOf,
  type Rule,
  string,
} from './rules';
import type { PlotSeries } from './series';

/** What `toText` and `toSVG` have in common. */
export interface PlotOptions {
  /** A line above the chart; default none. */
  readonly title?: string | undefined;
  /** Default: the schedule's unit, or what `x` says. */
  readonly xLabel?: string | undefined;
  /** Label of the left axis. Default `'learning rate'`, `'loss'` for a search, or the name of the only series on it. */
  readonly yLabel?: string | undefined;
  /**
   * Whether the left axis is logarithmic; default false. Values <= 0 are drawn at its foot. If some are as good as 0, below
   * 1e-12 of the greatest, it reaches 1e-6 of the greatest down.
   */
  readonly logScale?: boolean | undefined;
  /** Further series beside the source, on its x axis. Beside a search, which has a logarithmic one, positions <= 0 are gaps. */
  readonly series?: readonly PlotSeries[] | undefined;
  /**
   * What a history is drawn over: `'step'` (default), the count of updates, or `'epoch'`, with an epoch's updates spread
   * evenly from its number to the next.
   */
  readonly x?: 'step' | 'epoch' | undefined;
}

/** How `toText` draws. */
export interface TextOptions extends PlotOptions {
  /** Columns of the whole chart, never exceeded. 30 to 1000; default 80. */
  readonly width?: number | undefined;
  /** Lines of the whole chart. 10 to 200; default 16. */
  readonly height?: number | undefined;
  /** Whether to use nothing but ASCII, for terminals without Unicode; default false. */
  readonly ascii?: boolean | undefined;
}

/** How `toSVG` draws. */
export interface SVGOptions extends PlotOptions {
  /** Width in pixels. 320 to 10000; default 560, whose type is 10 px high on a phone that shows it 350 px wide. */
  readonly width?: number | undefined;
  /** Height in pixels. 200 to 10000; default 360. */
  readonly height?: number | undefined;
  /** `'auto'` (default) is light or dark as the reader's system is (prefers-color-scheme); `'light'` and `'dark'` are fixed, `'light'` for papers. */
  readonly theme?: 'auto' | 'light' | 'dark' | undefined;
}

export type Rules = Readonly<Record<string, Rule>>;

const COMMON: Rules = {
  title: optional(string),
  xLabel: optional(string),
  yLabel: optional(string),
  logScale: optional(boolean),
  series: anything, // checked as they are read
  x: optional(oneOf('step', 'epoch')),
};
export const TEXT_RULES: Rules = {
  ...COMMON,
  width: optional(integer(30, 1000)),
  height: optional(integer(10, 200)),
  ascii: optional(boolean),
};
export const SVG_RULES: Rules = {
  ...COMMON,
  width: optional(integer(320, 10_000)),
  height: optional(integer(200, 10_000)),
  theme: optional(oneOf('auto', 'light', 'dark')),
};

/** What is wrong with options: values against their rules, and unknown names. */
export function optionProblems(options: unknown, rules: Rules): Problem[] {
  if (!isObject(options) || Array.isArray(options)) {
    return [{ path: ['options'], rule: 'expected an object', received: options }];
  }
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(rules, key));
  const cure = `the options are ${Object.keys(rules).join(', ')}`;
  return [...problemsOf(options, rules), ...unknownNames(unknown, 'option', () => cure, ['options'])];
}
