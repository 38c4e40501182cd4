// Lets the callback and its model go through the same training, and compares them after every step.
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { CustomCallbackArgs, LayersModel } from '@tensorflow/tfjs-layers';
import { tf } from '../../../examples/shared/backend';
import { CosineAnnealingCallback, type CosineAnnealingConfig, CosineAnnealingError } from '../../../lib';
import { type FitFacts, ModelCallback, type ModelChange, type ModelCycleEnd } from '../model/callback';
import type { ModelConfig } from '../model/config';
import { ModelOptimizer } from '../model/optimizer';
import type { Rate } from '../model/schedule';
import type { Distribution } from './distribution';
import type { FitEvent, Hook, Incident, LoopEvent, OwnHook, Sequence, SequenceEvent, Side } from './events';
import type { Trainer } from './loops';
import { supported } from './supported';

/** The callback differs from its model. */
class Difference extends Error {}

/** What somebody else, or a hook of the options, throws. */
class Failure extends Error {}

/** What the callback's hooks were told since it was made. */
interface Told {
  readonly changes: ModelChange[];
  readonly restarts: ModelChange[];
  readonly ends: ModelCycleEnd[];
  /** Restarts that onRestart wasn't told, since onChange threw; by their number among the changes. */
  readonly untold: Set<number>;
}

const nothingTold = (): Told => ({ changes: [], restarts: [], ends: [], untold: new Set() });
const copyOf = ({ changes, restarts, ends, untold }: Told): Told => ({
  changes: [...changes],
  restarts: [...restarts],
  ends: [...ends],
  untold: new Set(untold),
});

/** A fit in progress. */
interface Stage {
  readonly event: FitEvent;
  readonly firstEpoch: number;
  readonly epochs: number;
  readonly calls: Record<Hook, number>;
  readonly ownCalls: Record<OwnHook, number>;
  /** Whether its first epoch has begun; and why the model refuses it. */
  hasBegun: boolean;
  refusal: string | undefined;
  /** Whether somebody else has asked to stop. */
  isStopping: boolean;
  batch: number;
  /** The learning rate that the update in progress has to be made with, and the one that it is made with. */
  expected: Rate | undefined;
  rate: number | undefined;
  isBooked: boolean;
  /** Whether the update in progress was done. */
  isDone: boolean;
  /** Which of the callback's own hooks threw. */
  ownFailure: OwnHook | undefined;
}

export class Referee {
  readonly #sequence: Sequence;
  readonly #trainer: Trainer;
  readonly #trained: LayersModel;
  readonly #seen: Distribution;
  readonly #optimizers = new Map<Optimizer, ModelOptimizer>();
  readonly #options: object;
  #callback: CosineAnnealingCallback;
  #model: ModelCallback;
  #told = nothingTold();
  #saved: { text: string; model: ModelCallback; told: Told } | undefined;
  #stage: Stage | undefined;
  #isRefused = false;
  #hasFailed = false;

  constructor(sequence: Sequence, trained: LayersModel, trainer: Trainer, seen: Distribution) {
    this.#sequence = sequence;
    this.#trainer = trainer;
    this.#trained = trained;
    this.#seen = seen;
    const optimizer = this.#newOptimizer(sequence.learningRate);
    trained.optimizer = optimizer;
    const given = { none: {}, object: { optimizer }, function: { optimizer: () => trained.optimizer } };
    this.#options = {
      logger: null,
      ...this.#hooks(),
      ...(supported.hooksInOptions && this.#hooksInOptions()),
      ...given[sequence.optimizerOption],
    };
    this.#callback = this.#newCallback();
    this.#model = new ModelCallback(sequence.config);
  }

  async run(): Promise<void> {
    this.#seen.beginSequence();
    try {
      for (const event of this.#sequence.events) {
        await this.#happens(event);
        if (this.#isRefused && !supported.refusedFits) return;
        this.#compareBooks(`after ${event.kind}`);
      }
    } finally {
      for (const optimizer of this.#optimizers.keys()) optimizer.dispose();
    }
  }

  async #happens(event: SequenceEvent): Promise<void> {
    switch (event.kind) {
      case 'fit':
        return this.#fit(event);
      case 'loop':
        return this.#ownLoop(event);
      case 'reset':
        this.#callback.reset();
        this.#model.reset();
        return this.#seen.count('resets');
      case 'renew':
        this.#callback = this.#newCallback();
        this.#model = new ModelCallback(this.#sequence.config);
        this.#told = nothingTold();
        return this.#seen.count('new callbacks');
      case 'load':
        return this.#load(event.history, event.changes);
      case 'restore':
        return this.#restore();
      case 'replace':
        return this.#replace(event.learningRate, 'optimizers replaced between fits');
      case 'set':
        return this.#set(event.learningRate, 'rates set by others between fits');
    }
  }

  #newCallback(): CosineAnnealingCallback {
    return new CosineAnnealingCallback(this.#sequence.config as CosineAnnealingConfig, this.#options);
  }

  /** The callback's own hooks. */
  #hooks(): object {
    return {
      onChange: (change: ModelChange) => {
        this.#told.changes.push(changeOf(change));
        if (this.#fails('onChange') && change.restart) this.#told.untold.add(this.#told.changes.length - 1);
        this.#throwIfFailed();
      },
      onRestart: (change: ModelChange) => {
        this.#told.restarts.push(changeOf(change));
        this.#fails('onRestart');
        this.#throwIfFailed();
      },
      onCycleEnd: ({ cycle, epoch, step, learningRate }: ModelCycleEnd) => {
        this.#told.ends.push({ cycle, epoch, step, learningRate });
        this.#seen.count(
          this.#isOnUpdate(cycle) ? 'cycle ends on an update' : 'cycle ends between two updates',
        );
        this.#fails('onCycleEnd');
        this.#throwIfFailed();
      },
    };
  }

  #isOnUpdate(cycle: number): boolean {
    const end = this.#model.schedule?.cycle(cycle).end;
    const { unit = 'epoch', updateFreq = 'batch' } = this.#model.config;
    const { batchesPerEpoch = 1 } = this.#model.learned;
    const updates = unit === 'epoch' && updateFreq === 'batch' ? batchesPerEpoch : 1;
    return end !== undefined && (end.n * BigInt(updates)) % end.d === 0n;
  }

  /** Whether this call of a hook is one that throws. */
  #fails(hook: OwnHook): boolean {
    const stage = this.#stage;
    if (stage === undefined) return false;
    const { failure } = stage.event;
    if (failure?.hook !== hook || failure.call !== stage.ownCalls[hook]++) return false;
    stage.ownFailure = hook;
    return true;
  }

  #throwIfFailed(): void {
    const hook = this.#stage?.ownFailure;
    if (hook !== undefined) throw new Failure(`in ${hook}`);
  }

  #hooksInOptions(): CustomCallbackArgs {
    const happen = (hook: Hook) => async () => {
      if (this.#stage !== undefined) this.#incidents(this.#stage, hook, 'options');
    };
    return {
      onEpochBegin: happen('epochBegin'),
      onBatchBegin: async () => {
        if (this.#stage === undefined) return;
        this.#book(this.#stage);
        this.#incidents(this.#stage, 'batchBegin', 'options');
      },
      onBatchEnd: happen('batchEnd'),
      onEpochEnd: happen('epochEnd'),
    };
  }

  // Saved and loaded

  #load(history: boolean, changes: Partial<ModelConfig>): void {
    const hasChanges = Object.keys(changes).length > 0;
    if (hasChanges && !this.#model.accepts(changes)) return;
    this.#callback = this.#fromJSON(this.#stateText(history), hasChanges ? [changes] : []);
    this.#model.roundTrip({ history }, changes);
    this.#seen.count(history ? 'round trips with history' : 'round trips without history');
    if (hasChanges) this.#seen.count('round trips with changes');
  }

  #save(stage: Stage, history: boolean): void {
    const model = this.#model.copy(stage.isDone);
    if (!history) model.roundTrip({ history });
    this.#saved = { text: this.#stateText(history), model, told: copyOf(this.#told) };
    this.#seen.count('saves within a fit');
  }

  #restore(): void {
    if (this.#saved === undefined) return;
    const { text, model, told } = this.#saved;
    this.#callback = this.#fromJSON(text);
    this.#model = model.copy(false);
    this.#told = copyOf(told);
    this.#seen.count('loads of what was saved within a fit');
  }

  #stateText(history: boolean): string {
    return JSON.stringify(this.#callback.state({ history }));
  }

  #fromJSON(text: string, rest: readonly unknown[] = []): CosineAnnealingCallback {
    const load: (...args: unknown[]) => CosineAnnealingCallback = CosineAnnealingCallback.fromJSON as never;
    return load(text, this.#options, ...rest);
  }

  // Fits

  async #fit(event: FitEvent): Promise<void> {
    const stage = this.#stageOf(event);
    const { short, batches } = event;
    const canBeShort = event.data === 'unsized' || !this.#trainer.isReal;
    this.#stage = stage;
    try {
      await this.#trainer.fit({
        model: this.#trained,
        front: this.#front(stage),
        annealing: this.#callback,
        behind: this.#behind(stage),
        data: event.data,
        firstEpoch: stage.firstEpoch,
        epochs: stage.epochs,
        batchesOf: (epoch) => (epoch === short?.epoch && canBeShort ? short.batches : batches),
        batches,
        isPlain: event.isPlain,
        update: (optimizer) => this.#update(stage, optimizer),
      });
      this.#model.endFit();
    } catch (error) {
      this.#judge(stage, error);
    } finally {
      this.#stage = undefined;
    }
  }

  #stageOf(event: FitEvent): Stage {
    const { epoch } = this.#model;
    const { data, isOpen, isPlain } = event;
    const firstEpoch =
      event.firstEpoch === 'none' ? 0 : event.firstEpoch === 'resume' ? epoch : event.firstEpoch;
    const epochs = firstEpoch === 0 ? Math.max(1, event.epochs) : event.epochs;
    const open = data === 'tensors' ? Number.POSITIVE_INFINITY : Number.MAX_SAFE_INTEGER;
    this.#seen.count(`fits of ${data}`);
    if (isPlain) this.#seen.count('fits behind a plain object');
    if (firstEpoch > 0 && firstEpoch !== epoch) this.#seen.count('jumps of the clock');
    if (firstEpoch === 0 && epoch > 0) this.#seen.count('fits that go on without initialEpoch');
    if (isOpen) this.#seen.count('fits with an open end');
    return {
      event,
      firstEpoch,
      epochs: isOpen && epochs > 0 ? open : firstEpoch + epochs,
      calls: { epochBegin: 0, batchBegin: 0, batchEnd: 0, epochEnd: 0 },
      ownCalls: { onChange: 0, onRestart: 0, onCycleEnd: 0 },
      hasBegun: false,
      refusal: undefined,
      isStopping: false,
      batch: 0,
      expected: undefined,
      rate: undefined,
      isBooked: false,
      isDone: false,
      ownFailure: undefined,
    };
  }

  #front(stage: Stage): CustomCallbackArgs {
    return {
      onEpochBegin: async () => {
        this.#incidents(stage, 'epochBegin', 'front');
        if (!stage.hasBegun) this.#begin(stage);
        if (stage.refusal === undefined) this.#model.beginEpoch();
      },
      onBatchBegin: async (batch) => {
        stage.isDone = false;
        this.#incidents(stage, 'batchBegin', 'front');
        stage.batch = batch;
        stage.isBooked = false;
        stage.expected = this.#model.beginUpdate(batch);
        if (this.#isWeighed) this.#trained.setWeights([tf.ones([1, 1])]);
      },
      onBatchEnd: async (batch) => {
        if (this.#isWeighed) this.#weigh(stage);
        this.#incidents(stage, 'batchEnd', 'front');
        this.#model.endUpdate(batch);
        stage.isDone = false;
      },
      onEpochEnd: async () => {
        this.#incidents(stage, 'epochEnd', 'front');
        this.#model.endEpoch(stage.isStopping || this.#model.stops);
      },
    };
  }

  #behind(stage: Stage): CustomCallbackArgs {
    return {
      onEpochBegin: async (epoch) => {
        if (stage.refusal !== undefined) throw new Difference(`trains, but should refuse: ${stage.refusal}`);
        this.#compareNow(stage, `at the beginning of epoch ${epoch}`);
        this.#incidents(stage, 'epochBegin', 'behind');
      },
      onBatchBegin: async (batch) => {
        this.#book(stage);
        this.#compareNow(stage, `before batch ${batch}`);
        this.#incidents(stage, 'batchBegin', 'behind');
      },
      onBatchEnd: async (batch) => {
        this.#compareNow(stage, `after batch ${batch}`);
        this.#incidents(stage, 'batchEnd', 'behind');
      },
      onEpochEnd: async (epoch) => {
        this.#compareNow(stage, `after epoch ${epoch}`);
        if (stage.event.isOpen && stage.calls.epochEnd + 1 >= stage.event.epochs) this.#stop(stage);
        this.#incidents(stage, 'epochEnd', 'behind');
      },
    };
  }

  #begin(stage: Stage): void {
    const { event, firstEpoch, epochs } = stage;
    const { isPlain, data, batches } = event;
    stage.hasBegun = true;
    const facts: FitFacts = {
      firstEpoch,
      epochs: isPlain ? undefined : epochs,
      batches: data === 'unsized' || isPlain ? undefined : batches,
      hasModel: !isPlain,
      optimizer: this.#modelOf(this.#trained.optimizer),
    };
    const hasOptimizer = !isPlain || this.#sequence.optimizerOption !== 'none';
    stage.refusal = hasOptimizer ? this.#model.beginFit(facts) : 'no optimizer';
    if (stage.refusal !== undefined) this.#seen.count(`fits refused because of ${stage.refusal}`);
  }

  /** A fit was rejected: as it should be? */
  #judge(stage: Stage, error: unknown): void {
    if (error instanceof Difference) throw error;
    if (error instanceof CosineAnnealingError) {
      if (!stage.hasBegun) this.#begin(stage);
      if (stage.refusal === undefined) throw new Difference(`refuses a fit that is right: ${error.message}`);
      this.#isRefused = true;
      return;
    }
    if (!(error instanceof Failure)) throw error;
    this.#hasFailed = true;
    this.#seen.count(`failures ${error.message}`);
    // The rate was written, and the change noted, before it was told.
    if (stage.ownFailure === 'onChange' || stage.ownFailure === 'onRestart') this.#book(stage);
    this.#model.abort(stage.isDone);
  }

  /** Takes the learning rate that the update to come will be made with into the books, if it is right. */
  #book(stage: Stage): void {
    if (stage.isBooked) return;
    stage.isBooked = true;
    stage.rate = this.#judgeRate(stage.expected);
    this.#model.book(stage.batch, this.#modelOf(this.#trained.optimizer), stage.rate);
    this.#seen.count('updates');
  }

  #judgeRate(expected: Rate | undefined): number {
    const found = rateOf(this.#trained.optimizer);
    const { value, slack } = expected ?? { value: Number.NaN, slack: 0 };
    if (Math.abs(found - value) <= slack) return found;
    throw new Difference(`update ${this.#model.step}: learning rate ${found}, expected ${value} +- ${slack}`);
  }

  /** The update of a fit is about to be made. */
  #update(stage: Stage, optimizer: Optimizer): void {
    const found = rateOf(optimizer);
    this.#incidents(stage, 'batchBegin', 'update');
    if (found !== stage.rate) throw new Difference(`trains with ${found}, though ${stage.rate} was written`);
    stage.isDone = true;
  }

  /** Whether the weight tells the learning rate: it is 1 before each update. */
  get #isWeighed(): boolean {
    return this.#trainer.isReal && this.#sequence.optimizer === 'sgd';
  }

  #weigh(stage: Stage): void {
    const [weight] = this.#trained.getWeights().flatMap((weights) => [...weights.dataSync()]);
    const applied = (1 - (weight ?? Number.NaN)) / 2;
    const { rate = Number.NaN } = stage;
    this.#seen.count('updates seen in the weights');
    if (Math.abs(applied - rate) <= 2 ** -22) return; // float32
    throw new Difference(`the weight shows a learning rate of ${applied}, expected ${rate}`);
  }

  // Loops of one's own

  /** With a known number of batches, or one that the loop's second epoch shows. */
  async #ownLoop({ epochs, batches: given, failAt, replaceAt }: LoopEvent): Promise<void> {
    const known = this.#model.learned.batchesPerEpoch;
    if (this.#model.config.afterLastCycle === 'stop' || (known === undefined && epochs < 2)) return;
    const batches = known ?? given;
    const firstEpoch = this.#model.epoch;
    const refusal = this.#model.beginFit({
      firstEpoch,
      epochs: undefined,
      batches: undefined,
      hasModel: false,
      optimizer: this.#modelOf(this.#trained.optimizer),
    });
    this.#seen.count(refusal === undefined ? 'loops of one’s own' : 'loops of one’s own refused');
    if (refusal !== undefined) return this.#expectRefusal(firstEpoch, refusal);
    for (let epoch = firstEpoch, update = 0; epoch < firstEpoch + epochs; epoch++) {
      this.#model.beginEpoch();
      for (let batch = 0; batch < batches; batch++, update++) {
        if (update === replaceAt && update > 0 && supported.replacedWithinFit)
          this.#replace(0.05, 'optimizers replaced within loops of one’s own');
        const { optimizer } = this.#trained;
        const expected = this.#model.beginUpdate(batch);
        await this.#loopCallback.beforeUpdate(optimizer, { epoch, batch });
        this.#model.book(batch, this.#modelOf(optimizer), this.#judgeRate(expected));
        this.#compareTold(`before batch ${batch}`);
        if (known !== undefined && update === failAt) {
          this.#seen.count('failures in a loop of one’s own');
          return this.#model.abort(false);
        }
        await this.#trainer.trainOnBatch(this.#trained);
        await this.#loopCallback.afterUpdate();
        this.#model.endUpdate(batch);
        // An epoch's end shows in its last batch, or in the next epoch's first.
        const isLast = batch + 1 === batches;
        if (isLast && this.#model.learned.batchesPerEpoch !== undefined) this.#model.endEpoch(false);
        this.#compareTold(`after batch ${batch}`);
        if (isLast && this.#model.learned.batchesPerEpoch === undefined) this.#model.endEpoch(false);
      }
    }
    this.#model.endFit();
  }

  get #loopCallback(): OwnLoopCallback {
    return this.#callback as unknown as OwnLoopCallback;
  }

  async #expectRefusal(epoch: number, refusal: string): Promise<void> {
    try {
      await this.#loopCallback.beforeUpdate(this.#trained.optimizer, { epoch, batch: 0 });
    } catch (error) {
      if (error instanceof CosineAnnealingError) return;
      throw error;
    }
    throw new Difference(`goes into a loop, but should refuse: ${refusal}`);
  }

  // What others do

  #incidents(stage: Stage, hook: Hook, side: Side): void {
    const call = stage.calls[hook];
    if (side === 'behind') stage.calls[hook]++;
    // In the update the call of onBatchBegin is over.
    const own = side === 'update' ? call - 1 : call;
    for (const incident of stage.event.incidents) {
      if (incident.hook === hook && incident.side === side && incident.call === own)
        this.#happen(stage, incident);
    }
  }

  #happen(stage: Stage, { does, learningRate, side, hook }: Incident): void {
    if (does === 'save') this.#save(stage, learningRate > 0.05);
    if (does === 'replace') this.#replace(learningRate, 'optimizers replaced within fits');
    if (does === 'set') this.#set(learningRate, 'rates set by others within fits');
    if (does === 'stop') {
      this.#seen.count('stops by others');
      this.#stop(stage);
    }
    if (does === 'throw') throw new Failure(`of ${side} in ${hook}`);
  }

  #stop(stage: Stage): void {
    stage.isStopping = true;
    this.#trained.stopTraining = true;
  }

  #replace(learningRate: number, what: string): void {
    if (this.#sequence.optimizerOption === 'object') return; // that one was given, and stays
    this.#trained.optimizer = this.#newOptimizer(learningRate);
    this.#seen.count(what);
  }

  #set(learningRate: number, what: string): void {
    const { optimizer } = this.#trained;
    const open = optimizer as unknown as { learningRate: number; setLearningRate?(rate: number): void };
    if (open.setLearningRate === undefined) open.learningRate = learningRate;
    else open.setLearningRate(learningRate);
    this.#modelOf(optimizer).learningRate = learningRate;
    this.#seen.count(what);
  }

  #newOptimizer(learningRate: number): Optimizer {
    const { optimizer: kind } = this.#sequence;
    const optimizer =
      kind === 'momentum' ? tf.train.momentum(learningRate, 0.5) : tf.train[kind](learningRate);
    this.#optimizers.set(optimizer, new ModelOptimizer(learningRate));
    if (this.#trainer.isReal) this.#watch(optimizer);
    return optimizer;
  }

  /** An update by the optimizer is one of the fit in progress. */
  #watch(optimizer: Optimizer): void {
    const apply = optimizer.applyGradients.bind(optimizer);
    optimizer.applyGradients = (gradients) => {
      if (this.#stage !== undefined) this.#update(this.#stage, optimizer);
      apply(gradients);
    };
  }

  #modelOf(optimizer: Optimizer): ModelOptimizer {
    const model = this.#optimizers.get(optimizer);
    if (model === undefined) throw new Error('an optimizer from elsewhere');
    return model;
  }

  // Comparisons

  #compareNow(stage: Stage, when: string): void {
    same(when, 'stopTraining', this.#trained.stopTraining, stage.isStopping || this.#model.stops);
    this.#compareTold(when);
  }

  #compareTold(when: string): void {
    if (this.#hasFailed && !supported.endsAfterFailures) return;
    same(when, 'ends told', this.#told.ends, this.#model.ends);
  }

  #compareBooks(when: string): void {
    const [callback, model, told] = [this.#callback, this.#model, this.#told];
    same(when, 'step', callback.step, model.step);
    if (supported.clockEpoch) same(when, 'epoch', callback.epoch, model.epoch);
    this.#compareTold(when);
    same(when, 'history', Array.from(callback.history as Iterable<ModelChange>, changeOf), model.history);
    same(when, 'changes told', told.changes, model.changes);
    const restarts = model.changes.filter(({ restart }, i) => restart && !told.untold.has(i));
    same(when, 'restarts told', told.restarts, restarts);
    const { eta_max, batchesPerEpoch } = callback.config;
    same(when, 'config.eta_max', eta_max, model.learned.eta_max);
    same(when, 'config.batchesPerEpoch', batchesPerEpoch, model.learned.batchesPerEpoch);
    if (model.learningRate !== undefined)
      same(when, 'learningRate', callback.learningRate, model.learningRate);
  }
}

/** What a loop of one's own calls. */
interface OwnLoopCallback {
  beforeUpdate(optimizer: Optimizer, place: { epoch: number; batch: number }): Promise<void>;
  afterUpdate(): Promise<void>;
}

const rateOf = (optimizer: Optimizer) => (optimizer as unknown as { learningRate: number }).learningRate;

const changeOf = ({ step, epoch, batch, learningRate, cycle, restart }: ModelChange): ModelChange => ({
  step,
  epoch,
  batch,
  learningRate,
  cycle,
  restart,
});

function same(when: string, what: string, found: unknown, expected: unknown): void {
  const [left, right] = [found, expected].map((value) => JSON.stringify(value));
  if (left !== right) throw new Difference(`${what} ${when}: found ${left}, expected ${right}`);
}
