import { truncate } from './label';

/** In pixels. A phone that shows an image of 560 px 350 px wide shows type of 10 px. */
export const FONT = 16;

export const path = (d: string, style: string) => `<path d="${d}" fill="none" ${style}/>`;

export const text = (content: string, x: number, y: number, colour: string, attributes = '') =>
  `<text x="${num(x)}" y="${num(y)}" fill="${colour}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`;

/** A coordinate, short and the same everywhere. */
export const num = (value: number, digits = 2) => String(Math.round(value * 10 ** digits) / 10 ** digits);

export function escaped(content: string): string {
  return content.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A generous guess at the width of a text in pixels, since fonts differ; ideographs and emoji are square. */
export const textWidth = (content: string) =>
  [...content].reduce((width, char) => width + emsOf(char), 0) * FONT;

function emsOf(char: string): number {
  if (char >= '\u1100' || /[%@MWmw…→]/.test(char)) return 1;
  return /[ !'(),.:;I[\]fijlrt|]/.test(char) ? 0.4 : 0.64;
}

export const cut = (label: string, width: number) => truncate(label, width, textWidth);
