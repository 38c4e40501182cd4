import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { messageOf, mistakes } from './support/error-cases';

const root = path.join(__dirname, '..');
const PAGE = path.join(root, 'ERRORS.md');
const INTRODUCTION = `# Errors

What each mistake is answered with, by a \`CosineAnnealingError\`: one line per problem, with the name, the rule and the
value, and how to mend it. A config stands for \`new CosineAnnealingCallback(config)\`, and \`fit\` for \`model.fit\` with one.
`;

/** The files whose texts are messages, and what in them is none. */
const SOURCES = [
  'config/rules',
  'annealing/schedule',
  'config/config',
  'training/optimizer',
  'training/options',
  'training/state',
  'presets/presets',
  'training/callback',
  'charts/chart',
  'command/command',
];
const NO_MESSAGES = /^\.\.\. and more|^A cycle ends|^This run of|^(first|last) rate$|^Draws a schedule/;

const inCell = (text: string) => text.replaceAll('|', '\\|').split('\n').join('<br>');

async function page(): Promise<string> {
  const parts = [INTRODUCTION];
  for (const [section, list] of Object.entries(mistakes)) {
    const rows = ['| you write | it says |', '| --- | --- |'];
    for (const mistake of list) rows.push(`| \`${mistake}\` | ${inCell(await messageOf(mistake))} |`);
    parts.push(`## ${section}\n\n${rows.join('\n')}\n`);
  }
  return parts.join('\n');
}

/** The texts of several words in a source, each as its fixed parts. */
function textsIn(file: string): string[][] {
  const code = readFileSync(path.join(root, 'lib', `${file}.ts`), 'utf8');
  const texts: string[][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push([node.text]);
    if (ts.isTemplateExpression(node))
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true));
  return texts.filter((parts) => /[a-z]\S* \S*[a-z]/.test(parts.join(' ')));
}

describe('ERRORS.md', function () {
  this.timeout(60_000);

  it('says what the code says; UPDATE_README=1 writes it', async () => {
    const expected = await page();
    if (process.env['UPDATE_README'] !== undefined) writeFileSync(PAGE, expected);
    expect(readFileSync(PAGE, 'utf8')).to.equal(expected);
  });

  it('leaves no message out', () => {
    const messages = readFileSync(PAGE, 'utf8').replaceAll('<br>', '\n');
    const missing = SOURCES.flatMap(textsIn).filter(([start = '', ...rest]) => {
      if (NO_MESSAGES.test(start)) return false;
      const pattern = [start, ...rest].map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
      return !new RegExp(pattern).test(messages);
    });
    expect(missing).to.deep.equal([]);
  });
});
