import { addN, cast, dispose, div, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { _default } from 'zod/mini';
import { check, checkOptions, count, isIntegerFrom, isObject, oneOf, passes, strict } from '../config/rules';
import { refusal } from '../errors';
import type { CycleEnd } from '../training/options';
import { batchNormLayersOf, estimateBatchNorm } from './batch-norm';
import {
  copyOf,
  copyOfTensor,
  disposeValues,
  placesIn,
  valuesAt,
  weightsOf,
  writeValues,
} from './model-values';

/** How a snapshot ensemble is kept. */
export interface SnapshotEnsembleOptions {
  /** How many members to keep, the newest: an integer >= 1, or 'all'. Default: 2. */
  readonly keep?: number | 'all';
}

/** What is known of a member: the end of the cycle that it was taken at. */
export type EnsembleMember = Omit<CycleEnd, 'model'>;

type Weights = ReadonlyMap<Variable, Tensor>;

interface Member {
  readonly end: EnsembleMember;
  readonly weights: Weights;
}

interface InBatches {
  /** How many samples at a time. Default: 32. */
  readonly batchSize?: number;
}

/**
 * A snapshot ensemble (Huang et al., arXiv 1704.00109): the model's weights at the ends of cycles, each in a minimum of
 * its own, to predict with together, to average or to choose from. A member takes as much memory as the weights do.
 */
export class SnapshotEnsemble {
  readonly #keep: number;
  #members: readonly Member[] = [];
  #model: LayersModel | undefined;

  /** @throws {@link CosineAnnealingError} if an option is wrong. */
  constructor(options: SnapshotEnsembleOptions = {}) {
    const { keep } = checkOptions(optionsSchema, options, 'options');
    this.#keep = keep === 'all' ? Number.POSITIVE_INFINITY : keep;
  }

  /**
   * Adds the model as it is now, and drops the oldest member if that is one too many. It is an `onCycleEnd`:
   * `new CosineAnnealingCallback(config, { onCycleEnd: ensemble.add })`.
   *
   * @throws {@link CosineAnnealingError} if there is no model, as behind a plain object in `callbacks`, or another one
   * than the members'.
   */
  readonly add = (cycleEnd: CycleEnd): void => {
    if (!isObject(cycleEnd)) throw noCycleEnd(cycleEnd);
    const { model, ...end } = cycleEnd;
    if (model === undefined) throw noModel();
    const variables = weightsOf(model);
    const newest = this.#members.at(-1);
    if (newest !== undefined && !isOf(newest.weights, variables)) throw otherModel();
    const weights = new Map(variables.map((variable) => [variable, copyOfTensor(variable)]));
    const members = [...this.#members, { end, weights }];
    const dropped = members.splice(0, Math.max(0, members.length - this.#keep));
    this.#members = members;
    this.#model = model;
    disposeMembers(dropped);
  };

  /** The ends of cycles that the members were taken at, oldest first. */
  get members(): readonly EnsembleMember[] {
    return this.#members.map(({ end }) => end);
  }

  /**
   * The average of the members' predictions, as `model.predict` would give it: a tensor, or one for each output. It's
   * synchronous and leaves the model as it was, so it may be called in the middle of a fit.
   *
   * @param x The model's input, or a list of inputs.
   * @throws {@link CosineAnnealingError} if there are no members, or the model was disposed of.
   */
  predict(x: Tensor | Tensor[], options: InBatches = {}): Tensor | Tensor[] {
    const model = this.#modelOfMembers();
    return tidy(() => {
      const predictions = this.#members.map(({ weights }) =>
        leavingUnchanged(model, () => {
          assign(weights);
          return model.predict(x, options);
        }),
      );
      const outputs = predictions.map((prediction) => [prediction].flat());
      const averages = outputs[0]?.map((_, i) => mean(outputs.flatMap((output) => output[i] ?? []))) ?? [];
      const [single = averages] = averages;
      return Array.isArray(predictions[0]) ? averages : single;
    });
  }

  /**
   * Puts the average of the members' weights into the model, as stochastic weight averaging does (Izmailov et al.,
   * arXiv 1803.05407). The optimizer stays as it is.
   *
   * @param xs Training inputs; needed for batch normalization only, whose moving averages are estimated anew from them,
   * since those of the members belong to the members' weights.
   * @throws {@link CosineAnnealingError} if there are no members, the model was disposed of, or `xs` is missing. After an
   * error the model is as before.
   */
  average(xs?: Tensor | Tensor[], options: InBatches = {}): void {
    const { batchSize } = checkOptions(inBatchesSchema, options, 'options');
    const model = this.#modelOfMembers();
    const hasBatchNorm = batchNormLayersOf(model).length > 0;
    if (hasBatchNorm && xs === undefined) throw noInputs();
    tidy(() => {
      const averages = leavingUnchanged(model, () => {
        assign(averageOf(this.#members.map(({ weights }) => weights)));
        if (hasBatchNorm) estimateBatchNorm(model, [xs ?? []].flat(), batchSize);
        return new Map(weightsOf(model).map((variable) => [variable, variable.clone()]));
      });
      assign(averages);
    });
  }

  /**
   * The index of the best member, as `tf.callbacks.earlyStopping` judges; of equals the first.
   *
   * @param metric A name in the members' `logs`, such as 'val_loss'.
   * @param mode Whether less is better. Default, 'auto': unless the name contains 'acc'.
   * @throws {@link CosineAnnealingError} if no member has such a metric with a value better than none.
   */
  best(metric: string, mode: 'auto' | 'min' | 'max' = 'auto'): number {
    check(oneOf('auto', 'min', 'max'), mode, 'mode');
    if (typeof metric !== 'string') throw refusal('metric', 'expected a name', { received: metric });
    const isLessBetter = mode === 'min' || (mode === 'auto' && !metric.includes('acc'));
    const costs = this.members.map(({ logs }) => (logs[metric] ?? Number.NaN) * (isLessBetter ? 1 : -1));
    const least = Math.min(...costs.filter((cost) => cost < Number.POSITIVE_INFINITY));
    if (least < Number.POSITIVE_INFINITY) return costs.indexOf(least);
    const names = [...new Set(this.members.flatMap(({ logs }) => Object.keys(logs)))];
    throw refusal('metric', 'is no number in the logs of any member', {
      received: metric,
      cure: names.length > 0 ? `they have ${names.join(', ')}` : 'they are empty',
    });
  }

  /**
   * Puts a member's weights into the model, to save it as ever, for instance. The optimizer stays as it is.
   *
   * @param i Its index in `members`.
   * @throws {@link CosineAnnealingError} if there is no such member, or the model was disposed of.
   */
  restore(i: number): void {
    this.#modelOfMembers();
    const member = Number.isInteger(i) ? this.#members[i] : undefined;
    if (member === undefined) {
      throw refusal('i', `expected an integer from 0 to ${this.#members.length - 1}`, { received: i });
    }
    assign(member.weights);
  }

  /** Drops all members and frees their memory; the model isn't touched, and others may be added. */
  dispose(): void {
    disposeMembers(this.#members);
    this.#members = [];
    this.#model = undefined;
  }

  #modelOfMembers(): LayersModel {
    if (this.#model === undefined) throw noMembers();
    weightsOf(this.#model);
    return this.#model;
  }
}

/** Does work that changes a model's weights and states, and puts both back. */
function leavingUnchanged<Result>(model: LayersModel, work: () => Result): Result {
  const places = placesIn(model);
  const values = copyOf(valuesAt(places));
  try {
    return work();
  } finally {
    writeValues(places, values);
    disposeValues(values);
  }
}

function assign(weights: Weights): void {
  for (const [variable, value] of weights) variable.assign(value);
}

function averageOf(members: readonly Weights[]): Weights {
  const variables = [...(members[0]?.keys() ?? [])];
  return new Map(
    variables.map((variable) => [
      variable,
      cast(mean(members.flatMap((weights) => weights.get(variable) ?? [])), variable.dtype),
    ]),
  );
}

const mean = (tensors: Tensor[]): Tensor => div(addN(tensors), tensors.length);

const isOf = (weights: Weights, variables: readonly Variable[]) =>
  weights.size === new Set(variables).size && variables.every((variable) => weights.has(variable));

const disposeMembers = (members: readonly Member[]) =>
  dispose(members.flatMap(({ weights }) => [...weights.values()]));

const optionsSchema = strict(
  { keep: _default(passes<number | 'all'>(isCountOrAll, "an integer >= 1, or 'all'"), 2) },
  'an object such as { keep: 2 }',
);

const inBatchesSchema = strict({ batchSize: _default(count(), 32) }, 'an object such as { batchSize: 32 }');

function isCountOrAll(value: unknown): boolean {
  return value === 'all' || isIntegerFrom(1)(value);
}

const noCycleEnd = (received: unknown) =>
  refusal('cycleEnd', 'expected what onCycleEnd is called with', {
    received,
    cure: 'pass ensemble.add as onCycleEnd',
  });

const noModel = () =>
  refusal(
    'model',
    'is undefined: TensorFlow.js hands it over only if no plain object comes first in `callbacks`',
    {
      cure: 'put the CosineAnnealingCallback before it, or wrap it as new tf.CustomCallback({...})',
    },
  );

const otherModel = () =>
  refusal('model', 'is another one than the members were taken from', {
    cure: 'make an ensemble for each model, or dispose of this one first',
  });

const noMembers = () =>
  refusal('ensemble', 'has no members', {
    cure: 'pass ensemble.add as onCycleEnd, and train to the end of a cycle',
  });

const noInputs = () =>
  refusal('xs', 'is needed, since the model has batch normalization', {
    cure: 'pass training inputs, for the moving averages',
  });
