import * as z from 'zod/mini';
import {
  also,
  check,
  fraction,
  growth,
  ignored,
  isObject,
  notNegative,
  oneOf,
  positive,
  strict,
  withRules,
} from '../config/rules';
import type { Problem } from '../errors';
import { checked, fallingWarmup, floorAt, type PresetConfig, type Reader, readerOf } from './preset';

/** What Keras's `serialize()` writes around a schedule's config. */
const serialized = <Name extends string, Config extends z.ZodMiniType>(class_name: Name, config: Config) =>
  strict(
    {
      class_name: oneOf(class_name),
      config,
      /** Ignored, as are the keys below: they tell Keras where the class is. */
      module: ignored(),
      registered_name: ignored(),
      build_config: ignored(),
    },
    'what serialize() writes: { class_name, config }',
  );

const cosineDecay = withRules(
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
        name: ignored(),
      },
      'the config of a CosineDecay',
    ),
  ),
  function* ({ config: { initial_learning_rate, warmup_target, warmup_steps } }): Iterable<Problem> {
    const path = ['config', 'initial_learning_rate'];
    if (typeof warmup_target !== 'number') {
      if (initial_learning_rate > 0) return;
      const cure = 'to begin at 0, set `warmup_target` and `warmup_steps`';
      yield { path, rule: 'expected a number > 0', received: initial_learning_rate, cure };
    } else if (warmup_steps > 0 && initial_learning_rate > warmup_target) {
      yield fallingWarmup(path, 'warmup_target', warmup_target, initial_learning_rate);
    }
  },
);

const cosineDecayRestarts = serialized(
  'CosineDecayRestarts',
  strict(
    {
      /** Learning rate at step 0: a number > 0. */
      initial_learning_rate: positive(),
      /** Length of the first cycle, in steps: a number > 0. */
      first_decay_steps: positive(),
      /** Each cycle is this many times as long as the one before: a number >= 1. Default: 2. */
      t_mul: z._default(
        also(growth(), (value) => value >= 1, 'a number >= 1'),
        2,
      ),
      /** Each restart multiplies the amplitude by this number > 0. Default: 1. */
      m_mul: z._default(positive(), 1),
      /** Learning rate at the end of a cycle, as a fraction of the first one: 0 to 1. Default: 0. */
      alpha: z._default(fraction(), 0),
      /** Ignored. */
      name: ignored(),
    },
    'the config of a CosineDecayRestarts',
  ),
);

/** A Keras schedule, as its `serialize()` writes it. */
export type KerasSchedule = z.input<typeof cosineDecay> | z.input<typeof cosineDecayRestarts>;

const readers = new Map<unknown, Reader>([
  ['CosineDecay', fromCosineDecay],
  ['CosineDecayRestarts', fromCosineDecayRestarts],
]);

/**
 * The config of a Keras schedule, [CosineDecay](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/)
 * or [CosineDecayRestarts](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/): at t it has
 * the learning rate of Keras's step t. Keras itself computes in float32.
 *
 * @param serialized What `keras.optimizers.schedules.serialize(schedule)` writes; what is left out has Keras's default.
 * @throws {@link CosineAnnealingError} if it is no such schedule, or one that SGDR's cosine can't follow: a warm-up
 * that falls, cycles that shrink to nothing (`t_mul` below 1), or an `alpha` above 1.
 */
export function fromKeras(serialized: KerasSchedule): PresetConfig {
  const class_name: unknown = isObject(serialized) ? serialized.class_name : 'CosineDecay';
  return readerOf(readers, 'class_name', class_name)(serialized);
}

function fromCosineDecay(serialized: unknown): PresetConfig {
  const { config } = check(cosineDecay, serialized);
  const { initial_learning_rate, decay_steps, alpha, warmup_target, warmup_steps } = config;
  const warmsUp = typeof warmup_target === 'number' && warmup_steps > 0;
  return checked(
    {
      unit: 'batch',
      T_0: decay_steps,
      cycles: 1,
      eta_max: warmup_target ?? initial_learning_rate,
      ...floorAt(alpha),
      ...(warmsUp && { warmup: { length: warmup_steps, from: initial_learning_rate } }),
    },
    { T_0: 'config.decay_steps', 'warmup.length': 'config.warmup_steps' },
  );
}

function fromCosineDecayRestarts(serialized: unknown): PresetConfig {
  const { config } = check(cosineDecayRestarts, serialized);
  return checked(
    {
      unit: 'batch',
      T_0: config.first_decay_steps,
      T_mult: config.t_mul,
      eta_max: config.initial_learning_rate,
      ...floorAt(config.alpha),
      amplitude_mult: config.m_mul,
    },
    { T_0: 'config.first_decay_steps' },
  );
}
