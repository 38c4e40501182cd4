import type { Cure, Notice, Plan } from '../annealing/plan';
import { show } from '../errors';

/** The words for plans, notices and events, which are decided elsewhere, as data. */

/** What a run will do, in one line. */
export function describePlan({ from, to, learningRate, restarts, lastCycleEnd }: Plan, unit: Unit): string {
  const span =
    to === undefined ? `from ${unit} ${round(from)} on` : `${plural(unit)} ${round(from)} to ${round(to)}`;
  const first = `the learning rate begins at ${round(learningRate)}`;
  const listed = restarts.map(({ t }) => t);
  const then =
    listed.length === 0
      ? 'with no warm restart'
      : `with ${listed.length === 1 ? 'a warm restart' : 'warm restarts'} at ${positions(listed, unit)}`;
  const last = lastCycleEnd === undefined ? '' : `; the last cycle ends at ${unit} ${round(lastCycleEnd)}`;
  return `${span}: ${first}, ${then}${last}`;
}

/** What a notice says, with its numbers and cures. */
export function describeNotice(notice: Notice, unit: Unit): string {
  const cures = describeCures(notice.cures, notice.kind);
  return `${factOf(notice, unit)}${cures === '' ? '' : `; ${cures}`}`;
}

function factOf(notice: Notice, unit: Unit): string {
  switch (notice.kind) {
    case 'length in batches': {
      const { length, epochs, batches } = notice;
      return (
        `the first cycle takes ${count(length, 'epoch')}, but training has only ${count(epochs, 'epoch')} ` +
        `(${count(batches, 'batch')} in all)`
      );
    }
    case 'idle after the last cycle': {
      const span = `${unit} ${round(notice.from)} to ${round(notice.to)}`;
      return `after the last cycle the learning rate is 0, so nothing is learned from ${span}`;
    }
    case 'never reaches the peak': {
      const where = notice.phase === 'before' ? 'before the schedule begins' : 'inside the warm-up';
      return (
        `training ends at ${unit} ${round(notice.to)}, ${where}, so the learning rate never reaches ` +
        `${round(notice.peak)}`
      );
    }
    case 'no restart':
      return `training ends at ${unit} ${round(notice.to)} without a warm restart`;
    case 'ends inside a cycle':
      return (
        `training ends at ${unit} ${round(notice.to)}, at a learning rate of ${round(notice.learningRate)}, inside a ` +
        `cycle that ends at ${unit} ${round(notice.end)}`
      );
    case 'constant':
      return `\`eta_min\` equals \`eta_max\`, so the learning rate stays at ${round(notice.learningRate)}`;
    case 'one update per cycle':
      return `every cycle has one update, so the learning rate stays at ${round(notice.learningRate)}`;
    case 'begins inside a cycle':
      return (
        `training begins at ${unit} ${round(notice.from)}, inside cycle ${notice.cycle}, at a learning rate of ` +
        `${round(notice.learningRate)}`
      );
    case 'once an epoch in batches':
      return (
        "`unit: 'batch'` counts batches, but `updateFreq: 'epoch'` sets the learning rate only once every " +
        `${notice.batchesPerEpoch} batches`
      );
    case 'batches unknown':
      return (
        'TensorFlow.js does not know how many batches an epoch of this data has, so the learning rate stays the same ' +
        'within the first epoch'
      );
  }
}

/** What happens in a training that a user should be told; rates are learning rates. */
export type Event =
  | { readonly kind: 'another optimizer'; readonly learningRate: number; readonly eta_max: number }
  | { readonly kind: 'another writer'; readonly found: number; readonly written: number }
  | { readonly kind: 'update with another rate'; readonly found: number; readonly written: number }
  | { readonly kind: 'update with another optimizer' }
  | { readonly kind: 'last cycle is over' }
  | { readonly kind: 'loop goes on'; readonly learningRate: number }
  | { readonly kind: 'other batches'; readonly found: number; readonly given: number }
  /** A saved training goes on in another cycle, because its config was changed; `starts` are cures. */
  | { readonly kind: 'another cycle'; readonly from: number; readonly to: number; readonly starts: Starts };

/** Values of `start` for a changed config: where training stands, if the schedule can begin there; and as it is. */
export interface Starts {
  readonly here: number | undefined;
  readonly asIs: number;
}

/** What an event says, and what can be done about it. */
export function describeEvent(event: Event): string {
  switch (event.kind) {
    case 'another optimizer': {
      const { learningRate, eta_max } = event;
      return (
        `training goes on with another optimizer, whose learning rate is ${learningRate}, under a schedule whose ` +
        `eta_max, ${eta_max}, was read from the previous one; set \`eta_max: ${learningRate}\` or \`eta_max: ${eta_max}\` ` +
        'to choose, or use a new callback for each optimizer'
      );
    }
    case 'another writer':
      return (
        `something else set the learning rate to ${event.found} after this callback had set it to ${event.written}; ` +
        'this callback overwrites it at every update, so remove one of the two'
      );
    case 'update with another rate':
      return (
        `something behind this callback set the learning rate to ${event.found} after this callback had set it to ` +
        `${event.written}, so this update may have been made at ${event.found}; remove one of the two`
      );
    case 'update with another optimizer':
      return (
        'the optimizer was replaced in the middle of an update, which may have been made at the learning rate of ' +
        'either one; replace it between updates, for example in onEpochBegin'
      );
    case 'another cycle': {
      const { from, to, starts } = event;
      const here =
        starts.here === undefined ? '' : `\`start: ${starts.here}\` to begin the schedule here, or `;
      return (
        `by the changed config, training goes on in cycle ${to}, no longer in cycle ${from}, since lengths count from the ` +
        `beginning of training; to the changes, add ${here}\`start: ${starts.asIs}\` if this is intended`
      );
    }
    case 'other batches':
      return (
        `the epoch had ${count(event.found, 'batch')}, not ${event.given}, so its learning rates were wrong; set ` +
        `\`batchesPerEpoch: ${event.found}\``
      );
    case 'last cycle is over':
      return (
        'the last cycle is over, so training stops after one batch, the fewest that TensorFlow.js can train; to start ' +
        'over, call reset()'
      );
    case 'loop goes on':
      return (
        `the last cycle is over, and your training loop goes on at a learning rate of ${event.learningRate}; ` +
        'end it as soon as `isOver` is true'
      );
  }
}

/** What cures a notice; empty if nothing is known to. */
function describeCures(cures: readonly Cure[], kind: Notice['kind']): string {
  switch (kind) {
    case 'batches unknown':
      return "set `batchesPerEpoch` in this callback's config";
    case 'begins inside a cycle': {
      const resumed = 'to resume from a saved state, use CosineAnnealingCallback.fromJSON';
      const starts = configsIn(cures).map(
        (config) =>
          `${describeKeys(config)} ${config['start'] === 0 ? 'if this is intended' : 'to begin the schedule there'}`,
      );
      return `set ${starts.join(', or ')}; ${resumed}`;
    }
    case 'idle after the last cycle': {
      const given = configsIn(cures).map((config) => `set ${describeKeys(config)}`);
      return [...given, ...trainFor(cures)].join(', or ');
    }
    case 'length in batches': {
      const lengths = cures.filter((cure) => !('config' in cure && cure.config['unit'] === 'batch'));
      const meant = lengths.length < cures.length ? ["if you meant batches, set `unit: 'batch'`"] : [];
      const otherwise = meant.length > 0 ? 'if not, ' : '';
      return [...meant, ...(lengths.length > 0 ? [`${otherwise}${describeChoices(lengths)}`] : [])].join(
        '; ',
      );
    }
    default:
      return describeChoices(cures);
  }
}

/** Other keys, other epochs, or the length of all fits together. */
function describeChoices(cures: readonly Cure[]): string {
  const totals = configsIn(cures).filter(({ total }) => total !== undefined);
  const others = configsIn(cures).filter(({ total }) => total === undefined);
  const epochs = trainFor(cures);
  const moreFits = epochs.length > 0 ? 'if more fits follow, set their total length, such as' : 'set';
  return [
    ...others.map((config) => `set ${describeKeys(config)}`),
    ...epochs,
    ...(totals.length > 0 ? [`${moreFits} ${totals.map(describeKeys).join(' or ')}`] : []),
  ].join(', or ');
}

const configsIn = (cures: readonly Cure[]) =>
  cures.flatMap((cure) => ('config' in cure ? [cure.config] : []));

/** `train for 7 or 15 epochs`, if there are such cures. */
function trainFor(cures: readonly Cure[]): string[] {
  const epochs = cures.flatMap((cure) => ('epochs' in cure ? [cure.epochs] : []));
  if (epochs.length === 0) return [];
  return [`train for ${list(epochs, 'or')} ${epochs.length === 1 && epochs[0] === 1 ? 'epoch' : 'epochs'}`];
}

/** `\`cycles: 3\` and remove \`T_0\``. */
function describeKeys(config: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(config);
  const given = entries.flatMap(([key, value]) =>
    value === undefined ? [] : [`\`${key}: ${literal(value)}\``],
  );
  const removed = entries.flatMap(([key, value]) => (value === undefined ? [`\`${key}\``] : []));
  return `${joined(given, 'and')}${removed.length > 0 ? ` and remove ${joined(removed, 'and')}` : ''}`;
}

const literal = (value: unknown) => (typeof value === 'string' ? `'${value}'` : show(value));

type Unit = 'epoch' | 'batch';

const MAX_LISTED = 6;

/** 'epochs' or 'batches'. */
export const plural = (unit: Unit): string => (unit === 'batch' ? 'batches' : 'epochs');

/** `1 epoch`, `2 epochs`. */
export const count = (n: number, unit: Unit): string => `${round(n)} ${n === 1 ? unit : plural(unit)}`;

/** Numbers as people read them: boundaries such as 3.3000000000000003 help nobody, nor does 1234570 for 1234567. */
export const round = (n: number): number => (Math.abs(n) >= 1e5 ? Math.round(n) : Number(n.toPrecision(6)));

/** `epoch 10`, or `epochs 10, 30 and 70`. */
const positions = (numbers: readonly number[], unit: Unit): string =>
  `${numbers.length === 1 ? unit : plural(unit)} ${list(numbers, 'and')}`;

/** `10, 30 and 70`; the first six of more. */
function list(numbers: readonly number[], conjunction: 'and' | 'or'): string {
  const shown = numbers.slice(0, MAX_LISTED).map((n) => String(round(n)));
  return numbers.length > MAX_LISTED ? `${shown.join(', ')}, ...` : joined(shown, conjunction);
}

/** `a, b and c`. */
const joined = (items: readonly string[], conjunction: 'and' | 'or'): string =>
  [items.slice(0, -1).join(', '), ...items.slice(-1)].filter(Boolean).join(` ${conjunction} `);
