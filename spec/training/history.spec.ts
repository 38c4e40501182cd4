import { expect } from 'chai';
import * as fc from 'fast-check';
import type { UpdateIndex } from '../../lib/annealing/clock';
import type { Schedule } from '../../lib/annealing/schedule';
import type { ScheduledConfig } from '../../lib/config/config';
import { type CosineAnnealingConfig, cosineAnnealing } from '../../lib/config/config';
import {
  HistoryLog,
  type LearningRateChange,
  LearningRateHistory,
  MAX_BATCH,
  MAX_EPOCH,
} from '../../lib/training/history';

/** Changes are stored in pieces of this many, so this is where something could go wrong. */
const CHUNK = 1024;

const byBatch = { T_0: 4, unit: 'batch', eta_max: 1, batchesPerEpoch: 4 } as const;

/** A history and its log, written as a run writes it. */
class Written extends LearningRateHistory {
  readonly log: HistoryLog;
  #schedule: Schedule | undefined;
  #cycle: number | undefined;

  constructor(limit?: number) {
    const log = new HistoryLog(limit);
    super(log);
    this.log = log;
  }

  follow(schedule: Schedule<ScheduledConfig>): void {
    this.#schedule = schedule;
    this.log.follow(schedule);
  }

  append(update: UpdateIndex, learningRate: number): void {
    const { unit, batchesPerEpoch = 1 } = this.#schedule?.config ?? { unit: 'batch' };
    const t = unit === 'batch' ? update.step : update.epoch + update.batch / batchesPerEpoch;
    const cycle = this.#schedule?.cycleAt(Math.min(t, Number.MAX_SAFE_INTEGER)).cycle ?? 0;
    this.log.append(update, learningRate, this.#cycle !== undefined && cycle > this.#cycle);
    this.#cycle = cycle;
  }
}

/** A history of as many updates, an epoch every four; with T_0 4 a warm restart at every fourth. */
function historyOf(length: number, limit?: number, config: CosineAnnealingConfig = {}): Written {
  const lr = cosineAnnealing({ ...byBatch, ...config, eta_max: 1 });
  const history = new Written(limit);
  history.follow(lr);
  for (let step = 0; step < length; step++) history.append(placeOf(step), lr(step));
  return history;
}

const placeOf = (step: number) => ({ step, epoch: Math.floor(step / 4), batch: step % 4 });

/** What a history of `length` updates tells at a step. */
function changeAt(step: number, lr = cosineAnnealing(byBatch)): LearningRateChange {
  return {
    ...placeOf(step),
    learningRate: lr(step),
    ...lr.cycleAt(step),
    restart: step > 0 && step % 4 === 0,
  };
}

describe('LearningRateHistory', () => {
  it('is empty at first', () => {
    const history = new Written();
    expect(history).to.have.length(0);
    expect([...history]).to.deep.equal([]);
    expect(history.restarts).to.deep.equal([]);
    expect(history.learningRates).to.deep.equal([]);
    expect(history.steps).to.deep.equal([]);
    expect(history.at(0)).to.equal(undefined);
    expect(history.at(-1)).to.equal(undefined);
    expect(history.toCSV()).to.equal('step,epoch,batch,learning_rate,cycle,T_cur,T_i,phase,restart\n');
  });

  it('tells of each change what it was', () => {
    expect([...historyOf(6)]).to.deep.equal([0, 1, 2, 3, 4, 5].map((step) => changeAt(step)));
  });

  it('can be walked again and again, and while it grows', () => {
    const history = historyOf(3);
    expect([...history]).to.deep.equal([...history]);
    const seen = [];
    for (const { step } of history) {
      seen.push(step);
      if (step === 2) history.append(placeOf(3), 0.5);
    }
    expect(seen).to.deep.equal([0, 1, 2, 3]);
  });

  it('finds changes as an array does: at(i), from the end if i is negative', () => {
    const history = historyOf(6);
    const array = [...history];
    for (const i of [0, 5, 6, -1, -6, -7, 2.9, -0.5, -1.5, 1e300, Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(history.at(i), `at(${i})`).to.deep.equal(array.at(i));
    }
  });

  it('hands out frozen entries', () => {
    expect(historyOf(1).at(0)).to.be.frozen;
  });

  it('hands out columns that are copies', () => {
    const history = historyOf(3);
    history.learningRates.fill(0);
    history.steps.length = 0;
    expect(history.learningRates).to.deep.equal([...history].map(({ learningRate }) => learningRate));
    expect(history.steps).to.deep.equal([0, 1, 2]);
  });

  it('lists every warm restart, and the first update is none', () => {
    expect(historyOf(13).restarts).to.deep.equal([4, 8, 12].map((step) => changeAt(step)));
  });

  it('keeps every number exactly: steps to 2^53 - 1, epochs to 2^32 - 1, batches to 2^31 - 1, any rate', () => {
    const history = new Written();
    history.follow(cosineAnnealing({ T_0: 1, eta_max: 1 }));
    const place = { step: Number.MAX_SAFE_INTEGER, epoch: 2 ** 32 - 1, batch: 2 ** 31 - 1 };
    expect([MAX_EPOCH, MAX_BATCH]).to.deep.equal([place.epoch, place.batch]);
    history.append(place, 5e-324);
    expect(history.at(-1)).to.deep.include({ ...place, learningRate: 5e-324 });
  });

  it('takes 24 bytes a change', () => {
    const { arrayBuffers } = process.memoryUsage();
    historyOf(3 * CHUNK);
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).to.be.at.most(24 * 3 * CHUNK);
  });

  it('finds the restarts of a full piece', () => {
    expect(historyOf(CHUNK).restarts).to.have.length(CHUNK / 4 - 1);
  });

  it('knows from which change on which config held, and only of configs that a change was made with', () => {
    const history = new Written();
    const configs = [1, 2, 4, 3, 5].map((batchesPerEpoch) =>
      cosineAnnealing({ ...byBatch, batchesPerEpoch }),
    );
    const [one, two, four, three, five] = configs as [Schedule<ScheduledConfig>, ...typeof configs];
    for (const schedule of [one, two, four]) if (schedule) history.follow(schedule);
    history.append(placeOf(0), 1);
    if (four) history.follow(four);
    history.append(placeOf(1), 0.5);
    if (three) history.follow(three);
    history.append(placeOf(2), 0.25);
    if (three) history.follow(three);
    history.append(placeOf(3), 0.125);
    for (const schedule of [five, one]) if (schedule) history.follow(schedule);
    history.append(placeOf(4), 1);
    if (five) history.follow(five);
    const spans = (from?: number) =>
      history.log.spans(from).map(({ from, config }) => [from, config.batchesPerEpoch]);
    expect(spans()).to.deep.equal([
      [0, 4],
      [2, 3],
      [4, 1],
    ]);
    expect([1, 2, 3, 4].map((from) => spans(from))).to.deep.equal([
      [
        [0, 4],
        [1, 3],
        [3, 1],
      ],
      [
        [0, 3],
        [2, 1],
      ],
      [
        [0, 3],
        [1, 1],
      ],
      [[0, 1]],
    ]);
  });

  it('counts positions on the schedule that held at the change, not on a later one', () => {
    const history = new Written();
    const config = { T_0: 2, eta_max: 1, batchesPerEpoch: 4 };
    history.follow(cosineAnnealing(config));
    history.append({ step: 0, epoch: 1, batch: 0 }, 0.5);
    history.follow(cosineAnnealing({ ...config, T_0: 4 }));
    history.append({ step: 1, epoch: 3, batch: 0 }, 0.1);
    const cycles = [...history].map(({ cycle, T_cur, T_i }) => [cycle, T_cur, T_i]);
    expect(cycles).to.deep.equal([
      [0, 1, 2],
      [0, 3, 4],
    ]);
  });

  it('counts positions with the number of batches that held at the change, not with a later one', () => {
    const history = new Written();
    const config = { T_0: 1, eta_max: 1 };
    history.follow(cosineAnnealing(config));
    history.append({ step: 0, epoch: 0, batch: 0 }, 1);
    history.follow(cosineAnnealing({ ...config, batchesPerEpoch: 4 }));
    history.append({ step: 5, epoch: 1, batch: 1 }, 0.8);
    history.follow(cosineAnnealing({ ...config, batchesPerEpoch: 2 }));
    history.append({ step: 9, epoch: 2, batch: 1 }, 0.5);
    expect([...history].map(({ cycle, T_cur }) => [cycle, T_cur])).to.deep.equal([
      [0, 0],
      [1, 0.25],
      [2, 0.5],
    ]);
  });

  describe('toCSV', () => {
    it('is a table with a header, numbers as JavaScript prints them', () => {
      expect(historyOf(5).toCSV()).to.equal(
        [
          'step,epoch,batch,learning_rate,cycle,T_cur,T_i,phase,restart',
          '0,0,0,1,0,0,4,anneal,false',
          '1,0,1,0.8535533905932737,0,1,4,anneal,false',
          '2,0,2,0.5,0,2,4,anneal,false',
          '3,0,3,0.14644660940672624,0,3,4,anneal,false',
          '4,1,0,1,1,0,4,anneal,true',
          '',
        ].join('\n'),
      );
    });

    it('reads back as the same numbers', () => {
      const history = historyOf(50, undefined, { eta_min: 1e-9, T_mult: 1.5 });
      const [header = '', ...lines] = history.toCSV().trimEnd().split('\n');
      expect(lines).to.have.length(50);
      const column = (name: string) =>
        lines.map((line) => Number(line.split(',')[header.split(',').indexOf(name)]));
      expect(column('learning_rate')).to.deep.equal(history.learningRates);
      expect(column('step')).to.deep.equal(history.steps);
    });
  });

  describe('toJSON', () => {
    it('is columns, with the numbers of the changes that are restarts', () => {
      const history = new Written();
      history.follow(cosineAnnealing({ T_0: 1, eta_max: 1, batchesPerEpoch: 2 }));
      history.append({ step: 0, epoch: 0, batch: 0 }, 1);
      history.append({ step: 2, epoch: 1, batch: 0 }, 1);
      history.append({ step: 3, epoch: 1, batch: 1 }, 0.5);
      expect(JSON.parse(JSON.stringify(history))).to.deep.equal({
        steps: [0, 2, 3],
        epochs: [0, 1, 1],
        batches: [0, 0, 1],
        learningRates: [1, 1, 0.5],
        restarts: [1],
      });
    });

    it('counts from the oldest change that is kept', () => {
      const history = historyOf(6, 4);
      history.append({ step: 6, epoch: 1, batch: 2 }, 0.5);
      expect(history.toJSON()).to.deep.include({ steps: [3, 4, 5, 6], restarts: [1] });
    });

    it('goes back into a log that tells the same, of all changes or of the newest ones', () => {
      const { log } = historyOf(3000, 2500);
      const all = [...new LearningRateHistory(log)];
      for (const from of [0, 3, 1030]) {
        const again = new LearningRateHistory(HistoryLog.of(log.columns(from), log.spans(from)));
        expect([...again]).to.deep.equal(all.slice(from));
        expect(log.columns(from).restarts).to.deep.equal(
          all.slice(from).flatMap(({ restart }, i) => (restart ? [i] : [])),
        );
        expect(again.restarts).to.deep.equal(all.slice(from).filter(({ restart }) => restart));
      }
    });
  });

  describe('with a limit', () => {
    it('keeps exactly the newest changes, at every length around a chunk', () => {
      for (const limit of [1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]) {
        for (const length of [limit - 1, limit, limit + 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 1]) {
          const history = historyOf(length, limit);
          const first = Math.max(0, length - limit);
          const title = `${length} changes, limit ${limit}`;
          expect(history.length, title).to.equal(length - first);
          const steps = Array.from({ length: length - first }, (_, k) => first + k);
          expect(history.steps, title).to.deep.equal(steps);
          if (length === 0) continue;
          expect(history.at(0), title).to.deep.equal(changeAt(first));
          expect(history.at(-1), title).to.deep.equal(changeAt(length - 1));
          expect(history.at(history.length), title).to.equal(undefined);
          expect(history.at(-history.length - 1), title).to.equal(undefined);
        }
      }
    });

    it('still knows whether the oldest change that is kept was a warm restart', () => {
      for (let length = 1; length <= 20; length++) {
        const [oldest] = historyOf(length, 1);
        expect(oldest?.restart, `after ${length} changes`).to.equal(changeAt(length - 1).restart);
      }
    });

    it('lists a warm restart that is kept, also if changes before it were dropped', () => {
      for (const limit of [4, 3, 2, 1])
        expect(historyOf(5, limit).restarts, `limit ${limit}`).to.deep.equal([changeAt(4)]);
    });

    it('tells the same of what it keeps as one without a limit', () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 1500 }), (length, limit) => {
          const kept = historyOf(length, limit);
          const all = [...historyOf(length)].slice(-limit);
          expect([...kept]).to.deep.equal(all);
          expect(kept.restarts).to.deep.equal(all.filter(({ restart }) => restart));
          expect(kept.learningRates).to.deep.equal(all.map(({ learningRate }) => learningRate));
          expect(kept.toCSV().split('\n')).to.have.length(all.length + 2);
        }),
        { numRuns: 20 },
      );
    });

    it('drops the schedules of changes that it dropped', () => {
      const history = new Written(3);
      for (let step = 0; step < 100; step++) {
        history.follow(cosineAnnealing({ ...byBatch, batchesPerEpoch: step + 1 }));
        history.append({ step, epoch: 0, batch: 0 }, 1);
      }
      const spans = history.log.spans().map(({ from, config }) => [from, config.batchesPerEpoch]);
      expect(spans).to.deep.equal([
        [0, 98],
        [1, 99],
        [2, 100],
      ]);
    });
  });

  it('is read-only', () => {
    const history = new LearningRateHistory(new HistoryLog());
    expect(history).to.not.have.any.keys('append', 'follow');
    expect('append' in history || 'follow' in history).to.equal(false);
  });
});
