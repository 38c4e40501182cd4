// Lets the callback and its model go through the same training, and compares them after every step.
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { CustomCallbackArgs, LayersModel } from '@tensorflow/tfjs-layers';
import { tf } from '../../../examples/shared/backend';
import { CosineAnnealingCallback, type CosineAnnealingConfig, CosineAnnealingError } from '../../../lib';
import { ModelCallback } from '../model/callback';
import type { ModelConfig } from '../model/config';
import { ModelOptimizer } from '../model/optimizer';
import type { Rate } from '../model/schedule';
import type { Distribution } from './distribution';
import type { FitEvent, Hook, Incident, Sequence, SequenceEvent, Side } from './events';
import { driven, type Loop, real } from './loops';
import { supported } from './supported';

/** The callback differs from its model. */
export class Difference extends Error {}

/** What somebody else in `callbacks`, or the update, throws. */
class Failure extends Error {}

interface Fact {
  readonly step: number;
  readonly epoch: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly cycle: number;
  readonly restart: boolean;
}

/** A fit in progress. */
interface Stage {
  readonly event: FitEvent;
  readonly firstEpoch: number;
  readonly epochs: number;
  readonly calls: Record<Hook, number>;
  /** Whether the model of the callback has begun it. */
  hasBegun: boolean;
  /** Why the model refuses it. */
  refusal: string | undefined;
  /** Whether somebody else has asked to stop. */
  isStopping: boolean;
  /** Whether the update in progress was done. */
  isDone: boolean;
  /** The learning rates that the update to come may be made with. */
  expected: readonly Rate[];
  /** The learning rate that the update in progress was made with. */
  rate: number | undefined;
}

export class Referee {
  readonly #sequence: Sequence;
  readonly #loop: Loop;
  readonly #trained: LayersModel;
  readonly #seen: Distribution;
  readonly #optimizers = new Map<Optimizer, ModelOptimizer>();
  readonly #options: object;
  #callback: CosineAnnealingCallback;
  #model: ModelCallback;
  #stage: Stage | undefined;
  #isRefused = false;
  #hasFailed = false;
  #ends: unknown[] = [];
  #changes: Fact[] = [];
  #restarts: Fact[] = [];

  constructor(sequence: Sequence, trained: LayersModel, isReal: boolean, seen: Distribution) {
    this.#sequence = sequence;
    this.#loop = isReal ? real : driven;
    this.#trained = trained;
    this.#seen = seen;
    const optimizer = this.#newOptimizer(sequence.learningRate);
    trained.optimizer = optimizer;
    const given = { none: undefined, object: optimizer, function: () => trained.optimizer };
    const option = given[sequence.optimizerOption];
    this.#options = {
      logger: null,
      onChange: (change: Fact) => void this.#changes.push(factOf(change)),
      onRestart: (change: Fact) => void this.#restarts.push(factOf(change)),
      onCycleEnd: ({ cycle, epoch, step, learningRate }: Fact) =>
        void this.#ends.push({ cycle, epoch, step, learningRate }),
      ...(option !== undefined && { optimizer: option }),
    };
    this.#callback = this.#newCallback();
    this.#model = new ModelCallback(sequence.config);
  }

  async run(): Promise<void> {
    try {
      for (const event of this.#sequence.events) {
        await this.#happens(event);
        if (this.#isRefused && !supported.refusedFits) return;
        this.#compareBooks();
      }
    } finally {
      for (const optimizer of this.#optimizers.keys()) optimizer.dispose();
    }
  }

  #newCallback(): CosineAnnealingCallback {
    return new CosineAnnealingCallback(this.#sequence.config as CosineAnnealingConfig, this.#options);
  }

  async #happens(event: SequenceEvent): Promise<void> {
    switch (event.kind) {
      case 'fit':
        return this.#fit(event);
      case 'reset':
        this.#callback.reset();
        this.#model.reset();
        return this.#seen.count('resets');
      case 'renew':
        this.#callback = this.#newCallback();
        this.#model = new ModelCallback(this.#sequence.config);
        [this.#ends, this.#changes, this.#restarts] = [[], [], []];
        return this.#seen.count('new callbacks');
      case 'load':
        return this.#load(event.history, event.changes);
      case 'replace':
        return this.#replace(event.learningRate, 'optimizers replaced between fits');
      case 'set':
        return this.#set(event.learningRate, 'rates set between fits');
    }
  }

  #load(history: boolean, changes: Partial<ModelConfig>): void {
    const hasChanges = Object.keys(changes).length > 0;
    if (hasChanges && !this.#model.accepts(changes)) return;
    const state = JSON.stringify(this.#callback.state({ history }));
    const load = CosineAnnealingCallback.fromJSON as (...args: unknown[]) => CosineAnnealingCallback;
    this.#callback = hasChanges ? load(state, this.#options, changes) : load(state, this.#options);
    this.#model.roundTrip({ history }, changes);
    this.#seen.count(history ? 'round trips with history' : 'round trips without history');
    if (hasChanges) this.#seen.count('round trips with changes');
  }

  async #fit(event: FitEvent): Promise<void> {
    const { epoch } = this.#model;
    const firstEpoch =
      event.firstEpoch === 'none' ? 0 : event.firstEpoch === 'resume' ? epoch : event.firstEpoch;
    const open = event.isKnown ? Number.POSITIVE_INFINITY : Number.MAX_SAFE_INTEGER;
    const stage: Stage = {
      event,
      firstEpoch,
      epochs: event.isOpen ? open : firstEpoch + event.epochs,
      calls: { epochBegin: 0, batchBegin: 0, batchEnd: 0, epochEnd: 0 },
      hasBegun: false,
      refusal: undefined,
      isStopping: false,
      isDone: false,
      expected: [],
      rate: undefined,
    };
    this.#seen.count(
      event.isPlain ? 'fits behind a plain object' : event.isKnown ? 'fits' : 'fits of unknown size',
    );
    if (firstEpoch > 0 && firstEpoch !== epoch) this.#seen.count('jumps of the clock');
    if (event.isOpen) this.#seen.count('fits with an open end');
    this.#stage = stage;
    try {
      await this.#loop({
        model: this.#trained,
        front: this.#front(stage),
        annealing: this.#callback,
        behind: this.#behind(stage),
        firstEpoch,
        epochs: stage.epochs,
        batches: event.batches,
        isKnown: event.isKnown,
        isPlain: event.isPlain,
        update: (optimizer) => this.#update(stage, optimizer),
      });
      this.#model.endFit();
    } catch (error) {
      this.#judge(stage, error);
    }
    if (stage.refusal !== undefined && stage.hasBegun) this.#seen.count(`fits refused: ${stage.refusal}`);
  }

  /** A fit was rejected: as it should be? */
  #judge(stage: Stage, error: unknown): void {
    if (error instanceof Difference) throw error;
    if (error instanceof CosineAnnealingError) {
      if (!stage.hasBegun) this.#begin(stage);
      if (stage.refusal === undefined) throw new Difference(`refused a fit that is right: ${error.message}`);
      this.#isRefused = true;
      return;
    }
    if (!(error instanceof Failure)) throw error;
    this.#hasFailed = true;
    this.#seen.count(`failures ${error.message}`);
    this.#model.abort(stage.isDone);
  }

  #front(stage: Stage): CustomCallbackArgs {
    return {
      onEpochBegin: async () => {
        this.#incidents(stage, 'epochBegin', 'front');
        if (!stage.hasBegun) this.#begin(stage);
        if (stage.refusal === undefined) this.#model.beginEpoch();
      },
      onBatchBegin: async (batch) => {
        this.#incidents(stage, 'batchBegin', 'front');
        stage.isDone = false;
        stage.expected = this.#model.beginUpdate(batch).rates;
      },
      onBatchEnd: async (batch) => {
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
        this.#book(stage, batch);
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
    stage.hasBegun = true;
    if (event.isPlain && this.#sequence.optimizerOption === 'none') {
      stage.refusal = 'no optimizer';
      return;
    }
    stage.refusal = this.#model.beginFit({
      firstEpoch,
      epochs: event.isPlain ? undefined : epochs,
      batches: event.isKnown && !event.isPlain ? event.batches : undefined,
      hasModel: !event.isPlain,
      optimizer: this.#modelOf(this.#trained.optimizer),
    });
  }

  /** Takes the learning rate that the update to come will be made with into the books, if it is right. */
  #book(stage: Stage, batch: number): void {
    const { optimizer } = this.#trained;
    const { learningRate } = optimizer as unknown as { learningRate: number };
    const { expected } = stage;
    if (!expected.some(({ value, slack }) => Math.abs(learningRate - value) <= slack)) {
      const [{ value, slack } = { value: Number.NaN, slack: 0 }] = expected;
      const at = `update ${this.#model.step}, t = ${this.#model.position}`;
      throw new Difference(`${at}: learning rate ${learningRate}, expected ${value} +- ${slack}`);
    }
    stage.rate = learningRate;
    this.#model.book(batch, this.#modelOf(optimizer), learningRate);
    this.#seen.count('updates');
  }

  #update(stage: Stage, optimizer: Optimizer): void {
    const { learningRate } = optimizer as unknown as { learningRate: number };
    this.#incidents(stage, 'batchBegin', 'update');
    if (learningRate !== stage.rate)
      throw new Difference(`trains with ${learningRate}, though ${stage.rate} was written`);
    stage.isDone = true;
  }

  #incidents(stage: Stage, hook: Hook, side: Side): void {
    const call = stage.calls[hook];
    if (side === 'behind') stage.calls[hook]++;
    // In the update the call of onBatchBegin is over.
    const own = side === 'update' ? call - 1 : call;
    const now = stage.event.incidents.filter(
      (one) => one.hook === hook && one.side === side && one.call === own,
    );
    for (const incident of now) this.#happen(stage, incident);
  }

  #happen(stage: Stage, { does, learningRate, side, hook }: Incident): void {
    if (does === 'replace') this.#replace(learningRate, 'optimizers replaced within fits');
    if (does === 'set') this.#set(learningRate, 'rates set within fits');
    if (does === 'stop') {
      this.#seen.count('stops by others');
      this.#stop(stage);
    }
    if (does !== 'throw') return;
    throw new Failure(
      side === 'update' ? 'in an update' : `${side === 'front' ? 'in front' : 'behind'} in ${hook}`,
    );
  }

  #stop(stage: Stage): void {
    stage.isStopping = true;
    this.#trained.stopTraining = true;
  }

  #replace(learningRate: number, what: string): void {
    if (this.#sequence.optimizerOption === 'object') return;
    this.#trained.optimizer = this.#newOptimizer(learningRate);
    this.#seen.count(what);
  }

  #set(learningRate: number, what: string): void {
    const optimizer = this.#trained.optimizer as unknown as {
      learningRate: number;
      setLearningRate?(learningRate: number): void;
    };
    if (optimizer.setLearningRate === undefined) optimizer.learningRate = learningRate;
    else optimizer.setLearningRate(learningRate);
    this.#modelOf(this.#trained.optimizer).learningRate = learningRate;
    this.#seen.count(what);
  }

  #newOptimizer(learningRate: number): Optimizer {
    const { optimizer: kind } = this.#sequence;
    const optimizer =
      kind === 'momentum' ? tf.train.momentum(learningRate, 0.5) : tf.train[kind](learningRate);
    this.#optimizers.set(optimizer, new ModelOptimizer(learningRate));
    if (this.#loop === real) this.#watch(optimizer);
    return optimizer;
  }

  /** An update of the optimizer is one of the fit in progress. */
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

  #compareNow(stage: Stage, when: string): void {
    const stops = stage.isStopping || this.#model.stops;
    same(when, 'stopTraining', this.#trained.stopTraining, stops);
    this.#compareEnds(when);
  }

  #compareEnds(when: string): void {
    if (this.#hasFailed && !supported.endsAfterFailures) return;
    same(when, 'ends told', this.#ends, this.#model.ends);
  }

  #compareBooks(): void {
    const when = 'between fits';
    same(when, 'step', this.#callback.step, this.#model.step);
    if (supported.clockEpoch) same(when, 'epoch', this.#callback.epoch, this.#model.epoch);
    this.#compareEnds(when);
    same(when, 'history', [...(this.#callback.history as Iterable<Fact>)].map(factOf), this.#model.history);
    same(when, 'changes told', this.#changes, this.#model.changes);
    const restarts = this.#model.changes.filter(({ restart }) => restart);
    same(when, 'restarts told', this.#restarts, restarts);
    if (this.#model.learningRate !== undefined)
      same(when, 'learningRate', this.#callback.learningRate, this.#model.learningRate);
    const { eta_max, batchesPerEpoch } = this.#callback.config;
    const { learned } = this.#model;
    same(when, 'config.eta_max', eta_max, learned.eta_max);
    same(when, 'config.batchesPerEpoch', batchesPerEpoch, learned.batchesPerEpoch);
  }
}

const factOf = ({ step, epoch, batch, learningRate, cycle, restart }: Fact): Fact => ({
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
