import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import { backendName } from '../../examples/shared/backend';
import { loadCheckpoint } from '../../lib/snapshots/checkpoint';
import { nameless } from '../support/bits';
import { begin, cases, run } from '../support/resumable';

/** How often each run is killed. */
const KILLS = process.env['SOAK'] ? 20 : process.env['CI'] ? 4 : 1;
/** Enough that no run comes to its end before it was killed so often. */
const EPOCHS = 10 + 5 * KILLS;
/** Milliseconds that each batch takes longer in the runs that are killed, so that they are caught at any point. */
const PAUSE = 8;

interface Killed {
  readonly folder: string;
  kills: number;
  /** How many kills left a save half done. */
  torn: number;
}

describe(`A run that is killed, on ${backendName}`, function () {
  this.timeout(60_000 * KILLS + 60_000);
  const folder = mkdtempSync(join(tmpdir(), 'resume-'));
  const program = join(folder, 'program.js');
  const names = Object.keys(cases);
  let results: Promise<Killed>[] = [];

  before(() => {
    const entryPoints = [resolve(__dirname, '../support/resumable.ts')];
    buildSync({ entryPoints, outfile: program, bundle: true, platform: 'node', packages: 'external' });
    results = twoAtATime(names.map((name, i) => () => runKilled(name, join(folder, `killed-${i}`), i)));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  names.forEach((name, i) => {
    it(`has each rate, each loss, the weights and the state of one that was never stopped: ${name}`, async () => {
      const whole = join(folder, `whole-${i}`);
      mkdirSync(whole);
      await run(whole, name, EPOCHS);
      const killed = (await results[i]) as Killed;
      expect(killed.kills).to.equal(KILLS);
      expect(inOrder(linesOf(killed.folder))).to.deep.equal(linesOf(whole));
      const [ofKilled, ofWhole] = await Promise.all([killed.folder, whole].map((at) => endOf(at, name)));
      expect(ofKilled).to.deep.equal(ofWhole);
    });
  });

  it(`was killed ${KILLS === 1 ? 'once' : `${KILLS} times`} for each optimizer`, async () => {
    const all = await Promise.all(results);
    const kills = all.reduce((sum, killed) => sum + killed.kills, 0);
    const torn = all.reduce((sum, killed) => sum + killed.torn, 0);
    console.log(`      ${kills} kills, ${torn} of them in the middle of a save`);
    expect(kills).to.equal(KILLS * names.length);
    if (KILLS >= 4) expect(torn).to.be.at.least(1);
  });

  async function runKilled(name: string, at: string, turn: number): Promise<Killed> {
    mkdirSync(at);
    const killed: Killed = { folder: at, kills: 0, torn: 0 };
    for (let i = 0; i < KILLS; i++) {
      const child = start(name, at, PAUSE);
      const isSaving = (i + turn) % 2 === 1;
      await heard(child, isSaving ? 'saving' : 'batch');
      await sleep(Math.random() * (isSaving ? 6 : 100));
      child.kill('SIGKILL');
      const [, signal] = await once(child, 'close');
      if (signal === 'SIGKILL') killed.kills++;
      const { model, checkpoint } = begin(at, name);
      await loadCheckpoint(checkpoint, model); // or there is none yet; it's never one that can't be read
      if (filesIn(at).some((file) => file !== 'model.json' && !isNamed(at, file))) killed.torn++;
    }
    const [code] = await once(start(name, at, 0), 'close');
    expect(code).to.equal(0);
    return killed;
  }

  function start(name: string, at: string, pause: number): ChildProcess {
    const env = { ...process.env, NODE_PATH: resolve(__dirname, '../../node_modules') };
    const child = spawn(process.execPath, [program, at, name, String(EPOCHS), String(pause)], {
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

/** What the last checkpoint holds: the callback's state, and every bit of weights and optimizer. */
async function endOf(folder: string, name: string): Promise<unknown> {
  const { model, checkpoint } = begin(folder, name);
  const annealing = await loadCheckpoint(checkpoint, model);
  return [JSON.stringify(annealing), nameless(model)];
}

function filesIn(folder: string): string[] {
  const checkpoint = join(folder, 'checkpoint');
  return existsSync(checkpoint) ? readdirSync(checkpoint) : [];
}

const isNamed = (folder: string, file: string) =>
  filesIn(folder).includes('model.json') &&
  readFileSync(join(folder, 'checkpoint', 'model.json'), 'utf8').includes(file);

const linesOf = (folder: string) => readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n');

/** Each line once, in the order of epochs and batches; two that differ in their rate or loss both stay. */
function inOrder(lines: readonly string[]): string[] {
  const place = (line: string) => {
    const [epoch = 0, batch = 0] = line.split(' ').map(Number);
    return 1000 * epoch + batch;
  };
  return [...new Set(lines)].sort((a, b) => place(a) - place(b));
}
