import type { Optimizer } from '@tensorflow/tfjs-core';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import { cycleCount } from '../annealing/plan';
import type { CyclePosition, Schedule } from '../annealing/schedule';
import {
  type CosineAnnealingConfig,
  needsTotal,
  type ParsedConfig,
  parseConfig,
  type ScheduledConfig,
  scheduleIfKnown,
  scheduleOf,
} from '../config/config';
import { CosineAnnealingError } from '../errors';
import { type LearningRateChange, LearningRateHistory } from './history';
import { checkSettable, getLearningRate, setLearningRate } from './optimizer';
import { type CosineAnnealingHooks, parseHooks } from './options';
import { Reporter } from './reporter';
import { type CosineAnnealingState, loadState, saveState } from './state';

/** What TensorFlow.js's types hide. */
type ModelInTraining = LayersModel & { readonly isTraining: boolean };
type Logs = Parameters<CustomCallback['onBatchBegin']>[1];

/** What is known about the fit in progress. */
interface Fit {
  readonly model: LayersModel | undefined;
  readonly optimizer: Optimizer;
  /** End of the fit's epoch numbers; undefined behind a plain object in `callbacks`. */
  readonly epochs: number | undefined;
  /** Batches in an epoch, where TensorFlow.js knows. */
  readonly batchesPerEpoch: number | undefined;
  firstEpochSeen: boolean;
}

/** The learning rate that the last update was made with. */
interface LastUpdate {
  readonly t: number;
  readonly learningRate: number;
}

/** A cycle that an update was made in, from its start to its end; the last one has no end. */
interface CycleEntered {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A training callback that anneals the optimizer's learning rate by a cosine, with warm restarts (SGDR, Loshchilov &
 * Hutter, arXiv 1608.03983). Put it into the `callbacks` of `model.fit` or `model.fitDataset`.
 */
export class CosineAnnealingCallback extends CustomCallback {
  #config: ParsedConfig;
  readonly #hooks: CosineAnnealingHooks;
  readonly #reporter: Reporter;
  #schedule: Schedule<ScheduledConfig> | undefined;
  #history: LearningRateHistory;

  #step = 0;
  #epoch = 0;
  #offset = 0;
  #last: LastUpdate | undefined;

  #fit: Fit | undefined;
  /** Given by TensorFlow.js for the fit that is about to begin. */
  #given: { model: LayersModel; params: CustomCallback['params'] } | undefined;
  #updating = false;
  /** How many updates the optimizer had done when the one in progress began. */
  #iterationsBefore = 0;
  #batchesSeen = 0;
  /** What was last written, and to which optimizer: a different value there is someone else's. */
  #written: { optimizer: Optimizer; learningRate: number } | undefined;
  /** The cycle of the last update. */
  #cycle: CycleEntered | undefined;
  /** Where that cycle ends; Infinity once that was announced. */
  #cycleEnds = Number.POSITIVE_INFINITY;

  /**
   * @param config The schedule, as plain data.
   * @param hooks Functions and objects to work with.
   * @throws {@link CosineAnnealingError} that lists everything wrong with the config, or with the hooks.
   */
  constructor(config: CosineAnnealingConfig, hooks: CosineAnnealingHooks = {}) {
    super({});
    this.#config = parseConfig(config);
    this.#hooks = parseHooks(hooks);
    this.#reporter = new Reporter(hooks.logger === undefined ? console : hooks.logger, this.#config.verbose);
    this.#history = new LearningRateHistory(this.#config.historyLimit);
    this.#schedule = scheduleIfKnown(this.#config);
    this.#followSchedule();
    // Behind a plain object in `callbacks`, TensorFlow.js takes the methods off this object and calls them alone.
    for (const hook of HOOKS) this[hook] = this[hook].bind(this) as never;
  }

  /**
   * Goes on from a saved state, given as text or as the parsed object.
   *
   * @throws {@link CosineAnnealingError} where the state is damaged, truncated or of a newer version.
   */
  static fromJSON(json: unknown, hooks: CosineAnnealingHooks = {}): CosineAnnealingCallback {
    const { config, position, history } = loadState(json);
    const annealing = new CosineAnnealingCallback(config, hooks);
    annealing.#history = history;
    annealing.#followSchedule();
    annealing.#step = position.step;
    annealing.#epoch = position.epoch;
    annealing.#offset = position.offset;
    if (position.t !== null) {
      const learningRate = history.at(-1)?.learningRate ?? annealing.#scheduleInUse(position.t);
      annealing.#last = { t: position.t, learningRate };
    }
    return annealing;
  }

  /** The parsed config, frozen, with what was learned since: eta_max of the optimizer, total and batchesPerEpoch of the fit. */
  get config(): ParsedConfig {
    return this.#config;
  }

  /** The pure schedule; undefined until eta_max, and the total that `cycles` fill, are known. */
  get schedule(): Schedule<ScheduledConfig> | undefined {
    return this.#schedule;
  }

  /** Every change of the learning rate. */
  get history(): LearningRateHistory {
    return this.#history;
  }

  /** Updates done. */
  get step(): number {
    return this.#step + (this.#isUpdateUntold ? 1 : 0);
  }

  /** The epoch to train next, as the fit counts them: the `initialEpoch` that resumes this run. */
  get epoch(): number {
    return this.#epoch - this.#offset;
  }

  /** The learning rate of the last update; before the first one, of that, where it is known. */
  get learningRate(): number | undefined {
    return this.#last?.learningRate ?? this.#schedule?.(0);
  }

  /** Index of the cycle of the last update, from 0. */
  get cycle(): number {
    return this.#position?.cycle ?? 0;
  }

  /** Units since that cycle's cosine began. */
  get T_cur(): number {
    return this.#position?.T_cur ?? 0;
  }

  /** Length of that cycle's cosine, in units; undefined until it is known. */
  get T_i(): number | undefined {
    return this.#position?.T_i;
  }

  get #position(): CyclePosition | undefined {
    return this.#schedule?.cycleAt(this.#last?.t ?? 0);
  }

  /**
   * Starts over: position 0 and an empty history. What was learned stays, so that eta_max is not read from an annealed optimizer.
   *
   * @throws {@link CosineAnnealingError} during a fit.
   */
  reset(): void {
    if (isTraining(this.#fit?.model)) throw new CosineAnnealingError(RESET_IN_A_FIT);
    this.#updating = false;
    this.#step = 0;
    this.#epoch = 0;
    this.#offset = 0;
    this.#last = undefined;
    this.#written = undefined;
    this.#forgetCycle();
    this.#history = new LearningRateHistory(this.#config.historyLimit);
    this.#followSchedule();
  }

  /**
   * The whole state, as plain data for `fromJSON`. Best saved after an epoch: TensorFlow.js can only repeat one that was
   * cut off. The learning rate then goes through that epoch again; with unit 'batch' it goes on, as `step` counts every
   * update that was done, those of the epoch that was cut off included.
   *
   * @param options `history: false` leaves the history out, which makes the state small.
   */
  state({ history = true }: { history?: boolean } = {}): CosineAnnealingState {
    const position = { step: this.step, epoch: this.#epoch, offset: this.#offset, t: this.#last?.t ?? null };
    return saveState(this.#config, position, history ? this.#history : null);
  }

  /** The whole state: what `JSON.stringify` writes. */
  toJSON(): CosineAnnealingState {
    return this.state();
  }

  /** Called by TensorFlow.js. @internal */
  override setModel(model: LayersModel): void {
    this.#refuseSecondFit(model);
    this.#given = { model, params: this.params };
  }

  /** Called by TensorFlow.js. @internal */
  override async onTrainBegin(logs?: Logs): Promise<void> {
    const { model, params = {} } = this.#given ?? {};
    if (model === undefined && isTraining(this.#fit?.model)) throw new CosineAnnealingError(IN_USE);
    const optimizer = model?.optimizer ?? this.#hooks.optimizer;
    if (optimizer === undefined) throw new CosineAnnealingError(NO_MODEL);
    checkSettable(optimizer);
    this.#given = undefined;
    this.#settleUpdate();
    this.#fit = {
      model,
      optimizer,
      epochs: params['epochs'] as number | undefined,
      batchesPerEpoch: batchesIn(params),
      firstEpochSeen: false,
    };
    await super.onTrainBegin(logs);
  }

  /** Called by TensorFlow.js. @internal */
  override async onEpochBegin(epoch: number, logs?: Logs): Promise<void> {
    const fit = this.#fitInProgress();
    if (!fit.firstEpochSeen) this.#beginFit(fit, epoch);
    this.#batchesSeen = 0;
    await super.onEpochBegin(epoch, logs);
  }

  /** Sets the learning rate of the update that follows. Called by TensorFlow.js. @internal */
  override async onBatchBegin(batch: number, logs?: Logs): Promise<void> {
    this.#finishUpdate();
    if (batch === 0 || this.#config.updateFreq === 'batch') {
      if (this.#positionAt(batch) >= this.#cycleEnds) await this.#endCycle(this.#epoch, logs);
      const change = this.#anneal(batch);
      if (change !== 'same') await this.#announce(change);
    }
    this.#updating = true;
    this.#iterationsBefore = this.#fitInProgress().optimizer.iterations;
    this.#report(logs);
  }

  /** Called by TensorFlow.js. @internal */
  override async onBatchEnd(batch: number, logs?: Logs): Promise<void> {
    this.#finishUpdate();
    if (this.#nextInEpoch(batch + 1) >= this.#cycleEnds) await this.#endCycle(this.#epoch, logs);
    await super.onBatchEnd(batch, logs);
  }

  /** Called by TensorFlow.js. @internal */
  override async onEpochEnd(epoch: number, logs?: Logs): Promise<void> {
    this.#finishUpdate();
    this.#epoch = this.#offset + epoch + 1;
    this.#learnBatches();
    this.#report(logs);
    if (this.#positionAt(0) >= this.#cycleEnds) await this.#endCycle(this.#offset + epoch, logs);
    await super.onEpochEnd(epoch, logs);
  }

  /** Called by TensorFlow.js. @internal */
  override async onTrainEnd(logs?: Logs): Promise<void> {
    this.#settleUpdate();
    this.#fit = undefined;
    await super.onTrainEnd(logs);
  }

  /** Only the first epoch tells where the fit begins: `fitDataset` does not say. */
  #beginFit(fit: Fit, firstEpoch: number): void {
    fit.firstEpochSeen = true;
    if (firstEpoch === 0) this.#offset = this.#epoch;
    if (firstEpoch === this.#epoch) this.#offset = 0;
    this.#learnFromFit(fit, firstEpoch);
    this.#epoch = this.#offset + firstEpoch;
    this.#rememberCycle();
    this.#tellPlan(fit, firstEpoch);
    this.#warnOfUnknownBatches();
    this.#stopOrWarnIfOver(fit, this.#positionAt(0));
  }

  #tellPlan(fit: Fit, firstEpoch: number): void {
    const schedule = this.#scheduleInUse;
    const from = this.#positionAt(0);
    const total = this.#totalOf(fit, firstEpoch, this.#config.batchesPerEpoch);
    if (total === undefined) return;
    this.#reporter.plan(schedule, { from, to: schedule.positionOf({ step: total, epoch: total, batch: 0 }) });
  }

  /** The cycle of the last update, so that the next one can be a restart; its end was announced in its own fit. */
  #rememberCycle(): void {
    this.#forgetCycle();
    if (this.#last !== undefined) this.#enterCycle(this.#last.t);
    if (this.#positionAt(0) >= this.#cycleEnds) this.#cycleEnds = Number.POSITIVE_INFINITY;
  }

  #learnFromFit(fit: Fit, firstEpoch: number): void {
    const batchesPerEpoch = fit.batchesPerEpoch ?? this.#config.batchesPerEpoch;
    const { eta_max = getLearningRate(fit.optimizer) } = this.#config;
    const total = needsTotal(this.#config) ? this.#totalOf(fit, firstEpoch, batchesPerEpoch) : undefined;
    this.#learn({ eta_max, ...(total && { total }), ...(batchesPerEpoch && { batchesPerEpoch }) });
  }

  /** Where the fit ends, in units, if that is known. */
  #totalOf({ epochs }: Fit, firstEpoch: number, batchesPerEpoch: number | undefined): number | undefined {
    if (epochs === undefined) return undefined;
    if (this.#config.unit === 'epoch') return this.#offset + epochs;
    return batchesPerEpoch && this.#step + (epochs - firstEpoch) * batchesPerEpoch;
  }

  #learn(learned: Partial<CosineAnnealingConfig>): void {
    const news = Object.entries(learned).some(
      ([key, value]) => this.#config[key as keyof ParsedConfig] !== value,
    );
    if (!news && this.#schedule !== undefined) return;
    this.#config = parseConfig({ ...this.#config, ...learned });
    this.#schedule = scheduleOf(this.#config);
    this.#followSchedule();
  }

  /** The schedule, where updates are done or about to be, so that it is known. */
  get #scheduleInUse(): Schedule<ScheduledConfig> {
    return this.#schedule as Schedule<ScheduledConfig>;
  }

  #followSchedule(): void {
    if (this.#schedule !== undefined) this.#history.follow(this.#schedule);
  }

  #anneal(batch: number): 'same' | 'change' | 'restart' {
    const { optimizer } = this.#fitInProgress();
    const schedule = this.#scheduleInUse;
    const place = { step: this.#step, epoch: this.#epoch, batch };
    const t = schedule.positionOf(place);
    const learningRate = schedule(t);
    this.#write(optimizer, learningRate);
    const cycles = this.#enterCycle(t);
    const isRestart = cycles > 0;
    // Where a repeated epoch goes back to an earlier cycle is a change too, so that the restart after it shows.
    const isChange = cycles !== 0 || this.#last?.learningRate !== learningRate;
    this.#last = { t, learningRate };
    if (isChange) this.#history.append(place, learningRate);
    return isRestart ? 'restart' : isChange ? 'change' : 'same';
  }

  #write(optimizer: Optimizer, learningRate: number): void {
    const found = getLearningRate(optimizer);
    if (this.#written?.optimizer === optimizer && this.#written.learningRate !== found) {
      this.#reporter.otherWriter(found, this.#written.learningRate);
    }
    if (found !== learningRate) setLearningRate(optimizer, learningRate);
    this.#written = { optimizer, learningRate };
  }

  /** Notes the cycle at t, and says how many cycles that is on from the last update: more than 0 is a warm restart. */
  #enterCycle(t: number): number {
    const before = this.#cycle;
    if (before !== undefined && t >= before.start && t < before.end) return 0;
    const schedule = this.#scheduleInUse;
    const { cycle: index, phase } = schedule.cycleAt(t);
    const end = phase === 'hold' ? Number.POSITIVE_INFINITY : schedule.cycleStart(index + 1);
    this.#cycle = { index, start: schedule.cycleStart(index), end };
    this.#cycleEnds = end;
    return before === undefined ? 0 : index - before.index;
  }

  #forgetCycle(): void {
    this.#cycle = undefined;
    this.#cycleEnds = Number.POSITIVE_INFINITY;
  }

  async #announce(kind: 'change' | 'restart'): Promise<void> {
    const { onChange, onRestart } = this.#hooks;
    if (!onChange && !onRestart && !this.#reporter.isTalkative) return;
    const change = this.#history.at(-1) as LearningRateChange;
    if (kind === 'restart') this.#reporter.restart(change, this.#config.unit);
    else this.#reporter.change(change);
    await onChange?.(change);
    if (kind === 'restart') await onRestart?.(change);
  }

  async #endCycle(epoch: number, logs: Logs): Promise<void> {
    this.#cycleEnds = Number.POSITIVE_INFINITY;
    const fit = this.#fitInProgress();
    const { index: cycle } = this.#cycle as CycleEntered;
    const { learningRate } = this.#last as LastUpdate;
    this.#reporter.cycleEnd(cycle, epoch, learningRate);
    const isLast = cycle === cycleCount(this.#scheduleInUse) - 1;
    if (isLast && this.#config.afterLastCycle === 'stop') stop(fit);
    const { onCycleEnd } = this.#hooks;
    if (onCycleEnd === undefined) return;
    await onCycleEnd({
      cycle,
      epoch,
      step: this.#step - 1,
      learningRate,
      model: fit.model,
      logs: await numbersIn(logs),
    });
  }

  /** An update was done, and onBatchEnd not called yet; or never, where another callback threw. */
  get #isUpdateUntold(): boolean {
    return this.#updating && this.#fitInProgress().optimizer.iterations > this.#iterationsBefore;
  }

  /** At the end of a fit, also of one that failed: an update that was begun counts if it was done. */
  #settleUpdate(): void {
    if (this.#isUpdateUntold) this.#finishUpdate();
    this.#updating = false;
  }

  #finishUpdate(): void {
    if (!this.#updating) return;
    this.#updating = false;
    this.#step++;
    this.#batchesSeen++;
  }

  /** An epoch that was stopped halfway does not tell how many batches there are. */
  #learnBatches(): void {
    const { model, batchesPerEpoch } = this.#fitInProgress();
    if (batchesPerEpoch !== undefined || model?.stopTraining || this.#batchesSeen === 0) return;
    this.#learn({ batchesPerEpoch: this.#batchesSeen });
  }

  /** Position of the update after the one that ended, where it is surely in the same epoch. */
  #nextInEpoch(batch: number): number {
    const { updateFreq, batchesPerEpoch } = this.#config;
    if (updateFreq === 'epoch' || batch === batchesPerEpoch) return Number.NEGATIVE_INFINITY;
    return this.#positionAt(batch);
  }

  #positionAt(batch: number): number {
    return this.#scheduleInUse.positionOf({ step: this.#step, epoch: this.#epoch, batch });
  }

  #report(logs: Logs): void {
    if (logs !== undefined && this.#last !== undefined) logs['lr'] = this.#last.learningRate;
  }

  #fitInProgress(): Fit {
    if (this.#fit === undefined) throw new CosineAnnealingError(NOT_IN_A_FIT);
    return this.#fit;
  }

  #refuseSecondFit(model: LayersModel): void {
    const isAnotherInUse = [this.#given?.model, this.#fit?.model].some(
      (other) => other !== model && isTraining(other),
    );
    if (isAnotherInUse) throw new CosineAnnealingError(IN_USE);
  }

  #warnOfUnknownBatches(): void {
    const { unit, updateFreq, batchesPerEpoch } = this.#config;
    const isFractional = unit === 'epoch' && updateFreq === 'batch';
    if (isFractional && batchesPerEpoch === undefined) this.#reporter.unknownBatches();
  }

  #stopOrWarnIfOver(fit: Fit, position: number): void {
    const stops = this.#config.afterLastCycle === 'stop';
    if (stops && fit.model === undefined) throw new CosineAnnealingError(CANNOT_STOP);
    const schedule = this.#scheduleInUse;
    if (schedule.cycleAt(position).phase !== 'hold') return;
    if (stops) {
      stop(fit);
      this.#reporter.over();
    } else {
      this.#reporter.held(schedule(position));
    }
  }
}

const HOOKS = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
] as const;

const NO_MODEL =
  '`callbacks`: CosineAnnealingCallback was given no model. Put it before any plain object in `callbacks`, and wrap ' +
  'those as new tf.CustomCallback({...}); or give `hooks.optimizer`. If it stands alone there, two copies of ' +
  '@tensorflow/tfjs-layers are installed: run npm ls @tensorflow/tfjs-layers';
const IN_USE =
  '`callbacks`: this CosineAnnealingCallback is in use by a fit in progress; it cannot serve two fits at once, nor ' +
  'stand twice in `callbacks`: make one for each';
const RESET_IN_A_FIT =
  '`reset`: this CosineAnnealingCallback is in use by a fit in progress; reset it between fits';
const NOT_IN_A_FIT = '`callbacks`: CosineAnnealingCallback works inside model.fit or model.fitDataset only';
const CANNOT_STOP =
  "`afterLastCycle`: 'stop' needs the model, which TensorFlow.js hands over only where no plain object is the first " +
  'of `callbacks`; wrap it as new tf.CustomCallback({...})';

/** That there is a model was checked at the beginning of the fit. */
function stop({ model }: Fit): void {
  (model as LayersModel).stopTraining = true;
}

const isTraining = (model: LayersModel | undefined) =>
  (model as ModelInTraining | undefined)?.isTraining === true;

/** `fit` tells samples and batch size, `fitDataset` steps; null stands for unknown. */
function batchesIn(params: CustomCallback['params']): number | undefined {
  const { steps, samples, batchSize } = params as Record<string, number | null | undefined>;
  if (steps) return steps;
  return samples ? Math.ceil(samples / (batchSize as number)) : undefined;
}

async function numbersIn(logs: Logs): Promise<Record<string, number>> {
  const entries = Object.entries(logs ?? {}).map(async ([name, value]) => {
    return [name, typeof value === 'number' ? value : ((await value.data())[0] as number)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
