// What TypeScript must say about right and wrong use. Nothing here runs but the last test, which compiles this file.
import { type Optimizer, train } from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel, ModelFitArgs, ModelFitDatasetArgs } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import * as ts from 'typescript';
import {
  CosineAnnealingCallback,
  type CosineAnnealingConfig,
  type CosineAnnealingError,
  type CosineAnnealingHooks,
  type CosineAnnealingState,
  type CycleEnd,
  type CyclePosition,
  cosineAnnealing,
  getLearningRate,
  type LearningRateChange,
  LearningRateHistory,
  type Logger,
  type ParsedConfig,
  type Phase,
  type Schedule,
  type ScheduledConfig,
  setLearningRate,
} from '../lib';

/** Never called: what counts is that it compiles. */
const uses = {
  rightUse(model: LayersModel, pino: Logger): void {
    const annealing = new CosineAnnealingCallback({ T_0: 10 });
    expectTypeOf(annealing).toExtend<CustomCallback>();
    expectTypeOf(annealing.schedule).toEqualTypeOf<Schedule<ScheduledConfig> | undefined>();
    expectTypeOf(annealing.config).toEqualTypeOf<ParsedConfig>();
    expectTypeOf(annealing.history).toEqualTypeOf<LearningRateHistory>();
    expectTypeOf(annealing.learningRate).toEqualTypeOf<number | undefined>();
    expectTypeOf(annealing.T_i).toEqualTypeOf<number | undefined>();
    expectTypeOf(annealing.step).toBeNumber();
    expectTypeOf(annealing.toJSON()).toEqualTypeOf<CosineAnnealingState>();
    expectTypeOf(CosineAnnealingCallback.fromJSON('{}')).toEqualTypeOf<CosineAnnealingCallback>();
    annealing.state({ history: false });

    expectTypeOf(annealing).toExtend<NonNullable<ModelFitArgs['callbacks']>>();
    expectTypeOf([annealing]).toExtend<NonNullable<ModelFitDatasetArgs<never>['callbacks']>>();
    new CosineAnnealingCallback({ T_0: 1 }, { optimizer: model.optimizer, logger: console });
    new CosineAnnealingCallback({ T_0: 1 }, { logger: null, onRestart: async () => {} });
    new CosineAnnealingCallback(
      { T_0: 1 },
      { logger: pino, onChange: ({ learningRate }) => void learningRate },
    );

    const configs: CosineAnnealingConfig[] = [
      { T_0: 10, T_mult: 2, eta_min: 1e-4, eta_max: 0.1 },
      { cycles: [1, 2, 4] as const, eta_max: [0.1, 0.05] as const },
      { cycles: 3, total: 30, afterLastCycle: 'stop', endpoint: true },
      { T_0: 100, unit: 'batch', updateFreq: 'epoch', batchesPerEpoch: 10, verbose: 2, historyLimit: 1000 },
      { T_0: 10, warmup: 5 },
      { T_0: 10, warmup: { length: [5, 1], from: 0, everyCycle: true, overlap: true } },
    ];
    expectTypeOf(configs).items.toEqualTypeOf<CosineAnnealingConfig>();
  },

  rightUseOfTheSchedule(): void {
    const lr = cosineAnnealing({ T_0: 10, eta_max: 0.1 });
    expectTypeOf(lr(0)).toBeNumber();
    expectTypeOf(lr.cycleAt(0)).toEqualTypeOf<CyclePosition>();
    expectTypeOf(lr.cycleAt(0).phase).toEqualTypeOf<'warmup' | 'anneal' | 'hold'>();
    expectTypeOf(lr.cycleStart(1)).toBeNumber();
    expectTypeOf(lr.config.eta_max).toExtend<number | readonly number[]>();
    expectTypeOf(lr.config.T_mult).toBeNumber();
    expectTypeOf<Phase>().toEqualTypeOf<CyclePosition['phase']>();
  },

  rightUseOfTheHistory(history: LearningRateHistory, optimizer: Optimizer): void {
    expectTypeOf(history).toExtend<Iterable<LearningRateChange>>();
    expectTypeOf(history.at(-1)).toEqualTypeOf<LearningRateChange | undefined>();
    expectTypeOf(history.restarts).toEqualTypeOf<LearningRateChange[]>();
    expectTypeOf(history.learningRates).toEqualTypeOf<number[]>();
    expectTypeOf<LearningRateChange>().toExtend<CyclePosition>();
    expectTypeOf(getLearningRate(optimizer)).toBeNumber();
    expectTypeOf(setLearningRate).parameters.toEqualTypeOf<[Optimizer, number]>();
    expectTypeOf(getLearningRate(train.adam(0.1))).toBeNumber();
    expectTypeOf<CosineAnnealingError>().toExtend<Error>();
    expectTypeOf<CosineAnnealingHooks['onCycleEnd']>()
      .exclude<undefined>()
      .parameters.toEqualTypeOf<[CycleEnd]>();
  },

  wrongUse(annealing: CosineAnnealingCallback, change: LearningRateChange): void {
    // @ts-expect-error a config is required
    new CosineAnnealingCallback();
    // @ts-expect-error a length is a number
    new CosineAnnealingCallback({ T_0: '10' });
    // @ts-expect-error unknown keys are refused
    new CosineAnnealingCallback({ T0: 10 });
    // @ts-expect-error 'step' is no unit
    new CosineAnnealingCallback({ T_0: 10, unit: 'step' });
    // @ts-expect-error there is no verbosity 3
    new CosineAnnealingCallback({ T_0: 10, verbose: 3 });
    // @ts-expect-error hooks are no config
    new CosineAnnealingCallback({ T_0: 10, onRestart: () => {} });
    // @ts-expect-error a warm-up has a length
    new CosineAnnealingCallback({ T_0: 10, warmup: { everyCycle: true } });
    // @ts-expect-error unknown hooks are refused
    new CosineAnnealingCallback({ T_0: 10 }, { onRestrat: () => {} });
    // @ts-expect-error a logger has info, warn and debug
    new CosineAnnealingCallback({ T_0: 10 }, { logger: { log: () => {} } });
    // @ts-expect-error the pure schedule has no optimizer to read eta_max from
    cosineAnnealing({ T_0: 10 });
    // @ts-expect-error a position is a number
    cosineAnnealing({ T_0: 10, eta_max: 1 })('1');
    // @ts-expect-error the config is frozen
    annealing.config.T_0 = 1;
    // @ts-expect-error where it stands is not to be set
    annealing.step = 1;
    // @ts-expect-error nor is the history
    annealing.history = new LearningRateHistory();
    // @ts-expect-error changes are frozen
    change.learningRate = 1;
    // @ts-expect-error a learning rate is a number
    setLearningRate(train.sgd(0.1), '0.1');
    // @ts-expect-error an optimizer is no learning rate
    getLearningRate(0.1);
  },
};

describe('the types', () => {
  it('accept what is right and refuse what is wrong, as said here', () => {
    const path = ts.findConfigFile(__dirname, ts.sys.fileExists) as string;
    const { config } = ts.readConfigFile(path, ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(
      { ...config, include: [], files: [__filename] },
      ts.sys,
      `${__dirname}/..`,
    );
    const program = ts.createProgram([__filename], { ...options, noEmit: true });
    const diagnostics = ts.getPreEmitDiagnostics(program);
    expect(
      diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
    ).to.deep.equal([]);
    expect(program.getSourceFile(__filename)?.text).to.include('@ts-expect-error a config is required');
    expect(Object.keys(uses)).to.have.length(4);
  });
});
