import { dispose, type Tensor, type TensorContainer, tensor_util } from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel, ModelFitDatasetArgs } from '@tensorflow/tfjs-layers';
import { refusal } from '../errors';
import type { Source } from './source';
import { isTensor, lossIn } from './tensors';

/** A dataset of tf.data. */
export type Dataset = Parameters<LayersModel['fitDataset']>[0];
type Batches = Parameters<LayersModel['evaluateDataset']>[0];
type DatasetArgs = ModelFitDatasetArgs<TensorContainer>;

/** Once the tape holds so many bytes, trials go over the batches on it again. */
const MAX_BYTES = 2 ** 29;

/**
 * The batches of a dataset, read once and kept, so that every trial sees the same ones in the same order although a
 * shuffled dataset gives others each time. One look into the dataset is all that the search costs it.
 */
export class Tape implements Source {
  readonly #model: LayersModel;
  readonly #args: DatasetArgs;
  readonly #dataset: Dataset;
  #iterator: Awaited<ReturnType<Dataset['iterator']>> | undefined;
  readonly #batches: TensorContainer[] = [];
  #bytes = 0;
  #isWhole = false;
  #error: { readonly cause: unknown } | undefined;

  constructor(model: LayersModel, dataset: Dataset, args: DatasetArgs) {
    this.#model = model;
    this.#dataset = dataset;
    this.#args = args;
  }

  get batchesPerEpoch(): number {
    const { batchesPerEpoch } = this.#args;
    return batchesPerEpoch ?? sizeOf(this.#dataset) ?? this.#batches.length;
  }

  /** An error of the dataset ends the training first, so that TensorFlow.js frees what it has made. */
  async fit(updates: number, callback: CustomCallback): Promise<void> {
    const { validationData: _, validationBatches: __, validationBatchSize: ___, ...args } = this.#args;
    await this.#model.fitDataset(this.#replay(updates), {
      ...args,
      batchesPerEpoch: updates,
      epochs: 1,
      verbose: 0,
      callbacks: [callback],
    });
    if (this.#error !== undefined) throw this.#error.cause;
  }

  validate(): Promise<number> | undefined {
    const { validationData, validationBatches, validationBatchSize } = this.#args;
    if (validationData == null) return undefined;
    if (!Array.isArray(validationData)) return this.#evaluateDataset(validationData, validationBatches);
    const [xs, ys] = validationData as readonly [Tensor, Tensor];
    return lossIn(
      this.#model.evaluate(xs, ys, {
        verbose: 0,
        ...(validationBatchSize !== undefined && { batchSize: validationBatchSize }),
      }),
    );
  }

  dispose(): void {
    dispose(this.#batches);
  }

  async #evaluateDataset(dataset: unknown, batches: number | undefined): Promise<number> {
    const args = { verbose: 0, ...(batches !== undefined && { batches }) } as const;
    return lossIn(await this.#model.evaluateDataset(dataset as Batches, args));
  }

  /** So many batches from the beginning of the tape. */
  #replay(updates: number): Dataset {
    let next = 0;
    const read = async () => {
      try {
        return { value: copyOf(await this.#batch(next++)), done: false };
      } catch (cause) {
        this.#error = { cause };
        this.#model.stopTraining = true;
        return { value: null, done: false };
      }
    };
    return { size: updates, iterator: async () => ({ next: read }) } as unknown as Dataset;
  }

  async #batch(index: number): Promise<TensorContainer> {
    while (index >= this.#batches.length && !this.#isWhole && this.#bytes < MAX_BYTES) await this.#record();
    const batch = this.#batches[index % this.#batches.length];
    if (batch === undefined) throw refusal('dataset', 'has no batch');
    return batch;
  }

  async #record(): Promise<void> {
    this.#iterator ??= await this.#dataset.iterator();
    const { value, done } = (await this.#iterator.next()) as IteratorResult<TensorContainer>;
    if (value !== undefined && value !== null) {
      this.#batches.push(value);
      this.#bytes += bytesIn(value);
    }
    if (done === true) this.#end();
  }

  #end(): void {
    this.#isWhole = true;
    const { batchesPerEpoch, epochs } = this.#args;
    const count = this.#batches.length;
    if (batchesPerEpoch === undefined || count === 0 || count >= batchesPerEpoch * epochs) return;
    const needed = `batchesPerEpoch times epochs (${batchesPerEpoch * epochs})`;
    throw refusal(
      'dataset',
      `ends after ${count} batches, but the training that is planned needs ${needed}`,
      {
        cure: 'pass dataset.repeat(), or leave out batchesPerEpoch',
      },
    );
  }
}

/** Batches in an epoch, if the dataset knows. */
export const sizeOf = ({ size }: Dataset): number | undefined => (Number.isFinite(size) ? size : undefined);

/** Other tensors that share the memory, in the same structure: TensorFlow.js disposes of what it has trained with. */
function copyOf(batch: TensorContainer): TensorContainer {
  if (isTensor(batch)) return batch.clone();
  if (Array.isArray(batch)) return batch.map(copyOf);
  if (typeof batch !== 'object' || batch === null) return batch;
  return Object.fromEntries(Object.entries(batch).map(([name, value]) => [name, copyOf(value)]));
}

const bytesIn = (batch: TensorContainer) =>
  tensor_util.getTensorsInContainer(batch).reduce((sum, { size }) => sum + 4 * size, 0);
