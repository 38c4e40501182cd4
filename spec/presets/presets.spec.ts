import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cosineAnnealing } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import {
  fromKeras,
  fromOptax,
  fromPyTorch,
  fromTimm,
  fromTransformers,
  type PresetConfig,
} from '../../lib/presets/presets';

interface Case {
  readonly name: string;
  readonly config: Record<string, unknown>;
  readonly t: number[];
  readonly lr: number[];
  readonly epoch_batch?: [epoch: number, batch: number][];
}

type Preset = (config: never) => PresetConfig;

const casesOf = (library: string): Case[] =>
  JSON.parse(readFileSync(join(__dirname, `../fixtures/${library}.json`), 'utf8')).cases;

/** The positions at which the library's learning rates were taken. */
function positions({ t, epoch_batch, config }: Case): number[] {
  const iters = config['iters'] as number;
  return epoch_batch?.map(([epoch, batch]) => epoch + batch / iters) ?? t;
}

/** The case's config as its preset takes it: without what only the fixture needs. */
function argumentsOf({ name, config: { iters: _, ...config } }: Case): never {
  const [class_name] = name.split(' ');
  return (name.startsWith('CosineDecay') ? { class_name, config } : config) as never;
}

/** Points reproduced, and cases refused. */
function reproduce(library: string, preset: Preset): { points: number; refused: string[] } {
  let points = 0;
  const refused: string[] = [];
  for (const fixture of casesOf(library)) {
    let config: PresetConfig;
    try {
      config = preset(argumentsOf(fixture));
    } catch (error) {
      expect(error).to.be.instanceOf(CosineAnnealingError);
      refused.push((error as Error).message);
      continue;
    }
    const lr = cosineAnnealing(config);
    const peak = Math.max(...fixture.lr);
    positions(fixture).forEach((t, i) => {
      const expected = fixture.lr[i] as number;
      if (!(Math.abs(lr(t) - expected) <= 1e-12 * peak)) {
        expect.fail(`${fixture.name} at ${t}: expected ${expected}, got ${lr(t)}`);
      }
      points++;
    });
  }
  return { points, refused };
}

const messageOf = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    expect(error).to.be.instanceOf(CosineAnnealingError);
    return (error as Error).message;
  }
  return expect.fail('expected an error');
};

/** A preset, a config that it takes, and for each change of it that it refuses the whole message. */
function refuses<Config extends object>(
  preset: (config: Config) => PresetConfig,
  legal: Config,
  refusals: Record<string, [change: object, message: string]>,
): void {
  for (const [title, [change, message]] of Object.entries(refusals)) {
    it(`refuses ${title}`, () => {
      expect(() => preset(legal)).not.to.throw();
      expect(messageOf(() => preset({ ...legal, ...change }))).to.equal(message);
    });
  }
}

const plainCosine = 'only the plain cosine has a counterpart here, so leave it out';
const falling = 'a warm-up that falls has no counterpart here, so lower it';

describe('fromKeras', () => {
  it('reproduces Keras at all 1,397 points of keras.json', () => {
    expect(reproduce('keras', fromKeras)).to.deep.equal({ points: 1397, refused: [] });
  });

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
    expect(decay({})).to.deep.equal({ unit: 'batch', T_0: 100, cycles: 1, eta_max: 0.1, eta_min: 0 });
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
      eta_min: 0.05,
      warmup: { length: 10, from: 0 },
    });
  });

  it('ignores warmup_steps without a warmup_target, as Keras does', () => {
    expect(decay({ warmup_target: null, warmup_steps: 10 })).not.to.have.property('warmup');
  });

  it('decays from warmup_target where warmup_steps is 0, as Keras does', () => {
    const lr = cosineAnnealing(decay({ warmup_target: 0.05, warmup_steps: 0 }));
    expect(lr(0)).to.equal(0.05);
  });

  it('takes a warm-up that does not rise', () => {
    const { eta_max, warmup } = decay({ warmup_target: 0.1, warmup_steps: 10 });
    expect({ eta_max, warmup }).to.deep.equal({ eta_max: 0.1, warmup: { length: 10, from: 0.1 } });
  });

  refuses(
    decay,
    {},
    {
      'a warm-up that falls': [
        { warmup_target: 0.05, warmup_steps: 10 },
        `\`config.initial_learning_rate\`: expected at most warmup_target (0.05), got 0.1; ${falling}`,
      ],
      'a learning rate of 0 throughout': [
        { initial_learning_rate: 0 },
        '`config.initial_learning_rate`: expected a number > 0, got 0; to begin at 0, give `warmup_target` and `warmup_steps`',
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
        '`config.warm_up_steps`: unknown key, did you mean warmup_steps?',
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
      'a length beyond all steps': [
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

describe('fromPyTorch', () => {
  it('reproduces PyTorch at all 6,898 points of pytorch.json, those of step(epoch + i / iters) among them', () => {
    expect(reproduce('pytorch', fromPyTorch)).to.deep.equal({ points: 6898, refused: [] });
  });

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
    expect(cosineAnnealing(fromPyTorch({ T_0: 1, T_mult: 3, base_lr: 0.1 }))(121)).to.equal(0.1);
  });

  refuses(
    fromPyTorch,
    { T_0: 10, base_lr: 0.1 },
    {
      'T_0 and T_max at once': [
        { T_max: 10 },
        '`config`: expected either T_0 (CosineAnnealingWarmRestarts) or T_max (CosineAnnealingLR), and not both, got {"T_0":10,"base_lr":0.1,"T_max":10}',
      ],
      'a T_0 that is no integer': [{ T_0: 2.5 }, '`T_0`: expected an integer >= 1, got 2.5'],
      'a T_mult that is no integer': [{ T_mult: 1.5 }, '`T_mult`: expected an integer >= 1, got 1.5'],
      'an eta_min above base_lr': [{ eta_min: 0.2 }, '`eta_min`: expected at most base_lr (0.1), got 0.2'],
      'a last_epoch': [{ last_epoch: 3 }, '`last_epoch`: expected -1, got 3'],
      'several mistakes at once': [
        { T_0: 0, base_lr: '0.1', eta_mim: 0 },
        '`T_0`: expected an integer >= 1, got 0\n`base_lr`: expected a number > 0, got "0.1"\n`eta_mim`: unknown key, did you mean eta_min?',
      ],
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

  it('refuses what is no object', () => {
    for (const none of [undefined, null]) {
      expect(messageOf(() => fromPyTorch(none as never))).to.equal(
        `\`config\`: expected the parameters of CosineAnnealingWarmRestarts, { T_0, base_lr }, or of CosineAnnealingLR, { T_max, base_lr }, got ${none ?? (none === null ? 'null' : 'nothing')}`,
      );
    }
  });

  it('takes an eta_min that is base_lr', () => {
    expect(fromPyTorch({ T_0: 10, base_lr: 0.1, eta_min: 0.1 })).to.include({ eta_max: 0.1, eta_min: 0.1 });
  });
});

describe('fromTimm', () => {
  it('reproduces timm at all 5,360 points of timm.json but those of six schedules with a k_decay', () => {
    const { points, refused } = reproduce('timm', fromTimm);
    expect(points).to.equal(5360);
    expect(refused).to.deep.equal(
      [2, 0.5, 0.5, 2, 2, 2].map((k) => `\`k_decay\`: expected 1, got ${k}; ${plainCosine}`),
    );
    const inRefused = casesOf('timm').filter(({ config }) => config['k_decay'] !== 1);
    expect(inRefused.reduce((sum, { t }) => sum + t.length, 0)).to.equal(6680 - 5360);
  });

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

  it('counts updates where t_in_epochs is false', () => {
    expect(fromTimm({ t_initial: 30, base_lr: 0.1, t_in_epochs: false })).to.include({
      unit: 'batch',
      updateFreq: 'batch',
    });
  });

  it('delays the first cycle by the warm-up with warmup_prefix, and overlaps it without', () => {
    const config = { t_initial: 30, base_lr: 0.1, warmup_t: 5, warmup_lr_init: 1e-3 };
    expect(fromTimm(config).warmup).to.deep.equal({ length: 5, from: 1e-3, overlap: true });
    expect(fromTimm({ ...config, warmup_prefix: true }).warmup).to.deep.include({ overlap: false });
  });

  it('ignores the noise options that timm ignores without noise_range_t', () => {
    const noise = { noise_range_t: null, noise_pct: 0.67, noise_std: 1, noise_seed: 42, initialize: true };
    expect(() => fromTimm({ t_initial: 30, base_lr: 0.1, ...noise })).not.to.throw();
  });

  it('takes a warm-up as long as its cycle, one that does not rise, and the start of one that has no length', () => {
    const warmup = (more: object) => fromTimm({ t_initial: 30, base_lr: 0.1, ...more }).warmup;
    expect(warmup({ warmup_t: 30 })).to.deep.equal({ length: 30, from: 0, overlap: true });
    expect(warmup({ warmup_t: 5, warmup_lr_init: 0.1 })).to.deep.equal({
      length: 5,
      from: 0.1,
      overlap: true,
    });
    expect(warmup({ warmup_t: 0, warmup_lr_init: 0.2 })).to.equal(undefined);
  });

  refuses(
    fromTimm,
    { t_initial: 30, base_lr: 0.1, lr_min: 0.01 },
    {
      'a k_decay': [{ k_decay: 2 }, `\`k_decay\`: expected 1, got 2; ${plainCosine}`],
      noise: [
        { noise_range_t: [10, 20] },
        '`noise_range_t`: expected nothing, got [10,20]; random noise has no exact values, so leave it out',
      ],
      'a peak that decays below lr_min': [
        { cycle_decay: 0.5, cycle_limit: 5 },
        '`cycle_decay`: the peak of the last cycle, 0.00625, would be below lr_min (0.01), got 0.5; give a larger one, a smaller lr_min or a smaller cycle_limit (5)',
      ],
      'a warm-up that overlaps more than its cycle': [
        { warmup_t: 31 },
        '`warmup_t`: expected at most t_initial (30), the cycle that it overlaps, got 31; shorten it, or give `warmup_prefix: true`',
      ],
      'a warm-up that falls': [
        { warmup_t: 5, warmup_lr_init: 0.2 },
        `\`warmup_lr_init\`: expected at most base_lr (0.1), got 0.2; ${falling}`,
      ],
      'an lr_min above base_lr': [{ lr_min: 0.2 }, '`lr_min`: expected at most base_lr (0.1), got 0.2'],
      'a cycle_limit of 0': [{ cycle_limit: 0 }, '`cycle_limit`: expected an integer >= 1, got 0'],
      'cycles that shrink to nothing': [
        { cycle_mul: 0.1, cycle_limit: 20 },
        '`cycle_limit`: the last of 20 cycles would be shorter than 1e-12; give fewer, or a larger cycle_mul',
      ],
      'a cycle beyond all epochs': [
        { t_initial: 1e300 },
        '`t_initial`: expected a number from 1e-12 to 2^53 - 1, got 1e+300',
      ],
      'a warm-up beyond all epochs': [
        { warmup_t: 1e300, warmup_prefix: true },
        '`warmup_t`: expected a number <= 2^53 - 1, got 1e+300',
      ],
      'an unknown key': [{ t_inital: 3 }, '`t_inital`: unknown key, did you mean t_initial?'],
    },
  );

  it('follows a peak that decays to lr_min exactly', () => {
    const config = { t_initial: 10, base_lr: 0.1, lr_min: 0.025, cycle_decay: 0.5, cycle_limit: 3 };
    expect([0, 10, 20, 25, 30].map(cosineAnnealing(fromTimm(config)))).to.deep.equal([
      0.1, 0.05, 0.025, 0.025, 0.025,
    ]);
  });
});

describe('fromOptax', () => {
  it('reproduces optax at all 1,120 points of optax.json but those of two schedules with an exponent', () => {
    const { points, refused } = reproduce('optax', fromOptax);
    expect(points).to.equal(1120);
    expect(refused).to.deep.equal(Array(2).fill(`\`exponent\`: expected 1, got 2; ${plainCosine}`));
    const inRefused = casesOf('optax').filter(({ config }) => config['exponent'] === 2);
    expect(inRefused.reduce((sum, { t }) => sum + t.length, 0)).to.equal(1340 - 1120);
  });

  const one = { init_value: 0, peak_value: 0.1, warmup_steps: 5, decay_steps: 20 };

  it("has optax's defaults", () => {
    expect(fromOptax(one)).to.deep.equal({
      unit: 'batch',
      cycles: [15],
      eta_max: 0.1,
      eta_min: 0,
      warmup: { length: 5, from: 0, everyCycle: true },
    });
  });

  it('joins a list of cycles, as sgdr_schedule does, each with values of its own', () => {
    const cosine_kwargs = [
      one,
      { init_value: 0.9, peak_value: 0.05, warmup_steps: 0, decay_steps: 40, end_value: 0.01 },
    ];
    const config = {
      unit: 'batch',
      cycles: [15, 40],
      eta_max: [0.1, 0.05],
      eta_min: [0, 0.01],
      warmup: { length: [5, 0], from: 0, everyCycle: true },
    };
    expect(fromOptax(cosine_kwargs)).to.deep.equal(config);
    expect(fromOptax({ cosine_kwargs })).to.deep.equal(config);
    expect([0, 5, 20, 60].map(cosineAnnealing(fromOptax(cosine_kwargs)))).to.deep.equal([0, 0.1, 0.05, 0.01]);
  });

  it('needs no warm-up', () => {
    expect(fromOptax({ ...one, warmup_steps: 0 })).not.to.have.property('warmup');
  });

  refuses(fromOptax, one, {
    'an exponent': [{ exponent: 2 }, `\`exponent\`: expected 1, got 2; ${plainCosine}`],
    'a cycle that is all warm-up': [
      { decay_steps: 5 },
      '`decay_steps`: expected more than warmup_steps (5), which it includes, got 5',
    ],
    'a warm-up that falls': [
      { init_value: 1 },
      `\`init_value\`: expected at most peak_value (0.1), got 1; ${falling}`,
    ],
    'half a step of warm-up': [{ warmup_steps: 0.5 }, '`warmup_steps`: expected an integer >= 0, got 0.5'],
    'a warm-up of less than no steps': [
      { warmup_steps: -1 },
      '`warmup_steps`: expected an integer >= 0, got -1',
    ],
    'an end_value above peak_value': [
      { end_value: 1 },
      '`end_value`: expected at most peak_value (0.1), got 1',
    ],
  });

  it('refuses what is no object', () => {
    for (const none of [5, null]) {
      expect(messageOf(() => fromOptax(none as never))).to.equal(
        `\`config\`: expected the keyword arguments of warmup_cosine_decay_schedule, or a list of them as for sgdr_schedule, got ${none}`,
      );
    }
  });

  it('takes a warm-up that does not rise', () => {
    const flat = fromOptax({ ...one, init_value: 0.1, end_value: 0.1 });
    expect(flat).to.deep.include({ eta_max: 0.1, eta_min: 0.1 });
    expect(flat.warmup).to.deep.equal({ length: 5, from: 0.1, everyCycle: true });
  });

  it('says in which cycle of a list the mistake is', () => {
    const list = [one, { ...one, peak_value: 0 }];
    expect(messageOf(() => fromOptax(list))).to.equal('`[1].peak_value`: expected a number > 0, got 0');
    expect(messageOf(() => fromOptax({ cosine_kwargs: [{ ...one, decay_steps: 2 }] }))).to.equal(
      '`cosine_kwargs[0].decay_steps`: expected more than warmup_steps (5), which it includes, got 2',
    );
    expect(messageOf(() => fromOptax([]))).to.equal('`config`: expected at least one value, got []');
    expect(messageOf(() => fromOptax({ cosine_kwargs: one } as never))).to.match(
      /^`cosine_kwargs`: expected a list, got {/,
    );
  });
});

describe('fromTransformers', () => {
  it('reproduces transformers at all 398 points of transformers.json', () => {
    expect(reproduce('transformers', fromTransformers)).to.deep.equal({ points: 398, refused: [] });
  });

  it("has transformers' defaults", () => {
    expect(fromTransformers({ num_warmup_steps: 0, num_training_steps: 100, base_lr: 0.1 })).to.deep.equal({
      unit: 'batch',
      cycles: 1,
      total: 100,
      eta_max: 0.1,
    });
  });

  it('restarts at step 150 of 220 with 22 cycles, where transformers gives 0', () => {
    const config = { num_warmup_steps: 0, num_training_steps: 220, num_cycles: 22, base_lr: 0.1 };
    expect(cosineAnnealing(fromTransformers(config))(150)).to.equal(0.1);
  });

  refuses(
    fromTransformers,
    { num_warmup_steps: 5, num_training_steps: 100, base_lr: 0.1 },
    {
      'no step after the warm-up': [
        { num_training_steps: 5 },
        '`num_training_steps`: expected more than the warm-ups, which take 5, got 5',
      ],
      'cycles too short to tell': [
        { num_cycles: 1e15 },
        '`num_cycles`: the first of 1000000000000000 cycles would be shorter than 1e-12; give fewer, or a larger `num_training_steps`',
      ],
      'half a cycle': [{ num_cycles: 0.5 }, '`num_cycles`: expected an integer >= 1, got 0.5'],
      'no base_lr': [{ base_lr: undefined }, '`base_lr`: expected a number > 0, got nothing'],
    },
  );
});

describe('Every preset', () => {
  it('refuses what is no object, and says what it takes', () => {
    expect(messageOf(() => fromTimm(5 as never))).to.equal(
      '`config`: expected the parameters of CosineLRScheduler, such as { t_initial: 30, base_lr: 0.1 }, got 5',
    );
    expect(messageOf(() => fromTransformers(5 as never))).to.equal(
      '`config`: expected the parameters of get_cosine_with_hard_restarts_schedule_with_warmup, got 5',
    );
  });

  it('returns plain data, which JSON keeps, and to which keys can be added', () => {
    const config = { ...fromPyTorch({ T_0: 10, base_lr: 0.1 }), verbose: 1 as const };
    expect(JSON.parse(JSON.stringify(config))).to.deep.equal(config);
    expect(cosineAnnealing(config).config.verbose).to.equal(1);
  });

  it("keeps zod's issues as the cause of its errors", () => {
    try {
      fromTimm({ t_initial: 0, base_lr: 0.1 });
      expect.fail('expected an error');
    } catch (error) {
      expect((error as Error).cause)
        .to.be.an('array')
        .with.nested.property('[0].path[0]', 't_initial');
    }
    expect(() => fromTimm({ t_initial: 1e300, base_lr: 0.1 }))
      .to.throw(CosineAnnealingError)
      .with.nested.property('cause[0].path[0]', 'T_0');
  });
});
