import { dispose, keep, type Optimizer, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { refusal } from '../errors';
import { fieldsOf, mapTensors, type OptimizerFields, tensorsIn, writeFields } from './optimizer-fields';
import { type RecurrentLayer, recurrentLayersOf, type States, writeStates } from './recurrent';

/**
 * A model in training as it is at one moment: its weights (batch normalization's moving averages among them), the
 * states of stateful RNNs, and the optimizer: every slot, its counters and its learning rate. `restore` puts all of it
 * back in place, bit for bit, as often as wanted. It works for the seven optimizers of `tf.train`.
 *
 * While training stands still, a snapshot shares the model's memory; when it goes on, the snapshot keeps as much memory
 * as model and optimizer take. `dispose` frees it.
 */
export class TrainingSnapshot {
  readonly #model: LayersModel;
  readonly #places: TrainingPlaces;
  readonly #values: TrainingValues;
  // REMEMBERED RATE: copy it here and in the constructor, put it back at the end of restore().
  /** Older states that RNNs had already. */
  readonly #kept: readonly Tensor[][];
  #isDisposed = false;

  private constructor(model: LayersModel, places: TrainingPlaces) {
    this.#model = model;
    this.#places = places;
    this.#values = copyOf(places);
    this.#kept = places.recurrent.flatMap(({ keptStates }) => keptStates);
  }

  /**
   * Copies a model's training.
   *
   * @param model A compiled model, Sequential or Functional, or the one that TensorFlow.js hands to callbacks.
   * @throws {@link CosineAnnealingError} if the model isn't compiled or was disposed of, or its optimizer has a field that
   * isn't understood; nothing is copied then.
   */
  static take(model: LayersModel): TrainingSnapshot {
    return new TrainingSnapshot(model, placesOf(model));
  }

  /**
   * Puts model and optimizer back as they were when the snapshot was taken. The snapshot stays.
   *
   * @throws {@link CosineAnnealingError} if snapshot or model was disposed of, or the model holds another optimizer now;
   * nothing is changed then.
   */
  restore(): void {
    if (this.#isDisposed) throw refusal('snapshot', 'was disposed of', { cure: 'restore it before that' });
    if (optimizerOf(this.#model) !== this.#places.optimizer) {
      throw refusal('model', 'holds another optimizer than when the snapshot was taken', {
        cure: 'set model.optimizer to that one, or take a snapshot after compile',
      });
    }
    writeTraining(this.#places, this.#values, this.#kept);
  }

  /** Frees the snapshot's memory; the model isn't touched. */
  dispose(): void {
    if (!this.#isDisposed) disposeValues(this.#values);
    this.#isDisposed = true;
  }
}

/** What a model's training is stored in. */
export interface TrainingPlaces {
  readonly weights: readonly Variable[];
  readonly recurrent: readonly RecurrentLayer[];
  readonly optimizer: Optimizer;
}

/** What is stored there, a value for each place. */
export interface TrainingValues {
  readonly weights: readonly Tensor[];
  readonly states: readonly States[];
  readonly optimizer: OptimizerFields;
}

/**
 * Where a model keeps its training.
 *
 * @throws {@link CosineAnnealingError} if it isn't compiled, was disposed of, or its optimizer isn't understood.
 */
export function placesOf(model: LayersModel): TrainingPlaces {
  const optimizer = optimizerOf(model);
  fieldsOf(optimizer);
  return { weights: variablesOf(model), recurrent: recurrentLayersOf(model), optimizer };
}

/** What is there now, without a copy: it changes with training. */
export const valuesIn = ({ weights, recurrent, optimizer }: TrainingPlaces): TrainingValues => ({
  weights,
  states: recurrent.map(({ states_ }) => states_),
  optimizer: fieldsOf(optimizer),
});

/** TensorFlow.js replaces a variable's data and never changes it, so another tensor of the same data is a copy. */
function copyOf(places: TrainingPlaces): TrainingValues {
  const copy = (tensor: Tensor) => keep(tensor.clone());
  const { weights, states, optimizer } = valuesIn(places);
  return {
    weights: weights.map(copy),
    states: states.map((all) => all?.map(copy) ?? null),
    optimizer: mapTensors(optimizer, copy),
  };
}

/** Puts values into their places, all of them or, with an error, none. */
export function writeTraining(
  { weights, recurrent, optimizer }: TrainingPlaces,
  values: TrainingValues,
  kept: readonly Tensor[][] = [],
): void {
  if (weights.some(({ isDisposed }) => isDisposed)) throw modelIsDisposed();
  writeFields(optimizer, values.optimizer);
  for (const [i, value] of values.weights.entries()) weights[i]?.assign(value);
  for (const [i, states] of values.states.entries()) {
    const layer = recurrent[i];
    if (layer !== undefined) writeStates(layer, states, kept);
  }
}

export function disposeValues({ weights, states, optimizer }: TrainingValues): void {
  dispose([...weights, ...states.flatMap((all) => all ?? []), ...tensorsIn(optimizer)]);
}

/** A model's weights, as the variables that are trained. */
export function variablesOf(model: LayersModel): Variable[] {
  try {
    return model.getWeights() as Variable[];
  } catch (cause) {
    throw modelIsDisposed(cause);
  }
}

function optimizerOf(model: LayersModel): Optimizer {
  const { optimizer } = model;
  if (optimizer) return optimizer;
  throw refusal('model', "isn't compiled", { cure: 'call model.compile first' });
}

const modelIsDisposed = (cause?: unknown) =>
  refusal('model', 'was disposed of', { cure: 'build it again', ...(cause !== undefined && { cause }) });
