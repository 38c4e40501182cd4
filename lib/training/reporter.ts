import type { Notice, Plan } from '../annealing/plan';
import { count, describeEvent, describeNotice, describePlan, type Event, round } from '../config/messages';
import type { LearningRateChange } from './history';

/** Where messages go: console, pino, or anything alike. */
export interface Logger {
  /** Takes what `verbose: 1` adds: the plan, restarts and cycle ends. */
  info(message: string): void;
  /** Takes warnings, each once per callback. */
  warn(message: string): void;
  /** Takes what `verbose: 2` adds: every change. */
  debug(message: string): void;
}

type Unit = 'epoch' | 'batch';

const PREFIX = 'CosineAnnealingCallback: ';

/** Of these, one is said: how a fit ends may be about a loop of many, and what `total` is for was said by the first. */
const ABOUT_THE_END: readonly string[] = [
  'length in batches',
  'never reaches the peak',
  'no restart',
  'ends inside a cycle',
] satisfies Notice['kind'][];

/** What a callback says, and how loudly. */
export class Reporter {
  readonly #logger: Logger | null;
  readonly #verbose: 0 | 1 | 2;
  readonly #said = new Set<string>();

  constructor(logger: Logger | null, verbose: 0 | 1 | 2) {
    this.#logger = logger;
    this.#verbose = verbose;
  }

  /** Whether there is more to say than warnings. */
  get isTalkative(): boolean {
    return this.#verbose > 0;
  }

  plan(plan: Plan, unit: Unit): void {
    this.#info(`plan: ${describePlan(plan, unit)}`);
  }

  restart(change: LearningRateChange, unit: Unit): void {
    this.#info(`warm restart ${change.cycle}: ${textOf(change)}; T_i is ${count(change.T_i, unit)}`);
  }

  change(change: LearningRateChange): void {
    if (this.#verbose === 2) this.#logger?.debug(PREFIX + textOf(change));
  }

  cycleEnd(cycle: number, epoch: number, learningRate: number): void {
    this.#info(`end of cycle ${cycle} in epoch ${epoch}: learning rate ${learningRate}`);
  }

  /** A training that was stopped early, before its cycle ended. */
  stoppedInside(
    { cycle, end, learningRate }: { cycle: number; end: number; learningRate: number },
    unit: Unit,
  ): void {
    this.#info(
      `training was stopped inside cycle ${cycle}, at a learning rate of ${round(learningRate)}; ` +
        `the cycle would have ended at ${unit} ${round(end)}`,
    );
  }

  notice(notice: Notice, unit: Unit): void {
    this.#warn(ABOUT_THE_END.includes(notice.kind) ? 'end' : notice.kind, () => describeNotice(notice, unit));
  }

  event(event: Event): void {
    // Both say that somebody else sets the learning rate.
    this.#warn(event.kind === 'update with another rate' ? 'another writer' : event.kind, () =>
      describeEvent(event),
    );
  }

  #info(message: string): void {
    if (this.#verbose > 0) this.#logger?.info(PREFIX + message);
  }

  /** Once per callback, not per fit, since people call fit once per epoch in a loop. */
  #warn(subject: string, message: () => string): void {
    if (this.#said.has(subject)) return;
    this.#said.add(subject);
    this.#logger?.warn(PREFIX + message());
  }
}

const textOf = ({ learningRate, epoch, batch }: LearningRateChange) =>
  `learning rate ${learningRate} at epoch ${epoch}, batch ${batch}`;
