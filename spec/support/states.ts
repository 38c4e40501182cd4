// Saved states, and how to load them.
import { expect } from 'chai';
import { CosineAnnealingCallback as Annealing, type CosineAnnealingOptions } from '../../lib';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { train } from './datasets';
import { ratesOf, tinyModel } from './models';

export const CONFIG: CosineAnnealingConfig = { T_0: 1, T_mult: 2, eta_min: 0.01 };
export const QUIET: CosineAnnealingOptions = { logger: null };

export const textOf = (annealing: Annealing) => JSON.stringify(annealing);
export const load = (state: unknown, options = QUIET, changes?: Partial<CosineAnnealingConfig>) =>
  Annealing.fromJSON(state, options, changes);
export const copyOf = (state: unknown) => JSON.parse(JSON.stringify(state));

/** The rates of each update from epoch `from` to `to`, with all callbacks new but `annealing`. */
export async function ratesWith(annealing: Annealing, from: number, to: number): Promise<number[]> {
  const model = tinyModel();
  const rates = ratesOf(model);
  await train(model, [annealing], { initialEpoch: from, epochs: to });
  return rates;
}

/** A callback that trained from epoch 0 to `epochs`. */
export async function trained(config = CONFIG, epochs = 2): Promise<Annealing> {
  const annealing = new Annealing(config, QUIET);
  await ratesWith(annealing, 0, epochs);
  return annealing;
}

export function refusal(state: unknown, changes?: Partial<CosineAnnealingConfig>): string {
  try {
    load(state, QUIET, changes);
  } catch (error) {
    expect(error).to.be.instanceOf(CosineAnnealingError);
    return (error as Error).message;
  }
  throw new Error('expected a refusal');
}
