// Stryker's mutants: an operator, a condition, a value or a block is exchanged for another.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionAt, operatorOf, parse } from './syntax.mjs';

// Not among the devDependencies: they would be a third of all that npm ci installs.
const STRYKER = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/tap-runner@9.6.1'];
/** What else Stryker reports did not come to a test. */
const OUTCOMES = ['Killed', 'Timeout', 'Survived', 'NoCoverage'];

/** Every mutant of a file of lib, and what became of it. */
export function mutateOperators(root, file) {
  const packages = STRYKER.flatMap((name) => ['-p', name]);
  const env = { ...process.env, MUTATED_FILE: file, TFJS_BACKEND: 'js' };
  // Stryker makes no folders above the one of its sandboxes.
  mkdirSync(join(root, 'node_modules', '.cache', 'tfjs-cosine-annealing'), { recursive: true });
  const args = ['--yes', ...packages, 'stryker', 'run', '--logLevel', 'error'];
  const options = { cwd: root, env, encoding: 'utf8', shell: process.platform === 'win32' };
  const { status, stdout, stderr } = spawnSync('npx', args, options);
  if (status !== 0) throw new Error(`stryker run on ${file}:\n${stdout}${stderr}`);
  const report = JSON.parse(readFileSync(join(root, 'reports', 'mutation', `${file}.json`), 'utf8'));
  const { source, mutants } = report.files[`lib/${file}.ts`];
  const tree = parse(source);
  return mutants
    .filter(({ status }) => OUTCOMES.includes(status))
    .map(({ status, location, mutatorName, replacement }) => {
      const [position, end] = [positionOf(tree, location.start), positionOf(tree, location.end)];
      const original = source.slice(position, end);
      return {
        file,
        lives: status === 'Survived' || status === 'NoCoverage',
        line: location.start.line,
        position,
        function: functionAt(tree, position),
        operator: operatorOf(mutatorName, original, replacement),
        change: `${original} => ${replacement}`,
      };
    });
}

function positionOf(tree, { line, column }) {
  return tree.getPositionOfLineAndCharacter(line - 1, column - 1);
}
