// A model's training as numbers to compare: floats as their 32 bits, so that NaN equals NaN, and 0 isn't -0.
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { tf } from '../../examples/shared/backend';

export const bitsOf = (tensor: Tensor): number[] => {
  const values = tensor.dataSync();
  return values instanceof Float32Array ? Array.from(new Uint32Array(values.slice().buffer)) : [...values];
};

export const weightBits = (model: LayersModel): number[][] => model.getWeights().map(bitsOf);

/** Every own field of an optimizer, whatever it is. */
export function optimizerBits(optimizer: Optimizer): Record<string, unknown> {
  const { iterations } = optimizer; // creates the field
  const fields = Object.entries(optimizer).map(([name, value]) => [name, plain(value)] as const);
  return { ...Object.fromEntries(fields), iterations };
}

function plain(value: unknown): unknown {
  if (value instanceof tf.Tensor) return bitsOf(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Weights and optimizer. */
export const trainingBits = (model: LayersModel) => ({
  weights: weightBits(model),
  optimizer: optimizerBits(model.optimizer),
});

/** The same without the names of slots, which differ in every model. */
export const nameless = (model: LayersModel): unknown =>
  JSON.parse(JSON.stringify(trainingBits(model)), (key, value) =>
    key === 'originalName' ? undefined : value,
  );
