import type { Curve, Drawn, Mark } from './figure';
import { drawnRate, LEARNING_RATE } from './learning-rate';
import { integer, isObject, number, problemOf, type Rule, refuse } from './rules';
import { curveOf } from './series';

/** A schedule, as `cosineAnnealing` makes it: the learning rate at position t, and where its cycles are. */
export interface PlottableSchedule {
  (t: number): number;
  /** The cycle at position t. */
  cycleAt(t: number): {
    /** Its index, from 0. */
    readonly cycle: number;
  };
  /** The position where cycle i begins. */
  cycleStart(i: number): number;
  /** What the schedule was made of. */
  readonly config: {
    /** What positions count. */
    readonly unit: 'epoch' | 'batch';
    /** When training sets the learning rate; default at every batch. With 'epoch' the rate is drawn in steps. */
    readonly updateFreq?: 'epoch' | 'batch' | undefined;
    /** Batches in an epoch, >= 1; needed for steps if positions count batches. */
    readonly batchesPerEpoch?: number | undefined;
  };
}

/** A schedule over a range: what the learning rate is going to be. */
export interface ScheduleSource {
  /** What is drawn. */
  readonly schedule: PlottableSchedule;
  /** Where the range begins, in the schedule's units. A number >= 0; default 0. */
  readonly from?: number | undefined;
  /** Where the range ends, itself excluded: a restart just there is not drawn. A number > `from`. */
  readonly to: number;
}

/** How many evenly spaced positions are drawn, and how many steps: more than any chart has columns. */
const SAMPLES = 4000;
/** Of more cycles than this every nth is drawn: no chart is wide enough to tell them apart. */
const MAX_CYCLES = 20_000;

/** The figure of a schedule: as training sets the rate if that is once an epoch, else as a curve. */
export function drawnSchedule({ schedule, from = 0, to }: ScheduleSource): Drawn {
  refuse([
    ...problemOf(schedule, SCHEDULE, ['schedule']),
    ...problemOf(from, START, ['from']),
    ...problemOf(to, endAfter(START.accepts(from) ? from : 0), ['to']),
  ]);
  const length = stepLength(schedule);
  const isStepwise = length !== undefined && (to - from) / length <= SAMPLES;
  const { curve, restarts } = isStepwise ? steps(schedule, from, to, length) : cosines(schedule, from, to);
  return drawnRate(schedule.config.unit, curve, restarts);
}

const SCHEDULE: Rule = { expected: 'a schedule, as cosineAnnealing makes it', accepts: isSchedule };
const START: Rule = { expected: 'a number >= 0', accepts: (value) => isFiniteNumber(value) && value >= 0 };
const endAfter = (from: number): Rule => ({
  expected: `a number > \`from\` (${from})`,
  accepts: (value) => isFiniteNumber(value) && value > from,
});

const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);

function isSchedule(value: unknown): boolean {
  if (typeof value !== 'function' || !('cycleAt' in value && 'cycleStart' in value && 'config' in value)) {
    return false;
  }
  const { cycleAt, cycleStart, config } = value;
  const hasUnit =
    isObject(config) && 'unit' in config && (config.unit === 'epoch' || config.unit === 'batch');
  return hasUnit && typeof cycleAt === 'function' && typeof cycleStart === 'function';
}

/** Units from one update of the learning rate to the next, if it is set once an epoch and that length is known. */
function stepLength({ config }: PlottableSchedule): number | undefined {
  if (config.updateFreq !== 'epoch') return undefined;
  const length = config.unit === 'epoch' ? 1 : config.batchesPerEpoch;
  return isFiniteNumber(length) && length > 0 ? length : undefined;
}

interface RateWithRestarts {
  readonly curve: Curve;
  readonly restarts: readonly Mark[];
}

/** The rate of every update, held until the next one. A restart is at the first update of its cycle. */
function steps(schedule: PlottableSchedule, from: number, to: number, length: number): RateWithRestarts {
  const first = Math.floor(from / length);
  const count = Math.ceil(to / length) - first;
  const updates = Array.from({ length: count }, (_, i) => (first + i) * length);
  const rates = updates.map((t) => schedule(t));
  const restarts = updates.flatMap((x): Mark[] => {
    const [before, cycle] = [cycleIndexAt(schedule, Math.max(0, x - length)), cycleIndexAt(schedule, x)];
    return cycle > before && x >= from ? [{ x, label: String(cycle) }] : [];
  });
  const x = [...updates.map((t) => Math.max(from, t)), to];
  const y = [...rates, rates.at(-1) ?? Number.NaN];
  return { curve: curveOf({ name: LEARNING_RATE, x, y }, 'step'), restarts };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The rate at evenly spaced positions, and on both sides of every restart, or of every nth of more than SAMPLES. */
function cosines(schedule: PlottableSchedule, from: number, to: number): RateWithRestarts {
  const restarts = restartsBetween(schedule, from, to);
  const every = Math.ceil(restarts.length / SAMPLES);
  const sides = restarts
    .filter(({ x }, i) => x > from && i % every === 0)
    .flatMap(({ x }): Point[] => [
      { x, y: schedule(justBefore(x)) },
      { x, y: schedule(x) },
    ]);
  const samples = Array.from({ length: SAMPLES }, (_, k): Point => {
    const x = k < SAMPLES - 1 ? from + ((to - from) * k) / (SAMPLES - 1) : to;
    return { x, y: schedule(x < to ? x : justBefore(to)) };
  });
  // Sorting is stable: a sample just at a restart comes after the restart's own sides.
  const points = [...sides, ...samples].sort((a, b) => a.x - b.x);
  const x = points.map((point) => point.x);
  const y = points.map((point) => point.y);
  return { curve: curveOf({ name: LEARNING_RATE, x, y }, 'line'), restarts };
}

function restartsBetween(schedule: PlottableSchedule, from: number, to: number): Mark[] {
  const first = Math.max(1, cycleIndexAt(schedule, from));
  const last = cycleIndexAt(schedule, justBefore(to));
  const every = Math.max(1, Math.ceil((last - first + 1) / MAX_CYCLES));
  const restarts: Mark[] = [];
  for (let cycle = first; cycle <= last; cycle += every) {
    restarts.push({ x: startOf(schedule, cycle), label: String(cycle) });
  }
  return restarts.filter(({ x }) => x >= from && x < to);
}

function cycleIndexAt(schedule: PlottableSchedule, t: number): number {
  const { cycle } = schedule.cycleAt(t);
  refuse(problemOf(cycle, integer(0, Number.MAX_SAFE_INTEGER), ['schedule', 'cycleAt']));
  return cycle;
}

function startOf(schedule: PlottableSchedule, cycle: number): number {
  const start = schedule.cycleStart(cycle);
  refuse(problemOf(start, number, ['schedule', 'cycleStart']));
  return start;
}

/** The float before t, or the one before that: the end of the cycle that t follows. */
const justBefore = (t: number) => t * (1 - Number.EPSILON);
