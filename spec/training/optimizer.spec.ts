import type { Optimizer } from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import {
  anneal,
  checkSettable,
  getLearningRate,
  memoryOf,
  rateBeforeAnnealing,
  restoreMemory,
  setLearningRate,
} from '../../lib/training/optimizer';
import { backends, onBackend, optimizers } from '../support/models';

const like = (fields: object) => fields as unknown as Optimizer;

/** One step of the optimizer from x = 1, down the slope of x. */
function step(optimizer: Optimizer): number {
  const x = tf.variable(tf.scalar(1));
  optimizer.applyGradients({ [x.name]: tf.scalar(1) });
  return x.dataSync()[0] as number;
}

/** An optimizer whose learning rate is a property with these accessors. */
const withAccessors = (get: () => unknown, set?: (value: number) => void) =>
  like(Object.defineProperty({}, 'learningRate', { get, ...(set && { set }) }));

describe('getLearningRate', () => {
  for (const [name, create] of Object.entries(optimizers)) {
    it(`reads what tf.train.${name} was built with`, () => {
      expect(getLearningRate(create(0.25))).to.equal(0.25);
    });
  }

  it('reads a learning rate of 0', () => {
    expect(getLearningRate(tf.train.sgd(0))).to.equal(0);
  });

  const unreadable: [unknown, string][] = [
    [undefined, 'undefined with undefined'],
    [null, 'null with undefined'],
    [{}, 'Object with undefined'],
    ['sgd', 'String with undefined'],
    [{ learningRate: '0.1' }, 'Object with "0.1"'],
    [{ learningRate: null }, 'Object with null'],
    [{ learningRate: Number.NaN }, 'Object with NaN'],
    [{ learningRate: -0.1 }, 'Object with -0.1'],
    [{ learningRate: Number.POSITIVE_INFINITY }, 'Object with Infinity'],
    [{ learningRate: () => 0.1 }, 'Object with a function'],
    [Object.create(null), '{} with undefined'],
  ];
  for (const [optimizer, problem] of unreadable) {
    it(`says what it found instead: ${problem}`, () => {
      expect(() => getLearningRate(optimizer as Optimizer)).to.throw(
        CosineAnnealingError,
        /^`optimizer`: expected one whose learningRate is a number >= 0, got .*; pass one such as tf.train.sgd\(0.1\)$/,
      );
      expect(() => getLearningRate(optimizer as Optimizer)).to.throw(`, got ${problem}; `);
    });
  }
});

describe('setLearningRate', () => {
  for (const backend of backends) {
    describe(`on ${backend}`, () => {
      onBackend(backend);

      for (const [name, create] of Object.entries(optimizers)) {
        it(`makes tf.train.${name} step as one built with the new rate does`, () => {
          const optimizer = create(0.5);
          setLearningRate(optimizer, 0.125);
          expect(getLearningRate(optimizer)).to.equal(0.125);
          expect(step(optimizer))
            .to.equal(step(create(0.125)))
            .and.not.equal(step(create(0.5)));
        });

        it(`leaves no tensor behind in tf.train.${name}`, () => {
          const optimizer = create(0.5);
          setLearningRate(optimizer, 0.4);
          const { numTensors } = tf.memory();
          for (let i = 0; i < 100; i++) setLearningRate(optimizer, 1 / (i + 1));
          expect(tf.memory().numTensors).to.equal(numTensors);
        });
      }
    });
  }

  it('reads back the number that was set, not its float32', () => {
    for (const create of Object.values(optimizers)) {
      const optimizer = create(1);
      for (const learningRate of [0.1, 1 / 3, 1e-45, 5e-324, 1e300, 0]) {
        setLearningRate(optimizer, learningRate);
        expect(getLearningRate(optimizer)).to.equal(learningRate);
      }
    }
  });

  it('works inside tf.tidy, whose end it survives', () => {
    const optimizer = tf.train.sgd(0.5);
    tf.tidy(() => setLearningRate(optimizer, 0.25));
    expect(step(optimizer)).to.equal(0.75);
  });

  const wrong: [unknown, string][] = [
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [-1e-9, '-1e-9'],
    [undefined, 'undefined'],
    [null, 'null'],
    ['0.1', '"0.1"'],
  ];
  for (const [value, shown] of wrong) {
    it(`refuses ${shown} and leaves the optimizer as it was`, () => {
      const optimizer = tf.train.sgd(0.5);
      expect(() => setLearningRate(optimizer, value as number))
        .to.throw(CosineAnnealingError)
        .with.property('message', `\`learningRate\`: expected a number >= 0, got ${shown}`);
      expect(getLearningRate(optimizer)).to.equal(0.5);
    });
  }

  it('writes nothing to what is not an optimizer', () => {
    const stranger = {};
    expect(() => setLearningRate(like(stranger), 0.1)).to.throw(CosineAnnealingError);
    expect(stranger).to.deep.equal({});
  });

  it('refuses an optimizer that does not take it, and keeps the cause', () => {
    const refusals: [Optimizer, string][] = [
      [like(Object.freeze({ learningRate: 0.5 })), 'Object'],
      [withAccessors(() => 0.5), 'Object'],
      [
        withAccessors(
          () => 0.5,
          () => {},
        ),
        'Object',
      ],
      [like({ learningRate: 0.5, setLearningRate() {} }), 'Object'],
    ];
    for (const [optimizer, name] of refusals) {
      expect(() => setLearningRate(optimizer, 0.25))
        .to.throw(CosineAnnealingError)
        .with.property(
          'message',
          `\`optimizer\`: expected one whose learning rate can be set and read back, but ${name} did not take 0.25`,
        );
    }
    const cause = new Error('read-only');
    const throwing = like({
      learningRate: 0.5,
      setLearningRate() {
        throw cause;
      },
    });
    expect(() => setLearningRate(throwing, 0.25))
      .to.throw(CosineAnnealingError)
      .with.property('cause', cause);
  });
});

describe('checkSettable', () => {
  for (const [name, create] of Object.entries(optimizers)) {
    it(`leaves tf.train.${name} as it was`, () => {
      for (const learningRate of [0.1, 0.3, 0]) {
        const optimizer = create(learningRate);
        checkSettable(optimizer);
        expect(getLearningRate(optimizer)).to.equal(learningRate);
        expect(step(optimizer)).to.equal(step(create(learningRate)));
      }
    });
  }

  it('notices a setter that does nothing, whatever the rate is', () => {
    for (const learningRate of [0.1, 0.2, 0]) {
      const deaf = withAccessors(
        () => learningRate,
        () => {},
      );
      expect(() => checkSettable(deaf)).to.throw(CosineAnnealingError, 'can be set and read back');
    }
  });

  it('refuses an optimizer that rounds the rate to float32, and puts back what it had', () => {
    let stored = Math.fround(0.3);
    const rounding = withAccessors(
      () => stored,
      (value) => {
        stored = Math.fround(value);
      },
    );
    expect(() => checkSettable(rounding)).to.throw(CosineAnnealingError, 'did not take 0.1');
    expect(stored).to.equal(Math.fround(0.3));
  });
});

describe('What is remembered of an optimizer', () => {
  onBackend('cpu');

  for (const [name, create] of Object.entries(optimizers)) {
    it(`is its rate before any annealing: tf.train.${name}`, () => {
      const optimizer = create(0.5);
      for (const rate of [0.4, 0.1, 0]) anneal(optimizer, rate);
      expect(getLearningRate(optimizer)).to.equal(0);
      expect(rateBeforeAnnealing(optimizer)).to.equal(0.5);
    });
  }

  it('is forgotten if somebody sets a rate since, by whatever means, the same one included', () => {
    const optimizer = tf.train.adam(0.5);
    anneal(optimizer, 0.1);
    Object.assign(optimizer, { learningRate: 0.3 });
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.3);
    anneal(optimizer, 0.2);
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.3);
    setLearningRate(optimizer, 0.2);
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.2);
  });

  it('stays as it was if a rate is refused', () => {
    let stored = 0.5;
    const optimizer = withAccessors(
      () => stored,
      (value) => {
        if (value === 0.3) throw new Error('broken');
        stored = value;
      },
    );
    anneal(optimizer, 0.4);
    expect(() => setLearningRate(optimizer, Number.NaN)).to.throw(CosineAnnealingError);
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.5);
    expect(() => anneal(optimizer, 0.3)).to.throw(CosineAnnealingError);
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.5);
  });

  it('can be taken and put back', () => {
    const optimizer = tf.train.sgd(0.5);
    anneal(optimizer, 0.1);
    const memory = memoryOf(optimizer);
    setLearningRate(optimizer, 0.1);
    expect(memoryOf(optimizer)).to.equal(undefined);
    restoreMemory(optimizer, memory);
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.5);
    restoreMemory(optimizer, undefined);
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.1);
  });

  it('is shared by two copies of this module, such as the CommonJS and the ESM one', () => {
    const optimizer = tf.train.sgd(0.5);
    anneal(optimizer, 0.1);
    const file = require.resolve('../../lib/training/optimizer');
    const loaded = require.cache[file];
    delete require.cache[file];
    const copy = require(file) as typeof import('../../lib/training/optimizer');
    require.cache[file] = loaded;
    expect(copy.anneal).to.not.equal(anneal);
    expect(copy.rateBeforeAnnealing(optimizer)).to.equal(0.5);
    copy.anneal(optimizer, 0.2);
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.5);
    copy.setLearningRate(optimizer, 0.3);
    expect(rateBeforeAnnealing(optimizer)).to.equal(0.3);
  });

  it('is one memory for every copy of this package in a program', () => {
    const optimizer = tf.train.sgd(0.5);
    anneal(optimizer, 0.1);
    const memories: unknown = Reflect.get(globalThis, Symbol.for('tfjs-cosine-annealing'));
    expect(memories).to.be.instanceOf(WeakMap);
    expect((memories as WeakMap<object, unknown>).has(optimizer)).to.equal(true);
  });
});
