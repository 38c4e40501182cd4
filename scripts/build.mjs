// `npm run build`: CommonJS, ES modules and their types by zshy, then what zshy leaves undone (see each function).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ENGINES } from './browsers.mjs';

const TENSORFLOW = 'https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4/dist/tf.min.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { name, version, license, unpkg, zshy } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

rmSync(dist, { recursive: true, force: true }); // Else files that were renamed since would be published, too.
compile();
removeModulesOf('command');
for (const file of filesIn(dist)) nameOwnMap(file);
await writeScriptTagFile(join(root, unpkg));
for (const entry of Object.keys(zshy.exports)) if (entry !== '.') writeFolderFor(entry);

function compile() {
  const cli = join(root, 'node_modules', 'zshy', 'dist', 'index.cjs');
  const args = [cli, '-p', 'tsconfig.build.json', '--silent'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** The command is run, not imported, and only as CommonJS. */
function removeModulesOf(folder) {
  for (const file of filesIn(join(dist, folder))) if (/\.d\.ts|\.mjs|\.mts/.test(file)) rmSync(file);
}

/** zshy renames the ES modules and their maps, but leaves the comment in them that names the map of the CommonJS file. */
function nameOwnMap(file) {
  if (file.endsWith('.map')) {
    const map = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...map, file: basename(file, '.map') }));
  } else {
    const text = readFileSync(file, 'utf8');
    const comment = `//# sourceMappingURL=${basename(file)}.map`;
    writeFileSync(
      file,
      text.replace(/\/\/# sourceMappingURL=.*\.map(?=\s*$)/, () => comment),
    );
  }
}

/** One file for pages without a bundler, on the `tf` that tf.min.js has made: its global is `CosineAnnealing`. */
async function writeScriptTagFile(outfile) {
  await build({
    stdin: { contents: "export * from './index.mjs'; export * from './plot.mjs';", resolveDir: dist },
    outfile,
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'CosineAnnealing',
    target: ENGINES,
    banner: { js: `/*! ${name} ${version}, ${license} license */` },
    plugins: [{ name: 'tf-of-the-page', setup: useTensorFlowOfThePage }],
    logLevel: 'warning',
  });
}

function useTensorFlowOfThePage({ onResolve, onLoad }) {
  const message = `${name} needs TensorFlow.js: put <script src="${TENSORFLOW}"></script> before its own script tag`;
  const contents = `
    const { tf } = globalThis;
    if (tf === undefined || tf.CustomCallback === undefined) throw new Error(${JSON.stringify(message)});
    module.exports = tf;`;
  onResolve({ filter: /^@tensorflow\// }, () => ({ path: 'tf', namespace: 'page' }));
  onLoad({ filter: /^tf$/, namespace: 'page' }, () => ({ contents }));
}

/** For what doesn't read `exports`, such as TypeScript's node10 resolution and older Metro: `./plot` is a folder to them. */
function writeFolderFor(entry) {
  const folder = join(root, entry);
  mkdirSync(folder, { recursive: true });
  const at = (ending) => `../dist/${basename(entry)}.${ending}`;
  const manifest = { main: at('js'), module: at('mjs'), types: at('d.ts'), sideEffects: false };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
