// Schedule-Free SGD (Defazio et al., arXiv 2405.15682), which tf.train doesn't have: an optimizer of our own.
import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs';
import { tf } from './backend';

/** What it keeps for each weight: where SGD stands, and the average of where it stood. */
interface Slots {
  readonly z: Variable;
  readonly x: Variable;
}

/**
 * The model holds y = (1 - momentum) z + momentum x and takes its gradients there. With c = rate^2 / (the sum of all
 * rates^2), an update is z -= rate * gradient, x = (1 - c) x + c z. What predicts is the average x: see `withAverage`.
 */
export class ScheduleFreeSGD extends tf.Optimizer {
  static readonly className = 'ScheduleFreeSGD';
  readonly #slots = new Map<string, Slots>();
  #sumOfSquares = 0;

  /** @param warmup Over how many updates the rate rises from 0. */
  constructor(
    readonly learningRate: number,
    readonly momentum = 0.9,
    readonly warmup = 0,
  ) {
    super();
  }

  override applyGradients(gradients: NamedTensorMap | { name: string; tensor: Tensor }[]): void {
    const named = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const rate = this.learningRate * Math.min(1, (this.iterations + 1) / Math.max(1, this.warmup));
    this.#sumOfSquares += rate ** 2;
    const c = rate ** 2 / this.#sumOfSquares;
    for (const { name, tensor } of named) {
      const y = tf.engine().registeredVariables[name];
      if (y !== undefined && tensor !== null) this.#update(y, tensor, rate, c);
    }
    this.incrementIterations();
  }

  #update(y: Variable, gradient: Tensor, rate: number, c: number): void {
    const { z, x } = this.#slotsOf(y);
    tf.tidy(() => {
      z.assign(z.sub(gradient.mul(rate)));
      x.assign(between(x, z, c));
      y.assign(between(z, x, this.momentum));
    });
  }

  #slotsOf(y: Variable): Slots {
    const known = this.#slots.get(y.name);
    if (known !== undefined) return known;
    const copy = () => tf.tidy(() => tf.variable(y.clone(), false));
    const slots = { z: copy(), x: copy() };
    this.#slots.set(y.name, slots);
    return slots;
  }

  /** What `work` returns while the model has the averaged weights; training goes on as if it hadn't. */
  withAverage<Result>(work: () => Result): Result {
    this.#assign(({ x }) => x);
    try {
      return work();
    } finally {
      this.#assign(({ z, x }) => between(z, x, this.momentum));
    }
  }

  #assign(value: (slots: Slots) => Tensor): void {
    tf.tidy(() => {
      for (const [name, slots] of this.#slots) {
        tf.engine().registeredVariables[name]?.assign(value(slots));
      }
    });
  }

  override dispose(): void {
    for (const { z, x } of this.#slots.values()) tf.dispose([z, x]);
    this.#slots.clear();
    super.dispose();
  }

  override getConfig() {
    return { learningRate: this.learningRate, momentum: this.momentum, warmup: this.warmup };
  }
}

/** From a, at share 0, to b, at share 1. */
const between = (a: Tensor, b: Tensor, share: number): Tensor => a.mul(1 - share).add(b.mul(share));
