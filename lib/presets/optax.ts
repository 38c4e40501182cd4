import * as z from 'zod/mini';
import { count, countFromZero, fraction, listOf, notNegative, positive, strict } from '../config/rules';
import type { Problem } from '../errors';
import {
  atMost,
  checked,
  fallingWarmup,
  floorAt,
  isObject,
  only,
  type PresetConfig,
  parse,
  perCycle,
  withRules,
} from './preset';

const argumentNames =
  'the keyword arguments of cosine_decay_schedule or warmup_cosine_decay_schedule, or a list of the latter as for sgdr_schedule';

const plainCosine = (exponent: number) =>
  only('exponent', 1, exponent, 'only the plain cosine has a counterpart here');

const cosineDecay = withRules(
  strict(
    {
      /** Learning rate at step 0: a number > 0. */
      init_value: positive(),
      /** Length of the decay, in steps: a number > 0. */
      decay_steps: positive(),
      /** Learning rate at the end, as a fraction of init_value: 0 to 1. Default: 0. */
      alpha: z._default(fraction(), 0),
      /** Only 1, the default. */
      exponent: z._default(positive(), 1),
    },
    argumentNames,
  ),
  ({ exponent }) => plainCosine(exponent),
);

const warmupCosineDecay = withRules(
  strict(
    {
      /** Learning rate at the start of the warm-up: a number >= 0 and at most peak_value. */
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
    argumentNames,
  ),
  function* (cycle): Iterable<Problem> {
    const { init_value, peak_value, warmup_steps, decay_steps, exponent } = cycle;
    if (decay_steps <= warmup_steps) {
      const rule = `expected more than warmup_steps (${warmup_steps}), which it includes`;
      yield { path: ['decay_steps'], rule, received: decay_steps };
    }
    if (warmup_steps > 0 && init_value > peak_value) {
      yield fallingWarmup(['init_value'], 'peak_value', peak_value, init_value);
    }
    yield* atMost('peak_value', 'end_value', cycle);
    yield* plainCosine(exponent);
  },
);

const sgdrCycles = listOf(warmupCosineDecay);
const sgdr = strict({ cosine_kwargs: sgdrCycles }, argumentNames);

/**
 * The keyword arguments of optax's cosine_decay_schedule or warmup_cosine_decay_schedule, or the argument of
 * sgdr_schedule: a list of the latter.
 */
export type OptaxSchedule =
  | z.input<typeof cosineDecay>
  | z.input<typeof warmupCosineDecay>
  | z.input<typeof sgdrCycles>
  | z.input<typeof sgdr>;

/**
 * The config of optax's
 * [cosine_decay_schedule](https://optax.readthedocs.io/en/latest/api/optimizer_schedules.html), of its
 * warmup_cosine_decay_schedule (with `peak_value`), or of its sgdr_schedule (a list, or `cosine_kwargs`): at t it has
 * optax's learning rate at step t. Optax itself computes in float32, unless told otherwise.
 *
 * @param parameters In steps; what is left out has optax's default.
 * @throws {@link CosineAnnealingError} if a parameter is unknown or out of its range, or asks for what SGDR's cosine
 * can't follow: `exponent` other than 1, an `alpha` above 1, or a warm-up that falls.
 */
export function fromOptax(parameters: OptaxSchedule): PresetConfig {
  if (Array.isArray(parameters)) return fromCycles(parse(sgdrCycles, parameters));
  if (!isObject(parameters)) return fromCosineDecay(parameters);
  if ('cosine_kwargs' in parameters) return fromCycles(parse(sgdr, parameters).cosine_kwargs);
  const warmsUp = ['peak_value', 'warmup_steps', 'end_value'].some((key) => key in parameters);
  return warmsUp ? fromCycles([parse(warmupCosineDecay, parameters)]) : fromCosineDecay(parameters);
}

function fromCosineDecay(parameters: unknown): PresetConfig {
  const { init_value, decay_steps, alpha } = parse(cosineDecay, parameters);
  return checked(
    { unit: 'batch', T_0: decay_steps, cycles: 1, eta_max: init_value, ...floorAt(alpha) },
    { T_0: 'decay_steps' },
  );
}

function fromCycles(cycles: readonly z.output<typeof warmupCosineDecay>[]): PresetConfig {
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
