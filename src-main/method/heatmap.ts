/**
 * Heatmap H(x, c): where the network looks when it says c.
 *
 * - Pooling + dense head: class activation map, H = sum_k w[c,k] A_k (Zhou et al., CVPR 2016); one
 *   forward pass, no gradient.
 * - Any other head: Grad-CAM, H = sum_k alpha_k A_k with alpha_k = mean_ij d z_c / d A_k[i,j]
 *   (Selvaraju et al., ICCV 2017).
 *
 * Then ReLU, and division by the maximum. A map that is zero everywhere stays zero ("empty").
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { HeatmapKind } from '../contract/settings.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';

/**
 * Heatmaps beside that of the method, for comparison: Grad-CAM++, and LayerCAM = sum_k relu(d z_c / d A_k) A_k (Jiang et
 * al., TIP 2021).
 */
export type ExplanationKind = HeatmapKind | 'gradcam++' | 'layercam';

/** What a heatmap takes of a network. */
export type Explained = Pick<FrozenNetwork, 'architecture' | 'camWeights' | 'mapGradient'>;

/** Heatmaps of a batch as plain numbers in [0,1]. */
export interface Heatmaps {
  /** [n,height,width] */
  readonly values: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/**
 * @param map     [n,h,w,K] the network's last convolutional feature map
 * @param classes [n] the class c of each sample
 * @param kind    `auto`: CAM where it is closed-form, else Grad-CAM
 * @throws Error when `cam` is asked of a network without a pooling + dense head
 */
export async function heatmaps(
  network: Explained,
  map: Tensor4D,
  classes: Int32Array,
  kind: ExplanationKind,
): Promise<Heatmaps> {
  const [count, height, width] = map.shape;
  const result = tf.tidy(() => normaliseMaps(rawMaps(network, map, tf.tensor1d(classes, 'int32'), kind)));
  const values = (await result.data()) as Float32Array;
  result.dispose();
  return { values, count, height, width };
}

/** [n,h,w] before ReLU and division */
function rawMaps(network: Explained, map: Tensor4D, labels: Tensor1D, kind: ExplanationKind): Tensor3D {
  if (kind === 'gradcam++') return weightedSum(map, gradCamPlusPlusWeights(map, classGradient(network, map, labels)));
  if (kind === 'layercam') return tf.sum(tf.mul(map, tf.relu(classGradient(network, map, labels))), 3);
  const closedForm = kind === 'gradcam' ? null : network.camWeights(labels);
  if (closedForm === null && kind === 'cam') throw new Error('this network has no closed-form class activation map');
  return weightedSum(map, closedForm ?? tf.mean(classGradient(network, map, labels), [1, 2]));
}

/** d z_c / d A, [n,h,w,K] */
function classGradient(network: Explained, map: Tensor4D, labels: Tensor1D): Tensor4D {
  const selection = tf.cast(tf.oneHot(labels, network.architecture.classes), 'float32') as Tensor2D;
  return network.mapGradient(map, selection);
}

/**
 * Grad-CAM++ (Chattopadhay et al., WACV 2018), equations 10 and 19 with the exponential of the logit as score, whose
 * common factor the division by the maximum takes out again: w_k = sum_ij a relu(g) with a = g^2 / (2 g^2 + g^3 sum A).
 * Where the denominator is not positive, a is 0.
 * @param g d z_c / d A, [n,h,w,K]
 * @returns [n,K]
 */
function gradCamPlusPlusWeights(map: Tensor4D, g: Tensor4D): Tensor2D {
  const activity = tf.sum(map, [1, 2], true);
  // Divided by g^2: as exact where g is tiny, and the wasm engine squares numbers below 1e-19 to zero.
  const denominator = tf.add(tf.mul(g, activity), 2);
  const alpha = tf.where(tf.greater(denominator, 0), tf.div(1, tf.maximum(denominator, 1e-12)), tf.zerosLike(g));
  return tf.sum(tf.mul(alpha, tf.relu(g)), [1, 2]);
}

/** sum_k weights[n,k] A[n,i,j,k] -> [n,h,w] */
function weightedSum(map: Tensor4D, weights: Tensor2D): Tensor3D {
  const [n, h, w, k] = map.shape;
  const product = tf.matMul(tf.reshape(map, [n, h * w, k]), tf.reshape(weights, [n, k, 1]));
  return tf.reshape(product, [n, h, w]);
}

function normaliseMaps(map: Tensor3D): Tensor3D {
  const positive = tf.relu(map);
  const maximum = tf.max(positive, [1, 2], true);
  const isEmpty = tf.cast(tf.lessEqual(maximum, 0), 'float32');
  return tf.div(positive, tf.add(maximum, isEmpty));
}

/** The map of one sample, without copying. */
export function mapOf(maps: Heatmaps, index: number): Float32Array {
  const area = maps.height * maps.width;
  return maps.values.subarray(index * area, (index + 1) * area);
}

/** Those of some samples, in the order of `indices`; as they are where that is all of them. */
export function someMaps(maps: Heatmaps, indices: readonly number[]): Heatmaps {
  if (indices.length === maps.count) return maps;
  const { height, width } = maps;
  const values = new Float32Array(indices.length * height * width);
  indices.forEach((index, i) => {
    values.set(mapOf(maps, index), i * height * width);
  });
  return { values, count: indices.length, height, width };
}

/** Maps of one shape after each other. */
export function joinedMaps(parts: readonly Heatmaps[]): Heatmaps {
  const { height, width } = parts.at(0) ?? { height: 1, width: 1 };
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const values = new Float32Array(count * height * width);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { values, count, height, width };
}

/** Whether a heatmap is zero everywhere. */
export function isEmptyMap(map: Float32Array): boolean {
  return map.every((value) => value === 0);
}
