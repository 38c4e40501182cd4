/** A label that takes at most `width` by the measure given: its end is cut off, with an ellipsis, if it would take more. */
export function truncate(
  label: string,
  width: number,
  widthOf: (text: string) => number,
  ellipsis = '…',
): string {
  if (widthOf(label) <= width) return label;
  let start = '';
  for (const char of label) {
    if (widthOf(`${start}${char}${ellipsis}`) > width) break;
    start += char;
  }
  return `${start.trimEnd()}${ellipsis}`;
}

/** How many columns a terminal gives a text: two for East Asian characters and emoji, none for marks and joiners. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) {
    if (/[\p{M}\p{Cf}]/u.test(char)) continue;
    columns += WIDE.test(char) ? 2 : 1;
  }
  return columns;
}

const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
