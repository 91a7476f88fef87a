/**
 * Assessment: attack the background of every training picture of the frozen network and measure
 * how stably heatmap and prediction survive. What comes of it is kept in columns (assessment-table.ts), so that a
 * half-finished assessment can be stored and gone on with.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { MethodSettings } from '../contract/settings.ts';
import { hashSeed } from '../numeric/random.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Targets } from '../networks/loss.ts';
import { attackBackground } from './attack.ts';
import type { Heatmaps } from './heatmap.ts';
import { labelHeatmaps, pictureBackgrounds } from './label-maps.ts';

/** Clean and attacked pictures of a batch with what the network makes of them. */
export interface AttackedBatch {
  /** [n,size,size,3] in [0,1]; the caller disposes of it. */
  readonly attacked: Tensor4D;
  /** One a picture; in multi-label data one for each label of each picture (label-maps.ts), here and below. */
  readonly maps: Heatmaps;
  readonly attackedMaps: Heatmaps;
  /** [n,classes] */
  readonly logits: Float32Array;
  readonly attackedLogits: Float32Array;
}

/**
 * Heatmaps, backgrounds, attack, and heatmaps again.
 * @param x       [n,size,size,3] in [0,1]; borrowed
 * @param targets what the n pictures are of
 * @param ids     [n] sample ids, the source of each sample's random start
 * @param round   the assessment's round, likewise
 */
export async function attackBatch(
  network: FrozenNetwork,
  x: Tensor4D,
  targets: Targets,
  ids: readonly string[],
  settings: MethodSettings,
  eps: number,
  seed: number,
  round: number,
): Promise<AttackedBatch> {
  const before = network.forward(x);
  const explained = await labelHeatmaps(network, before.map, targets, settings.heatmap);
  const logits = (await before.logits.data()) as Float32Array;
  tf.dispose([before.map, before.logits]);
  const background = pictureBackgrounds(explained, x.shape[1], settings);
  const seeds = ids.map((id) => hashSeed('attack', seed, round, id));
  const attacked = attackBackground(network, x, targets, background, eps, seeds, settings);
  const after = network.forward(attacked);
  const { maps: attackedMaps } = await labelHeatmaps(network, after.map, targets, settings.heatmap);
  const attackedLogits = (await after.logits.data()) as Float32Array;
  tf.dispose([after.map, after.logits]);
  return { attacked, maps: explained.maps, attackedMaps, logits, attackedLogits };
}

/** Pictures 0..255 as a tensor in [0,1]. */
export function pictureTensor(pictures: Uint8Array, count: number, size: number): Tensor4D {
  const values = new Float32Array(pictures.length);
  for (let i = 0; i < values.length; i++) values[i] = pictures[i] / 255;
  return tf.tensor4d(values, [count, size, size, 3]);
}

/** Forward-pass equivalents that the assessment of one picture costs (a backward pass counts 1). */
export function passesPerPicture(settings: Pick<MethodSettings, 'attack' | 'steps'>): number {
  const steps = settings.attack === 'noise' ? 0 : settings.attack === 'fgsm' ? 1 : settings.steps;
  return 2 + 2 * steps;
}
