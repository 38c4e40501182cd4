// Breaks lib/ in small ways, and asks whether a spec notices: `npm run mutation`, or `npm run mutation -- timeline state`.
// A line per file, then every mutant that lives and is not in equivalent-mutants.mjs. Exit code 1 where there is one, or
// where fewer than 95 % of all are killed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EQUIVALENT } from './equivalent-mutants.mjs';

// Not among the devDependencies: they would be a third of all that npm ci installs.
const STRYKER = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/tap-runner@9.6.1'];
const LEAST = 95;
/** Nothing to mutate, or run in a process of its own, where a mutant can't be switched on. */
const LEFT_OUT = ['index', 'standalone', 'cli'];

/** What else Stryker reports did not come to a test. */
const OUTCOMES = ['Killed', 'Timeout', 'Survived', 'NoCoverage'];

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const all = readdirSync(join(root, 'lib')).map((name) => name.replace('.ts', ''));
const files = wanted.length > 0 ? wanted : all.filter((file) => !LEFT_OUT.includes(file));

const mutants = files.flatMap((file) => {
  const begin = Date.now();
  const tried = mutate(file).filter(({ status }) => OUTCOMES.includes(status));
  console.log(`${file.padEnd(15)}${summary(tried)} (${Math.round((Date.now() - begin) / 1000)} s)`);
  return tried;
});
const living = mutants.filter(lives);
const unexplained = living.filter((mutant) => !isEquivalent(mutant));
for (const mutant of unexplained)
  console.log(`\nlib/${mutant.file}.ts:${mutant.line}\n  ${changeOf(mutant)}`);
for (const [file, change] of stale())
  console.log(`\nequivalent-mutants.mjs: killed, or gone, in ${file}\n  ${change}`);
const equivalent = living.length - unexplained.length;
console.log(`\n${summary(mutants)}; ${equivalent} are equivalent, ${unexplained.length} live`);
if (unexplained.length > 0 || !(score(mutants) >= LEAST)) process.exitCode = 1;

/** Every mutant of a file, and what became of it. */
function mutate(file) {
  const packages = STRYKER.flatMap((name) => ['-p', name]);
  const env = { ...process.env, MUTATED_FILE: file, TFJS_BACKEND: 'js' };
  // Stryker makes no folders above the one of its sandboxes.
  mkdirSync(join(root, 'node_modules', '.cache', 'tfjs-cosine-annealing'), { recursive: true });
  const args = ['--yes', ...packages, 'stryker', 'run', '--logLevel', 'error'];
  const { status, stdout, stderr } = spawnSync('npx', args, { cwd: root, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`stryker run on ${file}:\n${stdout}${stderr}`);
  const report = JSON.parse(readFileSync(join(root, 'reports', 'mutation', `${file}.json`), 'utf8'));
  const { source, mutants } = report.files[`lib/${file}.ts`];
  return mutants.map(({ status, location, replacement }) => {
    return { file, status, line: location.start.line, original: textAt(source, location), replacement };
  });
}

function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines.push(lines.pop().slice(0, end.column - 1));
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join(' ');
}

/** What was changed, on one line. */
function changeOf({ original, replacement }) {
  return `${original} => ${replacement}`.replaceAll(/\s+/g, ' ');
}

function isEquivalent(mutant) {
  return EQUIVALENT.some(({ changes }) => changes[mutant.file]?.includes(changeOf(mutant)));
}

/** What is listed as equivalent, but no mutant that lives. */
function stale() {
  const found = new Set(living.map((mutant) => `${mutant.file} ${changeOf(mutant)}`));
  const listed = EQUIVALENT.flatMap(({ changes }) =>
    Object.entries(changes).flatMap(([file, list]) => list.map((change) => [file, change])),
  );
  return listed.filter(([file, change]) => files.includes(file) && !found.has(`${file} ${change}`));
}

function lives({ status }) {
  return status === 'Survived' || status === 'NoCoverage';
}

function score(tried) {
  return (100 * tried.filter((mutant) => !lives(mutant)).length) / tried.length;
}

function summary(tried) {
  return `${score(tried).toFixed(1)} % of ${tried.length} mutants killed`;
}
