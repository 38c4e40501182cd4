import type { Schedule } from './schedule';

/** A stretch of training, in the schedule's units. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** One cycle of a run. */
export interface PlannedCycle {
  readonly cycle: number;
  readonly start: number;
  readonly end: number;
}

const MOST_LISTED = 6;

/** The cycles that a run touches, in order; endless ones at most `most`. */
export function plannedCycles(
  schedule: Schedule,
  { from, to }: Run,
  most = Number.POSITIVE_INFINITY,
): PlannedCycle[] {
  const cycles: PlannedCycle[] = [];
  let { cycle, phase } = schedule.cycleAt(from);
  if (phase === 'hold') return cycles;
  while (cycles.length < most && cycle < cycleCount(schedule) && (cycles.at(-1)?.end ?? from) < to) {
    cycles.push({ cycle, start: schedule.cycleStart(cycle), end: schedule.cycleStart(cycle + 1) });
    cycle++;
  }
  return cycles;
}

/** How many cycles a schedule has. */
export function cycleCount({ config: { cycles } }: Schedule): number {
  return typeof cycles === 'object' ? cycles.length : (cycles ?? Number.POSITIVE_INFINITY);
}

/** What a run will do, in one line. */
export function describePlan(schedule: Schedule, run: Run): string {
  const { unit } = schedule.config;
  const [, ...restarts] = plannedCycles(schedule, run, MOST_LISTED + 2); // the first one goes on, or begins, at once
  const span = `${plural(unit)} ${round(run.from)} to ${round(run.to)}`;
  const first = `the learning rate begins at ${round(schedule(run.from))}`;
  if (restarts.length === 0)
    return `${span}: ${first}, with no ${run.from > 0 ? 'further ' : ''}warm restart`;
  return `${span}: ${first}, with warm restarts at ${unit} ${list(restarts.map(({ start }) => start))}`;
}

/** What is wrong with where a run ends, with the ends that would be right; undefined where nothing is. */
export function endProblem(schedule: Schedule, run: Run): string | undefined {
  const { unit, T_mult, cycles } = schedule.config;
  const end = schedule.cycleAt(run.to);
  const start = schedule.cycleStart(end.cycle);
  const expectsRestarts = T_mult !== 1 || typeof cycles === 'object';
  if (end.phase === 'hold') return undefined;
  if (start === run.to) {
    if (!expectsRestarts || end.cycle > 1) return undefined;
    return `no warm restart will happen in this fit: it ends at ${unit} ${round(run.to)}, with the first cycle`;
  }
  return (
    `this fit ends at ${unit} ${round(run.to)}, in the middle of a cycle, where the learning rate is still ` +
    `${round(schedule(run.to))}; a cycle ends at ${unit} ${list(endsAround(schedule, end.cycle))}`
  );
}

/** The ends of this cycle and the ones before it. */
export function endsAround(schedule: Schedule, cycle: number): number[] {
  const first = Math.max(0, cycle - MOST_LISTED + 1);
  return Array.from({ length: cycle - first + 1 }, (_, k) => schedule.cycleStart(first + k + 1));
}

/** 'epochs' or 'batches'. */
export const plural = (unit: string) => (unit === 'batch' ? 'batches' : `${unit}s`);

/** Numbers as people read them; boundaries such as 3.3000000000000003 do not help anyone, and 1234570 for 1234567 less. */
export const round = (n: number): number => (Math.abs(n) >= 1e5 ? Math.round(n) : Number(n.toPrecision(6)));

function list(numbers: number[]): string {
  const shown = numbers.slice(0, MOST_LISTED).map(round);
  if (numbers.length > MOST_LISTED) return `${shown.join(', ')}, ...`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown.join('');
}
