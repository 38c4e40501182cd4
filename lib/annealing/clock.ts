/** What the clock counts, and when the learning rate is set; `config/keys` documents each key. */
export interface ClockConfig {
  readonly unit: 'epoch' | 'batch';
  readonly updateFreq: 'epoch' | 'batch';
  /** Batches in an epoch, >= 1; undefined while unknown. */
  readonly batchesPerEpoch?: number | undefined;
}

/** An update, by its indexes. */
export interface UpdateIndex {
  /** Index of the update, from 0 at the callback's first one. */
  readonly step: number;
  /** Index of the epoch, on the training's clock. */
  readonly epoch: number;
  /** Index of the batch within the epoch. */
  readonly batch: number;
}

/**
 * Positions such as epoch + batch / batchesPerEpoch and lengths such as 0.1 are rounded. An update that lies before a
 * boundary by less than this share of an update is on it: 3/10 of an epoch is less than three cycles of 0.1, since the
 * double 0.1 is more than a tenth.
 */
export const ROUNDING = 1e-6;

/** The position of an update, in units: the count of updates, or epoch + batch / batchesPerEpoch. */
export function positionOf(config: ClockConfig, { step, epoch, batch }: UpdateIndex): number {
  const { unit, updateFreq, batchesPerEpoch } = config;
  if (unit === 'batch') return step;
  if (updateFreq === 'epoch' || batchesPerEpoch === undefined) return epoch;
  return epoch + Math.min(batch, batchesPerEpoch - 1) / batchesPerEpoch; // a longer epoch stays at its last value
}

/** How many times the learning rate is set in one unit; undefined while the number of batches is unknown. */
export function updatesPerUnit({ unit, updateFreq, batchesPerEpoch }: ClockConfig): number | undefined {
  if (unit === updateFreq) return 1;
  if (batchesPerEpoch === undefined) return undefined;
  return unit === 'epoch' ? batchesPerEpoch : 1 / batchesPerEpoch;
}

/** How many units an epoch has; undefined while the number of batches is unknown. */
export const unitsPerEpoch = ({ unit, batchesPerEpoch }: ClockConfig): number | undefined =>
  unit === 'epoch' ? 1 : batchesPerEpoch;

/** The index of the first update at or after a position, if one comes every 1 / perUnit units from 0 on. */
export const firstUpdateFrom = (position: number, perUnit: number): number =>
  Math.ceil(position * perUnit - ROUNDING);

/** The position of the k-th such update, rounded as `positionOf` rounds it. */
export function positionOfUpdate(k: number, perUnit: number): number {
  if (perUnit <= 1) return k / perUnit;
  const epoch = Math.floor(k / perUnit);
  return epoch + (k - epoch * perUnit) / perUnit;
}
