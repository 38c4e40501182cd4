#!/usr/bin/env node
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CosineAnnealingError } from '../errors';
import { type OutputFile, preview } from './command';
import { STANDARD } from './options';
import { columnsOf, isASCII, reasonOf, wrap } from './terminal';

const FAILED = 1;
const WRONG_INPUT = 2;
/** What a shell says of a program that a closed pipe ended, as of `seq 1000000 | head -1`. */
const PIPE_CLOSED = 141;

const CHUNK = 65_536;

const root = join(__dirname, '..', '..');

async function main(): Promise<void> {
  const { text, remarks, files } = preview(process.argv.slice(2), {
    columns: columnsOf(process.env, process.stdout.columns),
    ascii: isASCII(process.env),
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    read,
  });
  for (const file of files) await write(file);
  if (text !== '') await write({ path: STANDARD, content: [text] });
  remarks.forEach(tell);
}

function read(file: string): string {
  try {
    return readFileSync(file === STANDARD ? 0 : file, 'utf8');
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause });
  }
}

async function write({ path, content }: OutputFile): Promise<void> {
  const isStandard = path === STANDARD;
  try {
    await pipeline(inChunks(content), isStandard ? process.stdout : createWriteStream(path));
  } catch (cause) {
    throw new Error(`${isStandard ? 'standard output' : path}: ${reasonOf(cause)}`, { cause });
  }
  if (!isStandard) tell(`written: ${path}`);
}

/** Writes to standard error: broken between words if that is a terminal, else as it is, for programs that read lines. */
function tell(text: string): void {
  const { isTTY, columns } = process.stderr;
  const width = isTTY ? columnsOf(process.env, columns) : Infinity;
  for (const line of text.split('\n')) console.error(wrap(line, width).join('\n'));
}

/** Lines together, since a write for each takes most of the time. */
function* inChunks(lines: Iterable<string>): Iterable<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function fail(error: unknown): void {
  if (error instanceof Error && isClosedPipe(error.cause)) {
    process.exitCode = PIPE_CLOSED;
    return;
  }
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = FAILED;
  if (!(error instanceof CosineAnnealingError)) return;
  tell('See npx tfjs-cosine-annealing --help');
  process.exitCode = WRONG_INPUT;
}

const isClosedPipe = (cause: unknown) => cause instanceof Error && 'code' in cause && cause.code === 'EPIPE';

main().catch(fail);
