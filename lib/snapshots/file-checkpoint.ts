import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import type { CheckpointHandler } from './store';

const MODEL = 'model.json';
const OURS = /^(weights-.+\.bin|model-.+\.json)$/;

/**
 * A folder that holds one checkpoint, for `saveCheckpoint` and `loadCheckpoint`; it works with and without tfjs-node. It
 * has the files of TensorFlow.js's `file://`, and `tf.loadLayersModel` reads either.
 *
 * A save replaces the checkpoint at once: it writes new weights beside the old ones, and then renames a new model.json,
 * which names them, over the old one. So whenever a process is killed, a whole checkpoint is there. Others may load it
 * meanwhile, but let only one process save to a folder.
 *
 * @param folder Its path; it's made if it isn't there.
 */
export const fileCheckpoint = (folder: string): Required<CheckpointHandler> => ({
  async exists() {
    try {
      return statSync(join(folder, MODEL)).isFile();
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  },

  async save({ weightSpecs = [], weightData = [], ...artifacts }) {
    const id = randomUUID();
    const [weights, model] = [`weights-${id}.bin`, `model-${id}.json`];
    mkdirSync(folder, { recursive: true });
    writeDurably(join(folder, weights), Buffer.concat([weightData].flat().map((data) => Buffer.from(data))));
    const manifest = [{ paths: [weights], weights: weightSpecs }];
    writeDurably(join(folder, model), JSON.stringify({ ...artifacts, weightsManifest: manifest }));
    renameSync(join(folder, model), join(folder, MODEL));
    for (const other of readdirSync(folder)) {
      if (OURS.test(other) && other !== weights) rmSync(join(folder, other), { force: true });
    }
    return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON({ ...artifacts, weightSpecs, weightData }) };
  },

  async load() {
    for (;;) {
      const json = readFileSync(join(folder, MODEL), 'utf8');
      try {
        return artifactsIn(folder, JSON.parse(json));
      } catch (error) {
        // Another process may have saved since, and removed these weights.
        const isReplaced = isMissing(error) && readFileSync(join(folder, MODEL), 'utf8') !== json;
        if (!isReplaced) throw error;
      }
    }
  },
});

function artifactsIn(folder: string, { weightsManifest, ...artifacts }: io.ModelJSON): io.ModelArtifacts {
  const files = weightsManifest.flatMap(({ paths }) => paths).map((path) => readFileSync(join(folder, path)));
  return {
    ...artifacts,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(Buffer.concat(files)).buffer,
  };
}

/** On disk when it returns, so that what is named later can't be there without it. */
function writeDurably(path: string, data: string | Buffer): void {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';
