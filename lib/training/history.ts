import type { UpdateIndex } from '../annealing/clock';
import {
  type CyclePosition,
  type Cycles,
  type Phase,
  positionOf,
  type Schedule,
} from '../annealing/schedule';
import { type ScheduledConfig, scheduleOf } from '../config/config';

/** One change of the learning rate: the first update, a warm restart, or an update whose value differs from the one before. */
export interface LearningRateChange {
  /** Index of the update, from 0 at the callback's first one. */
  readonly step: number;
  /** Index of the epoch on the training's clock: what onEpochBegin reports, and in later fits it goes on. */
  readonly epoch: number;
  /** Index of the batch within the epoch. */
  readonly batch: number;
  /** The learning rate that was set. */
  readonly learningRate: number;
  /** Index of the cycle, from 0. */
  readonly cycle: number;
  /** Units since the cycle's cosine began. */
  readonly T_cur: number;
  /** Length of the cycle's cosine, in units. */
  readonly T_i: number;
  /** 'before', 'warmup', 'plateau', 'anneal' or 'hold'. */
  readonly phase: Phase;
  /** Whether a new cycle begins here. */
  readonly restart: boolean;
}

/** The config that changes from number `from` on were made with. */
export interface ConfigSpan {
  readonly from: number;
  readonly config: ScheduledConfig;
}

/** A history as columns: what a saved state holds of it. */
export interface HistoryColumns {
  /** Index of each change's update, ascending. */
  readonly steps: readonly number[];
  /** Index of each change's epoch, on the training's clock. */
  readonly epochs: readonly number[];
  /** Index of each change's batch, within its epoch. */
  readonly batches: readonly number[];
  /** The learning rates that were set. */
  readonly learningRates: readonly number[];
  /** The numbers of the changes that are warm restarts, ascending. */
  readonly restarts: readonly number[];
}

/** What a history can hold. */
export const MAX_EPOCH = 2 ** 32 - 1;
export const MAX_BATCH = 2 ** 31 - 1;

const CHUNK = 1024;

/** 24 bytes a change; cycle, T_cur, T_i and phase follow from the schedule. */
class Chunk {
  readonly learningRates = new Float64Array(CHUNK);
  readonly steps = new Float64Array(CHUNK);
  readonly epochs = new Uint32Array(CHUNK);
  /** The highest bit says whether the change is a restart. */
  readonly batches = new Uint32Array(CHUNK);
  restarts = 0;
}

const RESTART = 2 ** 31;

type Column = 'steps' | 'epochs' | 'batches' | 'learningRates';

/** Every change of the learning rate, written by a run. Changes are numbered from the first that is kept. */
export class HistoryLog {
  readonly #limit: number;
  #chunks: Chunk[] = [];
  #spans: ConfigSpan[] = [];
  /** The latest schedule that was asked for, and the one whose cycles it shares; each of them can have thousands. */
  #recent: { readonly schedule: Cycles<ScheduledConfig>; readonly base: Cycles } | undefined;
  /** Changes ever appended, and those dropped since; the chunks begin at a multiple of CHUNK before `#dropped`. */
  #appended = 0;
  #dropped = 0;

  /** @param limit How many changes to keep, the newest ones. */
  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#appended - this.#dropped;
  }

  /** From the next change on, positions are counted on this schedule. */
  follow(schedule: Schedule<ScheduledConfig>): void {
    const latest = this.#spans.at(-1);
    if (latest?.config === schedule.config) return;
    if (latest?.from === this.#appended) this.#spans.pop();
    this.#spans.push({ from: this.#appended, config: schedule.config });
    this.#recent = { schedule, base: schedule };
  }

  append({ step, epoch, batch }: UpdateIndex, learningRate: number, isRestart: boolean): void {
    const at = this.#appended % CHUNK;
    if (at === 0) this.#chunks.push(new Chunk());
    const chunk = this.#chunkOf(this.#appended);
    chunk.steps[at] = step;
    chunk.epochs[at] = epoch;
    chunk.batches[at] = isRestart ? batch + RESTART : batch;
    chunk.learningRates[at] = learningRate;
    if (isRestart) chunk.restarts++;
    this.#appended++;
    if (this.length > this.#limit) this.#dropOldest();
  }

  /** Change number i, which must exist. */
  change(i: number): LearningRateChange {
    const update = {
      step: this.#value('steps', i),
      epoch: this.#value('epochs', i),
      batch: this.#value('batches', i),
    };
    const learningRate = this.#value('learningRates', i);
    return Object.freeze({
      ...update,
      learningRate,
      ...this.#positionOf(i, update),
      restart: this.isRestart(i),
    });
  }

  /** One column of the changes from number `from` on. */
  column(name: Column, from = 0): number[] {
    return numbers(from, this.length).map((i) => this.#value(name, i));
  }

  #value(name: Column, i: number): number {
    const index = this.#dropped + i;
    const stored = this.#chunkOf(index)[name][index % CHUNK] ?? NaN;
    return name === 'batches' ? stored % RESTART : stored;
  }

  isRestart(i: number): boolean {
    const index = this.#dropped + i;
    return (this.#chunkOf(index).batches[index % CHUNK] ?? 0) >= RESTART;
  }

  /** The numbers of the changes that are restarts; looks only into chunks that have one. */
  restarts(): number[] {
    const first = this.#dropped - (this.#dropped % CHUNK);
    return this.#chunks.flatMap((chunk, c) => {
      if (chunk.restarts === 0) return [];
      const begin = Math.max(0, first + c * CHUNK - this.#dropped);
      const end = Math.min(this.length, first + (c + 1) * CHUNK - this.#dropped);
      return numbers(begin, end).filter((i) => this.isRestart(i));
    });
  }

  /** The configs that changes were made with, in order, from change number `from` on. */
  spans(from = 0): ConfigSpan[] {
    const index = this.#dropped + from;
    const begin = this.#spans.findLastIndex((span) => span.from <= index);
    const used = this.#spans.slice(Math.max(0, begin)).filter((span) => span.from < this.#appended);
    return used.map((span) => ({ from: Math.max(0, span.from - index), config: span.config }));
  }

  /** The columns of the changes from number `from` on. */
  columns(from = 0): HistoryColumns {
    return {
      steps: this.column('steps', from),
      epochs: this.column('epochs', from),
      batches: this.column('batches', from),
      learningRates: this.column('learningRates', from),
      restarts: this.restarts().flatMap((i) => (i >= from ? [i - from] : [])),
    };
  }

  /** A log with these changes, which were checked; their schedules are made only when asked for. */
  static of(columns: HistoryColumns, spans: readonly ConfigSpan[], limit?: number): HistoryLog {
    const log = new HistoryLog(limit);
    const restarts = new Set(columns.restarts);
    columns.learningRates.forEach((learningRate, i) => {
      const [step = NaN, epoch = NaN, batch = NaN] = [
        columns.steps[i],
        columns.epochs[i],
        columns.batches[i],
      ];
      log.append({ step, epoch, batch }, learningRate, restarts.has(i));
    });
    log.#spans = spans.map((span) => ({ ...span }));
    return log;
  }

  #dropOldest(): void {
    if (this.isRestart(0)) this.#chunkOf(this.#dropped).restarts--;
    this.#dropped++;
    if (this.#dropped % CHUNK === 0) this.#chunks.shift();
    while ((this.#spans[1]?.from ?? Infinity) <= this.#dropped) this.#spans.shift();
  }

  #positionOf(i: number, update: UpdateIndex): CyclePosition {
    const config = this.#configAt(this.#dropped + i);
    if (config === undefined) throw new Error(`change ${i} has no config`);
    const schedule = this.#scheduleOf(config);
    return schedule.cycleAt(positionOf(schedule, update));
  }

  #configAt(index: number): ScheduledConfig | undefined {
    let [low, high] = [0, this.#spans.length];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#spans[middle]?.from ?? Infinity) <= index) low = middle;
      else high = middle;
    }
    return this.#spans[low]?.config;
  }

  /** The number of batches decides how positions are rounded, but not where cycles lie. */
  #scheduleOf(config: ScheduledConfig): Cycles {
    const recent = this.#recent;
    if (recent?.schedule.config === config) return recent.schedule;
    const base =
      recent !== undefined && isSameButBatches(recent.schedule.config, config)
        ? recent.base
        : scheduleOf(config);
    const schedule = { ...base, config };
    this.#recent = { schedule, base };
    return schedule;
  }

  #chunkOf(index: number): Chunk {
    const first = this.#dropped - (this.#dropped % CHUNK);
    return this.#chunks[Math.floor((index - first) / CHUNK)] ?? new Chunk();
  }
}

function isSameButBatches(a: ScheduledConfig, b: ScheduledConfig): boolean {
  const keys = [...Object.keys(a), ...Object.keys(b)];
  return keys.every((key) => key === 'batchesPerEpoch' || Reflect.get(a, key) === Reflect.get(b, key));
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);

/** Every change of the learning rate that a callback made, oldest first: all, or the newest `historyLimit`. */
export class LearningRateHistory implements Iterable<LearningRateChange> {
  readonly #log: HistoryLog;

  /** @internal */
  constructor(log: HistoryLog) {
    this.#log = log;
  }

  /** How many changes there are. */
  get length(): number {
    return this.#log.length;
  }

  /** The i-th change, from the end if i is negative; undefined if there is none. */
  at(i: number): LearningRateChange | undefined {
    const whole = Math.trunc(i) || 0; // NaN is 0, as to Array.prototype.at
    const index = whole < 0 ? whole + this.length : whole;
    return index >= 0 && index < this.length ? this.#log.change(index) : undefined;
  }

  /** The changes, oldest first. */
  *[Symbol.iterator](): IterableIterator<LearningRateChange> {
    for (let i = 0; i < this.length; i++) yield this.#log.change(i);
  }

  /** Every warm restart. */
  get restarts(): LearningRateChange[] {
    return this.#log.restarts().map((i) => this.#log.change(i));
  }

  /** Every learning rate that was set. */
  get learningRates(): number[] {
    return this.#log.column('learningRates');
  }

  /** The update at which each of them was set. */
  get steps(): number[] {
    return this.#log.column('steps');
  }

  /** A table with a header line, numbers as JavaScript prints them. */
  toCSV(): string {
    const lines = ['step,epoch,batch,learning_rate,cycle,T_cur,T_i,phase,restart'];
    for (const c of this) {
      lines.push(
        [c.step, c.epoch, c.batch, c.learningRate, c.cycle, c.T_cur, c.T_i, c.phase, c.restart].join(),
      );
    }
    return `${lines.join('\n')}\n`;
  }

  /** The columns, which hold all that a change is but its place in the cycle. */
  toJSON(): HistoryColumns {
    return this.#log.columns();
  }
}
