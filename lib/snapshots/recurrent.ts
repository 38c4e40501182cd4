import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

type Layer = LayersModel['layers'][number];

/** What TensorFlow.js's types hide of an RNN: its states are no weights. */
export interface RecurrentLayer {
  /** What a stateful RNN carries from batch to batch; null if it isn't stateful. */
  states_: Tensor[] | null;
  /** Older states, which TensorFlow.js frees when the states are reset. */
  keptStates: Tensor[][];
}

/** The states of a layer that carries none are null. */
export type States = readonly Tensor[] | null;

/** Every RNN of a model, those in nested models and wrapper layers among them. */
export const recurrentLayersOf = (model: LayersModel): RecurrentLayer[] => model.layers.flatMap(recurrentIn);

function recurrentIn(layer: Layer): RecurrentLayer[] {
  if (isRecurrent(layer)) return [layer];
  const { layers = [], layer: wrapped, forwardLayer, backwardLayer } = layer as LayerWithLayers;
  const inner = [...layers, wrapped, forwardLayer, backwardLayer];
  return inner.filter((each) => each !== undefined).flatMap(recurrentIn);
}

/** Nested models, TimeDistributed, Bidirectional. */
interface LayerWithLayers extends Layer {
  readonly layers?: Layer[];
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
}

const isRecurrent = (layer: object): layer is RecurrentLayer => 'states_' in layer && 'keptStates' in layer;

/** Puts states into a layer and frees those born since; `kept` are the older ones that were there already. */
export function writeStates(layer: RecurrentLayer, states: States, kept: readonly Tensor[][]): void {
  const isOld = (older: Tensor[]) => kept.includes(older);
  dispose([...(layer.states_ ?? []), ...layer.keptStates.filter((older) => !isOld(older)).flat()]);
  layer.keptStates = layer.keptStates.filter(isOld);
  layer.states_ = states?.map((state) => keep(state.clone())) ?? null;
}
