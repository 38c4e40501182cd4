/** A config as DESIGN.md section 3 has it, spelled out here once more so that nothing is taken from lib. */
export type PerCycle = number | readonly number[];

export interface ModelWarmup {
  readonly length: PerCycle;
  readonly from?: PerCycle | undefined;
  readonly everyCycle?: boolean | undefined;
  readonly shape?: 'linear' | 'cosine' | undefined;
  readonly placement?: 'before' | 'inside' | 'overlap' | undefined;
}

export interface ModelConfig {
  readonly T_0?: number | undefined;
  readonly T_mult?: number | undefined;
  readonly cycles?: number | readonly number[] | undefined;
  readonly total?: number | undefined;
  readonly start?: number | undefined;
  readonly eta_min?: PerCycle | undefined;
  readonly eta_min_ratio?: number | undefined;
  readonly eta_max?: PerCycle | undefined;
  readonly eta_max_mult?: number | undefined;
  readonly amplitude_mult?: number | undefined;
  readonly endpoint?: boolean | undefined;
  readonly warmup?: number | ModelWarmup | undefined;
  readonly plateau?: PerCycle | undefined;
  readonly unit?: 'epoch' | 'batch' | undefined;
  readonly updateFreq?: 'epoch' | 'batch' | undefined;
  readonly batchesPerEpoch?: number | undefined;
  readonly afterLastCycle?: 'hold' | 'stop' | undefined;
  readonly historyLimit?: number | undefined;
}

/** The value for cycle i; of a list the last one repeats. */
export function forCycle(values: PerCycle, i: number): number {
  if (typeof values === 'number') return values;
  const value = values[Math.min(i, values.length - 1)];
  if (value === undefined) throw new RangeError('an empty list');
  return value;
}

export const listed = (values: PerCycle | undefined): number =>
  values === undefined ? 0 : typeof values === 'number' ? 1 : values.length;

export function warmupOf({ warmup }: ModelConfig): ModelWarmup | undefined {
  return typeof warmup === 'number' ? { length: warmup } : warmup;
}

/** Without `everyCycle` only the cycles that are listed have a warm-up; a number lists the first. */
export function warmupLength(config: ModelConfig, i: number): number {
  const warmup = warmupOf(config);
  if (warmup === undefined) return 0;
  if (!warmup.everyCycle && i >= listed(warmup.length)) return 0;
  return forCycle(warmup.length, i);
}

export const placementOf = (config: ModelConfig): 'before' | 'inside' | 'overlap' =>
  warmupOf(config)?.placement ?? 'before';

export const cycleCount = ({ cycles }: ModelConfig): number =>
  cycles === undefined ? Number.POSITIVE_INFINITY : typeof cycles === 'number' ? cycles : cycles.length;

/** An integer number of cycles without T_0 fills `total`. */
export const fills = ({ T_0, cycles }: ModelConfig): boolean =>
  typeof cycles === 'number' && T_0 === undefined;
