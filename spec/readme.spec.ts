import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import * as library from '../lib';
import { preview } from '../lib/command/command';
import { missedRestarts } from './support/rivals';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const row = (...cells: unknown[]) => `| ${cells.join(' | ')} |`;
const fenced = (text: string) => ['```', text.trimEnd(), '```'].join('\n');

/** What stands between `<!-- begin: name -->` and `<!-- end -->`; UPDATE_README=1 writes it anew. */
const blocks: Record<string, () => string | Promise<string>> = {
  picture() {
    const { text } = preview('--T_0 10 --T_mult 2 --eta_max 0.1 --eta_min 1e-4 --epochs 150'.split(' '));
    return fenced(text);
  },
  values() {
    const lr = library.cosineAnnealing({ T_0: 4, T_mult: 2, eta_max: 0.1, eta_min: 0.001 });
    const rows = Array.from({ length: 13 }, (_, t) => {
      const { cycle, T_cur, T_i } = lr.cycleAt(t);
      return row(t, cycle, T_cur, T_i, lr(t));
    });
    const header = [
      row('t', 'cycle', 'T_cur', 'T_i', 'learning rate'),
      row('---', '---', '---', '---', '---'),
    ];
    return ['With `{ T_0: 4, T_mult: 2, eta_max: 0.1, eta_min: 0.001 }`:', '', ...header, ...rows].join('\n');
  },
  options: () => [row('key', 'meaning'), row('---', '---'), ...documented('const keys = {')].join('\n'),
  warmup: () =>
    [row('`warmup` key', 'meaning'), row('---', '---'), ...documented('const warmupSchema = strict(')].join(
      '\n',
    ),
  restarts() {
    const header = [
      row('library', 'formula', 'missed', 'of', 'first'),
      row('---', '---', '---', '---', '---'),
    ];
    const rows = missedRestarts().map(({ library, call, missed, of, first }) =>
      row(library, call, missed, of, first),
    );
    return [...header, ...rows].join('\n');
  },
};

/** The comments of the keys of an object in lib/config/config.ts. */
function documented(start: string): string[] {
  const code =
    read('lib/config/config.ts')
      .split(start)[1]
      ?.split(/^(?:};|\);)$/m)[0] ?? '';
  const rows = [...code.matchAll(/\/\*\* (.*?) \*\/\s+(\w+):/gs)].map(([, comment, key]) =>
    row(`\`${key}\``, comment),
  );
  if (rows.length === 0) throw new Error(`no comments after ${start}`);
  return rows;
}

const between = (name: string) => new RegExp(`(<!-- begin: ${name} -->\n)(.*?)(<!-- end -->)`, 's');

describe('README.md', function () {
  this.timeout(120_000);

  for (const [name, make] of Object.entries(blocks)) {
    it(`has the ${name} that the code gives`, async () => {
      const expected = `${await make()}\n`;
      if (process.env['UPDATE_README'] !== undefined) {
        const updated = read('README.md').replace(
          between(name),
          (_, begin, __, end) => begin + expected + end,
        );
        writeFileSync(path.join(root, 'README.md'), updated);
      }
      expect(between(name).exec(read('README.md'))?.[2]).to.equal(expected);
    });
  }

  it('names every export', () => {
    for (const name of Object.keys(library)) expect(read('README.md')).to.contain(`\`${name}`);
  });

  it('links to files that exist', () => {
    const targets = [...read('README.md').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target]) => target as string,
    );
    expect(targets).not.to.be.empty;
    expect(targets.filter((target) => !existsSync(path.join(root, target)))).to.deep.equal([]);
  });

  it('shows TypeScript that compiles', () => {
    const blocks = [...read('README.md').matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block as string);
    expect(blocks.length).to.be.above(4);
    const statements = blocks.join('\n').replaceAll(/^import .*$/gm, '');
    expect(typeErrors(`${PREAMBLE}\nexport async function readme() {\n${statements}\n}\n`)).to.deep.equal([]);
  });

  const examples: Record<string, RegExp> = {
    'custom-loop': /slope: (2\.9\d\d|3\.0\d\d), expected 3/,
    'fit-dataset': /warm restart in epoch 1, at step 20: 0\.1\nwarm restart in epoch 3, at step 60: 0\.1\n/,
    'early-stopping': /stopped after \d+ epochs and \d+ warm restarts/,
    'from-keras': /step 0: 0\.1\nstep 500: 0\.05\nstep 1000: 0\.08/,
  };
  for (const [name, output] of Object.entries(examples)) {
    it(`links to examples/${name}.ts, which runs`, () => {
      expect(read('README.md')).to.contain(`examples/${name}.ts`);
      const args = [
        '--require',
        'ts-node/register/transpile-only',
        path.join(root, 'examples', `${name}.ts`),
      ];
      expect(execFileSync('node', args, { cwd: root, encoding: 'utf8' })).to.match(output);
    });
  }
});

/** What the blocks take from their surroundings. */
const PREAMBLE = `
import * as tf from '@tensorflow/tfjs';
import { CosineAnnealingCallback, cosineAnnealing, setLearningRate } from 'tfjs-cosine-annealing';
import { toSVG, toText } from 'tfjs-cosine-annealing/plot';
declare const model: tf.Sequential, xs: tf.Tensor, ys: tf.Tensor, optimizer: tf.Optimizer;
declare const tfvis: { show: { fitCallbacks(surface: object, metrics: string[]): tf.CustomCallbackArgs } };
declare const surface: object, epochs: number[], errors: number[];
`;

function typeErrors(code: string): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const file = path.join(root, 'examples', 'readme-blocks.ts');
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    path.resolve(name) === file
      ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true)
      : getSourceFile(name, ...rest);
  const program = ts.createProgram(
    [file],
    { ...options, noEmit: true, noPropertyAccessFromIndexSignature: false },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
