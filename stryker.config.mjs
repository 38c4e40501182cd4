// Stryker's part of `npm run mutation`: mutates one file of lib/, and runs the specs that should notice.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The specs that prove a file, if that isn't the one of the same name alone. */
const SPECS = {
  'annealing/cycles': ['annealing/cycles', 'annealing/boundaries'],
  'annealing/schedule': ['annealing/schedule', 'annealing/boundaries'],
  'charts/axis': ['charts/axis', 'charts/chart'],
  'charts/svg': ['charts/svg', 'charts/chart'],
  'charts/text': ['charts/text', 'charts/chart'],
  'command/settings': ['command/settings', 'command/command'],
  'config/config': ['config/config', 'config/conflicts', 'annealing/plan', 'presets/preset'],
  'config/rules': ['config/rules', 'errors', 'config/config', 'presets/preset'],
  'training/callback': ['training/callback', 'training/fit', 'training/cases'],
  'training/reporter': ['training/callback', 'training/fit'],
  'training/run': [
    'training/run',
    'training/warnings',
    'training/fit-after-fit',
    'training/own-loop',
    'training/cycle-end',
    'training/last-cycle',
    'training/state-changes',
  ],
  'training/state': ['training/state', 'training/damage'],
};

const file = process.env.MUTATED_FILE;
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const mochaArgs = ['--no-config', '--timeout', '60000', '-R', 'tap'];

/** Without a spec of its name, a file is proven by those of its folder. */
function specsOf(file) {
  if (SPECS[file] !== undefined) return SPECS[file];
  if (existsSync(`spec/${file}.spec.ts`)) return [file];
  const folder = dirname(file);
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
