import {
  baseLengths,
  cycleCount,
  fillsTotal,
  type PerCycle,
  totalAdded,
  valueAt,
  warmupAt,
} from '../annealing/cycles';
import { add, exactly } from '../annealing/double-double';
import { MAX_SHRINKING_CYCLES, MIN_LENGTH } from '../annealing/limits';
import type { Problem } from '../errors';
import type { ConfigKey, ParsedConfig } from './keys';

/** What the caller calls our keys, such as 'config.first_decay_steps' for T_0; a key that isn't there keeps its name. */
export type Names = Readonly<Record<string, string>>;

/** What is wrong with a key in combination with others: its path as we write it, such as 'warmup.length', and the rest of a problem. */
type Conflict = { readonly path: string } & Omit<Problem, 'path'>;

/** A rule between keys. It takes a key that is invalid on its own for one that is left out. */
interface Rule {
  /** Keys without which it may be broken: if one of them is invalid, the rule isn't checked. */
  readonly needs?: readonly ConfigKey[];
  conflicts(config: ParsedConfig, name: (path: string) => string): Iterable<Conflict>;
}

/** Every rule between keys that this config breaks; those that are invalid on their own, `wrong`, aren't in it. */
export function conflictsIn(config: ParsedConfig, wrong: ReadonlySet<string>, names: Names): Problem[] {
  const name = (path: string) => `\`${nameIn(names, path)}\``;
  return rules
    .filter(({ needs }) => !needs?.some((key) => wrong.has(key)))
    .flatMap((rule) => [...rule.conflicts(config, name)])
    .map(({ path, ...problem }) => ({ path: nameIn(names, path).split('.'), ...problem }));
}

/** The caller's name of a key; of a key inside it, too, if only the outer one has a name. */
export const nameIn = (names: Names, path: string): string =>
  [path, path.split('.')[0] ?? path].filter((key) => Object.hasOwn(names, key)).map((key) => names[key])[0] ??
  path;

/** Whether the lengths of the cycles depend on the run: `cycles` without T_0, before `total` is known. */
export const needsTotal = ({ cycles, T_0, total }: Partial<ParsedConfig>): boolean =>
  fillsTotal({ cycles, T_0 }) && total === undefined;

const rules: readonly Rule[] = [
  {
    needs: ['T_0', 'cycles'],
    *conflicts({ T_0, cycles }, name) {
      if (T_0 !== undefined || cycles !== undefined) return;
      const cure = `set it, or ${name('cycles')}: a list of lengths, or how many fill the training`;
      yield { path: 'T_0', rule: 'expected a number > 0', received: undefined, cure };
    },
  },
  {
    *conflicts({ T_0, T_mult, cycles }, name) {
      if (typeof cycles !== 'object') return;
      const rule = `can't be combined with a list of ${name('cycles')}, which already gives every length`;
      if (T_0 !== undefined) yield { path: 'T_0', rule, cure: 'remove one of the two' };
      if (T_mult !== 1) yield { path: 'T_mult', rule, cure: 'remove one of the two' };
    },
  },
  {
    needs: ['cycles'],
    *conflicts({ T_mult, cycles }, name) {
      if (T_mult >= 1 || typeof cycles === 'object') return;
      if (cycles === undefined) {
        const rule = `expected a number >= 1 without ${name('cycles')}, since below 1 the cycles shrink to nothing`;
        yield { path: 'T_mult', rule, received: T_mult, cure: `set ${name('cycles')}` };
      } else if (cycles > MAX_SHRINKING_CYCLES) {
        const rule = `expected at most ${MAX_SHRINKING_CYCLES} with ${name('T_mult')} below 1`;
        yield { path: 'cycles', rule, received: cycles };
      }
    },
  },
  {
    needs: ['cycles'],
    *conflicts({ afterLastCycle, cycles }, name) {
      if (afterLastCycle !== 'stop' || cycles !== undefined) return;
      const rule = "'stop' needs a last cycle";
      yield { path: 'afterLastCycle', rule, cure: `set ${name('cycles')}, such as 1` };
    },
  },
  {
    needs: ['T_0'],
    *conflicts(config) {
      if (!isUsedUp(config)) return;
      const rule = `expected more than start, warm-ups and plateaus take (${timeTaken(config)})`;
      yield { path: 'total', rule, received: config.total };
    },
  },
  { needs: ['T_0'], conflicts: tooShort },
  { needs: ['T_0', 'T_mult'], conflicts: tooLongWarmup },
  {
    *conflicts({ plateau, warmup }, name) {
      if (warmup?.placement !== 'overlap' || [plateau].flat().every((length) => length === 0)) return;
      const rule = `can't be combined with the placement 'overlap' of ${name('warmup')}, which lies over the cosine`;
      yield { path: 'plateau', rule, cure: "set the placement 'before' or 'inside', or remove the plateau" };
    },
  },
  {
    *conflicts({ eta_min, eta_min_ratio }, name) {
      if (eta_min === undefined || eta_min_ratio === undefined) return;
      yield {
        path: 'eta_min_ratio',
        rule: `can't be combined with ${name('eta_min')}`,
        cure: 'remove one of the two',
      };
    },
  },
  {
    *conflicts({ eta_max, eta_max_mult, amplitude_mult }, name) {
      const cure = 'remove one of the two';
      const rule = `can't be combined with a list of ${name('eta_max')}, which already gives every peak`;
      if (typeof eta_max === 'object' && eta_max_mult !== 1) yield { path: 'eta_max_mult', rule, cure };
      if (typeof eta_max === 'object' && amplitude_mult !== 1) yield { path: 'amplitude_mult', rule, cure };
      if (eta_max_mult !== 1 && amplitude_mult !== 1) {
        const both = `can't be combined with ${name('eta_max_mult')}, since both change the peak at restarts`;
        yield { path: 'amplitude_mult', rule: both, cure };
      }
    },
  },
  {
    *conflicts({ eta_min, eta_max }, name) {
      if (eta_max !== undefined && eta_min !== undefined) yield* above('eta_min', eta_min, eta_max, name);
    },
  },
  {
    *conflicts({ warmup, eta_max }, name) {
      if (eta_max === undefined || warmup?.from === undefined) return;
      yield* above('warmup.from', warmup.from, eta_max, name);
    },
  },
  {
    *conflicts({ eta_min_ratio, eta_max }, name) {
      if (typeof eta_max !== 'object') return;
      const eta_min = (eta_min_ratio ?? 0) * valueAt(eta_max, 0);
      const i = eta_max.findIndex((peak) => peak < eta_min);
      if (i === -1) return;
      const rule = `expected at most ${valueAt(eta_max, i) / valueAt(eta_max, 0)}, so that ${name('eta_max')} in cycle ${i} (${valueAt(eta_max, i)}) isn't below this share of the first one`;
      yield { path: 'eta_min_ratio', rule, received: eta_min_ratio };
    },
  },
  {
    *conflicts({ eta_min, eta_max, warmup, plateau, cycles }) {
      const most = cycleCount({ cycles });
      const lists = {
        eta_min,
        eta_max,
        plateau,
        'warmup.length': warmup?.length,
        'warmup.from': warmup?.from,
      };
      for (const [path, values] of Object.entries(lists)) {
        if (typeof values !== 'object' || values.length <= most) continue;
        yield { path, rule: `expected at most one value per cycle (${most}), got ${values.length}` };
      }
    },
  },
];

/** Whether start, warm-ups and plateaus leave nothing of the total for cosines that fill it. */
const isUsedUp = (config: ParsedConfig): boolean =>
  fillsTotal(config) && timeTaken(config) >= (config.total ?? Infinity);

const timeTaken = (config: ParsedConfig): number =>
  (config.start ?? 0) + totalAdded(config, cycleCount(config)).hi;

/** Lengths that follow from others: the first one if the cycles fill the training, the last one if they shrink. */
function* tooShort(config: ParsedConfig, name: (path: string) => string): Iterable<Conflict> {
  const { T_mult, cycles } = config;
  if (typeof cycles !== 'number' || needsTotal(config) || isUsedUp(config)) return;
  const shrinks = T_mult < 1;
  if (shrinks && cycles > MAX_SHRINKING_CYCLES) return; // has a rule of its own
  if (baseLengths(config)(shrinks ? cycles - 1 : 0).hi >= MIN_LENGTH) return; // NaN if they grow beyond all doubles
  const rule = `expected fewer, since the ${shrinks ? 'last' : 'first'} of them would be shorter than ${MIN_LENGTH}`;
  const cure = shrinks
    ? `or set a larger ${name('T_mult')}`
    : T_mult > 1
      ? `or set a smaller ${name('T_mult')}`
      : `or set a larger ${name('total')}`;
  yield { path: 'cycles', rule, received: cycles, cure };
}

/** A warm-up that shares its cycle with the cosine must leave room for it. */
function* tooLongWarmup(config: ParsedConfig, name: (path: string) => string): Iterable<Conflict> {
  const { warmup, cycles, T_mult } = config;
  if (warmup === undefined || warmup.placement === 'before') return;
  const lengths = baseLengths(config);
  const checked = Math.max(
    [warmup.length].flat().length,
    warmup.everyCycle ? differentCycles(cycles, T_mult) : 1,
  );
  for (let i = 0; i < Math.min(checked, cycleCount(config)); i++) {
    const room = lengths(i).hi;
    if (!(room > 0)) return; // unknown, or has a rule of its own
    const length = warmupAt(warmup, i);
    const left = add(lengths(i), exactly(-length)).hi;
    if (warmup.placement === 'inside' ? left > 0 : left >= 0) continue;
    const rule =
      warmup.placement === 'inside'
        ? `expected less than the length of cycle ${i} (${room}), which holds it`
        : `expected at most the length of cycle ${i} (${room}), which it overlaps`;
    const cure = `shorten it, or set the placement of ${name('warmup')} to 'before'`;
    yield { path: 'warmup.length', rule, received: length, cure };
    return;
  }
}

/** How many cycles to check one by one: of cycles that grow, the first is the shortest. */
const differentCycles = (cycles: ParsedConfig['cycles'], T_mult: number) =>
  typeof cycles === 'object' ? cycles.length : T_mult < 1 ? Math.min(cycles ?? 0, MAX_SHRINKING_CYCLES) : 1;

/** The first cycle in which a lower bound is above eta_max. */
function* above(
  path: string,
  lower: PerCycle,
  eta_max: PerCycle,
  name: (path: string) => string,
): Iterable<Conflict> {
  const listed = Math.max([lower].flat().length, [eta_max].flat().length);
  const i = Array.from({ length: listed }).findIndex((_, i) => valueAt(lower, i) > valueAt(eta_max, i));
  if (i === -1) return;
  const inCycle = listed > 1 ? ` in cycle ${i}` : '';
  const rule = `expected at most ${name('eta_max')} (${valueAt(eta_max, i)})${inCycle}`;
  yield { path, rule, received: valueAt(lower, i) };
}
