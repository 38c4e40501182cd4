import { dispose, gather, slice, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel, ModelFitArgs } from '@tensorflow/tfjs-layers';
import { CosineAnnealingError, refusal } from '../errors';
import type { Source } from './source';
import { areTensors, lossIn, mapTensors, type Tensors, tensorsIn } from './tensors';

const DEFAULT_BATCH_SIZE = 32;

/** Tensors as `fit` takes them. What `shuffle` asks for is done once, so that all trials see the same order. */
export class Arrays implements Source {
  readonly batchesPerEpoch: number;
  readonly #model: LayersModel;
  readonly #args: ModelFitArgs;
  readonly #training: readonly [xs: Tensors, ys: Tensors];
  readonly #validation: readonly [xs: Tensors, ys: Tensors] | undefined;
  /** What was made here and isn't the caller's. */
  readonly #own: Tensor[] = [];

  /**
   * @param args Those of `fit`. `validationData` and `validationSplit` are used as `fit` would.
   * @param updates No training will be longer; so many batches are enough.
   * @throws {@link CosineAnnealingError} if these are no tensors.
   */
  constructor(model: LayersModel, xs: unknown, ys: unknown, args: ModelFitArgs, updates: number) {
    const { batchSize, shuffle, validationData, validationSplit: _, ...rest } = args;
    const size = batchSize ?? DEFAULT_BATCH_SIZE;
    const count = samplesIn(xs, ys, args);
    this.#model = model;
    this.#args = { ...rest, batchSize: size, shuffle: false };
    this.batchesPerEpoch = Math.ceil(count / size);
    const all = checked(xs, ys);
    const held = count < rowsIn(all[0]);
    const slice = (begin: number, end?: number) => this.#make(all, (tensor) => part(tensor, begin, end));
    this.#validation = held ? slice(count) : validationData?.length === 2 ? [...validationData] : undefined;
    if (shuffle === false) {
      this.#training = held ? slice(0, count) : all;
    } else {
      const order = shuffled(count).subarray(0, updates * size);
      this.#training = this.#make(all, (tensor) => gather(tensor, tensor1d(order, 'int32')));
    }
  }

  async fit(_updates: number, callback: CustomCallback): Promise<void> {
    const [xs, ys] = this.#training;
    const epochs = Number.POSITIVE_INFINITY; // the callback ends it
    await this.#model.fit(xs, ys, { ...this.#args, epochs, verbose: 0, callbacks: [callback] });
  }

  validate(): Promise<number> | undefined {
    if (this.#validation === undefined) return undefined;
    const [xs, ys] = this.#validation as readonly [Tensor, Tensor];
    const { batchSize = DEFAULT_BATCH_SIZE } = this.#args;
    return lossIn(this.#model.evaluate(xs, ys, { batchSize, verbose: 0 }));
  }

  dispose(): void {
    dispose(this.#own);
  }

  #make(
    [xs, ys]: readonly [Tensors, Tensors],
    change: (tensor: Tensor) => Tensor,
  ): readonly [Tensors, Tensors] {
    const own = (tensor: Tensor) => {
      const made = tidy(() => change(tensor));
      this.#own.push(made);
      return made;
    };
    return [mapTensors(xs, own), mapTensors(ys, own)];
  }
}

/**
 * How many samples `fit` would train on.
 *
 * @throws {@link CosineAnnealingError} if these are no tensors.
 */
export function samplesIn(xs: unknown, ys: unknown, args: ModelFitArgs): number {
  const rows = rowsIn(checked(xs, ys)[0]);
  const { validationData, validationSplit = 0 } = args;
  const isSplit = !validationData?.length && validationSplit > 0 && validationSplit < 1;
  return isSplit ? Math.floor(rows * (1 - validationSplit)) : rows;
}

/** Batches in an epoch of so many samples. */
export const batchesOf = (samples: number, { batchSize = DEFAULT_BATCH_SIZE }: ModelFitArgs) =>
  Math.ceil(samples / batchSize);

function checked(xs: unknown, ys: unknown): readonly [Tensors, Tensors] {
  const isGood = areTensors(xs) && areTensors(ys);
  if (!isGood) {
    const wrong = Object.entries({ xs, ys }).filter(([, value]) => !areTensors(value));
    throw new CosineAnnealingError(
      wrong.map(([name, received]) => ({
        path: [name],
        rule: 'expected a tensor, a list of tensors or an object of tensors, as fit takes them',
        received,
      })),
    );
  }
  const rows = rowsIn(xs);
  const other = [...tensorsIn(xs), ...tensorsIn(ys)].find(({ shape }) => shape[0] !== rows);
  if (other === undefined) return [xs, ys];
  throw refusal('ys', `expected ${rows} samples in every tensor, as in the first of xs`, {
    received: other.shape[0],
  });
}

function rowsIn(values: Tensors): number {
  const rows = tensorsIn(values)[0]?.shape[0] ?? 0;
  if (rows > 0) return rows;
  throw refusal('xs', 'has no sample');
}

function part(tensor: Tensor, begin: number, end = tensor.shape[0] ?? 0): Tensor {
  return slice(
    tensor,
    [begin, ...tensor.shape.slice(1).map(() => 0)],
    [end - begin, ...tensor.shape.slice(1)],
  );
}

/**
 * The numbers below `count` in an order that looks random and is the same every time, so that the same model and data
 * find the same peak: Fisher and Yates's shuffle with a generator of 32 bits (mulberry32).
 */
function shuffled(count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  let state = 1;
  for (let i = count - 1; i > 0; i--) {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    const other = Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * (i + 1));
    const value = order[i] ?? 0;
    order[i] = order[other] ?? 0;
    order[other] = value;
  }
  return order;
}
