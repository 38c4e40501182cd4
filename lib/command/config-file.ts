import { type CosineAnnealingConfig, parseConfig } from '../config/config';
import { isObject } from '../config/rules';
import { refusal } from '../errors';
import { fromKeras } from '../presets/keras';
import { fromMMEngine } from '../presets/mmengine';
import { fromOptax } from '../presets/optax';
import type { Reader } from '../presets/preset';
import { fromPyTorch } from '../presets/pytorch';
import { fromTimm } from '../presets/timm';
import { fromTransformers } from '../presets/transformers';

/** A config from a file. */
export interface ReadConfig {
  readonly file: string;
  /** The library whose parameters it was made of; undefined if the file has our own keys. */
  readonly library: string | undefined;
  readonly config: CosineAnnealingConfig;
}

/** The parameters of a library's schedules. */
interface Format {
  readonly library: string;
  readonly read: Reader;
  /** Any of these keys tells them from ours, and from the formats after this one. */
  readonly keys: readonly string[];
}

const formats: Readonly<Record<string, Format>> = {
  keras: { library: 'Keras', read: fromKeras as Reader, keys: ['class_name', 'initial_learning_rate'] },
  optax: { library: 'optax', read: fromOptax as Reader, keys: ['init_value', 'cosine_kwargs'] },
  timm: { library: 'timm', read: fromTimm as Reader, keys: ['t_initial'] },
  transformers: {
    library: 'transformers',
    read: fromTransformers as Reader,
    keys: ['num_warmup_steps', 'num_training_steps'],
  },
  mmengine: {
    library: 'MMEngine',
    read: fromMMEngine as Reader,
    keys: ['periods', 'restart_weights', 'by_epoch', 'begin', 'end', 'type'],
  },
  pytorch: { library: 'PyTorch', read: fromPyTorch as Reader, keys: ['T_max', 'base_lr'] },
};
const OURS = 'config';

/**
 * The config in a JSON file, or that of a library's parameters in it. Its keys say whose they are, unless a prefix does,
 * as in `timm:schedule.json`; 'config:' stands for ours.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with it.
 */
export function readConfig(name: string, read: (file: string) => string): ReadConfig {
  const [prefix = '', rest = ''] = name.split(/:(.*)/s);
  const hasPrefix = prefix === OURS || Object.hasOwn(formats, prefix);
  const file = hasPrefix ? rest : name;
  const content = parsed(file, contentOf(file, read));
  const format = hasPrefix ? formats[prefix] : Object.values(formats).find((one) => isIn(one, content));
  if (format === undefined) return { file, library: undefined, config: checked(content) };
  return { file, library: format.library, config: format.read(content) };
}

function contentOf(file: string, read: (file: string) => string): string {
  try {
    return read(file);
  } catch (cause) {
    throw refusal([], 'expected a file that can be read', { received: file, cure: reasonIn(cause), cause });
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw refusal([], 'expected a file of JSON', { received: file, cure: reasonIn(cause), cause });
  }
}

const reasonIn = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

/** Lists come from optax alone. */
const isIn = ({ keys, read }: Format, content: unknown): boolean =>
  Array.isArray(content)
    ? read === formats['optax']?.read
    : isObject(content) && keys.some((key) => key in content);

/** Only what can be known without the options beside it: that it is an object. */
function checked(content: unknown): CosineAnnealingConfig {
  if (isObject(content)) return content;
  return parseConfig(content as CosineAnnealingConfig);
}
