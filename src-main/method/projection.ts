/**
 * Projection of prototypes (the "push" of Chen et al., NeurIPS 2019, section 2.2): each prototype becomes the nearest
 * patch of a training picture of its class, so that it can be shown; then the last layer is fitted to the new scores.
 * The pictures are seen as in an assessment: network frozen, nothing augmented.
 */
import * as tf from '@tensorflow/tfjs-core';
import { prototypeScores, prototypesOf } from '../networks/interpretable/prototype-matches.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Network } from '../networks/network.ts';
import type { SgdOptimizer } from '../networks/sgd.ts';
import { readBatch } from './calibration.ts';
import type { TrainingData } from './data.ts';
import { fitLastLayer } from './last-layer.ts';

/** Every picture passes through the network twice: for the patches, and for the scores. */
export const PASSES_OF_PROJECTION = 2;
/** Scores that the last layer is fitted to, at most: of more, every second (third, ...) picture is left out. */
const MOST_SCORES = 2 ** 26;

export interface ProjectionInputs {
  readonly network: Network;
  readonly optimizer: SgdOptimizer;
  readonly data: TrainingData;
  /** [count] sample weights. */
  readonly v: Float32Array;
  /** Pictures of one forward pass. */
  readonly batch: number;
  /** Calls `use` with the network as it is now, in inference mode. */
  readonly withFrozen: <T>(use: (network: FrozenNetwork) => Promise<T>) => Promise<T>;
}

/**
 * Projects the prototypes of a network and fits its last layer. Nothing of the network changes before the first pass
 * over the pictures is over.
 * @param afterBatch awaited after every batch and every step of the fit, with the pictures done of all; may throw to stop
 */
export async function project(
  { network, optimizer, data, v, batch, withFrozen }: ProjectionInputs,
  afterBatch: (done: number, total: number) => Promise<void>,
): Promise<void> {
  const total = data.count * PASSES_OF_PROJECTION;
  const { layer, found } = await withFrozen(async (frozen) => ({
    layer: (await prototypesOf(frozen)).layer,
    found: await nearestPatches(frozen, data, batch, (done) => afterBatch(done, total)),
  }));
  const vectors = `${layer.name}.vectors`;
  await assign(network, vectors, found.vectors);
  await assign(network, `${layer.name}.sources`, found.sources);
  // Its momentum was that of a prototype which is no more.
  await optimizer.rest(vectors);

  const every = Math.ceil((data.count * layer.classes * layer.perClass) / MOST_SCORES);
  const rows = Int32Array.from({ length: Math.ceil(data.count / every) }, (_, i) => i * every);
  const scores = await withFrozen((frozen) =>
    scoresOf(frozen, data, rows, batch, (done) => afterBatch(data.count + Math.min(data.count, done * every), total)),
  );
  const last = network.layout.parameters.find(({ kind }) => kind === 'votes');
  if (last === undefined) throw new Error('this network has no last layer to fit');
  const start = (await network.weights()).parameters.slice(last.offset, last.offset + last.size);
  const { classes, perClass } = layer;
  const targets = data.labelSets?.pick(rows) ?? Int32Array.from(rows, (row) => data.labels[row]);
  const counts = Float32Array.from(rows, (row) => v[row]);
  const problem = { scores, targets, v: counts, classes, perClass, start };
  const weights = await fitLastLayer(problem, () => afterBatch(total, total));
  await assign(network, last.name, weights);
}

export interface Projection {
  /** [m,D] */
  readonly vectors: Float32Array;
  /** [m,3] row of the training picture, and place in the map (row, column); -1 of a class without pictures. */
  readonly sources: Float32Array;
}

/** Of equally near patches the first: by row of the picture, then place. A class without pictures keeps its prototypes. */
export async function nearestPatches(
  network: FrozenNetwork,
  data: TrainingData,
  batch: number,
  afterBatch: (done: number) => Promise<void>,
): Promise<Projection> {
  const prototypes = await prototypesOf(network);
  const { perClass, channels } = prototypes.layer;
  const vectors = prototypes.vectors.slice();
  const sources = prototypes.sources.slice();
  const best = new Float64Array(sources.length / 3).fill(Infinity);
  for (let start = 0; start < data.count; start += batch) {
    const rows = rowsFrom(start, Math.min(data.count, start + batch));
    const { x } = await readBatch(data, rows);
    const tensor = network.patches(x);
    const [, height, width] = tensor.shape;
    const patches = (await tensor.data()) as Float32Array;
    tf.dispose([x, tensor]);
    rows.forEach((row, i) => {
      for (const label of data.labelSets?.positives(row) ?? [data.labels[row]]) {
        for (let j = label * perClass; j < (label + 1) * perClass; j++) {
          const prototype = prototypes.vectors.subarray(j * channels, (j + 1) * channels);
          for (let place = 0; place < height * width; place++) {
            const from = (i * height * width + place) * channels;
            const distance = squaredDistance(patches, from, prototype, best[j]);
            if (distance >= best[j]) continue;
            best[j] = distance;
            vectors.set(patches.subarray(from, from + channels), j * channels);
            sources.set([row, Math.floor(place / width), place % width], j * 3);
          }
        }
      }
    });
    await afterBatch(start + rows.length);
  }
  return { vectors, sources };
}

/** In double precision; given up once it is not below `limit`. */
function squaredDistance(patches: Float32Array, from: number, prototype: Float32Array, limit: number): number {
  let sum = 0;
  for (let c = 0; c < prototype.length && sum < limit; c++) sum += (patches[from + c] - prototype[c]) ** 2;
  return sum;
}

/** [rows,m] */
async function scoresOf(
  network: FrozenNetwork,
  data: TrainingData,
  rows: Int32Array,
  batch: number,
  afterBatch: (done: number) => Promise<void>,
): Promise<Float32Array> {
  const { layer } = await prototypesOf(network);
  const m = layer.classes * layer.perClass;
  const scores = new Float32Array(rows.length * m);
  for (let start = 0; start < rows.length; start += batch) {
    const { x } = await readBatch(data, rows.subarray(start, start + batch));
    scores.set(await prototypeScores(network, x), start * m);
    x.dispose();
    await afterBatch(Math.min(rows.length, start + batch));
  }
  return scores;
}

function rowsFrom(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}

/** Sets a parameter, given in the inner layout. */
async function assign(network: Network, name: string, values: Float32Array): Promise<void> {
  const parameter = network.layout.parameters.find((each) => each.name === name);
  if (parameter === undefined) throw new Error(`no parameter ${name}`);
  const { parameters } = await network.weights();
  parameters.set(values, parameter.offset);
  network.parameters.replace(parameters);
}
