/** What a network with prototypes (prototypes.ts) sees in pictures: where each prototype is, and how surely. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { FrozenNetwork } from '../frozen.ts';
import type { Architecture, PrototypesLayer } from '../layer.ts';
import { similarity, squaredDistances } from './prototypes.ts';

/** Of n pictures and m prototypes, everything row-major. */
export interface PrototypeMatches {
  readonly count: number;
  readonly prototypes: number;
  /** Sides of the map. */
  readonly height: number;
  readonly width: number;
  /** [n,h,w,m] similarity of every place to every prototype, 0 to about 9.2: see prototypes.ts. */
  readonly similarities: Float32Array;
  /** [n,m] the place most like each prototype, row * width + column. */
  readonly places: Int32Array;
  /**
   * [n,m] the similarity there: the prototype's score. Where a patch is the prototype itself it is computed more exactly
   * than the map.
   */
  readonly scores: Float32Array;
  /** [n,classes] logits: score times weight, summed over the prototypes. */
  readonly logits: Float32Array;
}

/** What is the same for all pictures. */
export interface Prototypes {
  readonly layer: PrototypesLayer;
  /** [m,D] */
  readonly vectors: Float32Array;
  /**
   * [m,3] row of the training picture that it was taken from, and place in the map (row, column); -1 before the first
   * projection. Prototype j stands for class floor(j / layer.perClass).
   */
  readonly sources: Float32Array;
  /** [classes,m] how much each score counts for each class. */
  readonly weights: Float32Array;
}

/** The prototypes of an architecture, or null. */
export function prototypesLayer(architecture: Architecture): PrototypesLayer | null {
  return architecture.head.find((layer) => layer.op === 'prototypes') ?? null;
}

/** @throws Error of a network without prototypes */
export async function prototypesOf(network: FrozenNetwork): Promise<Prototypes> {
  const { head } = network.architecture;
  const layer = prototypesLayer(network.architecture);
  const last = head[head.length - 1];
  if (layer === null || last.op !== 'dense') throw new Error('this network has no prototypes');
  const values = async (name: string) => ((await network.parameter(name).data()) as Float32Array).slice();
  const transposed = tf.transpose(network.parameter(`${last.name}.weight`));
  const weights = (await transposed.data()) as Float32Array;
  transposed.dispose();
  return {
    layer,
    vectors: await values(`${layer.name}.vectors`),
    sources: await values(`${layer.name}.sources`),
    weights: weights.slice(),
  };
}

/**
 * @param x [n,size,size,3] in [0,1]; borrowed
 * @throws Error of a network without prototypes
 */
export async function prototypeMatches(network: FrozenNetwork, x: Tensor4D): Promise<PrototypeMatches> {
  const { layer } = await prototypesOf(network);
  const patches = network.patches(x);
  const [count, height, width, channels] = patches.shape;
  const m = layer.classes * layer.perClass;
  const maps = tf.tidy(() => {
    const rows = tf.reshape<tf.Rank.R2>(patches, [count * height * width, channels]);
    return similarity(squaredDistances(rows, network.parameter(`${layer.name}.vectors`) as Tensor2D));
  });
  const similarities = ((await maps.data()) as Float32Array).slice();
  const { scores, logits } = network.scores(patches);
  const found = {
    ...{ count, prototypes: m, height, width, similarities },
    places: mostSimilar(similarities, count, height * width, m),
    scores: ((await scores.data()) as Float32Array).slice(),
    logits: ((await logits.data()) as Float32Array).slice(),
  };
  tf.dispose([patches, maps, scores, logits]);
  return found;
}

/** [n,m] scores alone. @param x [n,size,size,3] in [0,1]; borrowed */
export async function prototypeScores(network: FrozenNetwork, x: Tensor4D): Promise<Float32Array> {
  const patches = network.patches(x);
  const { scores, logits } = network.scores(patches);
  const values = ((await scores.data()) as Float32Array).slice();
  tf.dispose([patches, scores, logits]);
  return values;
}

/** [n,m] the first of the most similar places. @param similarities [n,area,m] */
function mostSimilar(similarities: Float32Array, count: number, area: number, m: number): Int32Array {
  const places = new Int32Array(count * m);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < m; j++) {
      const at = (place: number): number => similarities[(i * area + place) * m + j];
      let best = 0;
      for (let place = 1; place < area; place++) if (at(place) > at(best)) best = place;
      places[i * m + j] = best;
    }
  }
  return places;
}
