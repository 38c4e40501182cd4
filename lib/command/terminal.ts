import { getSystemErrorMap } from 'node:util';

const DEFAULT_COLUMNS = 80;
const MIN_COLUMNS = 30;
/** Longer lines than these are hard to read. */
const MAX_COLUMNS = 120;

type Environment = Readonly<Record<string, string | undefined>>;

/** Columns to use: as the environment variable COLUMNS says, else of the terminal, if there is one. */
export function columnsOf({ COLUMNS = '' }: Environment, terminal: number | undefined): number {
  const columns = /^[1-9]\d*$/.test(COLUMNS) ? Number(COLUMNS) : (terminal ?? DEFAULT_COLUMNS);
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, columns));
}

/**
 * Whether nothing but ASCII can be shown: the locale says another encoding than UTF-8, or it is Linux's console, whose
 * fonts have no braille. No locale at all says nothing, as in containers and on Windows.
 */
export function isASCII({ LC_ALL, LC_CTYPE, LANG, TERM }: Environment): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || 'UTF-8';
  return TERM === 'linux' || !/utf-?8/i.test(locale);
}

/** Why a file can't be read or written, in the words of the system: 'no space left on device'. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known =
    'errno' in error && typeof error.errno === 'number' ? getSystemErrorMap().get(error.errno) : undefined;
  return known?.[1] ?? error.message;
}

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
