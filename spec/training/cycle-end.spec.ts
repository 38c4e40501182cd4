import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { native, tf } from '../../examples/shared/backend';
import type { CosineAnnealingConfig } from '../../lib/config/config';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import type { CosineAnnealingOptions, CycleEnd } from '../../lib/training/options';
import { BATCHES, train, trainDataset, unsized } from '../support/datasets';
import { BASE, functionalModel, ratesOf, tinyModel } from '../support/models';

const silent = { logger: null };

describe('onCycleEnd', () => {
  /** What it is told in a fit, with the number of updates done by then. */
  async function endsOf(config: CosineAnnealingConfig, epochs = 3, options: CosineAnnealingOptions = silent) {
    const model = tinyModel();
    const rates = ratesOf(model);
    const ends: (CycleEnd & { updates: number })[] = [];
    const onCycleEnd = (end: CycleEnd) => void ends.push({ ...end, updates: rates.length });
    const annealing = new CosineAnnealingCallback({ eta_max: BASE, ...config }, { ...options, onCycleEnd });
    const { history } = await train(model, annealing, { epochs });
    return { ends, rates, annealing, model, history: history as Record<string, number[]> };
  }
  const placesOf = (ends: CycleEnd[]) => ends.map(({ cycle, epoch, step }) => ({ cycle, epoch, step }));

  it('comes once per cycle, after its last update and before the restart', async () => {
    const { ends, rates } = await endsOf({ T_0: 1, T_mult: 2 });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 0, step: 3 },
      { cycle: 1, epoch: 2, step: 11 },
    ]);
    for (const { step, updates, learningRate } of ends) {
      expect(updates).to.equal(step + 1);
      expect(learningRate).to.equal(rates[step]);
    }
  });

  it('is told the metrics of the epoch, validation included, as numbers', async () => {
    const model = tinyModel();
    const seen: unknown[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 1 },
      { ...silent, onCycleEnd: ({ logs }) => void seen.push(logs) },
    );
    const { history } = await train(model, annealing, { validationSplit: 0.25 });
    const column = (name: string) => (history as Record<string, number[]>)[name] as number[];
    const expected = [0, 1, 2].map((i) => ({
      val_loss: column('val_loss')[i],
      loss: column('loss')[i],
      lr: column('lr')[i],
    }));
    expect(seen).to.deep.equal(expected);
  });

  it('is told the metrics of the batch if a cycle ends within an epoch', async () => {
    const { ends, rates } = await endsOf({ T_0: 0.5 }, 1);
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 0, step: 1 },
      { cycle: 1, epoch: 0, step: 3 },
    ]);
    expect(ends[0]?.updates).to.equal(2);
    expect(ends[0]?.logs).to.have.keys('batch', 'size', 'loss', 'lr');
    expect(ends[0]?.logs).to.include({ batch: 1, size: 2, lr: rates[1] });
    expect(ends[1]?.logs).to.have.keys('loss', 'lr');
  });

  it('comes after the last batch of a cycle with unit batch', async () => {
    const { ends } = await endsOf({ T_0: 3, unit: 'batch' });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 0, step: 2 },
      { cycle: 1, epoch: 1, step: 5 },
      { cycle: 2, epoch: 2, step: 8 },
      { cycle: 3, epoch: 2, step: 11 },
    ]);
    expect(ends.map(({ step, updates }) => updates - step)).to.deep.equal([1, 1, 1, 1]);
    expect(ends[2]?.logs, 'within the epoch').to.have.keys('batch', 'size', 'loss', 'lr');
    expect(ends[3]?.logs, 'at the end of the epoch').to.have.keys('loss', 'lr');
  });

  it('comes at the end of the epoch in which a cycle ends if the rate is set once an epoch', async () => {
    const { ends } = await endsOf({ T_0: 6, unit: 'batch', updateFreq: 'epoch' });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 1, step: 7 },
      { cycle: 1, epoch: 2, step: 11 },
    ]);
  });

  it('comes for the last of a number of cycles, and never again while the rate holds', async () => {
    const { ends } = await endsOf({ T_0: 1, cycles: 2 }, 6);
    expect(ends.map(({ cycle }) => cycle)).to.deep.equal([0, 1]);
  });

  it('comes with the last update if the epoch is longer than was said', async () => {
    const steps: Record<string, number[]> = { epoch: [], batch: [] };
    for (const unit of ['epoch', 'batch'] as const) {
      const onCycleEnd = ({ step }: CycleEnd) => void steps[unit]?.push(step);
      const config = { T_0: unit === 'epoch' ? 1 : 2, unit, batchesPerEpoch: 2 };
      await trainDataset(
        tinyModel(),
        unsized(),
        new CosineAnnealingCallback(config, { ...silent, onCycleEnd }),
      );
    }
    expect(steps).to.deep.equal({ epoch: [3, 7, 11], batch: [1, 3, 5, 7, 9, 11] });
  });

  it('comes once for a cycle over several fits, with the epoch on the clock of all fits', async () => {
    const ends: CycleEnd[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 2 },
      { ...silent, onCycleEnd: (end) => void ends.push(end) },
    );
    const model = tinyModel();
    for (let i = 0; i < 4; i++) await train(model, annealing, { epochs: 1 });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 1, step: 7 },
      { cycle: 1, epoch: 3, step: 15 },
    ]);
  });

  it('comes again if a later fit goes back into the cycle and ends it again', async () => {
    const ends: CycleEnd[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 2 },
      { ...silent, onCycleEnd: (end) => void ends.push(end) },
    );
    const model = tinyModel();
    await train(model, annealing, { epochs: 2 });
    await train(model, annealing, { initialEpoch: 1, epochs: 2 });
    expect(placesOf(ends)).to.deep.equal([
      { cycle: 0, epoch: 1, step: 7 },
      { cycle: 0, epoch: 1, step: 11 },
    ]);
  });

  it("comes before 'stop' ends the fit, which it may take back", async () => {
    const { ends } = await endsOf({ cycles: [1], afterLastCycle: 'stop' });
    expect(placesOf(ends)).to.deep.equal([{ cycle: 0, epoch: 0, step: 3 }]);
    const model = tinyModel();
    const onCycleEnd = ({ model }: CycleEnd) => {
      if (model) model.stopTraining = false;
    };
    const annealing = new CosineAnnealingCallback(
      { cycles: [1], afterLastCycle: 'stop' },
      { ...silent, onCycleEnd },
    );
    const { epoch } = await train(model, annealing);
    expect(epoch).to.deep.equal([0, 1, 2]);
  });

  it("comes before 'stop' ends an epoch in its middle, which it may take back", async () => {
    const takenBack = async (config: CosineAnnealingConfig, training: typeof train | typeof inDataset) => {
      const model = tinyModel();
      const onCycleEnd = () => {
        model.stopTraining = false;
      };
      const options = { ...silent, onCycleEnd };
      const annealing = new CosineAnnealingCallback({ ...config, afterLastCycle: 'stop' }, options);
      await training(model, annealing);
      return annealing.step;
    };
    const inDataset = (model: LayersModel, annealing: CosineAnnealingCallback) =>
      trainDataset(model, unsized(), annealing);
    expect(await takenBack({ cycles: [1.5] }, train)).to.equal(3 * BATCHES);
    // The epoch might end with this batch, too, until the next one comes.
    const wrong = { batchesPerEpoch: BATCHES - 1, unit: 'batch' } as const;
    expect(await takenBack({ ...wrong, cycles: [BATCHES - 1] }, inDataset)).to.equal(3 * BATCHES);
  });

  for (const [kind, make] of Object.entries({ Sequential: () => tinyModel(), functional: functionalModel })) {
    it(`hands over a model that saves, loads and predicts the same, of a ${kind} one`, async () => {
      const model = make();
      const x = tf.tensor2d([[0.25, -2]]);
      const predict = (model: LayersModel) =>
        tf.tidy(() => Array.from((model.predict(x) as typeof x).dataSync()));
      const members: [expected: number[], loaded: LayersModel][] = [];
      const onCycleEnd = async ({ model }: CycleEnd) => {
        const member = model as LayersModel;
        members.push([predict(member), await saveAndLoad(member)]);
      };
      await train(model, new CosineAnnealingCallback({ T_0: 1 }, { ...silent, onCycleEnd }));
      expect(members).to.have.length(3);
      expect(predict((members[2] as (typeof members)[0])[1])).to.deep.equal(predict(model));
      for (const [expected, loaded] of members) expect(predict(loaded)).to.deep.equal(expected);
      expect(new Set(members.map(([[prediction]]) => prediction))).to.have.property('size', 3);
    });
  }
});

/** A model that went through files, or through memory without native TensorFlow. */
async function saveAndLoad(model: LayersModel): Promise<LayersModel> {
  if (!native) {
    let saved: Parameters<typeof tf.io.fromMemorySync>[0] | undefined;
    const take = async (artifacts: NonNullable<typeof saved>) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    };
    await model.save(tf.io.withSaveHandler(take));
    return tf.loadLayersModel(tf.io.fromMemory(saved as NonNullable<typeof saved>));
  }
  const directory = mkdtempSync(join(tmpdir(), 'annealing-'));
  try {
    await model.save(`file://${directory}`);
    return await tf.loadLayersModel(`file://${join(directory, 'model.json')}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
