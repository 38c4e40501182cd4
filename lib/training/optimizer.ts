import type { Optimizer } from '@tensorflow/tfjs-core';
import { CosineAnnealingError, show } from '../errors';

/** What TensorFlow.js's types hide: SGD and Momentum have a setter, the others read the field at every step. */
interface WithLearningRate {
  learningRate?: unknown;
  setLearningRate?: (learningRate: number) => void;
}

/**
 * The optimizer's learning rate, a number >= 0.
 *
 * @throws {@link CosineAnnealingError} where the optimizer has none that can be read.
 */
export function getLearningRate(optimizer: Optimizer): number {
  const learningRate = (optimizer as unknown as WithLearningRate | undefined)?.learningRate;
  if (Number.isFinite(learningRate) && (learningRate as number) >= 0) return learningRate as number;
  throw new CosineAnnealingError(
    `\`optimizer\`: expected one whose learningRate is a number >= 0, such as tf.train.sgd(0.1); ` +
      `${nameOf(optimizer)} has ${show(learningRate)}`,
  );
}

/**
 * Sets the optimizer's learning rate, from its next step on. It works for all seven optimizers of `tf.train`: assigning
 * `learningRate` would do nothing to SGD and Momentum, which keep it in a tensor of their own.
 *
 * @param learningRate A finite number >= 0.
 * @throws {@link CosineAnnealingError} where it is not such a number, or the optimizer does not take it.
 */
export function setLearningRate(optimizer: Optimizer, learningRate: number): void {
  if (!(learningRate >= 0 && Number.isFinite(learningRate))) {
    throw new CosineAnnealingError(`\`learningRate\`: expected a number >= 0, got ${show(learningRate)}`);
  }
  getLearningRate(optimizer); // refuses what is not an optimizer before anything is written to it
  const target = optimizer as unknown as WithLearningRate;
  try {
    if (target.setLearningRate === undefined) target.learningRate = learningRate;
    else target.setLearningRate(learningRate);
  } catch (cause) {
    throw notSettable(optimizer, learningRate, cause);
  }
  if (target.learningRate !== learningRate) throw notSettable(optimizer, learningRate);
}

/**
 * Refuses an optimizer whose learning rate cannot be set and read back, and leaves the others as they were.
 *
 * @throws {@link CosineAnnealingError} that says so.
 */
export function checkSettable(optimizer: Optimizer): void {
  const learningRate = getLearningRate(optimizer);
  const another = learningRate === 0.1 ? 0.2 : 0.1; // a setter that does nothing would pass with the same value
  try {
    setLearningRate(optimizer, another);
  } finally {
    setLearningRate(optimizer, learningRate);
  }
}

function notSettable(optimizer: Optimizer, learningRate: number, cause?: unknown): CosineAnnealingError {
  return new CosineAnnealingError(
    `\`optimizer\`: expected one whose learning rate can be set and read back; ` +
      `${nameOf(optimizer)} did not take ${learningRate}`,
    { cause },
  );
}

const nameOf = (optimizer: Optimizer | undefined) => optimizer?.constructor?.name ?? show(optimizer);
