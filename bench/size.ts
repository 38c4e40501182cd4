// What the package costs: bundle sizes, minified and gzipped, held to a budget (exit code 1 beyond it), and the memory
// of a change in the history.
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { cosineAnnealing, LearningRateHistory } from '../lib/schedule';
import { table } from './table';

const KB = 1000;
const bundles = [
  {
    what: 'the arithmetic: lib/annealing/schedule.ts',
    entry: "export { schedule } from './lib/annealing/schedule'",
    budget: 3 * KB,
  },
  { what: 'cosineAnnealing', entry: "export { cosineAnnealing } from './lib/schedule'", budget: 14 * KB },
  {
    what: 'CosineAnnealingCallback',
    entry: "export { CosineAnnealingCallback } from './lib'",
    budget: 20 * KB,
  },
  { what: 'every export, presets too', entry: "export * from './lib'", budget: 22 * KB },
  { what: 'toText and toSVG', entry: "export * from './lib/plot'", budget: 9 * KB },
];

const CHANGES = 1_000_000;

const sizes = bundles.map(({ what, entry, budget }) => ({ what, budget, bytes: gzipped(entry) }));
const rows = sizes.map(({ what, bytes, budget }) => [what, kilobytes(bytes), kilobytes(budget)]);
console.log(table(['bundle, minified and gzipped', 'kB', 'budget'], rows));
console.log(`\n${bytesPerChange().toFixed(1)} bytes a change of the learning rate, over ${CHANGES} changes`);
if (sizes.some(({ bytes, budget }) => bytes > budget)) process.exitCode = 1;

function gzipped(contents: string): number {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: `${__dirname}/..`, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    external: ['@tensorflow/*'],
  });
  return gzipSync((outputFiles[0] as { contents: Uint8Array }).contents, { level: 9 }).length;
}

function bytesPerChange(): number {
  const history = new LearningRateHistory();
  history.follow(cosineAnnealing({ T_0: 10, eta_max: 0.1 }));
  const before = process.memoryUsage().arrayBuffers;
  for (let step = 0; step < CHANGES; step++) history.append({ step, epoch: step, batch: 0 }, step);
  return (process.memoryUsage().arrayBuffers - before) / history.length;
}

function kilobytes(bytes: number): string {
  return (bytes / KB).toFixed(1);
}
