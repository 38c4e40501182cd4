export { CosineAnnealingCallback } from './callback';
export type { CosineAnnealingHooks, CycleEnd } from './hooks';
export type { Logger } from './reporter';
export * from './standalone';
