/** One line or cloud of points. A NaN, in `x` or `y`, is a gap. */
export interface Curve {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly side: 'left' | 'right';
  /** A step holds each value until the next one. */
  readonly kind: 'line' | 'step' | 'points';
}

/** A position on the x axis that is pointed at, with a short label or ''. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

/** Marks of one kind. */
export interface Marks {
  /** What they are, for the legend. */
  readonly name: string;
  readonly isFaint: boolean;
  readonly at: readonly Mark[];
}

/** What is drawn: curves against axes, and marks. Words are one line of well-formed text each, '' if there are none. */
export interface Figure {
  readonly title: string;
  readonly xLabel: string;
  readonly leftLabel: string;
  readonly rightLabel: string;
  readonly curves: readonly Curve[];
  readonly marks: readonly Marks[];
  /** Positions that the x axis should label rather than round numbers, if they are few. */
  readonly xTicks: readonly number[];
  readonly xScale: Scale;
  /** The left axis's scale; the right one's is linear. */
  readonly yScale: Scale;
  /** The left axis ends here, though there are values beyond; Infinity if it doesn't. */
  readonly yLimit: number;
}

export type Scale = 'linear' | 'log';

/** What a source says about a figure, before the options. */
export type Drawn = Pick<
  Figure,
  'xLabel' | 'leftLabel' | 'curves' | 'marks' | 'xTicks' | 'xScale' | 'yLimit'
>;

export const LEARNING_RATE = 'learning rate';

/** The figure of a learning rate with its restarts, which are labelled with the cycles that begin. */
export function drawnRate(xLabel: string, curve: Curve, restarts: readonly Mark[]): Drawn {
  return {
    xLabel,
    leftLabel: LEARNING_RATE,
    curves: [curve],
    marks: [{ name: 'restart (cycle)', isFaint: false, at: restarts }],
    xTicks: restarts.map(({ x }) => x),
    xScale: 'linear',
    yLimit: Infinity,
  };
}

export const hasMarks = ({ marks }: Figure): boolean => marks.some(({ at }) => at.length > 0);

/** Whether each y axis has a label and a single curve, so that no legend is needed. */
export function hasOneEach({ leftLabel, rightLabel, curves }: Figure): boolean {
  const [first, second, ...others] = curves;
  const areApart = others.length === 0 && first?.side !== second?.side;
  return Boolean(leftLabel && rightLabel && second && areApart);
}

/** The least and the greatest value that isn't NaN: Infinity and -Infinity if there is none. */
export function extent(lists: readonly Float64Array[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const values of lists) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** One line of well-formed text: without control characters, halves of surrogate pairs, and what XML forbids. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]+/gu, ' ').trim();
}
