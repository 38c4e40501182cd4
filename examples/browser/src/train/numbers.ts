import { element } from '../design/elements';
import type { Run } from './run';

/** Three or four digits, which stand still while they change. */
export function rate(learningRate: number): string {
  if (learningRate === 0) return '0';
  return learningRate < 1e-3 ? learningRate.toExponential(2) : learningRate.toPrecision(3);
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const loss = (value: number) => (Number.isFinite(value) ? value.toFixed(value < 1 ? 3 : 2) : 'none');

/** Where a run stands. */
export function writeNumbers(run: Run | undefined): void {
  const annealing = run?.annealing;
  write('learning-rate', annealing?.learningRate, rate);
  write('loss', run?.losses.at(-1), loss);
  write('accuracy', run?.accuracies.at(-1), percent);
  write('cycle', annealing?.cycle, String);
  write('T_cur', annealing?.T_cur, (t) => t.toFixed(2));
  write('T_i', annealing?.T_i, (t) => String(Number(t.toPrecision(4))));
  write('restarts', annealing?.history.restarts.length, String);
}

/** A `<data>` element has the whole number as its value, and as its text what people read. */
function write(id: string, value: number | undefined, format: (value: number) => string): void {
  const data = element(id) as HTMLDataElement;
  data.value = String(value ?? '');
  data.textContent = value === undefined ? '–' : format(value);
}
