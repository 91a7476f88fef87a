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
import { attackLoss } from './attack.ts';
import { beginsAtPicture } from './passes.ts';
import { attackSome } from './attack-some.ts';
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
  const loss = attackLoss(targets, network.architecture.classes);
  // An attack that begins at the picture itself takes its first gradient with the pass that gives the heatmap.
  const shared = beginsAtPicture(settings) ? network.forwardAndBack(x, loss.gradient) : null;
  const before = shared ?? network.forward(x);
  const maps = await labelHeatmaps(network, before.map, targets, settings.heatmap);
  const logits = (await before.logits.data()) as Float32Array;
  tf.dispose([before.map, before.logits, ...loss.tensors]);
  const background = pictureBackgrounds(maps, x.shape[1], settings);
  const seeds = attackSeeds(ids, seed, round);
  const first = shared?.gradient ?? null;
  const after = await attackSome(network, { x, targets, maps, logits, background, seeds, first }, settings, eps);
  first?.dispose();
  return {
    attacked: after.x,
    maps: maps.maps,
    attackedMaps: after.maps.maps,
    logits,
    attackedLogits: after.logits,
  };
}

/** Of the random starts of an assessment. */
export function attackSeeds(ids: readonly string[], seed: number, round: number): number[] {
  return ids.map((id) => hashSeed('attack', seed, round, id));
}
