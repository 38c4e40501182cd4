import type { Right } from './verdict';

/** Positions in the schedule's units with their learning rates, from the left. */
export type Points = readonly (readonly [t: number, learningRate: number])[];

/** A column of a chart: where it begins and ends, in the schedule's units. */
interface Column {
  readonly from: number;
  readonly end: number;
}

/** Whether restarts are closer than two pixels. */
export const isCrowded = (right: Right, columns: number): boolean => restartsSeen(right) > columns / 2;

/** How many warm restarts there are before training ends. */
export const restartsIn = ({ schedule, to }: Right): number => schedule.cycleAt(before(to)).cycle;

/** How many, for people. */
export const countOfRestarts = (right: Right): string => restartsIn(right).toLocaleString('en');

/** Those of them that training sees, which sets one learning rate in an update. */
function restartsSeen(right: Right): number {
  const { epochs, batches } = right.training;
  return Math.min(restartsIn(right), isOncePerEpoch(right) ? epochs : epochs * batches);
}

/** More are drawn as the schedule's curve, which they follow closely. */
const MAX_STEPS = 2000;

/** Whether the learning rate is drawn as training sets it: once an epoch. */
export const isStepwise = (right: Right): boolean =>
  isOncePerEpoch(right) && right.training.epochs <= MAX_STEPS;

const isOncePerEpoch = ({ schedule }: Right) => schedule.config.updateFreq === 'epoch';

/** The learning rate of each epoch. */
export function steps({ schedule, to, training: { epochs } }: Right): Points {
  const starts = Array.from({ length: epochs }, (_, epoch) => (epoch * to) / epochs);
  return [...starts.map((t) => [t, schedule(t)] as const), [to, schedule(starts.at(-1) ?? 0)]];
}

/** The learning rate in each column. It costs by columns, however many cycles there are. */
export function curve(right: Right, columns: number): Points {
  const { schedule, to } = right;
  const listed = longestList(right.config);
  const points = Array.from({ length: columns }, (_, i) => ({
    from: (i * to) / columns,
    end: ((i + 1) * to) / columns,
  })).flatMap((column) => pointsIn(right, column, listed));
  return [...points, [to, schedule(before(to))]];
}

/** The rate at its beginning, and both sides of a restart; of cycles narrower than two columns the extremes, as a band. */
function pointsIn(right: Right, { from, end }: Column, listed: number): Points {
  const { schedule } = right;
  const { cycle, phase } = schedule.cycleAt(from);
  const next = phase === 'hold' ? Infinity : schedule.cycleStart(cycle + 1);
  if (next - schedule.cycleStart(cycle) >= 2 * (end - from)) {
    const at = next < end ? [from, before(next), next] : [from];
    return at.map((t) => [t, schedule(t)]);
  }
  // From cycle to cycle rates change by less than can be seen, but not those of a list.
  const last = Math.min(listed - 1, schedule.cycleAt(before(end)).cycle);
  const own = Array.from({ length: Math.max(0, last - cycle) }, (_, i) => cycle + 1 + i);
  const rates = [cycle, ...own].flatMap((i) => turnsOf(right, i)).map((t) => schedule(t));
  return [
    [from, Math.min(...rates)],
    [from, Math.max(...rates)],
  ];
}

/** Where a cycle begins, is at its peak, and ends. */
function turnsOf({ schedule }: Right, cycle: number): number[] {
  const start = schedule.cycleStart(cycle);
  const end = schedule.cycleStart(cycle + 1);
  return [start, end - schedule.cycleAt(start).T_i, before(end)];
}

/** How many cycles may have a value of their own. */
function longestList(config: object): number {
  const lengths = Object.values(config).map((value: unknown) => {
    if (Array.isArray(value)) return value.length;
    return typeof value === 'object' && value !== null ? longestList(value) : 0;
  });
  return Math.max(0, ...lengths);
}

/** The double before t, or the one before that. */
const before = (t: number) => t * (1 - Number.EPSILON);
