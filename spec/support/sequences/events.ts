// Random sequences of what may happen in training and between two trainings.
import * as fc from 'fast-check';
import type { ModelConfig } from '../model/config';
import { someConfig } from './config';
import { supported } from './supported';

export type Hook = 'epochBegin' | 'batchBegin' | 'batchEnd' | 'epochEnd';
/** In front of the callback, behind it, or in the update itself. */
export type Side = 'front' | 'behind' | 'update';

/** What somebody else does in the n-th call of a hook in a fit. */
export interface Incident {
  readonly hook: Hook;
  readonly call: number;
  readonly side: Side;
  readonly does: 'stop' | 'throw' | 'replace' | 'set';
  readonly learningRate: number;
}

export interface FitEvent {
  readonly kind: 'fit';
  /** 'resume' goes on with the callback's own `epoch`. */
  readonly firstEpoch: 'none' | 'resume' | number;
  /** How many epochs; with an open end somebody stops training after them. */
  readonly epochs: number;
  readonly isOpen: boolean;
  readonly batches: number;
  readonly isKnown: boolean;
  /** Behind a plain object in `callbacks`. */
  readonly isPlain: boolean;
  readonly incidents: readonly Incident[];
}

export type SequenceEvent =
  | FitEvent
  | { readonly kind: 'reset' }
  | { readonly kind: 'load'; readonly history: boolean; readonly changes: Partial<ModelConfig> }
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

const someRate = () =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(0.5, 0.1, 0.05, 0.02) },
    { weight: 1, arbitrary: fc.constantFrom(1e-6, 0) },
  );

const deeds = (side: Side, hook: Hook): Incident['does'][] => {
  if (side === 'update') return ['throw', 'stop'];
  const all: Incident['does'][] = ['stop'];
  if (side === 'behind' || supported.failsInFront) all.push('throw');
  // What comes behind in onBatchBegin can't be prevented, and what comes before the first epoch is the fit's own.
  const isTooLate = side === 'behind' && hook === 'batchBegin';
  const isTooEarly = side === 'front' && hook === 'epochBegin';
  if (supported.replacedWithinFit && !isTooLate && !isTooEarly) all.push('replace', 'replace');
  if (supported.setWithinFit && !isTooLate && !isTooEarly) all.push('set');
  return all;
};

const incident = (): fc.Arbitrary<Incident> =>
  fc
    .tuple(
      fc.constantFrom<Hook>('epochBegin', 'batchBegin', 'batchEnd', 'batchEnd', 'epochEnd'),
      fc.constantFrom<Side>('front', 'behind', 'update'),
    )
    .chain(([given, side]) => {
      const hook = side === 'update' ? 'batchBegin' : given;
      return fc.record({
        hook: fc.constant(hook),
        side: fc.constant(side),
        call: fc.nat({ max: hook.startsWith('batch') ? 12 : 3 }),
        does: fc.constantFrom(...deeds(side, hook)),
        learningRate: someRate(),
      });
    });

const someFit = (): fc.Arbitrary<FitEvent> =>
  fc.record({
    kind: fc.constant('fit' as const),
    firstEpoch: fc.oneof(
      { weight: 5, arbitrary: fc.constant('none' as const) },
      { weight: 3, arbitrary: fc.constant('resume' as const) },
      ...(supported.jumps ? [{ weight: 2, arbitrary: fc.nat({ max: 7 }) }] : []),
    ),
    epochs: fc.integer({ min: 1, max: 5 }),
    isOpen: supported.openEnd ? often(1, 10) : fc.constant(false),
    batches: supported.otherLengths ? fc.integer({ min: 1, max: 5 }) : fc.constant(3),
    isKnown: often(3, 4),
    isPlain: supported.behindPlainObject ? often(1, 6) : fc.constant(false),
    incidents: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(incident(), { minLength: 1, maxLength: 3 }) },
    ),
  });

const often = (times: number, of: number) => fc.nat({ max: of - 1 }).map((n) => n >= of - times);

const changes = (): fc.Arbitrary<Partial<ModelConfig>> =>
  supported.changesOnLoad
    ? fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        {
          weight: 1,
          arbitrary: fc.record(
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
        },
      )
    : fc.constant({});

const event = (): fc.Arbitrary<SequenceEvent> =>
  fc.oneof(
    { weight: 12, arbitrary: someFit() },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('load' as const),
        history: fc.boolean(),
        changes: changes(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), learningRate: someRate() }) },
    ...(supported.memory
      ? [
          { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const) }) },
          {
            weight: 1,
            arbitrary: fc.record({ kind: fc.constant('set' as const), learningRate: someRate() }),
          },
        ]
      : []),
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
