import { expect } from 'chai';
import {
  integer,
  numbers,
  object,
  ofLength,
  oneOf,
  optional,
  positive,
  type Rule,
} from '../../lib/charts/rules';

const rules: readonly [rule: Rule, expected: string, taken: unknown[], refused: unknown[]][] = [
  [
    positive,
    'a number > 0 (from 1e-300 to 1e300)',
    [1e-300, 1, 1e300],
    [0, 0.9e-300, 1.1e300, Number.NaN, '1', null],
  ],
  [
    numbers,
    'an array of at most 10,000,000 numbers',
    [[], new Float64Array(2), { length: 10_000_000 }],
    [{ length: 10_000_001 }, { length: -1 }, { length: 0.5 }, { length: '1' }, {}, '12', null],
  ],
  [object, 'an object', [{}], [[], null, 'a', undefined]],
  [ofLength(2), '2 values', [[1, 2], { length: 2 }], [[1], {}, 'ab', 2, null]],
  [integer(1, 3), 'an integer from 1 to 3', [1, 3], [0, 4, 1.5, '2']],
  [oneOf('a', 'b'), "one of 'a', 'b'", ['a', 'b'], ['c', ['a'], undefined]],
  [optional(oneOf('a')), "one of 'a'", ['a', undefined], ['b', null]],
];

describe('a rule of the charts', () => {
  for (const [rule, expected, taken, refused] of rules) {
    it(`takes ${expected}, and nothing else`, () => {
      expect(rule.expected).to.equal(expected);
      expect(taken.filter((value) => !rule.accepts(value))).to.deep.equal([]);
      expect(refused.filter((value) => rule.accepts(value))).to.deep.equal([]);
    });
  }
});
