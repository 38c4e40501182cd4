/** Everything that needs no TensorFlow.js. */
export {
  type CosineAnnealingConfig,
  cosineAnnealing,
  type ParsedConfig,
  type ScheduledConfig,
} from './config';
export { CosineAnnealingError } from './errors';
export { type HistoryColumns, type LearningRateChange, LearningRateHistory } from './history';
export { getLearningRate, setLearningRate } from './optimizer';
export * from './presets';
export type { CyclePosition, Phase, Schedule, ScheduleConfig, UpdatePlace } from './schedule';
export type { CosineAnnealingState } from './state';
export type { PerCycle, TimelineConfig, Warmup } from './timeline';
