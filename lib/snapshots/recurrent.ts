import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { layersIn } from './layers';

/** What TensorFlow.js's types hide of an RNN: its states are no weights. */
export interface RecurrentLayer {
  /** What a stateful RNN carries from batch to batch; null if it isn't stateful. */
  states_: Tensor[] | null;
  /** Older states, which TensorFlow.js frees when the states are reset. */
  keptStates: Tensor[][];
}

/** The states of one layer. */
export interface States {
  readonly now: readonly Tensor[] | null;
  /** Those of `keptStates` at that moment; they are still the layer's own. */
  readonly older: readonly Tensor[][];
}

/** Every RNN of a model, wherever it stands. */
export const recurrentLayersOf = (model: LayersModel): RecurrentLayer[] =>
  layersIn(model).filter(isRecurrent);

const isRecurrent = <L extends object>(layer: L): layer is L & RecurrentLayer =>
  'states_' in layer && 'keptStates' in layer;

export const statesOf = ({ states_, keptStates }: RecurrentLayer): States => ({
  now: states_,
  older: [...keptStates],
});

/** Puts states into a layer, and frees those born since. */
export function writeStates(layer: RecurrentLayer, { now, older }: States): void {
  const isOld = (states: Tensor[]) => older.includes(states);
  dispose([...(layer.states_ ?? []), ...layer.keptStates.filter((states) => !isOld(states)).flat()]);
  layer.keptStates = layer.keptStates.filter(isOld);
  layer.states_ = now?.map((state) => keep(state.clone())) ?? null;
}
