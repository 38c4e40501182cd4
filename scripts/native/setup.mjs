// Makes ready the backend that programs and specs will use: native TensorFlow where it can be had, else pure JavaScript.
import { accessSync, constants, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import {
  buildInCache,
  fetchPackage,
  installByItself,
  installFromWheel,
  isPlain,
  obstacle,
  probe,
} from './tensorflow.mjs';

const NAME = 'tfjs-cosine-annealing';
const SLOW = 20_000;
const HOUR = 3_600_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const local = join(root, 'node_modules', '.cache', NAME);
const log = join(local, 'setup.log');
const slowFailure = join(local, 'slow-failure.txt');

const WAYS = [
  { name: "tfjs-node's own installer", install: installByItself },
  { name: "TensorFlow's Python wheel", install: installFromWheel },
];

/** Every way to native TensorFlow failed; `reasons` has a line for each. */
class NativeUnavailable extends Error {
  constructor(reasons) {
    super(reasons.join('; '));
    this.reasons = reasons;
  }
}

async function main() {
  const wanted = wantedBackend(process.env.TFJS_BACKEND);
  if (wanted === 'js') return say('backend: pure JavaScript (cpu), because TFJS_BACKEND=js asks for it');
  try {
    const { tensorflow, tfjsNode } = await nativeTensorFlow(wanted);
    say(`backend: native TensorFlow ${tensorflow} (tfjs-node ${tfjsNode})`);
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
    if (wanted === 'native') throw demandUnmet(error);
    say(`backend: pure JavaScript (cpu), because ${error.message}`);
  }
}

function wantedBackend(value = '') {
  if (['', 'native', 'js'].includes(value)) return value;
  throw new Error(
    `TFJS_BACKEND is "${value}": set it to "native" or "js", or leave it unset to have the better one`,
  );
}

async function nativeTensorFlow(wanted) {
  const reason = obstacle(root);
  if (reason !== undefined) throw new NativeUnavailable([reason]);
  const found = await probe(root);
  if (found.tensorflow !== undefined) return found;
  if (wanted !== 'native') refuseToFailSlowlyAgain();
  return await withLock(
    cacheDirectory(),
    { onWait: () => say('waiting for another set-up to end') },
    install,
  );
}

async function install({ waited, hold }) {
  const made = waited ? await probe(root) : undefined;
  if (made?.tensorflow !== undefined) return made;
  const begin = Date.now();
  const job = { root, log, cache: cacheDirectory(), hold, say, progress };
  const reasons = [];
  for (const file of [log, slowFailure]) rmSync(file, { force: true });
  mkdirSync(local, { recursive: true });
  for (const way of WAYS) {
    say(`installing native TensorFlow: ${way.name}`);
    try {
      return await installAndProbe(way, job);
    } catch (error) {
      reasons.push(`${way.name}: ${error.message}`);
      say(`  did not work: ${error.message}`);
    }
  }
  say(`what they printed is in ${relative(process.cwd(), log)}`);
  if (Date.now() - begin > SLOW) writeFileSync(slowFailure, reasons.join('; '));
  throw new NativeUnavailable(reasons);
}

async function installAndProbe({ install }, job) {
  await fetchPackage(job);
  await (isPlain(root) ? install(job) : buildInCache(job, install));
  const made = await probe(root);
  if (made.reason !== undefined) throw new Error(`installed, but it does not load: ${made.reason}`);
  return made;
}

/** A failure that took long (a network that swallows packets) isn't repeated at every `npm test`. */
function refuseToFailSlowlyAgain() {
  const age = Date.now() - (statSync(slowFailure, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (age > HOUR) return;
  const reason = readFileSync(slowFailure, 'utf8');
  const again = 'TFJS_BACKEND=native npm run setup tries again';
  throw new NativeUnavailable([`it failed ${Math.round(age / 60_000)} min ago: ${reason}; ${again}`]);
}

function demandUnmet({ reasons }) {
  const lines = reasons.map((reason) => `- ${reason}`);
  lines.push('Fix one of these, or unset TFJS_BACKEND to use pure JavaScript.');
  return new Error(
    ['TFJS_BACKEND=native, but native TensorFlow is not to be had here:', ...lines].join('\n'),
  );
}

/** The user's cache folder, so that a second clone downloads nothing; where it can't be written, this clone's own. */
function cacheDirectory() {
  const home =
    process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  const directory = join(process.env.XDG_CACHE_HOME || home, NAME);
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return directory;
  } catch {
    return local;
  }
}

let midLine = false;
let lastProgress = Date.now();

function say(line) {
  if (midLine) process.stdout.write('\n');
  midLine = false;
  console.log(line);
}

/** One line that counts up on a terminal; elsewhere a line every five seconds. */
function progress(text) {
  if (process.stdout.isTTY) {
    process.stdout.write(`\r  ${text}`);
    midLine = true;
  } else if (Date.now() - lastProgress > 5_000) {
    lastProgress = Date.now();
    console.log(`  ${text}`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  say('backend: none, because the set-up failed');
  process.exitCode = 1;
}
