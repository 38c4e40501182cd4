/** How often what happened: random tests that never reach a situation prove nothing of it. */
export class Distribution {
  readonly #counts = new Map<string, number>();

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** As rows of names and counts, the most frequent first. */
  toString(): string {
    const rows = [...this.#counts].sort(([, a], [, b]) => b - a);
    return rows.map(([what, times]) => `${what} ${times}`).join(', ');
  }
}
