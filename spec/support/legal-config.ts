import * as fc from 'fast-check';
import type { CosineAnnealingConfig } from '../../lib/config/config';

/** A config that a pure schedule can be made from. */
export type LegalConfig = CosineAnnealingConfig & { eta_max: number | number[] };

const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const portion = () => fc.oneof(fc.constantFrom(0, 1e-3, 0.1, 0.5, 1), double(1e-6, 1));

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

/** Where the cycles lie: every form that a config can say it in. */
const lengths = (): fc.Arbitrary<Partial<LegalConfig>> =>
  fc.oneof(
    fc.record({ T_0: length(), T_mult: growth() }, { requiredKeys: ['T_0'] }),
    fc.record({ T_0: length(), T_mult: growth(), cycles: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ T_0: length(), T_mult: double(0.3, 0.99), cycles: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ cycles: fc.array(length(), { minLength: 1, maxLength: 6 }) }),
    fc.record({
      cycles: fc.integer({ min: 1, max: 9 }),
      total: fc.oneof(fc.integer({ min: 10, max: 1000 }), double(1, 1e6)),
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
    .tuple(peaks, fc.option(fc.oneof(portion(), list(portion())), { nil: undefined }))
    .map(([given, floor]) => {
      if (floor === undefined) return given;
      const lowest = Math.min(...[given.eta_max].flat());
      const eta_min = Array.isArray(floor) ? floor.map((part) => part * lowest) : floor * lowest;
      return { ...given, eta_min };
    });
};

/** Warm-ups are given as parts: of the shortest cycle that they must fit into, and of the lowest peak. */
const warmupParts = (cycles: number) =>
  fc.record({
    parts: fc.array(portion(), { minLength: 1, maxLength: Math.min(3, cycles) }),
    isList: fc.boolean(),
    from: fc.option(portion(), { nil: undefined }),
    everyCycle: fc.option(fc.boolean(), { nil: undefined }),
    overlap: fc.option(fc.boolean(), { nil: undefined }),
    isNumber: fc.boolean(),
  });

type WarmupParts = typeof warmupParts extends (n: number) => fc.Arbitrary<infer Parts> ? Parts : never;

function warmupOf(config: LegalConfig, given: WarmupParts): Pick<LegalConfig, 'warmup'> {
  const { parts, isList, from, everyCycle, overlap, isNumber } = given;
  const longest = longestWarmup(config);
  const lengths = parts.map((part) => part * longest);
  const first = lengths[0] as number;
  if (isNumber) return { warmup: first };
  return {
    warmup: {
      length: isList ? lengths : first,
      ...(from !== undefined && { from: from * Math.min(...[config.eta_max].flat()) }),
      ...(everyCycle !== undefined && { everyCycle }),
      ...(overlap !== undefined && { overlap }),
    },
  };
}

/** No longer than any cycle, so that it can overlap it. */
function longestWarmup({ cycles, T_0, T_mult = 1, total }: LegalConfig): number {
  if (typeof cycles === 'object') return Math.min(...cycles);
  const shrinking = Math.min(1, T_mult) ** ((cycles ?? 1) - 1);
  if (T_0 !== undefined) return T_0 * 0.999 * shrinking;
  const count = cycles as number;
  return (0.01 * shrinking * (total as number)) / (count * Math.max(1, T_mult) ** count);
}

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
    return fc
      .tuple(ratesOf(most), clock(count), fc.option(warmupParts(most), { nil: undefined, freq: 2 }))
      .map(([rates, rest, parts]) => {
        const config: LegalConfig = { ...given, ...rest, ...rates };
        return parts === undefined ? config : { ...config, ...warmupOf(config, parts) };
      });
  });
