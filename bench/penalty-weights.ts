/**
 * What the weights of the filter loss (ICNN) and of the gate's size (CSG) do: where their defaults come from.
 *
 *     node bench/penalty-weights.ts [--kind icnn|csg] [--weights 0,0.1,1] [--epochs 10] [--pictures 600] [--seed 0]
 *         [--size 64] [--architecture resnet10] [--engine native]
 *
 * A small network is trained plainly on pictures of the sample data set, once as it is and once for each weight, and
 * measured on test pictures. Printed are: accuracy; the share of the map before any mask that lies within the part
 * around its peak (mean of all maps that see something); the share of the class that excites a filter most in the sum
 * over classes of its mean activations (1/6: no class more than others); of gates their mean, and the shares below 0.1
 * and above 0.9.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { startEngine } from '../src-main/compute/choose.ts';
import { ENGINE_IDS, type Engine } from '../src-main/compute/engine.ts';
import { ARCHITECTURES, INTERPRETABLE, RunSettings } from '../src-main/contract/settings.ts';
import { decodePicture } from '../src-main/datasets/pictures/decode.ts';
import type { TrainingData } from '../src-main/method/data.ts';
import { trainEpoch } from '../src-main/method/training.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import type { FrozenNetwork } from '../src-main/networks/frozen.ts';
import { partPeaks, templatesAround } from '../src-main/networks/interpretable/part-mask.ts';
import { Network } from '../src-main/networks/network.ts';
import { describeParameters, initialWeights } from '../src-main/networks/parameters.ts';
import { SgdOptimizer } from '../src-main/networks/sgd.ts';

const SAMPLE = fileURLToPath(new URL('../resources/sample/', import.meta.url));
const TESTED = 300;
/** Pictures of one forward pass. */
const BATCH = 50;

const { values: options } = parseArgs({
  options: {
    kind: { type: 'string', default: 'icnn' },
    weights: { type: 'string', default: '0,1' },
    epochs: { type: 'string', default: '10' },
    pictures: { type: 'string', default: '600' },
    seed: { type: 'string', default: '0' },
    size: { type: 'string', default: '64' },
    architecture: { type: 'string', default: 'resnet10' },
    engine: { type: 'string', default: 'native' },
  },
});
const size = Number(options.size);

/** In turns from each class. */
async function sample(split: string, count: number): Promise<TrainingData> {
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

function settingsOf(kind: string, weight: number): RunSettings {
  const interpretable = v.parse(v.picklist(INTERPRETABLE), kind);
  const architecture = v.parse(v.picklist(ARCHITECTURES), options.architecture);
  return v.parse(RunSettings, {
    arm: 'plain',
    seed: Number(options.seed),
    network: { architecture, width: 16, stem: 'half', lastStride: 1, size, interpretable },
    training: { batchSize: 32, learningRate: 0.05, filterLoss: weight, gateSparsity: weight },
  });
}

async function train(engine: Engine, settings: RunSettings, data: TrainingData): Promise<FrozenNetwork> {
  const architecture = buildArchitecture(settings.network, data.classCount);
  const network = new Network(engine, architecture, initialWeights(describeParameters(architecture), settings.seed));
  const { momentum, weightDecay } = settings.training;
  const optimizer = new SgdOptimizer(network, momentum, weightDecay);
  const inputs = { network, optimizer, data, settings, v: new Float32Array(data.count).fill(1), mixing: null };
  const totalEpochs = Number(options.epochs);
  let step = 0;
  for (let epoch = 0; epoch < totalEpochs; epoch++) {
    const from = { offset: 0, step, lossSum: 0, correct: 0 };
    ({ step } = await trainEpoch({ ...inputs, epoch, totalEpochs }, from, () => Promise.resolve()));
  }
  const frozen = network.freeze();
  optimizer.dispose();
  network.dispose();
  return frozen;
}

/** [n,K] of each map its sum, and what of it lies within the part around its peak. */
function partSums(maps: tf.Tensor4D): { readonly sums: number[][]; readonly inside: number[][] } {
  const [sums, inside] = tf.tidy(() => {
    const positive = tf.relu(maps);
    const [, h, w] = positive.shape;
    const part = tf.cast(tf.greater(templatesAround(partPeaks(positive), h, w), 0), 'float32');
    return [positive, tf.mul(positive, part)].map((each) => tf.sum(each, [1, 2]).arraySync() as number[][]);
  });
  return { sums, inside };
}

/** Figures of one trained network. */
async function measure(network: FrozenNetwork, data: TrainingData): Promise<string> {
  const locality: number[] = [];
  const byClass: number[][] = Array.from({ length: data.classCount }, () => []);
  let correct = 0;
  let maps = 0;
  for (let start = 0; start < data.count; start += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, data.count - start) }, (_, i) => start + i);
    const bytes = new Uint8Array(indices.length * size * size * 3);
    await data.read(indices, bytes);
    const pixels = Float32Array.from(bytes, (byte) => byte / 255);
    const x = tf.tensor4d(pixels, [indices.length, size, size, 3]);
    const { map, logits } = network.forward(x);
    const predicted = tf.tidy(() => tf.argMax(logits, 1).dataSync());
    const unmasked = network.unmaskedMap(x);
    const { sums, inside } = partSums(unmasked);
    indices.forEach((index, i) => {
      const label = data.labels[index];
      if (predicted[i] === label) correct += 1;
      sums[i].forEach((sum, k) => {
        maps += 1;
        byClass[label][k] = (byClass[label][k] ?? 0) + sum;
        if (sum > 1e-6) locality.push(inside[i][k] / sum);
      });
    });
    tf.dispose([x, map, logits, unmasked]);
  }
  const counts = byClass.map((_, label) => data.labels.filter((each) => each === label).length);
  const selectivity = byClass[0].flatMap((_, k) => {
    const means = byClass.map((row, label) => row[k] / counts[label]);
    const total = sumOf(means);
    return total === 0 ? [] : [Math.max(...means) / total];
  });
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
  const parts = [
    `accuracy ${percent(correct, data.count)}`,
    `within the part ${percent(sumOf(locality), locality.length)}`,
    `of the largest class ${percent(sumOf(selectivity), selectivity.length)}`,
    `maps that see nothing ${percent(maps - locality.length, maps)}`,
  ];
  const gate = network.values('csg.gate');
  if (gate !== null) {
    const share = (test: (value: number) => boolean): string => percent(gate.filter(test).length, gate.length);
    parts.push(`gate's mean ${(sumOf([...gate]) / gate.length).toFixed(3)}`);
    parts.push(`below 0.1 ${share((value) => value < 0.1)}`, `above 0.9 ${share((value) => value > 0.9)}`);
  }
  return parts.join(', ');
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

const engine = await startEngine(v.parse(v.picklist(ENGINE_IDS), options.engine));
const [training, tested] = [await sample('train', Number(options.pictures)), await sample('test', TESTED)];
const weights = options.weights.split(',').map(Number);
for (const [kind, weight] of [['none', 0] as const, ...weights.map((each) => [options.kind, each] as const)]) {
  const begin = performance.now();
  const network = await train(engine, settingsOf(kind, weight), training);
  const figures = await measure(network, tested);
  network.dispose();
  process.stdout.write(`${kind} ${weight}: ${figures} (${((performance.now() - begin) / 1000).toFixed(0)} s)\n`);
}
