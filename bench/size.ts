// What the package costs: bundle sizes, minified and gzipped, held to a budget (exit code 1 beyond it), each part's
// share of the callback's, and the memory of a change in the history.
import { gzipSync } from 'node:zlib';
import { buildSync, type Metafile } from 'esbuild';
import { cosineAnnealing } from '../lib/schedule';
import { HistoryLog } from '../lib/training/history';
import { table } from './table';

const KB = 1000;
const CALLBACK = 'CosineAnnealingCallback';
const bundles = [
  {
    what: 'the arithmetic: lib/annealing/schedule.ts',
    entry: "export { schedule } from './lib/annealing/schedule'",
    budget: 3.5 * KB,
  },
  { what: 'cosineAnnealing', entry: "export { cosineAnnealing } from './lib/schedule'", budget: 12.5 * KB },
  { what: CALLBACK, entry: "export { CosineAnnealingCallback } from './lib'", budget: 24.4 * KB },
  { what: 'every export, presets too', entry: "export * from './lib'", budget: 40.4 * KB },
  { what: 'toText and toSVG', entry: "export * from './lib/plot'", budget: 13 * KB },
];

const CHANGES = 1_000_000;

const sizes = bundles.map(({ what, entry, budget }) => ({ what, budget, ...bundled(entry) }));
const rows = sizes.map(({ what, bytes, budget }) => [what, kilobytes(bytes), kilobytes(budget)]);
console.log(table(['bundle, minified and gzipped', 'kB', 'budget'], rows));
const callback = sizes.find(({ what }) => what === CALLBACK);
if (callback !== undefined) console.log(`\n${sharesOf(callback)}`);
console.log(`\n${bytesPerChange().toFixed(1)} bytes a change of the learning rate, over ${CHANGES} changes`);
if (sizes.some(({ bytes, budget }) => bytes > budget)) process.exitCode = 1;

function bundled(contents: string): { bytes: number; metafile: Metafile } {
  const { outputFiles, metafile } = buildSync({
    stdin: { contents, resolveDir: `${__dirname}/..`, loader: 'ts' },
    absWorkingDir: `${__dirname}/..`,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    outfile: 'bundle.js',
    format: 'esm',
    platform: 'browser',
    external: ['@tensorflow/*'],
  });
  return {
    bytes: gzipSync((outputFiles[0] as { contents: Uint8Array }).contents, { level: 9 }).length,
    metafile,
  };
}

/** Gzip works on the whole, so a part has of the gzipped size what it has of the minified one. */
function sharesOf({ what, bytes, metafile }: { what: string; bytes: number; metafile: Metafile }): string {
  const parts = new Map<string, number>();
  const [output] = Object.values(metafile.outputs);
  for (const [path, { bytesInOutput }] of Object.entries(output?.inputs ?? {}))
    parts.set(partOf(path), (parts.get(partOf(path)) ?? 0) + bytesInOutput);
  const total = [...parts.values()].reduce((sum, size) => sum + size, 0);
  const rows = [...parts]
    .sort(([, a], [, b]) => b - a)
    .map(([part, size]) => [
      part,
      kilobytes((bytes * size) / total),
      `${((100 * size) / total).toFixed(1)} %`,
    ]);
  return table([`parts of ${what}`, 'kB', 'share'], rows);
}

/** A folder or file of lib/, or a package. */
function partOf(path: string): string {
  const [, packageName] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return packageName ?? /^lib\/(\w+)/.exec(path)?.[1] ?? 'the rest';
}

function bytesPerChange(): number {
  const history = new HistoryLog();
  history.follow(cosineAnnealing({ T_0: 10, eta_max: 0.1 }));
  const before = process.memoryUsage().arrayBuffers;
  for (let step = 0; step < CHANGES; step++) history.append({ step, epoch: step, batch: 0 }, step, false);
  return (process.memoryUsage().arrayBuffers - before) / history.length;
}

function kilobytes(bytes: number): string {
  return (bytes / KB).toFixed(1);
}
