/** A label that takes at most `width` by the measure given, its end cut off with … where it would take more. */
export function fitted(label: string, width: number, widthOf: (text: string) => number): string {
  if (widthOf(label) <= width) return label;
  let start = '';
  for (const char of label) {
    if (widthOf(`${start}${char}…`) > width) break;
    start += char;
  }
  return `${start.trimEnd()}…`;
}
