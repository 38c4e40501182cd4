import { expect } from 'chai';
import { CosineAnnealingError } from '../../lib/errors';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { type CosineAnnealingOptions, parseOptions, type YieldEvery } from '../../lib/training/options';
import { train } from '../support/datasets';
import { drive } from '../support/drive';
import { tinyModel } from '../support/models';

describe('parseOptions', () => {
  const logger = 'expected null, or an object with the functions info, warn and debug';
  const wrong: [string, unknown, string][] = [
    [
      'an unknown option',
      { onRestarted() {} },
      '`options.onRestarted`: unknown key; did you mean onRestart?',
    ],
    ['an onChange that is no function', { onChange: {} }, '`options.onChange`: expected a function, got {}'],
    ['an onRestart that is no function', { onRestart: 5 }, '`options.onRestart`: expected a function, got 5'],
    [
      'an onCycleEnd that is no function',
      { onCycleEnd: null },
      '`options.onCycleEnd`: expected a function, got null',
    ],
    ['a logger without methods', { logger: {} }, `\`options.logger\`: ${logger}, got {}`],
    [
      'a logger that lacks one method',
      { logger: { info() {}, warn() {}, debug: 'x' } },
      `\`options.logger\`: ${logger}, got {"info":a function,"warn":a function,"debug":"x"}`,
    ],
    ['a logger that is text', { logger: 'console' }, `\`options.logger\`: ${logger}, got "console"`],
    [
      "a yieldEvery that TensorFlow.js doesn't know",
      { yieldEvery: 'sometimes' },
      "`options.yieldEvery`: expected 'auto', 'batch', 'epoch', 'never' or milliseconds > 0, got \"sometimes\"",
    ],
    [
      'a yieldEvery of 0',
      { yieldEvery: 0 },
      "`options.yieldEvery`: expected 'auto', 'batch', 'epoch', 'never' or milliseconds > 0, got 0",
    ],
    [
      'a TensorFlow.js hook that is no function',
      { onEpochEnd: 1 },
      '`options.onEpochEnd`: expected a function, got 1',
    ],
    [
      'several mistakes at once',
      { onChange: 1, onTrainEnd: 'x' },
      '`options.onChange`: expected a function, got 1\n`options.onTrainEnd`: expected a function, got "x"',
    ],
    ['null', null, '`options`: expected an object such as { onRestart }, got null'],
  ];
  for (const [title, options, message] of wrong) {
    it(`refuses ${title}`, () => {
      expect(() => parseOptions(options as CosineAnnealingOptions))
        .to.throw(CosineAnnealingError)
        .with.property('message', message);
    });
  }

  it('accepts any of them, none of them, and hands them back as they are', () => {
    const all = {
      optimizer: () => ({}) as never,
      yieldEvery: 'batch' as const,
      onEpochEnd() {},
      logger: console,
      onChange() {},
      onRestart() {},
      onCycleEnd() {},
    };
    for (const options of [
      {},
      all,
      { logger: null },
      { onRestart: undefined } as never,
      { yieldEvery: 5 },
      { yieldEvery: 'never' as const },
    ]) {
      expect(parseOptions(options)).to.equal(options);
    }
  });

  it('accepts options and loggers that are instances of a class', () => {
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

describe('yieldEvery', () => {
  /** How often training yields to the page in 64 batches, each of which takes as many milliseconds. */
  async function yieldsOf(yieldEvery: YieldEvery | undefined, milliseconds = 0): Promise<number> {
    let yields = 0;
    const { setImmediate } = globalThis;
    const spied = ((callback: () => void) => {
      yields++;
      return setImmediate(callback);
    }) as typeof setImmediate;
    const annealing = new CosineAnnealingCallback(
      { T_0: 1, eta_max: 0.1 },
      { logger: null, ...(yieldEvery !== undefined && { yieldEvery }) },
    );
    const onUpdate = () => spin(milliseconds);
    globalThis.setImmediate = spied;
    try {
      await drive(tinyModel(), [annealing], { epochs: 2, batches: 32, onUpdate });
    } finally {
      globalThis.setImmediate = setImmediate;
    }
    return yields;
  }

  it("is handed on to TensorFlow.js: 64 batches yield 64 times with 'batch', and never with 'never'", async () => {
    expect(await yieldsOf('batch')).to.equal(64);
    expect(await yieldsOf('epoch')).to.equal(2);
    expect(await yieldsOf('never')).to.equal(0);
  });

  it("counts milliseconds: a batch longer than them yields, and 'auto', which is 125, yields at times", async () => {
    expect(await yieldsOf(5, 10)).to.equal(64);
    expect(await yieldsOf(1e9, 10)).to.equal(0);
    for (const auto of ['auto', undefined] as const) expect(await yieldsOf(auto, 10)).to.be.within(1, 63);
  });

  it('lets other work run during a fit by default', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, { logger: null, onChange: () => spin(20) });
    await train(tinyModel(), annealing).finally(() => clearInterval(timer));
    expect(ticks).to.be.greaterThan(0);
  });
});

/** Blocks for as many milliseconds. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
