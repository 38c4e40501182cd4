// What bench/evidence.ts trains, in which order, and how each peak is tuned. Pure: what is done decides what is next, so a
// run that was ended goes on.

import { mean } from './statistics';

export type DataName = 'MNIST' | 'Fashion-MNIST';
export type Part = 'tuning' | 'table' | 'found';

/** One training. */
export interface Training {
  readonly part: Part;
  readonly data: DataName;
  readonly schedule: ScheduleName;
  readonly epochs: number;
  readonly eta_max: number;
  /** Updates; Schedule-Free SGD's own. */
  readonly warmup: number;
  /** Of the first weights and of the batches. */
  readonly seed: number;
}

/** One call of `findLearningRate`. */
export interface Search {
  readonly part: 'search';
  readonly data: DataName;
  readonly seed: number;
}

export type Job = Training | Search;

/** Shares of wrong answers: one for each epoch, null if there was nothing to judge; after tuning the last alone. */
export type Errors = readonly (number | null)[];

export interface Trained extends Training {
  /** Of what the training gives: the model, and what a snapshot ensemble makes of it. */
  readonly errors: Readonly<Record<string, Errors>>;
  readonly seconds: number;
}

export interface Searched extends Search {
  readonly eta_max: number;
  /** Updates. */
  readonly spent: number;
  readonly seconds: number;
}

export type Result = Trained | Searched;

/** Whether a schedule has to know how long the training is, and what of its results its peak is tuned for. */
interface Kind {
  readonly hasHorizon: boolean;
  readonly judged: string;
  /** Of the grid's peaks: plain SGD's steps are a tenth of those that momentum 0.9 adds up. */
  readonly scale: number;
  readonly warmups: readonly number[];
}

const anytime: Kind = { hasHorizon: false, judged: 'model', scale: 1, warmups: [0] };
const planned: Kind = { ...anytime, hasHorizon: true };

export const kinds = {
  constant: anytime,
  'step decay': planned,
  'one cosine': planned,
  'linear to 0': planned,
  'warm-up, stable, decay': planned,
  'Schedule-Free SGD': { ...anytime, scale: 10, warmups: [0, 100] },
  'warm restarts': anytime,
  'equal cycles': { ...anytime, judged: 'last two' },
} satisfies Record<string, Kind>;

export type ScheduleName = keyof typeof kinds;

const names = Object.keys(kinds) as ScheduleName[];

export const studies: Readonly<Record<DataName, readonly ScheduleName[]>> = {
  MNIST: names,
  'Fashion-MNIST': ['constant', 'step decay', 'one cosine', 'warm restarts'],
};

export const LONGEST = 15;
export const CHECKPOINTS = [1, 3, 7, LONGEST];
export const SEEDS = [1, 2, 3, 4, 5];
/** None of them is in a table. */
export const TUNING_SEEDS = [101, 102];
/** The grid's peaks are 0.1 times these powers of 2. As long as an end of it is best it goes on there, twice at most. */
const POWERS = [-1, 0, 1];
const FURTHER = 2;
/** What trains with the peaks that `findLearningRate` finds. */
const WITH_FOUND: readonly ScheduleName[] = ['one cosine', 'warm restarts'];

/** A row of the table before its peak is known: a schedule, planned for so many epochs. */
export type Case = Pick<Training, 'data' | 'schedule' | 'epochs'>;
export type Setting = Pick<Training, 'eta_max' | 'warmup'>;

export function casesOf(data: DataName): Case[] {
  return studies[data].flatMap((schedule) =>
    (kinds[schedule].hasHorizon ? CHECKPOINTS : [LONGEST]).map((epochs) => ({ data, schedule, epochs })),
  );
}

/** The best setting on the grid, once it's known; till then the settings to try. */
export function tune(
  { data, schedule, epochs }: Case,
  results: readonly Result[],
): { readonly best: Setting } | { readonly next: readonly Setting[] } {
  const { judged, scale, warmups } = kinds[schedule];
  const own = trainings(results).filter(
    (result) =>
      result.part === 'tuning' &&
      result.data === data &&
      result.schedule === schedule &&
      result.epochs === epochs,
  );
  const powers = [...POWERS];
  for (;;) {
    const settings = powers.flatMap((power) =>
      warmups.map((warmup) => ({ power, eta_max: scale * 0.1 * 2 ** power, warmup })),
    );
    const tried = settings.map((setting) => ({ ...setting, error: meanError(own, setting, judged) }));
    if (tried.some(({ error }) => error === undefined)) return { next: settings.map(withoutPower) };
    const [best] = tried.toSorted((a, b) => Number(a.error) - Number(b.error));
    if (best === undefined) throw new Error('the grid is empty');
    const [lowest, highest] = [Math.min(...powers), Math.max(...powers)];
    if (best.power === lowest && lowest > Math.min(...POWERS) - FURTHER) powers.unshift(lowest - 1);
    else if (best.power === highest && highest < Math.max(...POWERS) + FURTHER) powers.push(highest + 1);
    else return { best: withoutPower(best) };
  }
}

const withoutPower = ({ eta_max, warmup }: Setting): Setting => ({ eta_max, warmup });

/** At the end, over all tuning seeds; undefined while one is missing. */
function meanError(
  own: readonly Trained[],
  { eta_max, warmup }: Setting,
  judged: string,
): number | undefined {
  const errors = TUNING_SEEDS.map((seed) =>
    own
      .find((result) => result.eta_max === eta_max && result.warmup === warmup && result.seed === seed)
      ?.errors[judged]?.at(-1),
  );
  const known = errors.filter((error) => typeof error === 'number');
  return known.length === errors.length ? mean(known) : undefined;
}

/** What is left to do and can be done now, the most urgent first. */
export function jobsLeft(results: readonly Result[]): Job[] {
  const done = new Set(results.map(keyOf));
  const data = Object.keys(studies) as DataName[];
  const jobs = [
    ...data.flatMap((name) => tableJobs(name, results)),
    ...data.flatMap((name) => searchJobs(name, results)),
  ];
  return jobs.filter((job) => !done.has(keyOf(job)));
}

function tableJobs(data: DataName, results: readonly Result[]): Job[] {
  const tuning: Job[] = [];
  const table: Training[] = [];
  for (const row of casesOf(data)) {
    const tuned = tune(row, results);
    if ('next' in tuned) {
      for (const seed of TUNING_SEEDS)
        tuning.push(...tuned.next.map((setting) => ({ part: 'tuning' as const, ...row, ...setting, seed })));
    } else {
      table.push(...SEEDS.map((seed) => ({ part: 'table' as const, ...row, ...tuned.best, seed })));
    }
  }
  return [...tuning, ...table.toSorted((a, b) => a.seed - b.seed)]; // a seed of every row makes a table already
}

function searchJobs(data: DataName, results: readonly Result[]): Job[] {
  return SEEDS.flatMap((seed): Job[] => {
    const found = results.find(
      (result) => result.part === 'search' && result.data === data && result.seed === seed,
    );
    if (found === undefined) return [{ part: 'search', data, seed }];
    const { eta_max } = found;
    return WITH_FOUND.map((schedule) => ({
      part: 'found',
      data,
      schedule,
      epochs: LONGEST,
      eta_max,
      warmup: 0,
      seed,
    }));
  });
}

/** The epochs that are left, as far as can be known: a grid may go on, and a search counts as a few epochs. */
export function epochsLeft(results: readonly Result[]): number {
  const known = jobsLeft(results).reduce((sum, job) => sum + (job.part === 'search' ? 5 : job.epochs), 0);
  const untuned = (Object.keys(studies) as DataName[])
    .flatMap(casesOf)
    .filter((row) => 'next' in tune(row, results));
  const unsearched = jobsLeft(results).filter(({ part }) => part === 'search').length;
  return (
    known +
    SEEDS.length * untuned.reduce((sum, { epochs }) => sum + epochs, 0) +
    unsearched * WITH_FOUND.length * LONGEST
  );
}

export const trainings = (results: readonly Result[]): Trained[] =>
  results.filter((result) => result.part !== 'search');

export const keyOf = (job: Job): string =>
  job.part === 'search'
    ? [job.part, job.data, job.seed].join(' ')
    : [job.part, job.data, job.schedule, job.epochs, job.eta_max, job.warmup, job.seed].join(' ');
