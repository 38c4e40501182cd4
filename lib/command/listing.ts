import { refusal } from '../errors';
import { cyclesIn, type Run, updateAt, updateCount } from './run';

/** More lines than these are a mistake: gigabytes, and minutes of work. */
const MOST_LINES = 100_000_000;

/** A run, with a name if there are two. */
export interface NamedRun {
  readonly name: string;
  readonly run: Run;
}

/** At least one run, over the same training. */
export type Runs = readonly [NamedRun, ...NamedRun[]];

/** @throws {@link CosineAnnealingError} if a list of so many lines was asked for by `option` that nobody can want it. */
export function checkLines(option: string, runs: Runs): void {
  if (option === 'svg') return;
  const most = Math.max(...runs.map(({ run }) => updateCount(run) + (option === 'json' ? cyclesIn(run) : 0)));
  if (most <= MOST_LINES) return;
  throw refusal(option, `expected at most ${MOST_LINES} lines`, { received: most, cure: 'shorten the run' });
}

/** The learning rate of every update as lines of CSV; two schedules have their names in a column of their own. */
export function* csv(runs: Runs): Iterable<string> {
  const hasNames = runs.length > 1;
  const units = new Set(runs.map(({ run }) => run.schedule.config.unit));
  const position = units.size === 1 ? [...units].join() : 't';
  yield `${hasNames ? 'schedule,' : ''}${position},learning_rate,cycle,T_cur,T_i,phase\n`;
  for (const { name, run } of runs) {
    const start = hasNames ? `${cell(name)},` : '';
    for (const { t, learningRate } of updates(run)) {
      const { cycle, T_cur, T_i, phase } = run.schedule.cycleAt(t);
      yield `${start}${t},${learningRate},${cycle},${T_cur},${T_i},${phase}\n`;
    }
  }
}

/** The same as JSON with config, notices and cycles, an item on each line; two schedules in a list. */
export function* json(runs: Runs): Iterable<string> {
  const [only, ...others] = runs;
  if (others.length === 0) return yield* document(only, []);
  yield '[\n';
  for (const [i, named] of runs.entries()) {
    if (i > 0) yield ',\n';
    yield* document(named, [['name', named.name]]);
  }
  yield ']\n';
}

function* document({ run }: NamedRun, head: readonly [string, unknown][]): Iterable<string> {
  const { config } = run.schedule;
  const { to, notices } = run;
  yield '{\n';
  for (const [key, value] of [...head, ...Object.entries({ config, to, notices })]) {
    yield `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`;
  }
  yield '"cycles": [\n';
  yield* items(cycles(run));
  yield '],\n"learningRates": [\n';
  yield* items(updates(run), ({ t, learningRate }) => [t, learningRate]);
  yield ']\n}\n';
}

function* items<Item>(
  values: Iterable<Item>,
  form: (item: Item) => unknown = (item) => item,
): Iterable<string> {
  let separator = '';
  for (const value of values) {
    yield `${separator}${JSON.stringify(form(value))}`;
    separator = ',\n';
  }
  if (separator !== '') yield '\n';
}

function* updates(run: Run): Iterable<{ readonly t: number; readonly learningRate: number }> {
  const count = updateCount(run);
  for (let k = 0; k < count; k++) {
    const t = updateAt(run, k);
    yield { t, learningRate: run.schedule(t) };
  }
}

function* cycles(
  run: Run,
): Iterable<{ readonly cycle: number; readonly start: number; readonly end: number }> {
  const { cycleStart } = run.schedule;
  const count = cyclesIn(run);
  for (let cycle = 0; cycle < count; cycle++) {
    yield { cycle, start: cycleStart(cycle), end: cycleStart(cycle + 1) };
  }
}

/** A cell of CSV. */
const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
