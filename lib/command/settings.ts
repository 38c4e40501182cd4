import { optionProblems, TEXT_RULES } from '../charts/options';
import type { CosineAnnealingConfig } from '../config/config';
import { check, count, flag, isObject } from '../config/rules';
import { Findings } from './findings';
import { isOfConfig, STANDARD } from './options';
import type { Page } from './report';
import type { Length } from './run';

/** The texts of the options by their names. */
export type Texts = ReadonlyMap<string, string>;

/** What is to be drawn and written, and where to. */
export interface Order {
  readonly page: Page;
  /** Whether learning rates are drawn on a logarithmic axis. */
  readonly log: boolean;
  /** The paths by format: svg, csv, json. */
  readonly paths: ReadonlyMap<string, string>;
}

/** A config, and the keys given beside it. `warmup.length` is a key of `warmup`, which alone may be a length, too. */
export function configFrom(base: CosineAnnealingConfig = {}, texts: Texts): CosineAnnealingConfig {
  const config: Record<string, unknown> = { ...base };
  const warmup: Record<string, unknown> = {};
  for (const [name, text] of texts) {
    if (!isOfConfig(name)) continue;
    if (name.startsWith(WARMUP)) warmup[name.slice(WARMUP.length)] = readValue(text);
    else config[name] = readValue(text);
  }
  if (Object.keys(warmup).length === 0) return config;
  return { ...config, warmup: { ...asObject(config['warmup']), ...warmup } } as CosineAnnealingConfig;
}

const WARMUP = 'warmup.';

function asObject(warmup: unknown): object {
  if (isObject(warmup)) return warmup;
  return warmup === undefined ? {} : { length: warmup };
}

/** @throws {@link CosineAnnealingError} that lists everything wrong with it. */
export function lengthFrom(texts: Texts): Length {
  const found = new Findings();
  const read = (name: string) =>
    texts.has(name) ? found.attempt(() => check(count(), given(texts, name), name)) : undefined;
  const length = { epochs: read('epochs'), batches: read('batches') };
  if (found.isAny) throw found.error();
  return length;
}

/** What is ordered; if that is wrong, a default that is of no use. */
export function orderFrom(
  texts: Texts,
  { columns, ascii }: { columns: number; ascii: boolean },
  found: Findings,
): Order {
  const [width, height] = [given(texts, 'width'), given(texts, 'height')];
  found.add(...optionProblems({ width, height }, TEXT_RULES));
  const isSet = (name: string, otherwise: boolean) =>
    (texts.has(name) ? found.attempt(() => check(flag(), given(texts, name), name)) : undefined) ?? otherwise;
  const page = {
    width: typeof width === 'number' ? width : columns,
    height: typeof height === 'number' ? height : undefined,
    ascii: isSet('ascii', ascii),
  };
  return { page, log: isSet('log', false), paths: pathsFrom(texts, found) };
}

/** The value of one of the command's own options; undefined if it isn't given. */
function given(texts: Texts, name: string): unknown {
  const text = texts.get(name);
  return text === undefined ? undefined : readValue(text);
}

function pathsFrom(texts: Texts, found: Findings): Map<string, string> {
  const paths = ['svg', 'csv', 'json'].flatMap((format): [string, string][] => {
    const path = texts.get(format);
    return path === undefined ? [] : [[format, path]];
  });
  for (const [format] of paths.filter(([, path]) => path === STANDARD).slice(1)) {
    found.add({
      path: [format],
      rule: 'only one can go to standard output',
      cure: 'pass the name of a file',
    });
  }
  return new Map(paths);
}

/**
 * The value that a text on a command line means: JSON, or what is a little less, as messages write it and as it is typed:
 * `.1`, `1,2,3`, `{ length: 5, shape: 'cosine' }`. Anything else is the text itself.
 */
export function readValue(text: string): unknown {
  const json = completed(text);
  for (const reading of [text, json, ...(text.includes(',') ? [`[${json}]`] : [])]) {
    try {
      return JSON.parse(reading);
    } catch {
      // not JSON: try the next reading
    }
  }
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** With the quotes and digits that JSON asks for. */
const completed = (text: string) =>
  text
    .replaceAll(/'([^'"]*)'/g, '"$1"')
    .replaceAll(/([{,]\s*)(\w+)\s*:/g, '$1"$2":')
    .replaceAll(/(:\s*)(?!true\b|false\b|null\b)([a-z]\w*)/gi, '$1"$2"')
    .replaceAll(/(?<![\w.])\.(?=\d)/g, '0.')
    .replaceAll(/(?<=\d)\.(?!\d)/g, '');
