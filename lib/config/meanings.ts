import type { ConfigKey, WarmupKey } from './keys';

/** What each key of the config means: for README, `--help` and the page. `keys.ts` repeats it for editors; a spec keeps the two equal. */
export const MEANINGS = {
  cycles: {
    T_0: 'Length of the first cycle, in `unit`s: a number > 0. Required, unless `cycles` fixes the lengths.',
    T_mult:
      'Each cycle is this many times as long as the one before: a number > 0; below 1 only with a finite `cycles`. Default: 1.',
    cycles:
      'How many cycles: an integer >= 1, or a list of their lengths (then without T_0 and T_mult). Default: unlimited.',
    total:
      'Length of the whole training, over all its fits, in `unit`s: a number > 0. With an integer `cycles` and no T_0, the cycles fill it from `start` on. Default: the epochs of the fit.',
    start:
      "Where on the training's clock the schedule begins, in `unit`s: a number >= 0; before it, its first learning rate holds. Default: 0.",
  },
  rates: {
    eta_min:
      'Learning rate at the end of a cycle: a number >= 0, or a list with one per cycle, whose last one repeats. Default: 0.',
    eta_min_ratio: "Instead of eta_min: this share of the first cycle's eta_max, 0 to 1.",
    eta_max:
      "Learning rate at the start of a cycle: a number > 0, or a list with one per cycle, whose last one repeats. Default: the optimizer's own, before any annealing.",
    eta_max_mult:
      "Each restart multiplies eta_max by this number > 0 (timm's cycle_decay); never below eta_min. Default: 1.",
    amplitude_mult:
      "Each restart multiplies eta_max - eta_min by this number > 0 (Keras's m_mul); not with eta_max_mult. Default: 1.",
    endpoint:
      "Whether the last update of every cycle is exactly eta_min, as in NumPy's linspace; a cosine of one update is eta_max. Default: false.",
    warmup:
      'A rise from `from` to eta_max at the start of a cycle: its length in `unit`s, or an object. Default: none.',
    plateau:
      'How long eta_max holds between warm-up and cosine, in `unit`s: a number >= 0, or a list with one per cycle, whose last one repeats. It lengthens the cycle. Default: 0.',
  },
  clock: {
    unit: "What T_0, total, start, warmup and plateau count: 'epoch' or 'batch'. Default: 'epoch'.",
    updateFreq:
      "When the learning rate is set: at every 'batch' (T_cur is fractional), or once an 'epoch'. Default: 'batch'.",
    batchesPerEpoch:
      "Batches in an epoch: an integer >= 1, used if TensorFlow.js doesn't know. Default: from the fit.",
  },
  bookkeeping: {
    afterLastCycle: "After the last cycle: 'hold' its eta_min, or 'stop' training. Default: 'hold'.",
    verbose:
      '0: history and warnings only; 1: also the plan, restarts and cycle ends; 2: also every change. Default: 0.',
    historyLimit: 'Keep only the newest changes, this many: an integer >= 1. Default: unlimited.',
  },
} as const satisfies Readonly<Record<string, Partial<Readonly<Record<ConfigKey, string>>>>>;

/** What each key of `warmup` means. */
export const WARMUP_MEANINGS: Readonly<Record<WarmupKey, string>> = {
  length: 'Length of the rise to eta_max, in `unit`s: a number >= 0, or a list with one per cycle.',
  from: 'Learning rate at the start of the rise: a number >= 0, at most eta_max, or a list with one per cycle. Default: eta_min.',
  everyCycle: 'Whether each warm restart has a warm-up; of a list, the last length repeats. Default: false.',
  shape: "How it rises: 'linear' or 'cosine'. Default: 'linear'.",
  placement:
    "'before' the cosine, which lengthens the cycle; 'inside' the cycle, which shortens its cosine; or 'overlap': over the start of the cosine, as in timm. Default: 'before'.",
};
