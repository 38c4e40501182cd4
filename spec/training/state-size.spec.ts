import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { CosineAnnealingCallback as Annealing } from '../../lib';
import { parseConfig } from '../../lib/config/config';
import { checksumOf } from '../../lib/training/checksum';
import { HistoryLog } from '../../lib/training/history';
import { know } from '../../lib/training/run';
import { saveState } from '../../lib/training/state';
import { timesAsLong } from '../support/measured';
import { CONFIG, load, QUIET, refusal } from '../support/states';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes, of what is still in use. */
function memoryInUse(): number {
  collectGarbage();
  collectGarbage(); // typed arrays go with the second one
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A state with so many `cycles`, and changes of which each is under another number of batches. */
function variedState(cycles: number, changes: number): string {
  const numbers = Array.from({ length: changes }, (_, i) => i);
  const config = { cycles: Array.from({ length: cycles }, () => 1), eta_max: 0.1 };
  const { checksum: _, ...fresh } = new Annealing(config, QUIET).toJSON();
  const history = {
    steps: numbers,
    epochs: numbers,
    batches: numbers.map(() => 0),
    learningRates: numbers.map(() => 0.1),
    restarts: numbers.slice(1),
    spans: numbers.map((from) => ({ from, batchesPerEpoch: from + 1, config: null })),
    configs: [],
  };
  const content = { ...fresh, history };
  return JSON.stringify({ ...content, checksum: checksumOf(content) });
}

describe('A state of 10,000 `cycles` and 3,000 numbers of batches', () => {
  const text = variedState(10_000, 3000);

  it('loads within 100 MB, and so is its whole history read', () => {
    const before = memoryInUse();
    const loaded = load(text);
    const cycles = Array.from(loaded.history, ({ cycle, T_cur, restart }) => ({ cycle, T_cur, restart }));
    expect(memoryInUse() - before).to.be.lessThan(100e6);
    const expected = Array.from({ length: 3000 }, (_, i) => ({ cycle: i, T_cur: 0, restart: i > 0 }));
    expect(cycles).to.deep.equal(expected);
    expect(loaded.history.restarts).to.have.length(2999);
  });

  it('takes time to load and to read in proportion to its size', () => {
    const smaller = variedState(1000, 300);
    const read = (state: string) => Array.from(load(state).history);
    expect(
      timesAsLong(
        () => read(text),
        () => read(smaller),
      ),
    ).to.be.below(30);
  });

  it('is saved again with the same values', () => {
    expect(load(text).toJSON()).to.deep.equal(JSON.parse(text));
  });
});

describe('A million changes', () => {
  const changes = 1_000_000;
  const batches = 157;
  let text = '';

  before(() => {
    const knowledge = know(parseConfig({ ...CONFIG, eta_max: 0.1 }), { batchesPerEpoch: batches });
    const { schedule } = knowledge;
    if (schedule === undefined) throw new Error('expected a schedule');
    const log = new HistoryLog();
    log.follow(schedule);
    let last = { t: 0, epoch: 0, learningRate: 0 };
    for (let step = 0; step < changes; step++) {
      const epoch = Math.floor(step / batches);
      const batch = step % batches;
      const t = epoch + batch / batches;
      last = { t, epoch, learningRate: schedule(t) };
      log.append({ step, epoch, batch }, last.learningRate, false);
    }
    const unended = { ...last, step: changes - 1 };
    text = JSON.stringify(
      saveState(knowledge, { step: changes, epoch: last.epoch, last, unended }, log, Infinity),
    );
  });

  it('load, with every check', () => {
    const { history } = load(text); // how fast is told by bench/schedule.ts
    expect(history.length).to.equal(changes);
    const { spans: _, configs: __, ...columns } = JSON.parse(text).history;
    expect(JSON.stringify(history)).to.equal(JSON.stringify(columns));
  });

  it('take 40 bytes each at most', () => {
    expect(text.length / changes).to.be.lessThan(40);
  });

  it('are refused for one wrong digit in the last of them', () => {
    const end = text.lastIndexOf('],"restarts"');
    const wrong = text[end - 6] === '1' ? '2' : '1';
    expect(refusal(text.slice(0, end - 6) + wrong + text.slice(end - 5))).to.match(/^`checksum`: /);
  });
});
