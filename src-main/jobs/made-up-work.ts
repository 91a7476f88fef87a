/** A batch of what a run does, on made-up pictures, by the very functions that a run calls. */
import * as tf from '@tensorflow/tfjs-core';
import type { RunSettings } from '../contract/settings.ts';
import { assessSamples } from '../method/assess-samples.ts';
import { AssessmentTable } from '../method/assessment-table.ts';
import { trainEpoch } from '../method/training.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Network } from '../networks/network.ts';
import type { SgdOptimizer } from '../networks/sgd.ts';
import { trainingPictures } from './made-up-pictures.ts';
import type { Labelling } from './made-up-pictures.ts';

const EPS = 8 / 255;

/** Trains on one batch of `count` made-up pictures, and waits for the engine to have done it. */
export async function trainOnce(
  network: Network,
  optimizer: SgdOptimizer,
  settings: RunSettings,
  labelling: Labelling,
  count: number,
): Promise<void> {
  // Random labels with a real learning rate could end in numbers that are none.
  const training = { ...settings.training, batchSize: count, learningRate: 1e-6 };
  await trainEpoch(
    {
      network,
      optimizer,
      data: trainingPictures(count, settings.network.size, labelling),
      settings: { ...settings, training },
      epoch: 0,
      totalEpochs: 1,
      v: new Float32Array(count).fill(1),
      mixing: null,
    },
    { offset: 0, step: 0, lossSum: 0, correct: 0 },
    async () => undefined,
  );
  // The engine may still be at work on what was asked of it last.
  const last = tf.slice1d(network.parameters.vector.parts[0], 0, 1);
  await last.data();
  last.dispose();
}

/** Attacks and assesses `count` made-up pictures in one batch. */
export async function assessOnce(
  network: FrozenNetwork,
  settings: RunSettings,
  method: RunSettings['method'],
  labelling: Labelling,
  count: number,
): Promise<void> {
  const data = trainingPictures(count, settings.network.size, labelling);
  const assessing = { network, data, settings: { method, seed: settings.seed }, eps: EPS, round: 0, batch: count };
  const samples = data.labels.map((_, i) => i);
  await assessSamples(assessing, samples, new AssessmentTable(count, data.labelSets), () => Promise.resolve());
}
