// Random configs of every key, legal as far as can be known without a fit.
import * as fc from 'fast-check';
import { ModelCallback } from '../model/callback';
import { cycleCount, type ModelConfig, type ModelWarmup, type PerCycle } from '../model/config';
import { supported } from './supported';

/** By how many units some lengths miss what they look like: by less than rounding allows for, and by more. */
const PERTURBATIONS = [1.3e-7, 3.7e-6, -1.3e-7, -3.7e-6];

const perturbed = (...lengths: number[]) => {
  const perturbation = fc.constantFrom(...PERTURBATIONS);
  const arbitrary = fc.tuple(fc.constantFrom(...lengths), perturbation).map(([length, by]) => length + by);
  return supported.perturbedLengths ? [{ weight: 1, arbitrary }] : [];
};

const length = () =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(1, 2, 3, 5) },
    { weight: 4, arbitrary: fc.constantFrom(0.5, 1.5, 2.5, 0.25, 1 / 3, 0.1, 0.3, 0.7, 1.2) },
    { weight: 1, arbitrary: fc.constantFrom(0.07, 20) },
    ...perturbed(1, 2, 0.5),
  );

const growth = () => fc.constantFrom(1, 1, 2, 1.5, 3, 1.1);
const shrinking = () => fc.constantFrom(0.5, 0.7);
const count = () => fc.integer({ min: 1, max: 5 });
const total = () => fc.constantFrom(4, 6, 7.5, 10, 12);

const lengths = (): fc.Arbitrary<ModelConfig> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ T_0: length(), T_mult: growth() }, { requiredKeys: ['T_0'] }) },
    { weight: 3, arbitrary: fc.record({ T_0: length(), T_mult: growth(), cycles: count() }) },
    { weight: 1, arbitrary: fc.record({ T_0: length(), T_mult: shrinking(), cycles: count() }) },
    {
      weight: 2,
      arbitrary: fc.record({ cycles: fc.array(length(), { minLength: 1, maxLength: 4 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record(
        { cycles: count(), T_mult: fc.oneof(growth(), shrinking()), total: total() },
        { requiredKeys: ['cycles'] },
      ),
    },
  );

const perCycle = (value: fc.Arbitrary<number>): fc.Arbitrary<PerCycle> =>
  fc.oneof(
    { weight: 3, arbitrary: value },
    { weight: 1, arbitrary: fc.array(value, { minLength: 1, maxLength: 3 }) },
  );

const peak = () => fc.constantFrom(0.1, 0.5, 1, 3e-4, 0.2);

const rates = (): fc.Arbitrary<ModelConfig> =>
  fc
    .tuple(
      fc.option(perCycle(peak()), { nil: undefined }),
      fc.option(fc.constantFrom(0.5, 0.9, 0.7), { nil: undefined, freq: 2 }),
      fc.boolean(),
      fc.option(perCycle(fc.constantFrom(0, 1e-4, 0.3, 1)), { nil: undefined }),
      fc.boolean(),
    )
    .map(([eta_max, factor, isAmplitude, share, isRatio]) => {
      const lowest = Math.min(...[eta_max ?? 0.001].flat());
      const mult = Array.isArray(eta_max) ? undefined : factor;
      return {
        ...(eta_max !== undefined && { eta_max }),
        ...(mult !== undefined && { [isAmplitude ? 'amplitude_mult' : 'eta_max_mult']: mult }),
        ...floorOf(share, lowest, isRatio),
      };
    });

/** eta_min, as it is or as a share. */
function floorOf(share: PerCycle | undefined, lowest: number, isRatio: boolean): ModelConfig {
  if (share === undefined) return {};
  if (isRatio && typeof share === 'number' && supported.eta_min_ratio) return { eta_min_ratio: share };
  return { eta_min: typeof share === 'number' ? share * lowest : share.map((part) => part * lowest) };
}

const warmup = (): fc.Arbitrary<number | ModelWarmup> => {
  const lengths = perCycle(
    fc.oneof({ weight: 7, arbitrary: fc.constantFrom(0, 0.05, 0.5, 1, 0.3) }, ...perturbed(0.5, 1)),
  );
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(0, 0.5, 1) },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          length: lengths,
          from: perCycle(fc.constantFrom(0, 1e-4, 3e-4)),
          everyCycle: fc.boolean(),
          ...(supported.shape && { shape: fc.constantFrom('linear', 'cosine') }),
          ...(supported.placement && { placement: fc.constantFrom('before', 'inside', 'overlap') }),
        },
        { requiredKeys: ['length'] },
      ) as fc.Arbitrary<ModelWarmup>,
    },
  );
};

const clock = () =>
  fc.record(
    {
      unit: fc.constantFrom('epoch', 'batch'),
      updateFreq: fc.constantFrom('epoch', 'batch'),
      batchesPerEpoch: supported.otherLengths ? fc.integer({ min: 1, max: 5 }) : fc.constant(3),
      ...(supported.endpoint && { endpoint: fc.boolean() }),
      ...(supported.stop && { afterLastCycle: fc.constantFrom('hold', 'stop') }),
      ...(supported.historyLimit && { historyLimit: fc.constantFrom(1, 2, 7, 1000) }),
      ...(supported.start && {
        start: fc.oneof({ weight: 7, arbitrary: fc.constantFrom(0, 0.5, 1, 3, 5, 2.2) }, ...perturbed(1, 3)),
      }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<ModelConfig>;

/** In batches everything is a few times as long. */
function inBatches(config: ModelConfig): ModelConfig {
  if (config.unit !== 'batch') return config;
  const longer = <Value extends PerCycle>(value: Value) =>
    (typeof value === 'number' ? value * 3 : value.map((one) => one * 3)) as Value;
  const { T_0, cycles, total, start, plateau, warmup } = config;
  return {
    ...config,
    ...(T_0 !== undefined && { T_0: longer(T_0) }),
    ...(typeof cycles === 'object' && { cycles: longer(cycles) }),
    ...(total !== undefined && { total: longer(total) }),
    ...(start !== undefined && { start: longer(start) }),
    ...(plateau !== undefined && { plateau: longer(plateau) }),
    ...(typeof warmup === 'number' && { warmup: longer(warmup) }),
    ...(typeof warmup === 'object' && { warmup: { ...warmup, length: longer(warmup.length) } }),
  };
}

function isLegal(config: ModelConfig): boolean {
  const { cycles, T_0, total, T_mult, plateau, warmup } = config;
  const count = cycleCount(config);
  const lists = [config.eta_min, config.eta_max, plateau, typeof warmup === 'object' && warmup.length];
  if (lists.some((list) => Array.isArray(list) && list.length > count)) return false;
  if (typeof warmup === 'object' && Array.isArray(warmup.from) && warmup.from.length > count) return false;
  const isOverlap = typeof warmup === 'object' && warmup.placement === 'overlap';
  if (isOverlap && plateau !== undefined) return false;
  if (T_mult !== undefined && T_mult < 1 && count === Number.POSITIVE_INFINITY) return false;
  const isFilling = typeof cycles === 'number' && T_0 === undefined;
  if (!supported.batchesSetPerEpoch && config.unit === 'batch' && config.updateFreq === 'epoch') return false;
  if (!supported.totalBesideLengths && total !== undefined && !isFilling) return false;
  if (config.eta_max_mult !== undefined && config.amplitude_mult !== undefined) return false;
  if (config.afterLastCycle === 'stop' && count === Number.POSITIVE_INFINITY) return false;
  return new ModelCallback(config).problem === undefined;
}

export const someConfig = (): fc.Arbitrary<ModelConfig> =>
  fc
    .record(
      {
        lengths: lengths(),
        rates: rates(),
        clock: clock(),
        warmup: warmup(),
        plateau: perCycle(
          fc.oneof({ weight: 7, arbitrary: fc.constantFrom(0, 0.5, 1, 0.3) }, ...perturbed(0.5, 1)),
        ),
        total: total(),
      },
      { requiredKeys: ['lengths', 'rates', 'clock'] },
    )
    .map(({ lengths, rates, clock, warmup, plateau, total }) =>
      inBatches({
        ...(total !== undefined && supported.totalBesideLengths && { total }),
        ...lengths,
        ...rates,
        ...clock,
        ...(warmup !== undefined && { warmup }),
        ...(plateau !== undefined && supported.plateau && { plateau }),
      }),
    )
    .filter(isLegal);
