/** Training as the model of the callback sees it: TensorFlow.js's loop without TensorFlow.js. */
import type { ModelCallback } from './callback';
import type { ModelOptimizer } from './optimizer';

export interface ModelFit {
  readonly epochs: number;
  readonly batches: number;
  readonly firstEpoch?: number;
  /** Whether TensorFlow.js knows the number of batches. Default: true. */
  readonly known?: boolean;
  /** False behind a plain object in `callbacks`. Default: true. */
  readonly hasModel?: boolean;
  /** Somebody in front stops training at the end of this update, counted from the fit's first, or of this epoch. */
  readonly stopAfterUpdate?: number;
  readonly stopAfterEpoch?: number;
  /** Somebody in front throws after this update was done, or at the end of this epoch. */
  readonly failAfterUpdate?: number;
  readonly failAfterEpoch?: number;
  /** The optimizer to train an epoch with; default: the fit's. */
  readonly optimizerAt?: (epoch: number) => ModelOptimizer;
}

/** The rate of each update, in order; undefined if the fit is refused. */
export function fitModel(
  callback: ModelCallback,
  optimizer: ModelOptimizer,
  fit: ModelFit,
): number[] | undefined {
  const { firstEpoch = 0, known = true, hasModel = true, optimizerAt = () => optimizer } = fit;
  const facts = {
    firstEpoch,
    epochs: hasModel ? fit.epochs : undefined,
    batches: known && hasModel ? fit.batches : undefined,
    hasModel,
    optimizer,
  };
  if (firstEpoch >= fit.epochs) return [];
  if (callback.beginFit(facts) !== undefined) return undefined;
  const rates: number[] = [];
  let isStopping = false;
  const stops = () => isStopping || callback.stops;
  for (let epoch = firstEpoch; epoch < fit.epochs; epoch++) {
    callback.beginEpoch();
    for (let batch = 0; batch < fit.batches && (batch === 0 || !stops()); batch++) {
      const { value } = callback.beginUpdate(batch);
      callback.book(batch, optimizerAt(epoch), value);
      const update = rates.push(value) - 1;
      if (update === fit.failAfterUpdate) {
        callback.abort(true);
        return rates;
      }
      isStopping ||= update === fit.stopAfterUpdate;
      callback.endUpdate(batch);
    }
    if (epoch === fit.failAfterEpoch) {
      callback.abort(false);
      return rates;
    }
    isStopping ||= epoch === fit.stopAfterEpoch;
    callback.endEpoch(stops());
    if (stops()) break;
  }
  callback.endFit();
  return rates;
}
