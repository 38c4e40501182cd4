import type { CosineAnnealingOptions } from './options';

const HOOKS = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
] as const;

/** TensorFlow.js's hooks among the options. */
export function hooksIn(options: CosineAnnealingOptions) {
  return Object.fromEntries(
    HOOKS.flatMap((hook) => (options[hook] === undefined ? [] : [[hook, options[hook]]])),
  );
}

/** Behind a plain object in `callbacks`, TensorFlow.js takes the methods off the callback and calls them alone. */
export function bindHooks(
  callback: Record<(typeof HOOKS)[number], (...args: never[]) => Promise<void>>,
): void {
  for (const hook of HOOKS) {
    Object.defineProperty(callback, hook, { value: callback[hook].bind(callback), enumerable: true });
  }
}
