import { dispose, keep, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { refusal } from '../errors';
import { type RecurrentLayer, recurrentLayersOf, type States, statesOf, writeStates } from './recurrent';

/** Where a model keeps what training changes in it. */
export interface ModelPlaces {
  readonly weights: readonly Variable[];
  readonly recurrent: readonly RecurrentLayer[];
}

/** What is there, a value for each place. */
export interface ModelValues {
  readonly weights: readonly Tensor[];
  readonly states: readonly States[];
}

/** @throws {@link CosineAnnealingError} if the model was disposed of. */
export const placesIn = (model: LayersModel): ModelPlaces => ({
  weights: weightsOf(model),
  recurrent: recurrentLayersOf(model),
});

/** A model's weights, as the variables that are trained. */
export function weightsOf(model: LayersModel): Variable[] {
  try {
    return model.getWeights() as Variable[];
  } catch (cause) {
    throw modelIsDisposed(cause);
  }
}

/** What is there now, without a copy: it changes with training. */
export const valuesAt = ({ weights, recurrent }: ModelPlaces): ModelValues => ({
  weights,
  states: recurrent.map(statesOf),
});

export const copyOf = ({ weights, states }: ModelValues): ModelValues => ({
  weights: weights.map(copyOfTensor),
  states: states.map(({ now, older }) => ({ now: now?.map(copyOfTensor) ?? null, older })),
});

/** TensorFlow.js replaces a variable's data and never changes it, so another tensor of the same data is a copy. */
export const copyOfTensor = (tensor: Tensor): Tensor => keep(tensor.clone());

export const disposeValues = ({ weights, states }: ModelValues): void =>
  dispose([...weights, ...states.flatMap(({ now }) => now ?? [])]);

/** @throws {@link CosineAnnealingError} if the model was disposed of since. */
export function checkPlaces({ weights }: ModelPlaces): void {
  if (weights.some(({ isDisposed }) => isDisposed)) throw modelIsDisposed();
}

/** Puts values into their places; they stay the caller's. */
export function writeValues({ weights, recurrent }: ModelPlaces, values: ModelValues): void {
  for (const [i, value] of values.weights.entries()) weights[i]?.assign(value);
  for (const [i, states] of values.states.entries()) {
    const layer = recurrent[i];
    if (layer !== undefined) writeStates(layer, states);
  }
}

const modelIsDisposed = (cause?: unknown) =>
  refusal('model', 'was disposed of', { cure: 'build it again', ...(cause !== undefined && { cause }) });
