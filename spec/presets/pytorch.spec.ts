import { expect } from 'chai';
import * as config from '../../lib/config/config';
import { fromPyTorch } from '../../lib/presets/pytorch';
import { messageOf, problemsOf, refuses } from '../support/presets';

describe('fromPyTorch', () => {
  it("has PyTorch's defaults", () => {
    expect(fromPyTorch({ T_0: 10, base_lr: 0.1 })).to.deep.equal({
      T_0: 10,
      T_mult: 1,
      eta_max: 0.1,
      eta_min: 0,
    });
    expect(fromPyTorch({ T_max: 10, base_lr: 0.1 })).to.deep.equal({
      T_0: 10,
      cycles: 1,
      eta_max: 0.1,
      eta_min: 0,
      updateFreq: 'epoch',
    });
  });

  it('restarts at step(121) with T_0 = 1, T_mult = 3, where PyTorch does not', () => {
    expect(config.cosineAnnealing(fromPyTorch({ T_0: 1, T_mult: 3, base_lr: 0.1 }))(121)).to.equal(0.1);
  });

  it('stays at eta_min after T_max, where PyTorch rises again', () => {
    const lr = config.cosineAnnealing(fromPyTorch({ T_max: 4, eta_min: 0.01, base_lr: 0.1 }));
    expect([4, 5, 8, 100].map(lr)).to.deep.equal([0.01, 0.01, 0.01, 0.01]);
  });

  it('counts batches in T_max once unit and updateFreq say so', () => {
    const batches = { unit: 'batch', updateFreq: 'batch' } as const;
    const lr = config.cosineAnnealing({ ...fromPyTorch({ T_max: 20, base_lr: 0.5 }), ...batches });
    expect(lr(10)).to.equal(0.25);
    expect(lr.config).to.include({ ...batches, T_0: 20 });
  });

  it('is planned with a warning if unit alone says batches, since the rate would be set once an epoch', function () {
    const { plan } = config as { plan?: (config: unknown, training: unknown) => unknown };
    if (plan === undefined) this.skip();
    const unitAlone = { ...fromPyTorch({ T_max: 20, base_lr: 0.5 }), unit: 'batch' };
    const { notices } = plan(unitAlone, { epochs: 4, batchesPerEpoch: 5 }) as {
      notices: { message: string }[];
    };
    expect(notices.map(({ message }) => message).join()).to.include("`updateFreq: 'batch'`");
  });

  refuses(
    fromPyTorch,
    { T_0: 10, base_lr: 0.1 },
    {
      'T_0 and T_max at once': [
        { T_max: 10 },
        '`config`: expected either T_0 (CosineAnnealingWarmRestarts) or T_max (CosineAnnealingLR), got {"T_0":10,"base_lr":0.1,"T_max":10}; remove one of the two',
      ],
      'a T_0 that is no integer': [{ T_0: 2.5 }, '`T_0`: expected an integer >= 1, got 2.5'],
      'a T_mult that is no integer': [{ T_mult: 1.5 }, '`T_mult`: expected an integer >= 1, got 1.5'],
      'an eta_min above base_lr': [{ eta_min: 0.2 }, '`eta_min`: expected at most base_lr (0.1), got 0.2'],
      'a last_epoch': [{ last_epoch: 3 }, '`last_epoch`: expected -1, got 3'],
    },
  );
  refuses(
    fromPyTorch,
    { T_max: 10, base_lr: 0.1 },
    {
      'a T_max of 0': [{ T_max: 0 }, '`T_max`: expected a number > 0, got 0'],
      'a T_max that is too short to tell': [
        { T_max: 1e-20 },
        '`T_max`: expected a number from 1e-12 to 2^53 - 1, got 1e-20',
      ],
      'an eta_min above base_lr with T_max': [
        { eta_min: 0.2 },
        '`eta_min`: expected at most base_lr (0.1), got 0.2',
      ],
    },
  );

  it('names all that is wrong at once', () => {
    const wrong = { T_0: 0, base_lr: '0.1', eta_mim: 0 };
    const names = problemsOf(() => fromPyTorch(wrong as never)).map(({ path }) => path.join('.'));
    expect(names).to.have.members(['T_0', 'base_lr', 'eta_mim']);
  });

  it('refuses what is no object', () => {
    for (const none of [undefined, null, 10]) {
      expect(messageOf(() => fromPyTorch(none as never))).to.equal(
        `\`config\`: expected the parameters of CosineAnnealingWarmRestarts, { T_0, base_lr }, or of CosineAnnealingLR, { T_max, base_lr }, got ${none}`,
      );
    }
  });

  it('takes an eta_min that is base_lr', () => {
    expect(fromPyTorch({ T_0: 10, base_lr: 0.1, eta_min: 0.1 })).to.include({ eta_max: 0.1, eta_min: 0.1 });
  });
});
