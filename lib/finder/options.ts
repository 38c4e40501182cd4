import type { ModelFitArgs } from '@tensorflow/tfjs-layers';
import { isIntegerFrom } from '../config/rules';
import { CosineAnnealingError, type Problem, refusal } from '../errors';
import type { Trial } from './trials';

/** Beside the arguments of `fit`. */
export interface SearchOptions {
  /** The sweep's lowest learning rate, > 0. Default: 1e-6. */
  readonly from?: number;
  /** The sweep's highest learning rate, above `from`; no trial goes beyond it. Default: 10. */
  readonly to?: number;
  /** Updates of the sweep, an integer >= 10. Default: 100, or a quarter of the budget if that is less. */
  readonly steps?: number;
  /**
   * Updates that the search may take in all, an integer >= 60. Default: a third of the planned training, but at least
   * three epochs, and at most 1,000; 1,000 if the data's size is unknown.
   */
  readonly budget?: number;
  /** Called after the sweep and after each trial; awaited. */
  readonly onProgress?: (progress: SearchProgress) => void | Promise<void>;
}

/** How far a search is. */
export interface SearchProgress {
  /** Updates done. */
  readonly spent: number;
  /** Updates that there will be at most. */
  readonly budget: number;
  /** The trial that has just ended; undefined after the sweep. */
  readonly trial: Trial | undefined;
}

/** What the search goes by. */
export interface SearchSettings {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly budget: number;
}

const MAX_BUDGET = 1000;
const MIN_EPOCHS = 3;
/** A longer training is worth a longer search, which has less to guess from the trend. */
const TRAINING_SHARE = 1 / 3;
const MIN_BUDGET = 60;
const MAX_STEPS = 100;
const MIN_STEPS = 10;
/** A sweep only says where to begin, so trials get the rest. */
const SWEEP_SHARE = 1 / 4;

/**
 * Checks each argument that isn't `fit`'s, or that a search can't use, by itself.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong.
 */
export function checkArgs(args: unknown): void {
  if (typeof args !== 'object' || args === null)
    throw refusal('args', 'expected an object such as { epochs: 15 }', { received: args });
  const problems = [...problemsIn(args)];
  if (problems.length > 0) throw new CosineAnnealingError(problems);
}

/** Arguments as they reach us: JavaScript checks nothing. */
type Args = object;

/**
 * The settings of a search, from arguments that were checked by themselves.
 *
 * @param batchesPerEpoch Undefined if unknown.
 * @throws {@link CosineAnnealingError} if they don't fit together, or the data are too few.
 */
export function parseOptions(args: Args, batchesPerEpoch: number | undefined): SearchSettings {
  const problems: Problem[] = [];
  const { from = 1e-6, to = 10 } = args as SearchOptions;
  if (from >= to) problems.push({ path: ['to'], rule: `expected a number > from (${from})`, received: to });
  const { epochs = 1 } = args as ModelFitArgs;
  const passes = Math.max(MIN_EPOCHS, Math.floor(epochs * TRAINING_SHARE));
  const updates = passes * (batchesPerEpoch ?? Number.POSITIVE_INFINITY);
  const { budget = Math.min(MAX_BUDGET, updates) } = args as SearchOptions;
  const fraction = Math.max(MIN_STEPS, Math.floor(budget * SWEEP_SHARE));
  const { steps = Math.min(MAX_STEPS, fraction) } = args as SearchOptions;
  if (budget < MIN_BUDGET) problems.push(tooLittleData(budget, passes));
  else if (steps > budget / 2) {
    problems.push({
      path: ['steps'],
      rule: `leaves too little of the budget (${budget}) to the trials`,
      received: steps,
      cure: `set it to at most ${Math.floor(budget / 2)}, or budget to ${2 * steps}`,
    });
  }
  if (problems.length > 0) throw new CosineAnnealingError(problems);
  return { from, to, steps, budget };
}

function* problemsIn(args: Args): Iterable<Problem> {
  yield* check(
    args,
    'epochs',
    isCount,
    'expected an integer >= 1',
    'set it to the length of the planned training',
  );
  yield* check(args, 'batchSize', isOptional(isCount), 'expected an integer >= 1');
  yield* check(args, 'from', isOptional(isRate), 'expected a number > 0');
  yield* check(args, 'to', isOptional(isRate), 'expected a number > 0');
  yield* check(args, 'steps', isOptional(isIntegerFrom(MIN_STEPS)), `expected an integer >= ${MIN_STEPS}`);
  yield* check(args, 'budget', isOptional(isIntegerFrom(MIN_BUDGET)), `expected an integer >= ${MIN_BUDGET}`);
  yield* check(args, 'onProgress', isOptional(isFunction), 'expected a function');
  yield* check(args, 'callbacks', isMissing, 'has no place in a search', 'pass it to fit');
  yield* check(args, 'initialEpoch', isMissing, 'has no place in a search', 'pass it to fit');
}

function* check(
  args: Args,
  key: string,
  isRight: (value: unknown) => boolean,
  rule: string,
  cure?: string,
): Iterable<Problem> {
  const received: unknown = Reflect.get(args, key);
  if (!isRight(received)) yield { path: [key], rule, received, ...(cure !== undefined && { cure }) };
}

const isMissing = (value: unknown) => value === undefined || value === null;
const isOptional = (isSuch: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || isSuch(value);
const isFunction = (value: unknown) => typeof value === 'function';
const isRate = (value: unknown) => typeof value === 'number' && value > 0 && Number.isFinite(value);
const isCount = isIntegerFrom(1);

const tooLittleData = (updates: number, passes: number): Problem => ({
  path: ['budget'],
  rule: `expected at least ${MIN_BUDGET} updates, but ${passes} epochs of these data are only ${updates}`,
  cure: `set it, to ${5 * MIN_BUDGET} for instance, to go over the data more often`,
});

/** The arguments that are `fit`'s own, less those that a search has to give itself. */
export function fitArgsIn<FitArgs extends ModelFitArgs | object>(args: FitArgs & SearchOptions): FitArgs {
  const { from: _, to: __, steps: ___, budget: ____, onProgress: _____, ...rest } = args;
  return rest as unknown as FitArgs;
}
