// The callback against its model, in random sequences of fits and of all that may happen in and between them.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { Distribution } from '../support/sequences/distribution';
import { type Sequence, someSequence } from '../support/sequences/events';
import { driven, oneWeightModel, real, type Trainer } from '../support/sequences/loops';
import { Referee } from '../support/sequences/referee';
import { backends, onBackend } from '../support/training';

/** How many sequences: more where there is time. */
const COUNT = Number(
  process.env['SEQUENCE_COUNT'] ?? (process.env['SOAK'] ? 100_000 : process.env['CI'] ? 20_000 : 2_000),
);
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
