// Native TensorFlow for @tensorflow/tfjs-node: does it load, and the two ways to install it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run, succeeds } from './command.mjs';

const PACKAGE = '@tensorflow/tfjs-node';
/** That of the devDependency @tensorflow/tfjs: tfjs-node wants the very same. */
const VERSION = '4.22.0';

const LINUX_LIBRARIES = {
  files: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  // tfjs-node's installer looks for the first name, its linker for the other two.
  links: {
    'libtensorflow.so.2.9.1': 'libtensorflow_cc.so.2',
    'libtensorflow.so': 'libtensorflow_cc.so.2',
    'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  },
};

/** Python wheels that hold TensorFlow's C library and headers, by `${platform}-${arch}`. */
export const WHEELS = {
  'linux-x64': {
    ...LINUX_LIBRARIES,
    requirement: 'tensorflow-cpu==2.15.1',
    platform: 'manylinux_2_17_x86_64',
    file: 'tensorflow_cpu-2.15.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    bytes: 207208420,
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  },
  'linux-arm64': {
    ...LINUX_LIBRARIES,
    requirement: 'tensorflow-cpu-aws==2.15.1',
    platform: 'manylinux_2_17_aarch64',
    file: 'tensorflow_cpu_aws-2.15.1-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl',
    bytes: 211874120,
    sha256: 'd4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e',
  },
  'darwin-arm64': {
    files: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    links: {
      'libtensorflow.dylib': 'libtensorflow_cc.2.dylib',
      'libtensorflow.2.dylib': 'libtensorflow_cc.2.dylib',
    },
    requirement: 'tensorflow==2.15.1',
    platform: 'macosx_12_0_arm64',
    file: 'tensorflow-2.15.1-cp311-cp311-macosx_12_0_arm64.whl',
    bytes: 205736374,
    sha256: 'aa926114d1e13ffe5b2ea59c3f195216f26646d7fe36e9e5207b291e4b7902ff',
  },
};

const PROBE = `
  const tf = require('${PACKAGE}');
  const [product] = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
  if (tf.getBackend() !== 'tensorflow' || product !== 11) throw new Error('1*3 + 2*4 gave ' + product);
  console.log(JSON.stringify({ tensorflow: tf.backend().binding.TF_Version, tfjsNode: tf.version['tfjs-node'] }));`;

/** Loads tfjs-node in a child process and multiplies: `{ tensorflow, tfjsNode }`, the versions, or `{ reason }`. */
export function probe(root) {
  const options = { cwd: root, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' }, timeout: 60_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', PROBE], options, (error, stdout, stderr) => {
      const answer = stdout.trim().split('\n').at(-1);
      if (error === null)
        resolve(answer.startsWith('{') ? JSON.parse(answer) : { reason: 'it ended too early' });
      else
        resolve({ reason: thrownIn(stderr) ?? `it ended with ${error.signal ?? `exit code ${error.code}`}` });
    });
  });
}

function thrownIn(stderr) {
  return /^\w*Error: (.*)/m.exec(stderr)?.[1].trim();
}

/** Why tfjs-node can't work here whatever is installed, or undefined. */
export function obstacle(root, nodeVersion = process.versions.node) {
  if (Number.parseInt(nodeVersion, 10) >= 23) {
    return `tfjs-node 4.22 breaks on Node 23 and later (this is ${nodeVersion}); Node 20 and 22 run it`;
  }
  if (!existsSync(join(root, 'node_modules'))) return 'no packages are installed (run npm ci)';
  return undefined;
}

/**
 * tfjs-node itself, without the library and the addon, beside the TensorFlow.js that is there. It is no devDependency:
 * `npm ci` would run its installer, and fail if that can't download.
 */
export async function fetchPackage({ root, log, hold, say }) {
  if (existsSync(join(packageDirectory(root), 'package.json'))) return;
  say(`fetching ${PACKAGE} ${VERSION}`);
  const args = ['install', '--no-save', '--ignore-scripts', `${PACKAGE}@${VERSION}`];
  await run('npm', args, { cwd: root, log, onStart: hold, patience: 300_000 });
}

/** Compilers and node-gyp break on paths with spaces, quotes or brackets; TensorFlow itself loads from any. */
export function isPlain(path) {
  return process.platform === 'win32' || /^[\w\-./+@~:,=]+$/.test(path);
}

/**
 * A job whose tfjs-node is built in the cache, and is then put into this clone.
 *
 * @throws If the cache's path is no plainer than the clone's.
 */
export async function buildInCache(job, build) {
  const root = join(job.cache, `tfjs-node-${VERSION}-node${process.versions.modules}-${process.arch}`);
  if (!isPlain(root))
    throw new Error(`neither ${job.root} nor ${job.cache} is a path without spaces, quotes and brackets`);
  job.say(`building in ${root}, because compilers can't work in ${job.root}`);
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "private": true }');
  const elsewhere = { ...job, root };
  await fetchPackage(elsewhere);
  if ((await probe(root)).tensorflow === undefined) await build(elsewhere);
  clear(job.root);
  const [there, here] = [root, job.root].map(packageDirectory);
  cpSync(join(there, 'lib'), join(here, 'lib'), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(there, 'deps'), join(here, 'deps')); // 1 GB, which the addon looks for beside it.
}

/** tfjs-node's own installer: downloads its library and addon. */
export async function installByItself(job) {
  clear(job.root);
  await rebuild(job, {});
}

/** The library out of TensorFlow's Python wheel, and the addon compiled against it. */
export async function installFromWheel(job) {
  const wheel = WHEELS[`${process.platform}-${process.arch}`];
  if (wheel === undefined) throw new Error(`there is no wheel for ${process.platform} on ${process.arch}`);
  if (isMusl()) throw new Error('TensorFlow needs glibc, and this Linux has musl');
  const missing = missingTools();
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')} (${cureFor(missing)})`);
  const file = await fetchWheel(wheel, job, pipDownload);
  job.say('unpacking the TensorFlow library');
  clear(job.root);
  await unpack(file, wheel, job);
  job.say("compiling tfjs-node's addon");
  await rebuild(job, { npm_config_build_from_source: 'true', ...macLinkerFlags() });
}

/** The commands that the wheel needs and that don't run here. */
export function missingTools(works = succeeds) {
  const compiler = process.env.CXX ?? 'g++';
  const missing = [compiler, 'make', 'python3'].filter((tool) => !works(tool, ['--version']));
  return findPip(works) === undefined ? [...missing, 'pip'] : missing;
}

/** The wheel in the cache, downloaded unless it is there and intact. Only a complete file ever gets its final name. */
export async function fetchWheel(wheel, job, download) {
  const kept = join(job.cache, wheel.file);
  if (await isIntact(kept, wheel)) return kept;
  if (existsSync(kept)) job.say('the cached TensorFlow wheel is damaged: downloading it again');
  const partial = join(job.cache, 'download.partial');
  rmSync(kept, { force: true });
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    await download(wheel, partial, job);
    const fresh = join(partial, wheel.file);
    if (!(await isIntact(fresh, wheel)))
      throw new Error(`the download is not the ${wheel.file} that was published`);
    renameSync(fresh, kept);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return kept;
}

/** Whether a file has the size and SHA-256 of this wheel. */
export async function isIntact(file, { bytes, sha256 }) {
  if (statSync(file, { throwIfNoEntry: false })?.size !== bytes) return false;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex') === sha256;
}

const EXTRACT = `
import sys, zipfile
wheel, target, *files = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    headers = [name for name in archive.namelist() if name.startswith('tensorflow/include/')]
    archive.extractall(target, headers + ['tensorflow/' + name for name in files])`;

/** Puts a wheel's library and headers into tfjs-node's `deps` folder, which appears only when all of it is there. */
export async function unpack(wheelFile, wheel, job) {
  const deps = join(packageDirectory(job.root), 'deps');
  const partial = `${deps}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(join(partial, 'lib'), { recursive: true });
  await run('python3', ['-c', EXTRACT, wheelFile, partial, ...wheel.files], watched(job, partial));
  for (const name of wheel.files) renameSync(join(partial, 'tensorflow', name), join(partial, 'lib', name));
  for (const [link, name] of Object.entries(wheel.links)) symlinkSync(name, join(partial, 'lib', link));
  renameSync(join(partial, 'tensorflow', 'include'), join(partial, 'include'));
  rmSync(join(partial, 'tensorflow'), { recursive: true });
  rmSync(deps, { recursive: true, force: true });
  renameSync(partial, deps);
}

/** Takes away what an installation that doesn't load has left: the installer would trust a half-written library. */
function clear(root) {
  for (const name of made(root)) rmSync(join(packageDirectory(root), name), { recursive: true, force: true });
}

/** What is not in the published package. */
function made(root) {
  return readdirSync(packageDirectory(root)).filter((name) => /^(deps|lib|build)\b/.test(name));
}

async function rebuild(job, env) {
  keepManifest(job);
  const args = ['rebuild', '--ignore-scripts=false', '--foreground-scripts', PACKAGE];
  const options = watched(job, packageDirectory(job.root));
  await run('npm', args, { ...options, env: { ...headersOfThisNode(), ...env } });
}

/** The installer rewrites its package.json in place; a copy mends one that was cut short by a kill. */
export function keepManifest({ root, log }) {
  const manifest = join(packageDirectory(root), 'package.json');
  const copy = join(dirname(log), 'tfjs-node.package.json');
  mkdirSync(dirname(log), { recursive: true });
  if (isJson(manifest)) writeFileSync(copy, readFileSync(manifest));
  else if (isJson(copy)) writeFileSync(manifest, readFileSync(copy));
  else throw new Error(`${PACKAGE}/package.json is damaged (run npm ci)`);
}

async function pipDownload({ requirement, platform, bytes }, target, job) {
  const [pip, ...args] = findPip(succeeds);
  job.say(`downloading ${requirement} from the Python package index (${megabytes(bytes)} MB, once per user)`);
  args.push('download', '--no-deps', '--no-cache-dir', '--retries', '2', '--progress-bar', 'off');
  args.push(
    '--only-binary=:all:',
    '--python-version',
    '311',
    '--platform',
    platform,
    '-d',
    target,
    requirement,
  );
  const size = () => folderSize(target);
  const onTick = () =>
    job.progress(`downloaded ${megabytes(Math.min(size(), bytes))} of ${megabytes(bytes)} MB`);
  // pip downloads into TMPDIR first: there its progress can be seen, and goes away with the folder.
  await run(pip, args, {
    ...watched(job, target),
    onTick,
    env: { TMPDIR: target, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  });
}

function findPip(works) {
  const ways = [['python3', '-m', 'pip'], ['pip3'], ['pip']];
  return ways.find(([command, ...args]) => works(command, [...args, '--version']));
}

function cureFor(missing) {
  if (process.platform === 'darwin') return 'xcode-select --install';
  const packages = { pip: 'python3-pip' };
  return `on Debian: apt-get install ${missing.map((tool) => packages[tool] ?? tool).join(' ')}`;
}

/** Spares node-gyp a download where this Node's headers lie beside it. */
function headersOfThisNode() {
  const prefix = dirname(dirname(process.execPath));
  const file = join(prefix, 'include', 'node', 'node_version.h');
  const [major] = process.versions.node.split('.');
  if (!existsSync(file) || !readFileSync(file, 'utf8').includes(`NODE_MAJOR_VERSION ${major}\n`)) return {};
  return { npm_config_nodedir: prefix };
}

/** binding.gyp only renames the library of the official download; the wheel's is found through the search path. */
function macLinkerFlags() {
  return process.platform === 'darwin' ? { LDFLAGS: '-Wl,-rpath,@loader_path/../../deps/lib' } : {};
}

function isMusl() {
  if (process.platform !== 'linux') return false;
  process.report.excludeNetwork = true; // Else it looks up the names of all open connections.
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

function watched({ root, log, hold }, folder) {
  return { cwd: root, log, onStart: hold, size: () => folderSize(folder) };
}

function folderSize(folder) {
  const size = (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  try {
    return readdirSync(folder, { recursive: true }).reduce((sum, name) => sum + size(name), 0);
  } catch {
    return 0; // Being moved away while it is read.
  }
}

function isJson(file) {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
    return true;
  } catch {
    return false;
  }
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}

function packageDirectory(root) {
  return join(root, 'node_modules', PACKAGE);
}
