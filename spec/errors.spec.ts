import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  CosineAnnealingError,
  lineOf,
  nameOf,
  type Problem,
  refusal,
  sentenceOf,
  show,
  unknownNames,
  unlessRefused,
} from '../lib/errors';

const problem = (rest: Partial<Problem> = {}): Problem => ({
  path: ['T_0'],
  rule: 'expected a number > 0',
  ...rest,
});

describe('CosineAnnealingError', () => {
  it('is an Error with a name of its own, problems and an optional cause', () => {
    const cause = new Error('why');
    const error = new CosineAnnealingError([problem({ received: 0 })], { cause });
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: 'CosineAnnealingError', cause });
    expect(error.problems).to.deep.equal([problem({ received: 0 })]);
    expect(String(error)).to.equal('CosineAnnealingError: `T_0`: expected a number > 0, got 0');
    expect(new CosineAnnealingError([problem()])).to.not.have.property('cause');
  });

  it('freezes its problems, and leaves those that it was given as they were', () => {
    const given = [problem({ received: [1] })];
    const { problems } = new CosineAnnealingError(given);
    expect([problems, ...problems].every(Object.isFrozen)).to.equal(true);
    expect([given, ...given, given[0]?.received].some(Object.isFrozen)).to.equal(false);
  });

  it('has a line per problem: the name, the rule, the value, the cure', () => {
    const { message } = new CosineAnnealingError([
      problem({ received: '10' }),
      problem({ path: ['warmup', 'length', 1], received: undefined, cure: 'give it' }),
      problem({ path: [], rule: 'unknown key', cure: 'did you mean T_0?' }),
    ]);
    expect(message.split('\n')).to.deep.equal([
      '`T_0`: expected a number > 0, got "10"',
      '`warmup.length[1]`: expected a number > 0, got undefined; give it',
      '`config`: unknown key; did you mean T_0?',
    ]);
  });

  it('shows 20 lines at most, and counts the other problems', () => {
    const lines = (count: number) =>
      new CosineAnnealingError(Array<Problem>(count).fill(problem())).message.split('\n');
    expect(lines(20)).to.have.length(20);
    expect(lines(20).at(-1)).to.equal('`T_0`: expected a number > 0');
    expect(lines(21)).to.have.length(20);
    expect(lines(21).at(-1)).to.equal('... and 2 more problems');
    expect(lines(1e5).at(-1)).to.equal('... and 99981 more problems');
  });

  it('cuts a line after 200 characters, and keeps the problem whole', () => {
    const rule = `expected ${'x'.repeat(300)}`;
    const error = new CosineAnnealingError([problem({ rule })]);
    expect(error.message)
      .to.have.length(200)
      .and.match(/^`T_0`: expected x+\.\.\.$/);
    expect(error.problems[0]?.rule).to.equal(rule);
    const long = new CosineAnnealingError([problem({ path: ['k'.repeat(1e6)] })]);
    expect(long.message).to.have.length(200);
  });

  it('escapes control characters, in names, rules, values and cures', () => {
    const controls = '\u0000\n\r\u001b[31m\u007f\u009b\u2028\u2029';
    const error = new CosineAnnealingError([
      { path: [`a${controls}`], rule: `b${controls}`, received: `c${controls}`, cure: `d${controls}` },
    ]);
    expect(error.message).to.not.match(/[\p{Cc}\u2028\u2029]/u);
    expect(error.message).to.match(/^`a\\u0000\\u000a\\u000d\\u001b\[31m\\u007f\\u009b\\u2028\\u2029`: b/);
  });

  it('never cuts a character in two', () => {
    for (let length = 180; length < 200; length++) {
      const { message } = new CosineAnnealingError([
        problem({ rule: 'x'.repeat(length) + '\u{1f600}'.repeat(20) }),
      ]);
      expect(message).to.match(/^`T_0`: x+\u{1f600}*\.\.\.$/u);
      expect(message.length).to.be.within(199, 200);
    }
  });
});

describe('A problem', () => {
  const given = problem({ path: ['eta_min', 0], received: 0.2, cure: 'lower it' });

  it('can be told as a line, or beside the field that it is about', () => {
    expect(lineOf(given)).to.equal('`eta_min[0]`: expected a number > 0, got 0.2; lower it');
    expect(sentenceOf(given)).to.equal('expected a number > 0, got 0.2; lower it');
    expect(nameOf(given.path)).to.equal('eta_min[0]');
  });

  it('tells a value that is undefined, but not one that is absent', () => {
    expect(sentenceOf({ rule: 'expected a number', received: undefined })).to.equal(
      'expected a number, got undefined',
    );
    expect(sentenceOf({ rule: 'unknown key' })).to.equal('unknown key');
  });
});

describe('nameOf', () => {
  it('writes a path as JavaScript does', () => {
    const names: [Problem['path'], string][] = [
      [[], 'config'],
      [['T_0'], 'T_0'],
      [['warmup', 'length', 1], 'warmup.length[1]'],
      [[0, 'warmup_steps'], '[0].warmup_steps'],
    ];
    for (const [path, name] of names) expect(nameOf(path)).to.equal(name);
  });
});

describe('refusal', () => {
  it('is the error for one problem', () => {
    const cause = new Error('why');
    const error = refusal('T_0', 'expected a number', { received: 'x', cure: 'give one', cause });
    expect(error.message).to.equal('`T_0`: expected a number, got "x"; give one');
    expect(error.cause).to.equal(cause);
    const plain = refusal(['a', 0], 'expected a number');
    expect(plain.problems).to.deep.equal([{ path: ['a', 0], rule: 'expected a number' }]);
    expect(plain).to.not.have.property('cause');
  });
});

describe('unlessRefused', () => {
  it('is what the work comes to, undefined if it is refused, and throws any other error', () => {
    const fails = (error: Error) => () => {
      throw error;
    };
    expect(unlessRefused(() => 7)).to.equal(7);
    expect(unlessRefused(fails(refusal('T_0', 'expected a number')))).to.equal(undefined);
    expect(() => unlessRefused(fails(new RangeError('no')))).to.throw(RangeError, 'no');
  });
});

describe('unknownNames', () => {
  const names = Array.from({ length: 21 }, (_, i) => `key${i}`);
  const problemsOf = (count: number) =>
    unknownNames(names.slice(0, count), 'key', (name) => `did you mean my ${name}?`, ['options']);
  const unknown = (name: string) => ({
    path: [name],
    rule: 'unknown key',
    cure: `did you mean my ${name}?`,
  });

  it('has a problem for each name, up to the 20 that a message shows', () => {
    expect(problemsOf(0)).to.deep.equal([]);
    expect(problemsOf(20)).to.deep.equal(names.slice(0, 20).map(unknown));
  });

  it('counts more names in the last of 20 problems', () => {
    const rest = { path: ['options'], rule: '2 more unknown keys' };
    expect(problemsOf(21)).to.deep.equal([...names.slice(0, 19).map(unknown), rest]);
  });
});

describe('show', () => {
  const cyclic: unknown[] = [0];
  cyclic.push(cyclic);
  const throwing = {
    get key() {
      throw new Error('no');
    },
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const everyTrap = new Proxy(
    {},
    { get: () => expect.fail(), has: () => expect.fail(), ownKeys: () => expect.fail() },
  );
  // biome-ignore lint/suspicious/noSparseArray: holes must be shown, too
  const sparse = [1, , 3];

  const shown: [value: unknown, text: string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [0.1, '0.1'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [10n, '10'],
    [10n ** 70n, `1${'0'.repeat(56)}...`],
    [10n ** 1000n, 'a huge bigint'],
    [-(10n ** 1000n), 'a huge bigint'],
    ['10', '"10"'],
    ['a\nb"c', String.raw`"a\nb\"c"`],
    [true, 'true'],
    [() => 1, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, NaN, 'x'], '[1,NaN,"x"]'],
    [sparse, '[1,undefined,3]'],
    [{ length: 5 }, '{"length":5}'],
    [{ a: [1, { b: null }], c: undefined }, '{"a":[1,{"b":null}],"c":undefined}'],
    [{ toJSON: 1 }, '{"toJSON":1}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [cyclic, `${'[0,'.repeat(19)}...`],
    [throwing, 'an object that cannot be read'],
    [proxy, 'an object that cannot be read'],
    [everyTrap, 'an object that cannot be read'],
    ['x'.repeat(100), `"${'x'.repeat(56)}...`],
    ['\0'.repeat(1e8), `"${String.raw`\u0000`.repeat(9)}\\u...`],
    [Array(1e6).fill(0), `[${'0,'.repeat(28)}...`],
  ];

  for (const [value, text] of shown) {
    it(`writes ${text}`, () => expect(show(value)).to.equal(text));
  }

  it('writes a string of 60 characters in full, and a longer one in part', () => {
    expect(show('x'.repeat(58))).to.equal(`"${'x'.repeat(58)}"`);
    expect(show('x'.repeat(59))).to.equal(`"${'x'.repeat(56)}...`);
  });

  it('takes any value, and is never longer than 60 characters', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withSparseArray: true, withDate: true, withMap: true }),
        (value) => {
          expect(show(value).length).to.be.at.most(60);
        },
      ),
    );
  });

  it('takes no longer for a value without end', () => {
    const endless: unknown = new Proxy(
      {},
      {
        get: (_, key) => (key === 'toJSON' ? undefined : endless),
        ownKeys: () => ['a'],
        getOwnPropertyDescriptor: () => ({ value: endless, enumerable: true, configurable: true }),
      },
    );
    const again: { toJSON(): unknown } = { toJSON: () => again };
    for (const value of [endless, again]) expect(show(value).length).to.be.at.most(60);
  });
});
