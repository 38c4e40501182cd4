import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import { backendName } from '../../examples/shared/backend';
import { cases, EPOCHS, run } from '../support/resumable';

const KILLS = 4;
/** Milliseconds that each batch takes longer in the runs that are killed, so that they are caught at any point. */
const PAUSE = 8;

/** TensorFlow.js restores Adam's beta^t as a power and not as the product that it was: a last digit may differ. */
const ADAM_RESTORED = 1e-4;

interface Killed {
  readonly folder: string;
  kills: number;
  /** How many kills left a checkpoint that was being written. */
  torn: number;
}

describe(`A run that is killed ${KILLS} times, on ${backendName}`, function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'resume-'));
  const program = join(folder, 'program.js');
  const names = Object.keys(cases);
  let results: Promise<Killed>[] = [];

  before(() => {
    const entryPoints = [resolve(__dirname, '../support/resumable.ts')];
    buildSync({ entryPoints, outfile: program, bundle: true, platform: 'node', packages: 'external' });
    results = twoAtATime(names.map((name, i) => () => runKilled(name, join(folder, `killed-${i}`))));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  names.forEach((name, i) => {
    it(`has each learning rate, the weights and the state of one that was never stopped: ${name}`, async () => {
      const whole = join(folder, `whole-${i}`);
      mkdirSync(whole);
      await run(whole, name);
      const killed = (await results[i]) as Killed;
      expect(killed.kills).to.equal(KILLS);
      expect(linesOf(killed.folder).length).to.be.greaterThan(linesOf(whole).length); // some were repeated
      expect(inOrder(linesOf(killed.folder))).to.deep.equal(linesOf(whole));
      const [stateOfKilled, state] = [killed.folder, whole].map((at) =>
        lastFile(at, 'annealing.json').toString(),
      );
      expect(stateOfKilled).to.equal(state);
      const [weightsOfKilled, weights] = [killed.folder, whole].map(weightsIn) as [number[], number[]];
      const differences = weights.map((weight, k) => Math.abs(weight - (weightsOfKilled[k] as number)));
      expect(Math.max(...differences)).to.be.at.most(cases[name]?.optimizer === 'adam' ? ADAM_RESTORED : 0);
    });
  });

  it('was killed twenty times and more, some of them in the middle of writing a checkpoint', async () => {
    const all = await Promise.all(results);
    const kills = all.reduce((sum, killed) => sum + killed.kills, 0);
    const torn = all.reduce((sum, killed) => sum + killed.torn, 0);
    console.log(`      ${kills} kills, ${torn} of them left a checkpoint half written`);
    expect(kills).to.be.at.least(20);
    expect(torn).to.be.at.least(1);
  });

  async function runKilled(name: string, at: string): Promise<Killed> {
    mkdirSync(at);
    const killed: Killed = { folder: at, kills: 0, torn: 0 };
    for (let i = 0; i < KILLS; i++) {
      const child = start(name, at, PAUSE);
      const isSaving = i % 2 === 1;
      await heard(child, isSaving ? 'saving' : 'batch');
      await sleep(Math.random() * (isSaving ? 6 : 150));
      child.kill('SIGKILL');
      const [, signal] = await once(child, 'close');
      if (signal === 'SIGKILL') killed.kills++;
      if (existsSync(join(at, `epoch-${newestIn(at) + 1}`))) killed.torn++;
    }
    const [code] = await once(start(name, at, 0), 'close');
    expect(code).to.equal(0);
    return killed;
  }

  function start(name: string, at: string, pause: number): ChildProcess {
    const env = { ...process.env, NODE_PATH: resolve(__dirname, '../../node_modules') };
    const child = spawn(process.execPath, [program, at, name, String(pause)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout?.setEncoding('utf8').resume();
    return child;
  }
});

/** Starts all tasks, each when there are fewer than two at work. */
function twoAtATime<T>(tasks: readonly (() => Promise<T>)[]): Promise<T>[] {
  const results: Promise<T>[] = [];
  for (const [i, task] of tasks.entries()) {
    const free = results[i - 2] ?? Promise.resolve();
    const result = free.then(task, task);
    result.catch(() => {}); // reported by the test that awaits it
    results.push(result);
  }
  return results;
}

/** Waits for a word of the child, or its end. */
function heard(child: ChildProcess, word: string): Promise<void> {
  return new Promise((done) => {
    child.stdout?.on('data', (text: string) => text.includes(word) && done());
    child.once('close', () => done());
  });
}

const newestIn = (folder: string) =>
  existsSync(join(folder, 'newest')) ? Number(readFileSync(join(folder, 'newest'), 'utf8')) : 0;

const lastFile = (folder: string, file: string) => readFileSync(join(folder, `epoch-${EPOCHS}`, file));

/** Of the model and its optimizer. */
const weightsIn = (folder: string) =>
  Array.from(new Float32Array(new Uint8Array(lastFile(folder, 'weights.bin')).buffer));

const linesOf = (folder: string) => readFileSync(join(folder, 'rates'), 'utf8').trimEnd().split('\n');

/** Each line once, in the order of epochs and batches; two that differ in their rate both stay. */
function inOrder(lines: readonly string[]): string[] {
  const place = (line: string) => {
    const [epoch = 0, batch = 0] = line.split(' ').map(Number);
    return 1000 * epoch + batch;
  };
  return [...new Set(lines)].sort((a, b) => place(a) - place(b));
}
