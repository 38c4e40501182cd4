import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import * as library from '../lib';
import { preview } from '../lib/command/command';
import { MEANINGS, WARMUP_MEANINGS } from '../lib/config/meanings';
import { missedRestarts } from './support/rivals';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const row = (...cells: unknown[]) => `| ${cells.join(' | ')} |`;
const fenced = (text: string) => ['```', text.trimEnd(), '```'].join('\n');

/** What stands between `<!-- begin: name -->` and `<!-- end -->`, by file; UPDATE_README=1 writes it anew. */
const fileOf: Record<string, string> = {
  picture: 'docs/charts.md',
  keys: 'docs/options.md',
  values: 'docs/accuracy.md',
  restarts: 'docs/accuracy.md',
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
    const warmup = Object.entries(WARMUP_MEANINGS).map(([key, meaning]) =>
      row('', `\`warmup.${key}\``, meaning),
    );
    const rows = Object.entries(MEANINGS).flatMap(([group, keys]) =>
      Object.entries(keys).flatMap(([key, meaning], i) => [
        row(i === 0 ? `**${group}**` : '', `\`${key}\``, meaning),
        ...(key === 'warmup' ? warmup : []),
      ]),
    );
    return [row('', 'key', 'meaning'), row('---', '---', '---'), ...rows].join('\n');
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

  const examples: Record<string, RegExp> = {
    'custom-loop': /slope: (2\.9\d\d|3\.0\d\d), expected 3/,
    'fit-dataset': /warm restart in epoch 1, at step 20: 0\.1\nwarm restart in epoch 3, at step 60: 0\.1\n/,
    'early-stopping': /stopped after \d+ epochs and \d+ warm restarts/,
    'from-keras': /step 0: 0\.1\nstep 500: 0\.05\nstep 1000: 0\.08/,
  };
  for (const [name, output] of Object.entries(examples)) {
    it(`links to examples/${name}.ts, which runs`, () => {
      expect(read('README.md')).to.contain(`examples/${name}.ts`);
      const args = ['-r', 'ts-node/register/transpile-only', `examples/${name}.ts`];
      expect(execFileSync('node', args, { cwd: root, encoding: 'utf8' })).to.match(output);
    });
  }
});
