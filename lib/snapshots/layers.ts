import type { LayersModel } from '@tensorflow/tfjs-layers';

export type Layer = LayersModel['layers'][number];

/** Every layer of a model, those in nested models and wrapper layers among them. */
export const layersIn = ({ layers }: Pick<LayersModel, 'layers'>): Layer[] => layers.flatMap(withInner);

function withInner(layer: Layer): Layer[] {
  const { layers = [], layer: wrapped, forwardLayer, backwardLayer } = layer as LayerWithLayers;
  const inner = [...layers, wrapped, forwardLayer, backwardLayer];
  return [layer, ...inner.filter((each) => each !== undefined).flatMap(withInner)];
}

/** Nested models, TimeDistributed, Bidirectional. */
interface LayerWithLayers extends Layer {
  readonly layers?: Layer[];
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
}
