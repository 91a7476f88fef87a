/**
 * Kinds of background, found without any model: each picture's background is described by its colours and its texture,
 * and similar descriptions are put together by k-means. The same pictures, foregrounds and seed give the same clusters,
 * whatever is measured on them.
 */
import { kmeans } from 'ml-kmeans';

/** Mean of L, a, b; standard deviation of L, a, b; root mean square gradient of L. */
export const DESCRIPTION_LENGTH = 7;

export interface BackgroundDescription {
  /** [DESCRIPTION_LENGTH] in OKLab (L in 0..1, a and b about -0.4..0.4). */
  readonly values: readonly number[];
  /** Mean sRGB colour, 0..255: for showing. */
  readonly colour: readonly [number, number, number];
}

/**
 * Describes what lies outside the object, in OKLab (Ottosson, 2020), where distances are about as large as they look.
 * @param picture    [side, side, 3] sRGB, 0..255
 * @param foreground [side, side] not 0 = object
 * @returns null where nothing lies outside
 */
export function describeBackground(
  picture: Uint8Array,
  foreground: Uint8Array,
  side: number,
): BackgroundDescription | null {
  const area = side * side;
  const lab = new Float64Array(3 * area);
  const sum = new Float64Array(3);
  const colour: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let p = 0; p < area; p++) {
    if (foreground[p] !== 0) continue;
    oklab(picture, 3 * p, lab);
    for (let c = 0; c < 3; c++) {
      sum[c] += lab[3 * p + c];
      colour[c] += picture[3 * p + c];
    }
    count++;
  }
  if (count === 0) return null;
  const squares = new Float64Array(3);
  let energy = 0;
  let edges = 0;
  for (let p = 0; p < area; p++) {
    if (foreground[p] !== 0) continue;
    for (let c = 0; c < 3; c++) squares[c] += (lab[3 * p + c] - sum[c] / count) ** 2;
    // Only between two background pixels: the outline of the object is no texture of the background.
    for (const [next, inside] of [
      [p + 1, (p + 1) % side !== 0],
      [p + side, p + side < area],
    ] as const) {
      if (!inside || foreground[next] !== 0) continue;
      energy += (lab[3 * next] - lab[3 * p]) ** 2;
      edges++;
    }
  }
  const means = Array.from(sum, (total) => total / count);
  const deviations = Array.from(squares, (total) => Math.sqrt(total / count));
  return {
    values: [...means, ...deviations, edges === 0 ? 0 : Math.sqrt(energy / edges)],
    colour: [colour[0] / count, colour[1] / count, colour[2] / count],
  };
}

/** Linear light of each sRGB byte. */
const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** OKLab of the pixel at `at`, written to the same place of `out`. Matrices: Ottosson, "A perceptual color space", 2020. */
function oklab(picture: Uint8Array, at: number, out: Float64Array): void {
  const r = LINEAR[picture[at]];
  const g = LINEAR[picture[at + 1]];
  const b = LINEAR[picture[at + 2]];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  out[at] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  out[at + 1] = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  out[at + 2] = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
}

export interface Clusters {
  /** [descriptions] the cluster of each; clusters are numbered from the largest to the smallest. */
  readonly of: Int32Array;
  readonly count: number;
  /** [descriptions] distance to the centre of its cluster, in standard deviations. */
  readonly distance: Float64Array;
}

/** A feature that varies less than this over all pictures is the same for the eye; its noise decides nothing. */
const LEAST_DEVIATION = 1e-4;

/**
 * k-means (k-means++ start) over standardised descriptions.
 * @param wanted number of clusters; fewer where there are fewer different descriptions
 */
export function clusterBackgrounds(
  descriptions: readonly (readonly number[])[],
  wanted: number,
  seed: number,
): Clusters {
  const points = standardised(descriptions);
  const different = new Set(points.map((point) => point.join(' '))).size;
  if (different <= 1) {
    return { of: new Int32Array(points.length), count: different, distance: new Float64Array(points.length) };
  }
  const { clusters, centroids } = kmeans(points, Math.min(wanted, different), { seed });
  const sizes = centroids.map((_, cluster) => clusters.filter((own) => own === cluster).length);
  const order = [...sizes.keys()].filter((cluster) => sizes[cluster] > 0).sort((a, b) => sizes[b] - sizes[a] || a - b);
  return {
    of: Int32Array.from(clusters, (cluster) => order.indexOf(cluster)),
    count: order.length,
    distance: Float64Array.from(points, (point, i) =>
      Math.sqrt(point.reduce((total, value, c) => total + (value - centroids[clusters[i]][c]) ** 2, 0)),
    ),
  };
}

/** Each number in standard deviations from its mean over all pictures. */
function standardised(descriptions: readonly (readonly number[])[]): number[][] {
  const n = descriptions.length;
  const length = descriptions[0]?.length ?? 0;
  const centre = Array.from({ length }, (_, c) => descriptions.reduce((sum, values) => sum + values[c], 0) / n);
  const deviation = centre.map((mean, c) =>
    Math.sqrt(descriptions.reduce((sum, values) => sum + (values[c] - mean) ** 2, 0) / n),
  );
  return descriptions.map((values) =>
    values.map((value, c) => (deviation[c] < LEAST_DEVIATION ? 0 : (value - centre[c]) / deviation[c])),
  );
}
