import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** A line of a chart; its color is the name of a custom property of the page's style. */
export interface Line {
  readonly color: '--accent' | '--ink' | '--faint';
  readonly width: number;
  readonly points?: boolean;
}

export interface ChartOptions {
  readonly lines: readonly Line[];
  /** How the readout writes a value, and how the y axis does. */
  readonly format: (value: number) => string;
  readonly formatTick: (value: number) => string;
  /** The ends of the y axis, for the lowest and highest value to be drawn; null where there is none yet. */
  readonly range: (lowest: number | null, highest: number | null) => uPlot.Range.MinMax;
  /** Makes the y axis logarithmic, with these ticks where they are in its range. */
  readonly logTicks?: readonly number[];
}

/** A chart over epochs, with a mark where each cycle begins. */
export class Chart {
  readonly #plot: uPlot;
  readonly #readout: HTMLOutputElement;
  readonly #options: ChartOptions;
  #end = 1;
  #marks: readonly number[] = [];

  constructor(figure: HTMLElement, options: ChartOptions) {
    const box = figure.querySelector('.plot') as HTMLElement;
    this.#readout = figure.querySelector('output') as HTMLOutputElement;
    this.#options = options;
    this.#plot = new uPlot(this.#settings(box), [[], ...options.lines.map(() => [])], box);
    new ResizeObserver(() => this.#plot.setSize(sizeOf(box))).observe(box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plot.redraw());
  }

  /** Draws epochs 0 to `end`: `columns` are the positions and a list of values for each line, null where there is none. */
  draw(columns: uPlot.AlignedData, end: number, marks: readonly number[]): void {
    this.#end = end;
    this.#marks = marks;
    this.#plot.setData(columns);
  }

  #settings(box: HTMLElement): uPlot.Options {
    const { lines, formatTick, range, logTicks } = this.#options;
    const axis = {
      stroke: () => style('--muted'),
      grid: { stroke: () => style('--line'), width: 1 },
      ticks: { show: false },
      font: `12px ${getComputedStyle(document.body).fontFamily}`,
    } satisfies uPlot.Axis;
    return {
      ...sizeOf(box),
      pxAlign: 0,
      legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false }, sync: { key: 'epochs' } },
      scales: {
        x: { time: false, range: () => [0, this.#end] },
        y: { distr: logTicks ? 3 : 1, range: (_, lowest, highest) => range(lowest, highest) },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          incrs: [1, 2, 5, 10, 20, 50, 100],
          size: 24,
          gap: 6,
          label: 'epochs',
          labelFont: axis.font,
          labelGap: 0,
          labelSize: 18,
        },
        {
          ...axis,
          size: 52,
          space: 24,
          gap: 8,
          values: (_, ticks) => ticks.map(formatTick),
          ...(logTicks && { splits: ticksWithin(logTicks), filter: (_: uPlot, ticks: number[]) => ticks }),
        },
      ],
      series: [{}, ...lines.map(seriesOf)],
      hooks: { drawClear: [() => this.#drawMarks()], setCursor: [() => this.#readOut()] },
    };
  }

  #drawMarks(): void {
    const { ctx, bbox } = this.#plot;
    ctx.save();
    ctx.strokeStyle = style('--faint');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    for (const mark of this.#marks) {
      const x = this.#plot.valToPos(mark, 'x', true);
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
    }
    ctx.stroke();
    ctx.restore();
  }

  /** Writes the values under the pointer: of the last line that has one there. */
  #readOut(): void {
    const { data, cursor } = this.#plot;
    const i = cursor.idx;
    const x = i == null ? undefined : data[0][i];
    const value = i == null ? undefined : data.slice(1).findLast((values) => values[i] != null)?.[i];
    this.#readout.value =
      x === undefined || value == null ? '' : `epoch ${x.toFixed(2)}: ${this.#options.format(value)}`;
  }
}

const seriesOf = ({ color, width, points = false }: Line): uPlot.Series => ({
  stroke: () => style(color),
  width,
  points: { show: points, size: 6, fill: () => style(color) },
});

const ticksWithin = (ticks: readonly number[]) => (_: uPlot, __: number, lowest: number, highest: number) =>
  ticks.filter((tick) => tick >= lowest && tick <= highest);

const sizeOf = ({ clientWidth, clientHeight }: HTMLElement) => ({ width: clientWidth, height: clientHeight });

const style = (property: string) => getComputedStyle(document.documentElement).getPropertyValue(property);
