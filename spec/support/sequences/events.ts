// Random sequences of what may happen in training and between two trainings.
import * as fc from 'fast-check';
import type { ModelConfig } from '../model/config';
import { someConfig } from './config';
import { supported } from './supported';

/** TensorFlow.js's hooks, and the callback's own. */
export type Hook = 'epochBegin' | 'batchBegin' | 'batchEnd' | 'epochEnd';
export type OwnHook = 'onChange' | 'onRestart' | 'onCycleEnd';
/** Who does it: somebody in front of the callback, its options, somebody behind it, or the update itself. */
export type Side = 'front' | 'options' | 'behind' | 'update';
export type Deed = 'stop' | 'throw' | 'replace' | 'set' | 'save';

/** What somebody else does in the n-th call of a hook in a fit. */
export interface Incident {
  readonly hook: Hook;
  readonly call: number;
  readonly side: Side;
  readonly does: Deed;
  readonly learningRate: number;
}

/** The n-th call of one of the callback's own hooks in a fit throws. */
export interface OwnFailure {
  readonly hook: OwnHook;
  readonly call: number;
}

export interface FitEvent {
  readonly kind: 'fit';
  /** model.fit, or model.fitDataset with a number of batches that TensorFlow.js knows, or doesn't. */
  readonly data: 'tensors' | 'sized' | 'unsized';
  /** 'resume' goes on with the callback's own `epoch`. */
  readonly firstEpoch: 'none' | 'resume' | number;
  /** How many epochs; with an open end somebody stops training after them. */
  readonly epochs: number;
  readonly isOpen: boolean;
  readonly batches: number;
  /** An epoch of the fit, from 0, that has this many batches only. */
  readonly short?: { readonly epoch: number; readonly batches: number } | undefined;
  /** Behind a plain object in `callbacks`. */
  readonly isPlain: boolean;
  readonly incidents: readonly Incident[];
  readonly failure?: OwnFailure | undefined;
}

/** A loop of one's own, that goes on with the callback's `epoch`. */
export interface LoopEvent {
  readonly kind: 'loop';
  readonly epochs: number;
  readonly batches: number;
  /** The update, counted from the loop's first, that fails. */
  readonly failAt?: number | undefined;
  /** The update before which the optimizer is replaced. */
  readonly replaceAt?: number | undefined;
}

export type SequenceEvent =
  | FitEvent
  | LoopEvent
  | { readonly kind: 'reset' }
  | { readonly kind: 'load'; readonly history: boolean; readonly changes: Partial<ModelConfig> }
  /** Loads what was saved last within a fit. */
  | { readonly kind: 'restore' }
  | { readonly kind: 'renew' }
  | { readonly kind: 'replace'; readonly learningRate: number }
  | { readonly kind: 'set'; readonly learningRate: number };

export interface Sequence {
  readonly config: ModelConfig;
  readonly learningRate: number;
  readonly optimizer: 'adam' | 'sgd' | 'rmsprop' | 'momentum';
  /** What is given as `options.optimizer`. */
  readonly optimizerOption: 'none' | 'object' | 'function';
  readonly events: readonly SequenceEvent[];
}

interface Weighted<T> {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<T>;
}

/** A choice that is there if it is supported. */
const choice = <T>(isThere: boolean, weight: number, arbitrary: fc.Arbitrary<T>): Weighted<T>[] =>
  isThere ? [{ weight, arbitrary }] : [];

const someRate = () =>
  fc.oneof(
    { weight: 19, arbitrary: fc.constantFrom(0.5, 0.1, 0.05, 0.02) },
    { weight: 1, arbitrary: fc.constantFrom(1e-6, 0) },
  );

const often = (times: number, of: number) => fc.nat({ max: of - 1 }).map((n) => n >= of - times);

const someBatches = () => (supported.otherLengths ? fc.integer({ min: 1, max: 5 }) : fc.constant(3));

function deeds(side: Side, hook: Hook): Deed[] {
  const all: Deed[] = ['stop'];
  if (side !== 'front' || supported.failsInFront) all.push('throw');
  if (supported.savesWithinFit) all.push('save');
  // What comes behind in onBatchBegin can't be prevented, and what comes before the first epoch is the fit's own.
  const isTooLate = side === 'update' || (side !== 'front' && hook === 'batchBegin');
  const isTooEarly = side === 'front' && hook === 'epochBegin';
  if (isTooLate || isTooEarly) return all;
  if (supported.replacedWithinFit) all.push('replace', 'replace');
  if (supported.setWithinFit) all.push('set');
  return all;
}

const incident = (): fc.Arbitrary<Incident> =>
  fc
    .tuple(
      fc.constantFrom<Hook>('epochBegin', 'batchBegin', 'batchEnd', 'batchEnd', 'epochEnd'),
      fc.constantFrom<Side>(
        'front',
        'behind',
        'update',
        ...(supported.hooksInOptions ? (['options'] as const) : []),
      ),
    )
    .chain(([given, side]) => {
      const hook = side === 'update' ? 'batchBegin' : given;
      return fc.record({
        hook: fc.constant(hook),
        side: fc.constant(side),
        call: fc.nat({ max: hook.startsWith('batch') ? 14 : 3 }),
        does: fc.constantFrom(...deeds(side, hook)),
        learningRate: someRate(),
      });
    });

const someFit = (): fc.Arbitrary<FitEvent> =>
  fc.record({
    kind: fc.constant('fit' as const),
    data: fc.constantFrom('tensors', 'sized', 'unsized'),
    firstEpoch: fc.oneof(
      { weight: 5, arbitrary: fc.constant('none' as const) },
      { weight: 3, arbitrary: fc.constant('resume' as const) },
      ...choice(supported.jumps, 2, fc.nat({ max: 7 })),
    ),
    epochs: fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 1, max: 5 }) },
      { weight: 1, arbitrary: fc.constant(0) },
    ),
    isOpen: supported.openEnd ? often(1, 10) : fc.constant(false),
    batches: someBatches(),
    short: supported.shortEpochs
      ? fc.oneof(
          { weight: 9, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.record({ epoch: fc.nat({ max: 2 }), batches: fc.nat({ max: 4 }) }) },
        )
      : fc.constant(undefined),
    isPlain: supported.behindPlainObject ? often(1, 6) : fc.constant(false),
    incidents: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(incident(), { minLength: 1, maxLength: 3 }) },
    ),
    failure: supported.failsInHooks
      ? fc.oneof(
          { weight: 14, arbitrary: fc.constant(undefined) },
          {
            weight: 1,
            arbitrary: fc.record({
              hook: fc.constantFrom<OwnHook>('onChange', 'onRestart', 'onCycleEnd'),
              call: fc.nat({ max: 4 }),
            }),
          },
        )
      : fc.constant(undefined),
  });

const someLoop = (): fc.Arbitrary<LoopEvent> =>
  fc.record({
    kind: fc.constant('loop' as const),
    epochs: fc.integer({ min: 1, max: 4 }),
    batches: someBatches(),
    failAt: fc.option(fc.nat({ max: 8 }), { freq: 3, nil: undefined }),
    replaceAt: fc.option(fc.nat({ max: 8 }), { freq: 3, nil: undefined }),
  });

const changes = (): fc.Arbitrary<Partial<ModelConfig>> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    ...choice<Partial<ModelConfig>>(
      supported.changesOnLoad,
      1,
      fc.record(
        {
          T_0: fc.constantFrom(1, 2, 0.5, 4),
          T_mult: fc.constantFrom(1, 2),
          eta_max: fc.constantFrom(0.3, 0.1, undefined),
          updateFreq: fc.constantFrom('epoch', 'batch'),
          warmup: fc.constantFrom(1, undefined),
          endpoint: fc.boolean(),
        },
        { requiredKeys: [] },
      ) as fc.Arbitrary<Partial<ModelConfig>>,
    ),
  );

const event = (): fc.Arbitrary<SequenceEvent> =>
  fc.oneof(
    ...choice<SequenceEvent>(true, 14, someFit()),
    ...choice<SequenceEvent>(supported.ownLoops, 2, someLoop()),
    ...choice<SequenceEvent>(true, 1, fc.constant({ kind: 'reset' })),
    ...choice<SequenceEvent>(
      true,
      4,
      fc.record({ kind: fc.constant('load' as const), history: fc.boolean(), changes: changes() }),
    ),
    ...choice<SequenceEvent>(supported.savesWithinFit, 2, fc.constant({ kind: 'restore' })),
    ...choice<SequenceEvent>(
      true,
      1,
      fc.record({ kind: fc.constant('replace' as const), learningRate: someRate() }),
    ),
    ...choice<SequenceEvent>(supported.memory, 1, fc.constant({ kind: 'renew' })),
    ...choice<SequenceEvent>(
      supported.memory,
      1,
      fc.record({ kind: fc.constant('set' as const), learningRate: someRate() }),
    ),
  );

export const someSequence = (): fc.Arbitrary<Sequence> =>
  fc.record({
    config: someConfig(),
    learningRate: someRate(),
    optimizer: fc.constantFrom('adam', 'adam', 'rmsprop', 'sgd', 'momentum'),
    optimizerOption: supported.optimizerAsFunction
      ? fc.constantFrom('none', 'object', 'function')
      : fc.constantFrom('none', 'object'),
    events: fc.array(event(), { minLength: 1, maxLength: 8, size: 'max' }),
  });
