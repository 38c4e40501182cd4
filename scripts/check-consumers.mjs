// Tries the packed tarball as its users would, in folders of its own: `npm run check:consumers`. What is supported is the
// table below. Needs the npm registry; a line per check, and a summary. Exit code 1 where a check fails.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { obstacle, probe } from './native/tensorflow.mjs';

const NAME = 'tfjs-cosine-annealing';
const NODES = ['20.19.0', '22', '26'];
const TYPESCRIPTS = ['5.9.3', '6.0.3', '7'];
const VITE = '8';
const OLDEST = { tfjs: '4.0.0', zod: '4.0.0' };
const NEWEST = { tfjs: '4.22.0', zod: '4' };
const RESOLUTIONS = {
  node16: { module: 'node16', files: ['surface.ts', 'surface.mts', 'surface.cts'] },
  nodenext: { module: 'nodenext', files: ['surface.ts', 'surface.mts', 'surface.cts'] },
  bundler: { module: 'esnext', files: ['surface.ts', 'surface.mts'] },
};

const CHECKS = [
  ['the tarball holds what is needed and nothing else', tarballIsComplete],
  ['every public name is in surface.ts', surfaceIsComplete],
  [`newest: tfjs ${NEWEST.tfjs}, zod ${NEWEST.zod}`, () => installed('newest').then(oneCopyIn)],
  [`oldest: tfjs ${OLDEST.tfjs}, zod ${OLDEST.zod}`, () => installed('oldest').then(oneCopyIn)],
  ...['tfjs', 'tfjs-node'].map((name) => [`${name} 4.20.0: one copy`, () => oneCopyWith(name, '4.20.0')]),
  ...['cjs', 'mjs'].map((format) => [`oldest, .${format}`, () => runIn('oldest', `train.${format}`)]),
  ...NODES.flatMap((node) =>
    ['cjs', 'mjs'].map((format) => [
      `Node ${node}, .${format}`,
      () => runIn('newest', `train.${format}`, nodeBinary(node)),
    ]),
  ),
  ['tfjs-node', trainsNatively],
  ['two copies of tfjs-layers: an error says so', explainsTwoCopies],
  ['./schedule and ./plot without TensorFlow.js', runsWithoutTensorFlow],
  ['npx tfjs-cosine-annealing', drawsOnTheCommandLine],
  [`vite ${VITE} build`, buildsWithVite],
  ...TYPESCRIPTS.flatMap((version) =>
    Object.keys(RESOLUTIONS).map((way) => [
      `TypeScript ${version}, ${way}`,
      () => typeChecks('newest', version, way),
    ]),
  ),
  [`TypeScript ${TYPESCRIPTS[0]}, oldest`, () => typeChecks('oldest', TYPESCRIPTS[0], 'nodenext')],
  ['our .d.ts without skipLibCheck', declarationsAreSound],
];

let tarball;
const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'scripts', 'consumers');
const temporary = mkdtempSync(join(tmpdir(), `${NAME}-`));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const PROJECTS = {
  oldest: { '@tensorflow/tfjs': OLDEST.tfjs, zod: OLDEST.zod },
  newest: {
    '@tensorflow/tfjs': NEWEST.tfjs,
    zod: NEWEST.zod,
    vite: VITE,
    ...Object.fromEntries(TYPESCRIPTS.map((version) => [typescript(version), `npm:typescript@${version}`])),
    ...Object.fromEntries(NODES.map((version) => [nodePackage(version), `npm:${nodeBuild()}@${version}`])),
  },
};

/** A check that can't be made here; the message says why. */
class Skipped extends Error {}

async function main() {
  const begin = Date.now();
  await command('npm', ['run', '-s', 'build'], { cwd: root });
  tarball = await pack();
  const outcomes = await twoAtATime(
    CHECKS.map(
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
  const { stdout } = await command('npm', ['pack', '--json', '--pack-destination', temporary], { cwd: root });
  const [{ filename, files }] = JSON.parse(stdout);
  return { file: join(temporary, filename), paths: files.map(({ path }) => path) };
}

/** Documents, sources, and what zshy makes of each source; every map points at a source that is there. */
function tarballIsComplete() {
  const names = tarball.paths.filter((path) => path.startsWith('lib/')).map((path) => path.slice(4, -3));
  const made = ['d.mts', 'd.ts', 'js', 'mjs'].flatMap((ending) => [ending, `${ending}.map`]);
  const expected = [
    ...['CHANGELOG.md', 'ERRORS.md', 'LICENSE', 'README.md', 'package.json'],
    ...names.flatMap((name) => [`lib/${name}.ts`, ...made.map((ending) => `dist/${name}.${ending}`)]),
  ];
  const missing = expected.filter((path) => !tarball.paths.includes(path));
  const extra = tarball.paths.filter((path) => !expected.includes(path));
  const astray = tarball.paths.filter((path) => path.endsWith('.map')).flatMap(sourcesAstray);
  const problems = { missing, 'not needed': extra, 'points at nothing': astray };
  const listed = Object.entries(problems).filter(([, paths]) => paths.length > 0);
  if (listed.length > 0) throw new Error(listed.map(([what, paths]) => `${what}: ${paths}`).join('; '));
  return `${tarball.paths.length} files`;
}

function sourcesAstray(map) {
  const { sources } = JSON.parse(readFileSync(join(root, map), 'utf8'));
  const isThere = (source) => tarball.paths.includes(join(dirname(map), source).replaceAll('\\', '/'));
  return sources.every(isThere) ? [] : [map];
}

function surfaceIsComplete() {
  const used = readFileSync(join(sources, 'surface.ts'), 'utf8');
  const names = ['index', 'standalone', 'plot'].flatMap((entry) => publicNames(join(root, 'dist', entry)));
  const missing = [...new Set(names)].filter((name) => !new RegExp(`\\b${name}\\b`).test(used));
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
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
  if (!installs.has(project)) installs.set(project, install(project, PROJECTS[project]));
  return installs.get(project);
}

async function install(project, dependencies, options = []) {
  const folder = join(temporary, project);
  cpSync(sources, folder, { recursive: true });
  for (const ending of ['mts', 'cts']) cpSync(join(folder, 'surface.ts'), join(folder, `surface.${ending}`));
  writeJson(join(folder, 'package.json'), {
    dependencies: { ...dependencies, [NAME]: `file:${tarball.file}` },
  });
  await command('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...options], {
    cwd: folder,
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
  return lastLine(await command(await node(folder), [join(folder, script)], { cwd: folder }));
}

function nodeBinary(version) {
  return async (folder) => {
    const manifest = join(folder, 'node_modules', nodePackage(version), 'package.json');
    return join(dirname(manifest), Object.values(JSON.parse(readFileSync(manifest, 'utf8')).bin)[0]);
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
    '@tensorflow/tfjs': await copyIn('newest', 'tfjs'),
    '@tensorflow/tfjs-core': await copyIn('oldest', 'tfjs-core'),
    '@tensorflow/tfjs-layers': await copyIn('oldest', 'tfjs-layers'),
  });
  await command(process.execPath, [join(folder, 'two-copies.cjs')], { cwd: folder });
}

async function runsWithoutTensorFlow() {
  const folder = await assembled('schedule-alone', {});
  await command(process.execPath, [join(folder, 'schedule-alone.mjs')], { cwd: folder });
}

/** A project made of what is installed already: our package, its dependencies, and links. */
async function assembled(project, links) {
  const from = join(await installed('newest'), 'node_modules');
  const folder = join(temporary, project);
  const modules = join(folder, 'node_modules');
  cpSync(sources, folder, { recursive: true });
  cpSync(join(from, NAME), join(modules, NAME), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const own = Object.keys(dependencies).map((name) => [name, join(from, name)]);
  for (const [name, target] of [...own, ...Object.entries(links)]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(target, join(modules, name), 'junction');
  }
  return folder;
}

async function drawsOnTheCommandLine() {
  const folder = await installed('newest');
  const args = ['--T_0', '10', '--T_mult', '2', '--eta_max', '0.1'];
  const { stdout } = await command('npx', [NAME, ...args], { cwd: folder });
  if (!stdout.includes('▲')) throw new Error(`printed ${JSON.stringify(stdout)}`);
}

/** Builds a page, and runs its bundle. */
async function buildsWithVite() {
  const folder = await installed('newest');
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
async function declarationsAreSound() {
  const folder = await installed('newest');
  const options = { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false };
  const compiled = compile(folder, TYPESCRIPTS.at(-1), options, RESOLUTIONS.nodenext.files);
  const { stdout } = await compiled.catch((error) => error);
  if (!stdout.includes('node_modules/@tensorflow/')) throw new Error(`not a word on tfjs: ${stdout}`);
  const ours = stdout.split('\n').find((line) => /^(surface|node_modules\/tfjs-cosine)/.test(line));
  if (ours !== undefined) throw new Error(ours);
}

async function compile(folder, version, options, files) {
  const project = join(
    folder,
    `tsconfig.${version}.${options.moduleResolution}.${options.skipLibCheck}.json`,
  );
  const compilerOptions = { ...options, target: 'es2022', strict: true, noEmit: true, types: [] };
  writeJson(project, { compilerOptions, files });
  const tools = join(await installed('newest'), 'node_modules', typescript(version));
  return await command(process.execPath, [join(tools, 'bin', 'tsc'), '-p', project], { cwd: folder });
}

/** Runs a command to its end; rejects with the line of its output that says why. */
function command(file, args, { cwd, env }) {
  const options = { cwd, env: { ...environment(), ...env }, timeout: 300_000, maxBuffer: 1e8 };
  return new Promise((fulfil, reject) => {
    execFile(file, args, { ...options, shell: windows() && /^np/.test(file) }, (error, stdout, stderr) => {
      if (error === null) fulfil({ stdout, stderr });
      else reject(Object.assign(new Error(reasonIn(stdout + stderr) ?? error.message), { stdout }));
    });
  });
}

/** Without what `npm run` says about this package, which would confuse an npm that works elsewhere. */
function environment() {
  const ofThisPackage = /^npm_(package|lifecycle|config_local_prefix)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisPackage.test(name)));
}

function reasonIn(output) {
  const lines = output.split(/\r?\n/).map((line) => line.trim());
  return lines.find((line) => /error\b/i.test(line) && line.length < 500 && !/^throw|^node:/.test(line));
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
