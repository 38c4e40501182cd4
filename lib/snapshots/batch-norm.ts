import { slice, type Tensor, tidy, type Variable, zerosLike } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { layersIn } from './layers';

/** What TensorFlow.js's types hide of batch normalization. */
interface BatchNormLayer {
  readonly movingMean: { read(): Variable };
  readonly movingVariance: { read(): Variable };
  /** The share of the old average in the new one. */
  momentum: number;
}

/** Every layer of a model that keeps moving averages of its inputs. */
export const batchNormLayersOf = (model: LayersModel): BatchNormLayer[] =>
  layersIn(model).filter(isBatchNorm);

const isBatchNorm = <L extends object>(layer: L): layer is L & BatchNormLayer =>
  'movingMean' in layer && 'movingVariance' in layer && 'momentum' in layer;

/**
 * Makes the moving averages of batch normalization the plain averages over these inputs, batch by batch, as PyTorch's
 * `update_bn` does; the model runs as in training, dropout included.
 */
export function estimateBatchNorm(model: LayersModel, inputs: readonly Tensor[], batchSize: number): void {
  const layers = batchNormLayersOf(model);
  const momenta = layers.map(({ momentum }) => momentum);
  for (const { movingMean, movingVariance } of layers) {
    for (const average of [movingMean.read(), movingVariance.read()])
      tidy(() => average.assign(zerosLike(average)));
  }
  try {
    const count = inputs[0]?.shape[0] ?? 0;
    for (let start = 0; start < count; start += batchSize) {
      const size = Math.min(batchSize, count - start);
      for (const layer of layers) layer.momentum = start / (start + size);
      const batch = () => inputs.map((all) => slice(all, start, size));
      tidy(() => void model.apply(batch(), { training: true }));
    }
  } finally {
    for (const [i, layer] of layers.entries()) layer.momentum = momenta[i] ?? layer.momentum;
  }
}
