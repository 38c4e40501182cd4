import { isConfigKey, keysSchema } from '../config/keys';
import { MEANINGS, WARMUP_MEANINGS } from '../config/meanings';

/** An option, as help shows it. */
export interface Option {
  readonly name: string;
  /** What follows its name, such as 'FILE'; '' for a flag. */
  readonly value: string;
  readonly meaning: string;
  /** The text that it has if it stands alone; undefined if it can't. */
  readonly alone?: string | undefined;
}

/** Options under a heading. */
export interface OptionGroup {
  readonly heading: string;
  readonly options: readonly Option[];
}

/** So many cycles of endless ones are shown if nothing says how long the run is. */
export const CYCLES_SHOWN = 4;
/** Stands for standard output, or input, in place of a file. */
export const STANDARD = '-';

const TO_FILE = { value: '[FILE]', alone: STANDARD };
const FLAG = { value: '', alone: 'true' };

/** Every option: the config's keys in their four groups, then the command's own. */
export const optionGroups: readonly OptionGroup[] = [
  ...Object.entries(MEANINGS).map(([group, meanings]) => ({
    heading: `${group[0]?.toUpperCase()}${group.slice(1)}`,
    options: Object.entries(meanings).flatMap(keyOptions),
  })),
  {
    heading: 'Run',
    options: [
      {
        name: 'epochs',
        value: 'N',
        meaning: `Length of the run. Default: \`total\`, else all cycles, or ${CYCLES_SHOWN} of endless ones.`,
      },
      { name: 'batches', value: 'N', meaning: 'The same in batches, with `unit` batch.' },
      {
        name: 'from',
        value: 'FILE',
        meaning:
          'Read the config from a JSON file: ours, or the parameters of a schedule of Keras, PyTorch, timm, optax, transformers or MMEngine. The keys tell whose they are; keras:FILE, pytorch:FILE and so on say it. Options given beside it replace keys of the config.',
      },
      {
        name: 'compare',
        value: 'FILE',
        meaning:
          'Show a second schedule over the same run, from a file as for --from; eta_max and batchesPerEpoch are as in the first if it has none.',
      },
    ],
  },
  {
    heading: 'Output',
    options: [
      { name: 'svg', ...TO_FILE, meaning: 'Draw the chart as SVG.' },
      { name: 'csv', ...TO_FILE, meaning: 'List the learning rate of every update as CSV.' },
      { name: 'json', ...TO_FILE, meaning: 'The same as JSON, with config, notices and cycles.' },
      { name: 'log', ...FLAG, meaning: 'Draw learning rates on a logarithmic axis.' },
      {
        name: 'ascii',
        ...FLAG,
        meaning: 'Draw with ASCII only. Default: if the locale or the terminal has nothing else.',
      },
      {
        name: 'width',
        value: 'N',
        meaning: 'Columns of the output, 30 to 1000. Default: the terminal, at most 120, or 80.',
      },
      { name: 'height', value: 'N', meaning: 'Lines of the chart, 10 to 200. Default: 16.' },
      { name: 'version', ...FLAG, meaning: 'Print the version.' },
      { name: 'help', ...FLAG, meaning: 'Print this text; also -h.' },
    ],
  },
];

/** A key of the config; a warm-up's own keys can be given one by one, which spares quotes. */
function keyOptions([name, meaning]: [string, string]): Option[] {
  const option = { name, value: 'VALUE', meaning };
  if (name !== 'warmup') return [asFlag(option, { [name]: true })];
  const own = Object.entries(WARMUP_MEANINGS).map(([key, text]) =>
    asFlag({ name: `warmup.${key}`, value: 'VALUE', meaning: text }, { warmup: { length: 1, [key]: true } }),
  );
  return [option, ...own];
}

/** A key that takes `true` can stand alone. */
function asFlag(option: Option, config: object): Option {
  return keysSchema.safeParse(config).success ? { ...option, value: '[BOOL]', alone: 'true' } : option;
}

const options = new Map(
  optionGroups.flatMap((group) => group.options).map((option) => [option.name, option]),
);

export const optionNames: readonly string[] = [...options.keys()];

export const isOption = (name: string): boolean => options.has(name);

/** What an option means that stands alone; undefined if it can't. */
export const aloneText = (name: string): string | undefined => options.get(name)?.alone;

/** How an option is written: '--epochs N'. */
export const usageOf = (name: string): string => `--${name} ${options.get(name)?.value ?? ''}`.trimEnd();

/** Whether an option is a key of the config, or of its warm-up. */
export const isOfConfig = (name: string): boolean => isConfigKey(name.split('.')[0] ?? '');
