import { type Option, optionGroups, usageOf } from './options';
import { wrap } from './terminal';

/** In fewer columns a meaning stands below its option. */
const WIDE = 70;

const INTRODUCTION =
  "Draws a schedule of SGDR's cosine annealing with warm restarts, lists its cycles, and warns of what would go wrong or to waste in a training with it.";
const EXAMPLES = [
  '--T_0 10 --T_mult 2 --eta_max 0.1 --epochs 150',
  '--cycles 3 --eta_max 0.1 --warmup 2 --epochs 60 --log',
  '--from timm.json --compare keras:keras.json --batchesPerEpoch 100',
];
const NOTES =
  'eta_max is required here, since there is no optimizer to read it from. A list is written as 1,2,3 and a flag without a value. `-` in place of FILE is standard output, or standard input. verbose and historyLimit are checked, and change nothing here.';

/** The text of --help, in lines of at most `width` columns. */
export function help(width: number): string {
  const options = optionGroups.flatMap((group) => group.options);
  const indent = width < WIDE ? 6 : Math.max(...options.map((option) => usageOf(option.name).length)) + 4;
  const groups = optionGroups.flatMap(({ heading, options: own }) => [
    `${heading}:`,
    ...own.flatMap((option) => linesOf(option, indent, width)),
    '',
  ]);
  const usage = EXAMPLES.flatMap((example) =>
    indented(wrap(`npx tfjs-cosine-annealing ${example}`, width - 4)),
  );
  return [...wrap(INTRODUCTION, width), '', ...usage, '', ...groups, ...wrap(NOTES, width), ''].join('\n');
}

const indented = (lines: readonly string[]) => lines.map((line, i) => `${i === 0 ? '  ' : '    '}${line}`);

function linesOf(option: Option, indent: number, width: number): string[] {
  const label = `  ${usageOf(option.name)}`;
  const meaning = wrap(option.meaning, width - indent).map((line) => ' '.repeat(indent) + line);
  const [first = '', ...others] = meaning;
  return label.length < indent ? [label + first.slice(label.length), ...others] : [label, ...meaning];
}
