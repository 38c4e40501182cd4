import type { Problem } from '../errors';
import { type Drawn, LEARNING_RATE, type Marks, plain } from './figure';
import {
  firstProblem,
  isObject,
  list,
  numberOrGap,
  numbers,
  object,
  ofLength,
  optional,
  positive,
  problemOf,
  problemsOf,
  refuse,
} from './rules';
import { curveOf } from './series';
import { rounded } from './ticks';

/** A search for the best peak, as `findLearningRate` returns it. */
export interface SearchSource {
  /** The peak that was chosen, > 0. */
  readonly eta_max: number;
  /** The learning rates of the sweep, > 0, one per update. */
  readonly learningRates: ArrayLike<number>;
  /** The loss at each of them; NaN and null are gaps. */
  readonly losses: ArrayLike<number | null>;
  /** The trials: the peak of each, > 0, and its final loss. */
  readonly trials: readonly {
    /** Its peak, > 0. */
    readonly eta_max: number;
    /** Its final loss; null if it diverged. */
    readonly loss: number | null;
  }[];
  /** Peaks that other rules suggest, by the rules' names; what isn't > 0 is left out. */
  readonly suggestions?: Readonly<Record<string, number | null>> | undefined;
}

/** The figure of a search: loss over learning rate, the trials as points, the chosen peak and the suggestions marked. */
export function drawnSearch(search: SearchSource): Drawn {
  refuse(searchProblems(search));
  const { eta_max, learningRates, losses, trials, suggestions = {} } = search;
  const trialRates = trials.map((trial) => trial.eta_max);
  const trialLosses = trials.map(({ loss }) => loss);
  const yLimit = highestBeforeLowest(losses);
  return {
    xLabel: LEARNING_RATE,
    leftLabel: 'loss',
    curves: [
      curveOf({ name: 'sweep', x: learningRates, y: cutAbove(losses, yLimit) }, 'line'),
      ...(trials.length > 0 ? [curveOf({ name: 'trials', x: trialRates, y: trialLosses }, 'points')] : []),
    ],
    marks: [
      { name: `eta_max ${rounded(eta_max)}`, isFaint: false, at: [{ x: eta_max, label: '' }] },
      suggestionMarks(suggestions),
    ],
    xTicks: [],
    xScale: 'log',
    yLimit,
  };
}

/** Suggestions, named from left to right. */
function suggestionMarks(suggestions: Readonly<Record<string, number | null>>): Marks {
  const found = Object.entries(suggestions).flatMap(([name, x]) => (isRate(x) ? [{ name, x }] : []));
  found.sort((a, b) => a.x - b.x);
  const name = found.map((one) => plain(one.name)).join(', ');
  return { name, isFaint: true, at: found.map(({ x }) => ({ x, label: '' })) };
}

const isRate = (value: unknown): value is number => positive.accepts(value);

/**
 * The greatest loss up to the lowest one: Infinity if there is none. What comes later, when training diverges, may be
 * thousands of times as great, and would leave a flat line.
 */
function highestBeforeLowest(losses: ArrayLike<number | null>): number {
  let lowest = Infinity;
  let highest = -Infinity;
  let highestBefore = Infinity;
  for (const loss of Array.from(losses)) {
    if (loss === null) continue;
    if (loss > highest) highest = loss;
    if (loss < lowest) [lowest, highestBefore] = [loss, highest];
  }
  return highestBefore;
}

/** The losses without those above a limit: the line ends with the first of them. */
function cutAbove(losses: ArrayLike<number | null>, limit: number): (number | null)[] {
  const isAbove = (loss: number | null | undefined) => typeof loss === 'number' && loss > limit;
  return Array.from(losses, (loss, i) => (isAbove(loss) && isAbove(losses[i - 1]) ? null : loss));
}

function searchProblems(search: SearchSource): Problem[] {
  const problems = problemsOf(search, {
    eta_max: positive,
    learningRates: numbers,
    losses: numbers,
    trials: list,
    suggestions: optional(object),
  });
  if (problems.length > 0) return problems;
  const { learningRates, losses, trials, suggestions = {} } = search;
  const { length } = learningRates;
  return [
    ...problemOf(losses, ofLength(length), ['losses']),
    ...firstProblem(learningRates, positive, ['learningRates']),
    ...firstProblem(losses, numberOrGap, ['losses']),
    ...trials.flatMap((trial, i) => trialProblems(trial, ['trials', i])),
    ...Object.entries(suggestions).flatMap(([name, rate]) =>
      problemOf(rate, numberOrGap, ['suggestions', name]),
    ),
  ];
}

function trialProblems(trial: unknown, path: Problem['path']): Problem[] {
  if (!isObject(trial)) return [{ path, rule: 'expected { eta_max, loss }', received: trial }];
  return problemsOf(trial, { eta_max: positive, loss: numberOrGap }, path);
}
