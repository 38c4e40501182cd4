import type { Schedule } from 'tfjs-cosine-annealing';
import { type PlotSeries, toSVG } from 'tfjs-cosine-annealing/plot';
import { element } from '../design/elements';
import type { Run } from './run';
import { smooth } from './smooth';

/** Losses below this are as good as 0, which a logarithmic axis doesn't have. */
const LOWEST_LOSS = 1e-4;
/** More points than a chart has columns show nothing more. */
const MAX_POINTS = 2000;

/** The loss of each batch, smoothed, with the ends of the cycles marked. */
export function drawLoss({ losses, setup, annealing }: Run): void {
  const values = losses.filter(Number.isFinite).map((loss) => Math.max(loss, LOWEST_LOSS));
  if (values.length === 0) return;
  const positions = values.map((_, i) => (i + 1) / setup.batches);
  const smoothed = smooth(values);
  const ends = cycleEnds(annealing.schedule, setup.epochs, setup.batches)
    .map((end) => Math.round(end * setup.batches) - 1)
    .filter((batch) => batch >= 0 && batch < values.length);
  draw('loss-chart', 'loss', true, [
    thinned({ name: 'smoothed', x: positions, y: smoothed }),
    thinned({ name: 'batch', x: positions, y: values }),
    {
      name: 'cycle ends',
      x: ends.map((batch) => (batch + 1) / setup.batches),
      y: ends.map((batch) => smoothed[batch] ?? Number.NaN),
      kind: 'points',
    },
  ]);
}

/** The error on the test images after each epoch, above the learning rate that was trained with. */
export function drawError({ accuracies, setup, annealing }: Run): void {
  const rates = ratesOf(annealing.history, setup.batches);
  const series = [rates];
  if (accuracies.length > 0) series.unshift(errorSeries('test error (%)', accuracies));
  if (rates.x.length > 0) draw('error-chart', '', false, series);
}

/** Several trainings on the same data. */
export function drawContest(results: ReadonlyMap<string, readonly number[]>): void {
  const begun = [...results].filter(([, accuracies]) => accuracies.length > 0);
  const series = begun.map(([name, accuracies]) => errorSeries(name, accuracies));
  if (series.length > 0) draw('contest-chart', 'test error (%)', false, series);
}

const errorSeries = (name: string, accuracies: readonly number[]): PlotSeries => ({
  name,
  x: accuracies.map((_, epoch) => epoch + 1),
  y: accuracies.map((accuracy) => 100 * (1 - accuracy)),
});

function ratesOf(history: Run['annealing']['history'], batches: number): PlotSeries {
  const changes = Array.from(history);
  const every = Math.ceil(changes.length / MAX_POINTS);
  const shown = changes.filter(({ restart }, i) => i % every === 0 || restart);
  return {
    name: 'learning rate',
    x: shown.map(({ epoch, batch }) => epoch + batch / batches),
    y: shown.map(({ learningRate }) => learningRate),
    axis: 'right',
  };
}

/** Where the cycles end, in epochs. */
export function cycleEnds(schedule: Schedule | undefined, epochs: number, batches: number): number[] {
  if (!schedule) return [];
  const { unit } = schedule.config as { unit?: 'epoch' | 'batch' };
  const perEpoch = unit === 'batch' ? batches : 1;
  const last = schedule.cycleAt(epochs * perEpoch);
  const count = Math.min(last.cycle + (last.phase === 'hold' ? 1 : 0), 200);
  return Array.from({ length: count }, (_, cycle) => schedule.cycleStart(cycle + 1) / perEpoch);
}

function thinned(series: { name: string; x: readonly number[]; y: readonly number[] }): PlotSeries {
  const every = Math.ceil(series.x.length / MAX_POINTS);
  const keep = (_: number, i: number) => i % every === 0;
  return { ...series, x: series.x.filter(keep), y: series.y.filter(keep) };
}

function draw(id: string, yLabel: string, logScale: boolean, series: readonly PlotSeries[]): void {
  const box = element(id);
  const width = Math.max(320, box.clientWidth);
  box.innerHTML = toSVG(
    { series },
    { width, height: 300, logScale, xLabel: 'epoch', ...(yLabel && { yLabel }) },
  );
}
