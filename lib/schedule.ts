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
export * from './presets/presets';
export { type HistoryColumns, type LearningRateChange, LearningRateHistory } from './training/history';
export { getLearningRate, setLearningRate } from './training/optimizer';
export type { CosineAnnealingState } from './training/state';
