import type { Optimizer } from '@tensorflow/tfjs-core';
import type { Event } from '../config/messages';
import type { UpdateInProgress } from './fit';
import { checkSettable, getLearningRate, rateBeforeAnnealing } from './optimizer';
import type { Run } from './run';

/** What others did to the optimizer since the last update; undefined if nothing that the user should know. */
export function interferenceBefore(
  optimizer: Optimizer,
  previous: Optimizer,
  { standing, knowledge }: Run,
): Event | undefined {
  if (optimizer !== previous) {
    checkSettable(optimizer);
    const learningRate = rateBeforeAnnealing(optimizer);
    const { eta_max } = knowledge.learned;
    return eta_max !== undefined && learningRate !== eta_max
      ? { kind: 'another optimizer', learningRate, eta_max }
      : undefined;
  }
  if (standing.last === undefined) return undefined;
  const found = getLearningRate(optimizer);
  const { learningRate: written } = standing.last;
  return found === written ? undefined : { kind: 'another writer', found, written };
}

/** What others did to the optimizer after an update was prepared: callbacks behind this one can still change it. */
export function interferenceWith(update: UpdateInProgress, optimizer: Optimizer): Event | undefined {
  if (optimizer !== update.optimizer) return { kind: 'update with another optimizer' };
  const found = getLearningRate(optimizer);
  const { learningRate: written } = update;
  return found === written ? undefined : { kind: 'update with another rate', found, written };
}
