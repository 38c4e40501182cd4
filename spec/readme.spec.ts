import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import * as library from '../lib';
import { preview } from '../lib/command/command';
import { MEANINGS, WARMUP_MEANINGS } from '../lib/config/meanings';
import { missedRestarts } from './support/rivals';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const row = (...cells: unknown[]) => `| ${cells.join(' | ')} |`;
const fenced = (text: string) => ['```', text.trimEnd(), '```'].join('\n');

/** What stands between `<!-- begin: name -->` and `<!-- end -->`, by file; UPDATE_README=1 writes it anew. */
const README = 'README.md';
const ACCURACY = 'docs/accuracy.md';
const fileOf: Record<string, string> = {
  picture: README,
  keys: README,
  values: ACCURACY,
  restarts: ACCURACY,
};
const blocks: Record<string, () => string> = {
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
  keys() {
    const rows = Object.entries(MEANINGS).flatMap(([group, keys]) =>
      Object.entries(keys).map(([key, meaning], i) =>
        row(i === 0 ? `**${group}**` : '', `\`${key}\``, meaning),
      ),
    );
    const warmup = Object.entries(WARMUP_MEANINGS).map(([key, meaning]) =>
      row('', `\`warmup.${key}\``, meaning),
    );
    return [row('', 'key', 'meaning'), row('---', '---', '---'), ...rows, ...warmup].join('\n');
  },
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

const between = (name: string) => new RegExp(`(<!-- begin: ${name} -->\n)(.*?)(<!-- end -->)`, 's');

for (const [name, file] of Object.entries(fileOf)) {
  describe(file, () => {
    it(`has the ${name} that the code gives`, () => {
      const expected = `${blocks[name]?.()}\n`;
      if (process.env['UPDATE_README'] !== undefined) {
        const updated = read(file).replace(between(name), (_, begin, __, end) => begin + expected + end);
        writeFileSync(path.join(root, file), updated);
      }
      expect(between(name).exec(read(file))?.[2]).to.equal(expected);
    });
  });
}

describe('README.md', function () {
  this.timeout(120_000);

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
    const functions = blocks.map(
      (block, i) => `export async function block${i}() {\n${block.replaceAll(/^import .*$/gm, '')}\n}\n`,
    );
    expect(typeErrors([PREAMBLE, ...functions].join('\n'))).to.deep.equal([]);
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
import {
  CosineAnnealingCallback, type CosineAnnealingOptions, cosineAnnealing, findLearningRate, loadCheckpoint, plan,
  SnapshotEnsemble, saveCheckpoint,
} from 'tfjs-cosine-annealing';
import { fileCheckpoint } from 'tfjs-cosine-annealing/node';
import { toSVG, toText } from 'tfjs-cosine-annealing/plot';
declare const model: tf.Sequential, xs: tf.Tensor, ys: tf.Tensor, test: tf.Tensor, optimizer: tf.Optimizer;
declare const loss: () => tf.Scalar, epoch: number, batch: number, options: CosineAnnealingOptions;
declare const epochs: number[], errors: number[];
declare const annealing: CosineAnnealingCallback, lr: ReturnType<typeof cosineAnnealing>;
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
