import type { Drawn, Mark } from './figure';
import { isObject, refuse } from './rules';
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

export const LEARNING_RATE = 'learning rate';
export const RESTARTS = 'restart (cycle)';

/** The figure of a schedule: as training sets the rate if that is once an epoch, else as a curve. */
export function drawnSchedule({ schedule, from = 0, to }: ScheduleSource): Drawn {
  refuse(problemsOfRange(schedule, from, to));
  const length = stepLength(schedule);
  const isStepwise = length !== undefined && (to - from) / length <= SAMPLES;
  const { curve, restarts } = isStepwise ? steps(schedule, from, to, length) : cosines(schedule, from, to);
  return {
    xLabel: schedule.config.unit,
    leftLabel: LEARNING_RATE,
    curves: [curve],
    marks: [{ name: RESTARTS, isFaint: false, at: restarts }],
    xTicks: restarts.map(({ x }) => x),
    xScale: 'linear',
    yLimit: Infinity,
  };
}

function problemsOfRange(schedule: unknown, from: unknown, to: unknown) {
  const start = typeof from === 'number' && from >= 0 && from < Infinity ? from : undefined;
  const isRange = typeof to === 'number' && to > (start ?? 0) && to < Infinity;
  return [
    ...(isSchedule(schedule)
      ? []
      : [
          {
            path: ['schedule'],
            rule: 'expected a schedule, as cosineAnnealing makes it',
            received: schedule,
          },
        ]),
    ...(start === undefined ? [{ path: ['from'], rule: 'expected a number >= 0', received: from }] : []),
    ...(isRange
      ? []
      : [{ path: ['to'], rule: `expected a number > \`from\` (${start ?? 0})`, received: to }]),
  ];
}

function isSchedule(value: unknown): value is PlottableSchedule {
  if (typeof value !== 'function' || !('cycleAt' in value && 'cycleStart' in value && 'config' in value)) {
    return false;
  }
  const { cycleAt, cycleStart, config } = value;
  const areMethods = typeof cycleAt === 'function' && typeof cycleStart === 'function';
  return (
    areMethods && isObject(config) && 'unit' in config && ['epoch', 'batch'].includes(String(config.unit))
  );
}

/** Units from one update of the learning rate to the next, if it is set once an epoch and that length is known. */
function stepLength({ config }: PlottableSchedule): number | undefined {
  if (config.updateFreq !== 'epoch') return undefined;
  return config.unit === 'epoch' ? 1 : config.batchesPerEpoch;
}

interface Drawing {
  readonly curve: Drawn['curves'][number];
  readonly restarts: readonly Mark[];
}

/** The rate of every update, held until the next one. A restart is at the first update of its cycle. */
function steps(schedule: PlottableSchedule, from: number, to: number, length: number): Drawing {
  const x: number[] = [];
  const y: number[] = [];
  const restarts: Mark[] = [];
  const first = Math.floor(from / length);
  let before = cycleIndexAt(schedule, Math.max(0, first - 1) * length);
  for (let i = first; i * length < to; i++) {
    const update = i * length;
    const cycle = cycleIndexAt(schedule, update);
    if (cycle > before && update >= from) restarts.push({ x: update, label: String(cycle) });
    before = cycle;
    x.push(Math.max(from, update));
    y.push(schedule(update));
  }
  const last = y.at(-1) ?? Number.NaN;
  const curve = curveOf({ name: LEARNING_RATE, x: [...x, to], y: [...y, last] }, 'step');
  return { curve, restarts };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The rate at evenly spaced positions, and on both sides of every restart. */
function cosines(schedule: PlottableSchedule, from: number, to: number): Drawing {
  const restarts = restartsBetween(schedule, from, to);
  const sides = restarts
    .filter(({ x }) => x > from)
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
    restarts.push({ x: schedule.cycleStart(cycle), label: String(cycle) });
  }
  return restarts.filter(({ x }) => x >= from && x < to);
}

function cycleIndexAt(schedule: PlottableSchedule, t: number): number {
  const { cycle } = schedule.cycleAt(t);
  if (!Number.isSafeInteger(cycle)) {
    refuse([{ path: ['schedule', 'cycleAt'], rule: 'expected an integer for `cycle`', received: cycle }]);
  }
  return cycle;
}

/** The float before t, or the one before that: the end of the cycle that t follows. */
const justBefore = (t: number) => t * (1 - Number.EPSILON);
