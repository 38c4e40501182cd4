import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const root = join(__dirname, '..', '..');
const script = (name: string) => import(pathToFileURL(join(root, 'scripts', 'native', name)).href);

describe('set-up', () => {
  let clone: string;
  let cache: string;
  let said: string[];
  let job: Record<string, unknown>;

  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), 'set-up-'));
    cache = join(clone, 'cache');
    said = [];
    const log = join(clone, 'node_modules', '.cache', 'setup.log');
    job = { root: clone, cache, log, say: (line: string) => said.push(line), progress: () => {} };
  });

  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  const write = (path: string, text: string) => {
    const file = join(clone, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };

  const fakeTfjsNode = (code: string) => {
    write('node_modules/@tensorflow/tfjs-node/package.json', '{ "name": "@tensorflow/tfjs-node" }');
    write('node_modules/@tensorflow/tfjs-node/index.js', code);
    return join(clone, 'node_modules', '@tensorflow', 'tfjs-node');
  };

  const setUp = (env: NodeJS.ProcessEnv) => {
    cpSync(join(root, 'scripts', 'native'), join(clone, 'scripts', 'native'), { recursive: true });
    const inherited = { ...process.env, PATH: join(clone, 'empty'), XDG_CACHE_HOME: cache, TFJS_BACKEND: '' };
    const options = { env: { ...inherited, ...env }, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(clone, 'scripts', 'native', 'setup.mjs')],
      options,
    );
    return { status, stdout, stderr, lastLine: stdout.trim().split('\n').at(-1) };
  };

  const onUnixWithNative = function (this: Mocha.Context) {
    const major = Number.parseInt(process.versions.node, 10);
    if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch) || major >= 23) this.skip();
  };

  describe('scripts/native/setup.mjs', () => {
    it('refuses a TFJS_BACKEND that it does not know, and names those that it knows', () => {
      const { status, stderr, lastLine } = setUp({ TFJS_BACKEND: 'wasm' });
      expect(status).to.equal(1);
      expect(stderr).to.include('TFJS_BACKEND is "wasm"').and.to.include('"native"').and.to.include('"js"');
      expect(lastLine).to.equal('backend: none, because the set-up failed');
    });

    it('installs nothing when pure JavaScript is asked for', () => {
      fakeTfjsNode('throw new Error("must not be loaded")');
      const { status, stdout } = setUp({ TFJS_BACKEND: 'js' });
      expect(status).to.equal(0);
      expect(stdout).to.equal('backend: pure JavaScript (cpu), because TFJS_BACKEND=js asks for it\n');
    });

    it('takes a tfjs-node that multiplies matrices as it is', function (this: Mocha.Context) {
      onUnixWithNative.call(this);
      fakeTfjsNode(`
        const backend = () => ({ binding: { TF_Version: '2.0.0' } });
        const matMul = () => ({ dataSync: () => [11] });
        module.exports = { backend, matMul, getBackend: () => 'tensorflow', version: { 'tfjs-node': '4.0.0' } };`);
      expect(setUp({}).stdout).to.equal('backend: native TensorFlow 2.0.0 (tfjs-node 4.0.0)\n');
    });

    it('falls back to pure JavaScript with every reason, and has not downloaded what it could not compile', function (this: Mocha.Context) {
      onUnixWithNative.call(this);
      fakeTfjsNode('throw new Error("no addon")');
      const { status, lastLine } = setUp({});
      expect(status).to.equal(0);
      expect(lastLine).to.match(
        /^backend: pure JavaScript \(cpu\), because tfjs-node's own installer: npm is not installed; /,
      );
      expect(lastLine).to.include('missing: g++, make, python3, pip');
      expect(readdirSync(join(cache, 'tfjs-cosine-annealing'))).to.deep.equal([]);
    });

    it('fails with every reason if native is demanded and not to be had', function (this: Mocha.Context) {
      onUnixWithNative.call(this);
      fakeTfjsNode('throw new Error("no addon")');
      const { status, stderr, lastLine } = setUp({ TFJS_BACKEND: 'native' });
      expect(status).to.equal(1);
      expect(stderr).to.include("- tfjs-node's own installer: npm is not installed");
      expect(stderr).to.include("- TensorFlow's Python wheel: missing: g++, make, python3, pip");
      expect(lastLine).to.equal('backend: none, because the set-up failed');
    });

    it('does not repeat a slow failure within the hour, unless native is demanded', function (this: Mocha.Context) {
      onUnixWithNative.call(this);
      fakeTfjsNode('throw new Error("no addon")');
      write('node_modules/.cache/tfjs-cosine-annealing/slow-failure.txt', 'the network swallows packets');
      expect(setUp({}).stdout)
        .to.include('it failed 0 min ago: the network swallows packets')
        .and.not.include('installing');
      expect(setUp({ TFJS_BACKEND: 'native' }).stdout).to.include('installing');
    });

    it('says to run npm ci if there are no packages', function (this: Mocha.Context) {
      onUnixWithNative.call(this);
      expect(setUp({}).lastLine).to.include('no packages are installed (run npm ci)');
    });
  });

  describe('obstacle()', () => {
    it('keeps tfjs-node away from the Node versions that break it', async () => {
      const { obstacle } = await script('tensorflow.mjs');
      fakeTfjsNode('');
      expect(obstacle(clone, '22.23.3')).to.equal(undefined);
      expect(obstacle(clone, '23.0.0')).to.include('this is 23.0.0');
    });
  });

  describe('isPlain()', () => {
    it('holds of paths that compilers can work in', async () => {
      const { isPlain } = await script('tensorflow.mjs');
      for (const path of ['/home/ann/tfjs-1.0', '/Users/a.b/@c+d/~e'])
        expect(isPlain(path), path).to.equal(true);
      if (process.platform === 'win32') return;
      for (const path of ['/home/ann lee', "/it's", '/a"b', '/a[1]', '/a(b)', '/a$b', '/a&b'])
        expect(isPlain(path), path).to.equal(false);
    });
  });

  describe('buildInCache()', () => {
    const build = async ({ root: there }: { root: string }) => {
      const made = join(there, 'node_modules', '@tensorflow', 'tfjs-node');
      for (const folder of ['lib', 'deps']) mkdirSync(join(made, folder), { recursive: true });
      writeFileSync(join(made, 'lib', 'addon.node'), 'the addon');
      writeFileSync(join(made, 'deps', 'libtf.so'), 'the library');
    };

    beforeEach(function () {
      if (process.platform === 'win32') this.skip();
    });

    it('puts the addon and the library into the clone, and leaves what it built in the cache', async () => {
      const { buildInCache } = await script('tensorflow.mjs');
      const here = fakeTfjsNode('');
      write('node_modules/@tensorflow/tfjs-node/deps/half-done', '');
      const npm = write('bin/npm', '#!/bin/sh\nmkdir -p node_modules/@tensorflow/tfjs-node\n');
      chmodSync(npm, 0o755);
      const { PATH } = process.env;
      process.env['PATH'] = `${dirname(npm)}:${PATH}`;
      try {
        await buildInCache(job, build);
      } finally {
        process.env['PATH'] = PATH;
      }
      expect(readFileSync(join(here, 'lib', 'addon.node'), 'utf8')).to.equal('the addon');
      expect(readdirSync(join(here, 'deps'))).to.deep.equal(['libtf.so']);
    });

    it('says so in one line when the cache is no plainer than the clone', async () => {
      const { buildInCache } = await script('tensorflow.mjs');
      const odd = { ...job, root: '/a clone', cache: '/a cache' };
      const failure = await buildInCache(odd, build).then(String, (error: Error) => error.message);
      expect(failure).to.equal('neither /a clone nor /a cache is a path without spaces, quotes and brackets');
    });
  });

  describe('probe()', () => {
    it('gives the error of a tfjs-node that does not load', async () => {
      const { probe } = await script('tensorflow.mjs');
      fakeTfjsNode('throw new Error("libtensorflow.so.2: cannot open shared object file")');
      expect(await probe(clone)).to.deep.equal({
        reason: 'libtensorflow.so.2: cannot open shared object file',
      });
    });

    it('does not trust a tfjs-node that miscalculates', async () => {
      const { probe } = await script('tensorflow.mjs');
      fakeTfjsNode(
        "exports.getBackend = () => 'tensorflow'; exports.matMul = () => ({ dataSync: () => [12] });",
      );
      expect(await probe(clone)).to.deep.equal({ reason: '1*3 + 2*4 gave 12' });
    });

    it('survives a tfjs-node that crashes', async () => {
      const { probe } = await script('tensorflow.mjs');
      fakeTfjsNode('process.abort();');
      expect((await probe(clone)).reason).to.match(/^it ended with /);
      fakeTfjsNode('process.exit(0);');
      expect(await probe(clone)).to.deep.equal({ reason: 'it ended too early' });
    });
  });

  describe('missingTools()', () => {
    it('names each command that does not run', async () => {
      const { missingTools } = await script('tensorflow.mjs');
      const works = (command: string) => command === 'make' || command === 'pip3';
      expect(missingTools(works)).to.deep.equal([process.env['CXX'] ?? 'g++', 'python3']);
      expect(missingTools(() => true)).to.deep.equal([]);
    });
  });

  describe('fetchWheel()', () => {
    const content = 'the bytes of a wheel';
    const sha256 = createHash('sha256').update(content).digest('hex');
    const wheel = { file: 'tensorflow.whl', bytes: content.length, sha256 };
    let downloads: number;

    const download = async (_wheel: unknown, target: string) => {
      downloads += 1;
      writeFileSync(join(target, wheel.file), content);
    };
    const fetch = async (way = download) => (await script('tensorflow.mjs')).fetchWheel(wheel, job, way);
    const failure = async (way: typeof download) => fetch(way).then(String, (error: Error) => error.message);

    beforeEach(() => {
      downloads = 0;
    });

    it('downloads once', async () => {
      expect(readFileSync(await fetch(), 'utf8')).to.equal(content);
      await fetch();
      expect(downloads).to.equal(1);
      expect(readdirSync(cache)).to.deep.equal([wheel.file]);
    });

    for (const [damage, text] of [
      ['truncated', content.slice(0, -1)],
      ['changed', content.replace('wheel', 'whorl')],
    ] as const) {
      it(`downloads again when the cached wheel is ${damage}`, async () => {
        write(join('cache', wheel.file), text);
        expect(readFileSync(await fetch(), 'utf8')).to.equal(content);
        expect(said).to.deep.equal(['the cached TensorFlow wheel is damaged: downloading it again']);
      });
    }

    it('keeps nothing of a download that is not what was published', async () => {
      const forged = async (_wheel: unknown, target: string) =>
        writeFileSync(join(target, wheel.file), 'something else');
      expect(await failure(forged)).to.equal('the download is not the tensorflow.whl that was published');
      expect(readdirSync(cache)).to.deep.equal([]);
    });

    it('keeps nothing of a download that breaks off', async () => {
      const broken = async (_wheel: unknown, target: string) => {
        writeFileSync(join(target, wheel.file), content.slice(0, 5));
        throw new Error('connection reset');
      };
      expect(await failure(broken)).to.equal('connection reset');
      expect(readdirSync(cache)).to.deep.equal([]);
    });

    it('clears away what a killed download left', async () => {
      write('cache/download.partial/pip-unpack-1/tensorflow.whl', content.slice(0, 5));
      write('cache/download.partial/tensorflow.whl', content.slice(0, 5));
      expect(readFileSync(await fetch(), 'utf8')).to.equal(content);
      expect(readdirSync(cache)).to.deep.equal([wheel.file]);
    });
  });

  describe('unpack()', () => {
    const wheel = { files: ['libtf_cc.so.2'], links: { 'libtf.so': 'libtf_cc.so.2' } };
    const ZIP = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    for name in ['libtf_cc.so.2', 'include/c_api.h', 'python/huge.py']: z.writestr('tensorflow/' + name, name)`;
    let deps: string;
    let wheelFile: string;

    beforeEach(function () {
      onUnixWithNative.call(this);
      deps = join(fakeTfjsNode(''), 'deps');
      wheelFile = join(clone, 'tensorflow.whl');
      if (spawnSync('python3', ['-c', ZIP, wheelFile]).status !== 0) this.skip();
    });

    it('takes the library under the names that tfjs-node looks for, the headers, and nothing else', async () => {
      await (await script('tensorflow.mjs')).unpack(wheelFile, wheel, job);
      expect(readFileSync(join(deps, 'lib', 'libtf.so'), 'utf8')).to.equal('libtf_cc.so.2');
      expect(readdirSync(deps, { recursive: true })).to.have.members([
        'include',
        'include/c_api.h',
        'lib',
        'lib/libtf.so',
        'lib/libtf_cc.so.2',
      ]);
    });

    it('starts over after a half-done extraction', async () => {
      write('node_modules/@tensorflow/tfjs-node/deps.partial/tensorflow/libtf_cc.so.2', 'half');
      write('node_modules/@tensorflow/tfjs-node/deps/lib/libtf.so', 'of another version');
      await (await script('tensorflow.mjs')).unpack(wheelFile, wheel, job);
      expect(readFileSync(join(deps, 'lib', 'libtf.so'), 'utf8')).to.equal('libtf_cc.so.2');
      expect(existsSync(`${deps}.partial`)).to.equal(false);
    });

    it('leaves no deps folder, which tfjs-node would trust, when the extraction fails', async () => {
      writeFileSync(wheelFile, readFileSync(wheelFile).subarray(0, 60));
      const { unpack } = await script('tensorflow.mjs');
      const failure = await unpack(wheelFile, wheel, job).then(String, (error: Error) => error.message);
      expect(failure).to.equal('python3 ended with exit code 1');
      expect(existsSync(deps)).to.equal(false);
    });
  });

  describe('keepManifest()', () => {
    it("fixes tfjs-node's package.json if a kill cut it short", async () => {
      const { keepManifest } = await script('tensorflow.mjs');
      const manifest = join(fakeTfjsNode(''), 'package.json');
      const text = readFileSync(manifest, 'utf8');
      keepManifest(job);
      writeFileSync(manifest, text.slice(0, 10));
      keepManifest(job);
      expect(readFileSync(manifest, 'utf8')).to.equal(text);
    });
  });

  describe('withLock()', () => {
    const noted: string[] = [];
    const note = (what: string) => () => noted.push(what);

    beforeEach(() => noted.splice(0));

    it('lets one set-up in at a time, and tells the second that it came second', async () => {
      const { withLock } = await script('lock.mjs');
      let open = () => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      const first = withLock(cache, { onWait: note('first waits') }, () => gate.then(note('first ends')));
      const second = withLock(cache, { onWait: open }, ({ waited }: { waited: boolean }) =>
        note(`second, ${waited}`)(),
      );
      await Promise.all([first, second]);
      expect(noted).to.deep.equal(['first ends', 'second, true']);
      expect(readdirSync(cache)).to.deep.equal([]);
    });

    it('takes over at once from a set-up that was killed', async () => {
      const { withLock } = await script('lock.mjs');
      write('cache/setup.lock', `1 ${spawnSync(process.execPath, ['-e', '']).pid}`);
      await withLock(cache, { onWait: note('waits') }, note('runs'));
      expect(noted).to.deep.equal(['runs']);
    });

    it('waits for what a killed set-up has left running', async () => {
      const { withLock } = await script('lock.mjs');
      const dead = spawnSync(process.execPath, ['-e', '']).pid;
      const lock = write('cache/setup.lock', `1 ${dead} ${process.pid}`);
      const compilerEnds = () => {
        noted.push('waits');
        writeFileSync(lock, `1 ${dead}`);
      };
      await withLock(cache, { onWait: compilerEnds }, note('runs'));
      expect(noted).to.deep.equal(['waits', 'runs']);
    });
  });

  describe('run()', () => {
    const node = async (code: string, options = {}) => {
      const { run } = await script('command.mjs');
      const { log } = job;
      return run(process.execPath, ['-e', code], { log, ...options }).then(
        String,
        (error: Error) => error.message,
      );
    };

    beforeEach(function () {
      if (process.platform === 'win32') this.skip();
    });

    it("gives the command's own error as the reason, and keeps all of its output", async () => {
      expect(await node('console.log("begin"); throw new RangeError("too far")')).to.equal('too far');
      expect(readFileSync(String(job['log']), 'utf8')).to.match(/^begin\n/);
    });

    it('gives the exit code if the command says nothing', async () => {
      expect(await node('process.exit(3)')).to.match(/ended with exit code 3$/);
    });

    it('stops a command that stands still', async () => {
      expect(await node('setInterval(() => {}, 1000)', { patience: 200 })).to.match(
        /made no progress for 0.2 s$/,
      );
    });
  });

  describe('reasonIn()', () => {
    it("takes the last error of a log, without npm's wrapping", async () => {
      const { reasonIn } = await script('command.mjs');
      const log =
        'Error: first\nnode:events:502\nError: getaddrinfo ENOTFOUND host\nnpm error code 1\nnpm error: x';
      expect(reasonIn(log)).to.equal('getaddrinfo ENOTFOUND host');
      expect(reasonIn('all went well')).to.equal(undefined);
    });
  });
});
