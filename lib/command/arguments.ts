import { keysSchema } from '../config/keys';
import { problemsOf, suggestion } from '../config/rules';
import type { Problem } from '../errors';
import { aloneText, isOption, optionNames, usageOf } from './options';

/** The options as they were typed. */
export interface Arguments {
  /** Their texts by name; an option that stands alone has the text that this means. */
  readonly texts: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Reads `--name value`, `--name=value` and `--name`. Unlike `util.parseArgs` it tells every mistake, and takes -3 for a value. */
export function readArguments(args: readonly string[]): Arguments {
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  for (const word of withValues(args)) {
    const { name = '', text } = /^--(?<name>[^=]+)(?:=(?<text>.*))?$/s.exec(word)?.groups ?? {};
    const value = text ?? aloneText(name);
    if (name === '') problems.push(strayWord(word));
    else if (!isOption(name)) problems.push(unknownOption(name));
    else if (texts.has(name))
      problems.push({ path: [name], rule: 'given twice', cure: 'remove one of the two' });
    else if (value === undefined)
      problems.push({ path: [name], rule: 'expected a value', cure: `as in ${usageOf(name)}` });
    else texts.set(name, value);
  }
  return { texts, problems };
}

const OPTION = /^--/;
const WITHOUT_VALUE = /^--[^=]+$/;

/** `--T_0 10` as `--T_0=10`. */
function withValues(args: readonly string[]): string[] {
  const words: string[] = [];
  for (const arg of args.map((word) => (word === '-h' ? '--help' : word))) {
    const last = words.at(-1) ?? '';
    if (WITHOUT_VALUE.test(last) && !OPTION.test(arg)) words[words.length - 1] = `${last}=${arg}`;
    else words.push(arg);
  }
  return words;
}

function strayWord(word: string): Problem {
  const name = word.replace(/^-+/, '');
  const cure = isOption(name)
    ? `did you mean --${name}?`
    : 'a value comes after the name of an option, such as --T_0 10';
  return { path: [word], rule: 'unexpected argument', cure };
}

/** A name that belongs elsewhere, or to another library, is answered as in a config. */
function unknownOption(name: string): Problem {
  const near = suggestion(name, optionNames);
  const { error } = keysSchema.safeParse({ [name]: 0 });
  const inConfig = error && problemsOf(error)[0]?.cure;
  return {
    path: [name],
    rule: 'unknown option',
    cure: near.startsWith('did you mean') ? near : (inConfig ?? near),
  };
}
