export { CosineAnnealingCallback, type CosineAnnealingHooks, type CycleEnd, type Logger } from './callback';
export * from './standalone';
