import * as z from 'zod/mini';
import type { Schedule } from '../annealing/schedule';
import { configSchema, type ParsedConfig, parseConfig, scheduleIfKnown, scheduleOf } from '../config/config';
import { count, countFromZero, oneOf, says, strict } from '../config/rules';
import { CosineAnnealingError, show, validationError } from '../errors';
import { LearningRateHistory } from './history';

/** The version of the saved state that this package writes, and the only one it reads. */
const VERSION = 1;
const LARGEST_UINT32 = 2 ** 32 - 1;
/** Engines differ in the last digits of Math.sin and Math.cos, so a state may have been written with others. */
const OTHER_ENGINE = 1e-12;

const uint32 = () => countFromZero().check(z.lte(LARGEST_UINT32, says('an integer < 2^32')));
const position = says('a number from 0 to 2^53 - 1');

const positionSchema = strict(
  {
    /** Updates done, those of epochs that were cut off and repeated included. */
    step: countFromZero(),
    /** The epoch to train next, on the schedule's clock; in the middle of an epoch this one. */
    epoch: uint32(),
    /** By how much that is ahead of the fit's own epoch numbers. */
    offset: uint32(),
    /** The position of the last update, in units; null before the first. */
    t: z.nullable(z.number(position).check(z.gte(0, position), z.lte(Number.MAX_SAFE_INTEGER, position))),
  },
  'the object { step, epoch, offset, t }',
);

const isUpTo = (most: number) => (value: unknown) =>
  typeof value === 'number' && value >= 0 && value <= most && Number.isInteger(value);

/** z.array would take more than a second for a million changes. */
const listOfAll = (isValid: (value: unknown) => boolean, items: string) =>
  z.custom<number[]>((values) => Array.isArray(values) && values.every(isValid), {
    error: `expected a list of ${items}`,
  });

const historySchema = strict(
  {
    /** Index of each change's update, ascending. */
    steps: listOfAll(isUpTo(Number.MAX_SAFE_INTEGER), 'integers >= 0'),
    /** Index of each change's epoch, on the schedule's clock. */
    epochs: listOfAll(isUpTo(LARGEST_UINT32), 'integers from 0 to 2^32 - 1'),
    /** Index of each change's batch, within its epoch. */
    batches: listOfAll(isUpTo(LARGEST_UINT32), 'integers from 0 to 2^32 - 1'),
    /** The learning rates that were set. */
    learningRates: listOfAll((value) => typeof value === 'number' && value >= 0, 'numbers >= 0'),
    /** Since which change an epoch had how many batches; null while that was not known. */
    batchesPerEpoch: z.array(
      strict(
        {
          /** Number of the first change that it holds for. */
          from: countFromZero(),
          /** Batches in an epoch; null while it was not known. */
          value: z.nullable(count()),
        },
        'the object { from, value }',
      ),
      says('a list'),
    ),
    /** The cycle of the update before the first change; null where it is the first of all. */
    cycleBefore: z.nullable(countFromZero()),
  },
  "a history's columns, or null",
);

const stateSchema = strict(
  {
    /** The version of this format. */
    version: oneOf(VERSION),
    /** The parsed config, with what was learned since. */
    config: configSchema,
    /** Where training stands. */
    position: positionSchema,
    /** Null where it was left out. */
    history: z.nullable(historySchema),
  },
  'what JSON.stringify(annealing) wrote',
);

/** All that a callback is, as plain data: what `JSON.stringify(annealing)` writes. @interface */
export type CosineAnnealingState = z.output<typeof stateSchema>;

/** Where a callback stands. */
export type SavedPosition = z.output<typeof positionSchema>;

/** A checked state, its parts ready to be used. */
export interface LoadedState {
  readonly config: ParsedConfig;
  readonly position: SavedPosition;
  readonly history: LearningRateHistory;
}

/** The state to save; `history` null leaves the history out. */
export function saveState(
  config: ParsedConfig,
  position: SavedPosition,
  history: LearningRateHistory | null,
): CosineAnnealingState {
  return { version: VERSION, config, position, history: history?.toJSON() ?? null };
}

/**
 * Checks a saved state, as text or as the parsed object: its form, and that config, position and history agree.
 *
 * @throws {@link CosineAnnealingError} that says what is wrong with it.
 */
export function loadState(json: unknown): LoadedState {
  const data = typeof json === 'string' ? parseText(json) : json;
  refuseOthers(data);
  const result = stateSchema.safeParse(data, { reportInput: true });
  if (!result.success) throw validationError(result.error);
  const { position, history: saved } = result.data;
  const config = parseConfig(result.data.config);
  const schedule = scheduleIfKnown(config);
  checkPosition(config, position, schedule);
  const cycle = schedule === undefined || position.t === null ? null : schedule.cycleAt(position.t).cycle;
  if (saved === null)
    return { config, position, history: new LearningRateHistory(config.historyLimit, cycle) };
  if (saved.steps.length === 0 && saved.cycleBefore !== cycle) throw disagreement('history.cycleBefore');
  return { config, position, history: loadHistory(config, position, saved) };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CosineAnnealingError(
      '`state`: expected the JSON text that JSON.stringify(annealing) wrote, got ' +
        `${text.length} characters that end in ${show(text.slice(-20))}; was the file cut short?`,
      { cause },
    );
  }
}

/** Before anything else, since a newer version may be different in any way. */
function refuseOthers(data: unknown): void {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new CosineAnnealingError(
      `\`state\`: expected what JSON.stringify(annealing) wrote, got ${show(data)}`,
    );
  }
  const { version } = data as { version?: unknown };
  if (typeof version !== 'number' || !(version > VERSION)) return;
  throw new CosineAnnealingError(
    `\`version\`: this release of tfjs-cosine-annealing reads version ${VERSION}, got ${version}; install a newer release`,
  );
}

function checkPosition(config: ParsedConfig, position: SavedPosition, schedule: Schedule | undefined): void {
  const { step, epoch, offset, t } = position;
  if (offset > epoch) throw disagreement('position.offset');
  if (t === null && step === 0) return;
  if (t === null || schedule === undefined) throw disagreement('position.t');
  if (config.unit === 'epoch' && config.updateFreq === 'batch') return; // a fraction of an epoch can be anything
  const whole = Math.round(t);
  const isPosition = schedule.positionOf({ step: whole, epoch: whole, batch: 0 }) === t;
  const updatesSince = step - whole; // 0 where the state was saved between setting the learning rate and the update
  const most = config.updateFreq === 'batch' ? 1 : step;
  const isCounted = config.unit === 'epoch' || isUpTo(most)(updatesSince);
  if (!isPosition || !isCounted) throw disagreement('position.t');
}

type SavedHistory = z.output<typeof historySchema>;

/** Each learning rate is compared with the schedule at its place; so damage to any of the three is found. */
function loadHistory(
  config: ParsedConfig,
  position: SavedPosition,
  saved: SavedHistory,
): LearningRateHistory {
  checkColumns(config, saved);
  const { steps, epochs, batches, learningRates } = saved;
  const history = new LearningRateHistory(config.historyLimit, saved.cycleBefore);
  const eras = [...saved.batchesPerEpoch];
  let schedule: Schedule | undefined;
  for (let i = 0; i < steps.length; i++) {
    if (eras[0]?.from === i) {
      schedule = scheduleOf(withBatches(config, (eras.shift() as { value: number | null }).value));
      history.follow(schedule);
    }
    if (schedule === undefined) throw disagreement('history.batchesPerEpoch');
    const place = { step: steps[i] as number, epoch: epochs[i] as number, batch: batches[i] as number };
    const learningRate = learningRates[i] as number;
    // An update that failed is repeated under its number.
    if (i > 0 && place.step < (steps[i - 1] as number)) throw disagreement(`history.steps[${i}]`);
    const t = schedule.positionOf(place);
    if (!isNear(learningRate, schedule(t))) throw disagreement(`history.learningRates[${i}]`);
    history.append(place, learningRate);
  }
  if (eras.length > 0) throw disagreement('history.batchesPerEpoch');
  if (schedule !== undefined) checkEnd([schedule, scheduleOf(config)], position, saved);
  return history;
}

function withBatches({ batchesPerEpoch: _, ...config }: ParsedConfig, value: number | null) {
  return parseConfig(value ? { ...config, batchesPerEpoch: value } : config);
}

function checkColumns({ historyLimit = Number.POSITIVE_INFINITY }: ParsedConfig, saved: SavedHistory): void {
  const { steps, cycleBefore } = saved;
  for (const column of ['epochs', 'batches', 'learningRates'] as const) {
    if (saved[column].length !== steps.length) throw disagreement(`history.${column}`);
  }
  if (steps.length > historyLimit) throw disagreement('config.historyLimit');
  if ((steps[0] ?? 0) > 0 && cycleBefore === null) throw disagreement('history.cycleBefore');
}

/** The last change was the last update, or came before it and the learning rate stayed the same since. */
function checkEnd(schedules: Schedule[], { step, t }: SavedPosition, saved: SavedHistory): void {
  const learningRate = saved.learningRates.at(-1) as number;
  if ((saved.steps.at(-1) as number) > step) throw disagreement('position.step');
  // Where `endpoint` makes the learning rate depend on it, the number of batches may have changed since, or not yet.
  const agrees = t !== null && schedules.some((schedule) => isNear(learningRate, schedule(t)));
  if (!agrees) throw disagreement('position.t');
}

const isNear = (a: number, b: number) => Math.abs(a - b) <= OTHER_ENGINE * b;

function disagreement(path: string): CosineAnnealingError {
  return new CosineAnnealingError(
    `\`${path}\`: does not agree with the rest of the state; it was damaged or edited, so go back to an earlier copy`,
  );
}
