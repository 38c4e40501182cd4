import * as z from 'zod';
import { configSchema, type ParsedConfig, parseConfig, scheduleOf } from './config';
import { CosineAnnealingError, show, validationError } from './errors';
import { LearningRateHistory } from './history';
import { positionOf, type Schedule } from './schedule';

/** The version of the saved state that this package writes, and the only one it reads. */
const VERSION = 1;
const LARGEST_UINT32 = 2 ** 32 - 1;
/** Engines differ in the last digits of Math.sin and Math.cos, so a state may have been written with others. */
const OTHER_ENGINE = 1e-12;

const integer = (most = Number.MAX_SAFE_INTEGER) => {
  const error = `expected an integer from 0 to ${most}`;
  return z.int({ error }).min(0, { error }).max(most, { error });
};

const finite = () => z.number({ error: 'expected a number' });

const positionSchema = z.strictObject(
  {
    /** Updates done. */
    step: integer(),
    /** The epoch to train next, on the schedule's clock. */
    epoch: integer(LARGEST_UINT32),
    /** By how much that is ahead of the fit's own epoch numbers. */
    offset: integer(LARGEST_UINT32),
    /** The position of the last update, in units; null before the first. */
    t: finite().min(0, { error: 'expected a number >= 0' }).nullable(),
  },
  { error: 'expected { step, epoch, offset, t }' },
);

const historySchema = z.strictObject(
  {
    steps: z.array(integer()),
    epochs: z.array(integer(LARGEST_UINT32)),
    batches: z.array(integer(LARGEST_UINT32)),
    learningRates: z.array(finite()),
    batchesPerEpoch: z.array(z.strictObject({ from: integer(), value: integer().min(1).nullable() })),
    cycleBefore: integer().nullable(),
  },
  { error: 'expected the columns of a history' },
);

const stateSchema = z.strictObject(
  {
    version: z.literal(VERSION, { error: `expected ${VERSION}` }),
    config: configSchema,
    position: positionSchema,
    history: historySchema.nullable(),
  },
  { error: 'expected a state that JSON.stringify(annealing) wrote' },
);

/** All that a callback is, as plain data: what `JSON.stringify(annealing)` writes. */
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
  refuseOtherVersions(data);
  const result = stateSchema.safeParse(data, { reportInput: true });
  if (!result.success) throw validationError(result.error);
  const { position, history } = result.data;
  const config = parseConfig(result.data.config);
  const known = position.t !== null || history?.steps.length ? scheduleOf(config) : undefined;
  const cycle = known === undefined || position.t === null ? null : known.cycleAt(position.t).cycle;
  if ((position.step === 0) !== (position.t === null) && position.step > 0) throw disagreement('position.t');
  const loaded =
    history === null ? new LearningRateHistory(config.historyLimit, cycle) : loadHistory(config, history);
  if (loaded.length > 0 && known !== undefined) checkEnd(known, position, loaded);
  return { config, position, history: loaded };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CosineAnnealingError(
      `\`state\`: expected JSON that JSON.stringify(annealing) wrote, got ${text.length} characters that end in ` +
        `${show(text.slice(-20))}; was the file cut short?`,
      { cause },
    );
  }
}

function refuseOtherVersions(data: unknown): void {
  const version = (data as { version?: unknown } | null | undefined)?.version;
  if (typeof version !== 'number' || !(version > VERSION)) return;
  throw new CosineAnnealingError(
    `\`version\`: this release of tfjs-cosine-annealing reads version ${VERSION}, got ${version}; install a newer release`,
  );
}

type SavedHistory = z.output<typeof historySchema>;

function loadHistory(config: ParsedConfig, saved: SavedHistory): LearningRateHistory {
  checkColumns(config, saved);
  const history = new LearningRateHistory(config.historyLimit, saved.cycleBefore);
  let era = 0;
  let schedule: Schedule | undefined;
  for (let i = 0; i < saved.steps.length; i++) {
    while (era < saved.batchesPerEpoch.length && saved.batchesPerEpoch[era]?.from === i) {
      schedule = scheduleOf(withBatches(config, saved.batchesPerEpoch[era]?.value ?? undefined));
      history.follow(schedule);
      era++;
    }
    if (schedule === undefined) throw disagreement('history.batchesPerEpoch');
    const place = {
      step: saved.steps[i] as number,
      epoch: saved.epochs[i] as number,
      batch: saved.batches[i] as number,
    };
    const learningRate = saved.learningRates[i] as number;
    if (i > 0 && place.step <= (saved.steps[i - 1] as number)) throw disagreement(`history.steps.${i}`);
    const t = positionOf(schedule.config, place);
    if (!isNear(learningRate, schedule(t))) throw disagreement(`history.learningRates.${i}`);
    history.append(place, learningRate);
  }
  if (era < saved.batchesPerEpoch.length) throw disagreement('history.batchesPerEpoch');
  return history;
}

const withBatches = (
  { batchesPerEpoch: _, ...config }: ParsedConfig,
  value: number | undefined,
): ParsedConfig => parseConfig(value === undefined ? config : { ...config, batchesPerEpoch: value });

function checkColumns({ historyLimit = Number.POSITIVE_INFINITY }: ParsedConfig, saved: SavedHistory): void {
  const { length } = saved.steps;
  for (const column of ['epochs', 'batches', 'learningRates'] as const) {
    if (saved[column].length !== length) throw disagreement(`history.${column}`);
  }
  if (length > historyLimit) throw disagreement('config.historyLimit');
}

/** The last change must be the last update's, or an earlier one since which the learning rate stayed the same. */
function checkEnd(schedule: Schedule, position: SavedPosition, history: LearningRateHistory): void {
  const last = history.at(-1);
  if (last === undefined || position.t === null) throw disagreement('position.t');
  if (last.step > position.step) throw disagreement('position.step');
  if (!isNear(last.learningRate, schedule(position.t))) throw disagreement('position.t');
}

const isNear = (a: number, b: number) => Math.abs(a - b) <= OTHER_ENGINE * Math.abs(b);

function disagreement(path: string): CosineAnnealingError {
  return new CosineAnnealingError(
    `\`${path}\`: does not agree with the rest of the state; it was damaged or edited, so go back to an earlier copy`,
  );
}
