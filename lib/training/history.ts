import type { CyclePosition, Phase, Schedule, UpdatePlace } from '../annealing/schedule';

/** One change of the learning rate: the first update, a warm restart, or an update whose value differs from the one before. */
export interface LearningRateChange {
  /** Index of the update, from 0 at the callback's first one. */
  readonly step: number;
  /** Index of the epoch on the schedule's clock: what onEpochBegin reports, and in later fits it goes on. */
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
  /** 'warmup', 'anneal' or 'hold'. */
  readonly phase: Phase;
  /** Whether a new cycle begins here. */
  readonly restart: boolean;
}

/** The columns of a saved history. */
export interface HistoryColumns {
  /** Index of each change's update, ascending. */
  readonly steps: number[];
  /** Index of each change's epoch, on the schedule's clock. */
  readonly epochs: number[];
  /** Index of each change's batch, within its epoch. */
  readonly batches: number[];
  /** The learning rates that were set. */
  readonly learningRates: number[];
  /** Batches in an epoch, from which change on; null while it was not known. */
  readonly batchesPerEpoch: {
    /** Number of the first change that it holds for. */
    from: number;
    /** Batches in an epoch, >= 1; null while it was not known. */
    value: number | null;
  }[];
  /** The cycle of the update before the first change that is kept; null where it is the first of all. */
  readonly cycleBefore: number | null;
}

/** Since change number `from`, positions are counted on this schedule. */
interface Era {
  readonly from: number;
  readonly schedule: Schedule;
}

const CHUNK = 1024;

/** 24 bytes a change; cycle, T_cur, T_i and phase follow from the schedule. */
class Chunk {
  readonly learningRates = new Float64Array(CHUNK);
  readonly steps = new Float64Array(CHUNK);
  readonly epochs = new Uint32Array(CHUNK);
  readonly batches = new Uint32Array(CHUNK);
}

/** Every change of the learning rate that a callback made, oldest first. It only grows, or keeps the newest `limit`. */
export class LearningRateHistory implements Iterable<LearningRateChange> {
  readonly #limit: number;
  readonly #chunks: Chunk[] = [];
  readonly #eras: Era[] = [];
  /** Changes ever appended, and those dropped since; the chunks begin at a multiple of CHUNK before `#dropped`. */
  #appended = 0;
  #dropped = 0;
  #cycleBefore: number | null;

  /**
   * @param limit How many changes to keep. Default: all.
   * @param cycleBefore The cycle of the update before the first change; null where there was none.
   */
  constructor(limit = Number.POSITIVE_INFINITY, cycleBefore: number | null = null) {
    this.#limit = limit;
    this.#cycleBefore = cycleBefore;
  }

  /** How many changes there are. */
  get length(): number {
    return this.#appended - this.#dropped;
  }

  /** The i-th change, from the end where i is negative; undefined where there is none. */
  at(i: number): LearningRateChange | undefined {
    const place = Math.trunc(i) || 0; // NaN is 0, as to Array.prototype.at
    const index = place + (place < 0 ? this.#appended : this.#dropped);
    return index >= this.#dropped && index < this.#appended ? this.#change(index) : undefined;
  }

  /** The changes, oldest first. */
  *[Symbol.iterator](): IterableIterator<LearningRateChange> {
    for (let index = this.#dropped; index < this.#appended; index++) yield this.#change(index);
  }

  /** Every warm restart. */
  get restarts(): LearningRateChange[] {
    const restarts: LearningRateChange[] = [];
    for (let index = this.#dropped; index < this.#appended; index++) {
      if (this.#isRestart(index)) restarts.push(this.#change(index));
    }
    return restarts;
  }

  /** Every learning rate that was set. */
  get learningRates(): number[] {
    return this.#column('learningRates');
  }

  /** The update at which each of them was set. */
  get steps(): number[] {
    return this.#column('steps');
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

  /** The columns, as `CosineAnnealingCallback.fromJSON` reads them. */
  toJSON(): HistoryColumns {
    return {
      steps: this.steps,
      epochs: this.#column('epochs'),
      batches: this.#column('batches'),
      learningRates: this.learningRates,
      batchesPerEpoch: this.#erasInUse.map(({ from, schedule }) => ({
        from: Math.max(0, from - this.#dropped),
        value: schedule.config.batchesPerEpoch ?? null,
      })),
      cycleBefore: this.#cycleBefore,
    };
  }

  /** From the next change on, positions are counted on this schedule. For the callback. @internal */
  follow(schedule: Schedule): void {
    if (this.#eras.at(-1)?.from === this.#appended) this.#eras.pop();
    const latest = this.#eras.at(-1)?.schedule.config;
    if (latest && latest.batchesPerEpoch === schedule.config.batchesPerEpoch) return; // all else was learned before
    this.#eras.push({ from: this.#appended, schedule });
  }

  /** Adds a change at the end. For the callback. @internal */
  append({ step, epoch, batch }: UpdatePlace, learningRate: number): void {
    const place = this.#appended % CHUNK;
    if (place === 0) this.#chunks.push(new Chunk());
    const chunk = this.#chunks.at(-1) as Chunk;
    chunk.steps[place] = step;
    chunk.epochs[place] = epoch;
    chunk.batches[place] = batch;
    chunk.learningRates[place] = learningRate;
    this.#appended++;
    if (this.length > this.#limit) this.#dropOldest();
  }

  #dropOldest(): void {
    this.#cycleBefore = this.#positionAt(this.#dropped).cycle;
    this.#dropped++;
    if (this.#dropped % CHUNK === 0) this.#chunks.shift();
    while ((this.#eras[1]?.from ?? Number.POSITIVE_INFINITY) <= this.#dropped) this.#eras.shift();
  }

  #change(index: number): LearningRateChange {
    const { step, epoch, batch } = this.#placeOf(index);
    const { cycle, T_cur, T_i, phase } = this.#positionAt(index);
    const learningRate = this.#value('learningRates', index);
    const restart = this.#isRestart(index);
    return Object.freeze({ step, epoch, batch, learningRate, cycle, T_cur, T_i, phase, restart });
  }

  #isRestart(index: number): boolean {
    const before = index === this.#dropped ? this.#cycleBefore : this.#positionAt(index - 1).cycle;
    return before !== null && this.#positionAt(index).cycle > before;
  }

  #positionAt(index: number): CyclePosition {
    const { schedule } = this.#eraOf(index);
    return schedule.cycleAt(schedule.positionOf(this.#placeOf(index)));
  }

  #placeOf(index: number): UpdatePlace {
    return {
      step: this.#value('steps', index),
      epoch: this.#value('epochs', index),
      batch: this.#value('batches', index),
    };
  }

  /** All but one that no change belongs to yet. */
  get #erasInUse(): Era[] {
    return this.#eras.filter(({ from }) => from < this.#appended);
  }

  #eraOf(index: number): Era {
    return this.#eras.findLast(({ from }) => from <= index) as Era;
  }

  #value(column: keyof Chunk, index: number): number {
    const first = this.#dropped - (this.#dropped % CHUNK);
    return (this.#chunks[Math.floor((index - first) / CHUNK)] as Chunk)[column][index % CHUNK] as number;
  }

  #column(column: keyof Chunk): number[] {
    return Array.from({ length: this.length }, (_, i) => this.#value(column, this.#dropped + i));
  }
}
