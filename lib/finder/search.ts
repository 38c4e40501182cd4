import type { LayersModel, ModelFitArgs } from '@tensorflow/tfjs-layers';
import { refusal } from '../errors';
import type { TrainingSnapshot } from '../snapshots/snapshot';
import { meanOf } from './means';
import type { SearchOptions, SearchSettings } from './options';
import type { Source } from './source';
import { type Suggestions, suggestionsOf } from './suggestions';
import { hasDiverged, readSweep, sweepRates } from './sweep';
import { Trainer } from './trainer';
import {
  choosePeak,
  cosineRates,
  finalOf,
  haveLearned,
  type Measured,
  nextTrial,
  type Plan,
  type Trial,
} from './trials';

/** What a search has found: plain data, also as JSON. */
export interface FoundLearningRate {
  /** The peak for a cosine over the planned training; the best so far if the search was stopped. */
  readonly eta_max: number;
  /** The sweep's learning rates, ascending. */
  readonly learningRates: readonly number[];
  /** The sweep's losses, one for each of them. */
  readonly losses: readonly number[];
  /** The trainings that were compared, in their order. */
  readonly trials: readonly Trial[];
  /**
   * Whether the trials were long enough to learn anything: the best of the longest ended clearly below the loss without
   * training. If not, `eta_max` is little more than a guess, and a larger `budget` is the cure.
   */
  readonly learned: boolean;
  /** Updates done in all. */
  readonly spent: number;
  /** What ended the search early: null, or `model.stopTraining`. */
  readonly stopped: 'stopTraining' | null;
  /** What other libraries' rules read from the sweep. */
  readonly suggestions: Suggestions;
}

type Args = SearchOptions & Pick<ModelFitArgs, 'epochs' | 'yieldEvery'>;

/** One search: a sweep, then trials, each from the snapshot. It leaves the model as the last one did. */
export class Search {
  readonly #snapshot: TrainingSnapshot;
  readonly #source: Source;
  readonly #trainer: Trainer;
  readonly #args: Args;
  readonly #settings: SearchSettings;
  readonly #trials: Measured[] = [];
  #spent = 0;
  #isStopped = false;

  constructor(
    model: LayersModel,
    snapshot: TrainingSnapshot,
    source: Source,
    args: Args,
    settings: SearchSettings,
  ) {
    this.#snapshot = snapshot;
    this.#source = source;
    this.#trainer = new Trainer(model, source, args.yieldEvery);
    this.#args = args;
    this.#settings = settings;
  }

  /** @throws {@link CosineAnnealingError} if there is nothing to be learned. */
  async run(): Promise<FoundLearningRate> {
    const { learningRates, losses } = await this.#sweep();
    if (losses.length === 0) throw this.#isStopped ? stoppedAtOnce() : failedAtOnce();
    const { from, to, budget } = this.#settings;
    const reading = readSweep(learningRates, losses, this.#settings);
    const plan = (): Plan => ({
      ...reading,
      from,
      to,
      left: budget - this.#spent,
      updates: this.#plannedUpdates,
    });
    for (
      let next = nextTrial(this.#trials, plan());
      next !== undefined;
      next = nextTrial(this.#trials, plan())
    ) {
      await this.#try(next.eta_max, next.updates);
      if (this.#isStopped) break;
    }
    return {
      eta_max: this.#choose(plan()),
      learningRates,
      losses,
      trials: this.#trials.map(trialOf),
      learned: haveLearned(this.#trials, plan()),
      spent: this.#spent,
      stopped: this.#isStopped ? 'stopTraining' : null,
      suggestions: suggestionsOf(learningRates, losses, this.#settings.steps),
    };
  }

  get #plannedUpdates(): number {
    return (this.#args.epochs ?? 1) * this.#source.batchesPerEpoch;
  }

  async #sweep(): Promise<{ learningRates: number[]; losses: number[] }> {
    const { from, to, steps } = this.#settings;
    const rates = sweepRates(from, to, steps);
    const isOver = (losses: readonly number[]) => hasDiverged(losses, steps);
    const losses = (await this.#train(rates, isOver)).filter(Number.isFinite);
    await this.#tell(undefined);
    return { learningRates: rates.slice(0, losses.length), losses };
  }

  async #try(eta_max: number, updates: number): Promise<void> {
    const losses = await this.#train(cosineRates(eta_max, updates));
    if (this.#isStopped) return;
    const isWhole = losses.length === updates && Number.isFinite(losses.at(-1));
    const finalLosses = finalOf(losses);
    const loss = isWhole ? ((await this.#source.validate()) ?? meanOf(finalLosses)) : Number.NaN;
    const trial = { eta_max, loss: Number.isFinite(loss) ? loss : null, updates };
    this.#trials.push({ ...trial, finalLosses });
    await this.#tell(trial);
  }

  async #train(
    rates: readonly number[],
    isOver?: (losses: readonly number[]) => boolean,
  ): Promise<readonly number[]> {
    this.#snapshot.restore();
    const { losses, isStopped } = await this.#trainer.train(rates, isOver);
    this.#spent += losses.length;
    this.#isStopped = isStopped;
    return losses;
  }

  async #tell(trial: Trial | undefined): Promise<void> {
    await this.#args.onProgress?.({ spent: this.#spent, budget: this.#settings.budget, trial });
  }

  #choose(plan: Plan): number {
    const { from } = this.#settings;
    const losses = new Set(this.#trials.map(({ loss, updates }) => `${loss} ${updates}`));
    const lengths = new Set(this.#trials.map(({ updates }) => updates));
    const finite = this.#trials.filter(({ loss }) => loss !== null);
    if (this.#trials.length > 0 && finite.length === 0) {
      throw refusal('model', `diverges at every learning rate, down to ${lowestOf(this.#trials)}`, {
        cure: `check the data for NaN, scale them, or set from: ${Number((from / 1000).toPrecision(3))}`,
      });
    }
    if (this.#trials.length > 2 && losses.size === lengths.size) {
      throw refusal('model', 'has the same loss at every learning rate, so nothing is learned', {
        cure: 'check that layers are trainable and that the loss depends on them',
      });
    }
    return choosePeak(this.#trials, plan);
  }
}

const trialOf = ({ finalLosses: _, ...trial }: Measured): Trial => trial;

const lowestOf = (trials: readonly Trial[]) =>
  Number(Math.min(...trials.map(({ eta_max }) => eta_max)).toPrecision(3));

const stoppedAtOnce = () =>
  refusal('model', 'was stopped before anything could be measured', {
    cure: 'set stopTraining later',
  });

const failedAtOnce = () =>
  refusal('model', "has a loss that isn't finite at the first update already", {
    cure: 'check data and weights for NaN',
  });
