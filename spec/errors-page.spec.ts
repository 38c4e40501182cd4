import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import {
  events,
  foreignError,
  refusalOf,
  refusals,
  warningOf,
  warnings,
  warningsOf,
} from './support/error-cases';

const root = path.join(__dirname, '..');
const PAGE = path.join(root, 'ERRORS.md');
const INTRODUCTION = `# Errors and warnings

Every error that this package throws, with input that triggers it: a \`CosineAnnealingError\` with one line per problem, which
is the name, the rule, the value and the cure. \`error.problems\` has the same as data. A config stands for
\`new CosineAnnealingCallback(config)\`, and \`fit\` for \`model.fit\` with one.
`;
const BEFORE = `## Warnings before training

What a callback says when a fit begins, and what \`plan(config, training)\` returns, here with an \`eta_max\` of 0.1 and 10
batches an epoch.
`;
const DURING = `## Warnings during training
`;
const FOREIGN = `## TensorFlow.js's own errors

| you write | it says | write instead |
| --- | --- | --- |
`;

/** The rooms whose texts are messages, and the texts in them that are none. */
const ROOMS = ['annealing', 'config', 'presets', 'training', 'snapshots', 'finder', 'charts'];
const NO_MESSAGES = new Set([
  'meanings.ts',
  'reporter.ts',
  'plan.ts',
  'history.ts',
  'file-checkpoint.ts',
  'finder.ts',
  ...[
    'svg.ts',
    'text.ts',
    'figure.ts',
    'markup.ts',
    'stroke.ts',
    'theme.ts',
    'description.ts',
    'line.ts',
    'raster.ts',
  ],
]);
const NO_MESSAGE =
  /^\.\.\. and| more unknown keys$|^the learning rate begins|^with no warm restart|^; the last cycle ends|warm restarts?$|^restart \(cycle\)$|^ \(no values\)$/;
/** What is said in a browser, and inside `fit`. */
const UNREACHABLE =
  /may be out of space$|^was stopped before anything could be measured|^set stopTraining later/;

const inCell = (text: string) => text.replaceAll('|', '\\|');
const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
const table = (head: string, rows: readonly string[]) =>
  [row(head, 'it says'), row('---', '---'), ...rows].join('\n');

async function page(): Promise<string> {
  const parts = [INTRODUCTION];
  for (const [section, cases] of Object.entries(refusals)) {
    const rows: string[] = [];
    for (const code of cases) rows.push(row(`\`${code}\``, (await refusalOf(code)).map(inCell).join('<br>')));
    parts.push(`## ${section}\n\n${table('you write', rows)}\n`);
  }
  const planned = warnings.map((code) => row(`\`plan(${code})\``, warningsOf(code).map(inCell).join('<br>')));
  parts.push(`${BEFORE}\n${table('you plan', planned)}\n`);
  const during: string[] = [];
  for (const event of Object.keys(events))
    during.push(row(event, (await warningOf(event)).map(inCell).join('<br>')));
  parts.push(`${DURING}\n${table('it happens that', during)}\n`);
  const wrapped =
    '`callbacks: [annealing, new tf.CustomCallback({ onEpochEnd })]`, or pass `onEpochEnd` to `annealing` as an option';
  parts.push(
    `${FOREIGN}${row('`callbacks: [annealing, { onEpochEnd }]`', inCell(await foreignError()), wrapped)}\n`,
  );
  return parts.join('\n');
}

/** The texts of several words in a source, each as its fixed parts. */
function textsIn(file: string): string[][] {
  const texts: string[][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && !isKind(node)) texts.push([node.text]);
    if (ts.isTemplateExpression(node))
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true));
  return texts.filter((parts) => /[a-z]\S* \S*[a-z]/.test(parts.join(' ')));
}

/** Whether a text names a kind of notice or event, and isn't shown to anybody. */
const isKind = ({ parent }: ts.Node) =>
  ts.isLiteralTypeNode(parent) ||
  ts.isCaseClause(parent) ||
  ts.isBinaryExpression(parent) ||
  (ts.isPropertyAssignment(parent) && parent.name.getText() === 'kind');

const sources = ROOMS.flatMap((room) =>
  readdirSync(path.join(root, 'lib', room))
    .filter((file) => !NO_MESSAGES.has(file))
    .map((file) => path.join(root, 'lib', room, file)),
);

describe('ERRORS.md', function () {
  this.timeout(60_000);

  it('says what the code says; UPDATE_README=1 writes it', async () => {
    const expected = await page();
    if (process.env['UPDATE_README'] !== undefined) writeFileSync(PAGE, expected);
    expect(readFileSync(PAGE, 'utf8')).to.equal(expected);
  });

  it('leaves no message out', () => {
    const messages = readFileSync(PAGE, 'utf8').replaceAll('<br>', '\n').replaceAll('\\|', '|');
    const missing = sources.flatMap(textsIn).filter((parts) => {
      if (NO_MESSAGE.test(parts.join('')) || UNREACHABLE.test(parts.join(''))) return false;
      const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
      return !new RegExp(pattern).test(messages);
    });
    expect(missing).to.deep.equal([]);
  });
});
