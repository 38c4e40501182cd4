import type { CosineAnnealingConfig } from 'tfjs-cosine-annealing';
import { TRAINING_IMAGES } from '../../subset.mts';
import type { Right } from '../design/verdict';
import type { Backend } from './backend';

/** All that shapes a run: one with another setup is another run. */
export interface Setup {
  readonly backend: Backend;
  readonly config: CosineAnnealingConfig;
  readonly epochs: number;
  /** Batches in an epoch. */
  readonly batches: number;
}

const MAX_UPDATES = 50_000;
const MAX_BATCH_SIZE = 64;

/** Why the page can't train a design; undefined if it can. */
export function obstacle({ training: { epochs, batches } }: Right): string | undefined {
  if (batches > TRAINING_IMAGES)
    return `this page has ${TRAINING_IMAGES} images, too few for ${batches} batches`;
  if (epochs * batches > MAX_UPDATES) {
    return `${epochs * batches} updates are too many for a page: at most ${MAX_UPDATES}`;
  }
  return undefined;
}

/** As many images in a batch as there are for all batches. */
export const batchSizeOf = (batches: number): number =>
  Math.min(MAX_BATCH_SIZE, Math.floor(TRAINING_IMAGES / batches));

export const imagesOf = (batches: number): number => batches * batchSizeOf(batches);

/** A setup in a few words. */
export function titleOf({ backend, config, epochs, batches }: Setup): string {
  const keys = Object.entries(config).filter(([key]) => key !== 'verbose');
  const values = keys.map(
    ([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return `${values.join(', ')}; ${epochs} epochs of ${batches} batches on ${backend}`;
}
