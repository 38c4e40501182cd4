import type { Problem } from '../errors';
import { type Drawn, drawnRate, LEARNING_RATE } from './figure';
import {
  firstProblem,
  isCount,
  isObject,
  number,
  numbers,
  ofLength,
  problemOf,
  problemsOf,
  refuse,
} from './rules';
import { curveOf } from './series';

/** One change of the learning rate, as a history books it. */
export interface PlottableChange {
  /** Index of the update, from 0. */
  readonly step: number;
  /** Index of the epoch, from 0. */
  readonly epoch: number;
  /** Index of the batch within the epoch, from 0. */
  readonly batch: number;
  /** The learning rate that was set. */
  readonly learningRate: number;
  /** Index of the cycle, from 0. */
  readonly cycle: number;
  /** Whether a new cycle begins here. */
  readonly restart: boolean;
}

/** A history as columns: one entry per change in each. */
export interface PlottableColumns {
  /** Index of each change's update, ascending. */
  readonly steps: ArrayLike<number>;
  /** Index of each change's epoch. */
  readonly epochs: ArrayLike<number>;
  /** Index of each change's batch, within its epoch. */
  readonly batches: ArrayLike<number>;
  /** The learning rates that were set. */
  readonly learningRates: ArrayLike<number>;
}

/** The changes of the learning rate in the order of their steps; each value holds until the next change. */
export interface PlottableHistory extends Iterable<PlottableChange> {
  /** How many changes there are. */
  readonly length: number;
  /** The same changes as columns, which are read faster; optional, together with `restarts`. */
  toJSON?(): PlottableColumns;
  /** The changes that are restarts; optional, together with `toJSON`. */
  readonly restarts?: Iterable<PlottableChange> | undefined;
}

/** A callback: its history, and the step that it reached, up to which the last value holds. */
export interface CallbackSource {
  /** Its changes so far. */
  readonly history: PlottableHistory;
  /** Updates done. Default: as if the last value held as long as the one before it. */
  readonly step?: number | undefined;
}

/** The figure of what training did: each learning rate until the next one. */
export function drawnHistory({ history, step: reached = 0 }: CallbackSource, unit: 'step' | 'epoch'): Drawn {
  refuse(historyProblems(history));
  const changes = readHistory(history);
  const end = endOf(changes.steps, reached);
  const x = unit === 'step' ? withEnd(changes.steps, end) : positionsInEpochs(changes, end);
  const y = withEnd(changes.learningRates, changes.learningRates.at(-1) ?? Number.NaN);
  const curve = curveOf({ name: LEARNING_RATE, x, y }, 'step');
  const restarts = changes.restarts.flatMap(({ index, cycle }) => {
    const position = curve.x[index] ?? Number.NaN;
    return Number.isNaN(position) ? [] : [{ x: position, label: String(cycle) }];
  });
  return drawnRate(unit, curve, restarts);
}

function historyProblems(history: unknown): Problem[] {
  if (!isObject(history) || !(Symbol.iterator in history && 'length' in history && isCount(history.length))) {
    return [{ path: ['history'], rule: 'expected a history of changes', received: history }];
  }
  const cure = 'train first, or draw { schedule, to }';
  return history.length === 0 ? [{ path: ['history'], rule: 'expected changes, got none', cure }] : [];
}

/** A checked history: columns as long as one another, and the restarts by the indexes of their changes. */
interface Changes {
  readonly steps: Float64Array;
  readonly epochs: Float64Array;
  readonly batches: Float64Array;
  readonly learningRates: Float64Array;
  readonly restarts: readonly { readonly index: number; readonly cycle: number }[];
}

function readHistory(history: PlottableHistory): Changes {
  const { restarts } = history;
  return history.toJSON && restarts ? fromColumns(history.toJSON(), restarts) : fromChanges(history);
}

function fromColumns(columns: PlottableColumns, restarts: Iterable<PlottableChange>): Changes {
  const rules = { steps: numbers, epochs: numbers, batches: numbers, learningRates: numbers };
  refuse(problemsOf(columns, rules, ['history']));
  const { length } = columns.steps;
  const column = (name: keyof PlottableColumns): Float64Array => {
    const [values, path] = [columns[name], ['history', name]];
    refuse([...problemOf(values, ofLength(length), path), ...firstProblem(values, number, path)]);
    return new Float64Array(values);
  };
  const steps = column('steps');
  let index = 0;
  const indexed = Array.from(restarts, (restart) => {
    while ((steps[index] ?? Infinity) < restart.step) index++;
    return { index, cycle: restart.cycle };
  });
  return {
    steps,
    epochs: column('epochs'),
    batches: column('batches'),
    learningRates: column('learningRates'),
    restarts: indexed,
  };
}

/** As many changes as a history says that it has, even if it has no end. */
function fromChanges(history: PlottableHistory): Changes {
  const changes: PlottableChange[] = [];
  for (const change of history) {
    if (changes.length === history.length) break;
    const rule = 'expected { step, epoch, batch, learningRate }';
    if (!isChange(change)) refuse([{ path: ['history', changes.length], rule, received: change }]);
    changes.push(change);
  }
  return {
    steps: Float64Array.from(changes, ({ step }) => step),
    epochs: Float64Array.from(changes, ({ epoch }) => epoch),
    batches: Float64Array.from(changes, ({ batch }) => batch),
    learningRates: Float64Array.from(changes, ({ learningRate }) => learningRate),
    restarts: changes
      .map(({ restart, cycle }, index) => ({ restart, cycle, index }))
      .filter(({ restart }) => restart),
  };
}

function isChange(value: unknown): value is PlottableChange {
  if (!isObject(value)) return false;
  const { step, epoch, batch, learningRate }: Partial<PlottableChange> = value;
  return (
    typeof step === 'number' &&
    typeof epoch === 'number' &&
    typeof batch === 'number' &&
    typeof learningRate === 'number'
  );
}

/** Nothing says how long the last value held but the step reached; else it held as long as the one before. */
function endOf(steps: Float64Array, reached: number): number {
  const last = steps.at(-1) ?? 0;
  const before = steps.at(-2) ?? last - 1;
  return reached > last ? reached : 2 * last - before;
}

function withEnd(values: Float64Array, end: number): Float64Array {
  const longer = new Float64Array(values.length + 1);
  longer.set(values);
  longer[values.length] = end;
  return longer;
}

/** An epoch: its first update, and the index of its first change. */
interface Epoch {
  readonly epoch: number;
  readonly firstStep: number;
  readonly index: number;
}

/** The changes, and the end, in epochs: an epoch's updates are spread evenly, up to the next epoch. */
function positionsInEpochs(changes: Changes, end: number): Float64Array {
  const x = withEnd(changes.steps, end);
  const epochs = epochsOf(changes);
  let updates: number | undefined;
  epochs.forEach(({ epoch, firstStep, index }, i) => {
    const next = epochs[i + 1];
    // The last epoch counts as long as the one before it; the only one goes on to the end.
    if (next) updates = (next.firstStep - firstStep) / Math.max(1, next.epoch - epoch);
    const length = Math.max(1, updates ?? end - firstStep);
    const own = x.subarray(index, next?.index);
    own.forEach((step, k) => {
      own[k] = epoch + (step - firstStep) / length;
    });
  });
  return x;
}

function epochsOf({ steps, epochs, batches }: Changes): Epoch[] {
  const found: Epoch[] = [];
  epochs.forEach((epoch, index) => {
    if (found.at(-1)?.epoch === epoch) return;
    found.push({ epoch, firstStep: (steps[index] ?? 0) - (batches[index] ?? 0), index });
  });
  return found;
}
