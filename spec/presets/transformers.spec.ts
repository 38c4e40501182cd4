import { expect } from 'chai';
import { fromTransformers } from '../../lib/presets/transformers';
import { plainRate } from '../support/plain-schedule';
import { messageOf, problemsOf, refuses } from '../support/presets';

const training = { num_warmup_steps: 10, num_training_steps: 100, base_lr: 0.1 };

describe('fromTransformers', () => {
  it("has the cosine of transformers' default, half a wave", () => {
    expect(fromTransformers({ name: 'cosine', ...training })).to.deep.equal({
      unit: 'batch',
      T_0: 90,
      cycles: 1,
      total: 100,
      eta_max: 0.1,
      warmup: { length: 10, from: 0 },
    });
  });

  it('has one hard restart cycle by default, which is the same cosine', () => {
    const restarts = fromTransformers({ ...training });
    expect(restarts).to.deep.equal({
      unit: 'batch',
      cycles: 1,
      total: 100,
      eta_max: 0.1,
      warmup: { length: 10, from: 0 },
    });
    const cosine = fromTransformers({ name: 'cosine', ...training });
    for (let t = 0; t <= 100; t++) expect(plainRate(restarts, t)).to.equal(plainRate(cosine, t));
  });

  it('has no warm-up if num_warmup_steps is 0', () => {
    for (const name of ['cosine', 'cosine_with_restarts'] as const) {
      const config = fromTransformers({ ...training, name, num_warmup_steps: 0 });
      expect(config).not.to.have.property('warmup');
    }
  });

  it('tells its functions apart by their own parameters, if no name does', () => {
    const pairs = [
      ['cosine_with_restarts', { num_cycles: 3 }],
      ['cosine_with_min_lr', { min_lr: 0.01 }],
      ['cosine_with_min_lr', { min_lr_rate: 0.1 }],
      ['cosine_warmup_with_min_lr', { min_lr: 0.01, warmup_lr_rate: 0.1 }],
      ['warmup_stable_decay', { num_decay_steps: 20 }],
    ] as const;
    for (const [name, more] of pairs) {
      const named = fromTransformers({ ...training, ...more, name } as never);
      expect(fromTransformers({ ...training, ...more } as never), name).to.deep.equal(named);
    }
  });

  it('keeps min_lr as a rate, and min_lr_rate as a share of base_lr', () => {
    const rate = fromTransformers({ ...training, min_lr: 0.01 });
    expect(rate).to.include({ eta_min: 0.01 }).and.not.to.have.property('eta_min_ratio');
    const share = fromTransformers({ ...training, min_lr_rate: 0.1, min_lr: null });
    expect(share).to.include({ eta_min_ratio: 0.1 }).and.not.to.have.property('eta_min');
  });

  it('follows less than half a wave, and goes on to its floor after the training', () => {
    const config = fromTransformers({ ...training, name: 'cosine', num_cycles: 0.25 });
    expect(config).to.include({ T_0: 180, total: 100 });
    expect(plainRate(config, 100)).to.be.closeTo(0.05, 1e-16);
    expect(plainRate(config, 190)).to.equal(0);
  });

  it('follows as little of a wave as a millionth', () => {
    const config = fromTransformers({ ...training, name: 'cosine', num_cycles: 1e-6 });
    expect(config).to.include({ T_0: 45e6 });
  });

  it('reaches base_lr at the last step of the warm-up in cosine_warmup_with_min_lr', () => {
    const config = fromTransformers({ ...training, name: 'cosine_warmup_with_min_lr', min_lr: 0.01 });
    expect(config.warmup).to.deep.equal({ length: 9, from: 0.1 * 0.1 });
    expect([9, 99].map((t) => plainRate(config, t))).to.deep.equal([0.1, 0.01]);
  });

  it('begins below the cosine if the warm-up is one step and warmup_lr_rate low', () => {
    const one = { ...training, num_warmup_steps: 1, min_lr: 0, warmup_lr_rate: 0.5 };
    const config = fromTransformers(one);
    expect(config.warmup).to.deep.equal({ length: 1, from: 0.05, placement: 'overlap' });
    expect(fromTransformers({ ...one, warmup_lr_rate: 1 })).not.to.have.property('warmup');
  });

  it('has a plateau in warmup_stable_decay, of what warm-up and decay leave', () => {
    const config = fromTransformers({ ...training, num_decay_steps: 20, min_lr_ratio: 0.1 });
    expect(config).to.deep.equal({
      unit: 'batch',
      T_0: 20,
      cycles: 1,
      total: 100,
      eta_max: 0.1,
      eta_min_ratio: 0.1,
      plateau: 70,
      warmup: { length: 10 },
    });
    expect([0, 10, 80, 90, 100].map((t) => plainRate(config, t))).to.deep.equal([
      0.010000000000000002, 0.1, 0.1, 0.055, 0.010000000000000002,
    ]);
  });

  it('has no plateau in warmup_stable_decay if nothing is left, and a floor of 0 by default', () => {
    const config = fromTransformers({ ...training, num_decay_steps: 90 });
    expect(config).to.include({ T_0: 90, eta_min: 0 }).and.not.to.have.property('plateau');
  });

  it('takes the defaults of warmup_stable_decay in words, too', () => {
    const stable = { ...training, num_decay_steps: 20 };
    const said = { warmup_type: 'linear', decay_type: 'cosine', min_lr_ratio: 0, num_cycles: 0.5 } as const;
    expect(fromTransformers({ ...stable, ...said })).to.deep.equal(fromTransformers(stable));
  });

  it('takes num_stable_steps before num_training_steps, as transformers does', () => {
    const stable = { num_warmup_steps: 10, num_decay_steps: 20, num_stable_steps: 5, base_lr: 0.1 };
    expect(fromTransformers(stable)).to.include({ plateau: 5, total: 35 });
    expect(fromTransformers({ ...stable, num_training_steps: 50 })).to.include({ plateau: 5, total: 50 });
  });

  it('takes a warm-up along a cosine, and any form of a warm-up without steps', () => {
    const stable = { ...training, num_decay_steps: 20 };
    const config = fromTransformers({ ...stable, warmup_type: 'cosine' });
    expect(config.warmup).to.deep.equal({ length: 10, shape: 'cosine' });
    const none = fromTransformers({ ...stable, num_warmup_steps: 0, warmup_type: '1-sqrt' });
    expect(none).not.to.have.property('warmup');
  });

  it('restarts at step 150 of 220 with 22 cycles, where transformers gives 0', () => {
    const parameters = { num_warmup_steps: 0, num_training_steps: 220, num_cycles: 22, base_lr: 0.1 };
    expect(plainRate(fromTransformers(parameters), 150)).to.equal(0.1);
  });

  const rising =
    "leave it out: a cosine that rises has no counterpart here; `name: 'cosine_with_restarts'` counts warm restarts";

  refuses(fromTransformers, training, {
    'no step after the warm-up': [
      { num_training_steps: 10 },
      '`num_training_steps`: expected more than num_warmup_steps (10), got 10',
    ],
    'cycles too short to tell': [
      { num_cycles: 1e15 },
      '`num_cycles`: expected fewer, since the first of them would be shorter than 1e-12, got 1000000000000000; or set a larger `num_training_steps`',
    ],
    'half a restart': [{ num_cycles: 0.5 }, /^`num_cycles`: expected an integer >= 1, got 0.5/],
    'no base_lr': [{ base_lr: undefined }, '`base_lr`: expected a number > 0, got undefined'],
    'a schedule that is no cosine': [
      { name: 'linear' },
      '`name`: expected "cosine", "cosine_with_restarts", "cosine_with_min_lr", "cosine_warmup_with_min_lr" or "warmup_stable_decay", got "linear"',
    ],
  });
  refuses(
    fromTransformers,
    { name: 'cosine', ...training },
    {
      'a wave that rises': [
        { num_cycles: 1 },
        `\`num_cycles\`: expected a number from 0.000001 to 0.5, got 1; ${rising}`,
      ],
      'a wave of which nothing is to be seen': [
        { num_cycles: 1e-7 },
        '`num_cycles`: expected a number from 0.000001 to 0.5, got 1e-7; leave it out for half a wave',
      ],
      'a wave beyond all steps': [
        { num_training_steps: 1e15, num_cycles: 1e-6 },
        /^`num_training_steps`: expected a number from 1e-12 to 2\^53 - 1/,
      ],
      'a last_epoch': [{ last_epoch: 5 }, '`last_epoch`: expected -1, got 5'],
      'a floor beside the name of the schedule without': [{ min_lr: 0.1 }, /^`min_lr`: unknown key/],
    },
  );
  refuses(
    fromTransformers,
    { ...training, min_lr: 0.01 },
    {
      'a floor said twice': [
        { min_lr_rate: 0.1 },
        '`min_lr`: expected either min_lr or min_lr_rate; remove one of the two',
      ],
      'a floor above base_lr': [{ min_lr: 0.2 }, '`min_lr`: expected at most base_lr (0.1), got 0.2'],
      'a wave with a floor that rises': [
        { num_cycles: 1.5 },
        /^`num_cycles`: expected a number from 0.000001 to 0.5/,
      ],
      'no floor at all': [
        { name: 'cosine_with_min_lr', min_lr: undefined },
        '`min_lr`: expected either min_lr or min_lr_rate; set one of the two',
      ],
      'a cosine that begins before the training': [
        { name: 'cosine_warmup_with_min_lr', num_warmup_steps: 0 },
        "`num_warmup_steps`: expected an integer >= 1, got 0; its cosine begins a step before the training; `name: 'cosine_with_min_lr'` without warmup_lr_rate has one that begins with it",
      ],
      'a warm-up that falls': [
        { warmup_lr_rate: 2 },
        '`warmup_lr_rate`: expected a number from 0 to 1, got 2',
      ],
    },
  );
  refuses(
    fromTransformers,
    { ...training, num_decay_steps: 20 },
    {
      'a decay along a line': [
        { decay_type: 'linear' },
        '`decay_type`: expected "cosine", got "linear"; only the cosine has a counterpart here, so leave it out',
      ],
      'a decay along a square root': [
        { decay_type: '1-sqrt' },
        '`decay_type`: expected "cosine", got "1-sqrt"; only the cosine has a counterpart here, so leave it out',
      ],
      'a warm-up along a square root': [
        { num_warmup_steps: 1, warmup_type: '1-sqrt' },
        '`warmup_type`: expected "linear" or "cosine", got "1-sqrt"; a square root has no counterpart here, so use one of these',
      ],
      'other than half a wave of decay': [
        { num_cycles: 0.25 },
        '`num_cycles`: expected 0.5, got 0.25; the decay is half a wave here, so leave it out',
      ],
      'a training shorter than its parts': [
        { num_training_steps: 29 },
        '`num_training_steps`: expected at least num_warmup_steps + num_decay_steps (30), got 29',
      ],
      'a plateau of unknown length': [
        { num_training_steps: undefined },
        '`num_training_steps`: expected an integer >= 1, got undefined; or set num_stable_steps',
      ],
    },
  );

  it('gives cures that work for what they cure', () => {
    const name = 'cosine_with_min_lr';
    const floor = { ...training, min_lr: 0.01 };
    expect(() => fromTransformers({ ...floor, name, num_warmup_steps: 0 })).not.to.throw();
    expect(() =>
      fromTransformers({ ...training, name: 'cosine_with_restarts', num_cycles: 1 }),
    ).not.to.throw();
    expect(problemsOf(() => fromTransformers({ ...training, name: 'cosine', num_cycles: 3 }))).to.have.length(
      1,
    );
  });

  it('refuses what is no object', () => {
    expect(messageOf(() => fromTransformers(5 as never))).to.equal(
      '`config`: expected the parameters of one of these schedules, such as { num_warmup_steps: 10, num_training_steps: 100, base_lr: 0.1 }, got 5',
    );
  });
});
