// The cures of a warning, read from its text as a user reads it.

/** Another number of epochs, or keys of the config; undefined removes one. */
export type TextCure = { readonly epochs: number } | { readonly config: Record<string, unknown> };

const KEY = /`(\w+)(?:: ([^`]+))?`/g;

/** What stands between two keys of one cure. */
const SAME_CURE = [', ', ' and ', ' and remove '];

export function curesIn(message: string): TextCure[] {
  const text = message.slice(message.indexOf('; ') + 2); // no fact has a semicolon
  const [, epochs = ''] = /train for ([\d, or]+) epochs?/.exec(text) ?? [];
  return [...(epochs.match(/\d+/g) ?? []).map((n) => ({ epochs: Number(n) })), ...configsIn(text)];
}

function configsIn(text: string): TextCure[] {
  const configs: Record<string, unknown>[] = [];
  let end = 0;
  for (const { 0: token, 1: key = '', 2: value, index } of text.matchAll(KEY)) {
    const between = text.slice(end, index);
    end = index + token.length;
    if (value === undefined && !between.endsWith(' remove ')) continue; // a key that is talked of
    if (configs.length === 0 || !SAME_CURE.includes(between)) configs.push({});
    Object.assign(configs.at(-1) ?? {}, { [key]: value && JSON.parse(value.replaceAll("'", '"')) });
  }
  return configs.map((config) => ({ config }));
}
