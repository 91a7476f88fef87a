/**
 * Every network learns: with the learning rates that are chosen for it, the first epoch of a run lowers the loss on the
 * pictures it was trained on.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { ARCHITECTURES } from '../contract/settings.ts';
import { decodePicture } from '../datasets/pictures/decode.ts';
import type { TrainingData } from '../method/data.ts';
import { batchOffsets } from '../method/schedule.ts';
import { trainEpoch } from '../method/training.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, initialWeights } from '../networks/parameters.ts';
import { SgdOptimizer } from '../networks/sgd.ts';
import { Random } from '../numeric/random.ts';
import { presetSettings } from './presets.ts';
import { resolveSuited } from './suited-training.ts';

const FOLDER = fileURLToPath(new URL('../../resources/sample/train/', import.meta.url));
const COUNT = 240;
const SIZE = 64;
const AREA = SIZE * SIZE * 3;
/** Of the pictures trained on, so many tell the loss before and after. */
const MEASURED = 120;
/** As many as the presets' shortest runs have. */
const EPOCHS = 16;

let engine: Engine;
let data: TrainingData;
beforeAll(async () => {
  [engine, data] = [await startNative(), await someOfTheSample()];
});

/** A seeded choice of the sample's training pictures. */
async function someOfTheSample(): Promise<TrainingData> {
  const classes = (await readdir(FOLDER)).sort();
  const ids = (
    await Promise.all(
      classes.map(async (name) => (await readdir(FOLDER + name)).sort().map((file) => `${name}/${file}`)),
    )
  ).flat();
  const chosen = Array.from(new Random(1).shuffle(Int32Array.from(ids, (_, i) => i)).subarray(0, COUNT), (i) => ids[i]);
  const pictures = await Promise.all(chosen.map(async (id) => decodePicture(await readFile(FOLDER + id), SIZE)));
  return {
    ...{ count: COUNT, size: SIZE, classCount: classes.length, labelSets: null, ids: chosen },
    labels: Int32Array.from(chosen, (id) => classes.indexOf(id.slice(0, id.indexOf('/')))),
    read(indices, out) {
      Array.from(indices).forEach((index, i) => out.set(pictures[index], i * AREA));
      return Promise.resolve();
    },
  };
}

/**
 * Mean loss in training mode: each batch is normalised by its own statistics, so that it does not matter how far the
 * running ones have come in a few steps. The same batches, dropout included, each time.
 */
async function meanLoss(network: Network, batchSize: number): Promise<number> {
  const offsets = batchOffsets(MEASURED, batchSize);
  let sum = 0;
  for (let batch = 0; batch + 1 < offsets.length; batch++) {
    const indices = Array.from({ length: offsets[batch + 1] - offsets[batch] }, (_, i) => offsets[batch] + i);
    const pixels = new Uint8Array(indices.length * AREA);
    await data.read(indices, pixels);
    const x = tf.tensor4d(
      Float32Array.from(pixels, (value) => value / 255),
      [indices.length, SIZE, SIZE, 3],
    );
    const labels = Int32Array.from(indices, (index) => data.labels[index]);
    const { gradient, losses } = await network.trainingPass(x, labels, new Float32Array(indices.length).fill(1), batch);
    gradient.dispose();
    x.dispose();
    sum += losses.reduce((total, loss) => total + loss, 0);
  }
  return sum / MEASURED;
}

it.each(ARCHITECTURES)('%s learns in its first epoch', async (architecture) => {
  const samples = data.ids.map((id) => ({
    ...{ id, label: 0, split: 'train' as const, width: SIZE, height: SIZE },
    ...{ hash: '', boxes: [], mask: null, maskHash: null },
  }));
  const settings = resolveSuited(presetSettings('quick', { samples }), [
    `network.architecture=${architecture}`,
    'network.width=8',
  ]);
  const { batchSize, momentum, weightDecay } = settings.training;
  expect([batchSize, settings.network.size]).toEqual([16, SIZE]);
  const built = buildArchitecture(settings.network, data.classCount);
  const network = new Network(engine, built, initialWeights(describeParameters(built), settings.seed));
  const optimizer = new SgdOptimizer(network, momentum, weightDecay);
  const before = await meanLoss(network, batchSize);
  const v = new Float32Array(COUNT).fill(1);
  await trainEpoch(
    { network, optimizer, data, settings, epoch: 0, totalEpochs: EPOCHS, v, mixing: null },
    { offset: 0, step: 0, lossSum: 0, correct: 0 },
    () => Promise.resolve(),
  );
  const after = await meanLoss(network, batchSize);
  optimizer.dispose();
  network.dispose();
  expect(after, `${String(before)} before`).toBeLessThan(before);
});
