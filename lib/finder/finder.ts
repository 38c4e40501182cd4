import type { TensorContainer } from '@tensorflow/tfjs-core';
import type { LayersModel, ModelFitArgs, ModelFitDatasetArgs } from '@tensorflow/tfjs-layers';
import { refusal } from '../errors';
import { TrainingSnapshot } from '../snapshots/snapshot';
import { checkSettable } from '../training/optimizer';
import { Arrays, batchesOf, samplesIn } from './arrays';
import { checkArgs, fitArgsIn, parseOptions, type SearchOptions, type SearchSettings } from './options';
import { type FoundLearningRate, Search } from './search';

export type { FoundLearningRate } from './search';

import type { Source } from './source';
import { type Dataset, sizeOf, Tape } from './tape';

/** What `findLearningRate` takes: what `fit` will be given, and how to search. */
export type FindLearningRateArgs = Omit<ModelFitArgs, 'callbacks' | 'initialEpoch' | 'epochs'> &
  SearchOptions & {
    /** Length of the training that the peak is for, in epochs. */
    readonly epochs: number;
  };

/** What `findLearningRateDataset` takes: what `fitDataset` will be given, and how to search. */
export type FindLearningRateDatasetArgs = Omit<
  ModelFitDatasetArgs<TensorContainer>,
  'callbacks' | 'initialEpoch'
> &
  SearchOptions;

/**
 * Finds the `eta_max` of a training with one cosine: by a sweep over all learning rates, then by short trainings with
 * real cosines, all from the model as it is. Model and optimizer are afterwards as they were, bit for bit.
 *
 * What can't be put back: how far sources of random numbers have come, such as Math.random in dropout without a seed.
 *
 * @param model A compiled model.
 * @param xs Inputs, as `fit` takes them.
 * @param ys Targets.
 * @param args What `fit` will be given: `epochs` (required) is the length of the training that the peak is for. Validation
 * data judge the trials; without them, the training loss does. `callbacks` and `initialEpoch` are refused.
 * @throws {@link CosineAnnealingError} if the arguments are wrong, the data too few, or nothing can be learned; what a
 * loss, a layer or `fit` throws passes through.
 */
export async function findLearningRate(
  model: LayersModel,
  xs: Parameters<LayersModel['fit']>[0],
  ys: Parameters<LayersModel['fit']>[1],
  args: FindLearningRateArgs,
): Promise<FoundLearningRate> {
  checkArgs(args);
  const samples = samplesIn(xs, ys, args);
  const settings = parseOptions(args, batchesOf(samples, args));
  const fitArgs = fitArgsIn(args);
  return find(model, (trained) => new Arrays(trained, xs, ys, fitArgs, settings.budget), args, settings);
}

/**
 * As `findLearningRate`, on a dataset. It is read once, as far as the longest trial needs it, and the batches are kept
 * in memory until the end.
 *
 * @param dataset A dataset, or a function that makes one: since every look into a shuffled dataset changes the order of
 * its later epochs, a function leaves those of the training to come alone.
 * @param args What `fitDataset` will be given; see `findLearningRate`.
 * @throws {@link CosineAnnealingError} as `findLearningRate` does.
 */
export async function findLearningRateDataset(
  model: LayersModel,
  dataset: Dataset | (() => Dataset | Promise<Dataset>),
  args: FindLearningRateDatasetArgs,
): Promise<FoundLearningRate> {
  checkArgs(args);
  const data = typeof dataset === 'function' ? await dataset() : dataset;
  if (typeof data?.iterator !== 'function') {
    throw refusal('dataset', 'expected a dataset of tf.data, or a function that returns one', {
      received: data,
    });
  }
  const settings = parseOptions(args, args.batchesPerEpoch ?? sizeOf(data));
  return find(model, (trained) => new Tape(trained, data, fitArgsIn(args)), args, settings);
}

async function find(
  given: LayersModel,
  sourceOf: (model: LayersModel) => Source,
  args: FindLearningRateArgs | FindLearningRateDatasetArgs,
  settings: SearchSettings,
): Promise<FoundLearningRate> {
  const model = trainedModelOf(given);
  if (model.isTraining) throw refusal('model', 'is in training', { cure: 'await fit first' });
  const snapshot = TrainingSnapshot.take(given);
  const { history, stopTraining } = model;
  let source: Source | undefined;
  try {
    checkSettable(model.optimizer);
    model.stopTraining = false;
    source = sourceOf(model);
    const found = await new Search(model, snapshot, source, args, settings).run();
    if (args.verbose !== 0) console.log(`findLearningRate: ${lineOf(found, settings)}`);
    return found;
  } finally {
    source?.dispose();
    snapshot.restore();
    snapshot.dispose();
    Object.assign(model, { history, stopTraining });
  }
}

/** What TensorFlow.js's types hide: a Sequential trains through a model inside. */
type TrainedModel = LayersModel & { readonly isTraining: boolean };
const trainedModelOf = (model: LayersModel) =>
  ((model as { model?: LayersModel }).model ?? model) as TrainedModel;

/** Searches of fewer updates often miss the decade (bench/README.md). */
const FEW_UPDATES = 250;

function lineOf(found: FoundLearningRate, { budget }: SearchSettings): string {
  const { eta_max, spent, trials, stopped } = found;
  const result = `eta_max ${Number(eta_max.toPrecision(3))}, after ${trials.length} trials, ${spent} updates in all`;
  if (stopped !== null) return `${result}, stopped by ${stopped}`;
  return `${result}${doubtOf(found, budget)}`;
}

function doubtOf({ learned }: FoundLearningRate, budget: number): string {
  if (!learned)
    return `; too few to learn anything, so this is little more than a guess: set a larger budget, such as ${Math.max(FEW_UPDATES, 2 * budget)}`;
  return budget < FEW_UPDATES ? `; with so few, it may be far from the best: set budget: ${FEW_UPDATES}` : '';
}
