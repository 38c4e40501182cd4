// How others compute one learning rate: their formulas in JavaScript, and the libraries themselves if there is a Python
// that has them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Cycles {
  readonly eta_min: number;
  readonly eta_max: number;
  readonly T_0: number;
  readonly T_mult: number;
}

/** torch/optim/lr_scheduler.py, CosineAnnealingWarmRestarts.step(epoch) and get_lr. */
export const pytorch =
  ({ eta_min, eta_max, T_0, T_mult }: Cycles) =>
  (epoch: number): number => {
    let [T_cur, T_i] = [epoch, T_0];
    if (epoch >= T_0 && T_mult === 1) T_cur = epoch % T_0;
    else if (epoch >= T_0) {
      const n = Math.trunc(Math.log((epoch / T_0) * (T_mult - 1) + 1) / Math.log(T_mult));
      T_cur = epoch - (T_0 * (T_mult ** n - 1)) / (T_mult - 1);
      T_i = T_0 * T_mult ** n;
    }
    return eta_min + ((eta_max - eta_min) * (1 + Math.cos((Math.PI * T_cur) / T_i))) / 2;
  };

/** timm/scheduler/cosine_lr.py, CosineLRScheduler._get_lr, without its warm-up; its cycle_limit is left unlimited. */
export const timm =
  ({ eta_min, eta_max, T_0, T_mult }: Cycles, { cycle_decay = 1, k_decay = 1 } = {}) =>
  (t: number): number => {
    let [i, t_i, t_curr] = [0, T_0, 0];
    if (T_mult === 1) {
      i = Math.floor(t / T_0);
      t_curr = t - T_0 * i;
    } else {
      i = Math.floor(Math.log(1 - (t / T_0) * (1 - T_mult)) / Math.log(T_mult));
      t_i = T_mult ** i * T_0;
      t_curr = t - ((1 - T_mult ** i) / (1 - T_mult)) * T_0;
    }
    const lr_max = eta_max * cycle_decay ** i;
    return (
      eta_min + 0.5 * (lr_max - eta_min) * (1 + Math.cos((Math.PI * t_curr ** k_decay) / t_i ** k_decay))
    );
  };

/** What Python's libraries take: rows of a name and nanoseconds, or why there are none. */
export function pythonTimes(): {
  readonly rows: readonly (readonly [string, number])[];
  readonly skipped: string[];
} {
  const python = process.env['PYTHON'] ?? 'python3';
  const { stdout, error, status } = spawnSync(python, [join(__dirname, 'schedule-rivals.py')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined || status !== 0)
    return {
      rows: [],
      skipped: [`Python's libraries: ${python} ${error?.message ?? `ended with ${status}`}`],
    };
  return JSON.parse(stdout);
}
