import { dispose, keep, type Optimizer, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { CosineAnnealingError, type Problem, refusal } from '../errors';

/** All that an optimizer consists of, by the names of its own fields; `V` is how the values of its variables are given. */
export interface OptimizerFields<V extends Tensor = Tensor> {
  /** The optimizer of tf.train that has exactly these fields, such as 'Adam'. */
  readonly kind: string;
  /** Updates done. */
  readonly iterations: number;
  /** Numbers and flags, the learning rate among them. */
  readonly settings: ReadonlyMap<string, number | boolean>;
  /** Tensors that it may replace but never assigns to: hidden copies of the learning rate and the momentum. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Variables for the optimizer as a whole. */
  readonly variables: ReadonlyMap<string, V>;
  /** Lists with a slot for each weight that was trained, empty before the first update. */
  readonly slots: ReadonlyMap<string, readonly Slot<V>[]>;
}

/** What an optimizer keeps beside one of the weights. */
export interface Slot<V extends Tensor = Tensor> {
  readonly originalName: string;
  readonly variable: V;
}

interface Kind {
  readonly settings: readonly string[];
  readonly tensors: readonly string[];
  readonly variables: readonly string[];
  readonly slots: readonly string[];
}

const kind = (settings: string[], rest: Partial<Kind> = {}): Kind => ({
  tensors: [],
  variables: [],
  slots: [],
  ...rest,
  settings: ['learningRate', ...settings],
});

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['SGD', kind([], { tensors: ['c'] })],
  ['Momentum', kind(['momentum', 'useNesterov'], { tensors: ['c', 'm'], slots: ['accumulations'] })],
  ['Adagrad', kind(['initialAccumulatorValue'], { slots: ['accumulatedGrads'] })],
  ['Adadelta', kind(['rho', 'epsilon'], { slots: ['accumulatedGrads', 'accumulatedUpdates'] })],
  [
    'Adam',
    kind(['beta1', 'beta2', 'epsilon'], {
      variables: ['accBeta1', 'accBeta2'],
      slots: ['accumulatedFirstMoment', 'accumulatedSecondMoment'],
    }),
  ],
  [
    'Adamax',
    kind(['beta1', 'beta2', 'epsilon', 'decay'], {
      variables: ['iteration', 'accBeta1'],
      slots: ['accumulatedFirstMoment', 'accumulatedWeightedInfNorm'],
    }),
  ],
  [
    'RMSProp',
    kind(['decay', 'momentum', 'epsilon', 'centered'], {
      slots: ['accumulatedMeanSquares', 'accumulatedMoments', 'accumulatedMeanGrads'],
    }),
  ],
]);

/** How many updates were done; TensorFlow.js creates the field at the first one. */
const ITERATIONS = 'iterations_';

/**
 * Reads an optimizer of tf.train, which is recognized by its own fields: TensorFlow.js's `instanceof` takes any
 * optimizer for any other, and a subclass with more fields keeps its class name.
 *
 * @throws {@link CosineAnnealingError} if it has a field that no such optimizer has, or was disposed of.
 */
export function fieldsOf(optimizer: Optimizer): OptimizerFields<Variable> {
  const own = ownFields(optimizer);
  const iterations = own.get(ITERATIONS) ?? 0;
  own.delete(ITERATIONS);
  const [name, known] = kindOf([...own.keys()]);
  const problems: Problem[] = [];
  const read = <Value>(
    fields: readonly string[],
    isSuch: (value: unknown) => value is Value,
    what: string,
  ) => {
    const values = new Map<string, Value>();
    for (const field of fields) {
      const value = own.get(field);
      if (isSuch(value)) values.set(field, value);
      else problems.push({ path: ['optimizer', field], rule: `expected ${what}`, cure: OTHER_OPTIMIZER });
    }
    return values;
  };
  const fields = {
    kind: name,
    iterations: Number(iterations),
    settings: read(known.settings, isSetting, 'a number or a boolean'),
    tensors: read(known.tensors, isTensor, 'a tensor'),
    variables: read(known.variables, isVariable, 'a variable'),
    slots: read(known.slots, isSlots, 'a list of variables with their names'),
  };
  if (problems.length > 0) throw new CosineAnnealingError(problems);
  if (tensorsIn(fields).some(({ isDisposed }) => isDisposed)) {
    throw refusal('optimizer', 'was disposed of', { cure: 'compile the model again, with a new optimizer' });
  }
  return fields;
}

/** The same fields with other tensors. */
export const mapTensors = (
  { tensors, variables, slots, ...rest }: OptimizerFields,
  change: (tensor: Tensor) => Tensor,
): OptimizerFields => ({
  ...rest,
  tensors: mapValues(tensors, change),
  variables: mapValues(variables, change),
  slots: mapValues(slots, (list) =>
    list.map(({ originalName, variable }) => ({ originalName, variable: change(variable) })),
  ),
});

const mapValues = <From, To>(map: ReadonlyMap<string, From>, change: (value: From) => To): Map<string, To> =>
  new Map([...map].map(([key, value]) => [key, change(value)]));

/** Every tensor and variable that an optimizer holds. */
export const tensorsIn = ({ tensors, variables, slots }: OptimizerFields): Tensor[] => [
  ...tensors.values(),
  ...variables.values(),
  ...[...slots.values()].flat().map(({ variable }) => variable),
];

/**
 * Makes an optimizer what the fields say, in place: its variables stay and get new values, and slots born since are
 * disposed of. Settings and tensors that the fields don't have are left alone. The fields stay the caller's.
 */
export function writeFields(optimizer: Optimizer, fields: OptimizerFields): void {
  const now = fieldsOf(optimizer);
  write(optimizer, [[ITERATIONS, fields.iterations], ...fields.settings]);
  for (const [name, value] of fields.tensors) {
    dispose(now.tensors.get(name));
    write(optimizer, [[name, keep(value.clone())]]);
  }
  for (const [name, value] of fields.variables) now.variables.get(name)?.assign(value);
  for (const [name, list] of fields.slots) {
    write(optimizer, [[name, writtenSlots(now.slots.get(name) ?? [], list)]]);
  }
}

function writtenSlots(now: readonly Slot<Variable>[], values: readonly Slot[]): Slot<Variable>[] {
  dispose(now.slice(values.length).map(({ variable }) => variable));
  return values.map(({ originalName, variable: value }, i) => {
    const before = now[i]?.variable;
    if (before === undefined || !hasShape(before, value)) {
      before?.dispose();
      return { originalName, variable: value.variable(false) };
    }
    before.assign(value);
    return { originalName, variable: before };
  });
}

const hasShape = ({ shape }: Tensor, like: Tensor) => String(shape) === String(like.shape);

const write = (optimizer: Optimizer, fields: Iterable<readonly [string, unknown]>) =>
  Object.assign(optimizer, Object.fromEntries(fields));

/** A function in the place of one of the class's methods, such as an applyGradients that clips, holds no state. */
function ownFields(optimizer: Optimizer): Map<string | symbol, unknown> {
  const methods: object = Object.getPrototypeOf(optimizer);
  const fields = new Map<string | symbol, unknown>();
  for (const key of Reflect.ownKeys(optimizer)) {
    const value: unknown = Reflect.get(optimizer, key);
    if (typeof value !== 'function' || !(key in methods)) fields.set(key, value);
  }
  return fields;
}

/** The kind that has all of these fields and no others. */
function kindOf(own: readonly (string | symbol)[]): readonly [string, Kind] {
  const candidates = [...KINDS].filter(([, known]) => namesIn(known).every((name) => own.includes(name)));
  const [nearest] = candidates.sort(([, a], [, b]) => namesIn(b).length - namesIn(a).length);
  if (nearest === undefined) {
    throw refusal('optimizer', `expected ${[...KINDS.keys()].join(', ')} of tf.train`, {
      cure: OTHER_OPTIMIZER,
    });
  }
  const [name, known] = nearest;
  const strange = own.filter((field) => typeof field === 'symbol' || !namesIn(known).includes(field));
  if (strange.length === 0) return nearest;
  throw new CosineAnnealingError(
    strange.map((field) => ({
      path: ['optimizer', String(field)],
      rule: `is no field of tf.train's ${name}, so it can't be put back`,
      cure: OTHER_OPTIMIZER,
    })),
  );
}

const namesIn = ({ settings, tensors, variables, slots }: Kind): string[] =>
  [settings, tensors, variables, slots].flat();

const OTHER_OPTIMIZER = 'compile the model with an optimizer of tf.train';

const isSetting = (value: unknown): value is number | boolean =>
  typeof value === 'number' || typeof value === 'boolean';

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'dataId' in value && 'dtype' in value;

const isVariable = (value: unknown): value is Variable => isTensor(value) && 'assign' in value;

const isSlots = (value: unknown): value is readonly Slot<Variable>[] =>
  Array.isArray(value) && Array.from(value).every((slot) => isVariable(slot?.variable));
