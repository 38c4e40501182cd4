/**
 * What the callback must do, by DESIGN.md section 4: a plain account of updates, epochs and fits. It is told what happens
 * in training, and says what the callback's part in it has to be.
 */
import { cycleCount, fills, type ModelConfig } from './config';
import type { ModelOptimizer } from './optimizer';
import { approximately, isAtLeast, isBelow, type Rational } from './rational';
import { type Known, ModelSchedule, type Point, positionOf, type Rate } from './schedule';

/** What a fit brings. */
export interface FitFacts {
  /** Number of its first epoch. */
  readonly firstEpoch: number;
  /** End of its epoch numbers; undefined if the callback can't know. */
  readonly epochs: number | undefined;
  /** Batches in an epoch; undefined if TensorFlow.js can't know. */
  readonly batches: number | undefined;
  /** Whether the callback is given the model; not behind a plain object in `callbacks`. */
  readonly hasModel: boolean;
  readonly optimizer: ModelOptimizer;
}

export interface ModelChange {
  readonly step: number;
  readonly epoch: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly cycle: number;
  readonly restart: boolean;
}

export interface ModelCycleEnd {
  readonly cycle: number;
  readonly epoch: number;
  readonly step: number;
  readonly learningRate: number;
}

/** An update that was begun: its place on the schedule, and the rate that it is made with. */
interface Begun {
  readonly point: Point;
  readonly epoch: number;
  readonly batch: number;
  readonly learningRate: number;
}

interface Fit {
  readonly facts: FitFacts;
  /** What the fit's epoch numbers lack to the clock's. */
  readonly offset: number;
  /** Updates done in the epoch in progress. */
  seen: number;
  /** Updates begun in it. */
  begun: number;
}

export class ModelCallback {
  config: ModelConfig;
  step = 0;
  /** The epoch to train next, on the clock over all fits. */
  epoch = 0;
  history: ModelChange[] = [];
  /** Every change that was told since the callback was made, whatever the history keeps. */
  changes: ModelChange[] = [];
  /** Every end that was told since the callback was made. */
  ends: ModelCycleEnd[] = [];
  /** Whether the callback has asked the fit in progress to stop. */
  stops = false;

  #eta_max: number | readonly number[] | undefined;
  #total: number | undefined;
  #batches: number | undefined;
  #schedule: ModelSchedule | undefined;
  /** The last update that was begun, and the last one that was done. */
  #last: Begun | undefined;
  #lastDone: (Begun & { readonly step: number }) | undefined;
  /** Whether the end of the last done update's cycle is still to be told. */
  #isEndDue = false;
  #fit: Fit | undefined;
  #isUpdating = false;

  constructor(config: ModelConfig) {
    this.config = config;
    this.#eta_max = config.eta_max;
    this.#total = config.total;
    this.#batches = config.batchesPerEpoch;
    this.#derive();
  }

  get learningRate(): number | undefined {
    return this.#last?.learningRate;
  }

  get learned(): { eta_max: unknown; total: number | undefined; batchesPerEpoch: number | undefined } {
    return { eta_max: this.#eta_max, total: this.#total, batchesPerEpoch: this.#batches };
  }

  /** Where the update to come lies, in units. */
  get position(): number {
    return approximately(this.#positionAt(0));
  }

  get schedule(): ModelSchedule | undefined {
    return this.#schedule;
  }

  /** Why this config can't be, as far as it is known before a fit; undefined if it can. */
  get problem(): string | undefined {
    if (this.config.afterLastCycle === 'stop' && !Number.isFinite(cycleCount(this.config)))
      return 'afterLastCycle';
    if (this.config.eta_min_ratio !== undefined && this.config.eta_min !== undefined) return 'eta_min_ratio';
    const eta_max = this.#eta_max ?? Number.MAX_VALUE;
    const batches = this.#batches ?? 1;
    const schedule = new ModelSchedule({ config: this.config, eta_max, total: this.#total, batches });
    return fills(this.config) && this.#total === undefined ? schedule.rateProblem : schedule.problem;
  }

  /** The fit's first epoch begins, with optimizer and epoch number known. Says why the fit is refused, if it is. */
  beginFit(facts: FitFacts): string | undefined {
    const { config } = this;
    if (config.afterLastCycle === 'stop' && !facts.hasModel) return 'afterLastCycle';
    const offset = facts.firstEpoch === 0 ? this.epoch : 0;
    const batches = facts.batches ?? this.#batches;
    const eta_max = this.#eta_max ?? facts.optimizer.base;
    if (forEvery(eta_max, (peak) => peak <= 0)) return 'optimizer';
    const total = this.#total ?? (fills(config) ? this.#endOf(facts, offset, batches) : undefined);
    const schedule = new ModelSchedule({ config, eta_max, total, batches });
    if (schedule.problem !== undefined) return schedule.problem;

    this.#batches = batches;
    this.#eta_max = eta_max;
    this.#total = total;
    this.#schedule = schedule;
    // The clock may jump: out of a cycle that it would have gone on in, that is no end.
    const wasOver = this.#isOver(this.#positionAt(0));
    this.epoch = offset + facts.firstEpoch;
    if (!wasOver && this.#isOver(this.#positionAt(0))) this.#isEndDue = false;
    this.#fit = { facts, offset, seen: 0, begun: 0 };
    this.stops = false;
    this.#stopIfOver(this.#positionAt(0));
    return undefined;
  }

  /** An epoch of a fit begins; before the first one, beginFit. */
  beginEpoch(): void {
    const fit = this.#fitInProgress;
    // That there is another epoch shows that the one before was whole.
    if (fit.facts.batches === undefined && fit.seen > 0) this.#learnBatches(fit.seen);
    fit.seen = 0;
    fit.begun = 0;
  }

  /** The rate that the update has to be made with. */
  beginUpdate(batch: number): Rate {
    const fit = this.#fitInProgress;
    if (fit.begun > 0 && this.config.updateFreq === 'epoch' && this.#last !== undefined) {
      return { value: this.#last.learningRate, slack: 0 };
    }
    const position = this.#positionAt(batch);
    this.#tellEnd(position);
    this.#stopIfOver(position);
    return this.#scheduleInUse.at(position).rate;
  }

  /** The rate that the update was found to be made with goes into the books. */
  book(batch: number, optimizer: ModelOptimizer, learningRate: number): void {
    const fit = this.#fitInProgress;
    optimizer.anneal(learningRate);
    const isHeld = fit.begun > 0 && this.config.updateFreq === 'epoch';
    fit.begun++;
    this.#isUpdating = true;
    const before = this.#last;
    const point =
      isHeld && before !== undefined ? before.point : this.#scheduleInUse.at(this.#positionAt(batch));
    this.#last = { point, epoch: this.epoch, batch, learningRate };
    const { cycle } = point;
    if (before?.learningRate === learningRate && before.point.cycle === cycle) return;
    const restart = before !== undefined && cycle > before.point.cycle;
    const change = { step: this.step, epoch: this.epoch, batch, learningRate, cycle, restart };
    this.history.push(change);
    this.changes.push(change);
    if (this.history.length > (this.config.historyLimit ?? Number.POSITIVE_INFINITY)) this.history.shift();
  }

  endUpdate(batch: number): void {
    this.#count();
    const { unit = 'epoch', updateFreq = 'batch' } = this.config;
    if (updateFreq === 'epoch') return;
    const isNextInEpoch = this.#batches === undefined ? unit === 'batch' : batch + 1 < this.#batches;
    if (!isNextInEpoch) return;
    const next = this.#positionAt(batch + 1);
    this.#tellEnd(next);
    this.#stopIfOver(next);
  }

  /** Whether the model has been asked to stop, if the callback can know. */
  endEpoch(isStopping: boolean): void {
    const fit = this.#fitInProgress;
    this.epoch++;
    const { batches, hasModel } = fit.facts;
    if (batches === undefined && hasModel && !isStopping && fit.seen > 0) this.#learnBatches(fit.seen);
    const next = this.#positionAt(0);
    this.#tellEnd(next);
    this.#stopIfOver(next);
  }

  endFit(): void {
    this.#fit = undefined;
  }

  /** The fit fails; the update in progress, if there is one, may have been done. */
  abort(isUpdateDone: boolean): void {
    if (this.#isUpdating && isUpdateDone) this.#count();
    this.#isUpdating = false;
    this.#fit = undefined;
  }

  /** As it stands, between two fits: one in progress is left behind, and its update in progress may have been done. */
  copy(isUpdateDone: boolean): ModelCallback {
    const copy = new ModelCallback(this.config);
    copy.step = this.step;
    copy.epoch = this.epoch;
    copy.history = [...this.history];
    copy.changes = [...this.changes];
    copy.ends = [...this.ends];
    copy.#eta_max = this.#eta_max;
    copy.#total = this.#total;
    copy.#batches = this.#batches;
    copy.#schedule = this.#schedule;
    copy.#last = this.#last;
    copy.#lastDone = this.#lastDone;
    copy.#isEndDue = this.#isEndDue;
    copy.#isUpdating = this.#isUpdating;
    copy.abort(isUpdateDone);
    return copy;
  }

  /** Starts over; what was learned stays. */
  reset(): void {
    this.step = 0;
    this.epoch = 0;
    this.history = [];
    this.#last = undefined;
    this.#lastDone = undefined;
    this.#isEndDue = false;
  }

  /** Whether the config may be changed so, with all that is known of it. */
  accepts(changes: Partial<ModelConfig>): boolean {
    const changed = new ModelCallback({ ...this.config, ...changes });
    if (!('eta_max' in changes)) changed.#eta_max = this.#eta_max;
    if (!('total' in changes)) changed.#total = this.#total;
    if (!('batchesPerEpoch' in changes)) changed.#batches = this.#batches;
    changed.#derive();
    const isLegal = changed.config.cycles === undefined || typeof changed.config.cycles === 'number';
    return isLegal && changed.problem === undefined;
  }

  /** Saved and loaded. */
  roundTrip({ history }: { history: boolean }, changes: Partial<ModelConfig> = {}): void {
    if (!history) this.history = [];
    if (Object.keys(changes).length === 0) return;
    this.config = { ...this.config, ...changes };
    if ('eta_max' in changes) this.#eta_max = changes.eta_max;
    if ('total' in changes) this.#total = changes.total;
    if ('batchesPerEpoch' in changes) this.#batches = changes.batchesPerEpoch;
    this.#derive();
    if (fills(this.config) && this.#total === undefined) return;
    // As if the new config had always held: the index of the last update's cycle is the new one's, and an end that lies
    // behind by now is not told. The boundaries don't depend on eta_max, which may have to be read again.
    const known = { config: this.config, total: this.#total, batches: this.#batches };
    const schedule = new ModelSchedule({ ...known, eta_max: this.#eta_max ?? Number.MAX_VALUE });
    const moved = <Update extends Begun>(update: Update) => ({
      ...update,
      point: schedule.at(update.point.t),
    });
    if (this.#last !== undefined) this.#last = moved(this.#last);
    if (this.#lastDone === undefined) return;
    this.#lastDone = moved(this.#lastDone);
    const { point } = this.#lastDone;
    const next = schedule.at(this.#positionAt(0));
    // What was told of this update isn't told of it again, as the end of another cycle.
    this.#isEndDue &&= point.phase !== 'hold' && isBelow(next.t, schedule.cycle(point.cycle).end);
  }

  #count(): void {
    const begun = this.#last;
    if (begun === undefined || !this.#isUpdating) return;
    this.#isUpdating = false;
    this.#lastDone = { ...begun, step: this.step };
    this.#isEndDue = begun.point.phase !== 'hold';
    this.step++;
    if (this.#fit !== undefined) this.#fit.seen++;
  }

  #tellEnd(position: Rational): void {
    const done = this.#lastDone;
    if (done === undefined || !this.#isEndDue || !this.#isOver(position)) return;
    this.#isEndDue = false;
    const { point, epoch, step, learningRate } = done;
    this.ends.push({ cycle: point.cycle, epoch, step, learningRate });
  }

  /** Whether the last done update's cycle is over at a position. */
  #isOver(position: Rational): boolean {
    const done = this.#lastDone;
    if (done === undefined) return false;
    const schedule = this.#scheduleInUse;
    return isAtLeast(schedule.at(position).t, schedule.cycle(done.point.cycle).end);
  }

  #stopIfOver(position: Rational): void {
    if (this.config.afterLastCycle !== 'stop') return;
    const schedule = this.#scheduleInUse;
    const { end } = schedule;
    if (end !== undefined && !isBelow(schedule.at(position).t, end)) this.stops = true;
  }

  #learnBatches(batches: number): void {
    this.#batches = batches;
    this.#derive();
  }

  #derive(): void {
    const known: Partial<Known> & { config: ModelConfig } = {
      config: this.config,
      total: this.#total,
      batches: this.#batches,
    };
    const isKnown = this.#eta_max !== undefined && !(fills(this.config) && this.#total === undefined);
    const schedule = isKnown ? new ModelSchedule({ ...known, eta_max: this.#eta_max ?? 0 }) : undefined;
    this.#schedule = schedule?.problem === undefined ? schedule : undefined;
  }

  /** Where the fit ends on the clock, in units; undefined if that is open. */
  #endOf({ firstEpoch, epochs }: FitFacts, offset: number, batches: number | undefined): number | undefined {
    if (epochs === undefined || epochs >= Number.MAX_SAFE_INTEGER) return undefined;
    if (this.config.unit !== 'batch') return offset + epochs;
    return batches === undefined ? undefined : this.step + (epochs - firstEpoch) * batches;
  }

  #positionAt(batch: number): Rational {
    const { step, epoch } = this;
    return positionOf(this.config, this.#batches, { step, epoch, batch });
  }

  get #scheduleInUse(): ModelSchedule {
    if (this.#schedule === undefined) throw new Error('no fit has begun yet');
    return this.#schedule;
  }

  get #fitInProgress(): Fit {
    if (this.#fit === undefined) throw new Error('no fit is in progress');
    return this.#fit;
  }
}

const forEvery = (values: number | readonly number[], holds: (value: number) => boolean) =>
  [values].flat().some(holds);
