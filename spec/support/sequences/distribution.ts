/** How often what happened: random sequences that never reach a situation prove nothing of it. */
export class Distribution {
  readonly #counts = new Map<string, { times: number; sequences: number }>();
  #inThisOne = new Set<string>();
  #sequences = 0;

  beginSequence(): void {
    this.#sequences++;
    this.#inThisOne = new Set();
  }

  count(what: string): void {
    const { times, sequences } = this.#counts.get(what) ?? { times: 0, sequences: 0 };
    const isNew = !this.#inThisOne.has(what);
    this.#inThisOne.add(what);
    this.#counts.set(what, { times: times + 1, sequences: sequences + (isNew ? 1 : 0) });
  }

  of(what: string): number {
    return this.#counts.get(what)?.times ?? 0;
  }

  get sequences(): number {
    return this.#sequences;
  }

  /** A line each: what, how often, and in which share of the sequences. */
  toString(): string {
    const rows = [...this.#counts].sort(([, a], [, b]) => b.times - a.times);
    return rows
      .map(([what, { times, sequences }]) => {
        const share = ((100 * sequences) / this.#sequences).toFixed(1);
        return `${String(times).padStart(9)} ${what}, in ${share} % of the sequences`;
      })
      .join('\n');
  }
}
