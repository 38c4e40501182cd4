// A program as a TypeScript user would write it; beside it, `names` takes every public name.
import * as tf from '@tensorflow/tfjs';
import {
  CosineAnnealingCallback,
  type CosineAnnealingConfig,
  CosineAnnealingError,
  type CycleEnd,
  cosineAnnealing,
  fromPyTorch,
  getLearningRate,
  type LearningRateChange,
  type Schedule,
  setLearningRate,
} from 'tfjs-cosine-annealing';
import { toSVG, toText } from 'tfjs-cosine-annealing/plot';
import * as standalone from 'tfjs-cosine-annealing/schedule';

const config: CosineAnnealingConfig = { cycles: [5, 10], eta_max: 0.1, warmup: { length: [1, 2] } };

export async function train(
  model: tf.LayersModel,
  data: tf.data.Dataset<tf.TensorContainer>,
): Promise<string> {
  const annealing = new CosineAnnealingCallback(config, {
    logger: { info: console.info, warn: console.warn, debug: console.debug },
    onChange: (change: LearningRateChange) => console.log(change.learningRate.toFixed(3), change.phase),
    onCycleEnd: async ({ model, cycle }: CycleEnd) => void (await model?.save(`localstorage://${cycle}`)),
  });
  const callback: tf.Callback | tf.CustomCallback = annealing;
  await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { callbacks: [annealing] });
  await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { callbacks: annealing });
  await model.fitDataset(data, { epochs: 1, callbacks: [annealing, callback] });
  annealing.reset();
  const again = CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), { logger: null });
  // @ts-expect-error: a misspelt key
  new CosineAnnealingCallback({ T0: 10 });
  const restarts: number[] = again.history.restarts.map(({ epoch }) => epoch);
  return [
    annealing.schedule?.(1),
    annealing.config.T_mult,
    toText(annealing),
    again.T_cur,
    ...restarts,
  ].join();
}

export function withoutTraining(rate: number): number {
  const optimizer: tf.Optimizer = tf.train.adam(rate);
  standalone.setLearningRate(optimizer, rate);
  setLearningRate(optimizer, getLearningRate(optimizer));
  const schedule: Schedule = standalone.cosineAnnealing({ T_0: 10, eta_max: rate });
  return schedule.cycleAt(3).phase === 'anneal' ? schedule(3) : schedule.cycleStart(1);
}

export function draw(): string {
  const schedule = cosineAnnealing(fromPyTorch({ T_0: 10, base_lr: 0.1 }));
  return toText({ schedule, to: 30 }, { width: 60 }) + toSVG({ schedule, to: 30 });
}

export function refused(problem: unknown): string | undefined {
  return problem instanceof CosineAnnealingError ? problem.message : undefined;
}
