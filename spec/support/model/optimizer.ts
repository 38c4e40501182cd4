/**
 * An optimizer as the schedule sees it: a learning rate that anybody may set. It remembers which one it had before any
 * annealing; a rate that isn't the one that was last annealed to was set by somebody, and counts as a new one.
 */
export class ModelOptimizer {
  #beforeAnnealing: number | undefined;
  #annealedTo: number | undefined;

  constructor(public learningRate: number) {}

  /** The learning rate before any annealing. */
  get base(): number {
    return this.#isAnnealed ? (this.#beforeAnnealing ?? this.learningRate) : this.learningRate;
  }

  anneal(learningRate: number): void {
    this.#beforeAnnealing = this.base;
    this.#annealedTo = learningRate;
    this.learningRate = learningRate;
  }

  get #isAnnealed(): boolean {
    return this.#annealedTo === this.learningRate;
  }
}
