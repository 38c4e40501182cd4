// Runs an example of examples/: `npm run example -- resume`, with whatever the example takes behind its name. Without a
// name it lists them. It sets up TensorFlow and builds the package first, so it works in a fresh clone after `npm ci`.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'examples');
const [name, ...args] = process.argv.slice(2);
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));

if (name === undefined) list();
else if (names.includes(name)) run();
else {
  console.error(`there is no example ${name}: expected one of ${names.join(', ')}`);
  process.exitCode = 1;
}

function list() {
  console.log('npm run example -- <name>');
  for (const name of names) console.log(`  ${name.padEnd(20)}${firstComment(name)}`);
}

function firstComment(name) {
  const text = readFileSync(join(folder, `${name}.ts`), 'utf8');
  return /^\/\/ (.*)/.exec(text)?.[1] ?? '';
}

function run() {
  const tsNode = createRequire(import.meta.url).resolve('ts-node/dist/bin.js');
  const steps = [
    [join(root, 'scripts', 'native', 'setup.mjs')],
    [join(root, 'scripts', 'build.mjs')],
    [tsNode, '-T', join(folder, `${name}.ts`), ...args],
  ];
  for (const step of steps) {
    const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
}
