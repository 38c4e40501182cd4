// The package's own words; a page outside of its repository would have texts of its own.
import { MEANINGS, WARMUP_MEANINGS } from '../../../../lib/config/meanings';

/** A field of the form: a key of the config, such as `T_0` or `warmup.length`. */
export interface Field {
  readonly name: string;
  readonly meaning: string;
  /** What an empty field stands for; empty if there is no default. */
  readonly byDefault: string;
  /** The only values there are; undefined for numbers and lists. */
  readonly choices: readonly string[] | undefined;
}

export interface Group {
  readonly title: string;
  readonly fields: readonly Field[];
}

const FLAG = ['true', 'false'];

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  endpoint: FLAG,
  unit: ['epoch', 'batch'],
  updateFreq: ['batch', 'epoch'],
  afterLastCycle: ['hold', 'stop'],
  verbose: ['0', '1', '2'],
  'warmup.everyCycle': FLAG,
  'warmup.shape': ['linear', 'cosine'],
  'warmup.placement': ['before', 'inside', 'overlap'],
};

/** Every key of the config, in the four groups of its documentation; of `warmup`, every key of the object. */
export const GROUPS: readonly Group[] = Object.entries(MEANINGS).map(([title, meanings]) => ({
  title,
  fields: Object.entries(meanings).flatMap(([name, meaning]) =>
    name === 'warmup'
      ? Object.entries(WARMUP_MEANINGS).map(([key, inner]) => field(`warmup.${key}`, inner))
      : [field(name, meaning)],
  ),
}));

export const FIELDS: readonly Field[] = GROUPS.flatMap(({ fields }) => fields);

function field(name: string, meaning: string): Field {
  const [, byDefault = ''] = /Default: (.+)\.$/.exec(meaning) ?? [];
  return {
    name,
    meaning: meaning.replaceAll('`', ''),
    byDefault: byDefault.replace(/^'(.+)'$/, '$1'),
    choices: CHOICES[name],
  };
}
