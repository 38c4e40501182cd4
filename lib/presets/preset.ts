import * as z from 'zod/mini';
import type { PerCycle } from '../annealing/cycles';
import { type CosineAnnealingConfig, parseConfig } from '../config/config';
import { isObject, oneOf, positive } from '../config/rules';
import { type Problem, refusal, show } from '../errors';

/** A config that `cosineAnnealing` takes as it is: plain data, to which keys such as `verbose` can be added. */
export type PresetConfig = CosineAnnealingConfig & {
  /** Learning rate at the start of a cycle, > 0; or a list with one per cycle. */
  eta_max: PerCycle;
};

/** What every library whose schedules read the optimizer needs to be told. */
export const ofOptimizer = {
  /** The optimizer's learning rate: a number > 0. */
  base_lr: positive(),
};

/** A key that tells a scheduler where it resumes. Only -1, the default: a run is resumed from the callback's own state. */
export const notResumed = () => z.optional(oneOf(-1));

/** Reads one of a library's schedules. */
export type Reader = (parameters: unknown) => PresetConfig;

/** The reader of the schedule that `key` names. */
export function readerOf(readers: ReadonlyMap<unknown, Reader>, key: string, name: unknown): Reader {
  const reader = readers.get(name);
  if (reader !== undefined) return reader;
  const names = Array.from(readers.keys(), show);
  throw refusal(key, `expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`, { received: name });
}

/** The value under a key of what may be anything. */
export const valueAt = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

/** One value if all cycles have the same, else the list of them. */
export function perCycle<Cycle>(cycles: readonly Cycle[], select: (cycle: Cycle) => number): PerCycle {
  const [first = 0, ...others] = cycles.map(select);
  return others.every((value) => value === first) ? first : [first, ...others];
}

/** A floor that is a share of the peak. None is written as the rate 0, which a user may replace by another rate. */
export const floorAt = (share: number): { eta_min_ratio: number } | { eta_min: number } =>
  share > 0 ? { eta_min_ratio: share } : { eta_min: 0 };

export function* atMost<Upper extends string, Lower extends string>(
  upper: Upper,
  lower: Lower,
  values: Record<Upper, number> & { readonly [key in Lower]?: number | null | undefined },
): Iterable<Problem> {
  const received = values[lower] ?? 0;
  if (received <= values[upper]) return;
  yield { path: [lower], rule: `expected at most ${upper} (${values[upper]})`, received };
}

/** A key may have this value only; `why` nothing else can be followed. */
export function* only(path: string, expected: number, received: number, why: string): Iterable<Problem> {
  if (received === expected) return;
  yield { path: [path], rule: `expected ${expected}`, received, cure: `${why}, so leave it out` };
}

export const fallingWarmup = (
  path: Problem['path'],
  peak: string,
  limit: number,
  received: number,
): Problem => ({
  path,
  rule: `expected at most ${peak} (${limit})`,
  received,
  cure: 'a warm-up that falls has no counterpart here, so lower it',
});

/**
 * The config, once our own rules agree. What they refuse is told in the caller's names.
 *
 * @param names The caller's name of each of our keys that it decides, such as `{ T_0: 'config.decay_steps' }`.
 */
export function checked(config: PresetConfig, names: Readonly<Record<string, string>> = {}): PresetConfig {
  parseConfig(config, names);
  return config;
}
