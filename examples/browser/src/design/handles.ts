import type { Draft } from './draft';
import type { PlotArea } from './plot-area';
import type { Right } from './verdict';

/** A point of the curve that can be dragged. */
export interface Handle {
  readonly t: number;
  readonly learningRate: number;
  /** The draft after it was dragged to a position, or to a rate; undefined if it can't be moved that way. */
  readonly moveTo: ((t: number) => Draft) | undefined;
  readonly raiseTo: ((learningRate: number) => Draft) | undefined;
}

/** More would lie on each other. */
const MAX_CYCLES = 12;

/** The peaks and ends of the cycles, as far as one field stands behind each. */
export function handlesOf(right: Right, draft: Draft): Handle[] {
  const last = Math.min(right.schedule.cycleAt(right.to).cycle + 1, MAX_CYCLES, countOf(right));
  const cycles = Array.from({ length: last }, (_, cycle) => cycle);
  const peaks = cycles.map((cycle) => peak(right, draft, cycle)).filter(({ t }) => t < right.to);
  const ends = cycles.map((cycle) => end(right, draft, cycle)).filter(({ t }) => t <= right.to);
  return [...peaks, ...ends].filter(({ moveTo, raiseTo }) => (moveTo ?? raiseTo) !== undefined);
}

function countOf({ config: { cycles } }: Right): number {
  if (Array.isArray(cycles)) return cycles.length;
  return typeof cycles === 'number' ? cycles : Infinity;
}

/** The start of a cycle's cosine. */
function peak({ schedule, config }: Right, draft: Draft, cycle: number): Handle {
  const start = schedule.cycleStart(cycle);
  const t = Math.max(start, schedule.cycleStart(cycle + 1) - schedule.cycleAt(start).T_i);
  const isSteady = config.eta_max_mult === undefined && config.amplitude_mult === undefined;
  return {
    t,
    learningRate: schedule(t),
    moveTo: undefined,
    raiseTo: isSteady || cycle === 0 ? setter(draft, 'eta_max', config.eta_max, cycle) : undefined,
  };
}

function end({ schedule, config }: Right, draft: Draft, cycle: number): Handle {
  const start = schedule.cycleStart(cycle);
  const t = schedule.cycleStart(cycle + 1);
  const isPlain = config.warmup === undefined && config.plateau === undefined;
  const [key, lengths] = Array.isArray(config.cycles) ? ['cycles', config.cycles] : ['T_0', config.T_0];
  const setLength =
    isPlain && (cycle === 0 || key === 'cycles') ? setter(draft, key, lengths, cycle) : undefined;
  return {
    t,
    learningRate: schedule(t * (1 - Number.EPSILON)),
    moveTo: setLength && ((to) => setLength(Math.max(to - start, 0))),
    raiseTo:
      config.eta_min_ratio === undefined ? setter(draft, 'eta_min', config.eta_min ?? 0, cycle) : undefined,
  };
}

/** Sets a number, or that item of a list which a cycle takes. */
function setter(draft: Draft, name: string, value: unknown, cycle: number) {
  if (typeof value === 'number') return (to: number): Draft => ({ ...draft, [name]: String(to) });
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  const index = Math.min(cycle, items.length - 1);
  return (to: number): Draft => ({ ...draft, [name]: items.with(index, to).join(', ') });
}

/** Those that don't lie on one before them. */
export function apart(handles: readonly Handle[], area: PlotArea, distance: number): Handle[] {
  const kept: Handle[] = [];
  for (const handle of handles) {
    if (handleNear(kept, area, area.xAt(handle.t), area.yAt(handle.learningRate), distance) === undefined)
      kept.push(handle);
  }
  return kept;
}

/** A value as exact as a pixel is, or a whole number close by. */
export function snapped(value: number, perPixel: number): number {
  const whole = Math.round(value);
  if (Math.abs(value - whole) < 4 * perPixel && whole !== 0) return whole;
  const digits = Math.min(Math.max(Math.ceil(-Math.log10(perPixel)), 0), 12);
  return Number(value.toFixed(digits));
}

/** The nearest handle within so many pixels of a point. */
export function handleNear(handles: readonly Handle[], area: PlotArea, x: number, y: number, reach: number) {
  const distances = handles.map(({ t, learningRate }) =>
    Math.hypot(area.xAt(t) - x, area.yAt(learningRate) - y),
  );
  const least = Math.min(...distances);
  return least <= reach ? handles[distances.indexOf(least)] : undefined;
}
