// The schedules that bench/evidence.ts compares. Pure.
import type { CosineAnnealingConfig } from '../lib';
import type { ScheduleName } from './evidence-plan';

/** The share of the peak that other schedules have at `t`, in a training of `epochs`. */
export const shares = {
  constant: () => 1,
  /** By 10 at half and at three quarters, as ResNets were trained (He et al., arXiv 1512.03385). */
  'step decay': (t, epochs) => 10 ** -[epochs / 2, (3 * epochs) / 4].filter((at) => t >= at).length,
  'linear to 0': (t, epochs) => 1 - t / epochs,
  /** Hägele et al., arXiv 2405.18392: up over the first 5 %, linear to 0 over the last 20 %. */
  'warm-up, stable, decay': (t, epochs) => Math.min(1, t / (0.05 * epochs), (epochs - t) / (0.2 * epochs)),
} satisfies Partial<Record<ScheduleName, (t: number, epochs: number) => number>>;

/** Ours. */
export const configs = {
  'one cosine': (epochs: number) => ({ T_0: epochs }),
  'warm restarts': () => ({ T_0: 1, T_mult: 2 }),
  'equal cycles': () => ({ T_0: 3 }),
} satisfies Partial<Record<ScheduleName, (epochs: number) => CosineAnnealingConfig>>;
