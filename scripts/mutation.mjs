// Breaks lib/ in small ways, and asks whether a spec notices: `npm run mutation`, or `npm run mutation -- training/run
// annealing` for some files or folders. There are two kinds: operators, conditions and values exchanged (by Stryker),
// and neighbouring statements swapped, which is done in lib/training/. `--operators` and `--swaps` choose one kind, and
// `--swaps annealing/cycles` swaps there, too. A line per file, and below it every mutant that lives and isn't explained
// in mutation/equivalent.mjs. Exit code 1 if there is one, or if fewer than 95 % of the others are killed.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EQUIVALENT } from './mutation/equivalent.mjs';
import { mutateOperators } from './mutation/operators.mjs';
import { makeSandbox, passes, put } from './mutation/sandbox.mjs';
import { compiler, specsFor, swapsIn } from './mutation/swaps.mjs';
import { withKeys } from './mutation/syntax.mjs';

const MIN_SCORE = 95;
const SWAPPED = /^training\//;
/** Specs that try lib/ in processes of their own, killed again and again: minutes, and nothing that others don't notice. */
const LEFT_OUT = ['spec/training/resume.spec.ts'];
const WORKERS = 2;

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: only, positionals } = parseArgs({
  allowPositionals: true,
  options: { operators: { type: 'boolean' }, swaps: { type: 'boolean' } },
});

const files = chosen(positionals);
const operators = only.swaps ? [] : await each(files, 'operators', (file) => mutateOperators(root, file));
const toSwap = only.swaps && positionals.length > 0 ? files : files.filter((file) => SWAPPED.test(file));
const swaps = only.operators || toSwap.length === 0 ? [] : await each(toSwap, 'swaps', swapStatements());

const mutants = [...operators, ...swaps];
const unexplained = mutants.filter(isUnexplained);
for (const { file, key } of stale()) console.log(`\nequivalent.mjs: killed, or gone: ${file}, ${key}`);
const killable = mutants.filter((mutant) => !mutant.lives || isUnexplained(mutant));
const equivalent = mutants.length - killable.length;
console.log(`\n${summary(killable)}; ${unexplained.length} live, and ${equivalent} more are equivalent`);
if (unexplained.length > 0 || !(score(killable) >= MIN_SCORE)) process.exitCode = 1;

/** Files of lib without `.ts`, by the names of files and folders that are given; without any all that can be mutated. */
function chosen(names) {
  const { zshy } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // Lists of exports, and the command's own process, in which a mutant can't be switched on.
  const leftOut = [...Object.values(zshy.exports), zshy.bin].map((path) => posix.normalize(path));
  const all = sourcesIn('lib').filter((path) => !leftOut.includes(path));
  const files = all.map((path) => path.slice('lib/'.length, -'.ts'.length));
  if (names.length === 0) return files;
  return names.flatMap((name) => {
    const found = files.filter((file) => file === name || file.startsWith(`${name.replace(/\/$/, '')}/`));
    if (found.length === 0)
      throw new Error(`${name} is no file or folder of lib/ to mutate: ${files.join(' ')}`);
    return found;
  });
}

function sourcesIn(folder) {
  const names = readdirSync(join(root, folder), { recursive: true }).toSorted();
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')));
}

/** Mutates one file after the other, and prints a line about each. */
async function each(files, kind, mutate) {
  const all = [];
  for (const file of files) {
    const begin = Date.now();
    const tried = withKeys(await mutate(file));
    console.log(`${file.padEnd(24)}${kind.padEnd(11)}${summary(tried)} (${seconds(begin)} s)`);
    for (const { line, key, change } of tried.filter(isUnexplained))
      console.log(`  lib/${file}.ts:${line}, ${key}\n    ${change.replaceAll(/\s+/g, ' ')}`);
    all.push(...tried);
  }
  return all;
}

/** Swaps the statements of a file, and runs the specs of its folder on each mutant. */
function swapStatements() {
  const compiles = compiler(root);
  const sandboxes = Array.from({ length: WORKERS }, () => makeSandbox(root));
  const specs = sourcesIn('spec').filter((path) => !LEFT_OUT.includes(path));
  return async (file) => {
    const path = join(root, 'lib', `${file}.ts`);
    const source = readFileSync(path, 'utf8');
    const mutants = swapsIn(source).filter(({ mutated }) => compiles(path, mutated));
    const chosenSpecs = specsFor(file, specs);
    const patience = 10_000 + 3 * (await durationUnchanged(sandboxes[0], chosenSpecs));
    const tried = mutants.map(({ mutated, ...mutant }) => async (sandbox) => {
      put(sandbox, file, mutated);
      return { ...mutant, file, lives: await passes(sandbox, chosenSpecs, patience) };
    });
    const outcomes = await shareOut(tried, sandboxes);
    for (const sandbox of sandboxes) put(sandbox, file, source);
    return outcomes;
  };
}

/** How long specs take on the unchanged code, in milliseconds. */
async function durationUnchanged(sandbox, specs) {
  const begin = Date.now();
  for (const spec of specs) {
    if (!(await passes(sandbox, [spec], 600_000)))
      throw new Error(`${spec} fails before anything is mutated`);
  }
  return Date.now() - begin;
}

/** Runs tasks, each on one of the workers, in any order; the results are in theirs. */
async function shareOut(tasks, workers) {
  const results = [];
  let next = 0;
  const work = async (worker) => {
    while (next < tasks.length) {
      const i = next++;
      results[i] = await tasks[i](worker);
    }
  };
  await Promise.all(workers.map(work));
  return results;
}

function isUnexplained({ lives, file, key }) {
  return lives && !explained(file).includes(key);
}

function explained(file) {
  return EQUIVALENT.flatMap(({ mutants }) => mutants[file] ?? []);
}

/** What is listed as equivalent, but is no mutant that lives. Of a kind that wasn't tried nothing can be said. */
function stale() {
  const living = mutants.filter(({ lives }) => lives);
  const found = new Set(living.map(({ file, key }) => `${file} ${key}`));
  const wasTried = (file, key) => (key.includes('<=>') ? swaps : operators).some((one) => one.file === file);
  const listed = files.flatMap((file) => explained(file).map((key) => ({ file, key })));
  return listed.filter(({ file, key }) => wasTried(file, key) && !found.has(`${file} ${key}`));
}

function score(tried) {
  return (100 * tried.filter(({ lives }) => !lives).length) / tried.length;
}

function summary(tried) {
  return tried.length === 0 ? 'no mutants' : `${score(tried).toFixed(1)} % of ${tried.length} mutants killed`;
}

function seconds(begin) {
  return Math.round((Date.now() - begin) / 1000);
}
