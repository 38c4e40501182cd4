import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as publicSurface from '../lib';

const LIB = join(__dirname, '..', 'lib');
const DIST = join(__dirname, '..', 'dist');

/** Each file may import those before it, and no other. */
const LAYERS = [
  'errors',
  'double-double',
  'timeline',
  'schedule',
  'rules',
  'config',
  'history',
  'optimizer',
  'plan',
  'reporter',
  'hooks',
  'state',
  'presets',
  'callback',
  'standalone',
  'index',
  'preview',
  'cli',
];
/** The drawing, a leaf: of the others it may import errors only, and only the command may import it. */
const PLOT_LAYERS = ['axis', 'label', 'plot-text', 'plot-svg', 'plot'];
const COMMAND = ['preview', 'cli'];
/** Which files may load what at run time. */
const PACKAGES: Record<string, readonly string[]> = {
  'zod/mini': ['rules', 'config', 'hooks', 'state', 'presets'],
  'fastest-levenshtein': ['rules'],
  '@tensorflow/tfjs-layers': ['callback'],
  'node:fs': COMMAND,
  'node:util': COMMAND,
};

interface Import {
  readonly from: string;
  readonly typesOnly: boolean;
}

const files = readdirSync(LIB).filter((name) => name.endsWith('.ts'));
const importsOf = new Map(
  files.map((file) => [file.slice(0, -3), importsIn(readFileSync(join(LIB, file), 'utf8'))]),
);

/** Every `import`, `export ... from`, `import()` and `require()` of a source text. */
function importsIn(source: string): Import[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
  const statements = code.matchAll(
    /^(?:import|export)\s+(?:(type\s+)?(\*(?:\s+as\s+\w+)?|\w+|\{[^}]*\})\s+from\s+)?['"]([^'"]+)['"]/gm,
  );
  const calls = code.matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]/g);
  return [
    ...Array.from(statements, ([, type, names = '', from = '']) => ({
      from,
      typesOnly: type !== undefined || /^\{\s*(type\s+\w+(\s+as\s+\w+)?\s*,?\s*)+\}$/.test(names),
    })),
    ...Array.from(calls, ([, from = '']) => ({ from, typesOnly: false })),
  ];
}

const isLocal = ({ from }: Import) => from.startsWith('.');
const localName = ({ from }: Import) => from.replace(/^\.\//, '').replace(/\.js$/, '');

/** The modules that are loaded when a child process loads a file, of those that the pattern matches. */
function loadedBy(file: string, pattern: RegExp, options: string[] = []): string[] {
  const script = `require(${JSON.stringify(file)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const output = execFileSync(process.execPath, [...options, '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, TS_NODE_TRANSPILE_ONLY: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const modules = JSON.parse(output.trim().split('\n').at(-1) as string) as string[];
  return modules.filter((name) => pattern.test(name));
}

const TENSORFLOW = /[\\/]@tensorflow[\\/]/;
const withTypeScript = ['-r', 'ts-node/register'];

describe('the architecture', () => {
  it('has a place for every file of lib', () => {
    expect([...LAYERS, ...PLOT_LAYERS]).to.include.members([...importsOf.keys()]);
  });

  it('finds imports of every form, and tells those of types', () => {
    const source = [
      "import { a } from './a';",
      "import type { B } from './b';",
      "import { type C, type D as E } from './c';",
      "import { type C, d } from './d';",
      "import * as e from 'e';",
      "import 'f';\nexport interface No { no: 'no' }",
      "export * from './g';",
      "export type { H } from './h';",
      "export {\n  type I,\n  i,\n} from './i';",
      "const j = require('j'), k = await import('k');",
      "// import { no } from 'no';",
      "/* import { no } from 'no'; */",
    ].join('\n');
    const found = importsIn(source);
    expect(found.map(({ from }) => from.replace('./', '')).sort()).to.deep.equal([...'abcdefghijk']);
    expect(found.filter(({ typesOnly }) => typesOnly).map(({ from }) => from)).to.deep.equal([
      './b',
      './c',
      './h',
    ]);
  });

  for (const [name, imports] of importsOf) {
    it(`${name}.ts imports only what comes before it`, () => {
      const isPlot = PLOT_LAYERS.includes(name);
      const order = isPlot ? ['errors', ...PLOT_LAYERS] : LAYERS;
      const allowed = order.slice(0, order.indexOf(name));
      if (COMMAND.includes(name)) allowed.push('plot');
      for (const local of imports.filter(isLocal)) expect(allowed).to.include(localName(local));
    });

    it(`${name}.ts loads only the packages that it may`, () => {
      for (const { from } of imports.filter((one) => !isLocal(one) && !one.typesOnly)) {
        expect(PACKAGES[from] ?? [], from).to.include(name);
      }
    });
  }

  it('has no folder in lib: a file is one noun', () => {
    const folders = readdirSync(LIB, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders).to.deep.equal([]);
  });

  it('lets the schedule load without TensorFlow.js', () => {
    expect(loadedBy(join(LIB, 'standalone.ts'), TENSORFLOW, withTypeScript)).to.deep.equal([]);
  });

  it('lets the drawing load without TensorFlow.js and without zod', () => {
    const pattern = /[\\/](@tensorflow|zod)[\\/]/;
    expect(loadedBy(join(LIB, 'plot.ts'), pattern, withTypeScript)).to.deep.equal([]);
  });

  it('would notice TensorFlow.js, since loading the callback loads it', () => {
    const loaded = loadedBy(join(LIB, 'callback.ts'), TENSORFLOW, withTypeScript);
    expect(loaded.some((name) => name.includes('tfjs-layers'))).to.equal(true);
    expect(loaded.filter((name) => /tfjs-node|tfjs-backend/.test(name))).to.deep.equal([]);
  });

  for (const entry of ['standalone.js', 'plot.js']) {
    const file = join(DIST, entry);
    (existsSync(file) ? it : it.skip)(`lets the built ${entry} load without TensorFlow.js`, () => {
      expect(loadedBy(file, TENSORFLOW)).to.deep.equal([]);
    });
  }
});

describe('the public surface', () => {
  it('is exactly what was promised', () => {
    expect(Object.keys(publicSurface).sort()).to.deep.equal(
      [
        'CosineAnnealingCallback',
        'cosineAnnealing',
        'LearningRateHistory',
        'getLearningRate',
        'setLearningRate',
        'fromKeras',
        'fromPyTorch',
        'fromTimm',
        'fromOptax',
        'fromTransformers',
        'CosineAnnealingError',
      ].sort(),
    );
  });

  it('does not differ without TensorFlow.js but in the callback', () => {
    const standalone = Object.keys(require('../lib/standalone')).sort();
    expect(standalone).to.deep.equal(
      Object.keys(publicSurface)
        .filter((name) => name !== 'CosineAnnealingCallback')
        .sort(),
    );
  });
});
