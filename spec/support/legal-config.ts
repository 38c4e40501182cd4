import * as fc from 'fast-check';
import type { CosineAnnealingConfig } from '../../lib/config/config';

/** A config that a pure schedule can be made from. */
export type LegalConfig = CosineAnnealingConfig & { eta_max: number | number[] };

const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const portion = () => fc.oneof(fc.constantFrom(0, 1e-3, 0.1, 0.5, 1), double(1e-6, 1));
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>, freq = 2) =>
  fc.option(arbitrary, { nil: undefined, freq });

/** Lengths in units: mostly a few epochs, now and then as short or as long as lengths get. */
const length = () =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 50 }) },
    { weight: 2, arbitrary: fc.constantFrom(0.75, 2.5, 117, 1563, 1e-3, 1e12) },
    { weight: 2, arbitrary: double(0.1, 1000) },
  );

const growth = () =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(1, 1, 2, 3, 1.5, 10, 1.001) },
    { weight: 1, arbitrary: double(1, 4) },
  );

const total = () => fc.oneof(fc.integer({ min: 10, max: 1000 }), double(1, 1e6));

/** Where the cycles lie: every form that a config can say it in. */
const lengths = (): fc.Arbitrary<Partial<LegalConfig>> =>
  fc.oneof(
    fc.record({ T_0: length(), T_mult: growth(), total: total() }, { requiredKeys: ['T_0'] }),
    fc.record({ T_0: length(), T_mult: growth(), cycles: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ T_0: length(), T_mult: double(0.3, 0.99), cycles: fc.integer({ min: 1, max: 9 }) }),
    fc.record(
      { cycles: fc.array(length(), { minLength: 1, maxLength: 6 }), total: total() },
      { requiredKeys: ['cycles'] },
    ),
    fc.record({
      cycles: fc.integer({ min: 1, max: 9 }),
      total: total(),
      T_mult: fc.oneof(growth(), double(0.3, 0.99)),
    }),
  );

const ratesOf = (cycles: number) => {
  const list = <Value>(value: fc.Arbitrary<Value>) =>
    fc.array(value, { minLength: 1, maxLength: Math.min(4, cycles) });
  const peak = fc.oneof(fc.constantFrom(0.1, 1, 3e-4), double(1e-6, 10));
  const factor = fc.oneof(fc.constantFrom(1, 0.5, 0.9), double(0.1, 1.5));
  const peaks = fc.oneof(
    fc.record({ eta_max: peak }),
    fc.record({ eta_max: peak, eta_max_mult: factor }),
    fc.record({ eta_max: peak, amplitude_mult: factor }),
    fc.record({ eta_max: list(peak) }),
  );
  return fc
    .tuple(peaks, maybe(fc.oneof(portion(), list(portion()))), fc.boolean())
    .map(([given, floor, isRatio]) => {
      if (floor === undefined) return given;
      const lowest = Math.min(...[given.eta_max].flat());
      if (Array.isArray(floor)) return { ...given, eta_min: floor.map((part) => part * lowest) };
      if (!isRatio) return { ...given, eta_min: floor * lowest };
      const [first = lowest] = [given.eta_max].flat();
      return { ...given, eta_min_ratio: 0.999 * floor * (lowest / first) };
    });
};

/** Lengths of warm-ups and plateaus are given as parts of the room that there is for them. */
const partsOf = (cycles: number) => fc.array(portion(), { minLength: 1, maxLength: Math.min(3, cycles) });

const delayParts = (cycles: number) =>
  fc.record({
    warmup: maybe(
      fc.record(
        {
          length: partsOf(cycles),
          isList: fc.boolean(),
          isNumber: fc.boolean(),
          from: portion(),
          everyCycle: fc.boolean(),
          shape: fc.constantFrom('linear', 'cosine'),
          placement: fc.constantFrom('before', 'inside', 'overlap'),
        },
        { requiredKeys: ['length', 'isList', 'isNumber'] },
      ),
      2,
    ),
    plateau: maybe(fc.record({ length: partsOf(cycles), isList: fc.boolean() })),
    start: maybe(portion()),
  });

type DelayParts = typeof delayParts extends (n: number) => fc.Arbitrary<infer Parts> ? Parts : never;

function delaysOf(config: LegalConfig, { warmup, plateau, start }: DelayParts): Partial<LegalConfig> {
  const room = roomOf(config);
  const given: Partial<LegalConfig> = {};
  if (start !== undefined) given.start = start * room.start;
  if (plateau !== undefined && warmup?.placement !== 'overlap') {
    const [first = 0, ...rest] = plateau.length.map((part) => part * room.plateau);
    given.plateau = plateau.isList ? [first, ...rest] : first;
  }
  if (warmup === undefined) return given;
  const { length, isList, isNumber, from, ...form } = warmup;
  const [first = 0, ...rest] = length.map((part) => part * room.warmup);
  if (isNumber && form.placement !== 'overlap') return { ...given, warmup: first };
  const lowest = Math.min(...[config.eta_max].flat());
  given.warmup = {
    length: isList ? [first, ...rest] : first,
    ...(from !== undefined && { from: from * lowest }),
    ...form,
  };
  return given;
}

/** How long warm-ups (shorter than every cycle), plateaus and the wait before the start can be. */
function roomOf({ cycles, T_0, T_mult = 1, total = NaN }: LegalConfig) {
  if (typeof cycles === 'object') return roomBeside(Math.min(...cycles));
  const count = cycles ?? 1;
  if (T_0 !== undefined) return roomBeside(T_0 * Math.min(1, T_mult) ** (count - 1));
  // Fifths of the total: for the wait, for the plateaus, for warm-ups, and the rest for cosines.
  const shortest = (total / 5 / count) * (Math.min(1, T_mult) / Math.max(1, T_mult)) ** (count - 1);
  return { start: total / 5, plateau: total / 5 / count, warmup: 0.99 * shortest };
}

const roomBeside = (shortest: number) => ({ start: 1000, plateau: 3 * shortest, warmup: 0.99 * shortest });

const clock = (cycles: number | undefined) =>
  fc.record(
    {
      unit: fc.constantFrom('epoch', 'batch'),
      updateFreq: fc.constantFrom('epoch', 'batch'),
      verbose: fc.constantFrom(0, 1, 2),
      historyLimit: fc.integer({ min: 1, max: 1000 }),
      afterLastCycle: cycles === undefined ? fc.constant('hold') : fc.constantFrom('hold', 'stop'),
      endpoint: fc.boolean(),
      batchesPerEpoch: fc.integer({ min: 1, max: 50 }),
    },
    { requiredKeys: ['batchesPerEpoch'] },
  ) as fc.Arbitrary<Partial<LegalConfig>>;

const countOf = ({ cycles }: Partial<LegalConfig>) => (typeof cycles === 'object' ? cycles.length : cycles);

/** Configs that the schedule must accept: every key, in every combination that is allowed. */
export const legalConfig = (): fc.Arbitrary<LegalConfig> =>
  lengths().chain((given) => {
    const count = countOf(given);
    const most = count ?? 9;
    return fc.tuple(ratesOf(most), clock(count), maybe(delayParts(most), 2)).map(([rates, rest, parts]) => {
      const config: LegalConfig = { ...given, ...rest, ...rates };
      return parts === undefined ? config : { ...config, ...delaysOf(config, parts) };
    });
  });
