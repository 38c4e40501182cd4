import type { Optimizer } from '@tensorflow/tfjs-core';
import { type CosineAnnealingError, refusal, show } from '../errors';

/** What TensorFlow.js's types hide: SGD and Momentum have a setter, the others read the field at every step. */
interface WithLearningRate {
  learningRate?: unknown;
  setLearningRate?: (learningRate: number) => void;
}

/**
 * The optimizer's learning rate, a number >= 0.
 *
 * @throws {@link CosineAnnealingError} if the optimizer has none that can be read.
 */
export function getLearningRate(optimizer: Optimizer): number {
  const learningRate = (optimizer as unknown as WithLearningRate | undefined)?.learningRate;
  if (typeof learningRate === 'number' && learningRate >= 0 && learningRate < Infinity) return learningRate;
  const rule = `expected one whose learningRate is a number >= 0, got ${nameOf(optimizer)} with ${show(learningRate)}`;
  throw refusal('optimizer', rule, { cure: 'pass one such as tf.train.sgd(0.1)' });
}

/**
 * Sets the optimizer's learning rate, from its next step on. It works for all seven optimizers of `tf.train`: assigning
 * `learningRate` would do nothing to SGD and Momentum, which keep it in a tensor of their own.
 *
 * @param learningRate A finite number >= 0.
 * @throws {@link CosineAnnealingError} if it isn't such a number, or the optimizer doesn't take it.
 */
export function setLearningRate(optimizer: Optimizer, learningRate: number): void {
  write(optimizer, learningRate);
  memories().delete(optimizer);
}

/** What this package wrote to an optimizer, and the learning rate that was there before any annealing. */
export interface Memory {
  readonly before: number;
  readonly written: number;
}

const KEY = Symbol.for('tfjs-cosine-annealing');

/** One for the whole program, since the CommonJS and the ESM copy of this package can meet in it. */
function memories(): WeakMap<Optimizer, Memory | undefined> {
  const program = globalThis as { [KEY]?: WeakMap<Optimizer, Memory | undefined> };
  program[KEY] ??= new WeakMap();
  return program[KEY];
}

/** Sets the learning rate of an annealed update, and remembers the one from before any annealing. */
export function anneal(optimizer: Optimizer, learningRate: number): void {
  const before = rateBeforeAnnealing(optimizer);
  if (getLearningRate(optimizer) !== learningRate) write(optimizer, learningRate);
  memories().set(optimizer, { before, written: learningRate });
}

/** The optimizer's learning rate before this package annealed it; a rate that somebody set since then is a new one. */
export function rateBeforeAnnealing(optimizer: Optimizer): number {
  const learningRate = getLearningRate(optimizer);
  const memory = memories().get(optimizer);
  return memory?.written === learningRate ? memory.before : learningRate;
}

/** What is remembered of an optimizer, for `restoreMemory`. */
export const memoryOf = (optimizer: Optimizer): Memory | undefined => memories().get(optimizer);

/** Remembers of an optimizer what `memoryOf` gave. */
export function restoreMemory(optimizer: Optimizer, memory: Memory | undefined): void {
  memories().set(optimizer, memory);
}

function write(optimizer: Optimizer, learningRate: number): void {
  if (!(typeof learningRate === 'number' && learningRate >= 0 && learningRate < Infinity)) {
    throw refusal('learningRate', 'expected a number >= 0', { received: learningRate });
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
 * Refuses an optimizer whose learning rate can't be set and read back, and leaves the others as they were.
 *
 * @throws {@link CosineAnnealingError} that says so.
 */
export function checkSettable(optimizer: Optimizer): void {
  const learningRate = getLearningRate(optimizer);
  const another = learningRate === 0.1 ? 0.2 : 0.1; // a setter that does nothing would pass with the same value
  try {
    write(optimizer, another);
  } finally {
    write(optimizer, learningRate);
  }
}

function notSettable(optimizer: Optimizer, learningRate: number, cause?: unknown): CosineAnnealingError {
  const rule = `expected one whose learning rate can be set and read back, but ${nameOf(optimizer)} did not take ${learningRate}`;
  return refusal('optimizer', rule, { cause });
}

/** What to call an optimizer in a message. */
export function nameOf(optimizer: Optimizer | undefined): string {
  const name: unknown = optimizer?.constructor?.name;
  return typeof name === 'string' ? name : show(optimizer);
}
