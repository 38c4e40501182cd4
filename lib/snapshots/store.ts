import { io } from '@tensorflow/tfjs-core';
import { refusal } from '../errors';

/** A handler that may know whether there is something to load. */
export interface CheckpointHandler extends io.IOHandler {
  /** Whether something was saved. */
  exists?(): Promise<boolean>;
}

/** Where checkpoints are kept: a handler, or a URL such as `model.save` takes. */
export type CheckpointStore = string | CheckpointHandler;

/** @throws {@link CosineAnnealingError} if there is no handler for it. */
export function saverFor(store: CheckpointStore): Pick<Required<io.IOHandler>, 'save'> {
  const handler = handlerFor(store, io.getSaveHandlers);
  const save = handler?.save?.bind(handler);
  if (save === undefined) throw noHandler(store);
  return { save };
}

/** @throws {@link CosineAnnealingError} if there is no handler for it. */
export function loaderFor(store: CheckpointStore): Pick<Required<io.IOHandler>, 'load'> & CheckpointHandler {
  const handler = handlerFor(store, io.getLoadHandlers);
  const load = handler?.load?.bind(handler);
  if (handler === undefined || load === undefined) throw noHandler(store);
  const { exists } = handler;
  return { load, ...(exists && { exists: () => exists.call(handler) }) };
}

function handlerFor(
  store: CheckpointStore,
  handlersOf: (url: string) => io.IOHandler[],
): CheckpointHandler | undefined {
  if (typeof store !== 'string') return store;
  const [handler, another] = handlersOf(store);
  if (handler === undefined || another !== undefined) return undefined;
  return /^(localstorage|indexeddb):\/\//.test(store) ? inBrowser(store, handler) : handler;
}

const noHandler = (store: CheckpointStore) =>
  refusal('store', 'expected a handler, or a URL that TensorFlow.js has one handler for here', {
    ...(typeof store === 'string' && { received: store }),
    cure:
      'pass fileCheckpoint(folder) of tfjs-cosine-annealing/node in Node.js, indexeddb://name or localstorage://name in ' +
      'a browser',
  });

/** The browser's stores can be listed, and what they hold survives a save that fails. */
function inBrowser(url: string, handler: io.IOHandler): CheckpointHandler {
  const exists = async () => url in (await io.listModels());
  const load = async () => (await handler.load?.()) ?? {};
  const save = async (artifacts: io.ModelArtifacts) => {
    const before = (await exists()) ? await load() : undefined;
    try {
      const result = await handler.save?.(artifacts);
      const after = await load();
      if (result !== undefined && hasSameMetadata(after, artifacts)) return result;
      throw new Error(`${url} doesn't hold what was saved: the browser may be out of space`);
    } catch (error) {
      if (before !== undefined) await handler.save?.(before); // TensorFlow.js has removed it, or its entry
      throw error;
    }
  };
  return { exists, load, save };
}

/** IndexedDB takes a record before it knows that there is space for it, so success isn't known before it's read. */
const hasSameMetadata = (a: io.ModelArtifacts, b: io.ModelArtifacts) =>
  JSON.stringify(a.userDefinedMetadata) === JSON.stringify(b.userDefinedMetadata);
