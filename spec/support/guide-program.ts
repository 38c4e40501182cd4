import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(__dirname, '..', '..');
const examples = path.join(root, 'examples');

/** What the blocks of a guide take from their surroundings. */
const PREAMBLE = `
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { tf } from './shared/backend';
import {
  CosineAnnealingCallback, cosineAnnealing, findLearningRate, fromPyTorch, loadCheckpoint, plan, SnapshotEnsemble,
  saveCheckpoint,
} from 'tfjs-cosine-annealing';
import { fileCheckpoint } from 'tfjs-cosine-annealing/node';
import { toSVG, toText } from 'tfjs-cosine-annealing/plot';

async function surroundings() {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'meanSquaredError' });
  const xs = tf.randomNormal([2048, 2], 0, 1, 'float32', 1);
  const ys = xs.sum(1, true).add(tf.randomNormal([2048, 1], 0, 0.1, 'float32', 2));
  const annealing = new CosineAnnealingCallback({ T_0: 1 });
  await model.fit(xs, ys, { epochs: 3, verbose: 0, callbacks: [annealing] });
  return {
    model, xs, ys, annealing, test: xs, optimizer: model.optimizer, epoch: 3, batch: 0,
    loss: (): Scalar => tf.losses.meanSquaredError(ys, model.predict(xs) as Tensor).asScalar(),
    lr: cosineAnnealing({ T_0: 4, T_mult: 2, eta_max: 0.1, eta_min: 0.001 }),
    epochs: [1, 2, 3], errors: [3, 2, 1],
  };
}
type Surroundings = Awaited<ReturnType<typeof surroundings>>;
`;
const NAMES = 'model, xs, ys, annealing, test, optimizer, epoch, batch, loss, lr, epochs, errors';

/** The blocks of a guide as a program, each in surroundings of its own; undefined if there are none. */
export function programIn(markdown: string): string | undefined {
  const blocks = [...markdown.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) =>
    block.replaceAll(/^import .*$/gm, ''),
  );
  if (blocks.length === 0) return undefined;
  const functions = blocks.map((block) => `async ({ ${NAMES} }: Surroundings) => {\n{\n${block}\n}\n}`);
  return `${PREAMBLE}
async function main() {
  process.chdir(String(process.argv.at(-1)));
  for (const run of [${functions.join(',\n')}]) await run(await surroundings());
}
main().catch((error) => { console.error(error); process.exitCode = 1; });
`;
}

/** What the compiler says of a program beside the examples. */
export function typeErrors(code: string): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const file = path.join(examples, 'guide.ts');
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    path.resolve(name) === file
      ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true)
      : getSourceFile(name, ...rest);
  const program = ts.createProgram(
    [file],
    { ...options, noEmit: true, noPropertyAccessFromIndexSignature: false },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** What a program writes to standard error, run beside the examples. */
export function complaintsOf(code: string): string {
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const folder = mkdtempSync(path.join(tmpdir(), 'guide-'));
  try {
    const args = ['-r', 'ts-node/register/transpile-only', '-e', outputText, folder];
    return spawnSync('node', args, { cwd: examples, encoding: 'utf8' }).stderr.trim(); // fit's progress bar ends its lines there
  } finally {
    rmSync(folder, { recursive: true });
  }
}
