import { type io, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isObject } from '../config/rules';
import { refusal } from '../errors';
import { CosineAnnealingCallback } from '../training/callback';
import { artifactsOf, metadataOf, write } from './artifacts';
import { fieldsOf } from './optimizer-fields';
import { optimizerOf } from './snapshot';
import { type CheckpointStore, loaderFor, saverFor } from './store';

/**
 * Saves all that training needs to go on as if it had never been stopped: the model with its weights, the states of
 * stateful RNNs, the optimizer and the callback. `tf.loadLayersModel` reads it, too, as a model that isn't compiled.
 * Everything is taken at once, when this is called; best at the end of an epoch.
 *
 * @param store Where to: `fileCheckpoint(folder)` of tfjs-cosine-annealing/node, 'indexeddb://name', or whatever else
 * `model.save` takes.
 * @param model The compiled model. Give the Sequential itself rather than the inner model that callbacks get from
 * TensorFlow.js, so that its userDefinedMetadata is kept.
 * @param options `history`: how many of the newest changes of the learning rate to save, or all, or none, so that a save
 * takes the same time however long training has been. Default: true, for all.
 * @throws {@link CosineAnnealingError} if the optimizer isn't one of tf.train, or the store fails; with
 * `fileCheckpoint`, localstorage and indexeddb the checkpoint before is then still there.
 */
export async function saveCheckpoint(
  store: CheckpointStore,
  model: LayersModel,
  annealing: CosineAnnealingCallback,
  options: { readonly history?: boolean | number } = {},
): Promise<void> {
  const saver = saverFor(store);
  if (!isObject(annealing) || typeof annealing.state !== 'function') {
    throw refusal('annealing', 'expected a CosineAnnealingCallback', { received: annealing });
  }
  const artifacts = await artifactsOf(model, annealing.state(options));
  try {
    await saver.save(artifacts);
  } catch (cause) {
    throw refusal('checkpoint', `couldn't be saved: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Puts a model where training stood when the checkpoint was saved, bit for bit, and makes the callback that goes on from
 * there with `initialEpoch: annealing.epoch`.
 *
 * @param store Where from; with a URL, as `tf.loadLayersModel` takes it.
 * @param model A model of the same architecture, compiled with the same optimizer; its learning rate is the saved one's.
 * @param options The callback's, which can't be saved.
 * @returns The callback; undefined if nothing was saved there yet and that can be known: with `fileCheckpoint`,
 * localstorage and indexeddb.
 * @throws {@link CosineAnnealingError} if the checkpoint can't be read, is damaged, was written by a newer release, or
 * belongs to another model or optimizer; the model is then as before.
 */
export async function loadCheckpoint(
  store: CheckpointStore,
  model: LayersModel,
  options: Parameters<typeof CosineAnnealingCallback.fromJSON>[1] = {},
): Promise<CosineAnnealingCallback | undefined> {
  const loader = loaderFor(store);
  fieldsOf(optimizerOf(model));
  const artifacts = await read(loader);
  if (artifacts === undefined) return undefined;
  const metadata = metadataOf(artifacts);
  const annealing = CosineAnnealingCallback.fromJSON(metadata.annealing, options);
  tidy(() => write(model, metadata, artifacts));
  return annealing;
}

async function read(loader: ReturnType<typeof loaderFor>): Promise<io.ModelArtifacts | undefined> {
  try {
    if (loader.exists !== undefined && !(await loader.exists())) return undefined;
    return await loader.load();
  } catch (cause) {
    throw refusal('checkpoint', `can't be read: ${messageOf(cause)}`, { cause });
  }
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
