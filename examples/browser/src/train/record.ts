import { isBackend } from './backend';
import type { Setup } from './setup';

/** What is kept of a run beside its checkpoint. */
export interface Record {
  readonly setup: Setup;
  /** The loss of each batch. */
  readonly losses: readonly number[];
  /** The accuracy on the test images after each epoch. */
  readonly accuracies: readonly number[];
  readonly hasDiverged: boolean;
}

const KEY = 'tfjs-cosine-annealing';

/** Where the checkpoint is that belongs to the record. */
export const CHECKPOINT = `indexeddb://${KEY}`;

export function keep(record: Record): void {
  localStorage.setItem(KEY, JSON.stringify(record));
}

/** The record of the run that this browser keeps; undefined if there is none, or none that can be read. */
export function kept(): Record | undefined {
  try {
    const record = JSON.parse(localStorage.getItem(KEY) ?? 'null', asNumber);
    return isBackend(record?.setup?.backend) && Array.isArray(record.losses) ? record : undefined;
  } catch {
    return undefined;
  }
}

export function forget(): void {
  localStorage.removeItem(KEY);
}

/** JSON has no NaN: in a list of numbers it is null. */
const asNumber = (key: string, value: unknown) => (value === null && /^\d+$/.test(key) ? Number.NaN : value);
