import * as z from 'zod/mini';
import { count, notNegative, positive, strict } from '../config/rules';
import { refusal } from '../errors';
import {
  atMost,
  checked,
  notResumed,
  ofOptimizer,
  type PresetConfig,
  parse,
  valueAt,
  withRules,
} from './preset';

const parameterNames =
  'the parameters of CosineAnnealingWarmRestarts, { T_0, base_lr }, or of CosineAnnealingLR, { T_max, base_lr }';

const warmRestarts = withRules(
  strict(
    {
      /** Length of the first cycle, in epochs: an integer >= 1. */
      T_0: count(),
      /** Each cycle is this many times as long as the one before: an integer >= 1. Default: 1. */
      T_mult: z._default(count(), 1),
      /** Learning rate at the end of a cycle: a number >= 0 and at most base_lr. Default: 0. */
      eta_min: z._default(notNegative(), 0),
      ...ofOptimizer,
      last_epoch: notResumed(),
    },
    parameterNames,
  ),
  (parameters) => atMost('base_lr', 'eta_min', parameters),
);

const annealing = withRules(
  strict(
    {
      /** Length of the annealing, in epochs: a number > 0. */
      T_max: positive(),
      /** Learning rate at the end: a number >= 0 and at most base_lr. Default: 0. */
      eta_min: z._default(notNegative(), 0),
      ...ofOptimizer,
      last_epoch: notResumed(),
    },
    parameterNames,
  ),
  (parameters) => atMost('base_lr', 'eta_min', parameters),
);

/** The parameters of PyTorch's CosineAnnealingWarmRestarts or CosineAnnealingLR, and the optimizer's learning rate. */
export type PyTorchSchedule = z.input<typeof warmRestarts> | z.input<typeof annealing>;

/**
 * The config of PyTorch's
 * [CosineAnnealingWarmRestarts](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html)
 * (with `T_0`) or
 * [CosineAnnealingLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html)
 * (with `T_max`): at t it has the learning rate that PyTorch has after `step(t)`.
 *
 * CosineAnnealingWarmRestarts is set at every batch, as with `scheduler.step(epoch + i / iters)`; if you call `step()`
 * once an epoch, add `updateFreq: 'epoch'`. It makes the restarts that PyTorch's logarithm misses.
 *
 * CosineAnnealingLR is set once an epoch; if you call `step()` at every batch, so that `T_max` counts batches, add
 * `unit: 'batch', updateFreq: 'batch'`. **After `T_max` PyTorch's learning rate rises again**, back to `base_lr` at
 * 2 `T_max`; this one stays at `eta_min`.
 *
 * @param parameters In epochs; what is left out has PyTorch's default.
 * @throws {@link CosineAnnealingError} if a parameter is unknown or out of its range, or `eta_min` is above `base_lr`.
 */
export function fromPyTorch(parameters: PyTorchSchedule): PresetConfig {
  if (valueAt(parameters, 'T_max') === undefined) return fromWarmRestarts(parameters);
  if (valueAt(parameters, 'T_0') === undefined) return fromAnnealing(parameters);
  throw refusal([], 'expected either T_0 (CosineAnnealingWarmRestarts) or T_max (CosineAnnealingLR)', {
    received: parameters,
    cure: 'remove one of the two',
  });
}

function fromWarmRestarts(parameters: unknown): PresetConfig {
  const { T_0, T_mult, base_lr, eta_min } = parse(warmRestarts, parameters);
  return checked({ T_0, T_mult, eta_max: base_lr, eta_min });
}

function fromAnnealing(parameters: unknown): PresetConfig {
  const { T_max, base_lr, eta_min } = parse(annealing, parameters);
  return checked({ T_0: T_max, cycles: 1, eta_max: base_lr, eta_min, updateFreq: 'epoch' }, { T_0: 'T_max' });
}
