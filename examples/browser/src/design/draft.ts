import type { CosineAnnealingConfig } from 'tfjs-cosine-annealing/schedule';
import { FIELDS } from './fields';

/** A schedule as it is written in the fields, right or wrong: texts by the names of the fields; no empty ones. */
export type Draft = Readonly<Record<string, string>>;

/** A config as people type it: the package checks it. */
export type Typed = CosineAnnealingConfig & { eta_max: number };

/** The config that a draft stands for; what isn't a number stays a text, for the package to name. */
export function configOf(draft: Draft): Typed {
  const config: Record<string, unknown> = {};
  const warmup: Record<string, unknown> = {};
  for (const { name, choices } of FIELDS) {
    const text = draft[name]?.trim() ?? '';
    if (text === '') continue;
    const value = choices ? choiceOf(text) : itemsOf(text);
    if (name.startsWith('warmup.')) warmup[name.slice('warmup.'.length)] = value;
    else config[name] = value;
  }
  if (Object.keys(warmup).length > 0) config['warmup'] = warmup;
  return config as unknown as Typed;
}

/** The draft that says what a config says. */
export function draftOf(config: CosineAnnealingConfig): Draft {
  const { warmup, ...rest } = config;
  const warmups = typeof warmup === 'number' ? { length: warmup } : (warmup ?? {});
  const inner = Object.entries(warmups).map(([key, value]) => [`warmup.${key}`, value] as const);
  const given = [...Object.entries(rest), ...inner].filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, textOf(value)]));
}

/** Commas make a list; one at the end, too, which a list of one item needs. */
function itemsOf(text: string): unknown {
  if (!text.includes(',')) return numberOf(text);
  const items = text.split(',').map((item) => item.trim());
  if (items.at(-1) === '') items.pop();
  return items.map(numberOf);
}

const numberOf = (text: string): number | string =>
  text === '' || Number.isNaN(Number(text)) ? text : Number(text);

const choiceOf = (text: string): unknown =>
  text === 'true' || text === 'false' ? text === 'true' : numberOf(text);

function textOf(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return value.length === 1 ? `${value[0]},` : value.join(', ');
}
