import { MAX_POSITION } from '../annealing/limits';
import { toSVG } from '../charts/chart';
import type { CosineAnnealingConfig } from '../config/config';
import { readArguments } from './arguments';
import { type ReadConfig, readConfig } from './config-file';
import { Findings } from './findings';
import { help } from './help';
import { checkLines, csv, json, type NamedRun, type Runs } from './listing';
import { isOfConfig, STANDARD } from './options';
import { pictureOf, remarksOf, report } from './report';
import { type Length, type Run, runOf, unitsFor, unitsIn } from './run';
import { configFrom, lengthFrom, type Order, orderFrom, type Texts } from './settings';

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
  const found = new Findings(problems);
  const from = fileOf('from', texts, surroundings, found);
  const compared = fileOf('compare', texts, surroundings, found);
  const order = orderFrom(texts, surroundings, found);
  const length = found.attempt(() => lengthFrom(texts));
  const isReadable = !texts.has('from') || from !== undefined;
  const first = isReadable ? firstRun(configFrom(from?.config, texts), length, found) : undefined;
  const second = first && compared && secondRun(compared, first, found);
  if (first === undefined || found.isAny) throw found.error();
  const runs: Runs = second
    ? [{ name: firstName(from, texts), run: first }, second]
    : [{ name: 'learning rate', run: first }];
  return written(runs, [from, compared].flatMap(originOf), order);
}

/** The config in the file that an option names. */
function fileOf(name: string, texts: Texts, { read }: Surroundings, found: Findings): ReadConfig | undefined {
  const file = texts.get(name);
  return file === undefined ? undefined : found.attempt(() => readConfig(file, read), name);
}

function firstRun(
  config: CosineAnnealingConfig,
  length: Length | undefined,
  found: Findings,
): Run | undefined {
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

/** What the first of two schedules is called: where it comes from. */
function firstName(from: ReadConfig | undefined, texts: Texts): string {
  if (from === undefined) return 'command line';
  return [...texts.keys()].some(isOfConfig) ? `${from.file} with options` : from.file;
}

/** What a file was taken for, and what that is as a config of ours. */
function originOf(read: ReadConfig | undefined): string[] {
  if (read?.library === undefined) return [];
  const config = JSON.stringify(read.config, null, 1).replaceAll(/\n */g, ' ');
  return [`Note: ${read.file} has parameters of ${read.library}; as a config: ${config}`];
}

function written(runs: Runs, origins: readonly string[], { page, log, paths }: Order): Preview {
  const picture = pictureOf(runs, log);
  const contents: Readonly<Record<string, () => Iterable<string>>> = {
    svg: () => [toSVG(picture.source, picture.options)],
    csv: () => csv(runs),
    json: () => json(runs),
  };
  const files = Array.from(paths, ([format, path]) => {
    checkLines(format, runs);
    return { path, content: contents[format]?.() ?? [] };
  });
  const remarks = [...origins, ...remarksOf(runs)];
  const isTaken = files.some(({ path }) => path === STANDARD);
  if (isTaken) return { text: '', remarks, files };
  return { text: report(runs, picture, remarks, page), remarks: [], files };
}
