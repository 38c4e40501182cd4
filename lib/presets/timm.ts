import * as z from 'zod/mini';
import {
  check,
  count,
  flag,
  growth,
  ignored,
  notNegative,
  positive,
  strict,
  withRules,
} from '../config/rules';
import type { Problem } from '../errors';
import { atMost, checked, fallingWarmup, ofOptimizer, only, type PresetConfig } from './preset';

const cosine = withRules(
  strict(
    {
      /** Length of the first cycle, in epochs, or in updates if t_in_epochs is false: a number > 0. */
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
      /** Learning rate at the start of the warm-up: a number >= 0 and at most base_lr. Default: 0. */
      warmup_lr_init: z._default(notNegative(), 0),
      /** Whether the first cycle begins after the warm-up, and not under it. Default: false. */
      warmup_prefix: z._default(flag(), false),
      /** Whether t counts epochs, and not updates. Default: true. */
      t_in_epochs: z._default(flag(), true),
      ...ofOptimizer,
      /** Only 1, the default. */
      k_decay: z._default(positive(), 1),
      /** Only null, the default; without it timm uses none of the other noise options. */
      noise_range_t: ignored(),
      noise_pct: ignored(),
      noise_std: ignored(),
      noise_seed: ignored(),
      /** Ignored. */
      initialize: ignored(),
    },
    'the parameters of CosineLRScheduler, such as { t_initial: 30, base_lr: 0.1 }',
  ),
  function* (parameters): Iterable<Problem> {
    const { base_lr, warmup_t, warmup_lr_init, k_decay, noise_range_t } = parameters;
    yield* atMost('base_lr', 'lr_min', parameters);
    if (warmup_t > 0 && warmup_lr_init > base_lr) {
      yield fallingWarmup(['warmup_lr_init'], 'base_lr', base_lr, warmup_lr_init);
    }
    yield* longWarmup(parameters);
    yield* lowPeak(parameters);
    yield* only('k_decay', 1, k_decay, 'only the plain cosine has a counterpart here');
    if (noise_range_t !== undefined && noise_range_t !== null) {
      const cure = 'random noise has no exact values, so leave it out';
      yield { path: ['noise_range_t'], rule: 'expected nothing', received: noise_range_t, cure };
    }
  },
);

type Cosine = z.output<typeof cosine>;

/** A warm-up over its cycle can't be longer than that. */
function* longWarmup({ t_initial, warmup_t, warmup_prefix }: Cosine): Iterable<Problem> {
  if (warmup_prefix || warmup_t <= t_initial) return;
  const rule = `expected at most t_initial (${t_initial}), the cycle that it overlaps`;
  yield { path: ['warmup_t'], rule, received: warmup_t, cure: 'shorten it, or set `warmup_prefix: true`' };
}

/** If the peak falls below lr_min, timm's cosine rises from one to the other. */
function* lowPeak({ base_lr, lr_min, cycle_decay, cycle_limit }: Cosine): Iterable<Problem> {
  const lowest = base_lr * cycle_decay ** (cycle_limit - 1);
  if (cycle_decay >= 1 || lowest >= lr_min) return;
  const rule = `the peak of the last cycle, ${lowest}, would be below lr_min (${lr_min})`;
  const cure = `set a larger one, a smaller lr_min or a smaller cycle_limit (${cycle_limit})`;
  yield { path: ['cycle_decay'], rule, received: cycle_decay, cure };
}

/** The parameters of timm's CosineLRScheduler, and the optimizer's learning rate. */
export type TimmSchedule = z.input<typeof cosine>;

/**
 * The config of timm's [CosineLRScheduler](https://huggingface.co/docs/timm/reference/schedulers): at t it has timm's
 * learning rate at t. By default t counts epochs, and the learning rate is set once an epoch; if `t_in_epochs` is
 * false, t counts updates. It makes the restarts that timm's logarithm misses.
 *
 * @param parameters What is left out has timm's default; mind that `cycle_limit` is 1, which means no restart: after
 * `t_initial` the learning rate stays at `lr_min`.
 * @throws {@link CosineAnnealingError} if a parameter is unknown or out of its range, or asks for what SGDR's cosine
 * can't follow: `k_decay` other than 1, noise, a peak that decays below `lr_min`, a warm-up that falls or that
 * overlaps more than its cycle.
 */
export function fromTimm(parameters: TimmSchedule): PresetConfig {
  const schedule = check(cosine, parameters);
  const { warmup_t, warmup_lr_init, warmup_prefix } = schedule;
  const clock = schedule.t_in_epochs ? 'epoch' : 'batch';
  const placement = warmup_prefix ? 'before' : 'overlap';
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
      ...(warmup_t > 0 && { warmup: { length: warmup_t, from: warmup_lr_init, placement } }),
    },
    {
      T_0: 't_initial',
      T_mult: 'cycle_mul',
      cycles: 'cycle_limit',
      'warmup.length': 'warmup_t',
    },
  );
}
