import type { CosineAnnealingConfig } from 'tfjs-cosine-annealing';
import type { Mnist } from './data';
import { Run } from './run';
import type { Setup } from './setup';

/** The schedules that a design is compared with, all as configs of this package. */
export function contestants(
  { config, epochs }: Setup,
  peak: number,
): ReadonlyMap<string, CosineAnnealingConfig> {
  const [half, rest] = [Math.ceil(epochs / 2), Math.floor(epochs / 2)];
  const steps = [peak, peak / 10];
  return new Map<string, CosineAnnealingConfig>([
    ['this design', config],
    ['constant', { T_0: epochs, eta_max: peak, eta_min: peak }],
    [
      'step decay',
      rest === 0
        ? { T_0: epochs, eta_max: peak, eta_min: peak }
        : { cycles: [half, rest], eta_max: steps, eta_min: steps },
    ],
    ['one cosine', { T_0: epochs, cycles: 1, eta_max: peak, eta_min: peak / 1000 }],
  ]);
}

/** Trains one schedule after the other, each from the same weights on the same data. */
export class Contest {
  /** The accuracy after each epoch, by the names of the schedules. */
  readonly results = new Map<string, number[]>();
  #current: Run | undefined;
  #isStopped = false;

  async hold(setup: Setup, peak: number, mnist: Mnist, onEpoch: () => void): Promise<void> {
    for (const [name, config] of contestants(setup, peak)) {
      if (this.#isStopped) return;
      const run = Run.begin({ ...setup, config }, { logger: null, onUpdate: () => {} });
      run.onEpoch = async () => onEpoch(); // none of them is kept
      this.#current = run;
      this.results.set(name, run.accuracies);
      try {
        await run.train(mnist);
      } finally {
        run.dispose();
      }
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#current?.stop();
  }
}
