import { type Design, FIRST } from './design';
import type { Draft } from './draft';
import { FIELDS } from './fields';

/** Longer texts are nobody's schedule. */
const MAX_LENGTH = 1000;
/** Before the names of the second schedule's fields; alone, it says that there is one. */
const SECOND = 'b.';

/** The part of a URL behind its #, such as `T_0=10&eta_max=0.1&epochs=30&batches=94`. */
export function hashOf({ a, b, training, isLog }: Design): string {
  const pairs = [
    ...pairsOf(a, ''),
    ...Object.entries(training),
    ...(isLog ? [['scale', 'log'] as const] : []),
    ...(b ? [[SECOND, ''] as const, ...pairsOf(b, SECOND)] : []),
  ];
  return `#${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`).join('&')}`;
}

/** What a link asks for: names that it doesn't know and texts without end are left out, whatever else it holds. */
export function designOf(hash: string): Design {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const names = [...given.keys()];
  const isOurs = names.some(
    (name) => name === SECOND || isField(name.replace(SECOND, '')) || isTraining(name),
  );
  if (!isOurs) return FIRST;
  const training = { epochs: textIn(given, 'epochs') ?? FIRST.training.epochs };
  return {
    a: draftIn(given, ''),
    b: names.some((name) => name.startsWith(SECOND)) ? draftIn(given, SECOND) : undefined,
    training: { ...training, batches: textIn(given, 'batches') ?? FIRST.training.batches },
    isLog: given.get('scale') === 'log',
  };
}

const pairsOf = (draft: Draft, prefix: string) =>
  FIELDS.flatMap(({ name }) => (draft[name] ? [[prefix + name, draft[name]] as const] : []));

function draftIn(given: URLSearchParams, prefix: string): Draft {
  const texts = FIELDS.map(({ name }) => [name, textIn(given, prefix + name) ?? ''] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

function textIn(given: URLSearchParams, name: string): string | undefined {
  const text = given.get(name);
  return text === null || text.length > MAX_LENGTH ? undefined : text;
}

const isField = (wanted: string) => FIELDS.some(({ name }) => name === wanted);
const isTraining = (name: string) => name in FIRST.training;
