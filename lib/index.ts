export * from './schedule';
export {
  loadCheckpoint,
  saveCheckpoint,
} from './snapshots/checkpoint';
export { SnapshotEnsemble } from './snapshots/ensemble';
export { TrainingSnapshot } from './snapshots/snapshot';
export { CosineAnnealingCallback } from './training/callback';
export type { CosineAnnealingOptions, CycleEnd, YieldEvery } from './training/options';
export type { Logger } from './training/reporter';
