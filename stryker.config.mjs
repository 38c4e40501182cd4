// Stryker's part of `npm run mutation`: mutates one file of lib/, and runs the specs that should notice.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** What drives the callback through fits and loops. */
const ADAPTER = [
  'training/callback',
  'training/fit',
  'training/own-loop',
  'training/cycle-end',
  'training/last-cycle',
  'training/hooks',
  'training/warnings',
  'training/fit-after-fit',
  'training/other-writers',
  'training/plain-object',
  'training/fits-at-once',
  'training/peak',
  'training/state-changes',
  'training/state',
];

/** The specs that prove a file, if that isn't the one of the same name alone. */
const SPECS = {
  'annealing/cycles': ['annealing/cycles', 'annealing/boundaries'],
  'annealing/schedule': ['annealing/schedule', 'annealing/boundaries'],
  'charts/axis': ['charts/axis', 'charts/chart'],
  'charts/line': ['charts/line', 'charts/svg'],
  'charts/raster': ['charts/raster', 'charts/text'],
  'charts/rules': ['charts/rules', 'charts/search-source', 'charts/chart'],
  'charts/svg': ['charts/svg', 'charts/chart'],
  'charts/text': ['charts/text', 'charts/chart'],
  'command/config-file': ['command/config-file', 'command/command'],
  'command/settings': ['command/settings', 'command/command'],
  'command/terminal': ['command/terminal', 'command/command'],
  'config/config': ['config/config', 'config/conflicts', 'annealing/plan', 'presets/preset'],
  'config/rules': ['config/rules', 'errors', 'config/config', 'presets/preset'],
  'presets/preset': ['presets/mmengine', 'presets/optax', 'presets/transformers'],
  'training/callback': ADAPTER,
  'training/checksum': ['training/damage', 'training/state'],
  'training/fit': ADAPTER,
  'training/interference': ['training/other-writers', 'training/fits-at-once', 'training/plain-object'],
  'training/options': ['training/options', 'training/callback', 'training/own-loop'],
  'training/reporter': [
    'training/warnings',
    'training/callback',
    'training/last-cycle',
    'training/cycle-end',
  ],
  'training/run': [
    'training/run',
    'training/warnings',
    'training/fit-after-fit',
    'training/own-loop',
    'training/cycle-end',
    'training/last-cycle',
    'training/state-changes',
  ],
  'training/state': ['training/state-refused', 'training/state-changes', 'training/state', 'training/damage'],
};

const file = process.env.MUTATED_FILE;
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
/** Tests of loads are slow, most of all with mutants, and notice nothing that others don't. */
const LOADS = 'million';
const mochaArgs = ['--no-config', '--timeout', '60000', '-R', 'tap', '--grep', LOADS, '--invert'];

/** Without a spec of its name, a file is proven by the one of its folder's name, or by all of its folder. */
function specsOf(file) {
  if (SPECS[file] !== undefined) return SPECS[file];
  const folder = dirname(file);
  const own = [file, `${folder}/${folder}`].find((name) => existsSync(`spec/${name}.spec.ts`));
  if (own !== undefined) return [own];
  const names = readdirSync(`spec/${folder}`).filter((name) => name.endsWith('.spec.ts'));
  return names.map((name) => `${folder}/${name.replace('.spec.ts', '')}`);
}

export default {
  packageManager: 'npm',
  plugins: ['@stryker-mutator/tap-runner'],
  testRunner: 'tap',
  coverageAnalysis: 'perTest',
  mutate: [`lib/${file}.ts`],
  // Compiled once with all mutants in it, beside the sources of the sandbox, so that no run compiles anything.
  buildCommand:
    'esbuild lib/**/*.ts spec/**/*.ts examples/*.ts examples/shared/*.ts --outdir=. --outbase=. --format=cjs --log-level=warning',
  tap: {
    testFiles: specsOf(file).map((spec) => `spec/${spec}.spec.js`),
    nodeArgs: ['-r', '{{hookFile}}', mocha, ...mochaArgs, '{{testFile}}'],
  },
  ignorePatterns: [
    ...['/*', '!/lib', '!/spec', '!/examples', '!/dist', '!/package.json'],
    ...['/examples/browser', '/spec/browser'],
  ],
  concurrency: 2,
  reporters: ['json'],
  jsonReporter: { fileName: `reports/mutation/${file}.json` },
  tempDirName: 'node_modules/.cache/tfjs-cosine-annealing/stryker',
};
