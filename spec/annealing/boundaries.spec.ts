import { expect } from 'chai';
import { positionOf } from '../../lib/annealing/schedule';
import { cosineAnnealing } from '../../lib/config/config';
import { exactStart, floor, isInteger, nearest } from '../support/oracle';
import { missedRestarts } from '../support/rivals';

const LIMIT = 2 ** 40;
const PEAK = 0.1;

interface Boundary {
  readonly cycle: number;
  /** The first whole step that is not before the true boundary. */
  readonly step: number;
  readonly isOnStep: boolean;
}

/** The boundaries below 2^40; of cycles that are all as long, the first 50 and some on the way to the last. */
function* boundaries(T_0: number, T_mult: number): Iterable<Boundary> {
  const config = { T_0, T_mult, plateau: 0 };
  for (let cycle = 1; ; cycle = T_mult > 1 || cycle < 50 ? cycle + 1 : Math.ceil(cycle * 1.37)) {
    const start = exactStart(config, cycle);
    if (nearest(start) >= LIMIT) return;
    const isOnStep = isInteger(start);
    yield { cycle, step: isOnStep ? nearest(start) : floor(start) + 1, isOnStep };
  }
}

describe('Restarts', () => {
  for (const T_mult of [1, 1.5, 2, 3, 5, 7, 10]) {
    it(`come at every boundary below 2^40 with T_mult = ${T_mult} and T_0 from 1 to 50, to the step`, () => {
      let checked = 0;
      for (let T_0 = 1; T_0 <= 50; T_0++) {
        const lr = cosineAnnealing({ T_0, T_mult, eta_max: PEAK });
        for (const { cycle, step, isOnStep } of boundaries(T_0, T_mult)) {
          const place = `T_0 = ${T_0}, boundary ${cycle}, step ${step}`;
          expect(lr.cycleAt(step).cycle, place).to.equal(cycle);
          expect(lr.cycleAt(step - 1).cycle, place).to.equal(cycle - 1);
          expect(lr(lr.cycleStart(cycle)), place).to.equal(PEAK);
          if (isOnStep) expect(lr.cycleStart(cycle), place).to.equal(step);
          const before = lr.cycleStart(cycle - 1);
          if (step - 2 >= before) expect(lr(step - 1), place).to.be.below(lr(step - 2));
          checked++;
        }
      }
      expect(checked).to.be.above(50 * 10);
    });
  }
});

describe('Restarts that fall on a step', () => {
  it('are missed by other libraries this often, and never here', () => {
    expect(missedRestarts()).to.deep.equal([
      {
        library: 'PyTorch',
        call: '`CosineAnnealingWarmRestarts(T_0, T_mult=3).step(epoch)`',
        missed: 1000,
        of: 8000,
        first: 'T_0 = 1, step 121',
      },
      {
        library: 'PyTorch',
        call: '`CosineAnnealingWarmRestarts(T_0, T_mult=10).step(epoch)`',
        missed: 1090,
        of: 4999,
        first: 'T_0 = 1, step 111',
      },
      {
        library: 'timm',
        call: '`CosineLRScheduler(t_initial, cycle_mul=1.5)`',
        missed: 77,
        of: 1990,
        first: 't_initial = 16, step 211',
      },
      {
        library: 'timm',
        call: '`CosineLRScheduler(t_initial, cycle_mul=3)`',
        missed: 1000,
        of: 8000,
        first: 't_initial = 1, step 121',
      },
      {
        library: 'transformers',
        call: '`get_cosine_with_hard_restarts_schedule_with_warmup(num_cycles)`',
        missed: 888,
        of: 29_700,
        first: 'num_training_steps = 220, num_cycles = 22, step 150',
      },
      {
        library: 'Keras',
        call: '`CosineDecayRestarts(1563, t_mul=1.0)`, steps 2^24 to 2^25',
        missed: 1413,
        of: 10_734,
        first: 'step 16778805',
      },
      { library: 'this package', call: 'all of the above', missed: 0, of: 63_423, first: 'none' },
    ]);
  });

  it('come at that batch, even if the length of a cycle is rounded', () => {
    let checked = 0;
    for (const batchesPerEpoch of [3, 7, 10, 30, 157]) {
      for (let tenths = 1; tenths <= 40; tenths++) {
        const lr = cosineAnnealing({ T_0: tenths / 10, eta_max: PEAK, batchesPerEpoch });
        for (let cycle = 1; cycle <= 60; cycle++) {
          const step = (tenths * batchesPerEpoch * cycle) / 10;
          if (!Number.isInteger(step)) continue;
          const place = { step, epoch: Math.floor(step / batchesPerEpoch), batch: step % batchesPerEpoch };
          expect(
            lr(positionOf(lr, place)),
            `T_0 ${tenths / 10}, ${batchesPerEpoch} batches, cycle ${cycle}`,
          ).to.equal(PEAK);
          checked++;
        }
      }
    }
    expect(checked).to.be.above(3000);
  });

  it('come at that batch if the cycles fill a total', () => {
    let checked = 0;
    for (const batchesPerEpoch of [3, 5, 8, 10, 47]) {
      for (let total = 1; total <= 40; total++) {
        for (let cycles = 2; cycles <= 20; cycles++) {
          const lr = cosineAnnealing({ cycles, total, eta_max: PEAK, batchesPerEpoch });
          for (let cycle = 1; cycle < cycles; cycle++) {
            const step = (total * batchesPerEpoch * cycle) / cycles;
            if (!Number.isInteger(step)) continue;
            const place = { step, epoch: Math.floor(step / batchesPerEpoch), batch: step % batchesPerEpoch };
            expect(lr(positionOf(lr, place)), `total ${total}, ${cycles} cycles, step ${step}`).to.equal(
              PEAK,
            );
            checked++;
          }
        }
      }
    }
    expect(checked).to.be.above(5000);
  });

  it('come at that update if the unit is a batch', () => {
    for (let tenths = 1; tenths <= 40; tenths++) {
      const lr = cosineAnnealing({ T_0: tenths / 10, eta_max: PEAK, unit: 'batch' });
      for (let cycle = 10; cycle <= 20_000; cycle += 10) {
        expect(lr(positionOf(lr, { step: tenths * (cycle / 10), epoch: 0, batch: 0 }))).to.equal(PEAK);
      }
    }
  });
});
