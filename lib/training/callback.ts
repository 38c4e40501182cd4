import type { Optimizer } from '@tensorflow/tfjs-core';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import type { Schedule } from '../annealing/schedule';
import {
  type CosineAnnealingConfig,
  type ParsedConfig,
  parseConfig,
  type ScheduledConfig,
} from '../config/config';
import type { Event } from '../config/messages';
import { CosineAnnealingError, refusal } from '../errors';
import { Fit, isTraining, type Logs, type Params } from './fit';
import { LearningRateHistory } from './history';
import { bindHooks, hooksIn } from './hooks';
import { interferenceBefore, interferenceWith } from './interference';
import { nextFrame } from './next-frame';
import { anneal, checkSettable, nameOf, rateBeforeAnnealing } from './optimizer';
import { type CosineAnnealingOptions, parseKeptChanges, parseOptions, parsePlace } from './options';
import { Reporter } from './reporter';
import { type EndedCycle, type FitFacts, know, Run, type Standing, type Update } from './run';
import { type CosineAnnealingState, loadState, saveState } from './state';

/**
 * A training callback that anneals the optimizer's learning rate by a cosine, with warm restarts (SGDR, Loshchilov &
 * Hutter, arXiv 1608.03983). Put it into the `callbacks` of `model.fit` or `model.fitDataset`, in front of others.
 */
export class CosineAnnealingCallback extends CustomCallback {
  readonly #options: CosineAnnealingOptions;
  readonly #reporter: Reporter;
  #run: Run;
  /** Handed over by TensorFlow.js for the fit that is about to begin. */
  #pending: { readonly model: LayersModel; readonly params: Params } | undefined;
  #fit: Fit | undefined;
  /** The optimizer of the last update. */
  #optimizer: Optimizer | undefined;

  /**
   * @param config The schedule, as plain data.
   * @param options Functions and objects to work with.
   * @throws {@link CosineAnnealingError} that lists everything wrong with the config, or with the options.
   */
  constructor(config: CosineAnnealingConfig, options: CosineAnnealingOptions = {}) {
    const parsed = parseConfig(config);
    const { yieldEvery, logger = console, ...hooks } = parseOptions(options);
    super({ ...hooksIn(hooks), nextFrameFunc: nextFrame }, yieldEvery);
    this.#options = options;
    this.#reporter = new Reporter(logger, parsed.verbose);
    this.#run = new Run(know(parsed, {}));
    bindHooks(this);
  }

  /**
   * Goes on from a saved state, given as text or as the parsed object.
   *
   * @param changes Keys of the config to change, as if they had always held; `undefined` removes one. The position stays,
   * and so does the history, with the config that it was made with. `unit` can't change.
   * @throws {@link CosineAnnealingError} if the state is damaged, truncated, edited or of a newer version.
   */
  static fromJSON(
    json: unknown,
    options: CosineAnnealingOptions = {},
    changes: Partial<CosineAnnealingConfig> = {},
  ): CosineAnnealingCallback {
    const { knowledge, standing, log, jump } = loadState(json, changes);
    const annealing = new CosineAnnealingCallback(knowledge.given, options);
    annealing.#run = new Run(knowledge, standing, log);
    if (jump !== undefined) annealing.#reporter.event({ kind: 'another cycle', ...jump });
    return annealing;
  }

  /** The parsed config, frozen, with what was learned since: eta_max of the optimizer, total and batchesPerEpoch of the fit. */
  get config(): ParsedConfig {
    return this.#run.knowledge.config;
  }

  /** The pure schedule; undefined until eta_max, and the total that `cycles` fill, are known. */
  get schedule(): Schedule<ScheduledConfig> | undefined {
    return this.#run.knowledge.schedule;
  }

  /** Every change of the learning rate. */
  get history(): LearningRateHistory {
    return new LearningRateHistory(this.#run.log);
  }

  /** Updates done. */
  get step(): number {
    return this.#standing.step;
  }

  /** The epoch to train next, on the training's clock: the `initialEpoch` that resumes this training. */
  get epoch(): number {
    return this.#run.standing.epoch;
  }

  /** The learning rate of the last update; before the first one, of that, if it is known. */
  get learningRate(): number | undefined {
    return this.#run.learningRate;
  }

  /** Index of the cycle of the last update, from 0. */
  get cycle(): number {
    return this.#run.position?.cycle ?? 0;
  }

  /** Units since that cycle's cosine began. */
  get T_cur(): number {
    return this.#run.position?.T_cur ?? 0;
  }

  /** Length of that cycle's cosine, in units; undefined until it is known. */
  get T_i(): number | undefined {
    return this.#run.position?.T_i;
  }

  /** Whether the last cycle is over, so that the next update would be at its eta_min. */
  get isOver(): boolean {
    return this.#run.isOverAt(this.#nextBatch);
  }

  /**
   * Starts over: position 0 and an empty history. What was learned stays, such as eta_max.
   *
   * @throws {@link CosineAnnealingError} during a fit.
   */
  reset(): void {
    if (this.#fit?.isInProgress) throw refusal('reset', IN_PROGRESS, { cure: 'reset it between fits' });
    this.#fit = undefined;
    this.#run = this.#run.restarted();
  }

  /**
   * The whole state, as plain data for `fromJSON`. Best saved after an epoch: TensorFlow.js can only repeat one that was
   * cut off. The learning rate then goes through that epoch again; with unit 'batch' it goes on, as `step` counts every
   * update that was done, including those of the epoch that was cut off.
   *
   * @param options `history`: how many of the newest changes to keep, false for none. Default: true, for all.
   * @throws {@link CosineAnnealingError} if `history` is anything else.
   */
  state(options: { history?: boolean | number } = {}): CosineAnnealingState {
    const kept = parseKeptChanges(options);
    const { knowledge, log } = this.#run;
    return saveState(knowledge, this.#standing, log, kept);
  }

  /** The whole state: what `JSON.stringify` writes. */
  toJSON(): CosineAnnealingState {
    return this.state();
  }

  /**
   * Sets the learning rate of the next update, in a training loop of your own; call `afterUpdate` behind the update.
   *
   * @param optimizer The optimizer that makes the update.
   * @param place Index of the epoch and of the batch within it, from 0. Default: the next batch of the same epoch, or the
   * first one of another epoch.
   * @throws {@link CosineAnnealingError} during a fit, or if optimizer or place can't be used.
   */
  async beforeUpdate(optimizer: Optimizer, place: { epoch?: number; batch?: number } = {}): Promise<void> {
    const { epoch: given, batch } = parsePlace(place);
    const fit = this.#ownLoop();
    const epoch = given ?? this.epoch;
    if (fit.hasBegun && fit.batches > 0 && epoch === this.epoch + 1)
      await this.#endEpoch(fit, this.epoch, {});
    if (!fit.hasBegun) checkSettable(optimizer);
    if (!fit.hasBegun || epoch !== this.epoch) this.#beginFit(fit, optimizer, epoch);
    if (batch !== undefined) fit.batches = batch; // an epoch can be repeated
    await this.#beforeUpdate(fit, optimizer, fit.batches, {});
  }

  /**
   * Takes note that the update which `beforeUpdate` prepared was made.
   *
   * @throws {@link CosineAnnealingError} if there was no `beforeUpdate`.
   */
  async afterUpdate(): Promise<void> {
    const fit = this.#fit?.isOwnLoop ? this.#fit : undefined;
    if (fit?.update === undefined)
      throw refusal('afterUpdate', 'expected after beforeUpdate', { cure: 'call that first' });
    const { optimizer, batch } = fit.update;
    await this.#afterUpdate(fit, optimizer, batch, {});
    if (batch + 1 === this.config.batchesPerEpoch) await this.#endEpoch(fit, this.epoch, {});
  }

  /** Called by TensorFlow.js. @internal */
  override setModel(model: LayersModel): void {
    const [pending, fit] = [this.#pending, this.#fit];
    const isPendingElsewhere = pending?.model !== model && isTraining(pending?.model);
    if (isPendingElsewhere || (fit?.model !== model && fit?.isInProgress)) throw inProgress();
    this.#pending = { model, params: this.params };
  }

  /** Called by TensorFlow.js. @internal */
  override async onTrainBegin(logs?: Logs): Promise<void> {
    const { model, params = {} } = this.#pending ?? {};
    this.#pending = undefined;
    if (this.#fit?.isInProgress) throw inProgress();
    checkSettable(this.#optimizerOf(model));
    if (model === undefined && this.config.afterLastCycle === 'stop') throw cannotStop();
    this.#endFit();
    this.#fit = Fit.of(model, params);
    await super.onTrainBegin(logs);
  }

  /** Called by TensorFlow.js. @internal */
  override async onEpochBegin(epoch: number, logs?: Logs): Promise<void> {
    const fit = this.#fitInProgress();
    // Only the first epoch tells where a fit begins: fitDataset doesn't say. A further one proves that the last was whole.
    if (fit.hasBegun) this.#learnBatches(fit);
    else this.#beginFit(fit, this.#optimizerOf(fit.model), epoch);
    fit.batches = 0;
    await super.onEpochBegin(epoch, logs);
  }

  /** Sets the learning rate of the update that follows. Called by TensorFlow.js. @internal */
  override async onBatchBegin(batch: number, logs?: Logs): Promise<void> {
    const fit = this.#fitInProgress();
    await this.#beforeUpdate(fit, this.#optimizerOf(fit.model), batch, logs);
    await super.onBatchBegin(batch, logs);
  }

  /** Called by TensorFlow.js. @internal */
  override async onBatchEnd(batch: number, logs?: Logs): Promise<void> {
    const fit = this.#fitInProgress();
    await this.#afterUpdate(fit, this.#optimizerOf(fit.model), batch, logs);
    await super.onBatchEnd(batch, logs);
  }

  /** Called by TensorFlow.js. @internal */
  override async onEpochEnd(epoch: number, logs?: Logs): Promise<void> {
    await this.#endEpoch(this.#fitInProgress(), epoch, logs);
    await super.onEpochEnd(epoch, logs);
  }

  /** Called by TensorFlow.js. @internal */
  override async onTrainEnd(logs?: Logs): Promise<void> {
    const cycle = this.#run.cycleInside;
    if (this.#fit?.model?.stopTraining && cycle !== undefined) {
      this.#reporter.stoppedInside(cycle, this.config.unit);
    }
    this.#endFit();
    await super.onTrainEnd(logs);
  }

  #beginFit(fit: Fit, optimizer: Optimizer, firstEpoch: number): void {
    const { epochs, batchesPerEpoch, isOwnLoop } = fit;
    const facts: FitFacts = {
      firstEpoch,
      isOnClock: firstEpoch > 0 || isOwnLoop,
      epochs,
      batchesPerEpoch,
      learningRate: rateBeforeAnnealing(optimizer),
      optimizer: nameOf(optimizer),
    };
    const { plan, notices, isOver } = this.#run.beginFit(facts);
    fit.hasBegun = true;
    fit.batches = 0;
    this.#reporter.plan(plan, this.config.unit);
    for (const notice of notices) this.#reporter.notice(notice, this.config.unit);
    if (isOver && this.#stop(fit)) this.#tell({ kind: 'last cycle is over' });
  }

  async #beforeUpdate(fit: Fit, optimizer: Optimizer, batch: number, logs: Logs): Promise<void> {
    this.#countUnfinishedUpdate(fit);
    const isTooLate = this.#run.isOverAt(batch) && this.config.afterLastCycle === 'stop';
    if (isTooLate) fit.stop();
    await this.#tellEnd(fit, this.#run.takeEndBefore(batch), logs);
    const update = this.#run.updateAt(batch);
    if (isTooLate && fit.isOwnLoop) this.#tell({ kind: 'loop goes on', learningRate: update.learningRate });
    if (this.#optimizer !== undefined) this.#tell(interferenceBefore(optimizer, this.#optimizer, this.#run));
    anneal(optimizer, update.learningRate);
    this.#run.book(update);
    this.#optimizer = optimizer;
    const { learningRate } = update;
    fit.update = { optimizer, batch, learningRate, iterationsBefore: optimizer.iterations };
    if (logs !== undefined) logs['lr'] = learningRate;
    await this.#announce(update);
  }

  async #afterUpdate(fit: Fit, optimizer: Optimizer, batch: number, logs: Logs): Promise<void> {
    if (fit.update !== undefined) this.#tell(interferenceWith(fit.update, optimizer));
    this.#countUpdate(fit);
    if (this.#run.isOverAfter(batch)) this.#stop(fit);
    await this.#tellEnd(fit, this.#run.takeEndWith(batch), logs);
  }

  async #endEpoch(fit: Fit, epoch: number, logs: Logs): Promise<void> {
    this.#run.countEpoch(epoch);
    if (fit.isWhole(logs)) this.#learnBatches(fit);
    if (fit.isOwnLoop) fit.batches = 0;
    const { last } = this.#run.standing;
    if (logs !== undefined && last !== undefined) logs['lr'] = last.learningRate; // an epoch can be without data
    if (this.#run.isOverAt(0)) this.#stop(fit);
    await this.#tellEnd(fit, this.#run.takeEndBefore(0), logs);
  }

  #tell(event: Event | undefined): void {
    if (event !== undefined) this.#reporter.event(event);
  }

  async #announce({ kind }: Update): Promise<void> {
    const { onChange, onRestart } = this.#options;
    if (kind === 'same' || !(onChange || onRestart || this.#reporter.isTalkative)) return;
    const change = this.history.at(-1);
    if (change === undefined) return;
    if (kind === 'restart') this.#reporter.restart(change, this.config.unit);
    else this.#reporter.change(change);
    await onChange?.(change);
    if (kind === 'restart') await onRestart?.(change);
  }

  async #tellEnd(fit: Fit, ended: EndedCycle | undefined, logs: Logs): Promise<void> {
    if (ended === undefined) return;
    this.#reporter.cycleEnd(ended.cycle, ended.epoch, ended.learningRate);
    const { onCycleEnd } = this.#options;
    if (onCycleEnd !== undefined)
      await onCycleEnd({ ...ended, model: fit.model, logs: await numbersIn(logs) });
  }

  #learnBatches({ batches, batchesPerEpoch }: Fit): void {
    if (batchesPerEpoch !== undefined || batches === 0) return;
    const given = this.#run.wrongBatches(batches);
    if (given !== undefined) this.#reporter.event({ kind: 'other batches', found: batches, given });
    for (const notice of this.#run.learnBatches(batches)) this.#reporter.notice(notice, this.config.unit);
  }

  /** Stops the fit if the config says so; whether it did. */
  #stop(fit: Fit): boolean {
    return this.config.afterLastCycle === 'stop' && fit.stop();
  }

  /** The next batch of the epoch that is being trained; an epoch that was cut off begins again. */
  get #nextBatch(): number {
    const { epoch, last } = this.#run.standing;
    const isWithin = last?.epoch === epoch && (this.#fit?.isOwnLoop || this.#fit?.isInProgress);
    return isWithin ? (this.#fit?.batches ?? 0) : 0;
  }

  get #standing(): Standing {
    return this.#fit?.isUpdateUncounted ? this.#run.standingAfterUpdate : this.#run.standing;
  }

  #countUpdate(fit: Fit): void {
    fit.update = undefined;
    fit.batches++;
    this.#run.countUpdate();
  }

  #countUnfinishedUpdate(fit: Fit): void {
    if (fit.isUpdateUncounted) this.#countUpdate(fit);
    fit.update = undefined;
  }

  /** Of a fit that failed, too: an update that was begun counts if it was made. */
  #endFit(): void {
    if (this.#fit !== undefined) this.#countUnfinishedUpdate(this.#fit);
    this.#fit = undefined;
  }

  #ownLoop(): Fit {
    if (this.#fit?.isInProgress) throw inProgress();
    if (this.#fit?.isOwnLoop !== true) {
      this.#endFit();
      this.#fit = Fit.ownLoop();
    }
    return this.#fitInProgress();
  }

  #fitInProgress(): Fit {
    if (this.#fit !== undefined) return this.#fit;
    const cure = 'for a loop of your own, call beforeUpdate and afterUpdate';
    throw refusal('callbacks', 'CosineAnnealingCallback works inside model.fit or model.fitDataset', {
      cure,
    });
  }

  /** The optimizer that trains now: a callback can compile the model anew, or replace it, in the middle of a fit. */
  #optimizerOf(model: LayersModel | undefined): Optimizer {
    const { optimizer } = this.#options;
    const found = model?.optimizer ?? (typeof optimizer === 'function' ? optimizer() : optimizer);
    if (found !== undefined) return found;
    throw noModel();
  }
}

const IN_PROGRESS = 'this CosineAnnealingCallback is in use by a fit in progress';
/** Two causes, a line each. */
const noModel = () =>
  new CosineAnnealingError([
    {
      path: ['callbacks'],
      rule: 'CosineAnnealingCallback was given no model',
      cure: 'put it in front of any plain object, and wrap those as new tf.CustomCallback({...}), or pass `options.optimizer`',
    },
    {
      path: ['callbacks'],
      rule: 'if it stands alone there, two copies of @tensorflow/tfjs-layers are installed',
      cure: 'run npm ls @tensorflow/tfjs-layers',
    },
  ]);

const inProgress = () =>
  refusal('callbacks', IN_PROGRESS, { cure: 'make one for each fit, and put it into `callbacks` once' });

const cannotStop = () =>
  refusal(
    'afterLastCycle',
    "'stop' needs the model, which TensorFlow.js doesn't hand over behind a plain object",
    {
      cure: 'put this callback first in `callbacks`, and wrap plain objects as new tf.CustomCallback({...})',
    },
  );

async function numbersIn(logs: Logs): Promise<Record<string, number>> {
  const entries = Object.entries(logs ?? {}).map(async ([name, value]) => {
    const number = typeof value === 'number' ? value : (await value.data())[0];
    return [name, number ?? NaN] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
