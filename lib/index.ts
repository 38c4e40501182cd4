export * from './schedule';
export { CosineAnnealingCallback } from './training/callback';
export type { CosineAnnealingOptions, CycleEnd, YieldEvery } from './training/options';
export type { Logger } from './training/reporter';
