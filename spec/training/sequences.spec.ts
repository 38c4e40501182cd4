// The callback against its model, in random sequences of fits and of all that may happen in and between them.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { cosineAnnealing } from '../../lib';
import { tries } from '../support/effort';
import { fills } from '../support/model/config';
import { approximately } from '../support/model/rational';
import { ModelSchedule } from '../support/model/schedule';
import { backends, onBackend } from '../support/models';
import { someConfig } from '../support/sequences/config';
import { Distribution } from '../support/sequences/distribution';
import { type Sequence, someSequence } from '../support/sequences/events';
import { driven, oneWeightModel, real, type Trainer } from '../support/sequences/loops';
import { Referee } from '../support/sequences/referee';

/** How many sequences: more where there is time. */
const COUNT = Number(process.env['SEQUENCE_COUNT'] ?? (process.env['SOAK'] ? 100_000 : tries(500, 20_000)));
const REAL_SHARE = 0.02;
const SEED = Number(process.env['SEQUENCE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

async function compare(count: number, seed: number, trainer: Trainer): Promise<Distribution> {
  const seen = new Distribution();
  const trained = oneWeightModel();
  const property = fc.asyncProperty(someSequence(), async (sequence: Sequence) => {
    await new Referee(sequence, trained, trainer, seen).run();
  });
  await fc.assert(property, { numRuns: count, seed });
  return seen;
}

/** The doubles next to the boundaries, and some between. */
function* positionsOf(model: ModelSchedule, shares: readonly number[]): Iterable<number> {
  for (let i = 0; i < Math.min(model.count, 6); i++) {
    const { start, warmupEnd, cosineStart, end } = model.cycle(i);
    const [first = 0, ...rest] = [start, warmupEnd, cosineStart, end].map(approximately);
    for (const boundary of [first, ...rest]) yield boundary;
    for (const share of shares) yield first + share * ((rest.at(-1) ?? first) - first);
  }
}

describe(`The pure schedule of any config, seed ${SEED}`, function () {
  this.timeout(0);

  it(`has the rates, cycles and phases of the model: ${COUNT / 10} configs`, () => {
    const property = fc.property(
      someConfig(),
      fc.array(fc.nat({ max: 1_200_000 }), { minLength: 4, maxLength: 4 }),
      (given, millionths) => {
        const { eta_max = 0.5, total = 10, batchesPerEpoch: batches = 4 } = given;
        const config = { ...given, eta_max, batchesPerEpoch: batches, ...(fills(given) && { total }) };
        const shares = millionths.map((n) => n / 1e6);
        const model = new ModelSchedule({ config, eta_max, total, batches });
        fc.pre(model.problem === undefined);
        const lr = cosineAnnealing(config as Parameters<typeof cosineAnnealing>[0]);
        for (const t of positionsOf(model, shares)) {
          const point = model.atNumber(t);
          const { value, slack } = point.rate;
          expect(Math.abs(lr(t) - value), `lr(${t}) is ${lr(t)}, expected ${value}`).to.be.at.most(slack);
          const { cycle, phase, T_cur, T_i } = lr.cycleAt(t);
          expect({ cycle, phase }, `at ${t}`).to.deep.equal({ cycle: point.cycle, phase: point.phase });
          expect(T_cur, `T_cur at ${t}`).to.be.closeTo(approximately(point.T_cur), 1e-14 * (1 + t));
          expect(T_i, `T_i at ${t}`).to.be.closeTo(approximately(point.T_i), 1e-14 * (1 + t));
          expect(lr.cycleStart(cycle)).to.equal(approximately(model.cycle(cycle).start));
        }
      },
    );
    fc.assert(property, { numRuns: COUNT / 10, seed: SEED });
  });
});

describe(`Any sequence of fits, seed ${SEED}`, function () {
  this.timeout(0);

  describe('without the arithmetic', () => {
    onBackend('cpu');

    it(`is as the model of the callback says: ${COUNT} sequences`, async () => {
      const seen = await compare(COUNT, SEED, driven);
      console.log(`${seen}`);
      expect(seen.sequences).to.equal(COUNT);
    });
  });

  describe(`in real fits, on ${backends[0]}`, () => {
    onBackend(backends[0] ?? 'cpu');
    const count = Math.ceil(COUNT * REAL_SHARE);

    it(`is as the model of the callback says: ${count} sequences`, async () => {
      const seen = await compare(count, SEED + 1, real);
      console.log(`${seen}`);
      expect(seen.sequences).to.equal(count);
    });
  });
});
