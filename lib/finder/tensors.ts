import { dispose, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** How `fit` takes inputs and targets. */
export type Tensors = Tensor | Tensor[] | { [name: string]: Tensor };

export const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'dataId' in value && 'shape' in value;

/** Whether `fit` could take it. */
export const areTensors = (value: unknown): value is Tensors =>
  isTensor(value) ||
  (typeof value === 'object' &&
    value !== null &&
    Object.values(value).length > 0 &&
    Object.values(value).every(isTensor));

export const tensorsIn = (value: Tensors): Tensor[] => (isTensor(value) ? [value] : Object.values(value));

/** The same structure with other tensors. */
export function mapTensors(value: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  if (isTensor(value)) return change(value);
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([name, tensor]) => [name, change(tensor)]));
}

/** The loss in what `evaluate` returns, which is disposed of. */
export async function lossIn(evaluated: Scalar | Scalar[]): Promise<number> {
  const [loss] = [evaluated].flat();
  const values = await loss?.data();
  dispose(evaluated);
  return values?.[0] ?? Number.NaN;
}
