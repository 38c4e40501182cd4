/**
 * Without the variable everything is on. SEQUENCES=memory,stop is these two and what needs no switch, SEQUENCES=none that
 * alone, and SEQUENCES=-memory,-stop everything but these two.
 */
const names = process.env['SEQUENCES']?.split(',');
const off = names?.filter((name) => name.startsWith('-'));

function isOn(name: string): boolean {
  if (names === undefined) return true;
  return off !== undefined && off.length > 0 ? !off.includes(`-${name}`) : names.includes(name);
}

/**
 * What the sequences may use: each switch takes a key of the config or a kind of situation out of them, for whoever looks
 * for one fault among many.
 */
export const supported = {
  // Keys of the config
  start: isOn('start'),
  eta_min_ratio: isOn('eta_min_ratio'),
  plateau: isOn('plateau'),
  shape: isOn('shape'),
  placement: isOn('placement'),
  totalBesideLengths: isOn('totalBesideLengths'),
  endpoint: isOn('endpoint'),
  stop: isOn('stop'),
  /** Unit 'batch' with updateFreq 'epoch'. */
  batchesSetPerEpoch: isOn('batchesSetPerEpoch'),
  historyLimit: isOn('historyLimit'),
  /** Lengths that miss a round number by more or less than rounding could. */
  perturbedLengths: isOn('perturbedLengths'),

  // Situations
  /** Fits that begin at an epoch of their own. */
  jumps: isOn('jumps'),
  openEnd: isOn('openEnd'),
  /** Epochs that turn out longer or shorter than the one before. */
  otherLengths: isOn('otherLengths'),
  /** Cycle ends after a fit that failed. */
  endsAfterFailures: isOn('endsAfterFailures'),
  replacedWithinFit: isOn('replacedWithinFit'),
  setWithinFit: isOn('setWithinFit'),
  /** A new callback, or a rate that somebody sets, after annealing: what an optimizer remembers. */
  memory: isOn('memory'),
  behindPlainObject: isOn('behindPlainObject'),
  optimizerAsFunction: isOn('optimizerAsFunction'),
  failsInFront: isOn('failsInFront'),
  changesOnLoad: isOn('changesOnLoad'),
  /** `annealing.epoch` is the clock over all fits. */
  clockEpoch: isOn('clockEpoch'),
  /** Functions among the options that throw. */
  failsInHooks: isOn('failsInHooks'),
  /** TensorFlow.js's hooks among the options. */
  hooksInOptions: isOn('hooksInOptions'),
  /** A state that is saved within a fit, and loaded after it. */
  savesWithinFit: isOn('savesWithinFit'),
  /** Epochs of fewer batches than the others, or of none. */
  shortEpochs: isOn('shortEpochs'),
  /** beforeUpdate and afterUpdate. */
  ownLoops: isOn('ownLoops'),
  /** What happens after a fit that was refused. */
  refusedFits: isOn('refusedFits'),
} as const satisfies Record<string, boolean>;
