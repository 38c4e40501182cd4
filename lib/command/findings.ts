import { CosineAnnealingError, type Problem } from '../errors';

/** What is wrong, gathered from everything that is looked at, so that it can be told at once. */
export class Findings {
  readonly #problems: Problem[];

  constructor(problems: readonly Problem[] = []) {
    this.#problems = [...problems];
  }

  add(...problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  /** What `read` returns; undefined if it refuses, whose problems are kept, below these keys if any are given. */
  attempt<Result>(read: () => Result, ...root: Problem['path']): Result | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CosineAnnealingError)) throw error;
      this.add(...error.problems.map(({ path, ...rest }) => ({ ...rest, path: [...root, ...path] })));
      return undefined;
    }
  }

  /** Whether anything is wrong. */
  get isAny(): boolean {
    return this.#problems.length > 0;
  }

  /** The error that tells all, but for what is missing only because a wrong word was meant for it. */
  error(): CosineAnnealingError {
    return new CosineAnnealingError(this.#problems.filter((problem) => !this.#isMeant(problem)));
  }

  #isMeant(problem: Problem): boolean {
    if (!('received' in problem) || problem.received !== undefined) return false;
    const name = String(problem.path[0]);
    const words = [`did you mean ${name}?`, `did you mean --${name}?`];
    return this.#problems.some(
      ({ path, cure = '' }) => words.includes(cure) || (path[0] === name && cure !== problem.cure),
    );
  }
}
