export * from './schedule';
export { CosineAnnealingCallback } from './training/callback';
export type { CosineAnnealingHooks, CycleEnd } from './training/options';
export type { Logger } from './training/reporter';
