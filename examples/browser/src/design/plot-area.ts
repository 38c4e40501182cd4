/** Where a chart of toSVG has its plot: between its pixels and its values, there and back. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Pixels from the left of a position. */
  xAt(t: number): number;
  /** Pixels from the top of a value. */
  yAt(value: number): number;
  /** The position at so many pixels from the left. */
  tAt(x: number): number;
  /** The value at so many pixels from the top. */
  valueAt(y: number): number;
}

/** Half a letter: the labels of the y axis stand by so much lower than their lines. */
const LOWER = 16 / 3;

/** Reads the area from the drawing itself: from its lines, and from what is written beside them. */
export function plotAreaOf(svg: SVGSVGElement, to: number, isLog: boolean): PlotArea | undefined {
  const [, left = 0, , right = 1] =
    /M([\d.]+) ([\d.]+)H([\d.]+)/
      .exec(svg.querySelector('path[d*="H"]')?.getAttribute('d') ?? '')
      ?.map(Number) ?? [];
  const ticks = Array.from(svg.querySelectorAll('text[text-anchor=end]'), (label) => ({
    value: scaled(Number(label.textContent), isLog),
    y: Number(label.getAttribute('y')) - LOWER,
  })).filter(({ value }) => Number.isFinite(value));
  ticks.sort((a, b) => b.y - a.y);
  const [lowest, highest] = [ticks[0], ticks.at(-1)];
  if (!lowest || !highest || lowest === highest) return undefined;
  const perPixel = (highest.value - lowest.value) / (lowest.y - highest.y);
  return {
    left,
    right,
    top: highest.y,
    bottom: lowest.y,
    xAt: (t) => left + (t / to) * (right - left),
    yAt: (value) => lowest.y - (Math.max(scaled(value, isLog), lowest.value) - lowest.value) / perPixel,
    tAt: (x) => (Math.min(Math.max(x - left, 0), right - left) / (right - left)) * to,
    valueAt(y) {
      const value = lowest.value + (lowest.y - y) * perPixel;
      return isLog ? 10 ** value : value;
    },
  };
}

const scaled = (value: number, isLog: boolean) => (isLog ? Math.log10(value) : value);
