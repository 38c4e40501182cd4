import type { Design } from './design';
import { hashOf } from './link';

/** Milliseconds between two changes of the URL: each takes a few, and Safari allows 100 in 30 seconds. */
const WAIT = 400;

/** The page's URL, which holds the design. */
export class Address {
  #due: Design | undefined;
  #writtenAt = -Infinity;

  constructor() {
    for (const type of ['pagehide', 'blur']) addEventListener(type, () => this.write());
  }

  /** Takes a design as a step of its own, which the browser's Back takes back. */
  push(design: Design): void {
    this.write();
    history.pushState(null, '', hashOf(design));
  }

  /** Takes a change like many, such as a letter or a pixel: Back doesn't go through each. */
  replace(design: Design): void {
    if (!this.#due) setTimeout(() => this.write(), Math.max(0, this.#writtenAt + WAIT - performance.now()));
    this.#due = design;
  }

  /** Writes what is due, at once. */
  write(): void {
    if (!this.#due) return;
    history.replaceState(null, '', hashOf(this.#due));
    this.#due = undefined;
    this.#writtenAt = performance.now();
  }

  /** Whether the URL says something else than this design, as after Back; what was due is no longer. */
  differsFrom(design: Design): boolean {
    this.#due = undefined;
    return location.hash !== hashOf(design);
  }
}
