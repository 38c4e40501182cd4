// Tries the packed tarball as its users would, in folders of its own: `npm run check:consumers`, or `npm run
// check:consumers -- yarn TypeScript` for the checks with one of these words in their titles. What is supported is the
// table below. Needs the npm registry; a line per check, and a summary. Exit code 1 if a check fails.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ENGINES } from './browsers.mjs';
import { obstacle, probe } from './native/tensorflow.mjs';

const NAME = 'tfjs-cosine-annealing';
const TFJS = ['3.0.0', '3.21.0', '4.0.0', '4.22.0', '4.23.0-rc.0'];
const NEWEST = '4.22.0';
/** The ends: their types are checked, too. */
const OLDEST = { 3: '3.0.0', 4: '4.0.0' };
/** Our declarations name types that older ones lack. */
const ZOD = { oldest: '4.5.0', newest: '4' };
const NODES = ['20.19.0', '22', '24'];
/** Its V8 is that of Chrome 102, the oldest of `browsers.mjs`. */
const BROWSER_LIKE_NODE = '18.9.0';
const PNPM = '10';
const YARN = '4';
const VITE = '8';
const TYPESCRIPTS = ['5.0.4', '5.9.3', '6.0.3', '7'];
const RESOLUTIONS = {
  node10: { module: 'commonjs', files: ['surface.ts'] },
  node16: { module: 'node16', files: ['surface.ts', 'surface.mts', 'surface.cts'] },
  nodenext: { module: 'nodenext', files: ['surface.ts', 'surface.mts', 'surface.cts'] },
  bundler: { module: 'esnext', files: ['surface.ts', 'surface.mts'] },
};
/** TypeScript 6 calls node10 deprecated, and 7 has none. */
const HAS_NODE10 = /^5\./;

const CHECKS = [
  ['the tarball holds what is needed and nothing else', tarballIsComplete],
  ['the pictures of README.md are in the tarball', picturesAreThere],
  ['both peers have the same range', peersAgree],
  ...TFJS.map((version) => [
    `tfjs ${version}: one copy, .cjs, .mjs`,
    async () => {
      oneCopyIn(await installed(version));
      return [await runIn(version, 'train.cjs'), await runIn(version, 'train.mjs')].join('; ');
    },
  ]),
  ['tfjs-core 3 beside tfjs-layers 4: npm refuses it', refusesTwoMajors],
  ['tfjs-node 4.20.0: one copy', () => oneCopyWith('tfjs-node', '4.20.0')],
  ...NODES.flatMap((node) =>
    ['cjs', 'mjs'].map((format) => [
      `Node ${node}, .${format}`,
      () => runIn(NEWEST, `train.${format}`, nodeBinary(node)),
    ]),
  ),
  ['tfjs-node', trainsNatively],
  [
    'a script tag, on the engine of Chrome 102',
    () => runIn(NEWEST, 'script-tag.cjs', nodeBinary(BROWSER_LIKE_NODE)),
  ],
  [`a script tag, tfjs ${OLDEST[3]}`, () => runIn(OLDEST[3], 'script-tag.cjs')],
  [`no syntax that is newer than ${ENGINES.join(', ')}`, syntaxIsOldEnough],
  ['two copies of tfjs-layers: an error says so', explainsTwoCopies],
  ['./schedule and ./plot without TensorFlow.js', runsWithoutTensorFlow],
  ['subpaths as resolvers without `exports` find them', resolvesWithoutExports],
  ['npx tfjs-cosine-annealing', drawsOnTheCommandLine],
  [`pnpm ${PNPM}`, installsWithPnpm],
  ...['node-modules', 'pnp'].map((linker) => [`yarn ${YARN}, ${linker}`, () => installsWithYarn(linker)]),
  ['npm install git+file: builds the package', installsFromGit],
  [`vite ${VITE} build`, buildsWithVite],
  ...TYPESCRIPTS.flatMap((version) =>
    Object.keys(RESOLUTIONS)
      .filter((way) => way !== 'node10' || HAS_NODE10.test(version))
      .map((way) => [`TypeScript ${version}, ${way}`, () => typeChecks(NEWEST, version, way)]),
  ),
  ...Object.values(OLDEST).flatMap((tfjs) =>
    ['node10', 'nodenext'].map((way) => [
      `TypeScript 5.9.3, ${way}, tfjs ${tfjs}`,
      () => typeChecks(tfjs, '5.9.3', way),
    ]),
  ),
  ...[...Object.values(OLDEST), NEWEST].map((tfjs) => [
    `our .d.ts without skipLibCheck, tfjs ${tfjs}`,
    () => declarationsAreSound(tfjs),
  ]),
];

let tarball;
const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const sources = join(root, 'scripts', 'consumers');
const temporary = mkdtempSync(join(tmpdir(), `${NAME}-`));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const TOOLS = {
  ...Object.fromEntries(TYPESCRIPTS.map((version) => [typescript(version), `npm:typescript@${version}`])),
  ...Object.fromEntries(
    [...NODES, BROWSER_LIKE_NODE].map((version) => [nodePackage(version), `npm:${nodeBuild()}@${version}`]),
  ),
};

/** What is installed beside this package, by the version of TensorFlow.js; `tools` has none. */
function projectOf(name) {
  if (name === 'tools') return TOOLS;
  const zod = name === TFJS[0] ? ZOD.oldest : ZOD.newest;
  return { '@tensorflow/tfjs': name, zod, ...(name === NEWEST ? { vite: VITE } : {}) };
}

/** A check that can't be made here; the message says why. */
class Skipped extends Error {}

async function main() {
  const begin = Date.now();
  await command('npm', ['run', '-s', 'build'], { cwd: root });
  tarball = await pack();
  const words = process.argv.slice(2);
  const wanted = CHECKS.filter(([title]) => words.length === 0 || words.some((word) => title.includes(word)));
  const outcomes = await twoAtATime(
    wanted.map(
      ([title, check]) =>
        () =>
          report(title, check),
    ),
  );
  const count = (outcome) => outcomes.filter((one) => one === outcome).length;
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
  console.log(`\n${count('ok')} ok, ${count('FAILED')} FAILED${skipped} (${seconds(begin)})`);
  if (count('FAILED') > 0) process.exitCode = 1;
}

async function report(title, check) {
  const start = Date.now();
  const { outcome, detail } = await outcomeOf(check);
  console.log(`${outcome.padEnd(8)}${title}${detail ? `: ${detail}` : ''} (${seconds(start)})`);
  return outcome;
}

async function outcomeOf(check) {
  try {
    return { outcome: 'ok', detail: await check() };
  } catch (error) {
    return { outcome: error instanceof Skipped ? 'skipped' : 'FAILED', detail: error.message };
  }
}

async function twoAtATime(tasks) {
  const results = [];
  let next = 0;
  async function work() {
    while (next < tasks.length) {
      const i = next++;
      results[i] = await tasks[i]();
    }
  }
  await Promise.all([work(), work()]);
  return results;
}

async function pack() {
  const { stdout } = await command(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', temporary],
    { cwd: root },
  );
  const [{ filename, files }] = JSON.parse(stdout);
  return { file: join(temporary, filename), paths: files.map(({ path }) => path) };
}

/** Documents, sources, and what the build makes of each source; every map points at a source that is there. */
function tarballIsComplete() {
  const names = tarball.paths.filter((path) => path.startsWith('lib/')).map((path) => path.slice(4, -3));
  const madeOf = (name) =>
    (name.startsWith('command/') ? ['js'] : ['d.mts', 'd.ts', 'js', 'mjs']).flatMap((ending) => [
      `dist/${name}.${ending}`,
      `dist/${name}.${ending}.map`,
    ]);
  const expected = [
    ...['CHANGELOG.md', 'ERRORS.md', 'LICENSE', 'README.md', 'package.json', plain(manifest.unpkg)],
    ...subpaths().map((subpath) => `${subpath}/package.json`),
    ...picturesOf(readFileSync(join(root, 'README.md'), 'utf8')),
    ...names.flatMap((name) => [`lib/${name}.ts`, ...madeOf(name)]),
  ];
  const missing = expected.filter((path) => !tarball.paths.includes(path));
  const extra = tarball.paths.filter((path) => !expected.includes(path));
  const astray = tarball.paths.filter((path) => path.endsWith('.map')).flatMap(sourcesAstray);
  const problems = { missing, 'not needed': extra, 'points at nothing': astray };
  const listed = Object.entries(problems).filter(([, paths]) => paths.length > 0);
  if (listed.length > 0) throw new Error(listed.map(([what, paths]) => `${what}: ${paths}`).join('; '));
  return `${tarball.paths.length} files`;
}

function picturesAreThere() {
  const pictures = picturesOf(readFileSync(join(root, 'README.md'), 'utf8'));
  const missing = pictures.filter((path) => !tarball.paths.includes(path));
  if (missing.length > 0) throw new Error(`missing: ${missing}`);
  return `${pictures.length} pictures`;
}

function picturesOf(markdown) {
  const images = markdown.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)|<img [^>]*src="([^"]+)"|srcset="([^"\s]+)"/g);
  const paths = Array.from(images, ([, ...found]) => found.find((path) => path !== undefined));
  return [...new Set(paths)].filter((path) => !path.includes(':'));
}

function peersAgree() {
  const ranges = Object.values(manifest.peerDependencies);
  if (new Set(ranges).size !== 1) throw new Error(ranges.join(' and '));
  return ranges[0];
}

function sourcesAstray(map) {
  const { sources } = JSON.parse(readFileSync(join(root, map), 'utf8'));
  const isThere = (source) => tarball.paths.includes(join(dirname(map), source).replaceAll('\\', '/'));
  return sources.every(isThere) ? [] : [map];
}

/** A module that takes every public name from where users would: it doesn't compile if one can't be had. */
function namesModule() {
  return Object.keys(manifest.zshy.exports)
    .map((subpath) => {
      const names = [...new Set(publicNames(join(root, 'dist', subpath === '.' ? 'index' : subpath)))];
      if (names.length === 0) throw new Error(`${subpath} exports nothing`);
      const as = subpath === '.' ? 'main' : plain(subpath);
      const list = names.map((name) => `${name} as ${as}_${name}`).join(', ');
      return `export type { ${list} } from '${NAME}${subpath.slice(1)}';\n`;
    })
    .join('');
}

function subpaths() {
  return Object.keys(manifest.zshy.exports)
    .filter((subpath) => subpath !== '.')
    .map(plain);
}

function plain(path) {
  return path.replace(/^\.\//, '');
}

function publicNames(declarations) {
  const text = readFileSync(`${declarations}.d.ts`, 'utf8');
  const declared = text.matchAll(/^export (?:declare )?(?:type|interface|class|function|const) (\w+)/gm);
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list.split(','));
  const others = [...text.matchAll(/^export \* from "(.*)\.js"/gm)].map(([, file]) => file);
  return [
    ...Array.from(declared, ([, name]) => name),
    ...listed.map((item) => item.trim().split(' ').at(-1)).filter((name) => name !== ''),
    ...others.flatMap((file) => publicNames(resolve(dirname(declarations), file))),
  ];
}

const installs = new Map();

/** The folder of a project, with its dependencies and the tarball: installed once, by the first check that asks. */
function installed(project) {
  if (!installs.has(project)) installs.set(project, install(project, projectOf(project)));
  return installs.get(project);
}

async function install(name, dependencies, options = []) {
  const folder = project(name, dependencies);
  await command('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...options], {
    cwd: folder,
  });
  return folder;
}

/** A folder with the scripts that use this package, and a package.json that names the tarball. */
function project(name, dependencies) {
  const folder = join(temporary, name);
  cpSync(sources, folder, { recursive: true });
  for (const ending of ['ts', 'mts', 'cts']) {
    writeFileSync(join(folder, `names.${ending}`), namesModule());
    if (ending !== 'ts') cpSync(join(folder, 'surface.ts'), join(folder, `surface.${ending}`));
  }
  writeJson(join(folder, 'package.json'), {
    private: true,
    dependencies: { [NAME]: `file:${tarball.file}`, ...dependencies },
  });
  return folder;
}

/** What a fresh install decides: npm may not put a second tfjs-layers beside the one that tfjs brings. */
async function oneCopyWith(name, version) {
  const options = ['--package-lock-only'];
  return oneCopyIn(await install(`${name}-${version}`, { [`@tensorflow/${name}`]: version }, options));
}

function oneCopyIn(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  for (const name of ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers']) {
    const copies = Object.keys(packages).filter((path) => path.endsWith(`node_modules/${name}`));
    if (copies.length !== 1) throw new Error(`${copies.length} copies: ${copies.join(', ')}`);
  }
}

async function runIn(project, script, node = async () => process.execPath) {
  const folder = await installed(project);
  return lastLine(await command(await node(), [join(folder, script)], { cwd: folder }));
}

function nodeBinary(version) {
  return async () => {
    const file = join(await installed('tools'), 'node_modules', nodePackage(version), 'package.json');
    return join(dirname(file), Object.values(JSON.parse(readFileSync(file, 'utf8')).bin)[0]);
  };
}

function nodePackage(version) {
  return `node-${version}`;
}

function nodeBuild() {
  return `node-${windows() ? 'win' : process.platform}-${process.arch}`;
}

function typescript(version) {
  return `typescript-${version}`;
}

/** With this checkout's tfjs-node, whose native library took long enough to install once. */
async function trainsNatively() {
  const reason = obstacle(root) ?? (await probe(root)).reason;
  if (reason !== undefined) throw new Skipped(reason);
  const folder = await assembled('native', { '@tensorflow': join(root, 'node_modules', '@tensorflow') });
  const env = { TF_CPP_MIN_LOG_LEVEL: '2' };
  return lastLine(await command(process.execPath, [join(folder, 'train-native.cjs')], { cwd: folder, env }));
}

async function explainsTwoCopies() {
  const copyIn = async (project, name) => join(await installed(project), 'node_modules', '@tensorflow', name);
  const folder = await assembled('two-copies', {
    '@tensorflow/tfjs': await copyIn(NEWEST, 'tfjs'),
    '@tensorflow/tfjs-core': await copyIn(OLDEST[4], 'tfjs-core'),
    '@tensorflow/tfjs-layers': await copyIn(OLDEST[4], 'tfjs-layers'),
  });
  await command(process.execPath, [join(folder, 'two-copies.cjs')], { cwd: folder });
}

async function runsWithoutTensorFlow() {
  const folder = await assembled('schedule-alone', {});
  await command(process.execPath, [join(folder, 'schedule-alone.mjs')], { cwd: folder });
}

/** A project made of what is installed already: our package, its dependencies, and links. */
async function assembled(project, links) {
  const from = join(await installed(NEWEST), 'node_modules');
  const folder = join(temporary, project);
  const modules = join(folder, 'node_modules');
  cpSync(sources, folder, { recursive: true });
  cpSync(join(from, NAME), join(modules, NAME), { recursive: true });
  const own = Object.keys(manifest.dependencies).map((name) => [name, join(from, name)]);
  for (const [name, target] of [...own, ...Object.entries(links)]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(target, join(modules, name), 'junction');
  }
  return folder;
}

/** What node10 and older Metro do: a file of that name, or the `main` of a folder's package.json. */
async function resolvesWithoutExports() {
  const folder = join(await installed(NEWEST), 'node_modules', NAME);
  for (const subpath of subpaths()) {
    const { main } = JSON.parse(readFileSync(join(folder, subpath, 'package.json'), 'utf8'));
    const exported = manifest.exports[`./${subpath}`].require.default;
    if (join(folder, subpath, main) !== join(folder, exported))
      throw new Error(`${subpath} leads to ${main}`);
  }
  return subpaths().join(', ');
}

/** npm reads a tfjs-layers' own peer, which is tfjs-core of the very same version. */
async function refusesTwoMajors() {
  const dependencies = { '@tensorflow/tfjs-core': OLDEST[3], '@tensorflow/tfjs-layers': OLDEST[4] };
  const attempt = install('two-majors', dependencies, ['--package-lock-only']);
  const said = await attempt.then(
    () => 'npm installed them',
    (error) => error.message,
  );
  if (!said.includes('ERESOLVE')) throw new Error(said);
}

async function installsWithPnpm() {
  const folder = project('pnpm', { '@tensorflow/tfjs': NEWEST });
  await command('npx', ['--yes', `pnpm@${PNPM}`, 'install', '--ignore-scripts'], { cwd: folder });
  return lastLine(await command(process.execPath, [join(folder, 'train.mjs')], { cwd: folder }));
}

/** TensorFlow.js loads `long` without naming it among its dependencies, which Plug'n'Play refuses. */
const UNDECLARED_BY_TFJS = `packageExtensions:
  '@tensorflow/tfjs@*':
    dependencies:
      long: '*'
`;

/** Plug'n'Play lets a package load only what its user declares: both peers, beside tfjs itself. */
async function installsWithYarn(linker) {
  const peers = Object.keys(manifest.peerDependencies).map((name) => [name, NEWEST]);
  const folder = project(`yarn-${linker}`, { '@tensorflow/tfjs': NEWEST, ...Object.fromEntries(peers) });
  const settings = { nodeLinker: linker, enableScripts: 'false', enableTelemetry: 'false' };
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`);
  writeFileSync(join(folder, '.yarnrc.yml'), lines.join('') + UNDECLARED_BY_TFJS);
  writeFileSync(join(folder, 'yarn.lock'), ''); // Marks the project's root.
  const env = { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' };
  const yarn = ['--yes', '-p', `@yarnpkg/cli-dist@${YARN}`, 'yarn'];
  await command('npx', [...yarn, 'install'], { cwd: folder, env });
  const said = await command('npx', [...yarn, 'node', join(folder, 'train.mjs')], { cwd: folder, env });
  return lastLine(said);
}

/** From a clone of what is committed. */
async function installsFromGit() {
  if (!existsSync(join(root, '.git'))) throw new Skipped('not a clone of the repository');
  const clone = join(temporary, 'clone.git');
  await command('git', ['clone', '--quiet', '--bare', root, clone], { cwd: temporary });
  const { stdout } = await command('git', ['rev-parse', 'HEAD'], { cwd: root });
  const url = `git+file://${clone}#${stdout.trim()}`;
  const folder = project('from-git', { '@tensorflow/tfjs': NEWEST, [NAME]: url });
  await command('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder });
  return lastLine(await command(process.execPath, [join(folder, 'train.mjs')], { cwd: folder }));
}

/** A build for the oldest browsers changes nothing but the white space. */
async function syntaxIsOldEnough() {
  const folder = await installed(NEWEST);
  const options = {
    stdin: { contents: `export * from '${NAME}'; export * from '${NAME}/plot';`, resolveDir: folder },
    bundle: true,
    write: false,
    format: 'esm',
    external: ['@tensorflow/*'],
    supported: { 'regexp-unicode-property-escapes': true }, // esbuild rewrites these for any engine.
  };
  const built = await Promise.all(['esnext', ENGINES].map((target) => build({ ...options, target })));
  const [newest, oldest] = built.map(({ outputFiles }) => outputFiles[0].text.split('\n'));
  const changed = newest.find((line, i) => line !== oldest[i]);
  if (changed !== undefined) throw new Error(`newer than that: ${changed.trim()}`);
}

async function drawsOnTheCommandLine() {
  const folder = await installed(NEWEST);
  const args = ['--T_0', '10', '--T_mult', '2', '--eta_max', '0.1'];
  const { stdout } = await command('npx', [NAME, ...args], { cwd: folder });
  if (!stdout.includes('▲')) throw new Error(`printed ${JSON.stringify(stdout)}`);
}

/** Builds a page, and runs its bundle. */
async function buildsWithVite() {
  const folder = await installed(NEWEST);
  await command('npx', ['vite', 'build', '--logLevel', 'warn'], { cwd: folder });
  const [, script] = /src="\/(.*?)"/.exec(readFileSync(join(folder, 'dist', 'index.html'), 'utf8'));
  cpSync(join(folder, 'dist', script), join(folder, 'dist', 'page.mjs'));
  const said = lastLine(await command(process.execPath, [join(folder, 'in-page.mjs')], { cwd: folder }));
  if (said !== 'annealed: true') throw new Error(`the bundle printed ${said}`);
}

async function typeChecks(project, version, moduleResolution) {
  const folder = await installed(project);
  const { module, files } = RESOLUTIONS[moduleResolution];
  await compile(folder, version, { module, moduleResolution, skipLibCheck: true }, files);
}

/** tfjs's own declarations don't pass without skipLibCheck; ours do. */
async function declarationsAreSound(tfjs) {
  const folder = await installed(tfjs);
  const options = { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false };
  const compiled = compile(folder, TYPESCRIPTS.at(-1), options, RESOLUTIONS.nodenext.files);
  const { stdout } = await compiled.catch((error) => error);
  if (!stdout.includes('node_modules/@tensorflow/')) throw new Error(`not a word on tfjs: ${stdout}`);
  const ours = stdout.split('\n').find((line) => /^(names|surface|node_modules\/tfjs-cosine)/.test(line));
  if (ours !== undefined) throw new Error(ours);
}

async function compile(folder, version, options, files) {
  const project = join(
    folder,
    `tsconfig.${version}.${options.moduleResolution}.${options.skipLibCheck}.json`,
  );
  const compilerOptions = { ...options, target: 'es2022', strict: true, noEmit: true, types: [] };
  writeJson(project, {
    compilerOptions,
    files: [...files, ...files.map((file) => file.replace('surface', 'names'))],
  });
  const tools = join(await installed('tools'), 'node_modules', typescript(version));
  return await command(process.execPath, [join(tools, 'bin', 'tsc'), '-p', project], { cwd: folder });
}

/** Runs a command to its end; rejects with the line of its output that says why. */
function command(file, args, { cwd, env }) {
  const options = { cwd, env: { ...environment(), ...env }, timeout: 300_000, maxBuffer: 1e8 };
  return new Promise((fulfil, reject) => {
    execFile(file, args, { ...options, shell: windows() && /^np/.test(file) }, (error, stdout, stderr) => {
      if (error === null) fulfil({ stdout, stderr });
      else reject(Object.assign(new Error(reasonIn(stdout + stderr) ?? headOf(error.message)), { stdout }));
    });
  });
}

/** Without what `npm run` says about this package, which would confuse an npm that works elsewhere. */
function environment() {
  const ofThisPackage = /^npm_(package|lifecycle|config_(local_prefix|loglevel))/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisPackage.test(name)));
}

function reasonIn(output) {
  const lines = output.split(/\r?\n/).map((line) => line.trim());
  return lines.find((line) => /error\b/i.test(line) && line.length < 500 && !/^throw|^node:/.test(line));
}

function headOf(message) {
  return message.slice(0, 300);
}

function lastLine({ stdout }) {
  return stdout.trim().split('\n').at(-1);
}

function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

function writeJson(file, value) {
  writeFileSync(file, JSON.stringify(value, null, 2));
}

function windows() {
  return process.platform === 'win32';
}

await main();
process.exit(); // the time limit of a child that has ended would be waited for
