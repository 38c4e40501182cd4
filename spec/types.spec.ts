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
  type CosineAnnealingOptions,
  type CosineAnnealingState,
  type CycleEnd,
  type CyclePosition,
  cosineAnnealing,
  getLearningRate,
  type LearningRateChange,
  type LearningRateHistory,
  type Logger,
  type ParsedConfig,
  type Phase,
  type PresetConfig,
  type Problem,
  plan,
  type Schedule,
  type ScheduledConfig,
  type SchedulePlan,
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
      {
        T_0: 10,
        warmup: { length: [5, 1], from: 0, everyCycle: true, shape: 'cosine', placement: 'inside' },
      },
      { T_0: 10, eta_min_ratio: 0.1, plateau: [3, 0], start: 5, total: 100 },
      { T_0: 10, eta_min: undefined, cycles: undefined },
    ];
    expectTypeOf(configs).items.toEqualTypeOf<CosineAnnealingConfig>();
  },

  rightUseOfTheSchedule(): void {
    const lr = cosineAnnealing({ T_0: 10, eta_max: 0.1 });
    expectTypeOf(lr(0)).toBeNumber();
    expectTypeOf(lr.cycleAt(0)).toEqualTypeOf<CyclePosition>();
    expectTypeOf(lr.cycleAt(0).phase).toEqualTypeOf<'before' | 'warmup' | 'plateau' | 'anneal' | 'hold'>();
    expectTypeOf(lr.cycleStart(1)).toBeNumber();
    expectTypeOf(lr.config.eta_max).toExtend<number | readonly number[]>();
    expectTypeOf(lr.config.T_mult).toBeNumber();
    expectTypeOf<Phase>().toEqualTypeOf<CyclePosition['phase']>();
    expectTypeOf<PresetConfig>().toExtend<Parameters<typeof cosineAnnealing>[0]>();
    const planned = plan({ T_0: 10, eta_max: 0.1 }, { epochs: 10 });
    expectTypeOf(planned).toEqualTypeOf<SchedulePlan>();
    expectTypeOf(planned.notices).items.toHaveProperty('message').toBeString();
    expectTypeOf(planned.restarts).items.toEqualTypeOf<{
      readonly cycle: number;
      readonly t: number;
      readonly T_i: number;
    }>();
  },

  rightUseOfTheHistory(history: LearningRateHistory, optimizer: Optimizer): void {
    expectTypeOf(history).toExtend<Iterable<LearningRateChange>>();
    expectTypeOf(history.at(-1)).toEqualTypeOf<LearningRateChange | undefined>();
    expectTypeOf(history.restarts).items.toEqualTypeOf<LearningRateChange>();
    expectTypeOf(history.learningRates).items.toBeNumber();
    expectTypeOf<LearningRateChange>().toExtend<CyclePosition>();
    expectTypeOf(getLearningRate(optimizer)).toBeNumber();
    expectTypeOf(setLearningRate).parameters.toEqualTypeOf<[Optimizer, number]>();
    expectTypeOf(getLearningRate(train.adam(0.1))).toBeNumber();
    expectTypeOf<CosineAnnealingError>().toExtend<Error>();
    expectTypeOf<CosineAnnealingError['problems']>().toEqualTypeOf<readonly Problem[]>();
    expectTypeOf<CosineAnnealingOptions['onCycleEnd']>()
      .exclude<undefined>()
      .parameters.toEqualTypeOf<[CycleEnd]>();
  },

  wrongUse(
    annealing: CosineAnnealingCallback,
    change: LearningRateChange,
    history: LearningRateHistory,
  ): void {
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
    // @ts-expect-error options are no config
    new CosineAnnealingCallback({ T_0: 10, onRestart: () => {} });
    // @ts-expect-error a warm-up lies before, inside or over the cosine
    new CosineAnnealingCallback({ T_0: 10, warmup: { length: 1, placement: 'after' } });
    // @ts-expect-error a warm-up has a length
    new CosineAnnealingCallback({ T_0: 10, warmup: { everyCycle: true } });
    // @ts-expect-error unknown options are refused
    new CosineAnnealingCallback({ T_0: 10 }, { onRestrat: () => {} });
    // @ts-expect-error a logger has info, warn and debug
    new CosineAnnealingCallback({ T_0: 10 }, { logger: { log: () => {} } });
    // @ts-expect-error the pure schedule has no optimizer to read eta_max from
    cosineAnnealing({ T_0: 10 });
    // @ts-expect-error a training has epochs
    plan({ T_0: 10, eta_max: 1 }, {});
    // @ts-expect-error a position is a number
    cosineAnnealing({ T_0: 10, eta_max: 1 })('1');
    // @ts-expect-error the config is frozen
    annealing.config.T_0 = 1;
    // @ts-expect-error where it stands is not to be set
    annealing.step = 1;
    // @ts-expect-error nor is the history
    annealing.history = history;
    // @ts-expect-error users don't append to it
    history.append({ step: 0, epoch: 0, batch: 0 }, 0.1);
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
