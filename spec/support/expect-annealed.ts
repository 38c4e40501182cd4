// What a callback must have done: the learning rates of a pure schedule, at these updates.
import { expect } from 'chai';
import type { PerCycle } from '../../lib/annealing/cycles';
import { type CosineAnnealingConfig, cosineAnnealing } from '../../lib/config/config';
import type { CosineAnnealingCallback } from '../../lib/training/callback';
import { BATCHES } from './datasets';

/** An update, and its position on the schedule. */
export interface Update {
  readonly epoch: number;
  readonly batch: number;
  readonly t: number;
}

/** The updates of whole epochs; t is epoch + batch / batches, unless said otherwise. */
export function updates(
  epochs: readonly number[],
  batches = BATCHES,
  t: (epoch: number, batch: number, step: number) => number = (epoch, batch) => epoch + batch / batches,
): Update[] {
  const all = epochs.flatMap((epoch) => Array.from({ length: batches }, (_, batch) => ({ epoch, batch })));
  return all.map(({ epoch, batch }, step) => ({ epoch, batch, t: t(epoch, batch, step) }));
}

/** The updates were made with the pure schedule's rates, and the history tells exactly those that changed it. */
export function expectAnnealed(
  annealing: CosineAnnealingCallback,
  rates: readonly number[],
  expected: readonly Update[],
  config: CosineAnnealingConfig & { eta_max: PerCycle },
): void {
  const lr = cosineAnnealing(config);
  expect(rates).to.deep.equal(expected.map(({ t }) => lr(t)));
  let before: { learningRate: number; cycle: number } | undefined;
  const changes = [];
  for (const [step, { epoch, batch, t }] of expected.entries()) {
    const learningRate = lr(t);
    const position = lr.cycleAt(t);
    const restart = before !== undefined && position.cycle > before.cycle;
    if (restart || learningRate !== before?.learningRate)
      changes.push({ step, epoch, batch, learningRate, ...position, restart });
    before = { learningRate, cycle: position.cycle };
  }
  expect([...annealing.history]).to.deep.equal(changes);
  expect(annealing.step).to.equal(expected.length);
}
