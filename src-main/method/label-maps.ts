/**
 * Heatmaps of pictures that may be of several classes: one for each class of each picture, picture after picture.
 *
 * The foreground of a picture is the union of the foregrounds of its labels, so its background B is what lies in the
 * background of each of them. A label whose heatmap is empty points at nothing and adds nothing to the union; where all
 * heatmaps of a picture are empty, nothing is known about it, and it has no background (as in single-label data).
 *
 * In single-label data every picture has one map, and all of this is the same as without it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Targets } from '../networks/loss.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { backgroundOf, type BackgroundSettings } from './background.ts';
import { type ExplanationKind, type Explained, type Heatmaps, heatmaps, isEmptyMap, mapOf } from './heatmap.ts';

/** Pictures with their labels, one pair after the other. */
export interface LabelPairs {
  readonly count: number;
  /** [count] picture and class of each pair; pictures ascending, and their classes. */
  readonly pictures: Int32Array;
  readonly labels: Int32Array;
  /** [pictures + 1] the pairs of picture i are first[i] .. first[i + 1] - 1. */
  readonly first: Int32Array;
}

/** Heatmaps of labels and what they belong to. */
export interface LabelMaps {
  /** One map a pair. */
  readonly maps: Heatmaps;
  /** Null where every picture has one label. */
  readonly pairs: LabelPairs | null;
}

/** The pairs of all pictures. */
export function labelPairs(sets: LabelSets): LabelPairs {
  const first = new Int32Array(sets.count + 1);
  for (let i = 0; i < sets.count; i++) first[i + 1] = first[i] + sets.positives(i).length;
  const count = first[sets.count];
  const pictures = new Int32Array(count);
  const labels = new Int32Array(count);
  for (let i = 0; i < sets.count; i++) {
    pictures.fill(i, first[i], first[i + 1]);
    labels.set(sets.positives(i), first[i]);
  }
  return { count, pictures, labels, first };
}

/** The pairs of pictures that may have several labels; null where each has one. */
export function pairsOf(targets: Targets): LabelPairs | null {
  return targets instanceof LabelSets ? labelPairs(targets) : null;
}

/**
 * The heatmap of every label of every picture, one forward pass (of which `map` is) for all. Where a heatmap takes a
 * gradient, it takes one pass back through the head for the first labels of all pictures, one for the second, ...
 * @param map     [n,h,w,K] the network's last convolutional feature map
 * @param targets what the n pictures are of
 */
export async function labelHeatmaps(
  network: Explained,
  map: Tensor4D,
  targets: Targets,
  kind: ExplanationKind,
): Promise<LabelMaps> {
  if (!(targets instanceof LabelSets)) return { maps: await heatmaps(network, map, targets, kind), pairs: null };
  const pairs = labelPairs(targets);
  const [n, height, width] = map.shape;
  const area = height * width;
  const values = new Float32Array(pairs.count * area);
  for (let rank = 0; ; rank++) {
    const rows = Array.from({ length: n }, (_, i) => i).filter((i) => pairs.first[i] + rank < pairs.first[i + 1]);
    if (rows.length === 0) break;
    const some = rows.length === n ? map : tf.tidy(() => tf.gather(map, tf.tensor1d(rows, 'int32')));
    const labels = Int32Array.from(rows, (i) => pairs.labels[pairs.first[i] + rank]);
    const found = await heatmaps(network, some, labels, kind);
    if (some !== map) some.dispose();
    rows.forEach((i, row) => {
      values.set(mapOf(found, row), (pairs.first[i] + rank) * area);
    });
  }
  return { maps: { values, count: pairs.count, height, width }, pairs };
}

/** The maps of picture `i` are `from` to `to - 1`. */
export function mapsRange({ pairs }: LabelMaps, i: number): [from: number, to: number] {
  return pairs === null ? [i, i + 1] : [pairs.first[i], pairs.first[i + 1]];
}

/** A copy of the maps of picture `i`. */
export function mapsOfPicture(labelMaps: LabelMaps, i: number): Heatmaps {
  const [from, to] = mapsRange(labelMaps, i);
  const { values, height, width } = labelMaps.maps;
  return { values: values.slice(from * height * width, to * height * width), count: to - from, height, width };
}

/** One map a picture: of several, the largest value at each place. It is what is stored and shown of a picture. */
export function unionMaps({ maps, pairs }: LabelMaps): Heatmaps {
  if (pairs === null) return maps;
  const { height, width } = maps;
  const area = height * width;
  const count = pairs.first.length - 1;
  const values = new Float32Array(count * area);
  for (let k = 0; k < pairs.count; k++) {
    const map = mapOf(maps, k);
    const from = pairs.pictures[k] * area;
    for (let p = 0; p < area; p++) values[from + p] = Math.max(values[from + p], map[p]);
  }
  return { values, count, height, width };
}

/**
 * Background B of picture `index`: the complement of the union of the foregrounds of its labels.
 * @returns [size*size] 1 in the background, 0 in the foreground
 */
export function pictureBackground(
  labelMaps: LabelMaps,
  index: number,
  size: number,
  settings: BackgroundSettings,
): Uint8Array {
  const { maps } = labelMaps;
  const [from, to] = mapsRange(labelMaps, index);
  let shared: Uint8Array | null = null;
  for (let k = from; k < to; k++) {
    const map = mapOf(maps, k);
    if (isEmptyMap(map)) continue;
    const background = backgroundOf(map, maps.height, maps.width, size, settings);
    shared = shared === null ? background : shared.map((value, p) => value & background[p]);
  }
  return shared ?? new Uint8Array(size * size);
}

/** The backgrounds of all pictures, [n*size*size]. */
export function pictureBackgrounds(labelMaps: LabelMaps, size: number, settings: BackgroundSettings): Uint8Array {
  const count = labelMaps.pairs === null ? labelMaps.maps.count : labelMaps.pairs.first.length - 1;
  const all = new Uint8Array(count * size * size);
  for (let i = 0; i < count; i++) all.set(pictureBackground(labelMaps, i, size, settings), i * size * size);
  return all;
}
