/** Text broken at spaces into lines of at most `width` columns; a word that is longer has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.replaceAll(/([<>]=?) (?=\d)/g, `$1${UNBROKEN}`).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => line.replaceAll(UNBROKEN, ' '));
}

/** A space that isn't broken at: as in '> 0'. */
const UNBROKEN = '\u00a0';

/** A number with so many significant digits, in the shorter of its usual forms. */
export function short(n: number, digits: number): string {
  const rounded = Number(n.toPrecision(digits));
  const plain = String(Number.isInteger(n) && Math.abs(n) < 1e6 ? n : rounded);
  return plain.length > digits + 6 ? rounded.toExponential().replace('+', '') : plain;
}

/** The numbers with so many digits, or with as many more as tell them apart. */
export function shortApart(a: number, b: number, digits: number): [string, string] {
  for (const most of [digits, 9, 15]) {
    const [one, other] = [short(a, most), short(b, most)];
    if (one !== other) return [one, other];
  }
  return [String(a), String(b)];
}
