import { expect } from 'chai';
import { cosineAnnealing } from '../../lib/config/config';
import { fromOptax } from '../../lib/presets/optax';
import { messageOf, problemsOf, refuses } from '../support/presets';

const plainCosine = 'only the plain cosine has a counterpart here, so leave it out';
const falling = 'a warm-up that falls has no counterpart here, so lower it';

describe('fromOptax', () => {
  const one = { init_value: 0, peak_value: 0.1, warmup_steps: 5, decay_steps: 20 };

  it("has optax's defaults", () => {
    expect(fromOptax(one)).to.deep.equal({
      unit: 'batch',
      cycles: [15],
      eta_max: 0.1,
      eta_min: 0,
      warmup: { length: 5, from: 0, everyCycle: true },
    });
    expect(fromOptax({ init_value: 0.1, decay_steps: 10 })).to.deep.equal({
      unit: 'batch',
      T_0: 10,
      cycles: 1,
      eta_max: 0.1,
      eta_min: 0,
    });
  });

  it('takes cosine_decay_schedule(0.1, 10, alpha=0.1)', () => {
    expect(fromOptax({ init_value: 0.1, decay_steps: 10, alpha: 0.1 })).to.deep.equal({
      unit: 'batch',
      T_0: 10,
      cycles: 1,
      eta_max: 0.1,
      eta_min_ratio: 0.1,
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

  it('tells warmup_cosine_decay_schedule by any parameter that only it has', () => {
    const namesOf = (more: object) =>
      problemsOf(() => fromOptax({ init_value: 0, decay_steps: 20, ...more } as never)).map(
        ({ path }) => path[0],
      );
    expect(namesOf({ peak_value: 0.1 })).to.deep.equal(['warmup_steps']);
    expect(namesOf({ warmup_steps: 5 })).to.deep.equal(['peak_value']);
    expect(namesOf({ end_value: 0 })).to.deep.equal(['peak_value', 'warmup_steps']);
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
      { init_value: 1, warmup_steps: 1 },
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
    'an alpha beside a peak_value': [{ alpha: 0.1 }, /^`alpha`: unknown key/],
  });
  refuses(
    fromOptax,
    { init_value: 0.1, decay_steps: 10 },
    {
      'an exponent of a cosine decay': [{ exponent: 2 }, `\`exponent\`: expected 1, got 2; ${plainCosine}`],
      'a cosine decay that rises': [{ alpha: 1.5 }, '`alpha`: expected a number from 0 to 1, got 1.5'],
      'a cosine decay from 0': [{ init_value: 0 }, '`init_value`: expected a number > 0, got 0'],
      'a cosine decay beyond all steps': [
        { decay_steps: 1e300 },
        '`decay_steps`: expected a number from 1e-12 to 2^53 - 1, got 1e+300',
      ],
    },
  );

  it('refuses what is no object', () => {
    for (const none of [5, null]) {
      expect(messageOf(() => fromOptax(none as never))).to.equal(
        `\`config\`: expected the keyword arguments of cosine_decay_schedule or warmup_cosine_decay_schedule, or a list of the latter as for sgdr_schedule, got ${none}`,
      );
    }
  });

  it('takes a warm-up that stays level', () => {
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
