import { expect } from 'chai';
import * as z from 'zod/mini';
import {
  byForm,
  check,
  count,
  countFromZero,
  duration,
  flag,
  fraction,
  growth,
  ignored,
  isObject,
  listOf,
  notNegative,
  oneOf,
  oneOrList,
  passes,
  positive,
  refused,
  strict,
  suggestion,
  withRules,
} from '../../lib/config/rules';
import { errorOf } from '../support/refused';

/** What a schema says of values that break it. */
const messagesOf = (schema: z.ZodMiniType, ...values: unknown[]) =>
  values.map((value) => errorOf(() => check(schema, value, 'x')).message);

const accepts = (schema: z.ZodMiniType, ...values: unknown[]) =>
  expect(values.map((value) => check(schema, value, 'x'))).to.deep.equal(values);

describe('A rule for a single value', () => {
  const wrong = (rule: string, ...values: string[]) =>
    values.map((value) => `\`x\`: expected ${rule}, got ${value}`);

  it('takes its range, ends included, and tells it to values outside', () => {
    accepts(positive(), 1e-320, 1, Number.MAX_VALUE);
    expect(messagesOf(positive(), 0, Infinity, '1')).to.deep.equal(
      wrong('a number > 0', '0', 'Infinity', '"1"'),
    );
    accepts(notNegative(), 0, 1);
    expect(messagesOf(notNegative(), -1, NaN)).to.deep.equal(wrong('a number >= 0', '-1', 'NaN'));
    accepts(fraction(), 0, 0.5, 1);
    expect(messagesOf(fraction(), -0.1, 1.1)).to.deep.equal(wrong('a number from 0 to 1', '-0.1', '1.1'));
    accepts(count(), 1, 2 ** 53 - 1);
    expect(messagesOf(count(), 0, 1.5, 2 ** 53)).to.deep.equal(
      wrong('an integer >= 1', '0', '1.5', '9007199254740992'),
    );
    accepts(countFromZero(), 0, 7);
    expect(messagesOf(countFromZero(), -1)).to.deep.equal(wrong('an integer >= 0', '-1'));
    accepts(duration(), 0, 2 ** 53 - 1);
    expect(messagesOf(duration(), 2 ** 53)).to.deep.equal(wrong('a number <= 2^53 - 1', '9007199254740992'));
    expect(messagesOf(growth(), 0)).to.deep.equal(wrong('a number > 0', '0'));
    accepts(flag(), true, false);
    expect(messagesOf(flag(), 1)).to.deep.equal(wrong('true or false', '1'));
  });

  it('lists the values that it takes', () => {
    accepts(oneOf('a', 'b', 'c'), 'a', 'c');
    expect(messagesOf(oneOf('a', 'b', 'c'), 'd')).to.deep.equal(wrong('"a", "b" or "c"', '"d"'));
    expect(messagesOf(oneOf(-1), 0)).to.deep.equal(wrong('-1', '0'));
  });

  it('can be any test, or none', () => {
    const even = passes<number>((value) => typeof value === 'number' && value % 2 === 0, 'an even number');
    accepts(even, 4);
    expect(messagesOf(even, 3)).to.deep.equal(wrong('an even number', '3'));
    accepts(ignored(), undefined, Symbol.iterator, 3);
  });

  it('tells one problem of a value that breaks several', () => {
    expect(errorOf(() => check(count(), -1.5, 'x')).problems).to.have.length(1);
  });
});

describe('listOf', () => {
  const list = listOf(positive());

  it('takes a list and freezes its copy', () => {
    const given = [1, 2];
    const read = check(list, given, 'x');
    expect(read).to.deep.equal(given);
    expect([Object.isFrozen(read), Object.isFrozen(given)]).to.deep.equal([true, false]);
  });

  it('refuses what is no list, and an empty one unless that is allowed', () => {
    expect(messagesOf(list, 3, [])).to.deep.equal([
      '`x`: expected a list, got 3',
      '`x`: expected at least one value, got []',
    ]);
    accepts(listOf(positive(), 0), []);
  });

  it('names the items that are wrong, holes included', () => {
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is refused
    expect(messagesOf(list, [1, , 'a'])).to.deep.equal([
      '`x[1]`: expected a number > 0, got undefined\n`x[2]`: expected a number > 0, got "a"',
    ]);
    expect(messagesOf(list, 'a', [], { length: 1 })).to.deep.equal([
      '`x`: expected a list, got "a"',
      '`x`: expected at least one value, got []',
      '`x`: expected a list, got {"length":1}',
    ]);
  });

  it('stops after as many problems as an error shows', () => {
    const { problems, message } = errorOf(() => check(list, Array(1e6).fill(0), 'x'));
    expect(problems).to.have.length(20);
    expect(message.split('\n')).to.have.length(20);
  });
});

describe('oneOrList', () => {
  it('tells those who give neither what both are, and the others what is wrong with theirs', () => {
    const schema = oneOrList(count(), positive(), 'an integer >= 1, or a list of lengths');
    accepts(schema, 3, [0.5, 2]);
    expect(messagesOf(schema, 'a', 0, [0])).to.deep.equal([
      '`x`: expected an integer >= 1, or a list of lengths, got "a"',
      '`x`: expected an integer >= 1, got 0',
      '`x[0]`: expected a number > 0, got 0',
    ]);
  });
});

describe('byForm', () => {
  it('asks the schema that the form of a value calls for', () => {
    const schema = byForm<z.ZodMiniType>((value) =>
      typeof value === 'number' ? positive() : refused('a number'),
    );
    accepts(schema, 1);
    expect(messagesOf(schema, -1, 'a')).to.deep.equal([
      '`x`: expected a number > 0, got -1',
      '`x`: expected a number, got "a"',
    ]);
  });
});

describe('strict', () => {
  const schema = strict(
    { a: positive(), inner: z.optional(strict({ length: positive() }, 'an object { length }')) },
    'an object such as { a: 1 }',
    { b_max: 'b belongs elsewhere' },
  );

  it('takes an object with these keys and freezes its copy', () => {
    const given = { a: 1 };
    const read = check(schema, given, 'x');
    expect(read).to.deep.equal({ a: 1 });
    expect([Object.isFrozen(read), Object.isFrozen(given)]).to.deep.equal([true, false]);
  });

  it('names keys inside objects as JavaScript does', () => {
    expect(messagesOf(schema, { a: 0, inner: { lenght: 1 } })).to.deep.equal([
      '`x.a`: expected a number > 0, got 0\n' +
        '`x.inner.lenght`: unknown key; did you mean length?\n' +
        '`x.inner.length`: expected a number > 0, got undefined',
    ]);
  });

  it('says where a key belongs that is known elsewhere, however it is written', () => {
    expect(messagesOf(schema, { a: 1, bMax: 1 }, { a: 1, b_max: 1 })).to.deep.equal([
      '`x.bMax`: unknown key; b belongs elsewhere',
      '`x.b_max`: unknown key; b belongs elsewhere',
    ]);
  });

  it('refuses what is no object', () => {
    expect(messagesOf(schema, 1, [1], undefined)).to.deep.equal(
      ['1', '[1]', 'undefined'].map((value) => `\`x\`: expected an object such as { a: 1 }, got ${value}`),
    );
  });

  it('counts unknown keys beyond those that an error shows', () => {
    const many = Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`k${i}`, i]));
    const { message } = errorOf(() => check(schema, { a: 1, ...many }, 'x'));
    expect(message.split('\n').slice(-2)).to.deep.equal([
      '`x.k18`: unknown key; expected one of a, inner',
      '`x`: 99981 more unknown keys',
    ]);
  });
});

describe('withRules', () => {
  const schema = withRules(z.object({ low: positive(), high: positive() }), function* ({ low, high }) {
    if (low > high) yield { path: ['low'], rule: `expected at most high (${high})`, received: low };
  });

  it('asks the rules between keys once every key is right', () => {
    accepts(schema, { low: 1, high: 2 });
    expect(messagesOf(schema, { low: 3, high: 2 }, { low: 3, high: 'a' })).to.deep.equal([
      '`x.low`: expected at most high (2), got 3',
      '`x.high`: expected a number > 0, got "a"',
    ]);
  });
});

describe('suggestion', () => {
  const known = ['T_0', 'eta_max', 'updateFreq'];

  it('names the nearest key, whatever its case and underscores', () => {
    expect(['t0', 'ETAMAX', 'update_freq', 'eta_mx'].map((key) => suggestion(key, known))).to.deep.equal([
      'did you mean T_0?',
      'did you mean eta_max?',
      'did you mean updateFreq?',
      'did you mean eta_max?',
    ]);
  });

  it('lists all keys to one that resembles none', () => {
    expect(suggestion('momentum', known)).to.equal('expected one of T_0, eta_max, updateFreq');
  });

  it('looks at the beginning of a long name only', () => {
    expect(suggestion('x'.repeat(1e7), known)).to.equal('expected one of T_0, eta_max, updateFreq');
  });
});

describe('isObject', () => {
  it('holds for what has keys, and is no list', () => {
    expect([{}, Object.create(null), new Date(0)].map(isObject)).to.deep.equal([true, true, true]);
    expect([null, undefined, [], 'a', 1].map(isObject)).to.deep.equal(Array(5).fill(false));
  });
});
