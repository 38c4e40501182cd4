import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect } from 'chai';
import * as publicSurface from '../lib';

const LIB = join(__dirname, '..', 'lib');
const DIST = join(__dirname, '..', 'dist');

/** What each folder of lib may import beside itself. */
const FOLDERS: Record<string, readonly string[]> = {
  annealing: ['errors'],
  config: ['errors', 'annealing'],
  presets: ['errors', 'annealing', 'config'],
  training: ['errors', 'annealing', 'config'],
  snapshots: ['errors', 'annealing', 'config', 'training'],
  finder: ['errors', 'annealing', 'config', 'training', 'snapshots'],
  charts: ['errors', 'annealing'],
  command: ['errors', 'annealing', 'config', 'presets', 'charts'],
};
/** The files outside folders: the errors, which import nothing, and the entry points, which are lists of exports. */
const ERRORS = 'errors';
const ENTRY_POINTS = ['index', 'schedule', 'plot', 'node'];
/** Which folders and files may load what at run time. */
const PACKAGES: Record<string, readonly string[]> = {
  'zod/mini': ['config', 'presets', 'training/options', 'training/state', 'snapshots/ensemble'],
  'fastest-levenshtein': ['config/rules'],
  '@tensorflow/tfjs-core': ['snapshots', 'finder'],
  '@tensorflow/tfjs-layers': ['training/callback', 'snapshots', 'finder'],
  'node:fs': ['command', 'snapshots/file-checkpoint'],
  'node:crypto': ['snapshots/file-checkpoint'],
  'node:path': ['snapshots/file-checkpoint', 'command'],
  'node:stream/promises': ['command'],
  'node:util': ['command'],
};

interface Import {
  readonly from: string;
  readonly typesOnly: boolean;
}

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length).replaceAll('\\', '/'));
const importsOf = new Map(
  files.map((file) => [file, importsIn(readFileSync(join(LIB, `${file}.ts`), 'utf8'))]),
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
const folderOf = (file: string) => file.split('/').slice(0, -1).join('/');

/** The file of lib that a local import names, as seen from another one. */
const targetOf = (file: string, { from }: Import) => posix.join(folderOf(file), from);

/** The imports that the table does not allow, of files given with their local imports. */
function forbidden(graph: ReadonlyMap<string, readonly string[]>): string[] {
  return [...graph].flatMap(([file, targets]) => {
    const folder = folderOf(file);
    if (folder === '') return file === ERRORS ? targets.map((target) => `${file} -> ${target}`) : [];
    const allowed = [folder, ...(FOLDERS[folder] ?? [])];
    return targets
      .filter((target) => !allowed.includes(folderOf(target) || target))
      .map((target) => `${file} -> ${target}`);
  });
}

/** The files that can reach themselves by imports. */
function inCircles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const reachable = (from: string, seen = new Set<string>()): Set<string> => {
    for (const next of graph.get(from) ?? []) {
      if (!seen.has(next)) reachable(next, seen.add(next));
    }
    return seen;
  };
  return [...graph.keys()].filter((file) => reachable(file).has(file));
}

const graph = new Map(
  [...importsOf].map(([file, imports]) => [file, imports.filter(isLocal).map((one) => targetOf(file, one))]),
);

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
  it('has a room for every file of lib', () => {
    const outside = files.filter((file) => !(folderOf(file) in FOLDERS));
    expect(outside.sort()).to.deep.equal([ERRORS, ...ENTRY_POINTS].sort());
  });

  it('imports one way between folders', () => {
    expect(forbidden(graph)).to.deep.equal([]);
  });

  it('has no circle inside a folder', () => {
    expect(inCircles(graph)).to.deep.equal([]);
  });

  it('would notice an import against the table, and a circle', () => {
    const wrong = new Map([
      ['annealing/plan', ['config/config', 'annealing/clock']],
      ['annealing/clock', ['annealing/plan']],
      ['errors', ['config/rules']],
      ['charts/axis', ['charts/line', 'config/keys', 'errors']],
    ]);
    expect(forbidden(wrong)).to.deep.equal([
      'annealing/plan -> config/config',
      'errors -> config/rules',
      'charts/axis -> config/keys',
    ]);
    expect(inCircles(wrong)).to.deep.equal(['annealing/plan', 'annealing/clock']);
  });

  for (const entry of ENTRY_POINTS) {
    it(`keeps ${entry}.ts a list of exports`, () => {
      const code = readFileSync(join(LIB, `${entry}.ts`), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
      expect(code.replaceAll(/export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s+from\s+'[^']+';/g, '').trim()).to.equal(
        '',
      );
    });
  }

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

  for (const [file, imports] of importsOf) {
    it(`lets ${file}.ts load only the packages that it may`, () => {
      for (const { from } of imports.filter((one) => !isLocal(one) && !one.typesOnly)) {
        expect([file, folderOf(file)], from).to.satisfy((names: string[]) =>
          names.some((name) => PACKAGES[from]?.includes(name)),
        );
      }
    });
  }

  it('lets the schedule load without TensorFlow.js', () => {
    expect(loadedBy(join(LIB, 'schedule.ts'), TENSORFLOW, withTypeScript)).to.deep.equal([]);
  });

  it('lets the drawing load without TensorFlow.js and without zod', () => {
    const pattern = /[\\/](@tensorflow|zod)[\\/]/;
    expect(loadedBy(join(LIB, 'plot.ts'), pattern, withTypeScript)).to.deep.equal([]);
  });

  it('would notice TensorFlow.js, since loading the callback loads it', () => {
    const loaded = loadedBy(join(LIB, 'training', 'callback.ts'), TENSORFLOW, withTypeScript);
    expect(loaded.some((name) => name.includes('tfjs-layers'))).to.equal(true);
    expect(loaded.filter((name) => /tfjs-node|tfjs-backend/.test(name))).to.deep.equal([]);
  });

  for (const entry of ['schedule.js', 'plot.js']) {
    const file = join(DIST, entry);
    (existsSync(file) ? it : it.skip)(`lets the built ${entry} load without TensorFlow.js`, () => {
      expect(loadedBy(file, TENSORFLOW)).to.deep.equal([]);
    });
  }
});

/** The exports that work on models, and so load TensorFlow.js. */
const NEEDS_TENSORFLOW = [
  'CosineAnnealingCallback',
  'SnapshotEnsemble',
  'TrainingSnapshot',
  'findLearningRate',
  'findLearningRateDataset',
  'loadCheckpoint',
  'saveCheckpoint',
];

describe('the public surface', () => {
  it('is exactly what was promised', () => {
    expect(Object.keys(publicSurface).sort()).to.deep.equal(
      [
        'CosineAnnealingCallback',
        'cosineAnnealing',
        'SnapshotEnsemble',
        'TrainingSnapshot',
        'findLearningRate',
        'findLearningRateDataset',
        'getLearningRate',
        'loadCheckpoint',
        'plan',
        'saveCheckpoint',
        'setLearningRate',
        'fromKeras',
        'fromMMEngine',
        'fromPyTorch',
        'fromTimm',
        'fromOptax',
        'fromTransformers',
        'CosineAnnealingError',
      ].sort(),
    );
  });

  it('has the rest without TensorFlow.js', () => {
    const withoutTensorFlow = Object.keys(require('../lib/schedule')).sort();
    expect(withoutTensorFlow).to.deep.equal(
      Object.keys(publicSurface)
        .filter((name) => !NEEDS_TENSORFLOW.includes(name))
        .sort(),
    );
  });
});
