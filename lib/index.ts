export {
  type FindLearningRateArgs,
  type FindLearningRateDatasetArgs,
  type FoundLearningRate,
  findLearningRate,
  findLearningRateDataset,
} from './finder/finder';
export * from './schedule';
export {
  loadCheckpoint,
  saveCheckpoint,
} from './snapshots/checkpoint';
export { type EnsembleMember, SnapshotEnsemble, type SnapshotEnsembleOptions } from './snapshots/ensemble';
export { TrainingSnapshot } from './snapshots/snapshot';
export type { CheckpointHandler, CheckpointStore } from './snapshots/store';
export { CosineAnnealingCallback } from './training/callback';
export type { CosineAnnealingOptions, CycleEnd, YieldEvery } from './training/options';
export type { Logger } from './training/reporter';
