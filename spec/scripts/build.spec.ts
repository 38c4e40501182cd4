import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import manifest from '../../package.json';

const ROOT = join(__dirname, '..', '..');
const DIST = join(ROOT, 'dist');
const read = (file: string) => readFileSync(file, 'utf8');

const files = existsSync(DIST) ? readdirSync(DIST, { recursive: true, encoding: 'utf8' }) : [];
const compiled = files.filter((name) => /(?<!\.min)\.m?js$/.test(name));

/** Where each function and class of a compiled file is declared there, and in the source by its map. */
function declarations(file: string) {
  const code = read(file);
  const [, map] = /\/\/# sourceMappingURL=(.*)\s*$/.exec(code) ?? [];
  const sourceMap = new SourceMap(JSON.parse(read(join(dirname(file), map as string))));
  return code.split('\n').flatMap((line, row) => {
    const [, before = '', name] = /^((?:export )?(?:async )?(?:function\*?|class) )(\w+)/.exec(line) ?? [];
    if (name === undefined) return [];
    const { originalSource, originalLine } = sourceMap.findEntry(row, before.length) as {
      originalSource: string;
      originalLine: number;
    };
    const source = join(dirname(file), originalSource);
    return [{ name, source, line: read(source).split('\n')[originalLine] ?? '' }];
  });
}

(compiled.length > 0 ? describe : describe.skip)('The build', () => {
  it('leads from every function and class of dist/, CommonJS and ES module, to its line in lib/', () => {
    let followed = 0;
    for (const name of compiled) {
      for (const found of declarations(join(DIST, name))) {
        expect(found.line, `${name}: ${found.name}`).to.match(new RegExp(`\\b${found.name}\\b`));
        expect(relative(join(ROOT, 'lib'), found.source)).to.equal(name.replace(/\.m?js$/, '.ts'));
        followed++;
      }
    }
    expect(followed).to.be.above(100);
  });

  it('gives every file a map of its own', () => {
    for (const name of files.filter((name) => /(?<!\.min)\.(m?js|d\.m?ts)$/.test(name))) {
      const base = name.split(/[\\/]/).at(-1);
      expect(read(join(DIST, name)).trimEnd()).to.match(new RegExp(`# sourceMappingURL=${base}.map$`));
      expect(JSON.parse(read(join(DIST, `${name}.map`))).file).to.equal(base);
    }
  });

  it('leaves a folder for each subpath, where resolvers that ignore `exports` look', () => {
    const subpaths = Object.keys(manifest.zshy.exports).filter((entry) => entry !== '.');
    expect(subpaths).to.include.members(['./schedule', './plot']);
    for (const subpath of subpaths) {
      const folder = join(ROOT, subpath);
      const { main, module, types } = JSON.parse(read(join(folder, 'package.json')));
      for (const target of [main, module, types])
        expect(existsSync(join(folder, target)), target).to.equal(true);
      expect(manifest.files).to.include(subpath.slice('./'.length));
    }
  });

  it('makes one file for script tags, which asks for TensorFlow.js when the page has none', () => {
    const code = read(join(ROOT, manifest.unpkg));
    expect(manifest.jsdelivr).to.equal(manifest.unpkg);
    expect(code.split('\n')[0]).to.equal(`/*! ${manifest.name} ${manifest.version}, MIT license */`);
    expect(() => new Function(code)()).to.throw(/needs TensorFlow\.js: put <script src=/);
  });
});

describe('The support policy', () => {
  const policy = read(join(ROOT, '.github', 'SUPPORT.md'));

  it('states the browsers that the build is checked for', async () => {
    const { BROWSERS } = await import(pathToFileURL(join(ROOT, 'scripts', 'browsers.mjs')).href);
    const { chrome, edge, firefox, safari } = BROWSERS;
    expect(edge).to.equal(chrome);
    expect(policy).to.include(`Chrome and Edge ${chrome}, Firefox ${firefox}, Safari ${safari}`);
  });

  it('states the versions that are tried', () => {
    const checks = read(join(ROOT, 'scripts', 'check-consumers.mjs'));
    const listed = (name: string) => {
      const [, list = ''] = new RegExp(`^const ${name} = \\[(.*)\\];`, 'm').exec(checks) ?? [];
      return [...list.matchAll(/'(\d+(?:\.\d+)?)/g)].map(([, version]) => version as string);
    };
    for (const name of ['TFJS', 'NODES', 'TYPESCRIPTS']) {
      expect(listed(name).length, name).to.be.above(2);
      const [oldest, newest] = [listed(name)[0], listed(name).at(-1)] as [string, string];
      for (const version of [oldest, newest]) expect(policy, name).to.include(version);
    }
  });
});
