import * as z from 'zod/mini';
import { positionOf } from '../annealing/clock';
import { MAX_POSITION } from '../annealing/limits';
import {
  type CosineAnnealingConfig,
  type ParsedConfig,
  parseConfig,
  type ScheduledConfig,
} from '../config/config';
import { keysSchema } from '../config/keys';
import type { Starts } from '../config/messages';
import {
  also,
  check,
  count,
  countFromZero,
  duration,
  isObject,
  listOf,
  notNegative,
  oneOf,
  passes,
  positive,
  strict,
} from '../config/rules';
import { type CosineAnnealingError, refusal, unlessRefused } from '../errors';
import { checksumOf } from './checksum';
import { type ConfigSpan, type HistoryColumns, HistoryLog, MAX_BATCH, MAX_EPOCH } from './history';
import { type Knowledge, know, type Standing, settledOn } from './run';

/** The version of the saved state that this package writes, and the only one it reads. */
const VERSION = 1;

const uint32 = () => also(countFromZero(), (value) => value <= MAX_EPOCH, 'an integer < 2^32');

const learnedSchema = strict(
  {
    /** The optimizer's learning rate before any annealing. */
    eta_max: z.optional(positive()),
    /** The length of the first fit, which the cycles fill. */
    total: z.optional(duration()),
    /** Batches in an epoch. */
    batchesPerEpoch: z.optional(count()),
  },
  'the object { eta_max, total, batchesPerEpoch }',
);

const lastShape = {
  /** Its position on the schedule, in units. */
  t: duration(),
  /** The index of its epoch. */
  epoch: uint32(),
  /** Its learning rate. */
  learningRate: notNegative(),
};

const positionSchema = strict(
  {
    /** Updates done, including those of epochs that were cut off and repeated. */
    step: countFromZero(),
    /** The epoch to train next, on the training's clock; in the middle of an epoch, this one. */
    epoch: uint32(),
    /** The last update that was booked; null before the first. */
    last: z.nullable(strict(lastShape, 'the object { t, epoch, learningRate }, or null')),
    /** The last update that was made, as long as the end of its cycle is still to be told; else null. */
    unended: z.nullable(
      strict(
        {
          ...lastShape,
          /** Its index. */
          step: countFromZero(),
        },
        'the object { t, epoch, learningRate, step }, or null',
      ),
    ),
  },
  'the object { step, epoch, last, unended }',
);

/** Named by its types, so that those of a state name them, too. */
const configSchema: z.ZodMiniType<ParsedConfig, CosineAnnealingConfig> = keysSchema;

/** listOf would take more than a second for a million numbers. */
const column = (max: number, items: string) =>
  passes<readonly number[]>((values) => Array.isArray(values) && isColumn(values, max), `a list of ${items}`);

/** Array.prototype.every would skip the holes of a sparse array. */
function isColumn(values: readonly unknown[], max: number): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (
      !(
        typeof value === 'number' &&
        value >= 0 &&
        value <= max &&
        (max === Infinity || Number.isInteger(value))
      )
    ) {
      return false;
    }
  }
  return true;
}

const spanSchema = strict(
  {
    /** The number of the first change that it holds for. */
    from: countFromZero(),
    /** Batches in an epoch; null while unknown. */
    batchesPerEpoch: z.nullable(count()),
    /** Which of `configs` it is; null if the state's own. */
    config: z.nullable(countFromZero()),
  },
  'the object { from, batchesPerEpoch, config }',
);

const historyShape = {
  /** Index of each change's update, ascending. */
  steps: column(MAX_POSITION, 'integers from 0 to 2^53 - 1'),
  /** Index of each change's epoch. */
  epochs: column(MAX_EPOCH, 'integers from 0 to 2^32 - 1'),
  /** Index of each change's batch. */
  batches: column(MAX_BATCH, 'integers from 0 to 2^31 - 1'),
  /** The learning rates that were set. */
  learningRates: column(Infinity, 'numbers >= 0'),
  /** The numbers of the changes that are warm restarts. */
  restarts: column(MAX_POSITION, 'integers from 0 to 2^53 - 1'),
} satisfies Record<keyof HistoryColumns, z.ZodMiniType>;

const historySchema = strict(
  {
    ...historyShape,
    /** The configs that changes were made with, from which change on. */
    spans: listOf(spanSchema, 0),
    /** The configs that held before it was changed. */
    configs: listOf(configSchema, 0),
  },
  "a history's columns, or null",
);

const stateSchema = strict(
  {
    /** The version of this format. */
    version: oneOf(VERSION),
    /** The config as it was given, with its defaults. */
    config: configSchema,
    /** What the optimizer and the fits filled in. */
    learned: learnedSchema,
    /** Where training stands. */
    position: positionSchema,
    /** The changes of the learning rate; null if they were left out. */
    history: z.nullable(historySchema),
    /** CRC-32 over all the rest. */
    checksum: passes<string>((value) => typeof value === 'string', 'a string'),
  },
  'what JSON.stringify(annealing) wrote',
);

/** All that a callback is, as plain data: what `JSON.stringify(annealing)` writes. @interface */
export type CosineAnnealingState = z.output<typeof stateSchema>;

type SavedHistory = z.output<typeof historySchema>;

/** A checked state, ready to go on. */
export interface LoadedState {
  readonly knowledge: Knowledge;
  readonly standing: Standing;
  readonly log: HistoryLog;
  /** If a changed config puts the last update into another cycle. */
  readonly jump: Jump | undefined;
}

/** From one cycle to another, and the values of `start` that say what is meant. */
interface Jump {
  readonly from: number;
  readonly to: number;
  readonly starts: Starts;
}

/**
 * The state to save.
 *
 * @param changes How many of the history's newest changes it holds; null leaves the history out.
 */
export function saveState(
  { given, learned, config }: Knowledge,
  { step, epoch, last, unended }: Standing,
  log: HistoryLog,
  changes: number | null,
): CosineAnnealingState {
  const history = changes === null ? null : saveHistory(log, Math.max(0, log.length - changes), config);
  const content = {
    version: VERSION,
    config: given,
    learned: defined(learned),
    position: { step, epoch, last: last ?? null, unended: unended ?? null },
    history,
  } as const;
  return { ...content, checksum: checksumOf(content) };
}

function saveHistory(log: HistoryLog, from: number, current: ParsedConfig): SavedHistory {
  const configs: ParsedConfig[] = [];
  const texts = [textOf(current)];
  const spans = log.spans(from).map((span) => {
    const text = textOf(span.config);
    if (!texts.includes(text)) {
      texts.push(text);
      configs.push(withoutBatches(span.config));
    }
    const index = texts.indexOf(text) - 1;
    return {
      from: span.from,
      batchesPerEpoch: span.config.batchesPerEpoch ?? null,
      config: index < 0 ? null : index,
    };
  });
  return { ...log.columns(from), spans, configs };
}

const textOf = (config: ParsedConfig) => JSON.stringify(withoutBatches(config));

function withoutBatches({ batchesPerEpoch: _, ...config }: ParsedConfig): ParsedConfig {
  return config;
}

const defined = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Value;

/**
 * Checks a saved state, as text or as the parsed object: its form, and its checksum.
 *
 * @param changes Keys of the config to change; undefined removes one.
 * @throws {@link CosineAnnealingError} that says what is wrong with it.
 */
export function loadState(json: unknown, changes: Partial<CosineAnnealingConfig> = {}): LoadedState {
  const data = typeof json === 'string' ? parseText(json) : json;
  refuseNewer(data);
  const { checksum, ...content } = check(stateSchema, data);
  const { checksum: _, ...raw } = data as CosineAnnealingState;
  if (checksumOf(raw) !== checksum) throw damaged(['checksum']);
  const saved = know(parseConfig(content.config), content.learned);
  const { last, unended, ...clock } = content.position;
  const log = loadHistory(content.history, saved);
  const standing = { ...clock, last: last ?? undefined, unended: unended ?? undefined };
  if (isObject(changes) && Object.keys(changes).length === 0) {
    return { knowledge: saved, standing, log, jump: undefined };
  }
  const given = changed(saved.given, changes);
  const learned = Object.entries(saved.learned).filter(([key]) => !Object.hasOwn(changes, key));
  const knowledge = know(given, Object.fromEntries(learned));
  const settled = settledOn(knowledge, standing);
  const jump = 'start' in changes ? undefined : jumpBetween(saved, standing, knowledge, settled);
  return { knowledge, standing: settled, log, jump };
}

/** The jump of a training from where it stood to where it stands, if that is another cycle. */
function jumpBetween(
  before: Knowledge,
  { last: lastBefore }: Standing,
  { given, learned, schedule }: Knowledge,
  { step, epoch, last }: Standing,
): Jump | undefined {
  if (before.schedule === undefined || schedule === undefined || !lastBefore || !last) return undefined;
  const from = before.schedule.cycleAt(lastBefore.t).cycle;
  const to = schedule.cycleAt(last.t).cycle;
  if (from === to) return undefined;
  const here = positionOf(schedule.config, { step, epoch, batch: 0 });
  const begun = unlessRefused(() => know(parseConfig({ ...given, start: here }), learned));
  return { from, to, starts: { here: begun && here, asIs: given.start ?? 0 } };
}

/** The config with the changes in it; eta_min and eta_min_ratio replace each other. */
function changed(given: ParsedConfig, changes: Partial<CosineAnnealingConfig>): ParsedConfig {
  if (!isObject(changes))
    throw refusal('changes', 'expected keys of the config, such as { eta_min: 0.001 }', {
      received: changes,
    });
  if (changes.unit !== undefined && changes.unit !== given.unit) {
    const cure = 'start a new callback to count in another unit';
    throw refusal(['changes', 'unit'], `expected '${given.unit}', as saved`, {
      received: changes.unit,
      cure,
    });
  }
  const { eta_min, eta_min_ratio, ...rest } = given;
  const replaced = changes.eta_min !== undefined || changes.eta_min_ratio !== undefined;
  const floor = replaced ? {} : { eta_min, eta_min_ratio };
  return parseConfig(defined({ ...defined({ ...rest, ...floor }), ...changes }) as CosineAnnealingConfig);
}

/** The history is not replayed: the checksum vouches for the values, and here it is enough that they fit together. */
function loadHistory(saved: SavedHistory | null, knowledge: Knowledge): HistoryLog {
  const { historyLimit } = knowledge.config;
  if (saved === null) return new HistoryLog(historyLimit);
  const { spans, configs, ...columns } = saved;
  const { steps, restarts } = columns;
  const sameLength = [columns.epochs, columns.batches, columns.learningRates].every(
    ({ length }) => length === steps.length,
  );
  if (!sameLength || restarts.some((i) => i >= steps.length)) throw damaged(['history']);
  if ((spans[0]?.from ?? 0) !== 0 || (spans.length === 0 && steps.length > 0))
    throw damaged(['history', 'spans']);
  const parsed = configs.map((config) => parseConfig(config));
  return HistoryLog.of(
    columns,
    spans.map((span) => configSpan(span, knowledge.config, parsed)),
    historyLimit,
  );
}

/** The config is the state's own object if it is equal, so that the history knows that it still holds. */
function configSpan(
  { from, batchesPerEpoch, config: index }: SavedHistory['spans'][number],
  current: ParsedConfig,
  configs: readonly ParsedConfig[],
): ConfigSpan {
  const base = index === null ? current : configs[index];
  if (base?.eta_max === undefined) throw damaged(['history', 'spans']);
  const isCurrent = base === current && (current.batchesPerEpoch ?? null) === batchesPerEpoch;
  const config = isCurrent
    ? current
    : { ...withoutBatches(base), ...(batchesPerEpoch !== null && { batchesPerEpoch }) };
  return { from, config: config as ScheduledConfig };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const rule = `expected the JSON text that JSON.stringify(annealing) wrote, got ${text.length} characters that end in`;
    throw refusal('state', `${rule} ${JSON.stringify(text.slice(-20))}`, {
      cure: 'is the file truncated?',
      cause,
    });
  }
}

/** Before anything else, since a newer version may be different in any way. */
function refuseNewer(data: unknown): void {
  if (!isObject(data))
    throw refusal('state', 'expected what JSON.stringify(annealing) wrote', { received: data });
  const { version } = data;
  if (typeof version !== 'number' || !(version > VERSION)) return;
  const rule = `expected ${VERSION}, the version that this release of tfjs-cosine-annealing reads`;
  throw refusal('version', rule, { received: version, cure: 'install a newer release' });
}

function damaged(path: readonly string[]): CosineAnnealingError {
  const rule = "doesn't agree with the rest of the state, which was damaged or edited";
  const cure =
    'go back to an earlier copy; to change the config of a saved training, use fromJSON(state, options, changes)';
  return refusal(path, rule, { cure });
}
