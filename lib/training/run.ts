import { MAX_POSITION } from '../annealing/limits';
import { clockNotice, endOfLastCycle, type Notice, type Plan, planOf } from '../annealing/plan';
import { type CyclePosition, positionOf, type Schedule, snapped } from '../annealing/schedule';
import {
  type ParsedConfig,
  parseConfig,
  provenNotices,
  type ScheduledConfig,
  scheduleIfKnown,
  scheduleOf,
} from '../config/config';
import { needsTotal } from '../config/conflicts';
import { refusal } from '../errors';
import { HistoryLog } from './history';

/** What is known of a fit when its first epoch begins. */
export interface FitFacts {
  /** The number of its first epoch, as the fit counts. */
  readonly firstEpoch: number;
  /** Whether that number counts on the training's clock; if not, the fit goes on where training stands. */
  readonly isOnClock: boolean;
  /** The end of its epoch numbers; undefined if unknown, or open. */
  readonly epochs: number | undefined;
  /** Batches in an epoch, if TensorFlow.js knows. */
  readonly batchesPerEpoch: number | undefined;
  /** The optimizer's learning rate before any annealing, and its name. */
  readonly learningRate: number;
  readonly optimizer: string;
}

/** What a fit was found to be when it began. */
export interface FitBegun {
  readonly plan: Plan;
  /** What should be said of it. */
  readonly notices: readonly Notice[];
  /** Whether the last cycle is over already. */
  readonly isOver: boolean;
}

/** An update to be made: where it stands, and its learning rate. */
export interface Update {
  readonly step: number;
  readonly epoch: number;
  readonly batch: number;
  /** Its position on the schedule, in units. */
  readonly t: number;
  readonly learningRate: number;
  /** What it is to the update before. */
  readonly kind: 'same' | 'change' | 'restart';
}

/** A cycle that is over. */
export interface EndedCycle {
  readonly cycle: number;
  /** Index of its last update, and of that update's epoch. */
  readonly step: number;
  readonly epoch: number;
  /** The learning rate of its last update. */
  readonly learningRate: number;
}

/** The last update that was booked. */
export interface LastUpdate {
  /** Its position on the schedule, in units. */
  readonly t: number;
  /** The index of its epoch. */
  readonly epoch: number;
  readonly learningRate: number;
}

/** The last update that was made, as long as the end of its cycle is still to be told. */
export interface UnendedUpdate extends LastUpdate {
  /** The index of the update. */
  readonly step: number;
}

/** What a config leaves open, and the optimizer and the fits fill in. */
export interface Learned {
  readonly eta_max?: number | undefined;
  readonly total?: number | undefined;
  readonly batchesPerEpoch?: number | undefined;
}

/** What decides the learning rates: the config as given, what was learned since, and what follows from the two. */
export interface Knowledge {
  readonly given: ParsedConfig;
  readonly learned: Learned;
  readonly config: ParsedConfig;
  /** Undefined while eta_max or the total is unknown. */
  readonly schedule: Schedule<ScheduledConfig> | undefined;
}

/** Where a training stands, as a saved state has it. */
export interface Standing {
  /** Updates done. */
  readonly step: number;
  /** The epoch to train next, on the training's clock. */
  readonly epoch: number;
  readonly last: LastUpdate | undefined;
  readonly unended: UnendedUpdate | undefined;
}

export const BEGINNING: Standing = { step: 0, epoch: 0, last: undefined, unended: undefined };

/** Joins what was given and what was learned; what the fit knows of its batches is newer than what was given. */
export function know(given: ParsedConfig, learned: Learned): Knowledge {
  const { eta_max = learned.eta_max, total = learned.total } = given;
  const { batchesPerEpoch = given.batchesPerEpoch } = learned;
  const config = parseConfig({ ...given, eta_max, total, batchesPerEpoch });
  return { given, learned, config, schedule: scheduleIfKnown(config) };
}

/** What is known with something more learned; what was given already changes no config, so the history's goes on. */
function relearn(before: Knowledge, learned: Learned): Knowledge {
  const { given, config } = before;
  const { batchesPerEpoch = given.batchesPerEpoch } = learned;
  const isSame =
    learned.eta_max === before.learned.eta_max &&
    learned.total === before.learned.total &&
    batchesPerEpoch === config.batchesPerEpoch;
  return isSame ? { ...before, learned } : know(given, learned);
}

/**
 * Where training stands on its schedule: the books of a callback. It knows nothing of TensorFlow.js. Each change makes
 * the next state whole before it takes it, so that what is refused leaves nothing behind.
 */
export class Run {
  #knowledge: Knowledge;
  #standing: Standing;
  /** By how much the clock is ahead of the epoch numbers of the fit in progress, or the last one. */
  #offset = 0;
  /** A cycle that ended before the fit, and could not be told then. */
  #untold: EndedCycle | undefined;
  readonly log: HistoryLog;

  constructor(
    knowledge: Knowledge,
    standing = BEGINNING,
    log = new HistoryLog(knowledge.config.historyLimit),
  ) {
    this.#knowledge = knowledge;
    this.#standing = standing;
    this.log = log;
  }

  get knowledge(): Knowledge {
    return this.#knowledge;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** The learning rate of the last update; before the first one, of that, if it is known. */
  get learningRate(): number | undefined {
    return this.#standing.last?.learningRate ?? this.#knowledge.schedule?.(0);
  }

  /** The position of the last update, or of the schedule's beginning. */
  get position(): CyclePosition | undefined {
    return this.#knowledge.schedule?.cycleAt(this.#standing.last?.t ?? 0);
  }

  /** Whether the update to come, if it is this batch of the epoch, is after the last cycle. */
  isOverAt(batch: number): boolean {
    const { schedule } = this.#knowledge;
    return schedule !== undefined && this.#next(batch) >= endOfLastCycle(schedule);
  }

  /** The same config, with what was learned, from the beginning. */
  restarted(): Run {
    return new Run(this.#knowledge);
  }

  /** Begins a fit: sets the clock to its first epoch, and learns what it knows. */
  beginFit(fit: FitFacts): FitBegun {
    const clock = this.#standing.epoch;
    const epoch = fit.isOnClock ? fit.firstEpoch : clock;
    const offset = epoch - fit.firstEpoch;
    const knowledge = this.#learn(fit, epoch);
    const schedule = known(knowledge);
    const isKnown = this.#knowledge.schedule !== undefined;
    const stood = isKnown ? this.#standing : settledOn(this.#knownAt(knowledge), this.#standing);
    // By what is known now: with another number of batches, another boundary can be within rounding of the same update.
    const place = { step: stood.step, batch: 0 };
    const before = positionOf(schedule, { ...place, epoch: clock });
    const from = positionOf(schedule, { ...place, epoch });
    const isJump = from !== before;
    const ended = isJump && isKnown ? this.#endBy(this.#next()) : undefined; // by what was known then
    const moved = { ...stood, epoch };
    const standing = isJump ? movedTo(schedule, moved) : moved;
    const cycleBefore = standing.last && schedule.cycleAt(standing.last.t).cycle;
    const to = endOf(fit, standing, schedule.config);
    const stretch = { from, to, firstEpoch: fit.firstEpoch, cycleBefore };

    this.#take(knowledge, standing);
    this.#offset = offset;
    this.#untold ??= ended;
    const isOver = from >= endOfLastCycle(schedule);
    return { plan: planOf(schedule, stretch), notices: provenNotices(schedule, stretch), isOver };
  }

  /** The update of this batch: what would be set, and what that would be to the update before. */
  updateAt(batch: number): Update {
    const { step, epoch, last } = this.#standing;
    const schedule = known(this.#knowledge);
    const place = { step, epoch, batch };
    const kept = this.#keptFor(batch);
    if (kept !== undefined) return { ...place, t: kept.t, learningRate: kept.learningRate, kind: 'same' };
    const t = positionOf(schedule, place);
    const learningRate = schedule(t);
    if (last === undefined) return { ...place, t, learningRate, kind: 'change' };
    const cyclesOn = schedule.cycleAt(t).cycle - schedule.cycleAt(last.t).cycle;
    // A repeated epoch that goes back to an earlier cycle is a change, too, so that the restart after it shows.
    const isChange = cyclesOn !== 0 || learningRate !== last.learningRate;
    return { ...place, t, learningRate, kind: cyclesOn > 0 ? 'restart' : isChange ? 'change' : 'same' };
  }

  /** Takes note of an update whose learning rate was set. */
  book({ t, epoch, learningRate, kind, ...update }: Update): void {
    if (kind !== 'same') this.log.append({ ...update, epoch }, learningRate, kind === 'restart');
    this.#standing = { ...this.#standing, last: { t, epoch, learningRate } };
  }

  /** Counts the update that was booked last, once it was made. */
  countUpdate(): void {
    this.#standing = this.standingAfterUpdate;
  }

  /** Where training stands once the update that was booked last is made. */
  get standingAfterUpdate(): Standing {
    const { step, last, ...standing } = this.#standing;
    const isInCycle = last !== undefined && last.t < endOfCycleAt(known(this.#knowledge), last.t);
    return { ...standing, step: step + 1, last, unended: isInCycle ? { ...last, step } : undefined };
  }

  /** Counts an epoch that was done, by the fit's number. */
  countEpoch(number: number): void {
    this.#standing = { ...this.#standing, epoch: this.#offset + number + 1 };
  }

  /** The config's `batchesPerEpoch`, if it set the rates of an epoch that turned out to have another number of batches. */
  wrongBatches(found: number): number | undefined {
    const { given, learned } = this.#knowledge;
    const { batchesPerEpoch = found, unit, updateFreq } = given;
    const isUsed = learned.batchesPerEpoch === undefined && unit === 'epoch' && updateFreq === 'batch';
    return isUsed && batchesPerEpoch !== found ? batchesPerEpoch : undefined;
  }

  /** Learns how many batches an epoch has; returns what should be said of that. */
  learnBatches(batchesPerEpoch: number): readonly Notice[] {
    const { learned } = this.#knowledge;
    if (learned.batchesPerEpoch === batchesPerEpoch) return [];
    this.#take(relearn(this.#knowledge, { ...learned, batchesPerEpoch }), this.#standing);
    return present(clockNotice(known(this.#knowledge).config));
  }

  /** The cycle that ended before the fit's next update, each cycle once. */
  takeEndBefore(batch: number): EndedCycle | undefined {
    const untold = this.#untold;
    this.#untold = undefined;
    return untold ?? this.#takeEnd(this.#next(batch));
  }

  /** The cycle that ends with this batch, if the next update is known to be in the same epoch. */
  takeEndWith(batch: number): EndedCycle | undefined {
    return this.#mayEndEpoch(batch) ? undefined : this.#takeEnd(this.#next(batch + 1));
  }

  /** Whether the last cycle ends with this batch, if that can be known before the epoch ends. */
  isOverAfter(batch: number): boolean {
    return !this.#mayEndEpoch(batch) && this.isOverAt(batch + 1);
  }

  /** The cycle that training stands in, if it is inside one. */
  get cycleInside(): { cycle: number; end: number; learningRate: number } | undefined {
    const { schedule } = this.#knowledge;
    const { unended } = this.#standing;
    if (schedule === undefined || unended === undefined) return undefined;
    const { cycle } = schedule.cycleAt(unended.t);
    return { cycle, end: schedule.cycleStart(cycle + 1), learningRate: unended.learningRate };
  }

  #takeEnd(t: number): EndedCycle | undefined {
    const ended = this.#endBy(t);
    if (ended !== undefined) this.#standing = { ...this.#standing, unended: undefined };
    return ended;
  }

  /** The cycle that ends at or before t, if that was not told yet. */
  #endBy(t: number): EndedCycle | undefined {
    const { unended } = this.#standing;
    if (unended === undefined) return undefined;
    const schedule = known(this.#knowledge);
    if (t < endOfCycleAt(schedule, unended.t)) return undefined;
    const { step, epoch, learningRate } = unended;
    return { cycle: schedule.cycleAt(unended.t).cycle, step, epoch, learningRate };
  }

  /** Whether the epoch may end with this batch, so that the next update's position is not sure. */
  #mayEndEpoch(batch: number): boolean {
    const { batchesPerEpoch = Infinity } = this.#knowledge.config;
    return batch + 1 >= batchesPerEpoch;
  }

  /** The update whose learning rate this batch keeps, if it is set once an epoch, and was set for this one. */
  #keptFor(batch: number): LastUpdate | undefined {
    const { epoch, last } = this.#standing;
    const isWithin = batch > 0 && last?.epoch === epoch;
    return isWithin && this.#knowledge.config.updateFreq === 'epoch' ? last : undefined;
  }

  /** The position of the update to come, if it is this batch of the epoch. */
  #next(batch = 0): number {
    const { step, epoch } = this.#standing;
    return this.#keptFor(batch)?.t ?? positionOf(known(this.#knowledge), { step, epoch, batch });
  }

  /** What is known once the fit has begun. */
  #learn(fit: FitFacts, epoch: number): Knowledge {
    const { given, learned } = this.#knowledge;
    const batchesPerEpoch = fit.batchesPerEpoch ?? learned.batchesPerEpoch;
    const eta_max = learned.eta_max ?? (given.eta_max === undefined ? peakOf(fit) : undefined);
    const clock = { unit: given.unit, batchesPerEpoch: batchesPerEpoch ?? given.batchesPerEpoch };
    const total =
      learned.total ?? (needsTotal(given) ? totalOf(fit, { ...this.#standing, epoch }, clock) : undefined);
    return relearn(this.#knowledge, { eta_max, total, batchesPerEpoch });
  }

  /** What a fit made known, but with the batches of the epochs before it: a change holds from when it was made. */
  #knownAt(now: Knowledge): Knowledge {
    const { given, learned } = this.#knowledge;
    const then = know(given, { ...now.learned, batchesPerEpoch: learned.batchesPerEpoch });
    return then.schedule === undefined ? now : then;
  }

  #take(knowledge: Knowledge, standing: Standing): void {
    this.log.follow(known(knowledge));
    this.#knowledge = knowledge;
    this.#standing = standing;
  }
}

/** A position to which training came by a jump: a cycle that it jumps out of doesn't end. */
function movedTo(schedule: Schedule, standing: Standing): Standing {
  const { step, epoch, unended } = standing;
  if (unended === undefined) return standing;
  const next = positionOf(schedule, { step, epoch, batch: 0 });
  return next < endOfCycleAt(schedule, unended.t) ? standing : { ...standing, unended: undefined };
}

/** Where training stands on a schedule of a changed config, as if that had always held. */
export function settledOn({ schedule }: Knowledge, standing: Standing): Standing {
  if (schedule === undefined) return standing;
  const settled = <Made extends LastUpdate>(update: Made | undefined) =>
    update && { ...update, t: snapped(schedule, update.t) };
  const { last, unended } = standing;
  return movedTo(schedule, { ...standing, last: settled(last), unended: settled(unended) });
}

/** Once a fit has begun, the schedule is known. */
function known({ config, schedule }: Knowledge): Schedule<ScheduledConfig> {
  return schedule ?? scheduleOf(config);
}

const endOfCycleAt = (schedule: Schedule, t: number) => schedule.cycleStart(schedule.cycleAt(t).cycle + 1);

/** The optimizer's learning rate as eta_max. */
function peakOf({ learningRate, optimizer }: FitFacts): number {
  if (learningRate > 0) return learningRate;
  const rule = `expected a learning rate > 0, the default of \`eta_max\`, got ${optimizer} with 0`;
  throw refusal('optimizer', rule, {
    cure: 'set `eta_max`, or call setLearningRate(optimizer, learningRate)',
  });
}

type Clock = Pick<ParsedConfig, 'unit' | 'batchesPerEpoch'>;

/** Where a fit ends, in units; undefined if that is unknown, or beyond what can be counted. */
function endOf(
  fit: FitFacts,
  { step, epoch }: Standing,
  { unit, batchesPerEpoch }: Clock,
): number | undefined {
  const { epochs = Infinity, firstEpoch } = fit;
  if (epochs >= MAX_POSITION) return undefined; // open: fitDataset has no Infinity
  const count = epochs - firstEpoch;
  const end = unit === 'epoch' ? epoch + count : step + count * (batchesPerEpoch ?? Infinity);
  return end < MAX_POSITION ? end : undefined;
}

/** The length that the cycles fill, if the fit has one. */
function totalOf(fit: FitFacts, standing: Standing, clock: Clock): number | undefined {
  const end = endOf(fit, standing, clock);
  const isOpen = fit.epochs !== undefined && (clock.unit === 'epoch' || clock.batchesPerEpoch !== undefined);
  if (end !== undefined || !isOpen) return end;
  const rule = 'expected a number of epochs that can be counted, since `cycles` fill them';
  throw refusal('epochs', rule, { received: fit.epochs, cure: "set `total` in this callback's config" });
}

const present = (notice: Notice | undefined): Notice[] => (notice === undefined ? [] : [notice]);
