import * as z from 'zod/mini';
import type { PerCycle } from '../annealing/cycles';
import { type CosineAnnealingConfig, parseConfig } from '../config/config';
import {
  anything,
  byForm,
  type Conflict,
  count,
  countFromZero,
  flag,
  fraction,
  growth,
  listOf,
  neither,
  notNegative,
  oneOf,
  positive,
  says,
  strict,
  withRules,
} from '../config/rules';
import { CosineAnnealingError, show, validationError } from '../errors';

/** A config that `cosineAnnealing` takes as it is: plain data, to which keys such as `verbose` can be added. */
export type PresetConfig = CosineAnnealingConfig & {
  /** Learning rate at the start of a cycle, > 0; or a list with one per cycle. */
  eta_max: PerCycle;
};

const serializedSchedule = 'what serialize() writes: { class_name, config }';

/** What Keras's `serialize()` writes around a schedule's config. */
const serialized = <Name extends string, Config extends z.ZodMiniType>(class_name: Name, config: Config) =>
  strict(
    {
      class_name: oneOf(class_name),
      config,
      /** Ignored, as is `registered_name`: they tell Keras where the class is. */
      module: anything(),
      registered_name: anything(),
    },
    serializedSchedule,
  );

const kerasCosineDecay = withRules(
  serialized(
    'CosineDecay',
    strict(
      {
        /** Learning rate at step 0: a number > 0, or >= 0 with a warm-up. */
        initial_learning_rate: notNegative(),
        /** Length of the decay, after the warm-up, in steps: a number > 0. */
        decay_steps: positive(),
        /** Learning rate at the end, as a fraction of the highest one: 0 to 1. Default: 0. */
        alpha: z._default(fraction(), 0),
        /** Learning rate at the end of the warm-up: a number > 0. Default: no warm-up. */
        warmup_target: z.nullish(positive()),
        /** Length of the warm-up, in steps: a number >= 0. Default: 0. */
        warmup_steps: z._default(notNegative(), 0),
        /** Ignored. */
        name: anything(),
      },
      'the config of a CosineDecay',
    ),
  ),
  function* ({ config: { initial_learning_rate, warmup_target, warmup_steps } }): Iterable<Conflict> {
    const path = 'config.initial_learning_rate';
    const isPeak = warmup_target === null || warmup_target === undefined;
    if (isPeak && initial_learning_rate === 0) {
      yield [path, 'expected a number > 0, got 0; to begin at 0, give `warmup_target` and `warmup_steps`'];
    }
    if (!isPeak && warmup_steps > 0 && initial_learning_rate > warmup_target) {
      yield [path, fallingWarmup('warmup_target', warmup_target, initial_learning_rate)];
    }
  },
);

const kerasCosineDecayRestarts = serialized(
  'CosineDecayRestarts',
  strict(
    {
      /** Learning rate at step 0: a number > 0. */
      initial_learning_rate: positive(),
      /** Length of the first cycle, in steps: a number > 0. */
      first_decay_steps: positive(),
      /** Each cycle is this many times as long as the one before: a number >= 1. Default: 2. */
      t_mul: z._default(growth().check(z.gte(1, says('a number >= 1'))), 2),
      /** Each restart multiplies the amplitude by this number > 0. Default: 1. */
      m_mul: z._default(positive(), 1),
      /** Learning rate at the end of a cycle, as a fraction of the first one: 0 to 1. Default: 0. */
      alpha: z._default(fraction(), 0),
      /** Ignored. */
      name: anything(),
    },
    'the config of a CosineDecayRestarts',
  ),
);

const otherKerasClass = strict(
  {
    class_name: oneOf('CosineDecay', 'CosineDecayRestarts'),
    config: anything(),
    module: anything(),
    registered_name: anything(),
  },
  serializedSchedule,
);

const kerasSchema = byForm((value) => {
  const class_name = isObject(value) ? value['class_name'] : undefined;
  if (class_name === 'CosineDecay') return kerasCosineDecay;
  return class_name === 'CosineDecayRestarts' ? kerasCosineDecayRestarts : (otherKerasClass as never);
});

/** A Keras schedule, as its `serialize()` writes it. */
export type KerasSchedule = z.input<typeof kerasCosineDecay> | z.input<typeof kerasCosineDecayRestarts>;

/**
 * The config of a Keras schedule, [CosineDecay](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/)
 * or [CosineDecayRestarts](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/), whose
 * learning rate at step t it has at t. Keras itself computes in float32.
 *
 * @param serialized What `keras.optimizers.schedules.serialize(schedule)` writes; what is left out has Keras's default.
 * @throws {@link CosineAnnealingError} where it is no such schedule, or one that SGDR's cosine cannot follow: a warm-up
 * that falls, cycles that shrink to nothing (`t_mul` below 1), or an `alpha` above 1.
 */
export function fromKeras(serialized: KerasSchedule): PresetConfig {
  const schedule = parse(kerasSchema, serialized);
  return schedule.class_name === 'CosineDecay'
    ? fromCosineDecay(schedule.config)
    : fromCosineDecayRestarts(schedule.config);
}

type CosineDecay = z.output<typeof kerasCosineDecay>['config'];

function fromCosineDecay(config: CosineDecay): PresetConfig {
  const { initial_learning_rate, decay_steps, alpha, warmup_target, warmup_steps } = config;
  const eta_max = warmup_target ?? initial_learning_rate;
  const warmsUp = typeof warmup_target === 'number' && warmup_steps > 0;
  return checked(
    {
      unit: 'batch',
      T_0: decay_steps,
      cycles: 1,
      eta_max,
      eta_min: alpha * eta_max,
      ...(warmsUp && { warmup: { length: warmup_steps, from: initial_learning_rate } }),
    },
    { T_0: 'config.decay_steps', 'warmup.length': 'config.warmup_steps' },
  );
}

type CosineDecayRestarts = z.output<typeof kerasCosineDecayRestarts>['config'];

function fromCosineDecayRestarts(config: CosineDecayRestarts): PresetConfig {
  const { initial_learning_rate, first_decay_steps, t_mul, m_mul, alpha } = config;
  return checked(
    {
      unit: 'batch',
      T_0: first_decay_steps,
      T_mult: t_mul,
      eta_max: initial_learning_rate,
      eta_min: alpha * initial_learning_rate,
      amplitude_mult: m_mul,
    },
    { T_0: 'config.first_decay_steps' },
  );
}

const ofOptimizer = {
  /** The optimizer's learning rate: a number > 0. */
  base_lr: positive(),
  /** Only -1, the default: a run is resumed from the callback's own state. */
  last_epoch: z.optional(oneOf(-1)),
};

const pytorchParameters =
  'the parameters of CosineAnnealingWarmRestarts, { T_0, base_lr }, or of CosineAnnealingLR, { T_max, base_lr }';

const pytorchWarmRestarts = withRules(
  strict(
    {
      /** Length of the first cycle, in epochs: an integer >= 1. */
      T_0: count(),
      /** Each cycle is this many times as long as the one before: an integer >= 1. Default: 1. */
      T_mult: z._default(count(), 1),
      /** Learning rate at the end of a cycle: a number >= 0 and at most base_lr. Default: 0. */
      eta_min: z._default(notNegative(), 0),
      ...ofOptimizer,
    },
    pytorchParameters,
  ),
  (config) => atMost('base_lr', 'eta_min', config),
);

const pytorchCosine = withRules(
  strict(
    {
      /** Length of the annealing, in epochs: a number > 0. */
      T_max: positive(),
      /** Learning rate at the end: a number >= 0 and at most base_lr. Default: 0. */
      eta_min: z._default(notNegative(), 0),
      ...ofOptimizer,
    },
    pytorchParameters,
  ),
  (config) => atMost('base_lr', 'eta_min', config),
);

const bothPyTorchClasses = neither(
  'either T_0 (CosineAnnealingWarmRestarts) or T_max (CosineAnnealingLR), and not both',
);

const pytorchSchema = byForm((value) => {
  if (!isObject(value) || value['T_max'] === undefined) return pytorchWarmRestarts;
  return value['T_0'] === undefined ? pytorchCosine : bothPyTorchClasses;
});

/** The parameters of PyTorch's CosineAnnealingWarmRestarts or CosineAnnealingLR, and the optimizer's learning rate. */
export type PyTorchSchedule = z.input<typeof pytorchWarmRestarts> | z.input<typeof pytorchCosine>;

/**
 * The config of PyTorch's
 * [CosineAnnealingWarmRestarts](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html)
 * (with `T_0`) or
 * [CosineAnnealingLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html)
 * (with `T_max`), whose learning rate after `step(t)` it has at t.
 *
 * The first one is set at every batch, as with `scheduler.step(epoch + i / iters)`; where you call `step()` once per
 * epoch, add `updateFreq: 'epoch'`. The second one is set once per epoch, and stays at `eta_min` after `T_max`, where
 * PyTorch's rises again.
 *
 * @param parameters In epochs; what is left out has PyTorch's default.
 * @throws {@link CosineAnnealingError} where a parameter is unknown or out of its range, or `eta_min` is above `base_lr`.
 */
export function fromPyTorch(parameters: PyTorchSchedule): PresetConfig {
  const schedule = parse(pytorchSchema, parameters);
  const { base_lr: eta_max, eta_min } = schedule;
  if ('T_max' in schedule) {
    const T_0 = schedule.T_max;
    return checked({ T_0, cycles: 1, eta_max, eta_min, updateFreq: 'epoch' }, { T_0: 'T_max' });
  }
  return checked({ T_0: schedule.T_0, T_mult: schedule.T_mult, eta_max, eta_min });
}

const timmSchema = withRules(
  strict(
    {
      /** Length of the first cycle, in epochs, or updates where t_in_epochs is false: a number > 0. */
      t_initial: positive(),
      /** Learning rate at the end of a cycle: a number >= 0 and at most base_lr. Default: 0. */
      lr_min: z._default(notNegative(), 0),
      /** Each cycle is this many times as long as the one before: a number > 0. Default: 1. */
      cycle_mul: z._default(growth(), 1),
      /** Each restart multiplies the peak by this number > 0; it must stay above lr_min. Default: 1. */
      cycle_decay: z._default(positive(), 1),
      /** How many cycles: an integer >= 1. Default: 1. */
      cycle_limit: z._default(count(), 1),
      /** Length of the warm-up, as t_initial: a number >= 0. Default: 0. */
      warmup_t: z._default(notNegative(), 0),
      /** Learning rate where the warm-up begins: a number >= 0 and at most base_lr. Default: 0. */
      warmup_lr_init: z._default(notNegative(), 0),
      /** Whether the first cycle begins after the warm-up, and not under it. Default: false. */
      warmup_prefix: z._default(flag(), false),
      /** Whether t counts epochs, and not updates. Default: true. */
      t_in_epochs: z._default(flag(), true),
      /** The optimizer's learning rate: a number > 0. */
      base_lr: positive(),
      /** Only 1, the default. */
      k_decay: z._default(positive(), 1),
      /** Only null, the default; without it timm uses none of the other noise options. */
      noise_range_t: anything(),
      noise_pct: anything(),
      noise_std: anything(),
      noise_seed: anything(),
      /** Ignored. */
      initialize: anything(),
    },
    'the parameters of CosineLRScheduler, such as { t_initial: 30, base_lr: 0.1 }',
  ),
  function* (config): Iterable<Conflict> {
    const { t_initial, base_lr, warmup_t, warmup_lr_init, warmup_prefix, k_decay, noise_range_t } = config;
    yield* atMost('base_lr', 'lr_min', config);
    if (warmup_t > 0 && warmup_lr_init > base_lr) {
      yield ['warmup_lr_init', fallingWarmup('base_lr', base_lr, warmup_lr_init)];
    }
    if (!warmup_prefix && warmup_t > t_initial) {
      const cure = 'shorten it, or give `warmup_prefix: true`';
      yield [
        'warmup_t',
        `expected at most t_initial (${t_initial}), the cycle that it overlaps, got ${warmup_t}; ${cure}`,
      ];
    }
    yield* lowPeak(config);
    if (k_decay !== 1) yield ['k_decay', onlyPlainCosine(k_decay)];
    if (noise_range_t !== undefined && noise_range_t !== null) {
      yield [
        'noise_range_t',
        `expected nothing, got ${show(noise_range_t)}; random noise has no exact values, so leave it out`,
      ];
    }
  },
);

type Timm = z.output<typeof timmSchema>;

/** Where the peak falls below lr_min, timm's cosine rises from one to the other. */
function* lowPeak({ base_lr, lr_min, cycle_decay, cycle_limit }: Timm): Iterable<Conflict> {
  const lowest = base_lr * cycle_decay ** (cycle_limit - 1);
  if (cycle_decay >= 1 || lowest >= lr_min) return;
  const problem = `the peak of the last cycle, ${lowest}, would be below lr_min (${lr_min})`;
  yield [
    'cycle_decay',
    `${problem}, got ${cycle_decay}; give a larger one, a smaller lr_min or a smaller cycle_limit (${cycle_limit})`,
  ];
}

/** The parameters of timm's CosineLRScheduler, and the optimizer's learning rate. */
export type TimmSchedule = z.input<typeof timmSchema>;

/**
 * The config of timm's [CosineLRScheduler](https://huggingface.co/docs/timm/reference/schedulers), whose learning rate
 * at t it has at t: t counts epochs, and the learning rate is set once per epoch, or updates where `t_in_epochs` is
 * false.
 *
 * @param parameters What is left out has timm's default; mind that `cycle_limit` is 1, which means no restart.
 * @throws {@link CosineAnnealingError} where a parameter is unknown or out of its range, or asks for what SGDR's cosine
 * cannot follow: `k_decay` other than 1, noise, a peak that decays below `lr_min`, a warm-up that falls or that
 * overlaps more than its cycle.
 */
export function fromTimm(parameters: TimmSchedule): PresetConfig {
  const schedule = parse(timmSchema, parameters);
  const { warmup_t, warmup_lr_init, warmup_prefix } = schedule;
  const clock = schedule.t_in_epochs ? 'epoch' : 'batch';
  return checked(
    {
      unit: clock,
      updateFreq: clock,
      T_0: schedule.t_initial,
      T_mult: schedule.cycle_mul,
      cycles: schedule.cycle_limit,
      eta_max: schedule.base_lr,
      eta_min: schedule.lr_min,
      eta_max_mult: schedule.cycle_decay,
      ...(warmup_t > 0 && { warmup: { length: warmup_t, from: warmup_lr_init, overlap: !warmup_prefix } }),
    },
    { T_0: 't_initial', T_mult: 'cycle_mul', cycles: 'cycle_limit', 'warmup.length': 'warmup_t' },
  );
}

const optaxParameters =
  'the keyword arguments of warmup_cosine_decay_schedule, or a list of them as for sgdr_schedule';

const optaxCycle = withRules(
  strict(
    {
      /** Learning rate where the warm-up begins: a number >= 0 and at most peak_value. */
      init_value: notNegative(),
      /** Learning rate at the end of the warm-up: a number > 0. */
      peak_value: positive(),
      /** Length of the warm-up, in steps: an integer >= 0. */
      warmup_steps: countFromZero(),
      /** Length of warm-up and decay together, in steps: an integer > warmup_steps. */
      decay_steps: count(),
      /** Learning rate at the end: a number >= 0 and at most peak_value. Default: 0. */
      end_value: z._default(notNegative(), 0),
      /** Only 1, the default. */
      exponent: z._default(positive(), 1),
    },
    optaxParameters,
  ),
  function* (config): Iterable<Conflict> {
    const { init_value, peak_value, warmup_steps, decay_steps, exponent } = config;
    if (decay_steps <= warmup_steps) {
      yield [
        'decay_steps',
        `expected more than warmup_steps (${warmup_steps}), which it includes, got ${decay_steps}`,
      ];
    }
    if (warmup_steps > 0 && init_value > peak_value) {
      yield ['init_value', fallingWarmup('peak_value', peak_value, init_value)];
    }
    yield* atMost('peak_value', 'end_value', config);
    if (exponent !== 1) yield ['exponent', onlyPlainCosine(exponent)];
  },
);

const optaxCycles = listOf(optaxCycle);
const optaxArguments = strict({ cosine_kwargs: optaxCycles }, optaxParameters);

const optaxSchema = byForm((value) => {
  if (Array.isArray(value)) return optaxCycles;
  return isObject(value) && 'cosine_kwargs' in value ? optaxArguments : optaxCycle;
});

/** The keyword arguments of optax's warmup_cosine_decay_schedule, or a list of them: the argument of sgdr_schedule. */
export type OptaxSchedule =
  | z.input<typeof optaxCycle>
  | z.input<typeof optaxCycles>
  | z.input<typeof optaxArguments>;

/**
 * The config of optax's
 * [warmup_cosine_decay_schedule](https://optax.readthedocs.io/en/latest/api/optimizer_schedules.html), or of its
 * sgdr_schedule where a list is given, whose learning rate at step t it has at t.
 *
 * @param parameters In steps; what is left out has optax's default.
 * @throws {@link CosineAnnealingError} where a parameter is unknown or out of its range, or asks for what SGDR's cosine
 * cannot follow: `exponent` other than 1, or a warm-up that falls.
 */
export function fromOptax(parameters: OptaxSchedule): PresetConfig {
  const schedule = parse(optaxSchema, parameters);
  const cycles =
    'cosine_kwargs' in schedule ? schedule.cosine_kwargs : 'peak_value' in schedule ? [schedule] : schedule;
  const warmsUp = cycles.some(({ warmup_steps }) => warmup_steps > 0);
  const length = perCycle(cycles, ({ warmup_steps }) => warmup_steps);
  const from = perCycle(cycles, ({ warmup_steps, init_value }) => (warmup_steps > 0 ? init_value : 0));
  return checked({
    unit: 'batch',
    cycles: cycles.map(({ decay_steps, warmup_steps }) => decay_steps - warmup_steps),
    eta_max: perCycle(cycles, ({ peak_value }) => peak_value),
    eta_min: perCycle(cycles, ({ end_value }) => end_value),
    ...(warmsUp && { warmup: { length, from, everyCycle: true } }),
  });
}

const transformersSchema = strict(
  {
    /** Length of the warm-up from 0, in steps: an integer >= 0. */
    num_warmup_steps: countFromZero(),
    /** Length of warm-up and cycles together, in steps: an integer > num_warmup_steps. */
    num_training_steps: count(),
    /** How many cycles: an integer >= 1. Default: 1. */
    num_cycles: z._default(count(), 1),
    ...ofOptimizer,
  },
  'the parameters of get_cosine_with_hard_restarts_schedule_with_warmup',
);

/** The parameters of transformers' get_cosine_with_hard_restarts_schedule_with_warmup, and the optimizer's learning rate. */
export type TransformersSchedule = z.input<typeof transformersSchema>;

/**
 * The config of transformers'
 * [get_cosine_with_hard_restarts_schedule_with_warmup](https://huggingface.co/docs/transformers/main_classes/optimizer_schedules)
 * (`cosine_with_restarts`), whose learning rate at step t it has at t. Restarts that transformers misses, it makes.
 *
 * @param parameters In steps; what is left out has transformers' default.
 * @throws {@link CosineAnnealingError} where a parameter is unknown or out of its range.
 */
export function fromTransformers(parameters: TransformersSchedule): PresetConfig {
  const { num_warmup_steps, num_training_steps, num_cycles, base_lr } = parse(transformersSchema, parameters);
  return checked(
    {
      unit: 'batch',
      cycles: num_cycles,
      total: num_training_steps,
      eta_max: base_lr,
      ...(num_warmup_steps > 0 && { warmup: { length: num_warmup_steps, from: 0 } }),
    },
    { cycles: 'num_cycles', total: 'num_training_steps' },
  );
}

function perCycle<Cycle>(cycles: readonly Cycle[], select: (cycle: Cycle) => number): PerCycle {
  const values = cycles.map(select);
  return new Set(values).size === 1 ? (values[0] as number) : values;
}

function* atMost<Upper extends string, Lower extends string>(
  upper: Upper,
  lower: Lower,
  config: Record<Upper | Lower, number>,
): Iterable<Conflict> {
  if (config[lower] <= config[upper]) return;
  yield [lower, `expected at most ${upper} (${config[upper]}), got ${config[lower]}`];
}

const fallingWarmup = (peak: string, limit: number, value: number) =>
  `expected at most ${peak} (${limit}), got ${value}; a warm-up that falls has no counterpart here, so lower it`;

const onlyPlainCosine = (value: number) =>
  `expected 1, got ${value}; only the plain cosine has a counterpart here, so leave it out`;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse<Schema extends z.ZodMiniType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw validationError(result.error);
  return result.data;
}

/** The config, once our own rules agree; what they refuse is told in the names that the caller gave. */
function checked(config: PresetConfig, names: Readonly<Record<string, string>> = {}): PresetConfig {
  try {
    parseConfig(config);
  } catch (error) {
    const { message, cause } = error as CosineAnnealingError;
    throw new CosineAnnealingError(rename(message, names), { cause });
  }
  return config;
}

/** `cycles` and `total` are also words, so only their quoted form is a name. */
const rename = (message: string, names: Readonly<Record<string, string>>): string =>
  message.replaceAll(/`(cycles|total)`|\b(?:T_|eta_|warmup\.)\w+/g, (name, quoted?: string) =>
    quoted === undefined ? (names[name] ?? name) : `\`${names[quoted] ?? quoted}\``,
  );
