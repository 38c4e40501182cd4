// Copies of the project in which a mutant runs its specs: compiled once, so that a run compiles only the mutated file.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';

const COPIED = ['package.json', 'lib', 'spec', 'examples', 'dist'];
const SOURCES = ['lib/**/*.ts', 'spec/**/*.ts', 'examples/*.ts', 'examples/shared/*.ts'];
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/** A copy of its own, taken away when the process ends. */
export function makeSandbox(root) {
  const cache = join(root, 'node_modules', '.cache', 'tfjs-cosine-annealing');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'sandbox-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const isWanted = (path) => !/[\\/]browser([\\/]|$)|\.ts$/.test(path.slice(root.length));
  for (const name of COPIED.filter((name) => existsSync(join(root, name))))
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: isWanted });
  buildSync({
    absWorkingDir: root,
    entryPoints: SOURCES,
    outdir: folder,
    outbase: root,
    format: 'cjs',
    logLevel: 'warning',
  });
  return folder;
}

/** Puts a text in place of a file of lib. */
export function put(sandbox, file, text) {
  const { code } = transformSync(text, { loader: 'ts', format: 'cjs' });
  writeFileSync(join(sandbox, 'lib', `${file}.js`), code);
}

/** Runs specs, in this order, up to the first failure: whether all passed within so many milliseconds. */
export function passes(sandbox, specs, patience) {
  const files = specs.map((spec) => join(sandbox, spec.replace(/\.ts$/, '.js')));
  const args = [mocha, '--no-config', '--bail', '--timeout', '60000', '-R', 'dot', ...files];
  const env = { ...process.env, TFJS_BACKEND: 'js' };
  const child = spawn(process.execPath, args, { cwd: sandbox, env, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}
