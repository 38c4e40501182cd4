import { firstUpdateFrom, positionOfUpdate, updatesPerUnit } from '../annealing/clock';
import { cycleCount } from '../annealing/cycles';
import { MAX_POSITION } from '../annealing/limits';
import { endOfLastCycle, noticesOf } from '../annealing/plan';
import { type Schedule, snapped } from '../annealing/schedule';
import { type CosineAnnealingConfig, type ParsedConfig, parseConfig, scheduleOf } from '../config/config';
import { needsTotal } from '../config/conflicts';
import { describeNotice } from '../config/messages';
import { refusal } from '../errors';
import { Findings } from './findings';
import { CYCLES_SHOWN } from './options';

/** A training as it would be run. */
export interface Run {
  readonly schedule: Schedule;
  /** Where it was to end: the position of the update that would come next, in units. */
  readonly planned: number;
  /** Where it ends: earlier than planned if the last cycle stops it. */
  readonly to: number;
  /** How often the learning rate is set in a unit; undefined if that isn't known. */
  readonly perUnit: number | undefined;
  /** What the callback would say of it before it begins. */
  readonly notices: readonly string[];
}

/** How long a run is to be. */
export interface Length {
  readonly epochs?: number | undefined;
  readonly batches?: number | undefined;
}

/**
 * The run of a config over so many of its units; by default of all cycles, or some of endless ones.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with the config.
 */
export function runOf(given: CosineAnnealingConfig, units: number | undefined): Run {
  const parsed = parsedForRun(given);
  const fills = needsTotal(parsed) && units !== undefined;
  const schedule = scheduleOf(fills ? parseConfig({ ...given, total: units }) : parsed);
  const planned = units ?? defaultLength(schedule);
  const perUnit = updatesPerUnit(schedule.config);
  const to = Math.min(planned, stopOf(schedule));
  return { schedule, planned, to, perUnit, notices: noticesFor(schedule, planned) };
}

/** That `eta_max` is missing is told beside what else is wrong. */
function parsedForRun(given: CosineAnnealingConfig): ParsedConfig {
  const found = new Findings();
  const parsed = found.attempt(() => parseConfig(given));
  if (parsed !== undefined) return parsed;
  if (given.eta_max === undefined) found.attempt(() => scheduleOf(parseConfig({ T_0: 1 })));
  throw found.error();
}

/**
 * A length in the units of a config, which need not be right; undefined if none is given.
 *
 * @throws {@link CosineAnnealingError} if it can't be counted in these.
 */
export function unitsIn({ epochs, batches }: Length, config: CosineAnnealingConfig): number | undefined {
  const { unit, batchesPerEpoch } = config;
  if (unit !== 'batch') {
    if (batches === undefined) return epochs;
    throw refusal('batches', "expected `unit: 'batch'` with it", { cure: 'or pass `epochs` instead' });
  }
  if (epochs === undefined) return batches;
  if (batches !== undefined) {
    throw refusal('epochs', 'not together with `batches`', { cure: 'remove one of the two' });
  }
  if (batchesPerEpoch === undefined) {
    const cure = "set it, to count `epochs` with `unit: 'batch'`, or pass `batches` instead";
    throw refusal('batchesPerEpoch', 'expected an integer >= 1', { received: batchesPerEpoch, cure });
  }
  if (!(epochs * batchesPerEpoch > MAX_POSITION)) return epochs * batchesPerEpoch;
  throw refusal('epochs', 'expected at most 2^53 - 1 batches in all', { received: epochs });
}

/**
 * A run's length in the units of another config, which need not be right.
 *
 * @throws {@link CosineAnnealingError} if one counts epochs, the other batches, and nothing says how many make an epoch.
 */
export function unitsFor(
  { unit = 'epoch', batchesPerEpoch }: CosineAnnealingConfig,
  { schedule, planned }: Run,
): number {
  if (unit === schedule.config.unit) return planned;
  const batches = batchesPerEpoch ?? schedule.config.batchesPerEpoch;
  if (batches !== undefined) return unit === 'batch' ? planned * batches : planned / batches;
  const cure = 'set it, since one schedule counts epochs and the other batches';
  throw refusal('batchesPerEpoch', 'expected an integer >= 1', { received: batches, cure });
}

function defaultLength(schedule: Schedule): number {
  const { total } = schedule.config;
  const cycles = cycleCount(schedule.config);
  const end = total ?? schedule.cycleStart(cycles === Infinity ? CYCLES_SHOWN : cycles);
  if (end <= MAX_POSITION) return end;
  const { cycle } = schedule.cycleAt(MAX_POSITION);
  return cycle > 0 ? schedule.cycleStart(cycle) : MAX_POSITION;
}

/** Where the end of the last cycle stops training: at the update that would come next. */
function stopOf(schedule: Schedule): number {
  if (schedule.config.afterLastCycle !== 'stop') return Infinity;
  const end = endOfLastCycle(schedule);
  const perUnit = updatesPerUnit(schedule.config);
  return perUnit === undefined ? end : positionOfUpdate(firstUpdateFrom(end, perUnit), perUnit);
}

/** If updates aren't counted, they are assumed to be many, and then no cycle has one only. */
function noticesFor(schedule: Schedule, to: number): string[] {
  const { config } = schedule;
  const isCounted = updatesPerUnit(config) !== undefined;
  return noticesOf(schedule, { from: 0, to, firstEpoch: 0 })
    .filter(({ kind }) => isCounted || (kind !== 'one update per cycle' && kind !== 'batches unknown'))
    .map((notice) => describeNotice(notice, config.unit));
}

/** How many updates a run has; one a unit if that isn't known. */
export const updateCount = ({ to, perUnit = 1 }: Run): number => Math.max(1, firstUpdateFrom(to, perUnit));

/** The position of update k. */
export const updateAt = ({ schedule, perUnit = 1 }: Run, k: number): number =>
  snapped(schedule, positionOfUpdate(k, perUnit));

/** The position of a run's last update; if updates aren't known, just before its end. */
export const lastPosition = (run: Run): number =>
  run.perUnit === undefined ? justBefore(run.to) : updateAt(run, updateCount(run) - 1);

/** How many cycles a run comes to. */
export const cyclesIn = (run: Run): number => run.schedule.cycleAt(lastPosition(run)).cycle + 1;

/** The double before t, or the one before that. */
export const justBefore = (t: number): number => t * (1 - Number.EPSILON);
