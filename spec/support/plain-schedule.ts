/**
 * The learning rate at t as the config's documentation says it, cycle after cycle and in plain doubles: shares nothing
 * with the library, so that a preset can be held against another library's values by itself.
 */
import type { PerCycle } from '../../lib/annealing/cycles';

export interface PlainConfig {
  readonly T_0?: number | undefined;
  readonly T_mult?: number | undefined;
  readonly cycles?: number | readonly number[] | undefined;
  readonly total?: number | undefined;
  readonly start?: number | undefined;
  readonly eta_min?: PerCycle | undefined;
  readonly eta_min_ratio?: number | undefined;
  readonly eta_max: PerCycle;
  readonly eta_max_mult?: number | undefined;
  readonly amplitude_mult?: number | undefined;
  readonly plateau?: PerCycle | undefined;
  readonly warmup?: number | PlainWarmup | undefined;
}

interface PlainWarmup {
  readonly length: PerCycle;
  readonly from?: PerCycle | undefined;
  readonly everyCycle?: boolean | undefined;
  readonly shape?: 'linear' | 'cosine' | undefined;
  readonly placement?: 'before' | 'inside' | 'overlap' | undefined;
}

const at = (values: PerCycle, i: number): number =>
  typeof values === 'number' ? values : (values[Math.min(i, values.length - 1)] ?? Number.NaN);

const halfCosine = (share: number) => (1 + Math.cos(Math.PI * share)) / 2;

function warmupOf({ warmup }: PlainConfig, i: number) {
  const {
    length,
    from,
    everyCycle = false,
    shape = 'linear',
    placement = 'before',
  } = typeof warmup === 'object' ? warmup : { length: warmup ?? 0 };
  const listed = typeof length === 'number' ? 1 : length.length;
  return { length: i < listed || everyCycle ? at(length, i) : 0, from, shape, placement };
}

/** What delays the cosine of cycle i. */
function delayOf(config: PlainConfig, i: number): number {
  const { length, placement } = warmupOf(config, i);
  return at(config.plateau ?? 0, i) + (placement === 'before' ? length : 0);
}

/** The length of cycle i, without what delays its cosine. */
function lengthOf(config: PlainConfig, i: number): number {
  const { T_0, T_mult = 1, cycles, total = Number.NaN, start = 0 } = config;
  if (typeof cycles === 'object') return at(cycles, i);
  if (T_0 !== undefined) return T_0 * T_mult ** i;
  let [delays, sum] = [0, 0];
  for (let k = 0; k < (cycles ?? 0); k++) {
    delays += delayOf(config, k);
    sum += T_mult ** k;
  }
  return ((total - start - delays) / sum) * T_mult ** i;
}

function ratesOf(config: PlainConfig, i: number): { eta_min: number; eta_max: number } {
  const eta_min = at(config.eta_min ?? at(config.eta_max, 0) * (config.eta_min_ratio ?? 0), i);
  const { eta_max, eta_max_mult = 1, amplitude_mult = 1 } = config;
  const peak = Math.max(eta_min, at(eta_max, i) * eta_max_mult ** i);
  return { eta_min, eta_max: eta_min + (peak - eta_min) * amplitude_mult ** i };
}

export function plainRate(config: PlainConfig, t: number): number {
  const count = typeof config.cycles === 'object' ? config.cycles.length : (config.cycles ?? Infinity);
  let begin = config.start ?? 0;
  for (let i = 0; i < count; i++) {
    const end = begin + delayOf(config, i) + lengthOf(config, i);
    if (t < end) return rateInCycle(config, i, Math.max(0, t - begin));
    begin = end;
  }
  return ratesOf(config, count - 1).eta_min;
}

function rateInCycle(config: PlainConfig, i: number, t: number): number {
  const { eta_min, eta_max } = ratesOf(config, i);
  const { length, from, shape, placement } = warmupOf(config, i);
  if (t < length) {
    const low = at(from ?? eta_min, i);
    return low + (eta_max - low) * (shape === 'cosine' ? halfCosine(1 - t / length) : t / length);
  }
  const inside = placement === 'inside' ? length : 0;
  const T_cur = Math.max(0, t - delayOf(config, i) - inside);
  return eta_min + (eta_max - eta_min) * halfCosine(T_cur / (lengthOf(config, i) - inside));
}
