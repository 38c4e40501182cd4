// Is it worth annealing with warm restarts? Schedules train the same network from the same weights on the same batches,
// each with a peak tuned for it; two trainings at a time, each a line in a file, so a run that was ended goes on.
// See bench/README.md.
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toSVG } from '../lib/charts/chart';
import { epochsLeft, type Job, jobsLeft, keyOf, type Result } from './evidence-plan';
import { curvesOf, reportOf, seedsOf } from './evidence-report';
import { perform } from './evidence-training';

const WORKERS = 2;
/** So that a worker keeps to a core. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };

/** What was trained, in a file. */
class Results {
  readonly all: Result[];
  readonly #file: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, 'evidence.jsonl');
    this.all = existsSync(this.#file) ? readFileSync(this.#file, 'utf8').split('\n').flatMap(resultOf) : [];
  }

  /** On a line of its own, also behind one that was cut short when a run was ended. */
  add(result: Result): void {
    this.all.push(result);
    appendFileSync(this.#file, `\n${JSON.stringify(result)}`);
  }
}

/** Of an empty line, or one that was cut short, nothing. */
function resultOf(line: string): Result[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: 'reports' }, report: { type: 'boolean', default: false } },
  });
  const results = new Results(values.out);
  if (!values.report) await trainAll(results);
  const report = reportOf(results.all);
  console.log(`\n${report}`);
  writeFileSync(join(values.out, 'evidence.md'), report);
  if (seedsOf('MNIST', results.all).length === 0) return;
  writeFileSync(join(values.out, 'evidence.svg'), pictureOf(results.all));
  console.log(`evidence.md and evidence.svg are in ${values.out}`);
}

function pictureOf(results: readonly Result[]): string {
  const seeds = seedsOf('MNIST', results).length;
  const labels = {
    title: `MNIST, 10,000 images, ${seeds} seeds`,
    xLabel: 'epochs',
    yLabel: 'test error (%)',
  };
  return toSVG({ series: curvesOf('MNIST', results) }, labels);
}

/** Each worker takes the most urgent job that nobody has; one that finds none waits for another's result. */
async function trainAll(results: Results): Promise<void> {
  const begin = performance.now();
  const begun = new Set<string>();
  const before = epochsLeft(results.all);
  const news = new EventEmitter();
  const next = () => jobsLeft(results.all).find((job) => !begun.has(keyOf(job)));

  async function work(): Promise<void> {
    const worker = fork(__filename, ['--worker'], { env: { ...process.env, ...ONE_THREAD } });
    while (jobsLeft(results.all).length > 0) {
      const job = next();
      if (job === undefined) {
        await once(news, 'result');
        continue;
      }
      begun.add(keyOf(job));
      results.add(await performIn(worker, job));
      news.emit('result');
      const left = epochsLeft(results.all);
      const minutes = (performance.now() - begin) / 6e4;
      const toGo = (minutes * left) / Math.max(1, before - left);
      console.log(`${minutes.toFixed(1)} min, about ${toGo.toFixed(0)} to go: ${keyOf(job)}`);
    }
    worker.disconnect();
  }

  await Promise.all(Array.from({ length: WORKERS }, work));
}

function performIn(worker: ChildProcess, job: Job): Promise<Result> {
  return new Promise((resolve, reject) => {
    worker.once('message', (result: Result) => {
      worker.off('exit', reject);
      resolve(result);
    });
    worker.once('exit', reject);
    worker.send(job);
  });
}

function serve(): void {
  process.on('message', async (job: Job) => process.send?.(await perform(job)));
}

if (process.argv.includes('--worker')) serve();
else
  main().catch((error) => {
    console.error(error);
    process.exit(1);
  });
