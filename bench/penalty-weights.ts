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
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { startEngine } from '../src-main/compute/choose.ts';
import { ENGINE_IDS } from '../src-main/compute/engine.ts';
import { ARCHITECTURES, INTERPRETABLE, RunSettings } from '../src-main/contract/settings.ts';
import type { TrainingData } from '../src-main/method/data.ts';
import type { FrozenNetwork } from '../src-main/networks/frozen.ts';
import { partPeaks, templatesAround } from '../src-main/networks/interpretable/part-mask.ts';
import { someOfTheSample, trainShortly } from './short-training.ts';

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
const [training, tested] = [
  await someOfTheSample('train', Number(options.pictures), size),
  await someOfTheSample('test', TESTED, size),
];
const weights = options.weights.split(',').map(Number);
for (const [kind, weight] of [['none', 0] as const, ...weights.map((each) => [options.kind, each] as const)]) {
  const begin = performance.now();
  const network = await trainShortly(engine, settingsOf(kind, weight), training, Number(options.epochs));
  const figures = await measure(network, tested);
  network.dispose();
  process.stdout.write(`${kind} ${weight}: ${figures} (${((performance.now() - begin) / 1000).toFixed(0)} s)\n`);
}
