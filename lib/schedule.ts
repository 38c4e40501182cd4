/** Everything that needs no TensorFlow.js. */

export type { PerCycle, Warmup } from './annealing/cycles';
export type { Cure, Notice, Plan, PlannedRestart } from './annealing/plan';
export type { CyclePosition, Phase, Schedule } from './annealing/schedule';
export {
  type CosineAnnealingConfig,
  cosineAnnealing,
  type ParsedConfig,
  type PlannedTraining,
  plan,
  type ScheduledConfig,
  type SchedulePlan,
} from './config/config';
export { CosineAnnealingError, type Problem } from './errors';
export { fromKeras, type KerasSchedule } from './presets/keras';
export { fromMMEngine, type MMEngineSchedule } from './presets/mmengine';
export { fromOptax, type OptaxSchedule } from './presets/optax';
export type { PresetConfig } from './presets/preset';
export { fromPyTorch, type PyTorchSchedule } from './presets/pytorch';
export { fromTimm, type TimmSchedule } from './presets/timm';
export { fromTransformers, type TransformersSchedule } from './presets/transformers';
export type { LearningRateChange, LearningRateHistory } from './training/history';
export { getLearningRate, setLearningRate } from './training/optimizer';
export type { CosineAnnealingState } from './training/state';
