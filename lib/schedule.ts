/** Everything that needs no TensorFlow.js. */

export type { PerCycle, TimelineConfig, Warmup } from './annealing/cycles';
export type { CyclePosition, Phase, Schedule, ScheduleConfig, UpdatePlace } from './annealing/schedule';
export {
  type CosineAnnealingConfig,
  cosineAnnealing,
  type ParsedConfig,
  type ScheduledConfig,
} from './config/config';
export { CosineAnnealingError } from './errors';
export { fromKeras, type KerasSchedule } from './presets/keras';
export { fromMMEngine, type MMEngineSchedule } from './presets/mmengine';
export { fromOptax, type OptaxSchedule } from './presets/optax';
export type { PresetConfig } from './presets/preset';
export { fromPyTorch, type PyTorchSchedule } from './presets/pytorch';
export { fromTimm, type TimmSchedule } from './presets/timm';
export { fromTransformers, type TransformersSchedule } from './presets/transformers';
export { type HistoryColumns, type LearningRateChange, LearningRateHistory } from './training/history';
export { getLearningRate, setLearningRate } from './training/optimizer';
export type { CosineAnnealingState } from './training/state';
