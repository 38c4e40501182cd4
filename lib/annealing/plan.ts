import { positionOfUpdate, ROUNDING, unitsPerEpoch, updatesPerUnit } from './clock';
import { cycleCount, fillsTotal, valueAt } from './cycles';
import { MAX_POSITION } from './limits';
import { type CyclePosition, ratesAt, type Schedule, type ScheduleConfig, snapped } from './schedule';

/** A stretch of training on the schedule's clock: one fit, or all that is left of a training. */
export interface Stretch {
  /** The position of its first update, in units. */
  readonly from: number;
  /** The position of the update that would come next after it, in units; undefined if its end is open. */
  readonly to: number | undefined;
  /** The number of its first epoch, as the fit counts them. */
  readonly firstEpoch: number;
  /** The cycle of the update before it; undefined if there was none. */
  readonly cycleBefore?: number | undefined;
}

/** What a stretch of training will do. */
export interface Plan {
  /** Where it begins, in units. */
  readonly from: number;
  /** Where it ends, in units; undefined if its end is open. */
  readonly to: number | undefined;
  /** The learning rate of its first update. */
  readonly learningRate: number;
  /** The first updates of new cycles, in order: the first MAX_PLANNED of them. */
  readonly restarts: readonly PlannedRestart[];
  /** Where the last cycle ends, if that is within the stretch. */
  readonly lastCycleEnd: number | undefined;
}

/** A warm restart to come. */
export interface PlannedRestart {
  /** Index of the cycle that begins. */
  readonly cycle: number;
  /** The position of its first update, in units. */
  readonly t: number;
  /** Length of its cosine, in units. */
  readonly T_i: number;
}

/** A change that makes a notice go away. */
export type Cure =
  | {
      /** The fit's `epochs`. */
      readonly epochs: number;
    }
  | {
      /** Keys of the config; undefined removes one. */
      readonly config: Readonly<Record<string, unknown>>;
    };

/** What a user should be told about a training before it begins: its kind and its numbers. Positions are in units. */
export type Notice = {
  /** What makes it go away. */
  readonly cures: readonly Cure[];
} & (
  | {
      /** What it is about. */
      readonly kind: 'length in batches';
      /** Length of the first cycle, in epochs. */
      readonly length: number;
      /** Epochs of the training. */
      readonly epochs: number;
      /** Batches of the training. */
      readonly batches: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'idle after the last cycle';
      /** Where nothing is learned any more. */
      readonly from: number;
      /** Where training ends. */
      readonly to: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'never reaches the peak';
      /** The phase that training ends in. */
      readonly phase: 'before' | 'warmup';
      /** Where training ends. */
      readonly to: number;
      /** The learning rate that it never reaches. */
      readonly peak: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'no restart';
      /** Where training ends. */
      readonly to: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'ends inside a cycle';
      /** Where training ends. */
      readonly to: number;
      /** The learning rate there. */
      readonly learningRate: number;
      /** Where that cycle ends. */
      readonly end: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'constant';
      /** The learning rate. */
      readonly learningRate: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'one update per cycle';
      /** The learning rate. */
      readonly learningRate: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'begins inside a cycle';
      /** Where training begins. */
      readonly from: number;
      /** Index of the cycle. */
      readonly cycle: number;
      /** The learning rate there. */
      readonly learningRate: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'once an epoch in batches';
      /** Batches in an epoch. */
      readonly batchesPerEpoch: number;
    }
  | {
      /** What it is about. */
      readonly kind: 'batches unknown';
    }
);

/** At most: restarts in a plan, cycles that are examined to judge the learning rates, cycle ends that are tried as cures. */
const MAX_PLANNED = 7;
const MAX_JUDGED = 1000;
const MAX_ENDS = 3;

/** What a stretch of training will do. */
export function planOf(schedule: Schedule, stretch: Stretch): Plan {
  const { from, to, cycleBefore = schedule.cycleAt(from).cycle } = stretch;
  const restarts: PlannedRestart[] = [];
  let before = cycleBefore;
  for (const { cycle, t, T_i } of visits(schedule, stretch)) {
    if (cycle > before) restarts.push({ cycle, t, T_i });
    if (restarts.length === MAX_PLANNED) break;
    before = cycle;
  }
  const end = endOfLastCycle(schedule);
  const isWithin = end >= from && end <= (to ?? MAX_POSITION);
  return { from, to, learningRate: schedule(from), restarts, lastCycleEnd: isWithin ? end : undefined };
}

/**
 * What should be said of a stretch before it begins. How it ends is judged by the training's `total` if that is known; a
 * stretch that runs past it is judged by its own end.
 */
export function noticesOf(schedule: Schedule, stretch: Stretch): Notice[] {
  const training = judged(schedule.config, stretch);
  const isNew = stretch.cycleBefore === undefined;
  return [
    endNotice(schedule, training),
    ratesNotice(schedule, training),
    isNew ? beginNotice(schedule, stretch) : undefined,
    clockNotice(schedule.config),
  ].flatMap((notice) => (notice === undefined ? [] : [notice]));
}

/** A whole training, or this fit as far as is known. */
interface Training extends Stretch {
  /** Whether it ends where `total` says. */
  readonly endsByTotal: boolean;
}

function judged(config: ScheduleConfig, stretch: Stretch): Training {
  const { total } = config;
  if (total === undefined || (stretch.to ?? total) > total) return { ...stretch, endsByTotal: false };
  return { ...stretch, to: total, endsByTotal: true };
}

/** What is to be said about how a training ends: the first of these that holds, if one does. */
function endNotice(schedule: Schedule, training: Training): Notice | undefined {
  const { to } = training;
  if (to === undefined || updateCount(schedule, training, to) <= 0) return undefined;
  const finite = { ...training, to };
  return (
    lengthInBatches(schedule, finite) ??
    idleAfterLastCycle(schedule, finite) ??
    neverReachesPeak(schedule, finite) ??
    noRestart(schedule, finite) ??
    endsInsideCycle(schedule, finite)
  );
}

/** What is to be said about a training's learning rates: the first of these that holds, if one does. */
function ratesNotice(schedule: Schedule, training: Stretch): Notice | undefined {
  const visited = firstVisits(schedule, training);
  if (visited.length === 0) return undefined;
  const { config } = schedule;
  const rates = visited.map(({ cycle }) => ratesAt(config, cycle));
  const [{ eta_max: learningRate }] = rates as [(typeof rates)[0]];
  const samePeak = rates.every(({ eta_max }) => eta_max === learningRate);
  if (samePeak && rates.every(({ eta_min }) => eta_min === learningRate)) {
    const floor = config.eta_min_ratio === undefined ? { eta_min: 0 } : { eta_min_ratio: 0 };
    return { kind: 'constant', learningRate, cures: [{ config: floor }] };
  }
  const isOneEach =
    visited.length > 1 && visited.every(({ updates, phase }) => updates === 1 && phase === 'anneal');
  // While the number of batches is unknown, so is how many updates a cycle has.
  if (!samePeak || !isOneEach || updatesPerUnit(config) === undefined) return undefined;
  return { kind: 'one update per cycle', learningRate, cures: longerCycles(config) };
}

/** What is to be said about where a new callback begins, if anything. */
function beginNotice(schedule: Schedule, { from }: Stretch): Notice | undefined {
  const { cycle, phase } = schedule.cycleAt(from);
  if (schedule.config.start !== undefined || phase === 'hold' || schedule.cycleStart(cycle) >= from)
    return undefined;
  const cures = [{ config: { start: from } }, { config: { start: 0 } }];
  return { kind: 'begins inside a cycle', from, cycle, learningRate: schedule(from), cures };
}

/** What is to be said about the clock: how often the learning rate is set. */
export function clockNotice({ unit, updateFreq, batchesPerEpoch }: ScheduleConfig): Notice | undefined {
  if (batchesPerEpoch === undefined) {
    return unit === 'epoch' && updateFreq === 'batch' ? { kind: 'batches unknown', cures: [] } : undefined;
  }
  if (unit !== 'batch' || updateFreq !== 'epoch' || batchesPerEpoch === 1) return undefined;
  return {
    kind: 'once an epoch in batches',
    batchesPerEpoch,
    cures: [{ config: { updateFreq: 'batch' } }],
  };
}

/** A stretch of training whose end is known. */
type Finite = Training & { readonly to: number };

function lengthInBatches(schedule: Schedule, training: Finite): Notice | undefined {
  const { unit, T_0, cycles, batchesPerEpoch, start = 0 } = schedule.config;
  const length = T_0 ?? (typeof cycles === 'object' ? valueAt(cycles, 0) : undefined);
  const isBeginning = training.firstEpoch === 0 && training.cycleBefore === undefined;
  if (unit !== 'epoch' || length === undefined || batchesPerEpoch === undefined || !isBeginning)
    return undefined;
  const epochs = training.to - Math.max(training.from, start);
  const batches = Math.round(epochs * batchesPerEpoch);
  if (length <= epochs || length > batches) return undefined;
  const cures = [
    { config: { unit: 'batch' } },
    ...endingWith(schedule, training, endsFrom(schedule, firstEnd(schedule), 1)),
  ];
  return { kind: 'length in batches', length, epochs, batches, cures };
}

function idleAfterLastCycle(schedule: Schedule, training: Finite): Notice | undefined {
  const { config } = schedule;
  const end = endOfLastCycle(schedule);
  if (config.afterLastCycle === 'stop' || !(end < training.to)) return undefined;
  const from = updateAt(schedule, training, Math.max(0, updateCount(schedule, training, end)));
  if (!(from < training.to) || schedule(from) > 0) return undefined;
  const cure: Cure = { config: fillsTotal(config) ? { total: training.to } : { afterLastCycle: 'stop' } };
  return {
    kind: 'idle after the last cycle',
    from,
    to: training.to,
    cures: [...wholeEpochs(schedule, training, [end]), cure],
  };
}

function neverReachesPeak(schedule: Schedule, training: Finite): Notice | undefined {
  const last = lastUpdate(schedule, training);
  const { cycle, phase } = schedule.cycleAt(last);
  if (cycle > 0 || (phase !== 'before' && phase !== 'warmup')) return undefined;
  const ends = endsFrom(schedule, firstEnd(schedule), MAX_ENDS);
  const cures = endingWith(schedule, training, ends);
  return {
    kind: 'never reaches the peak',
    phase,
    to: training.to,
    peak: ratesAt(schedule.config, 0).eta_max,
    cures,
  };
}

/** The first cycle that a training can end with and leave nothing to be said. */
const firstEnd = ({ config }: Schedule): number => (asksForRestarts(config) ? 1 : 0);

const asksForRestarts = (config: ScheduleConfig): boolean =>
  cycleCount(config) > 1 && (config.T_mult !== 1 || typeof config.cycles === 'object');

/** Only if T_mult or a list of lengths asks for restarts: with equal cycles, one may be all that is wanted. */
function noRestart(schedule: Schedule, training: Finite): Notice | undefined {
  const { config } = schedule;
  if (!asksForRestarts(config) || schedule.cycleAt(lastUpdate(schedule, training)).cycle > 0)
    return undefined;
  const ends = endsFrom(schedule, 1, MAX_ENDS).filter((end) => end > training.to);
  if (ends.length === 0) return undefined; // shorter than an update
  const cures = endingWith(schedule, training, ends);
  return { kind: 'no restart', to: training.to, cures };
}

/** A training ends with a cycle if the update after its last one would be in another cycle. */
function endsInsideCycle(schedule: Schedule, training: Finite): Notice | undefined {
  const { to } = training;
  if (!isInside(schedule, training, to)) return undefined;
  const { cycle } = schedule.cycleAt(to);
  const before = Math.max(firstEnd(schedule), cycle - MAX_ENDS + 1);
  const ends = endsFrom(schedule, before, cycle - before + 1);
  const cures = endingWith(schedule, training, ends);
  const hasOwn = training.endsByTotal || cures.some((cure) => 'epochs' in cure);
  if (!hasOwn) cures.unshift(filled(schedule, cycle));
  const end = schedule.cycleStart(cycle + 1);
  return { kind: 'ends inside a cycle', to, learningRate: schedule(to), end, cures };
}

function isInside(schedule: Schedule, training: Finite, to: number): boolean {
  const last = schedule.cycleAt(lastUpdate(schedule, { ...training, to }));
  const next = schedule.cycleAt(snapped(schedule, to));
  return next.phase !== 'hold' && next.cycle === last.cycle;
}

/** The fit's `epochs` with which training would end as a cycle does; only whole numbers are possible. */
function wholeEpochs(schedule: Schedule, training: Finite, ends: readonly number[]): { epochs: number }[] {
  const perEpoch = unitsPerEpoch(schedule.config) ?? NaN;
  const { from, firstEpoch } = training;
  const candidates = ends
    .filter((end) => end <= MAX_POSITION)
    .map((end) => Math.ceil((end - from) / perEpoch - ROUNDING))
    .filter((epochs) => epochs > 0 && !isInside(schedule, training, from + epochs * perEpoch));
  return [...new Set(candidates)].map((epochs) => ({ epochs: firstEpoch + epochs }));
}

/** Lengths of the training with which it would end as a cycle does: of this fit, or of all together. */
function endingWith(schedule: Schedule, training: Finite, ends: readonly number[]): Cure[] {
  const { from, to, endsByTotal } = training;
  const totals = ends
    .map((end) => Number(end.toPrecision(15))) // 0.3, not 0.30000000000000004: rounding is made up for
    .filter((end) => end > from);
  const nearest = [
    ...totals.filter((end) => end < to).slice(-1),
    ...totals.filter((end) => end > to).slice(0, 1),
  ];
  const cures = nearest.map((total) => ({ config: { total } }));
  return endsByTotal ? cures : [...wholeEpochs(schedule, training, ends), ...cures];
}

/** So many cycles, as long as fills the training. */
const filled = ({ config }: Schedule, cycle: number): Cure => ({
  config: { cycles: Math.min(cycle + 1, cycleCount(config)), T_0: undefined },
});

/** A setting of the clock, or lengths of ten updates. */
function longerCycles(config: ScheduleConfig): Cure[] {
  if (config.unit === 'epoch' && config.updateFreq === 'epoch' && (config.batchesPerEpoch ?? 2) > 1) {
    return [{ config: { updateFreq: 'batch' } }];
  }
  const T_0 = 10 / (updatesPerUnit(config) ?? 1);
  const cycles = typeof config.cycles === 'object' ? { cycles: config.cycles.length } : {};
  return [{ config: { T_0, ...cycles } }];
}

/** The ends of so many cycles from this one on. */
function endsFrom(schedule: Schedule, cycle: number, most: number): number[] {
  const count = Math.min(most, cycleCount(schedule.config) - cycle);
  return Array.from({ length: Math.max(0, count) }, (_, k) => schedule.cycleStart(cycle + k + 1));
}

/** Where the last cycle ends; Infinity if there is none. */
export function endOfLastCycle({ config, cycleStart }: Schedule): number {
  const count = cycleCount(config);
  return count === Infinity ? Infinity : cycleStart(count);
}

/** A stretch within one cycle. */
interface Visit extends CyclePosition {
  /** The position of its first update. */
  readonly t: number;
  readonly updates: number;
}

/** The cycles in which a stretch has updates, in order. */
function* visits(schedule: Schedule, stretch: Stretch): Iterable<Visit> {
  const count = updateCount(schedule, stretch, stretch.to ?? MAX_POSITION);
  for (let k = 0; k < count; ) {
    const t = updateAt(schedule, stretch, k);
    const position = schedule.cycleAt(t);
    const end = position.phase === 'hold' ? Infinity : schedule.cycleStart(position.cycle + 1);
    const next = Math.min(count, Math.max(k + 1, updateCount(schedule, stretch, end)));
    yield { ...position, t, updates: next - k };
    k = next;
  }
}

/** The first cycles of a stretch before the rest after the last one. */
function firstVisits(schedule: Schedule, stretch: Stretch): Visit[] {
  const found: Visit[] = [];
  for (const visit of visits(schedule, stretch)) {
    if (visit.phase === 'hold' || found.length === MAX_JUDGED) break;
    found.push(visit);
  }
  return found;
}

/** How many updates of a stretch come before this position. */
function updateCount({ config }: Schedule, { from }: Stretch, position: number): number {
  return Math.ceil((position - from) * (updatesPerUnit(config) ?? 1) - ROUNDING);
}

/** The position of update k of a stretch. */
function updateAt(schedule: Schedule, { from }: Stretch, k: number): number {
  const t = from + positionOfUpdate(k, updatesPerUnit(schedule.config) ?? 1);
  return snapped(schedule, Math.min(MAX_POSITION, t));
}

const lastUpdate = (schedule: Schedule, stretch: Finite) =>
  updateAt(schedule, stretch, Math.max(0, updateCount(schedule, stretch, stretch.to) - 1));
