import type { CustomCallback } from '@tensorflow/tfjs-layers';

/** Data to train on again and again: each time the same batches in the same order, so that trials can be compared. */
export interface Source {
  /** Batches in an epoch; as many as were seen, while nobody can know whether there are more. */
  readonly batchesPerEpoch: number;
  /** Trains, quietly, for as many updates; longer, if it must, until the callback sets stopTraining. */
  fit(updates: number, callback: CustomCallback): Promise<void>;
  /** The loss on the validation data; undefined if none was given. */
  validate(): Promise<number> | undefined;
  dispose(): void;
}
