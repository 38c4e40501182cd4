import { firstUpdateFrom, positionOfUpdate, ROUNDING, updatesPerUnit } from '../annealing/clock';
import { type Drawn, drawnRate, LEARNING_RATE, type Mark } from './figure';
import { integer, isObject, number, optional, problemOf, type Rule, refuse, string } from './rules';
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
    /** When training sets the learning rate; default at every batch. */
    readonly updateFreq?: 'epoch' | 'batch' | undefined;
    /** Batches in an epoch, >= 1. Without it updates can't be drawn as steps, unless positions count them. */
    readonly batchesPerEpoch?: number | undefined;
  };
}

/**
 * A schedule over a range: what the learning rate is going to be. If its updates are known, and at most 4000, each rate
 * is drawn as a step that holds until the next one, as training sets it; else the schedule is drawn as a curve.
 */
export interface ScheduleSource {
  /** What is drawn. */
  readonly schedule: PlottableSchedule;
  /** Where the range begins, in the schedule's units. A number >= 0; default 0. */
  readonly from?: number | undefined;
  /** Where the range ends, itself excluded: a restart just there is not drawn. A number > `from`. */
  readonly to: number;
  /** Its name in the legend; default `'learning rate'`. */
  readonly name?: string | undefined;
}

/** How many evenly spaced positions are drawn, and how many steps: more than any chart has columns. */
const SAMPLES = 4000;
/** Of more cycles than this every nth is drawn: no chart is wide enough to tell them apart. */
const MAX_CYCLES = 20_000;

/** The figure of a schedule: as training sets the rate if it has few updates, else as a curve. */
export function drawnSchedule({ schedule, from = 0, to, name = LEARNING_RATE }: ScheduleSource): Drawn {
  refuse([
    ...problemOf(schedule, SCHEDULE, ['schedule']),
    ...problemOf(from, START, ['from']),
    ...problemOf(to, endAfter(START.accepts(from) ? from : 0), ['to']),
    ...problemOf(name, optional(string), ['name']),
  ]);
  const perUnit = updateRate(schedule);
  const isStepwise = perUnit !== undefined && (to - from) * perUnit <= SAMPLES;
  const { points, restarts } = isStepwise ? steps(schedule, from, to, perUnit) : cosines(schedule, from, to);
  const [x, y] = [points.map((point) => point.x), points.map((point) => point.y)];
  const curve = curveOf({ name, x, y }, isStepwise ? 'step' : 'line');
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

/** How often the learning rate is set in a unit, if that is known. */
function updateRate({ config }: PlottableSchedule): number | undefined {
  const { unit, updateFreq = 'batch', batchesPerEpoch } = config;
  const perUnit = updatesPerUnit({ unit, updateFreq, batchesPerEpoch });
  return isFiniteNumber(perUnit) && perUnit > 0 ? perUnit : undefined;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface RateWithRestarts {
  readonly points: readonly Point[];
  readonly restarts: readonly Mark[];
}

/** The rate of every update, held until the next one. A restart is at the first update of its cycle. */
function steps(schedule: PlottableSchedule, from: number, to: number, perUnit: number): RateWithRestarts {
  const first = Math.floor(from * perUnit + ROUNDING);
  const count = Math.max(1, firstUpdateFrom(to, perUnit) - first);
  const updates = Array.from({ length: count }, (_, i) => updateOf(schedule, first + i, perUnit));
  const points = updates.map(({ x, t }): Point => ({ x: Math.max(from, x), y: schedule(t) }));
  let { cycle: before } = updateOf(schedule, Math.max(0, first - 1), perUnit);
  const restarts: Mark[] = [];
  for (const { x, cycle } of updates) {
    if (x >= from && cycle > before) restarts.push({ x, label: String(cycle) });
    before = cycle;
  }
  return { points: [...points, { x: to, y: points.at(-1)?.y ?? Number.NaN }], restarts };
}

/** The k-th update: where it is drawn, its position on the schedule, and its cycle: the next one, if only rounding keeps it from that. */
function updateOf(schedule: PlottableSchedule, k: number, perUnit: number) {
  const x = positionOfUpdate(k, perUnit);
  const next = startOf(schedule, cycleIndexAt(schedule, x) + 1);
  const t = firstUpdateFrom(next, perUnit) <= k ? next : x;
  return { x, t, cycle: cycleIndexAt(schedule, t) };
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
  return { points: [...sides, ...samples].sort((a, b) => a.x - b.x), restarts };
}

function restartsBetween(schedule: PlottableSchedule, from: number, to: number): Mark[] {
  const first = Math.max(1, cycleIndexAt(schedule, from));
  const last = cycleIndexAt(schedule, justBefore(to));
  const every = Math.max(1, Math.ceil((last - first + 1) / MAX_CYCLES));
  const restarts: Mark[] = [];
  for (let cycle = first; cycle <= last; cycle += every) {
    restarts.push({ x: startOf(schedule, cycle), label: String(cycle) });
  }
  return restarts.filter(({ x }) => x >= from);
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
