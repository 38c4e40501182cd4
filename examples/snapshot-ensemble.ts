// A snapshot ensemble (Huang et al., arXiv 1704.00109): each cycle ends in a minimum of its own, so the model as it is
// there is kept, and the kept ones predict together: several networks for the training time of one.
import type { io, LayersModel } from '@tensorflow/tfjs';
import { CosineAnnealingCallback, type CycleEnd } from 'tfjs-cosine-annealing';
import { backendName, native, tf } from './shared/backend';
import {
  batches,
  batchesPerEpoch,
  createModel,
  errorOf,
  loadTestDigits,
  loadTrainingDigits,
  percent,
  predict,
  size,
} from './shared/mnist';

const [cycles, epochs] = native ? [5, 20] : [3, 6];

async function main(): Promise<void> {
  console.log(`Backend: ${backendName}`);
  console.log(
    `${epochs} epochs on ${size.trainingImages.toLocaleString('en')} images of MNIST, in ${cycles} cycles; ` +
      'a snapshot at the end of each.\n',
  );

  const snapshots: io.ModelArtifacts[] = [];
  const onCycleEnd = async ({ cycle, model, learningRate, logs }: CycleEnd) => {
    await model?.save(tf.io.withSaveHandler(keepIn(snapshots))); // on disk: model.save(`file://snapshot-${cycle}`)
    console.log(
      `end of cycle ${cycle}: learning rate ${learningRate.toFixed(4)}, loss ${logs['loss']?.toFixed(4)}`,
    );
  };

  const annealing = new CosineAnnealingCallback({ cycles, eta_min: 1e-4 }, { onCycleEnd }); // they fill the fit's epochs
  await createModel(tf.train.momentum(0.1, 0.9)).fitDataset(batches(loadTrainingDigits()), {
    epochs,
    batchesPerEpoch,
    verbose: 0,
    callbacks: annealing,
  });

  await compare(snapshots);
}

/** Prints how many of the test's digits each member gets wrong, and all of them together. */
async function compare(snapshots: readonly io.ModelArtifacts[]): Promise<void> {
  const test = loadTestDigits();
  const members: LayersModel[] = [];
  for (const snapshot of snapshots) members.push(await tf.loadLayersModel(tf.io.fromMemory(snapshot)));

  const predictions = members.map((member) => predict(member, test));
  const ensemble = tf.tidy(() => tf.addN(predictions).div<(typeof predictions)[0]>(predictions.length));
  console.log('\ntest errors');
  predictions.forEach((prediction, i) => {
    console.log(`  member ${i}: ${percent(errorOf(prediction, test)).padStart(8)}`);
  });
  console.log(`  ensemble: ${percent(errorOf(ensemble, test)).padStart(8)}`);
  if (!native)
    console.log('\nWith so little training the first members are weak; native TensorFlow gets more.');
}

/** A save handler that keeps the model in memory. */
const keepIn =
  (snapshots: io.ModelArtifacts[]): io.SaveHandler =>
  async (artifacts) => {
    snapshots.push(artifacts);
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  };

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
