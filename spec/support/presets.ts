import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cosineAnnealing, parseConfig } from '../../lib/config/config';
import { CosineAnnealingError, type Problem } from '../../lib/errors';
import { fromKeras } from '../../lib/presets/keras';
import { fromMMEngine } from '../../lib/presets/mmengine';
import { fromOptax } from '../../lib/presets/optax';
import type { PresetConfig } from '../../lib/presets/preset';
import { fromPyTorch } from '../../lib/presets/pytorch';
import { fromTimm } from '../../lib/presets/timm';
import { fromTransformers } from '../../lib/presets/transformers';
import type { PlainConfig } from './plain-schedule';

/** A schedule, and what its own library made of it. */
export interface Fixture {
  readonly name: string;
  readonly config: Record<string, unknown>;
  readonly t: readonly number[];
  readonly lr: readonly number[];
  readonly epoch_batch?: readonly (readonly [epoch: number, batch: number])[];
}

type AnyPreset = (parameters: unknown) => PresetConfig;

/** Each preset, by the name of its fixture. */
export const presets: ReadonlyMap<string, AnyPreset> = new Map([
  ['keras', fromKeras as AnyPreset],
  ['pytorch', fromPyTorch as AnyPreset],
  ['timm', fromTimm as AnyPreset],
  ['optax', fromOptax as AnyPreset],
  ['transformers', fromTransformers as AnyPreset],
  ['mmengine', fromMMEngine as AnyPreset],
]);

export const fixturesOf = (library: string): readonly Fixture[] =>
  JSON.parse(readFileSync(join(__dirname, `../fixtures/${library}.json`), 'utf8')).cases;

/** The positions at which the library's learning rates were taken. */
export function positionsOf({ t, epoch_batch, config }: Fixture): readonly number[] {
  const iters = Number(config['iters']);
  return epoch_batch?.map(([epoch, batch]) => epoch + batch / iters) ?? t;
}

/** The fixture's parameters as its preset takes them: without what only the fixture needs. */
export function parametersOf({ name, config: { iters: _, ...config } }: Fixture): unknown {
  const [class_name = ''] = name.split(' ');
  return class_name.startsWith('CosineDecay') ? { class_name, config } : config;
}

/** How the learning rate follows from a config. */
export type Rate = (config: PlainConfig) => (t: number) => number;

export const scheduled: Rate = (config) => cosineAnnealing(config as Parameters<typeof cosineAnnealing>[0]);

/** How far a config's learning rates are from the fixture's at worst, as a share of its peak. */
export function worstDifference(fixture: Fixture, lr: (t: number) => number): number {
  const peak = Math.max(...fixture.lr);
  const ts = positionsOf(fixture);
  return Math.max(...fixture.lr.map((expected, k) => Math.abs(lr(ts[k] ?? Number.NaN) - expected) / peak));
}

/** Configs that need a part of the core each; one that it refuses isn't there yet. */
const probes: readonly object[] = [
  { T_0: 1, eta_min_ratio: 0.1 },
  { T_0: 1, plateau: 1 },
  { T_0: 1, start: 1 },
  { T_0: 1, cycles: 1, total: 1 },
  { T_0: 1, warmup: { length: 1, shape: 'cosine' } },
  { T_0: 1, warmup: { length: 1, placement: 'overlap' } },
];

/** Whether the core takes all that DESIGN's config has. Until then what needs it is pending. */
export const isCoreComplete = probes.every((probe) => {
  try {
    return parseConfig(probe as never) !== undefined;
  } catch {
    return false;
  }
});

/** What is wrong with the parameters, as data. */
export function problemsOf(make: () => unknown): readonly Problem[] {
  try {
    make();
  } catch (error) {
    if (error instanceof CosineAnnealingError) return error.problems;
    throw error;
  }
  return expect.fail('expected an error');
}

export function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof CosineAnnealingError) return error.message;
    throw error;
  }
  return expect.fail('expected an error');
}

/** For each change of legal parameters that a preset refuses: the whole message, or what it must hold. */
export function refuses<Parameters extends object>(
  preset: (parameters: Parameters) => PresetConfig,
  legal: Parameters,
  refusals: Record<string, readonly [change: object, message: string | RegExp]>,
): void {
  for (const [title, [change, message]] of Object.entries(refusals)) {
    it(`refuses ${title}`, () => {
      expect(() => preset(legal)).not.to.throw();
      const actual = messageOf(() => preset({ ...legal, ...change }));
      if (typeof message === 'string') expect(actual).to.equal(message);
      else expect(actual).to.match(message);
    });
  }
}
