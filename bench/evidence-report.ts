// What bench/evidence.ts found, as Markdown and as curves. Pure.
import {
  CHECKPOINTS,
  type DataName,
  type Errors,
  kinds,
  LONGEST,
  type Result,
  type ScheduleName,
  SEEDS,
  studies,
  type Trained,
  type Training,
  TUNING_SEEDS,
  trainings,
  tune,
} from './evidence-plan';
import { type Interval, mean, paired } from './statistics';
import { table } from './table';

/** Test errors in percent of one way to train: a list for each seed, from the first epoch on; a gap is null. */
export interface Row {
  readonly name: string;
  readonly peak: string;
  readonly curves: readonly Errors[];
  /** Whether each length has a training of its own, so that only the checkpoints were measured. */
  readonly isPerLength: boolean;
}

/** What a training gives, by the names in `Trained.errors`. */
const WAYS: readonly (readonly [judged: string, name: string])[] = [
  ['model', ''],
  ['last two', ', ensemble of the last two'],
  ['all', ', ensemble of all'],
  ['average', ', weights of the last two averaged'],
];

/** The seeds whose every training is done. */
export function seedsOf(data: DataName, results: readonly Result[]): number[] {
  return SEEDS.filter((seed) =>
    studies[data].every((schedule) =>
      lengthsOf(schedule).every((epochs) => find(results, { part: 'table', data, schedule, epochs, seed })),
    ),
  );
}

const lengthsOf = (schedule: ScheduleName) => (kinds[schedule].hasHorizon ? CHECKPOINTS : [LONGEST]);

function find(results: readonly Result[], wanted: Partial<Training>): Trained | undefined {
  return trainings(results).find((result) =>
    Object.entries(wanted).every(([key, value]) => result[key as keyof Training] === value),
  );
}

export function rowsOf(data: DataName, results: readonly Result[]): Row[] {
  const seeds = seedsOf(data, results);
  return studies[data].flatMap((schedule) => {
    const byLength = lengthsOf(schedule).map((epochs) => ({
      epochs,
      peak: peakOf(data, schedule, epochs, results),
      trained: seeds.flatMap((seed) => find(results, { part: 'table', data, schedule, epochs, seed }) ?? []),
    }));
    const longest = byLength.filter(({ epochs }) => epochs === LONGEST);
    const whole = longest.flatMap(({ trained, peak }) => waysOf(schedule, peak, trained));
    if (!kinds[schedule].hasHorizon) return whole;
    const perLength: Row = {
      name: `${schedule}, planned for each length`,
      peak: byLength.map(({ peak }) => peak).join(', '),
      curves: seeds.map((_, i) => curveOfEnds(byLength.map(({ trained }) => trained[i]))),
      isPerLength: true,
    };
    return [perLength, ...whole.map((row) => ({ ...row, name: `${schedule}, planned for ${LONGEST}` }))];
  });
}

function waysOf(schedule: ScheduleName, peak: string, trained: readonly Trained[]): Row[] {
  return WAYS.flatMap(([judged, ending]) => {
    const curves = trained.flatMap(({ errors }) => (errors[judged] ? [inPercent(errors[judged])] : []));
    return curves.length === 0 ? [] : [{ name: schedule + ending, peak, curves, isPerLength: false }];
  });
}

const inPercent = (errors: Errors): Errors => errors.map((error) => (error === null ? null : 100 * error));

/** The last error of each training, at the epoch where it ends. */
function curveOfEnds(trained: readonly (Trained | undefined)[]): Errors {
  const curve: (number | null)[] = Array.from({ length: LONGEST }, () => null);
  for (const training of trained) {
    const last = training?.errors['model']?.at(-1);
    if (training !== undefined && typeof last === 'number') curve[training.epochs - 1] = 100 * last;
  }
  return curve;
}

function peakOf(data: DataName, schedule: ScheduleName, epochs: number, results: readonly Result[]): string {
  const tuned = tune({ data, schedule, epochs }, results);
  if ('next' in tuned) return '?';
  const { eta_max, warmup } = tuned.best;
  const rate = String(Number(eta_max.toPrecision(3)));
  return warmup > 0 ? `${rate} after ${warmup} updates` : rate;
}

/** A seed each; undefined if any has none. */
export function errorsAt({ curves }: Row, epoch: number): number[] | undefined {
  const errors = curves.map((curve) => curve[epoch - 1]).filter((error) => typeof error === 'number');
  return errors.length > 0 && errors.length === curves.length ? errors : undefined;
}

/** The first epoch, of those that were measured, whose mean error is the target or less. */
export function epochsTo(target: number, row: Row): number | undefined {
  for (let epoch = 1; epoch <= LONGEST; epoch++) {
    const errors = errorsAt(row, epoch);
    if (errors !== undefined && mean(errors) <= target) return epoch;
  }
  return undefined;
}

const OURS = 'warm restarts';
const BASELINE = `step decay, planned for ${LONGEST}`;

/** The table of one data set. */
export function tableOf(data: DataName, results: readonly Result[]): string {
  const rows = rowsOf(data, results);
  const ours = rows.find(({ name }) => name === OURS);
  const baseline = rows.find(({ name }) => name === BASELINE);
  const target = mean((baseline && errorsAt(baseline, LONGEST)) ?? []);
  const header = ['schedule', 'peak', ...CHECKPOINTS.map(epochsInWords), `epochs to ${target.toFixed(2)} %`];
  const cells = rows.map((row) => [
    row.name,
    row.peak,
    ...CHECKPOINTS.map((epoch) => cellOf(row, ours, epoch)),
    reached(row, target),
  ]);
  return table(header, cells);
}

const epochsInWords = (epochs: number) => (epochs === 1 ? '1 epoch' : `${epochs} epochs`);

/** The mean, and in brackets how far it lies above warm restarts'. */
function cellOf(row: Row, ours: Row | undefined, epoch: number): string {
  const errors = errorsAt(row, epoch);
  if (errors === undefined) return '';
  const center = mean(errors).toFixed(2);
  const against = ours && ours !== row ? errorsAt(ours, epoch) : undefined;
  return against === undefined ? `**${center}**` : `${center} (${signed(paired(errors, against))})`;
}

export function signed({ center, half }: Interval): string {
  const sign = center < 0 ? '−' : '+';
  return `${sign}${Math.abs(center).toFixed(2)} ± ${half.toFixed(2)}`;
}

function reached(row: Row, target: number): string {
  const epochs = epochsTo(target, row);
  if (epochs === undefined) return `> ${LONGEST}`;
  return row.isPerLength && epochs > 1 ? `≤ ${epochs}` : String(epochs);
}

/** SGDR's claim, 2 to 4 times fewer epochs: what a fifth and half of the epochs give against step decay's whole training. */
export function claimTable(data: DataName, results: readonly Result[]): string {
  const rows = rowsOf(data, results);
  const errors = (row: Row | undefined, epoch: number) => (row && errorsAt(row, epoch)) ?? [];
  const whole = errors(
    rows.find(({ name }) => name === BASELINE),
    LONGEST,
  );
  const lengths = CHECKPOINTS.slice(1);
  const cells = rows
    .filter(({ name, isPerLength }) => name === OURS || isPerLength)
    .map((row) => [row.name, ...lengths.map((epoch) => signed(paired(errors(row, epoch), whole)))]);
  return table(['schedule', ...lengths.map(epochsInWords)], cells);
}

/** The peak that `findLearningRate` finds against the tuned one. */
export function foundTable(results: readonly Result[]): string {
  const rows = (Object.keys(studies) as DataName[]).flatMap((data) =>
    (['one cosine', 'warm restarts'] as const).flatMap((schedule) => foundRow(data, schedule, results)),
  );
  return table(
    [
      'data',
      'schedule',
      'tuned peak',
      'found peaks',
      'updates',
      'error, tuned',
      'error, found',
      'difference',
    ],
    rows,
  );
}

function foundRow(data: DataName, schedule: ScheduleName, results: readonly Result[]): string[][] {
  const pairs = SEEDS.flatMap((seed) => {
    const which = { data, schedule, seed, epochs: LONGEST };
    const [tuned, found] = [
      find(results, { part: 'table', ...which }),
      find(results, { part: 'found', ...which }),
    ];
    const [withTuned, withFound] = [tuned, found].map((training) => training?.errors['model']?.at(-1));
    if (!found || typeof withTuned !== 'number' || typeof withFound !== 'number') return [];
    return [{ eta_max: found.eta_max, withTuned: 100 * withTuned, withFound: 100 * withFound }];
  });
  if (pairs.length === 0) return [];
  const spent = results.flatMap((result) =>
    result.part === 'search' && result.data === data ? [result.spent] : [],
  );
  const [tuned, found] = [pairs.map(({ withTuned }) => withTuned), pairs.map(({ withFound }) => withFound)];
  return [
    [
      data,
      schedule,
      peakOf(data, schedule, LONGEST, results),
      pairs.map(({ eta_max }) => Number(eta_max.toPrecision(2))).join(', '),
      mean(spent).toFixed(0),
      mean(tuned).toFixed(2),
      mean(found).toFixed(2),
      signed(paired(found, tuned)),
    ],
  ];
}

/** What the tuning found at every peak, so that a reader sees whether a grid was wide enough. */
export function tuningTable(data: DataName, results: readonly Result[]): string {
  const rows = studies[data].flatMap((schedule) =>
    lengthsOf(schedule).map((epochs) => {
      const own = trainings(results).filter(
        (result) =>
          result.part === 'tuning' &&
          result.data === data &&
          result.schedule === schedule &&
          result.epochs === epochs &&
          TUNING_SEEDS.includes(result.seed),
      );
      const settings = [...new Set(own.map(({ eta_max, warmup }) => `${eta_max} ${warmup}`))];
      const errors = settings
        .map((setting) => {
          const [eta_max = Number.NaN, warmup = 0] = setting.split(' ').map(Number);
          const ends = own
            .filter((result) => result.eta_max === eta_max && result.warmup === warmup)
            .map((result) => 100 * Number(result.errors[kinds[schedule].judged]?.at(-1)));
          return { eta_max, warmup, error: mean(ends) };
        })
        .toSorted((a, b) => a.warmup - b.warmup || a.eta_max - b.eta_max);
      const words = errors.map(
        ({ eta_max, warmup, error }) =>
          `${Number(eta_max.toPrecision(3))}${warmup > 0 ? ` (warm-up ${warmup})` : ''}: ${error.toFixed(2)}`,
      );
      return [schedule, String(epochs), words.join('; ')];
    }),
  );
  return table(['schedule', 'epochs', 'peak: mean validation error in percent'], rows);
}

/** Everything, as Markdown. */
export function reportOf(results: readonly Result[]): string {
  const hours = results.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const sections = (Object.keys(studies) as DataName[]).map((data) => sectionOf(data, results));
  return [
    '# The evidence\n',
    'Printed by `npm run evidence`; [README.md](README.md) says how it is taken. Test errors are in percent, means over the',
    'seeds; brackets hold the mean difference to warm restarts on the same seeds and its 95 % interval.',
    ...sections,
    '\n## The peaks that findLearningRate finds for 15 epochs\n',
    foundTable(results),
    `\n${results.length} trainings and searches, ${hours.toFixed(2)} hours of one core.\n`,
  ].join('\n');
}

function sectionOf(data: DataName, results: readonly Result[]): string {
  const seeds = seedsOf(data, results).length;
  const tables =
    seeds === 0
      ? []
      : [
          tableOf(data, results),
          `\nDifferences to step decay's error after ${LONGEST} epochs, in points:\n`,
          claimTable(data, results),
        ];
  return [
    `\n## ${data}, ${seeds} seeds\n`,
    ...tables,
    '\nHow the peaks were tuned:\n',
    tuningTable(data, results),
  ].join('\n');
}

/** Mean curves for the README's picture. */
export function curvesOf(data: DataName, results: readonly Result[]) {
  const wanted: Readonly<Record<string, string>> = {
    constant: 'constant',
    [BASELINE]: 'step decay',
    'Schedule-Free SGD': 'Schedule-Free',
    [OURS]: OURS,
    'one cosine, planned for each length': 'a cosine for each length',
  };
  const epochs = Array.from({ length: LONGEST }, (_, i) => i + 1);
  return rowsOf(data, results).flatMap((row) => {
    const name = wanted[row.name];
    if (name === undefined) return [];
    const y = epochs.map((epoch) => {
      const errors = errorsAt(row, epoch);
      return errors === undefined ? null : mean(errors);
    });
    return [{ name, x: epochs, y, kind: row.isPerLength ? ('points' as const) : ('line' as const) }];
  });
}
