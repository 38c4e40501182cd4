// Mutates one file of lib/ and runs the specs that are to notice: `npm run mutation`, or `npm run mutation -- timeline`.

/** The specs that prove each file, where that is not the one of the same name alone. */
const SPECS = {
  timeline: ['timeline', 'boundaries'],
  schedule: ['schedule', 'boundaries'],
  rules: ['errors', 'config', 'presets'],
  state: ['state', 'damage'],
  callback: ['callback', 'fit'],
  reporter: ['callback', 'fit'],
  axis: ['axis', 'plot'],
  'plot-text': ['plot-text', 'plot'],
  'plot-svg': ['plot-svg', 'plot'],
};

const file = process.env.MUTATED_FILE;
const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--timeout', '60000', '-R', 'tap'];

export default {
  packageManager: 'npm',
  plugins: ['@stryker-mutator/tap-runner'],
  testRunner: 'tap',
  coverageAnalysis: 'perTest',
  mutate: [`lib/${file}.ts`],
  // Compiled once with all mutants in it, beside the sources of the sandbox, so that no run compiles anything.
  buildCommand:
    'esbuild lib/*.ts spec/*.ts examples/*.ts --outdir=. --outbase=. --format=cjs --log-level=warning',
  tap: {
    testFiles: (SPECS[file] ?? [file]).map((spec) => `spec/${spec}.spec.js`),
    nodeArgs: ['-r', '{{hookFile}}', ...mocha, '{{testFile}}'],
  },
  ignorePatterns: ['/*', '!/lib', '!/spec', '!/examples', '/examples/browser', '!/dist', '!/package.json'],
  concurrency: 2,
  reporters: ['json'],
  jsonReporter: { fileName: `reports/mutation/${file}.json` },
  tempDirName: 'node_modules/.cache/tfjs-cosine-annealing/stryker',
};
