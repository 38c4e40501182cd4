import { expect } from 'chai';
import * as fc from 'fast-check';
import * as z from 'zod/mini';
import { strict } from '../lib/config/rules';
import { CosineAnnealingError, show, validationError } from '../lib/errors';

const number = z.number({ error: 'expected a number' });

function messageOf(schema: z.ZodMiniType, value: unknown): string {
  const { error } = schema.safeParse(value, { reportInput: true });
  return validationError(error as z.core.$ZodError).message;
}

describe('CosineAnnealingError', () => {
  it('is an Error with a name of its own and an optional cause', () => {
    const cause = new Error('why');
    const error = new CosineAnnealingError('what', { cause });
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: 'CosineAnnealingError', message: 'what', cause });
    expect(String(error)).to.equal('CosineAnnealingError: what');
  });
});

describe('validationError', () => {
  it('has a line per problem: the name, the rule, the value', () => {
    expect(messageOf(z.object({ a: number, b: number }), { a: 'x' })).to.equal(
      '`a`: expected a number, got "x"\n`b`: expected a number, got nothing',
    );
  });

  it('names items and inner keys as JavaScript does', () => {
    const schema = z.object({ a: z.array(z.object({ b: z.array(number) })) });
    expect(messageOf(schema, { a: [{ b: [0, null] }] })).to.equal('`a[0].b[1]`: expected a number, got null');
    expect(messageOf(z.array(number), [0, ''])).to.equal('`[1]`: expected a number, got ""');
  });

  it('names what is wrong as a whole `config`', () => {
    expect(messageOf(number, 'x')).to.equal('`config`: expected a number, got "x"');
  });

  it('has a line per unknown key, with its path and the nearest key', () => {
    const inner = strict({ length: z.optional(number), from: z.optional(number) }, 'an object');
    expect(messageOf(z.object({ warmup: inner }), { warmup: { lenght: 1, to: 2 } })).to.equal(
      '`warmup.lenght`: unknown key, did you mean length?\n`warmup.to`: unknown key, expected one of length, from',
    );
  });

  it('leaves it to a rule between keys to tell the values', () => {
    const schema = z
      .object({ a: number })
      .check(z.refine(() => false, { error: 'at most b, got 3', path: ['a'] }));
    expect(messageOf(schema, { a: 3 })).to.equal('`a`: at most b, got 3');
  });

  it('keeps the issues as the cause', () => {
    const { error } = number.safeParse('x');
    expect(validationError(error as z.core.$ZodError).cause).to.equal((error as z.core.$ZodError).issues);
  });
});

describe('show', () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const throwing = {
    get key() {
      throw new Error('no');
    },
  };

  const shown: [value: unknown, text: string][] = [
    [undefined, 'nothing'],
    [null, 'null'],
    [0.1, '0.1'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [10n, '10'],
    ['10', '"10"'],
    [true, 'true'],
    [() => 1, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, Number.NaN, 'x'], '[1,"NaN","x"]'],
    [{ length: 5 }, '{"length":5}'],
    [cyclic, '[object Array]'],
    [[10n], '[object Array]'],
    [throwing, '[object Object]'],
    ['x'.repeat(100), `"${'x'.repeat(56)}...`],
  ];

  for (const [value, text] of shown) {
    it(`writes ${text}`, () => expect(show(value)).to.equal(text));
  }

  it('writes a text of 60 characters in full, and a longer one in part', () => {
    expect(show('x'.repeat(58))).to.equal(`"${'x'.repeat(58)}"`);
    expect(show('x'.repeat(59))).to.equal(`"${'x'.repeat(56)}...`);
  });

  it('takes any value, and is never longer than 60 characters', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        if (typeof value === 'bigint' || typeof value === 'symbol') return;
        expect(show(value).length).to.be.at.most(60);
      }),
    );
  });
});
