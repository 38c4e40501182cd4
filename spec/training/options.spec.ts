import { expect } from 'chai';
import { CosineAnnealingError } from '../../lib/errors';
import { type CosineAnnealingOptions, parseOptions } from '../../lib/training/options';

describe('parseOptions', () => {
  const logger = 'expected null, or an object with the functions info, warn and debug';
  const wrong: [string, unknown, string][] = [
    [
      'a hook that is none',
      { onRestarted() {} },
      '`hooks.onRestarted`: unknown key, did you mean onRestart?',
    ],
    ['an onChange that is no function', { onChange: {} }, '`hooks.onChange`: expected a function, got {}'],
    ['an onRestart that is no function', { onRestart: 5 }, '`hooks.onRestart`: expected a function, got 5'],
    [
      'an onCycleEnd that is no function',
      { onCycleEnd: null },
      '`hooks.onCycleEnd`: expected a function, got null',
    ],
    ['a logger without methods', { logger: {} }, `\`hooks.logger\`: ${logger}, got {}`],
    [
      'a logger that lacks one method',
      { logger: { info() {}, warn() {}, debug: 'x' } },
      `\`hooks.logger\`: ${logger}, got {"debug":"x"}`,
    ],
    ['a logger that is text', { logger: 'console' }, `\`hooks.logger\`: ${logger}, got "console"`],
    ['null', null, '`hooks`: expected an object such as { onRestart }, got null'],
  ];
  for (const [title, hooks, message] of wrong) {
    it(`refuses ${title}`, () => {
      expect(() => parseOptions(hooks as CosineAnnealingOptions))
        .to.throw(CosineAnnealingError)
        .with.property('message', message);
    });
  }

  it('accepts any of them, none of them, and hands them back as they are', () => {
    const all = { optimizer: {} as never, logger: console, onChange() {}, onRestart() {}, onCycleEnd() {} };
    for (const hooks of [{}, all, { logger: null }, { onRestart: undefined } as never]) {
      expect(parseOptions(hooks)).to.equal(hooks);
    }
  });

  it('accepts hooks and loggers that are instances of a class', () => {
    class Steering {
      onRestart() {}
    }
    class Log {
      info() {}
      warn() {}
      debug() {}
    }
    expect(parseOptions(new Steering())).to.be.instanceOf(Steering);
    expect(() => parseOptions({ logger: new Log() })).not.to.throw();
    const callable = Object.assign(() => {}, { info() {}, warn() {}, debug() {} });
    expect(() => parseOptions({ logger: callable })).not.to.throw();
  });
});
