import * as z from 'zod/mini';
import {
  check,
  count,
  countFromZero,
  flag,
  fraction,
  ignored,
  listOf,
  notNegative,
  oneOf,
  positive,
  strict,
  withRules,
} from '../config/rules';
import type { Problem } from '../errors';
import {
  checked,
  notResumed,
  ofOptimizer,
  type PresetConfig,
  perCycle,
  type Reader,
  readerOf,
  valueAt,
} from './preset';

const parameterNames =
  'the parameters of CosineAnnealingLR, { T_max, base_lr }, or of CosineRestartLR, { periods, eta_min, base_lr }';

/** What both schedules are told. */
const scheduled = {
  /** Learning rate at the end of a cycle: a number >= 0, at most the lowest peak. */
  eta_min: z.nullish(notNegative()),
  /** The same as a fraction of base_lr, 0 to 1; instead of eta_min. */
  eta_min_ratio: z.nullish(fraction()),
  /** Where the schedule begins, on the training's clock: an integer >= 0. Before it base_lr holds. Default: 0. */
  begin: z._default(countFromZero(), 0),
  /** Where it ends: an integer > begin. Default: with its cosine. */
  end: z.nullish(count()),
  /** Whether all lengths count epochs, and not iterations. Default: true. */
  by_epoch: z._default(flag(), true),
  /** Whether the learning rate is set at every iteration, though the lengths count epochs. Default: false. */
  convert_to_iter_based: z._default(flag(), false),
  ...ofOptimizer,
  last_step: notResumed(),
  /** Ignored. */
  verbose: ignored(),
};

const annealing = withRules(
  strict(
    {
      type: z.optional(oneOf('CosineAnnealingLR')),
      /** Length of the cosine: an integer >= 1. Default: end - begin. */
      T_max: z.nullish(count()),
      ...scheduled,
    },
    parameterNames,
  ),
  function* (parameters): Iterable<Problem> {
    const { T_max, begin, end } = parameters;
    yield* badClock(parameters);
    if (typeof T_max !== 'number' && typeof end !== 'number') {
      yield { path: ['T_max'], rule: 'expected an integer >= 1', received: T_max, cure: 'or set end' };
    }
    const last = begin + (T_max ?? Infinity);
    if ((end ?? 0) > last) {
      const rule = `expected at most begin + T_max (${last}), after which MMEngine's cosine rises again`;
      yield { path: ['end'], rule, received: end, cure: 'leave it out, to stay at eta_min' };
    }
    yield* badFloor(parameters, [1]);
  },
);

const restarts = withRules(
  strict(
    {
      type: z.optional(oneOf('CosineRestartLR')),
      /** The lengths of the cycles: a list of integers >= 1. */
      periods: listOf(count()),
      /** Each cycle's peak, as a multiple of base_lr: a list of numbers > 0, as long as periods. Default: [1]. */
      restart_weights: z._default(listOf(positive()), [1]),
      ...scheduled,
    },
    parameterNames,
  ),
  function* (parameters): Iterable<Problem> {
    const { periods, restart_weights, begin, eta_min, eta_min_ratio } = parameters;
    yield* badClock(parameters);
    if (restart_weights.length !== periods.length) {
      const rule = `expected one for each of periods (${periods.length})`;
      yield { path: ['restart_weights'], rule, received: restart_weights };
    }
    if (begin > 0 && restart_weights[0] !== 1) {
      const cure =
        'MMEngine trains at base_lr until then; make base_lr the first peak, and the weights shares of it';
      yield {
        path: ['restart_weights', 0],
        rule: 'expected 1 with a begin',
        received: restart_weights[0],
        cure,
      };
    }
    if (typeof eta_min !== 'number' && typeof eta_min_ratio !== 'number') {
      yield {
        path: ['eta_min'],
        rule: 'expected a number >= 0',
        received: eta_min,
        cure: 'or set eta_min_ratio',
      };
    }
    yield* badFloor(parameters, restart_weights);
  },
);

type Clock = {
  readonly begin: number;
  readonly end?: number | null | undefined;
  readonly by_epoch: boolean;
  readonly convert_to_iter_based: boolean;
};

function* badClock({ begin, end, by_epoch, convert_to_iter_based }: Clock): Iterable<Problem> {
  if ((end ?? Infinity) <= begin) {
    yield { path: ['end'], rule: `expected more than begin (${begin})`, received: end };
  }
  if (convert_to_iter_based && !by_epoch) {
    const cure = 'with `by_epoch: false` the lengths count iterations already, so leave it out';
    yield { path: ['convert_to_iter_based'], rule: 'expected false', received: true, cure };
  }
}

type Floor = {
  readonly base_lr: number;
  readonly eta_min?: number | null | undefined;
  readonly eta_min_ratio?: number | null | undefined;
};

/** Below its floor a peak would make the cosine rise. `weights` are the peaks, as multiples of base_lr. */
function* badFloor(
  { base_lr, eta_min, eta_min_ratio }: Floor,
  weights: readonly number[],
): Iterable<Problem> {
  if (typeof eta_min === 'number' && typeof eta_min_ratio === 'number') {
    const cure = 'remove one of the two';
    yield { path: ['eta_min_ratio'], rule: 'expected either eta_min or eta_min_ratio', cure };
  }
  const lowest = weights.reduce((least, weight) => Math.min(least, weight)); // a spread has its limits
  if ((eta_min ?? 0) > lowest * base_lr) {
    const rule = `expected at most the lowest peak (${lowest * base_lr})`;
    yield { path: ['eta_min'], rule, received: eta_min };
  }
  if ((eta_min_ratio ?? 0) > lowest) {
    const rule = `expected at most the lowest of restart_weights (${lowest})`;
    yield { path: ['eta_min_ratio'], rule, received: eta_min_ratio };
  }
}

/** The parameters of MMEngine's CosineAnnealingLR or CosineRestartLR, and the optimizer's learning rate. */
export type MMEngineSchedule = z.input<typeof annealing> | z.input<typeof restarts>;

const readers = new Map<unknown, Reader>([
  ['CosineAnnealingLR', fromAnnealing],
  ['CosineRestartLR', fromRestarts],
]);

/**
 * The config of MMEngine's
 * [CosineAnnealingLR](https://mmengine.readthedocs.io/en/latest/api/generated/mmengine.optim.CosineAnnealingLR.html) or
 * [CosineRestartLR](https://mmengine.readthedocs.io/en/latest/api/generated/mmengine.optim.CosineRestartLR.html), as an
 * item of `param_scheduler` has it: at t it has MMEngine's learning rate at t. `type` rule which one it is; without it,
 * the one with `periods` is CosineRestartLR.
 *
 * By default t counts epochs, and the learning rate is set once an epoch; with `convert_to_iter_based` it is set at
 * every iteration, and with `by_epoch: false` t counts iterations.
 *
 * **After the last cycle** the learning rate stays at `eta_min`. MMEngine keeps the one of its last update instead, and
 * its CosineAnnealingLR without `end` rises again. An `end` within a cycle is where the training ends, so it becomes
 * `total`; a training that goes on follows the cosine to its end.
 *
 * @param parameters What is left out has MMEngine's default. A warm-up is a scheduler of its own there; add `warmup`.
 * @throws {@link CosineAnnealingError} if a parameter is unknown or out of its range, or asks for what SGDR's cosine
 * can't follow: a peak below `eta_min`, an `end` after which the cosine has risen again, or a first restart weight
 * other than 1 after a `begin`.
 */
export function fromMMEngine(parameters: MMEngineSchedule): PresetConfig {
  const byKeys = valueAt(parameters, 'periods') === undefined ? 'CosineAnnealingLR' : 'CosineRestartLR';
  return readerOf(readers, 'type', valueAt(parameters, 'type') ?? byKeys)(parameters);
}

function fromAnnealing(parameters: unknown): PresetConfig {
  const schedule = check(annealing, parameters);
  const { T_max, begin, end, base_lr, eta_min, eta_min_ratio } = schedule;
  return checked({
    ...clockOf(schedule),
    T_0: T_max ?? (end ?? begin) - begin,
    cycles: 1,
    eta_max: base_lr,
    ...(typeof eta_min_ratio === 'number' ? { eta_min_ratio } : { eta_min: eta_min ?? 0 }),
  });
}

function fromRestarts(parameters: unknown): PresetConfig {
  const schedule = check(restarts, parameters);
  const { periods, restart_weights, base_lr, eta_min, eta_min_ratio } = schedule;
  return checked(
    {
      ...clockOf(schedule),
      cycles: periods,
      eta_max: perCycle(restart_weights, (weight) => weight * base_lr),
      eta_min: eta_min ?? (eta_min_ratio ?? 0) * base_lr,
    },
    { eta_max: 'restart_weights' },
  );
}

function clockOf({ begin, end, by_epoch, convert_to_iter_based }: Clock) {
  return {
    unit: by_epoch ? 'epoch' : 'batch',
    updateFreq: by_epoch && !convert_to_iter_based ? 'epoch' : 'batch',
    ...(begin > 0 && { start: begin }),
    ...(typeof end === 'number' && { total: end }),
  } as const;
}
