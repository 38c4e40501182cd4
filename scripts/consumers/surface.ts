// Every public name, used as a TypeScript user would. The check fails where one is missing here.
import * as tf from '@tensorflow/tfjs';
import {
  CosineAnnealingCallback,
  type CosineAnnealingConfig,
  CosineAnnealingError,
  type CosineAnnealingHooks,
  type CosineAnnealingState,
  type CycleEnd,
  type CyclePosition,
  cosineAnnealing,
  fromKeras,
  fromOptax,
  fromPyTorch,
  fromTimm,
  fromTransformers,
  getLearningRate,
  type HistoryColumns,
  type KerasSchedule,
  type LearningRateChange,
  type LearningRateHistory,
  type Logger,
  type OptaxSchedule,
  type ParsedConfig,
  type PerCycle,
  type Phase,
  type PresetConfig,
  type PyTorchSchedule,
  type Schedule,
  type ScheduleConfig,
  type ScheduledConfig,
  setLearningRate,
  type TimelineConfig,
  type TimmSchedule,
  type TransformersSchedule,
  type UpdatePlace,
  type Warmup,
} from 'tfjs-cosine-annealing';
import {
  type CallbackSource,
  type PlotOptions,
  type PlotSeries,
  type PlotSource,
  type PlottableChange,
  type PlottableHistory,
  type PlottableSchedule,
  type ScheduleSource,
  type SeriesSource,
  type SVGOptions,
  type TextOptions,
  toSVG,
  toText,
} from 'tfjs-cosine-annealing/plot';
import * as standalone from 'tfjs-cosine-annealing/schedule';

const logger: Logger = { info: console.info, warn: console.warn, debug: console.debug };
const lengths: PerCycle = [1, 2];
const config: CosineAnnealingConfig = { cycles: [5, 10], eta_max: 0.1, warmup: { length: lengths } };
const hooks: CosineAnnealingHooks = {
  logger,
  onChange: (change: LearningRateChange) => console.log(change.learningRate.toFixed(3), change.phase),
  onCycleEnd: async ({ model, cycle }: CycleEnd) => void (await model?.save(`localstorage://${cycle}`)),
};

export async function train(
  model: tf.LayersModel,
  data: tf.data.Dataset<tf.TensorContainer>,
): Promise<string> {
  const annealing = new CosineAnnealingCallback(config, hooks);
  const callback: tf.Callback | tf.CustomCallback = annealing;
  await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { callbacks: [annealing] });
  await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { callbacks: annealing });
  await model.fitDataset(data, { epochs: 1, callbacks: [annealing, callback] });
  const state: CosineAnnealingState = annealing.state({ history: false });
  const schedule: Schedule<ScheduledConfig> | undefined = annealing.schedule;
  const parsed: ParsedConfig = annealing.config;
  const history: LearningRateHistory = annealing.history;
  const columns: HistoryColumns = history.toJSON();
  const drawn: PlottableHistory & Iterable<PlottableChange> = history;
  const source: CallbackSource = annealing;
  annealing.reset();
  const again = CosineAnnealingCallback.fromJSON(JSON.stringify(state), { logger: null });
  // @ts-expect-error: a misspelt key
  new CosineAnnealingCallback({ T0: 10 });
  return [schedule?.(1), parsed.T_mult, columns.steps, toText(drawn), toText(source), again.T_cur].join();
}

export function sameNamesWithoutTensorFlow(rate: number): number {
  const optimizer: tf.Optimizer = tf.train.adam(rate);
  standalone.setLearningRate(optimizer, rate);
  setLearningRate(optimizer, getLearningRate(optimizer));
  const schedule: Schedule = standalone.cosineAnnealing({ T_0: 10, eta_max: rate });
  const position: CyclePosition = schedule.cycleAt(3);
  const phase: Phase = position.phase;
  return phase === 'anneal' ? schedule(3) : schedule.cycleStart(1);
}

export function draw(options: PlotOptions): string {
  const schedule: PlottableSchedule = cosineAnnealing({ T_0: 10, eta_max: 0.1 });
  const range: ScheduleSource = { schedule, to: 30 };
  const errors: PlotSeries = { name: 'test error', x: [1, 2], y: new Float32Array(2), axis: 'right' };
  const series: SeriesSource = { series: [errors] };
  const sources: PlotSource[] = [range, series];
  const text: TextOptions = { ...options, width: 60 };
  const svg: SVGOptions = { ...options, logScale: true };
  return sources.map((source) => toText(source, text) + toSVG(source, svg)).join('\n');
}

export function presets(
  keras: KerasSchedule,
  pytorch: PyTorchSchedule,
  timm: TimmSchedule,
  optax: OptaxSchedule,
  transformers: TransformersSchedule,
): Schedule<ScheduledConfig>[] {
  const configs: PresetConfig[] = [fromKeras(keras), fromPyTorch(pytorch), fromTimm(timm)];
  configs.push(fromOptax(optax), fromTransformers(transformers));
  return configs.map((preset) => cosineAnnealing({ ...preset, verbose: 1 }));
}

export function refused(problem: unknown): string | undefined {
  return problem instanceof CosineAnnealingError ? problem.message : undefined;
}

export type Shapes = [ScheduleConfig, TimelineConfig, UpdatePlace, Warmup];
