import { type FoundLearningRate, findLearningRate } from 'tfjs-cosine-annealing';
import { toSVG } from 'tfjs-cosine-annealing/plot';
import { element } from '../design/elements';
import type { Mnist } from './data';
import { createModel, disposeModel } from './model';
import { batchSizeOf, type Setup } from './setup';

const LEAST_BUDGET = 300;

/** Looks for the eta_max of a training on a model of its own. */
export class PeakSearch {
  readonly #model;
  readonly #setup: Setup;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#model = createModel(setup.backend);
  }

  async run({ training }: Mnist, onProgress: (text: string) => void): Promise<FoundLearningRate> {
    const { batches, epochs } = this.#setup;
    try {
      return await findLearningRate(this.#model, training.images, training.digits, {
        epochs,
        batchSize: batchSizeOf(batches),
        ...(Math.max(3, epochs / 3) * batches < LEAST_BUDGET && { budget: LEAST_BUDGET }),
        onProgress: ({ spent, budget, trial }) => {
          const peak = trial ? `eta_max ${trial.eta_max.toPrecision(2)} tried` : 'all rates swept';
          onProgress(`Searching for eta_max: ${peak}, ${spent} of at most ${budget} updates`);
        },
      });
    } finally {
      disposeModel(this.#model);
    }
  }

  /** What was found until then is the result. */
  stop(): void {
    this.#model.stopTraining = true;
  }
}

/** Two digits: the search knows no more. */
export const roundedPeak = ({ eta_max }: FoundLearningRate): number => Number(eta_max.toPrecision(2));

export function drawSearch(found: FoundLearningRate): void {
  const box = element('search-chart');
  const width = Math.max(320, box.clientWidth);
  box.innerHTML = toSVG(found, { width, height: 300 });
}
