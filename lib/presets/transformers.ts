import * as z from 'zod/mini';
import {
  check,
  count,
  countFromZero,
  fraction,
  notNegative,
  oneOf,
  positive,
  strict,
  withRules,
} from '../config/rules';
import type { Problem } from '../errors';
import {
  atMost,
  checked,
  floorAt,
  notResumed,
  ofOptimizer,
  only,
  type PresetConfig,
  type Reader,
  readerOf,
  valueAt,
} from './preset';

const parameterNames =
  'the parameters of one of these schedules, such as { num_warmup_steps: 10, num_training_steps: 100, base_lr: 0.1 }';

/** What all schedules are told. */
const training = {
  /** Length of the warm-up, in steps: an integer >= 0. */
  num_warmup_steps: countFromZero(),
  /** Length of the training, warm-up included, in steps: an integer > num_warmup_steps. */
  num_training_steps: count(),
  ...ofOptimizer,
  last_epoch: notResumed(),
};

/** Of less than this share of a wave nothing is to be seen. */
const MIN_WAVE = 1e-6;

/** How much of a full wave, down and up again, there is. */
const waves = {
  /** Only what falls: a number from 1e-6 to 0.5, which is a whole fall. Default: 0.5. */
  num_cycles: z._default(positive(), 0.5),
};

const floor = {
  /** Learning rate at the end: a number >= 0 and at most base_lr. Either this or min_lr_rate. */
  min_lr: z.nullish(notNegative()),
  /** Learning rate at the end, as a fraction of base_lr: 0 to 1. */
  min_lr_rate: z.nullish(fraction()),
};

const cosine = withRules(
  strict({ name: oneOf('cosine'), ...training, ...waves }, parameterNames),
  function* (parameters): Iterable<Problem> {
    yield* shortTraining(parameters);
    yield* risingWave(parameters);
  },
);

const withRestarts = withRules(
  strict(
    {
      name: z.optional(oneOf('cosine_with_restarts')),
      ...training,
      /** How many cycles: an integer >= 1. Default: 1. */
      num_cycles: z._default(count(), 1),
    },
    parameterNames,
  ),
  shortTraining,
);

const withFloor = withRules(
  strict({ name: z.optional(oneOf('cosine_with_min_lr')), ...training, ...waves, ...floor }, parameterNames),
  function* (parameters): Iterable<Problem> {
    yield* shortTraining(parameters);
    yield* risingWave(parameters);
    yield* notOneFloor(parameters);
  },
);

const withFloorAndRate = withRules(
  strict(
    {
      name: z.optional(oneOf('cosine_warmup_with_min_lr')),
      ...training,
      ...waves,
      ...floor,
      /** Learning rate at the start of the warm-up, as a fraction of base_lr: 0 to 1. Default: 1 / num_warmup_steps. */
      warmup_lr_rate: z.nullish(fraction()),
    },
    parameterNames,
  ),
  function* (parameters): Iterable<Problem> {
    yield* shortTraining(parameters);
    if (parameters.num_warmup_steps === 0) {
      const cure =
        "its cosine begins a step before the training; `name: 'cosine_with_min_lr'` without warmup_lr_rate has one that begins with it";
      yield { path: ['num_warmup_steps'], rule: 'expected an integer >= 1', received: 0, cure };
    }
    yield* risingWave(parameters);
    yield* notOneFloor(parameters);
  },
);

const stable = withRules(
  strict(
    {
      name: z.optional(oneOf('warmup_stable_decay')),
      ...training,
      /** Length of warm-up, plateau and decay together, in steps: an integer. Not needed with num_stable_steps. */
      num_training_steps: z.nullish(count()),
      /** Length of the plateau, in steps: an integer >= 0. Default: what warm-up and decay leave. */
      num_stable_steps: z.nullish(countFromZero()),
      /** Length of the decay, in steps: an integer >= 1. */
      num_decay_steps: count(),
      /** The form of the warm-up: 'linear', the default, or 'cosine'. */
      warmup_type: z.optional(oneOf('linear', 'cosine', '1-sqrt')),
      /** Only 'cosine', the default. */
      decay_type: z._default(oneOf('cosine', 'linear', '1-sqrt'), 'cosine'),
      /** Learning rate at both ends, as a fraction of base_lr: 0 to 1. Default: 0. */
      min_lr_ratio: z._default(fraction(), 0),
      /** Only 0.5, the default. */
      num_cycles: z._default(positive(), 0.5),
    },
    parameterNames,
  ),
  function* (parameters): Iterable<Problem> {
    const { num_warmup_steps, warmup_type, decay_type, num_cycles } = parameters;
    yield* badPlateau(parameters);
    if (warmup_type === '1-sqrt' && num_warmup_steps > 0) {
      const rule = 'expected "linear" or "cosine"';
      const cure = 'a square root has no counterpart here, so use one of these';
      yield { path: ['warmup_type'], rule, received: warmup_type, cure };
    }
    if (decay_type !== 'cosine') {
      const cure = 'only the cosine has a counterpart here, so leave it out';
      yield { path: ['decay_type'], rule: 'expected "cosine"', received: decay_type, cure };
    }
    yield* only('num_cycles', 0.5, num_cycles, 'the decay is half a wave here');
  },
);

type Steps = { readonly num_warmup_steps: number; readonly num_training_steps: number };

function* shortTraining({ num_warmup_steps, num_training_steps }: Steps): Iterable<Problem> {
  if (num_training_steps > num_warmup_steps) return;
  const rule = `expected more than num_warmup_steps (${num_warmup_steps})`;
  yield { path: ['num_training_steps'], rule, received: num_training_steps };
}

/** After half a wave the learning rate would rise, and end up high. */
function* risingWave({ num_cycles }: { readonly num_cycles: number }): Iterable<Problem> {
  const rule = `expected a number from ${MIN_WAVE} to 0.5`;
  const problem = { path: ['num_cycles'], rule, received: num_cycles };
  if (num_cycles < MIN_WAVE) yield { ...problem, cure: 'leave it out for half a wave' };
  if (num_cycles > 0.5) {
    const cure =
      "leave it out: a cosine that rises has no counterpart here; `name: 'cosine_with_restarts'` counts warm restarts";
    yield { ...problem, cure };
  }
}

type Floor = {
  readonly base_lr: number;
  readonly min_lr?: number | null | undefined;
  readonly min_lr_rate?: number | null | undefined;
};

function* notOneFloor(parameters: Floor): Iterable<Problem> {
  const isGiven = typeof parameters.min_lr === 'number';
  if (isGiven === (typeof parameters.min_lr_rate === 'number')) {
    const rule = 'expected either min_lr or min_lr_rate';
    yield { path: ['min_lr'], rule, cure: isGiven ? 'remove one of the two' : 'set one of the two' };
  }
  yield* atMost('base_lr', 'min_lr', parameters);
}

function* badPlateau(parameters: z.output<typeof stable>): Iterable<Problem> {
  const { num_warmup_steps, num_decay_steps, num_training_steps, num_stable_steps } = parameters;
  if (typeof num_stable_steps === 'number') return;
  const path = ['num_training_steps'];
  const least = num_warmup_steps + num_decay_steps;
  if (typeof num_training_steps !== 'number') {
    const cure = 'or set num_stable_steps';
    yield { path, rule: 'expected an integer >= 1', received: num_training_steps, cure };
  } else if (num_training_steps < least) {
    const rule = `expected at least num_warmup_steps + num_decay_steps (${least})`;
    yield { path, rule, received: num_training_steps };
  }
}

/** The parameters of one of transformers' cosine schedules, its name if need be, and the optimizer's learning rate. */
export type TransformersSchedule =
  | z.input<typeof cosine>
  | z.input<typeof withRestarts>
  | z.input<typeof withFloor>
  | z.input<typeof withFloorAndRate>
  | z.input<typeof stable>;

/** What our keys are called there. */
const names = {
  T_0: 'num_training_steps',
  total: 'num_training_steps',
};

const readers = new Map<unknown, Reader>([
  ['cosine', fromCosine],
  ['cosine_with_restarts', fromRestarts],
  ['cosine_with_min_lr', fromFloor],
  ['cosine_warmup_with_min_lr', fromFloorAndRate],
  ['warmup_stable_decay', fromStable],
]);

/**
 * The config of one of transformers'
 * [schedules](https://huggingface.co/docs/transformers/main_classes/optimizer_schedules), by the `name` that
 * `get_scheduler` and `lr_scheduler_type` give it: at t it has transformers' learning rate at step t.
 *
 * - `cosine` is get_cosine_schedule_with_warmup,
 * - `cosine_with_restarts` get_cosine_with_hard_restarts_schedule_with_warmup; it makes the restarts that transformers
 *   misses,
 * - `cosine_with_min_lr` get_cosine_with_min_lr_schedule_with_warmup,
 * - `cosine_warmup_with_min_lr` get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
 * - `warmup_stable_decay` get_wsd_schedule, with a cosine decay.
 *
 * Without a name the parameters decide: `num_decay_steps` means `warmup_stable_decay`, `warmup_lr_rate`
 * `cosine_warmup_with_min_lr`, and `min_lr` or `min_lr_rate` `cosine_with_min_lr`. Anything else is
 * `cosine_with_restarts`, which by default has one cycle and is then the same as `cosine`.
 *
 * **After `num_training_steps`** transformers' `cosine`, `cosine_with_min_lr` and `cosine_warmup_with_min_lr` rise
 * again; these stay at their end.
 *
 * @param parameters In steps; what is left out has transformers' default.
 * @throws {@link CosineAnnealingError} if a parameter is unknown or out of its range, or asks for what SGDR's cosine
 * can't follow: a wave that rises (`num_cycles` above 0.5, except when it counts restarts), a decay that is no
 * cosine, or a cosine that begins before the training (`cosine_warmup_with_min_lr` without a warm-up).
 */
export function fromTransformers(parameters: TransformersSchedule): PresetConfig {
  return readerOf(readers, 'name', nameOf(parameters))(parameters);
}

function nameOf(parameters: unknown): unknown {
  const isGiven = (key: string) => (valueAt(parameters, key) ?? undefined) !== undefined;
  if (isGiven('name')) return valueAt(parameters, 'name');
  if (isGiven('num_decay_steps')) return 'warmup_stable_decay';
  if (isGiven('warmup_lr_rate')) return 'cosine_warmup_with_min_lr';
  return isGiven('min_lr') || isGiven('min_lr_rate') ? 'cosine_with_min_lr' : 'cosine_with_restarts';
}

function fromCosine(parameters: unknown): PresetConfig {
  const schedule = check(cosine, parameters);
  return checked({ ...wave(schedule), ...warmupFrom0(schedule) }, names);
}

function fromRestarts(parameters: unknown): PresetConfig {
  const schedule = check(withRestarts, parameters);
  return checked(
    {
      unit: 'batch',
      cycles: schedule.num_cycles,
      total: schedule.num_training_steps,
      eta_max: schedule.base_lr,
      ...warmupFrom0(schedule),
    },
    { ...names, cycles: 'num_cycles' },
  );
}

function fromFloor(parameters: unknown): PresetConfig {
  const schedule = check(withFloor, parameters);
  return checked({ ...wave(schedule), ...floorOf(schedule), ...warmupFrom0(schedule) }, names);
}

/** Its warm-up reaches base_lr at its last step and not behind it, and the cosine begins there. */
function fromFloorAndRate(parameters: unknown): PresetConfig {
  const schedule = check(withFloorAndRate, parameters);
  const { num_warmup_steps, warmup_lr_rate, base_lr } = schedule;
  const from = base_lr * (warmup_lr_rate ?? 1 / num_warmup_steps);
  const length = num_warmup_steps - 1;
  const isFirstStepLow = length === 0 && from < base_lr;
  return checked(
    {
      ...wave(schedule),
      ...floorOf(schedule),
      ...(length > 0 && { warmup: { length, from } }),
      ...(isFirstStepLow && { warmup: { length: 1, from, placement: 'overlap' } }),
    },
    names,
  );
}

function fromStable(parameters: unknown): PresetConfig {
  const schedule = check(stable, parameters);
  const { num_warmup_steps, num_decay_steps, num_training_steps, warmup_type } = schedule;
  const beside = num_warmup_steps + num_decay_steps;
  const plateau = schedule.num_stable_steps ?? (num_training_steps ?? beside) - beside;
  const warmup = { length: num_warmup_steps, ...(warmup_type === 'cosine' && { shape: warmup_type }) };
  return checked(
    {
      unit: 'batch',
      T_0: num_decay_steps,
      cycles: 1,
      total: num_training_steps ?? beside + plateau,
      eta_max: schedule.base_lr,
      ...floorAt(schedule.min_lr_ratio),
      ...(plateau > 0 && { plateau }),
      ...(num_warmup_steps > 0 && { warmup }),
    },
    names,
  );
}

type Wave = Steps & { readonly num_cycles: number; readonly base_lr: number };

/** The cosine itself. Less than half a wave is the head of a longer cycle. */
const wave = ({ num_warmup_steps, num_training_steps, num_cycles, base_lr }: Wave) =>
  ({
    unit: 'batch',
    T_0: (num_training_steps - num_warmup_steps) / (2 * num_cycles),
    cycles: 1,
    total: num_training_steps,
    eta_max: base_lr,
  }) as const;

const floorOf = ({ min_lr, min_lr_rate }: Floor): Partial<PresetConfig> =>
  typeof min_lr === 'number' ? { eta_min: min_lr } : floorAt(min_lr_rate ?? 0);

const warmupFrom0 = ({ num_warmup_steps }: Steps): Partial<PresetConfig> =>
  num_warmup_steps > 0 ? { warmup: { length: num_warmup_steps, from: 0 } } : {};
