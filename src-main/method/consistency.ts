/**
 * Explanation consistency E(x, x^) = S(H(x,y), H(x^,y)) * Q(p(x), p(x^)) in [0,1] (Wu et al., IEEE
 * TMM 2024: how stably heatmap and prediction survive the attack on the background).
 */
import type { MethodSettings, PredictionAgreement, Similarity } from '../contract/settings.ts';
import { earthMoversDistance } from '../numeric/earth-movers.ts';
import { argMax, mean } from '../numeric/statistics.ts';
import { type BackgroundSettings, belowThreshold } from './background.ts';
import { isEmptyMap } from './heatmap.ts';

export type ConsistencySettings = Pick<MethodSettings, 'similarity' | 'agreement'> & BackgroundSettings;

export interface Consistency {
  /** Similarity of the heatmaps, agreement of the predictions, and their product, in [0,1]. */
  readonly s: number;
  readonly q: number;
  readonly e: number;
  /** Whether either heatmap is zero everywhere; then E is 0 by rule. */
  readonly empty: boolean;
}

/** A pair of heatmaps of one sample, both [height*width]. */
export interface MapPair {
  readonly clean: Float32Array;
  readonly attacked: Float32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * @param probabilities         [classes] softmax of the clean picture
 * @param attackedProbabilities [classes] softmax of the attacked picture
 * @param label                 the given class y
 */
export function consistency(
  maps: MapPair,
  probabilities: Float64Array,
  attackedProbabilities: Float64Array,
  label: number,
  settings: ConsistencySettings,
): Consistency {
  const empty = isEmptyMap(maps.clean) || isEmptyMap(maps.attacked);
  const s = clamp(similarity(maps, settings.similarity, settings));
  const q = clamp(agreement(probabilities, attackedProbabilities, label, settings.agreement));
  return { s, q, e: empty ? 0 : s * q, empty };
}

/** S of two heatmaps, see {@link Similarity}. */
export function similarity(maps: MapPair, kind: Similarity, background: BackgroundSettings): number {
  const { clean: a, attacked: b, height, width } = maps;
  switch (kind) {
    case 'cosine':
      return cosine(a, b);
    case 'pearson':
      return Math.max(0, cosine(a, b, mean(a), mean(b)));
    case 'iou':
      return foregroundIou(a, b, background);
    case 'ssim':
      return Math.max(0, structuralSimilarity(a, b));
    case 'jsd':
      return 1 - jensenShannonDistance(asDistribution(a), asDistribution(b));
    case 'emd': {
      const furthest = Math.max(1, height + width - 2);
      return 1 - earthMoversDistance(asDistribution(a), asDistribution(b), height, width) / furthest;
    }
  }
}

/** Q of two predictions, see {@link PredictionAgreement}. */
export function agreement(p: Float64Array, attacked: Float64Array, label: number, kind: PredictionAgreement): number {
  switch (kind) {
    case 'ratio':
      return p[label] > 0 ? Math.min(1, attacked[label] / p[label]) : 1;
    case 'agreement':
      return argMax(attacked) === label ? 1 : 0;
    case 'tv': {
      let distance = 0;
      for (let c = 0; c < p.length; c++) distance += Math.abs(p[c] - attacked[c]);
      return 1 - distance / 2;
    }
    case 'none':
      return 1;
  }
}

/** Softmax of one row of logits, in double precision. */
export function softmax(logits: Float32Array): Float64Array {
  const maximum = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const p = Float64Array.from(logits, (z) => Math.exp(z - maximum));
  const sum = p.reduce((a, b) => a + b, 0);
  return p.map((value) => value / sum);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Cosine of the angle between a - meanA and b - meanB; 0 where either is zero. */
export function cosine(a: Float32Array, b: Float32Array, meanA = 0, meanB = 0): number {
  let product = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let i = 0; i < a.length; i++) {
    const u = a[i] - meanA;
    const w = b[i] - meanB;
    product += u * w;
    lengthA += u * u;
    lengthB += w * w;
  }
  const scale = Math.sqrt(lengthA) * Math.sqrt(lengthB);
  return scale > 0 ? product / scale : 0;
}

/** Intersection over union of the two foregrounds at the maps' own resolution. */
function foregroundIou(clean: Float32Array, attacked: Float32Array, settings: BackgroundSettings): number {
  if (isEmptyMap(clean) || isEmptyMap(attacked)) return 0;
  const a = belowThreshold(clean, settings);
  const b = belowThreshold(attacked, settings);
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0 && b[i] === 0) both += 1;
    if (a[i] === 0 || b[i] === 0) either += 1;
  }
  return either > 0 ? both / either : 0;
}

/** SSIM (Wang et al., TIP 2004) with one window over the whole map, K1 = 0.01, K2 = 0.03, range 1. */
function structuralSimilarity(a: Float32Array, b: Float32Array): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let varianceA = 0;
  let varianceB = 0;
  let covariance = 0;
  for (let i = 0; i < a.length; i++) {
    varianceA += (a[i] - meanA) ** 2 / a.length;
    varianceB += (b[i] - meanB) ** 2 / a.length;
    covariance += ((a[i] - meanA) * (b[i] - meanB)) / a.length;
  }
  const c1 = 0.01 ** 2;
  const c2 = 0.03 ** 2;
  return (
    ((2 * meanA * meanB + c1) * (2 * covariance + c2)) / ((meanA ** 2 + meanB ** 2 + c1) * (varianceA + varianceB + c2))
  );
}

/** The map divided by its sum; an empty map is spread evenly. */
function asDistribution(map: Float32Array): Float64Array {
  const total = mean(map) * map.length;
  return Float64Array.from(map, (value) => (total > 0 ? value / total : 1 / map.length));
}

/** Square root of the Jensen-Shannon divergence to base 2, in [0,1] (Endres and Schindelin, 2003). */
function jensenShannonDistance(p: Float64Array, q: Float64Array): number {
  let divergence = 0;
  for (let i = 0; i < p.length; i++) {
    const middle = (p[i] + q[i]) / 2;
    if (p[i] > 0) divergence += (p[i] / 2) * Math.log2(p[i] / middle);
    if (q[i] > 0) divergence += (q[i] / 2) * Math.log2(q[i] / middle);
  }
  return Math.sqrt(Math.max(0, divergence));
}
