import { dispose, io, type Optimizer, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { CosineAnnealingError, type Problem, refusal } from '../errors';
import { checksumOf, crc32 } from '../training/checksum';
import {
  getLearningRate,
  type Memory,
  memoryOf,
  restoreMemory,
  setLearningRate,
} from '../training/optimizer';
import { layersIn } from './layers';
import {
  copyOf,
  copyOfTensor,
  disposeValues,
  type ModelValues,
  placesIn,
  valuesAt,
  writeValues,
} from './model-values';
import { fieldsOf, mapTensors, type OptimizerFields, tensorsIn, writeFields } from './optimizer-fields';
import { optimizerOf } from './snapshot';

/** The version of the checkpoints that this package writes, and the only one it reads. */
const VERSION = 1;
/** The entry of a saved model's userDefinedMetadata that makes a checkpoint of it. */
const KEY = 'tfjs-cosine-annealing';
/** Tensors of this group mean nothing to tf.loadLayersModel, unless the model is saved with its training config. */
const GROUP = 'optimizer';

/** What a checkpoint has beside the model's topology and its tensors. */
interface Metadata {
  readonly version: number;
  /** The callback's state. */
  readonly annealing: unknown;
  readonly optimizer: SavedOptimizer;
  /** How many weights are trained in each layer that has any. */
  readonly trained: readonly number[];
  /** How many states each RNN has; null for one that carries none. */
  readonly states: readonly (number | null)[];
}

interface SavedOptimizer {
  readonly kind: string;
  readonly className: string;
  readonly iterations: number;
  readonly settings: Readonly<Record<string, number | boolean>>;
  /** The learning rate before any annealing, if it was annealed. */
  readonly memory: Memory | null;
  readonly variables: readonly string[];
  /** By list, the names of its slots. */
  readonly slots: Readonly<Record<string, readonly string[]>>;
}

/** A model and its callback as TensorFlow.js's handlers save them. */
export async function artifactsOf(model: LayersModel, annealing: unknown): Promise<io.ModelArtifacts> {
  const optimizer = optimizerOf(model);
  getLearningRate(optimizer); // refuses one that couldn't be set again
  const fields = mapTensors({ ...fieldsOf(optimizer), tensors: new Map() }, copyOfTensor);
  const values = copyOf(valuesAt(placesIn(model)));
  const metadata = {
    version: VERSION,
    annealing,
    optimizer: savedOptimizer(fields, optimizer),
    trained: trainedIn(model),
    states: values.states.map(({ now }) => now?.length ?? null),
  };
  const names = model.weights.map(({ originalName }) => originalName);
  const others = [...tensorsIn(fields), ...values.states.flatMap(({ now }) => now ?? [])];
  const artifacts = {
    modelTopology: JSON.parse(String(model.toJSON())),
    format: 'layers-model',
    generatedBy: KEY,
    convertedBy: null,
  };
  const userDefinedMetadata = { ...model.getUserDefinedMetadata() };
  try {
    const weights = await io.encodeWeights(
      values.weights.map((tensor, i) => ({ name: names[i] ?? '', tensor })),
    );
    const rest = await io.encodeWeights(
      others.map((tensor, i) => ({ name: `${KEY}/${i}`, tensor })),
      GROUP,
    );
    const weightSpecs = [...weights.specs, ...rest.specs];
    const weightData = joined([weights.data, rest.data]);
    const checksum = checksumFor(metadata, weightSpecs, weightData);
    return {
      ...artifacts,
      weightSpecs,
      weightData,
      userDefinedMetadata: { ...userDefinedMetadata, [KEY]: { ...metadata, checksum } },
    };
  } finally {
    disposeValues(values);
    dispose(tensorsIn(fields));
  }
}

function savedOptimizer(fields: OptimizerFields, optimizer: Optimizer): SavedOptimizer {
  const { kind, iterations, settings, variables, slots } = fields;
  const named = [...slots].map(
    ([name, list]) => [name, list.map(({ originalName }) => originalName)] as const,
  );
  return {
    kind,
    className: optimizer.getClassName(),
    iterations,
    settings: Object.fromEntries(settings),
    memory: memoryOf(optimizer) ?? null,
    variables: [...variables.keys()],
    slots: Object.fromEntries(named),
  };
}

/** Slots belong to weights by position; so other layers must not be trained when training goes on. */
const trainedIn = (model: LayersModel): number[] =>
  layersIn(model)
    .filter(({ weights }) => weights.length > 0)
    .map(({ trainableWeights }) => trainableWeights.length);

/** Checks that this is a whole checkpoint, as it was saved. */
export function metadataOf({ userDefinedMetadata, weightSpecs, weightData }: io.ModelArtifacts): Metadata {
  const saved = (userDefinedMetadata as { [KEY]?: Metadata & { checksum: string } } | undefined)?.[KEY];
  if (typeof saved !== 'object' || saved === null || weightSpecs === undefined || weightData === undefined) {
    throw refusal('checkpoint', 'expected what saveCheckpoint wrote', {
      cure: 'load a model that was saved in another way by tf.loadLayersModel',
    });
  }
  const { checksum, ...metadata } = saved;
  if (metadata.version > VERSION) {
    throw refusal(['checkpoint', 'version'], `expected ${VERSION}, which this release reads`, {
      received: metadata.version,
      cure: 'install a newer release of tfjs-cosine-annealing',
    });
  }
  if (checksum !== checksumFor(metadata, weightSpecs, joined([weightData].flat()))) throw isDamaged();
  return metadata;
}

function checksumFor(metadata: Metadata, specs: io.WeightsManifestEntry[], data: ArrayBuffer): string {
  const tensors = specs.map(({ name, shape, dtype, group }) => ({ name, shape, dtype, group }));
  return checksumOf({ ...metadata, tensors, bytes: crc32(new Uint8Array(data)) });
}

/** Puts what was saved into the model, all of it or, with an error, nothing. */
export function write(model: LayersModel, metadata: Metadata, artifacts: io.ModelArtifacts): void {
  const saved = valuesIn(metadata, artifacts);
  const optimizer = optimizerOf(model);
  const places = placesIn(model);
  const problems = [
    ...differencesOfModel(valuesAt(places), saved.values),
    ...differencesOfOptimizer(savedOptimizer(fieldsOf(optimizer), optimizer), metadata.optimizer),
  ];
  if (problems.length === 0 && String(trainedIn(model)) !== String(metadata.trained)) {
    problems.push(TRAINS_OTHERS);
  }
  if (problems.length > 0) throw new CosineAnnealingError(problems);
  writeFields(optimizer, saved.fields);
  setLearningRate(optimizer, Number(metadata.optimizer.settings['learningRate']));
  restoreMemory(optimizer, metadata.optimizer.memory ?? undefined);
  writeValues(places, saved.values);
}

const TRAINS_OTHERS: Problem = {
  path: ['model'],
  rule: "trains other layers than the checkpoint's",
  cure: 'set `trainable` of its layers as it was',
};

/** The saved tensors in their places: those of the optimizer come in the order of its fields, then the RNNs' states. */
function valuesIn(
  { optimizer, states }: Metadata,
  artifacts: io.ModelArtifacts,
): { fields: OptimizerFields; values: ModelValues } {
  const { weights, rest } = tensorsOf(artifacts);
  const next = () => {
    const tensor = rest.shift();
    if (tensor === undefined) throw isDamaged();
    return tensor;
  };
  const slotsOf = (names: readonly string[]) =>
    names.map((originalName) => ({ originalName, variable: next() }));
  const fields = {
    kind: optimizer.kind,
    iterations: optimizer.iterations,
    settings: new Map(),
    tensors: new Map(),
    variables: new Map(optimizer.variables.map((name) => [name, next()])),
    slots: new Map(Object.entries(optimizer.slots).map(([name, names]) => [name, slotsOf(names)])),
  };
  const now = states.map((count) => (count === null ? null : Array.from({ length: count }, next)));
  return { fields, values: { weights, states: now.map((each) => ({ now: each, older: [] })) } };
}

/** By position: two layers of nested models may have the same name. */
function tensorsOf({ weightSpecs = [], weightData = new ArrayBuffer(0) }: io.ModelArtifacts) {
  const byIndex = io.decodeWeights(
    weightData,
    weightSpecs.map((spec, i) => ({ ...spec, name: String(i) })),
  );
  const tensors = weightSpecs.map(({ group }, i) => ({ group, tensor: byIndex[i] as Tensor }));
  const those = (isWeight: boolean) =>
    tensors.filter(({ group }) => (group !== GROUP) === isWeight).map(({ tensor }) => tensor);
  return { weights: those(true), rest: those(false) };
}

function differencesOfModel(now: ModelValues, saved: ModelValues): Problem[] {
  const statesIn = ({ states }: ModelValues) => states.flatMap((each) => each.now ?? []);
  return [
    ...differencesOf('weights', now.weights, saved.weights),
    ...differencesOf('states', statesIn(now), statesIn(saved)),
  ];
}

function differencesOf(name: string, now: readonly Tensor[], saved: readonly Tensor[]): Problem[] {
  const difference = (path: (string | number)[], expected: string, received: unknown): Problem => ({
    path: ['model', name, ...path],
    rule: `expected ${expected}, as in the checkpoint`,
    received,
    cure: 'build the model that was saved',
  });
  if (now.length !== saved.length) return [difference(['length'], String(saved.length), now.length)];
  const typeOf = ({ dtype, shape }: Tensor) => `${dtype} [${shape}]`;
  return saved.flatMap((tensor, i) => {
    const [expected, received] = [tensor, now[i] ?? tensor].map(typeOf);
    return received === expected ? [] : [difference([i], String(expected), received)];
  });
}

/** All but the learning rate, which is put back with the rest. */
function differencesOfOptimizer(now: SavedOptimizer, saved: SavedOptimizer): Problem[] {
  const difference = (path: string[], expected: unknown, received: unknown): Problem => ({
    path: ['model', 'optimizer', ...path],
    rule: `expected ${expected}, as in the checkpoint`,
    received,
    cure: 'compile the model as it was',
  });
  if (now.className !== saved.className) return [difference([], saved.className, now.className)];
  return Object.entries(saved.settings).flatMap(([name, expected]) => {
    const received = now.settings[name];
    return name === 'learningRate' || received === expected ? [] : [difference([name], expected, received)];
  });
}

function joined(parts: readonly ArrayBuffer[]): ArrayBuffer {
  const bytes = new Uint8Array(parts.reduce((length, { byteLength }) => length + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part), offset);
    offset += part.byteLength;
  }
  return bytes.buffer;
}

const isDamaged = () =>
  refusal('checkpoint', 'is damaged, or was edited', {
    cure: 'go back to an earlier copy, or remove it to start over',
  });
