import { describePlan, endProblem, plural, type Run, round } from '../annealing/plan';
import type { Schedule } from '../annealing/schedule';
import type { LearningRateChange } from './history';

/** Where messages go: console, pino, or anything alike. */
export interface Logger {
  /** Takes what `verbose: 1` tells: the plan, restarts and cycle ends. */
  info(message: string): void;
  /** Takes warnings, each once per callback. */
  warn(message: string): void;
  /** Takes what `verbose: 2` adds: every change. */
  debug(message: string): void;
}

const PREFIX = 'CosineAnnealingCallback: ';

/** What a callback says, and how loudly. */
export class Reporter {
  readonly #logger: Logger | null;
  readonly #verbose: 0 | 1 | 2;
  readonly #warned = new Set<string>();

  constructor(logger: Logger | null, verbose: 0 | 1 | 2) {
    this.#logger = logger;
    this.#verbose = verbose;
  }

  /** Whether there is more to tell than warnings. */
  get isTalkative(): boolean {
    return this.#verbose > 0;
  }

  plan(schedule: Schedule, run: Run): void {
    this.#info(`plan: ${describePlan(schedule, run)}`);
    const problem = endProblem(schedule, run);
    if (problem !== undefined) this.#warn('end', problem);
  }

  restart(change: LearningRateChange, unit: string): void {
    this.#info(
      `warm restart ${change.cycle}: ${textOf(change)}; T_i is ${round(change.T_i)} ${plural(unit)}`,
    );
  }

  change(change: LearningRateChange): void {
    if (this.#verbose === 2) this.#logger?.debug(PREFIX + textOf(change));
  }

  cycleEnd(cycle: number, epoch: number, learningRate: number): void {
    this.#info(`end of cycle ${cycle} in epoch ${epoch}: learning rate ${learningRate}`);
  }

  otherWriter(found: number, written: number): void {
    this.#warn(
      'writer',
      `something else set the learning rate to ${found} after this callback had set ${written}; ` +
        'it is overwritten at every update, so remove one of the two',
    );
  }

  unknownBatches(): void {
    this.#warn(
      'batches',
      'TensorFlow.js does not tell how many batches an epoch of this data has, so the first epoch keeps its starting ' +
        'learning rate; give `batchesPerEpoch` to anneal within it',
    );
  }

  over(): void {
    this.#warn('over', 'the last cycle is over, so training stops after one batch; reset() starts over');
  }

  held(learningRate: number): void {
    this.#warn(
      'held',
      `the last cycle is over, so the learning rate stays at ${learningRate}; reset() starts over, or give \`total\`, ` +
        'the epochs of all fits together',
    );
  }

  #info(message: string): void {
    if (this.#verbose > 0) this.#logger?.info(PREFIX + message);
  }

  /** Once per callback, not per fit: people call fit once per epoch in a loop, too. */
  #warn(subject: string, message: string): void {
    if (this.#warned.has(subject)) return;
    this.#warned.add(subject);
    this.#logger?.warn(PREFIX + message);
  }
}

const textOf = ({ learningRate, epoch, batch }: LearningRateChange) =>
  `learning rate ${learningRate} at epoch ${epoch}, batch ${batch}`;
