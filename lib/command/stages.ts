import { firstUpdateFrom } from '../annealing/clock';
import { endOfLastCycle } from '../annealing/plan';
import { ratesAt } from '../annealing/schedule';
import { justBefore, lastPosition, type Run, updateAt, updateCount } from './run';

/** A part of a run: a cycle, the time before the first one, or the rest after the last one. */
export interface Stage {
  /** The cycle's index, 'before' or 'hold'. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The highest learning rate of its cycle. */
  readonly peak: number | undefined;
  /** The learning rates of its first and its last update in the run; undefined if it has none. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/** How many cycles a run comes to. */
export const cyclesIn = (run: Run): number => run.schedule.cycleAt(lastPosition(run)).cycle + 1;

/** The time before the first cycle, if there is any. */
export function stageBefore(run: Run): Stage | undefined {
  const end = run.schedule.cycleStart(0);
  return end === 0 ? undefined : { name: 'before', start: 0, end, peak: undefined, ...ratesIn(run, 0, end) };
}

/** Cycle i. */
export function cycleStage(run: Run, i: number): Stage {
  const { config, cycleStart } = run.schedule;
  const [start, end] = [cycleStart(i), cycleStart(i + 1)];
  return { name: String(i), start, end, peak: ratesAt(config, i).eta_max, ...ratesIn(run, start, end) };
}

/** The rest after the last cycle, if the run comes to it. */
export function stageAfter(run: Run): Stage | undefined {
  const start = endOfLastCycle(run.schedule);
  if (run.schedule.cycleAt(lastPosition(run)).phase !== 'hold') return undefined;
  return { name: 'hold', start, end: run.to, peak: undefined, ...ratesIn(run, start, run.to) };
}

function ratesIn(run: Run, start: number, end: number): Pick<Stage, 'first' | 'last'> {
  const { schedule, perUnit, to } = run;
  if (perUnit === undefined) {
    return start < to
      ? { first: schedule(start), last: rateAtEnd(run, end) }
      : { first: undefined, last: undefined };
  }
  const first = firstUpdateFrom(start, perUnit);
  const last = Math.min(updateCount(run), firstUpdateFrom(end, perUnit)) - 1;
  if (last < first) return { first: undefined, last: undefined };
  return { first: schedule(updateAt(run, first)), last: schedule(updateAt(run, last)) };
}

/** The learning rate that a stage comes to with so many updates that the last one is at its end. */
function rateAtEnd({ schedule, to }: Run, end: number): number {
  if (end > to) return schedule(to);
  const { cycle, phase } = schedule.cycleAt(justBefore(end));
  return phase === 'anneal' ? ratesAt(schedule.config, cycle).eta_min : schedule(justBefore(end));
}
