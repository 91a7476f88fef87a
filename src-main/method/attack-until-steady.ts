/**
 * An attack that each picture leaves once its E has settled (`method.stopConverged`). The pass that gives a step's
 * gradient gives heatmap and prediction as well, so that E of the picture as it is before each step is known without
 * another one. Where E changed by at most `convergedChange` in each of the last two steps, the picture stays as it is
 * and the next passes are of the others alone.
 *
 * It changes E: an attack whose E rests for two steps may still move it in a later one.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { MethodSettings } from '../contract/settings.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Targets } from '../networks/loss.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { assessSeveral, assessSingle } from './assessed-picture.ts';
import { attackLoss, BackgroundAttack } from './attack.ts';
import { type Attackable, replaced, type SeenPictures, someTargets } from './attack-some.ts';
import type { MapPair } from './consistency.ts';
import { mapOf } from './heatmap.ts';
import { labelHeatmaps, mapsRange } from './label-maps.ts';

/** Steps in a row that must hardly change E. */
const STEADY_STEPS = 2;

/** @param pictures all with a background; borrowed @returns as many, in their order; the caller disposes of `x` */
export async function attackUntilSteady(
  network: FrozenNetwork,
  pictures: Attackable,
  settings: MethodSettings,
  eps: number,
): Promise<SeenPictures> {
  const { x, background, seeds, first } = pictures;
  const { classes } = network.architecture;
  const attack = new BackgroundAttack(x, background, eps, seeds, settings);
  const found = new Settled(pictures, settings);
  for (let step = 0; step < attack.steps; step++) {
    const loss = attackLoss(found.targets, classes);
    // Before the first step of an attack that begins at the picture, E is 1.
    const seen =
      step === 0 && first !== null
        ? { map: null, logits: null, gradient: tf.clone(first) }
        : network.forwardAndBack(attack.current, loss.gradient);
    tf.dispose([...loss.tensors]);
    let { gradient } = seen;
    if (seen.map !== null) {
      const maps = await labelHeatmaps(network, seen.map, found.targets, settings.heatmap);
      const logits = (await seen.logits.data()) as Float32Array;
      tf.dispose([seen.map, seen.logits]);
      const left = found.leave({ x: attack.current, maps, logits });
      if (left !== null) {
        const all = gradient;
        gradient = tf.tidy(() => tf.gather(all, tf.tensor1d(left, 'int32')));
        all.dispose();
        attack.keep(left);
      }
    }
    if (found.active.length > 0) attack.move(gradient);
    gradient.dispose();
    if (found.active.length === 0) break;
  }
  if (found.active.length > 0) {
    const { map, logits } = network.forward(attack.current);
    const maps = await labelHeatmaps(network, map, found.targets, settings.heatmap);
    found.enter({ x: attack.current, maps, logits: (await logits.data()) as Float32Array });
    tf.dispose([map, logits]);
  }
  attack.dispose();
  return found.take();
}

/** Which pictures are attacked still, and what was found of the others. */
class Settled {
  /** Which pictures are attacked still, and what they are of. */
  active: number[];
  targets: Targets;
  private readonly pictures: Attackable;
  private readonly settings: MethodSettings;
  /** Of each picture E so far. */
  private readonly course: number[][];
  /** Parts of the result: which pictures they are, and how they are now. */
  private readonly parts: { readonly rows: readonly number[]; readonly x: Tensor4D }[] = [];
  private said: Omit<SeenPictures, 'x'>;

  constructor(pictures: Attackable, settings: MethodSettings) {
    this.pictures = pictures;
    this.settings = settings;
    this.targets = pictures.targets;
    this.said = { maps: pictures.maps, logits: pictures.logits };
    this.active = pictures.seeds.map((_, i) => i);
    this.course = this.active.map(() => []);
  }

  /**
   * Takes those that have settled out of the active ones.
   * @param seen the active pictures as they are now; borrowed
   * @returns which of these stay; null: all
   */
  leave(seen: SeenPictures): Int32Array | null {
    const stays = this.active.map((picture, i) => {
      const course = this.course[picture];
      course.push(this.consistencyOf(seen, i, picture));
      return !isSteady(course, this.settings.convergedChange);
    });
    if (stays.every(Boolean)) return null;
    const [left, gone] = [true, false].map((wanted) => stays.flatMap((each, i) => (each === wanted ? [i] : [])));
    this.keep(seen, gone);
    this.active = left.map((i) => this.active[i]);
    this.targets = someTargets(this.targets, left);
    return Int32Array.from(left);
  }

  /** All that are active still. @param seen borrowed */
  enter(seen: SeenPictures): void {
    this.keep(
      seen,
      this.active.map((_, i) => i),
    );
  }

  /** All pictures in their order. */
  take(): SeenPictures {
    const rows = this.parts.flatMap((part) => part.rows);
    const places = new Int32Array(rows.length);
    rows.forEach((row, place) => (places[row] = place));
    const x = tf.tidy<Tensor4D>(() => {
      return tf.gather(tf.concat(this.parts.map((part) => part.x)), tf.tensor1d(places, 'int32'));
    });
    tf.dispose(this.parts.map((part) => part.x));
    return { x, ...this.said };
  }

  private keep({ x, maps, logits }: SeenPictures, indices: readonly number[]): void {
    const rows = indices.map((i) => this.active[i]);
    this.parts.push({ rows, x: tf.tidy(() => tf.gather(x, tf.tensor1d([...indices], 'int32'))) });
    this.said = replaced(this.said, rows, { maps, logits }, indices);
  }

  private consistencyOf({ maps, logits }: SeenPictures, i: number, picture: number): number {
    const { targets, maps: clean, logits: before } = this.pictures;
    const classes = before.length / this.course.length;
    const rowOf = (values: Float32Array, row: number) => values.subarray(row * classes, (row + 1) * classes);
    const { height, width } = maps.maps;
    const [from, to] = mapsRange(maps, i);
    const [at] = mapsRange(clean, picture);
    const pairs = Array.from({ length: to - from }, (_, k): MapPair => {
      return { clean: mapOf(clean.maps, at + k), attacked: mapOf(maps.maps, from + k), height, width };
    });
    const [z, attacked] = [rowOf(before, picture), rowOf(logits, i)];
    return targets instanceof LabelSets
      ? assessSeveral(z, attacked, targets, picture, pairs, this.settings).values.e
      : assessSingle(z, attacked, targets[picture], pairs[0], this.settings).e;
  }
}

function isSteady(course: readonly number[], change: number): boolean {
  if (course.length <= STEADY_STEPS) return false;
  const last = course.slice(-STEADY_STEPS - 1);
  return last.slice(1).every((e, i) => Math.abs(e - last[i]) <= change);
}
