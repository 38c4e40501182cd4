import * as z from 'zod/mini';
import type { PerCycle } from '../annealing/cycles';
import { type CosineAnnealingConfig, parseConfig } from '../config/config';
import { oneOf, positive } from '../config/rules';
import { CosineAnnealingError, type Problem, refusal, show } from '../errors';

/** Keys of the config that this base doesn't have yet; they come with the core, and then this type goes. */
interface ComingKeys {
  readonly eta_min_ratio?: number;
  readonly plateau?: PerCycle;
  readonly start?: number;
  readonly warmup?: {
    readonly length: PerCycle;
    readonly from?: PerCycle;
    readonly everyCycle?: boolean;
    readonly shape?: 'linear' | 'cosine';
    readonly placement?: 'before' | 'inside' | 'overlap';
  };
}

/** A config that `cosineAnnealing` takes as it is: plain data, to which keys such as `verbose` can be added. */
export type PresetConfig = Omit<CosineAnnealingConfig, 'warmup'> &
  ComingKeys & {
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

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
  const received = values[lower];
  if (typeof received !== 'number' || received <= values[upper]) return;
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

/** The value, as the schema reads it. */
export function parse<Schema extends z.ZodMiniType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new CosineAnnealingError(result.error.issues.flatMap(problemsOf));
}

/** The schema with the rules between its keys, which are checked once every key by itself is right. */
export const withRules = <Schema extends z.ZodMiniType>(
  schema: Schema,
  conflicts: (value: z.output<Schema>) => Iterable<Problem>,
): Schema =>
  schema.check(
    z.check<z.output<Schema>>(
      ({ value, issues }) => {
        for (const problem of conflicts(value)) {
          const { path, rule: message } = problem;
          issues.push({ code: 'custom', input: value, path: [...path], message, params: { problem } });
        }
      },
      { when: ({ issues }) => issues.every(({ code }) => code === 'unrecognized_keys') },
    ),
  );

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    return issue.message.split('\n').map((line, i) => {
      const [rule = '', cure = ''] = line.split(/, (.*)/);
      return { path: [...path, issue.keys[i] ?? ''], rule, cure };
    });
  }
  const own = issue.code === 'custom' ? (issue.params?.['problem'] as Problem | undefined) : undefined;
  return [own ? { ...own, path } : { path, rule: issue.message, received: issue.input }];
}

/**
 * The config, once our own rules agree. What they refuse is told in the caller's names.
 *
 * @param names The caller's name of each of our keys that it decides, such as `{ T_0: 'config.decay_steps' }`.
 */
export function checked(config: PresetConfig, names: Readonly<Record<string, string>> = {}): PresetConfig {
  try {
    parseConfig(onThisBase(config));
  } catch (error) {
    if (!(error instanceof CosineAnnealingError)) throw error;
    const issues = error.cause as z.core.$ZodIssue[];
    throw new CosineAnnealingError(
      issues.flatMap(problemsOf).map((problem) => ({ ...problem, path: renamed(problem.path, names) })),
    );
  }
  return config;
}

function renamed(path: Problem['path'], names: Readonly<Record<string, string>>): Problem['path'] {
  return (names[path.join('.')] ?? path.join('.')).split('.');
}

/** The config without the keys that this base doesn't have; goes with `ComingKeys`. */
function onThisBase({ eta_min_ratio, plateau, start, warmup, ...config }: PresetConfig) {
  const { length = 0, from = 0, everyCycle = false, placement } = warmup ?? {};
  const { total, ...rest } = config;
  const overlap = placement === 'overlap';
  return {
    ...rest,
    ...(config.T_0 === undefined && typeof config.cycles === 'number' && { total }),
    ...(warmup && { warmup: { length, from, everyCycle, overlap } }),
  } as CosineAnnealingConfig;
}
