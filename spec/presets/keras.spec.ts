import { expect } from 'chai';
import { fromKeras } from '../../lib/presets/keras';
import { plainRate } from '../support/plain-schedule';
import { messageOf, refuses } from '../support/presets';

const falling = 'a warm-up that falls has no counterpart here, so lower it';

describe('fromKeras', () => {
  const decay = (config: object) =>
    fromKeras({
      class_name: 'CosineDecay',
      config: { initial_learning_rate: 0.1, decay_steps: 100, ...config },
    });
  const restarts = (config: object) =>
    fromKeras({
      class_name: 'CosineDecayRestarts',
      config: { initial_learning_rate: 0.1, first_decay_steps: 100, ...config },
    });

  it("has Keras's defaults", () => {
    expect(restarts({})).to.deep.equal({
      unit: 'batch',
      T_0: 100,
      T_mult: 2,
      eta_max: 0.1,
      eta_min: 0,
      amplitude_mult: 1,
    });
    expect(decay({})).to.deep.equal({
      unit: 'batch',
      T_0: 100,
      cycles: 1,
      eta_max: 0.1,
      eta_min: 0,
    });
  });

  it('takes what serialize() writes, with the keys that say where the class is', () => {
    const serialized = {
      module: 'keras.optimizers.schedules',
      class_name: 'CosineDecay' as const,
      config: {
        initial_learning_rate: 0,
        decay_steps: 100,
        alpha: 0.1,
        name: 'CosineDecay',
        warmup_target: 0.5,
        warmup_steps: 10,
      },
      registered_name: null,
    };
    expect(fromKeras(serialized)).to.deep.equal({
      unit: 'batch',
      T_0: 100,
      cycles: 1,
      eta_max: 0.5,
      eta_min_ratio: 0.1,
      warmup: { length: 10, from: 0 },
    });
  });

  it('takes cycles of one length, or that grow by any factor', () => {
    for (const t_mul of [1, 1.5]) expect(restarts({ t_mul })).to.include({ T_mult: t_mul });
  });

  it('leaves the floor to be replaced if alpha is 0, and else keeps it a share of the peak', () => {
    const none = { ...decay({}), eta_min: 0.01 };
    expect(plainRate(none, 100)).to.equal(0.01);
    const share = { ...decay({ alpha: 0.1 }), eta_max: 0.5 };
    expect(plainRate(share, 100)).to.equal(0.05);
  });

  it('ignores warmup_steps without a warmup_target, as Keras does', () => {
    expect(decay({ warmup_target: null, warmup_steps: 10 })).not.to.have.property('warmup');
  });

  it('decays from warmup_target without warmup_steps, as Keras does', () => {
    for (const steps of [{}, { warmup_steps: 0 }]) {
      const config = decay({ warmup_target: 0.05, ...steps });
      expect(config).to.include({ eta_max: 0.05 }).and.not.to.have.property('warmup');
    }
  });

  it('takes a warm-up of one step, and one that stays level', () => {
    const { eta_max, warmup } = decay({ warmup_target: 0.1, warmup_steps: 1 });
    expect({ eta_max, warmup }).to.deep.equal({ eta_max: 0.1, warmup: { length: 1, from: 0.1 } });
  });

  refuses(
    decay,
    {},
    {
      'a warm-up that falls': [
        { warmup_target: 0.05, warmup_steps: 1 },
        `\`config.initial_learning_rate\`: expected at most warmup_target (0.05), got 0.1; ${falling}`,
      ],
      'a learning rate of 0 throughout': [
        { initial_learning_rate: 0 },
        '`config.initial_learning_rate`: expected a number > 0, got 0; to begin at 0, set `warmup_target` and `warmup_steps`',
      ],
      'no length': [{ decay_steps: 0 }, '`config.decay_steps`: expected a number > 0, got 0'],
      'a length beyond all steps': [
        { decay_steps: 1e300 },
        '`config.decay_steps`: expected a number from 1e-12 to 2^53 - 1, got 1e+300',
      ],
      'a warm-up beyond all steps': [
        { warmup_target: 0.2, warmup_steps: 1e300 },
        '`config.warmup_steps`: expected a number <= 2^53 - 1, got 1e+300',
      ],
      'a misspelled key': [
        { warmup_target: 0.2, warm_up_steps: 5 },
        /^`config\.warm_up_steps`: unknown key\W.*did you mean warmup_steps/,
      ],
    },
  );
  refuses(
    restarts,
    {},
    {
      'an alpha above 1, with which the learning rate would rise': [
        { alpha: 1.5 },
        '`config.alpha`: expected a number from 0 to 1, got 1.5',
      ],
      'a t_mul below 1, with which cycles shrink to nothing': [
        { t_mul: 0.5 },
        '`config.t_mul`: expected a number >= 1, got 0.5',
      ],
      'a length beyond all steps, of the first cycle': [
        { first_decay_steps: 1e300 },
        '`config.first_decay_steps`: expected a number from 1e-12 to 2^53 - 1, got 1e+300',
      ],
      'an m_mul of 0': [{ m_mul: 0 }, '`config.m_mul`: expected a number > 0, got 0'],
    },
  );

  it('refuses other classes, and what is none', () => {
    const other = { class_name: 'ExponentialDecay', config: {} } as never;
    expect(messageOf(() => fromKeras(other))).to.equal(
      '`class_name`: expected "CosineDecay" or "CosineDecayRestarts", got "ExponentialDecay"',
    );
    for (const none of [0.1, null]) {
      expect(messageOf(() => fromKeras(none as never))).to.equal(
        `\`config\`: expected what serialize() writes: { class_name, config }, got ${none}`,
      );
    }
    for (const class_name of ['CosineDecay', 'CosineDecayRestarts'] as const) {
      expect(messageOf(() => fromKeras({ class_name, config: 5 } as never))).to.equal(
        `\`config\`: expected the config of a ${class_name}, got 5`,
      );
    }
  });
});
