import { parseArgs } from 'node:util';
import { cycleCount, endsAround, type PlannedCycle, plannedCycles, plural, round } from '../annealing/plan';
import type { Schedule } from '../annealing/schedule';
import { toSVG, toText } from '../charts/chart';
import {
  type CosineAnnealingConfig,
  configKeys,
  type ParsedConfig,
  parseConfig,
  ruleOf,
  type ScheduledConfig,
  scheduleOf,
} from '../config/config';
import { suggestion } from '../config/rules';
import { CosineAnnealingError } from '../errors';

/** What the command prints, and the files that it writes. */
export interface Preview {
  readonly text: string;
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

const OWN_OPTIONS = {
  epochs: { type: 'string' },
  batches: { type: 'string' },
  svg: { type: 'string' },
  csv: { type: 'string' },
  json: { type: 'boolean' },
  width: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const CYCLES_WITHOUT_END = 4;
const MOST_CYCLES_LISTED = 20;
const MOST_ROWS = 1_000_000;

/**
 * What `npx tfjs-cosine-annealing` with these arguments shows.
 *
 * @throws {@link CosineAnnealingError} that lists everything wrong with them.
 */
export function preview(args: string[]): Preview {
  const options = readOptions(args);
  if (options['help'] || args.length === 0) return { text: help(), files: [] };
  const length = lengthFrom(options);
  const config = configFrom(options, length);
  const schedule = scheduleOf(config);
  const to = length ?? defaultLength(schedule);
  const files = [
    ...fileFrom(options['svg'], () => toSVG({ schedule, to })),
    ...fileFrom(options['csv'], () => csv(schedule, to)),
  ];
  const shown = { schedule, to, width: options['width'] };
  return { text: options['json'] ? json(schedule, to) : text(shown), files };
}

type Options = Readonly<Record<string, string | boolean | undefined>>;

function readOptions(args: string[]): Options {
  const keys = Object.fromEntries(configKeys.map((key) => [key, { type: 'string' } as const]));
  try {
    return parseArgs({ args, options: { ...keys, ...OWN_OPTIONS } }).values as Options;
  } catch (cause) {
    const name = /Unknown option '--(\w+)/.exec((cause as Error).message)?.[1];
    const known = [...configKeys, ...Object.keys(OWN_OPTIONS)];
    const problem = name && `\`${name}\`: unknown option, ${suggestion(name, known)}`;
    throw new CosineAnnealingError(
      `${problem ?? (cause as Error).message}\nSee tfjs-cosine-annealing --help`,
      {
        cause,
      },
    );
  }
}

/** The run's length in the schedule's units, where the options say it. */
function lengthFrom(options: Options): number | undefined {
  const { unit, epochs, batches, batchesPerEpoch } = mapValues(options, readValue);
  if (unit !== 'batch' && batches !== undefined) {
    throw new CosineAnnealingError("`batches`: needs `unit` 'batch'; or give `epochs`");
  }
  if (unit !== 'batch') return checkedLength('epochs', epochs);
  if (batches !== undefined) return checkedLength('batches', batches);
  const length = checkedLength('epochs', epochs);
  if (length === undefined) return undefined;
  if (typeof batchesPerEpoch === 'number') return length * batchesPerEpoch;
  throw new CosineAnnealingError(
    "`epochs`: needs `batchesPerEpoch` with the unit 'batch'; or give `batches`",
  );
}

function checkedLength(name: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === 'number' && value > 0 && value <= Number.MAX_SAFE_INTEGER))
    return value;
  throw new CosineAnnealingError(
    `\`${name}\`: expected a number > 0, at most 2^53 - 1, got ${JSON.stringify(value)}`,
  );
}

/** As in training, cycles without T_0 fill the run. */
function configFrom(options: Options, length: number | undefined): ParsedConfig {
  const given = Object.entries(options).filter(([key]) => (configKeys as readonly string[]).includes(key));
  const config = mapValues(Object.fromEntries(given), readValue) as unknown as CosineAnnealingConfig;
  const fills = typeof config.cycles === 'number' && config.T_0 === undefined && config.total === undefined;
  return parseConfig(fills ? ({ ...config, total: length } as CosineAnnealingConfig) : config);
}

/** '0.1', '[1,2]' and '{"length":5}' are JSON, '{ length: 5 }' is meant to be, '1,2' is a list, and anything else is text. */
function readValue(value: string | boolean | undefined): unknown {
  if (typeof value !== 'string') return value;
  for (const text of [value, `[${value}]`, value.replaceAll(/(\w+)\s*:/g, '"$1":')]) {
    try {
      return JSON.parse(text);
    } catch {
      // not JSON: try the next reading
    }
  }
  return value;
}

function mapValues(record: Options, change: (value: Options[string]) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function defaultLength(schedule: Schedule<ScheduledConfig>): number {
  const count = cycleCount(schedule);
  return schedule.cycleStart(Number.isFinite(count) ? count : CYCLES_WITHOUT_END);
}

const fileFrom = (path: Options[string], content: () => string) =>
  typeof path === 'string' ? [{ path, content: content() }] : [];

function text({
  schedule,
  to,
  width,
}: {
  schedule: Schedule<ScheduledConfig>;
  to: number;
  width: Options[string];
}): string {
  const run = { from: 0, to };
  const cycles = plannedCycles(schedule, run, MOST_CYCLES_LISTED);
  const { unit } = schedule.config;
  const { cycle, phase } = schedule.cycleAt(to);
  const ends = endsAround(schedule, schedule.cycleStart(cycle) < to ? cycle : Math.max(0, cycle - 1));
  return [
    toText({ schedule, to }, { width: readValue(width) as number | undefined }),
    '',
    table(
      ['cycle', 'start', 'length', 'end', 'first rate', 'last rate'],
      cycles.map((row) => rowOf(schedule, row)),
    ),
    ...(plannedCycles(schedule, run, MOST_CYCLES_LISTED + 1).length > cycles.length
      ? ['... and more cycles']
      : []),
    '',
    `A cycle ends after ${ends.map(round).join(', ')} ${plural(unit)}.`,
    ...(ends.includes(to) || phase === 'hold'
      ? []
      : [`This run of ${round(to)} ${plural(unit)} ends within a cycle.`]),
    '',
  ].join('\n');
}

function rowOf(schedule: Schedule<ScheduledConfig>, { cycle, start, end }: PlannedCycle): string[] {
  const last = schedule(lastUpdate(schedule, start, end));
  return [cycle, round(start), round(end - start), round(end), round(schedule(start)), round(last)].map(
    String,
  );
}

/** The last update before the end: of a batch, where the number of batches is known, else of a unit. */
function lastUpdate({ config }: Schedule<ScheduledConfig>, start: number, end: number): number {
  const perUnit = updatesPerUnit(config);
  return Math.max(start, (Math.ceil(end * perUnit - 1e-6) - 1) / perUnit);
}

const updatesPerUnit = ({ unit, updateFreq, batchesPerEpoch = 1 }: ScheduledConfig): number =>
  unit === 'epoch' && updateFreq === 'batch' ? batchesPerEpoch : 1;

function table(header: string[], rows: string[][]): string {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] as string).length)),
  );
  return [header, ...rows]
    .map((row) => row.map((cell, column) => cell.padStart(widths[column] as number)).join('  '))
    .join('\n');
}

/** The position of every update, in order. */
function* updates(schedule: Schedule<ScheduledConfig>, to: number): Iterable<number> {
  const perEpoch = updatesPerUnit(schedule.config);
  const count = Math.min(MOST_ROWS, Math.ceil(to * perEpoch));
  for (let step = 0; step < count; step++) {
    yield schedule.positionOf({ step, epoch: Math.floor(step / perEpoch), batch: step % perEpoch });
  }
}

function csv(schedule: Schedule<ScheduledConfig>, to: number): string {
  const lines = [`${schedule.config.unit},learning_rate,cycle,T_cur,T_i,phase`];
  for (const t of updates(schedule, to)) {
    const { cycle, T_cur, T_i, phase } = schedule.cycleAt(t);
    lines.push([t, schedule(t), cycle, T_cur, T_i, phase].join());
  }
  return `${lines.join('\n')}\n`;
}

function json(schedule: Schedule<ScheduledConfig>, to: number): string {
  const cycles = plannedCycles(schedule, { from: 0, to }, MOST_ROWS);
  const learningRates = Array.from(updates(schedule, to), (t) => [t, schedule(t)]);
  return `${JSON.stringify({ config: schedule.config, to, cycles, learningRates })}\n`;
}

function help(): string {
  const width = Math.max(...configKeys.map((key) => key.length));
  return `Draws a schedule of SGDR's cosine annealing with warm restarts, and lists its cycles.

Usage: npx tfjs-cosine-annealing --T_0 10 --T_mult 2 --eta_max 0.1 --eta_min 1e-4 --epochs 150

The schedule (the README says what each option means; eta_max is required here):
${configKeys.map((key) => `  --${key.padEnd(width)}  ${ruleOf(key)}`).join('\n')}

The run and the output:
  --epochs N     length of the run; default: all cycles, or ${CYCLES_WITHOUT_END} of endless ones
  --batches N    the same, with --unit batch
  --svg FILE     write the chart as SVG
  --csv FILE     write the learning rate of every update
  --json         print config, cycles and learning rates as JSON
  --width N      columns of the chart; default 80
  -h, --help     this text

Lists are written as 1,2,3 and a warm-up as 5 or '{"length": 5, "everyCycle": true}'.
`;
}
