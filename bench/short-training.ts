/** A short plain training on some pictures of the sample, for commands that look at what comes of it. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../src-main/compute/engine.ts';
import type { RunSettings } from '../src-main/contract/settings.ts';
import { decodePicture } from '../src-main/datasets/pictures/decode.ts';
import type { TrainingData } from '../src-main/method/data.ts';
import { trainEpoch } from '../src-main/method/training.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import type { FrozenNetwork } from '../src-main/networks/frozen.ts';
import { Network } from '../src-main/networks/network.ts';
import { describeParameters, initialWeights } from '../src-main/networks/parameters.ts';
import { SgdOptimizer } from '../src-main/networks/sgd.ts';

const SAMPLE = fileURLToPath(new URL('../resources/sample/', import.meta.url));

/** In turns from each class. @param size side of the square pictures in pixels */
export async function someOfTheSample(split: 'train' | 'test', count: number, size: number): Promise<TrainingData> {
  const classes = (await readdir(`${SAMPLE}${split}`)).sort();
  const lists = await Promise.all(classes.map((name) => readdir(`${SAMPLE}${split}/${name}`)));
  const files = lists
    .flatMap((list, label) => list.map((name, place) => ({ id: `${split}/${classes[label]}/${name}`, label, place })))
    .sort((a, b) => a.place - b.place)
    .slice(0, count);
  const area = size * size * 3;
  const pictures = new Uint8Array(files.length * area);
  for (const [i, { id }] of files.entries()) {
    pictures.set(await decodePicture(await readFile(SAMPLE + id), size), i * area);
  }
  return {
    count: files.length,
    ...{ size, classCount: classes.length, labelSets: null },
    labels: Int32Array.from(files, ({ label }) => label),
    ids: files.map(({ id }) => id),
    read(indices, out) {
      for (let k = 0; k < indices.length; k++) {
        out.set(pictures.subarray(indices[k] * area, (indices[k] + 1) * area), k * area);
      }
      return Promise.resolve();
    },
  };
}

/** @returns the network at the end, in inference mode; the caller disposes of it */
export async function trainShortly(
  engine: Engine,
  settings: RunSettings,
  data: TrainingData,
  totalEpochs: number,
): Promise<FrozenNetwork> {
  const architecture = buildArchitecture(settings.network, data.classCount);
  const network = new Network(engine, architecture, initialWeights(describeParameters(architecture), settings.seed));
  const { momentum, weightDecay } = settings.training;
  const optimizer = new SgdOptimizer(network, momentum, weightDecay);
  const inputs = { network, optimizer, data, settings, v: new Float32Array(data.count).fill(1), mixing: null };
  let step = 0;
  for (let epoch = 0; epoch < totalEpochs; epoch++) {
    const from = { offset: 0, step, lossSum: 0, correct: 0 };
    ({ step } = await trainEpoch({ ...inputs, epoch, totalEpochs }, from, () => Promise.resolve()));
  }
  const frozen = await network.freeze();
  optimizer.dispose();
  network.dispose();
  return frozen;
}
