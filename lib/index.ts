export { CosineAnnealingCallback, type CosineAnnealingHooks, type CycleEnd } from './callback';
export type { Logger } from './reporter';
export * from './standalone';
