import { dispose, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isObject } from '../config/rules';
import { refusal } from '../errors';
import { type Memory, memoryOf, restoreMemory } from '../training/optimizer';
import {
  checkPlaces,
  copyOf,
  copyOfTensor,
  disposeValues,
  type ModelPlaces,
  type ModelValues,
  placesIn,
  valuesAt,
  writeValues,
} from './model-values';
import { fieldsOf, mapTensors, type OptimizerFields, tensorsIn, writeFields } from './optimizer-fields';

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
  readonly #places: ModelPlaces;
  readonly #values: ModelValues;
  readonly #optimizer: Optimizer;
  readonly #fields: OptimizerFields;
  readonly #memory: Memory | undefined;
  #isDisposed = false;

  private constructor(
    model: LayersModel,
    places: ModelPlaces,
    optimizer: Optimizer,
    fields: OptimizerFields,
  ) {
    this.#model = model;
    this.#places = places;
    this.#values = copyOf(valuesAt(places));
    this.#optimizer = optimizer;
    this.#fields = mapTensors(fields, copyOfTensor);
    this.#memory = memoryOf(optimizer);
  }

  /**
   * Copies a model's training.
   *
   * @param model A compiled model, Sequential or Functional, or the one that TensorFlow.js hands to callbacks.
   * @throws {@link CosineAnnealingError} if the model isn't compiled or was disposed of, or its optimizer has a field that
   * isn't understood; nothing is copied then.
   */
  static take(model: LayersModel): TrainingSnapshot {
    const optimizer = optimizerOf(model);
    return new TrainingSnapshot(model, placesIn(model), optimizer, fieldsOf(optimizer));
  }

  /**
   * Puts model and optimizer back as they were when the snapshot was taken. The snapshot stays.
   *
   * @throws {@link CosineAnnealingError} if snapshot or model was disposed of, or the model holds another optimizer now;
   * nothing is changed then.
   */
  restore(): void {
    if (this.#isDisposed) throw refusal('snapshot', 'was disposed of', { cure: 'restore it before that' });
    if (optimizerOf(this.#model) !== this.#optimizer) {
      throw refusal('model', 'holds another optimizer than when the snapshot was taken', {
        cure: 'set model.optimizer to that one, or take a snapshot after compile',
      });
    }
    checkPlaces(this.#places);
    writeFields(this.#optimizer, this.#fields);
    restoreMemory(this.#optimizer, this.#memory);
    writeValues(this.#places, this.#values);
  }

  /** Frees the snapshot's memory; the model isn't touched. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    disposeValues(this.#values);
    dispose(tensorsIn(this.#fields));
  }
}

/**
 * The optimizer that a model is compiled with.
 *
 * @throws {@link CosineAnnealingError} if it is no model, or isn't compiled.
 */
export function optimizerOf(model: LayersModel): Optimizer {
  if (!isObject(model) || typeof model.getWeights !== 'function') {
    throw refusal('model', 'expected a model of tf.layers', { received: model });
  }
  if (model.optimizer) return model.optimizer;
  throw refusal('model', "isn't compiled", { cure: 'call model.compile first' });
}
