import { hookNames } from '../config/keys';
import type { CosineAnnealingOptions } from './options';

/** TensorFlow.js's hooks among the options. */
export function hooksIn(options: CosineAnnealingOptions) {
  return Object.fromEntries(hookNames.map((hook) => [hook, options[hook]]));
}

/** Behind a plain object in `callbacks`, TensorFlow.js takes the methods off the callback and calls them alone. */
export function bindHooks(
  callback: Record<(typeof hookNames)[number], (...args: never[]) => Promise<void>>,
): void {
  for (const hook of hookNames) {
    Object.defineProperty(callback, hook, { value: callback[hook].bind(callback), enumerable: true });
  }
}
