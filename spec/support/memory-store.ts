import type { io } from '@tensorflow/tfjs-core';
import { tf } from '../../examples/shared/backend';

/** A handler of TensorFlow.js that keeps a model in memory, as JSON and bytes. */
export class MemoryStore implements io.IOHandler {
  artifacts: io.ModelArtifacts = {};

  async save(artifacts: io.ModelArtifacts) {
    const { weightData, ...rest } = artifacts;
    this.artifacts = { ...JSON.parse(JSON.stringify(rest)), weightData };
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  }

  async load() {
    return this.artifacts;
  }
}
