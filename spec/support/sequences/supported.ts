/** Whether the code under test is the one that DESIGN.md describes; false for the one before it. */
const isNew = process.env['SEQUENCES'] !== 'old';

/**
 * What the sequences may use: each switch takes a key of the config or a kind of situation out of them, for whoever looks
 * for one fault among many.
 */
export const supported = {
  // Keys of the config
  start: isNew,
  eta_min_ratio: isNew,
  plateau: isNew,
  shape: isNew,
  placement: isNew,
  totalBesideLengths: isNew,
  endpoint: isNew,
  stop: isNew,
  historyLimit: true,
  perturbedLengths: isNew,
  // Situations
  jumps: isNew,
  openEnd: isNew,
  /** The optimizer is replaced, or its rate set, within a fit. */
  replacedWithinFit: isNew,
  setWithinFit: isNew,
  /** A new callback, or a rate that somebody sets, after annealing: what an optimizer remembers. */
  memory: isNew,
  behindPlainObject: isNew,
  optimizerAsFunction: isNew,
  failsInFront: isNew,
  changesOnLoad: isNew,
  refusedFits: isNew,
  ownLoops: isNew,
} as const satisfies Record<string, boolean>;
