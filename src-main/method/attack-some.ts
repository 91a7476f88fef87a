/**
 * The attack of those pictures of a batch that can be attacked. One without a background (its heatmap is empty, or it has
 * no label) stays as it is, and so does what the network says of it: no pass is spent on it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { MethodSettings } from '../contract/settings.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Targets } from '../networks/loss.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { attackBackground } from './attack.ts';
import { attackUntilSteady } from './attack-until-steady.ts';
import { mapOf, someMaps } from './heatmap.ts';
import { labelHeatmaps, type LabelMaps, mapsRange, pairsOf } from './label-maps.ts';

/** Pictures with what the network says of them. */
export interface SeenPictures {
  /** [n,size,size,3] in [0,1] */
  readonly x: Tensor4D;
  readonly maps: LabelMaps;
  /** [n,classes] */
  readonly logits: Float32Array;
}

/** Pictures to be attacked. */
export interface Attackable extends SeenPictures {
  readonly targets: Targets;
  /** [n*size*size] 1 inside B, 0 outside. */
  readonly background: Uint8Array;
  /** [n] of the random starts. */
  readonly seeds: readonly number[];
  /** [n,size,size,3] d loss / d x, where it is known already (attackBackground). */
  readonly first: Tensor4D | null;
}

/** @param all borrowed @returns as many pictures, in their order; the caller disposes of `x` */
export async function attackSome(
  network: FrozenNetwork,
  all: Attackable,
  settings: MethodSettings,
  eps: number,
): Promise<SeenPictures> {
  const count = all.seeds.length;
  const area = all.background.length / count;
  const rows = all.seeds.flatMap((_, i) => (all.background.subarray(i * area, (i + 1) * area).includes(1) ? [i] : []));
  if (rows.length === count) return attackAll(network, all, settings, eps);
  if (rows.length === 0) return { ...all, x: tf.clone(all.x) };
  const part = pick(all, rows);
  const attacked = await attackAll(network, part, settings, eps);
  const places = Int32Array.from({ length: count }, (_, i) => rows.length + i);
  rows.forEach((row, i) => (places[row] = i));
  const x = tf.tidy<Tensor4D>(() => tf.gather(tf.concat([attacked.x, all.x]), tf.tensor1d(places, 'int32')));
  tf.dispose([attacked.x, part.x]);
  part.first?.dispose();
  return {
    x,
    ...replaced(
      all,
      rows,
      attacked,
      rows.map((_, i) => i),
    ),
  };
}

async function attackAll(
  network: FrozenNetwork,
  pictures: Attackable,
  settings: MethodSettings,
  eps: number,
): Promise<SeenPictures> {
  if (settings.stopConverged) return attackUntilSteady(network, pictures, settings, eps);
  const { x, targets, background, seeds, first } = pictures;
  const attacked = attackBackground(network, x, targets, background, eps, seeds, settings, first);
  const after = network.forward(attacked);
  const maps = await labelHeatmaps(network, after.map, targets, settings.heatmap);
  const logits = (await after.logits.data()) as Float32Array;
  tf.dispose([after.map, after.logits]);
  return { x: attacked, maps, logits };
}

/** The targets of some pictures. */
export function someTargets(targets: Targets, rows: ArrayLike<number>): Targets {
  return targets instanceof LabelSets ? targets.pick(rows) : Int32Array.from(rows, (row) => targets[row]);
}

/** What is needed of some of the pictures to attack them; the caller disposes of its tensors. */
function pick(all: Attackable, rows: readonly number[]): Attackable {
  const area = all.background.length / all.seeds.length;
  const background = new Uint8Array(rows.length * area);
  rows.forEach((row, i) => {
    background.set(all.background.subarray(row * area, (row + 1) * area), i * area);
  });
  const tensors = (tensor: Tensor4D): Tensor4D => tf.tidy(() => tf.gather(tensor, tf.tensor1d([...rows], 'int32')));
  const targets = someTargets(all.targets, rows);
  const classes = all.logits.length / all.seeds.length;
  const maps = rows.flatMap((row) => {
    const [from, to] = mapsRange(all.maps, row);
    return Array.from({ length: to - from }, (_, k) => from + k);
  });
  return {
    maps: { maps: someMaps(all.maps.maps, maps), pairs: pairsOf(targets) },
    logits: Float32Array.from(rows.flatMap((row) => [...all.logits.subarray(row * classes, (row + 1) * classes)])),
    x: tensors(all.x),
    targets,
    background,
    seeds: rows.map((row) => all.seeds[row]),
    first: all.first === null ? null : tensors(all.first),
  };
}

type Said = Omit<SeenPictures, 'x'>;

/**
 * What is said of some pictures in place of what was said of them.
 * @param rows    which of all they are
 * @param indices where they are in `some`
 */
export function replaced(all: Said, rows: readonly number[], some: Said, indices: readonly number[]): Said {
  const classes = all.logits.length / pictureCount(all.maps);
  const logits = all.logits.slice();
  const values = all.maps.maps.values.slice();
  const { height, width } = all.maps.maps;
  rows.forEach((row, k) => {
    const i = indices[k];
    logits.set(some.logits.subarray(i * classes, (i + 1) * classes), row * classes);
    const [from, to] = mapsRange(some.maps, i);
    const [at] = mapsRange(all.maps, row);
    for (let map = from; map < to; map++) values.set(mapOf(some.maps.maps, map), (at + map - from) * height * width);
  });
  return { logits, maps: { ...all.maps, maps: { ...all.maps.maps, values } } };
}

function pictureCount({ maps, pairs }: LabelMaps): number {
  return pairs === null ? maps.count : pairs.first.length - 1;
}
