import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import * as library from '../lib';
import { complaintsOf, programIn, typeErrors } from './support/guide-program';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const guides = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));

for (const file of ['README.md', ...guides.map((name) => `docs/${name}`)]) {
  describe(file, function () {
    this.timeout(120_000);

    it('links to files that exist', () => {
      const targets = [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target);
      const folder = path.join(root, path.dirname(file));
      expect(targets.filter((target) => !existsSync(path.join(folder, target)))).to.deep.equal([]);
    });

    const code = programIn(read(file));
    if (code === undefined) return;

    it('shows TypeScript that compiles', () => {
      expect(typeErrors(code)).to.deep.equal([]);
    });

    it('shows TypeScript that runs, without an error or a warning', () => {
      expect(complaintsOf(code)).to.equal('');
    });
  });
}

describe('docs/exports.md', () => {
  it('names every export', () => {
    for (const name of Object.keys(library)) expect(read('docs/exports.md')).to.contain(`\`${name}`);
  });
});

describe('README.md', () => {
  it('has the test errors of bench/evidence.md', () => {
    const shown = rowsUnder('| MNIST |', read('README.md'));
    const measured = rowsUnder('| schedule ', read('bench/evidence.md'));
    expect(shown.length).to.equal(6);
    for (const [name = '', ...errors] of shown) {
      const row = measured.find(([schedule]) => schedule === name) ?? [];
      expect(row.slice(2, 6).map(withoutInterval), name).to.deep.equal(errors);
    }
  });
});

/** The cells of a table's rows, less what marks the best. */
function rowsUnder(head: string, markdown: string): string[][] {
  const [table = ''] = markdown.slice(markdown.indexOf(head)).split('\n\n');
  const rows = table.split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('**', '').trim()),
  );
}

const withoutInterval = (cell: string) => cell.replace(/ \(.*/, '');
