/** Repeats the attack of an assessment for some pictures, to show them: same seeds, same pictures. */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import type { RunSettings } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { FrozenNetwork } from '../networks/frozen.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { attackBatch } from './assessment.ts';
import { readBatch } from './calibration.ts';
import type { TrainingData } from './data.ts';
import { type Heatmaps, joinedMaps } from './heatmap.ts';
import { pairsOf, unionMaps } from './label-maps.ts';
import { BatchLimit } from './micro-batches.ts';

export interface Explanation {
  /** [n,size,size,3] values 0..255 */
  readonly pictures: Uint8Array;
  /** [n,size,size,3] in [0,1] */
  readonly attacked: Float32Array;
  /** One a picture; of several labels, the largest value of their heatmaps at each place. */
  readonly maps: Heatmaps;
  readonly attackedMaps: Heatmaps;
}

/**
 * @param weights weights at the end of the round's training, torchvision's names
 * @param indices samples of the training data; fewer at a time where memory does not suffice
 * @param eps     the eps of the run, in [0,1]
 */
export async function explainSamples(
  engine: Engine,
  settings: RunSettings,
  weights: ReadonlyMap<string, NamedArray>,
  data: TrainingData,
  indices: readonly number[],
  round: number,
  eps: number,
): Promise<Explanation> {
  const architecture = buildArchitecture(settings.network, data.classCount);
  const layout = describeParameters(architecture);
  const network = new FrozenNetwork(engine, architecture, layout, importWeights(layout, weights));
  try {
    return await explainBatch(network, settings, data, indices, round, eps);
  } finally {
    network.dispose();
  }
}

/** As {@link explainSamples}, with the round's network at hand. @param network borrowed */
export async function explainBatch(
  network: FrozenNetwork,
  settings: RunSettings,
  data: TrainingData,
  indices: readonly number[],
  round: number,
  eps: number,
): Promise<Explanation> {
  const parts: Explanation[] = [];
  await new BatchLimit(indices.length).inParts(indices.length, async (from, to) => {
    parts.push(await explainPart(network, settings, data, indices.slice(from, to), round, eps));
  });
  const [first] = parts;
  if (parts.length === 1) return first;
  const values = indices.length * data.size * data.size * 3;
  return {
    pictures: filled(
      new Uint8Array(values),
      parts.map(({ pictures }) => pictures),
    ),
    attacked: filled(
      new Float32Array(values),
      parts.map(({ attacked }) => attacked),
    ),
    maps: joinedMaps(parts.map(({ maps }) => maps)),
    attackedMaps: joinedMaps(parts.map(({ attackedMaps }) => attackedMaps)),
  };
}

async function explainPart(
  network: FrozenNetwork,
  settings: RunSettings,
  data: TrainingData,
  indices: readonly number[],
  round: number,
  eps: number,
): Promise<Explanation> {
  const { pictures, x, targets, ids } = await readBatch(data, indices);
  const batch = await attackBatch(network, x, targets, ids, settings.method, eps, settings.seed, round);
  const attacked = (await batch.attacked.data()) as Float32Array;
  tf.dispose([x, batch.attacked]);
  const pairs = pairsOf(targets);
  return {
    pictures,
    attacked,
    maps: unionMaps({ maps: batch.maps, pairs }),
    attackedMaps: unionMaps({ maps: batch.attackedMaps, pairs }),
  };
}

function filled<T extends Uint8Array | Float32Array>(whole: T, parts: readonly T[]): T {
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
