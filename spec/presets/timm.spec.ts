import { expect } from 'chai';
import { fromTimm } from '../../lib/presets/timm';
import { plainRate } from '../support/plain-schedule';
import { isCoreComplete, messageOf, problemsOf, refuses } from '../support/presets';

describe('fromTimm', () => {
  it("has timm's defaults: one cycle, set once an epoch", () => {
    expect(fromTimm({ t_initial: 30, base_lr: 0.1 })).to.deep.equal({
      unit: 'epoch',
      updateFreq: 'epoch',
      T_0: 30,
      T_mult: 1,
      cycles: 1,
      eta_max: 0.1,
      eta_min: 0,
      eta_max_mult: 1,
    });
  });

  it('counts updates if t_in_epochs is false', () => {
    expect(fromTimm({ t_initial: 30, base_lr: 0.1, t_in_epochs: false })).to.include({
      unit: 'batch',
      updateFreq: 'batch',
    });
  });

  it('delays the first cycle by the warm-up with warmup_prefix, and overlaps it without', () => {
    const parameters = { t_initial: 30, base_lr: 0.1, warmup_t: 5, warmup_lr_init: 1e-3 };
    const warmup = { length: 5, from: 1e-3 };
    expect(fromTimm(parameters).warmup).to.deep.equal({ ...warmup, placement: 'overlap' });
    const prefixed = fromTimm({ ...parameters, warmup_prefix: true });
    expect(prefixed.warmup).to.deep.equal({ ...warmup, placement: 'before' });
  });

  it('ignores the noise options that timm ignores without noise_range_t', () => {
    const noise = { noise_range_t: null, noise_pct: 0.67, noise_std: 1, noise_seed: 42, initialize: true };
    expect(() => fromTimm({ t_initial: 30, base_lr: 0.1, ...noise })).not.to.throw();
  });

  it('takes a warm-up as long as its cycle, one that stays level, and the start of one that has no length', () => {
    const warmup = (more: object) => fromTimm({ t_initial: 30, base_lr: 0.1, ...more }).warmup;
    expect(warmup({ warmup_t: 30 })).to.deep.equal({ length: 30, from: 0, placement: 'overlap' });
    expect(warmup({ warmup_t: 1 })).to.deep.equal({ length: 1, from: 0, placement: 'overlap' });
    expect(warmup({ warmup_t: 5, warmup_lr_init: 0.1 })).to.deep.include({ length: 5, from: 0.1 });
    expect(warmup({ warmup_t: 0, warmup_lr_init: 0.2 })).to.equal(undefined);
  });

  it('follows a peak that decays to lr_min exactly', () => {
    const parameters = { t_initial: 10, base_lr: 0.1, lr_min: 0.025, cycle_decay: 0.5, cycle_limit: 3 };
    const preset = fromTimm(parameters);
    expect([0, 10, 20, 25, 30].map((t) => plainRate(preset, t))).to.deep.equal([
      0.1, 0.05, 0.025, 0.025, 0.025,
    ]);
  });

  refuses(
    fromTimm,
    { t_initial: 30, base_lr: 0.1, lr_min: 0.01 },
    {
      'a k_decay': [
        { k_decay: 2 },
        '`k_decay`: expected 1, got 2; only the plain cosine has a counterpart here, so leave it out',
      ],
      noise: [
        { noise_range_t: [10, 20] },
        '`noise_range_t`: expected nothing, got [10,20]; random noise has no exact values, so leave it out',
      ],
      'a peak that decays below lr_min': [
        { cycle_decay: 0.5, cycle_limit: 5 },
        '`cycle_decay`: the peak of the last cycle, 0.00625, would be below lr_min (0.01), got 0.5; set a larger one, a smaller lr_min or a smaller cycle_limit (5)',
      ],
      'a warm-up that overlaps more than its cycle': [
        { warmup_t: 31 },
        '`warmup_t`: expected at most t_initial (30), the cycle that it overlaps, got 31; shorten it, or set `warmup_prefix: true`',
      ],
      'a warm-up that falls': [
        { warmup_t: 1, warmup_lr_init: 0.2 },
        '`warmup_lr_init`: expected at most base_lr (0.1), got 0.2; a warm-up that falls has no counterpart here, so lower it',
      ],
      'an lr_min above base_lr': [{ lr_min: 0.2 }, '`lr_min`: expected at most base_lr (0.1), got 0.2'],
      'a cycle_limit of 0': [{ cycle_limit: 0 }, '`cycle_limit`: expected an integer >= 1, got 0'],
      'cycles that shrink to nothing': [
        { cycle_mul: 0.1, cycle_limit: 20 },
        /^`cycle_limit`: .*would be shorter than 1e-12/,
      ],
      'a cycle beyond all epochs': [
        { t_initial: 1e300 },
        '`t_initial`: expected a number from 1e-12 to 2^53 - 1, got 1e+300',
      ],
      'a warm-up beyond all epochs': [
        { warmup_t: 1e300, warmup_prefix: true },
        '`warmup_t`: expected a number <= 2^53 - 1, got 1e+300',
      ],
      'an unknown key': [{ t_inital: 3 }, /^`t_inital`: unknown key\W.*did you mean t_initial/],
    },
  );

  it('refuses what is no object', () => {
    expect(messageOf(() => fromTimm(5 as never))).to.equal(
      '`config`: expected the parameters of CosineLRScheduler, such as { t_initial: 30, base_lr: 0.1 }, got 5',
    );
  });

  it("tells what our own rules refuse in timm's names, cure included", function () {
    if (!isCoreComplete) this.skip();
    const shrinking = { t_initial: 10, cycle_mul: 0.5, cycle_limit: 100, base_lr: 0.1 };
    const [problem, ...others] = problemsOf(() => fromTimm(shrinking));
    expect(others).to.deep.equal([]);
    expect(problem?.path).to.deep.equal(['cycle_limit']);
    expect(JSON.stringify(problem))
      .to.match(/cycle_mul/)
      .and.not.match(/T_mult|`cycles`/);
  });
});
