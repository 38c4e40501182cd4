import type { Schedule } from 'tfjs-cosine-annealing';
import { Chart } from './chart';
import * as format from './format';
import type { Run } from './run';

/** What there is to show: a schedule, and the run that follows it, if one has begun. */
export interface View {
  readonly schedule: Schedule;
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  readonly run: Run | undefined;
}

/** What a logarithmic axis can show. */
const LOWEST_LOSS = 1e-3;

/** The numbers and charts of the page. */
export class Dashboard {
  readonly #rates = new Chart(element('rate-chart'), {
    lines: [
      { color: '--faint', width: 1.5 },
      { color: '--accent', width: 2 },
    ],
    format: format.rate,
    formatTick: format.tick,
    range: (_, highest) => [0, (highest ?? 0.1) * 1.05],
  });
  readonly #losses = new Chart(element('loss-chart'), {
    lines: [
      { color: '--faint', width: 1 },
      { color: '--ink', width: 2 },
    ],
    format: format.loss,
    formatTick: format.tick,
    range: (lowest, highest) => [Math.min(lowest ?? 0.1, 0.1), Math.max(highest ?? 3, 3)],
    logTicks: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  });
  readonly #accuracies = new Chart(element('accuracy-chart'), {
    lines: [{ color: '--ink', width: 2, points: true }],
    format: format.percent,
    formatTick: format.percentTick,
    range: (lowest) => [Math.min(0.9, Math.floor((lowest ?? 0.9) * 10) / 10), 1],
  });

  draw(view: View): void {
    writeNumbers(view);
    const { schedule, epochs, batchesPerEpoch, run } = view;
    const restarts = restartsIn(schedule, epochs);
    const positions = Array.from({ length: epochs * batchesPerEpoch }, (_, step) => step / batchesPerEpoch);
    const losses = run?.losses.map((loss) => Math.max(loss, LOWEST_LOSS)) ?? [];
    this.#rates.draw([positions, positions.map(schedule), trainedRates(run)], epochs, restarts);
    this.#losses.draw([positions, losses, smooth(losses)], epochs, restarts);
    const accuracies = run?.accuracies ?? [];
    this.#accuracies.draw([accuracies.map((_, epoch) => epoch + 1), accuracies], epochs, restarts);
  }

  /** Shows that the form asks for something else, which cannot be drawn. */
  dim(isStale: boolean): void {
    element('rate-chart').classList.toggle('stale', isStale);
  }
}

function writeNumbers({ schedule, run }: View): void {
  const { cycle, T_cur, T_i } = run?.annealing ?? schedule.cycleAt(0);
  write('learning-rate', run?.annealing.learningRate ?? schedule(0), format.rate);
  write('loss', run?.losses.at(-1), format.loss);
  write('accuracy', run?.accuracies.at(-1), format.percent);
  write('cycle', cycle, String);
  write('T_cur', T_cur, format.epochs);
  write('T_i', T_i, format.epochs);
  write('restarts', run?.restarts ?? 0, String);
}

/** A `<data>` element has the whole number as its value, and as its text what people read. */
function write(id: string, value: number | undefined, format: (value: number) => string): void {
  const data = element(id) as HTMLDataElement;
  data.value = String(value ?? '');
  data.textContent = value === undefined ? '–' : format(value);
}

/** The learning rate of each update; the history has an entry where it changed. */
function trainedRates(run: Run | undefined): number[] {
  if (run === undefined) return [];
  const { history, step } = run.annealing;
  const { steps, learningRates } = history;
  return learningRates.flatMap((learningRate, i) =>
    new Array<number>((steps[i + 1] ?? step) - (steps[i] as number)).fill(learningRate),
  );
}

/** Where the cycles after the first one begin. */
function restartsIn(schedule: Schedule, epochs: number): number[] {
  const starts = [];
  for (let i = 1; schedule.cycleStart(i) < epochs; i++) starts.push(schedule.cycleStart(i));
  return starts;
}

/** An exponential moving average over about 20 batches. */
function smooth(losses: readonly number[]): number[] {
  let average = losses[0] ?? 0;
  return losses.map((loss) => (average += (loss - average) / 20));
}

const element = (id: string) => document.getElementById(id) as HTMLElement;
