import { MAX_POSITION } from '../annealing/limits';
import { toSVG } from '../charts/chart';
import { optionProblems, TEXT_RULES } from '../charts/options';
import { check, count, flag, isObject } from '../config/rules';
import { readArguments } from './arguments';
import { type ReadConfig, readConfig } from './config-file';
import { Findings } from './findings';
import { help } from './help';
import { checkLines, csv, json, type NamedRun } from './listing';
import { isOfConfig, STANDARD } from './options';
import { pictureOf } from './picture';
import { remarksOf, report } from './report';
import { type Length, type Run, runOf, unitsFor, unitsIn } from './run';
import { readValue } from './value';

/** What the command writes. */
export interface Preview {
  /** For standard output; '' if a file's content goes there. */
  readonly text: string;
  /** For standard error. */
  readonly remarks: readonly string[];
  readonly files: readonly OutputFile[];
}

export interface OutputFile {
  /** '-' is standard output. */
  readonly path: string;
  /** In pieces, since it may be larger than a string can be. */
  readonly content: Iterable<string>;
}

/** What the command is run in. */
export interface Surroundings {
  /** Columns of the terminal. */
  readonly columns: number;
  /** Whether the terminal shows nothing but ASCII. */
  readonly ascii: boolean;
  readonly version: string;
  /** The content of a file; its errors say what is wrong with it. */
  read(file: string): string;
}

/** Without a terminal. */
const PLAIN: Surroundings = {
  columns: 80,
  ascii: false,
  version: '',
  read: (file) => {
    throw new Error(`${file} can't be read here`);
  },
};

/**
 * What `npx tfjs-cosine-annealing` with these arguments writes.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with them.
 */
export function preview(args: readonly string[], surroundings: Surroundings = PLAIN): Preview {
  const { texts, problems } = readArguments(args);
  const { columns, version } = surroundings;
  if (args.length === 0 || texts.has('help')) return { text: help(columns), remarks: [], files: [] };
  if (texts.has('version')) return { text: `${version}\n`, remarks: [], files: [] };
  return previewOf(texts, surroundings, new Findings(problems));
}

/** The texts of the options by their names. */
type Texts = ReadonlyMap<string, string>;

function previewOf(texts: Texts, surroundings: Surroundings, found: Findings): Preview {
  const read = (name: string) => fileOf(name, texts, surroundings, found);
  const [from, compared] = [read('from'), read('compare')];
  const page = pageFrom(texts, surroundings, found);
  const length = found.attempt(() => lengthFrom(texts));
  const isReadable = !texts.has('from') || from !== undefined;
  const first = isReadable ? firstRun({ ...from?.config, ...keysFrom(texts) }, length, found) : undefined;
  const second = first && compared && secondRun(compared, first, found);
  const paths = pathsFrom(texts, found);
  if (first === undefined || page === undefined || found.isAny) throw found.error();
  const runs = [{ name: 'learning rate', run: first }, ...(second ? [second] : [])];
  for (const [format] of paths) found.attempt(() => checkLines(format, runs));
  if (found.isAny) throw found.error();
  const picture = pictureOf(first, second, page.log);
  const contents: Readonly<Record<string, () => Iterable<string>>> = {
    svg: () => [toSVG(picture.source, picture.options)],
    csv: () => csv(runs),
    json: () => json(runs),
  };
  const files = Array.from(paths, ([format, path]) => ({ path, content: contents[format]?.() ?? [] }));
  const remarks = [...[from, compared].flatMap(originOf), ...remarksOf(runs)];
  const isTaken = files.some(({ path }) => path === STANDARD);
  return isTaken
    ? { text: '', remarks, files }
    : { text: report(runs, picture, remarks, page), remarks: [], files };
}

/** The config in the file that an option names. */
function fileOf(name: string, texts: Texts, { read }: Surroundings, found: Findings): ReadConfig | undefined {
  const file = texts.get(name);
  return file === undefined ? undefined : found.attempt(() => readConfig(file, read), name);
}

function firstRun(config: object, length: Length | undefined, found: Findings): Run | undefined {
  const right = length && found.attempt(() => ({ units: unitsIn(length, config) }));
  // Beside a wrong length the config is checked over one that suits all.
  const { units } = right ?? { units: MAX_POSITION };
  return found.attempt(() => runOf(config, units));
}

function secondRun({ file, config }: ReadConfig, first: Run, found: Findings): NamedRun | undefined {
  const { eta_max, batchesPerEpoch } = first.schedule.config;
  const completed = { eta_max, batchesPerEpoch, ...config };
  const length = found.attempt(() => ({ units: unitsFor(completed, first) }));
  const run = length && found.attempt(() => runOf(completed, length.units), 'compare');
  return run && { name: file, run };
}

/** The keys of the config among the options; `warmup.length` is a key of `warmup`. */
function keysFrom(texts: Texts): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  const warmup: Record<string, unknown> = {};
  for (const [name, text] of texts) {
    if (!isOfConfig(name)) continue;
    if (name.startsWith(WARMUP)) warmup[name.slice(WARMUP.length)] = readValue(text);
    else config[name] = readValue(text);
  }
  if (Object.keys(warmup).length === 0) return config;
  const whole = config['warmup'];
  return {
    ...config,
    warmup: { ...(isObject(whole) ? whole : whole !== undefined && { length: whole }), ...warmup },
  };
}

const WARMUP = 'warmup.';

function lengthFrom(texts: Texts): Length {
  const found = new Findings();
  const read = (name: string) =>
    texts.has(name) ? found.attempt(() => check(count(), given(texts, name), name)) : undefined;
  const length = { epochs: read('epochs'), batches: read('batches') };
  if (found.isAny) throw found.error();
  return length;
}

function pageFrom(texts: Texts, { columns, ascii }: Surroundings, found: Findings) {
  const [width, height] = [given(texts, 'width'), given(texts, 'height')];
  found.add(...optionProblems({ width, height }, TEXT_RULES));
  const read = (name: string) =>
    found.attempt(() => check(flag(), given(texts, name) ?? false, name)) ?? false;
  return {
    width: typeof width === 'number' ? width : columns,
    height: typeof height === 'number' ? height : undefined,
    ascii: texts.has('ascii') ? read('ascii') : ascii,
    log: read('log'),
  };
}

/** The value of one of the command's own options; undefined if it isn't given. */
function given(texts: Texts, name: string): unknown {
  const text = texts.get(name);
  return text === undefined ? undefined : readValue(text);
}

/** Where each format is to be written. */
function pathsFrom(texts: Texts, found: Findings): Map<string, string> {
  const paths = ['svg', 'csv', 'json'].flatMap((format): [string, string][] => {
    const path = texts.get(format);
    return path === undefined ? [] : [[format, path]];
  });
  for (const [format] of paths.filter(([, path]) => path === STANDARD).slice(1)) {
    found.add({
      path: [format],
      rule: 'only one can go to standard output',
      cure: 'give it the name of a file',
    });
  }
  return new Map(paths);
}

/** What a file was taken for, and what that is as a config of ours. */
function originOf(read: ReadConfig | undefined): string[] {
  if (read?.library === undefined) return [];
  const config = JSON.stringify(read.config, null, 1).replaceAll(/\n */g, ' ');
  return [`Note: ${read.file} has parameters of ${read.library}; as a config: ${config}`];
}
