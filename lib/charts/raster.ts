import type { Curve } from './figure';
import { across, type Box, down, type Point, stretchesOf } from './line';

/** Braille dots per character. */
export const DOTS = { across: 2, down: 4 } as const;

/** The bits of a braille character's dots, row by row. */
const BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80] as const;

/** The character in which a share of the way lies, along characters of so many dots: from the first dot to the last. */
export const cellAt = (share: number, characters: number, dots: number) =>
  Math.floor((share * (characters * dots - 1) + 0.5) / dots);

/** A rectangle of characters, each of 2 x 4 dots. A box to draw in is measured in dots. */
export class Raster {
  readonly #columns: number;
  readonly #rows: number;
  /** For each character, row by row, the bits of its dots. */
  readonly #cells: Uint8Array;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** The box whose edges are in the middle of the outermost dots. */
  get edges() {
    const [right, bottom] = [this.#columns * DOTS.across - 0.5, this.#rows * DOTS.down - 0.5];
    return { left: 0.5, right, top: 0.5, bottom };
  }

  draw(curve: Curve, box: Box): void {
    if (curve.kind !== 'points') {
      for (const stretch of stretchesOf(curve, box)) this.#drawLine(stretch);
      return;
    }
    curve.x.forEach((value, i) => {
      const dot = { x: across(box, value), y: down(box, curve.y[i] ?? Number.NaN) };
      if (!Number.isNaN(dot.x + dot.y)) this.#set(dot);
    });
  }

  /** The braille character of a cell; undefined if it is empty. */
  brailleAt(column: number, row: number): string | undefined {
    const bits = this.#cells[row * this.#columns + column];
    return bits ? String.fromCharCode(0x2800 + bits) : undefined;
  }

  /** A line one dot thick: a dot that fills the corner between two others is left out. */
  #drawLine(points: readonly Point[]): void {
    let before: Point | undefined;
    let current: Point | undefined;
    for (const next of dotsAlong(points)) {
      if (current && !(before && areDiagonal(before, next))) {
        this.#set(current);
        before = current;
      }
      current = next;
    }
    if (current) this.#set(current);
  }

  #set({ x, y }: Point): void {
    const [column, row] = [Math.floor(x / DOTS.across), Math.floor(y / DOTS.down)];
    const dot = (Math.floor(y) % DOTS.down) * DOTS.across + (Math.floor(x) % DOTS.across);
    const cell = row * this.#columns + column;
    this.#cells[cell] = (this.#cells[cell] ?? 0) | (BITS[dot] ?? 0);
  }
}

/** The dots on the way from point to point: one per column or per row, whichever are more. */
function* dotsAlong(points: readonly Point[]): Iterable<Point> {
  let from: Point | undefined;
  for (const point of points) {
    const to = { x: Math.floor(point.x), y: Math.floor(point.y) };
    const [dx, dy] = from ? [to.x - from.x, to.y - from.y] : [0, 0];
    const steps = Math.max(Math.abs(dx), Math.abs(dy));
    for (let left = steps - 1; left > 0; left--) {
      yield { x: Math.round(to.x - (dx * left) / steps), y: Math.round(to.y - (dy * left) / steps) };
    }
    if (steps > 0 || !from) yield to;
    from = to;
  }
}

const areDiagonal = (a: Point, b: Point) => Math.abs(a.x - b.x) === 1 && Math.abs(a.y - b.y) === 1;
