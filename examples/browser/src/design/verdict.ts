import {
  CosineAnnealingError,
  cosineAnnealing,
  type Problem,
  plan,
  type Schedule,
  type ScheduledConfig,
  type SchedulePlan,
} from 'tfjs-cosine-annealing/schedule';
// The package's own words; a page outside of its repository would show `error.message`.
import { sentenceOf as worded } from '../../../../lib/errors';
import type { TrainingDraft } from './design';
import { configOf, type Draft, type Typed } from './draft';

/** A training whose numbers are right. */
export interface Training {
  readonly epochs: number;
  readonly batches: number;
}

/** What the package says of a schedule, for a training. */
export interface Verdict {
  /** What is wrong, by the names of the fields; what belongs to none of them is under ''. */
  readonly problems: ReadonlyMap<string, string>;
  /** Undefined if something is wrong. */
  readonly right: Right | undefined;
}

export interface Right {
  /** The config as it was written. */
  readonly config: Typed;
  readonly schedule: Schedule<ScheduledConfig>;
  readonly plan: SchedulePlan;
  readonly training: Training;
  /** Where training ends, in the schedule's units. */
  readonly to: number;
}

/** What was said last of a draft, and for which training. */
const known = new WeakMap<Draft, { readonly written: TrainingDraft; readonly verdict: Verdict }>();

/** Asks the package: every problem there is, and nothing of the page's own; once, until something changes. */
export function judge(draft: Draft, written: TrainingDraft): Verdict {
  const last = known.get(draft);
  if (last?.written === written) return last.verdict;
  const verdict = verdictOn(draft, written);
  known.set(draft, { written, verdict });
  return verdict;
}

function verdictOn(draft: Draft, written: TrainingDraft): Verdict {
  const problems = new Map<string, string>();
  const training = attempt(problems, TRAINING_FIELDS, () => trainingOf(written));
  const right = attempt(problems, {}, () => rightOf(draft, training ?? { epochs: 1, batches: 1 }));
  return { problems, right: training && problems.size === 0 ? right : undefined };
}

const TRAINING_FIELDS: Readonly<Record<string, string>> = { batchesPerEpoch: 'batches' };

function trainingOf({ epochs, batches }: TrainingDraft): Training {
  const training = { epochs: numberIn(epochs), batchesPerEpoch: numberIn(batches) };
  plan({ T_0: 1, eta_max: 1 }, training); // checks the numbers of any training
  return { epochs: training.epochs, batches: training.batchesPerEpoch };
}

function rightOf(draft: Draft, training: Training): Right {
  const config = configOf(draft);
  const { epochs } = training;
  const batchesPerEpoch = config.batchesPerEpoch ?? training.batches;
  const to = config.unit === 'batch' ? epochs * batchesPerEpoch : epochs;
  // As the callback does in a fit: cycles without a length of their own fill it.
  const fills = typeof config.cycles === 'number' && config.T_0 === undefined && config.total === undefined;
  const schedule = cosineAnnealing({ ...config, batchesPerEpoch, ...(fills && { total: to }) });
  return { config, schedule, training, to, plan: plan(config, { epochs, batchesPerEpoch }) };
}

/** An empty field is no 0, and a text is no number: the package names both. */
function numberIn(text: string): number {
  const trimmed = text.trim();
  const value = Number(trimmed);
  return (trimmed === '' ? null : Number.isNaN(value) ? trimmed : value) as number;
}

function attempt<Result>(
  problems: Map<string, string>,
  renamed: Readonly<Record<string, string>>,
  make: () => Result,
): Result | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof CosineAnnealingError)) throw error;
    for (const problem of error.problems) {
      const name = fieldOf(problem.path);
      const field = renamed[name] ?? name;
      const before = problems.get(field);
      problems.set(field, before ? `${before}. ${sentenceOf(problem)}` : sentenceOf(problem));
    }
    return undefined;
  }
}

/** The field that a path leads to: items of a list, and `warmup` as a whole, have none of their own. */
function fieldOf(path: Problem['path']): string {
  const name = path.filter((step) => typeof step === 'string').join('.');
  return name === 'warmup' ? 'warmup.length' : name;
}

/** A problem in the package's words, beside its field, which shows the name, and shows that it is empty. */
export function sentenceOf({ path, received, ...rest }: Problem): string {
  const at = path.findLast((step) => typeof step === 'number');
  const item = at === undefined ? '' : `item ${at + 1}: `;
  return item + worded(received === undefined || received === null ? rest : { ...rest, received });
}
