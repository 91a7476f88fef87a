/**
 * `eps: auto`: how strong may the attack be? One that flips nearly every prediction makes E
 * saturate near 0, and the weights say nothing. So: the largest eps up to 8/255 at which at least
 * three quarters (a setting) of a seeded probe of correctly classified training pictures keep
 * their prediction, found by bisection at the first assessment and then fixed for the run. Where noise
 * stands in for the attack (the control), the probe is attacked by PGD all the same, so that both are of
 * one strength.
 *
 * Where pictures may be of several classes, one is classified correctly where its most probable class is one of its
 * own, and it keeps its prediction where that is still so and each of its classes that the model saw in it (p > 1/2) is
 * still seen. (Going by p > 1/2 alone would call an attack harmless as long as a model in its first epochs is sure of
 * nothing.)
 *
 * What does not depend on eps is computed once: heatmaps and predictions of the clean probe come from the pass that chose
 * it. And an eps is tried no further than it takes to know whether enough survive; only the chosen one is tried to the
 * end, since its survival is reported.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { MethodSettings, RunSettings } from '../contract/settings.ts';
import { hashSeed, Random } from '../numeric/random.ts';
import { joined } from '../numeric/joined.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { argMax } from '../numeric/statistics.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { mostProbable, type Targets } from '../networks/loss.ts';
import { attackSeeds } from './assessment.ts';
import { attackBackground } from './attack.ts';
import type { TrainingData } from './data.ts';
import { type Heatmaps, joinedMaps } from './heatmap.ts';
import { labelHeatmaps, type LabelMaps, mapsOfPicture, pairsOf, pictureBackground } from './label-maps.ts';
import { loadUnchanged, partOf } from './loading.ts';
import { preparePictures } from './loading-plan.ts';
import { BatchLimit } from './micro-batches.ts';

const LARGEST_AUTO_EPS = 8 / 255;
/** Halvings of (0, 8/255]: the answer is known to 1/4 of a grey level. */
export const BISECTIONS = 5;

export interface Calibration {
  /** In [0,1]. */
  readonly eps: number;
  /** Share of the probe that keeps its prediction at that eps; null where nothing could be probed. */
  readonly survival: number | null;
}

/**
 * @param batchSize  pictures of one pass
 * @param afterBatch awaited after every batch, with the share of the work done in [0,1]
 * @param limit      makes it fewer where memory does not suffice
 */
export async function calibrateEps(
  network: FrozenNetwork,
  data: TrainingData,
  settings: RunSettings,
  batchSize: number,
  afterBatch: (share: number) => Promise<void>,
  limit = new BatchLimit(batchSize),
): Promise<Calibration> {
  const probe = await chooseProbe(network, data, settings, limit, () => afterBatch(0));
  const pictures = probe.indices.length;
  if (pictures === 0) return { eps: LARGEST_AUTO_EPS, survival: null };
  const wanted = settings.method.autoSurvival;
  let trials = 0;
  /** Attacks batch after batch: until it is known whether enough survive, or to the end. */
  const goOn = async ({ eps, tried, kept }: Trial, toTheEnd: boolean): Promise<Trial> => {
    const isOpen = (): boolean => kept / pictures < wanted && (kept + pictures - tried) / pictures >= wanted;
    for await (const { indices, values } of loadUnchanged(data, probe.indices.subarray(tried), batchSize)) {
      if (!toTheEnd && !isOpen()) break;
      const first = tried;
      await limit.inParts(indices.length, async (from, to) => {
        const part = describeBatch(data, indices.subarray(from, to), partOf(values, data.size, from, to));
        kept += await countSurvivors(network, part, probe, first + from, settings, eps);
      });
      tried += indices.length;
      await afterBatch(Math.min(1, (trials + tried / pictures) / (BISECTIONS + 1)));
    }
    return { eps, tried, kept };
  };
  const tryEps = async (eps: number): Promise<{ trial: Trial; survives: boolean }> => {
    const trial = await goOn({ eps, tried: 0, kept: 0 }, false);
    trials += 1;
    return { trial, survives: trial.kept / pictures >= wanted };
  };

  const strongest = await tryEps(LARGEST_AUTO_EPS);
  let chosen = strongest.trial;
  if (!strongest.survives) {
    let low: Trial | null = null;
    let high = strongest.trial;
    for (let i = 0; i < BISECTIONS; i++) {
      const found = await tryEps(((low?.eps ?? 0) + high.eps) / 2);
      if (found.survives) low = found.trial;
      else high = found.trial;
    }
    // Where even the weakest attack tried is too strong, it is still the best on offer.
    chosen = low ?? high;
  }
  // What is said of the chosen one is of the whole probe.
  const { eps, kept } = await goOn(chosen, true);
  return { eps, survival: kept / pictures };
}

/** How far the probe has been attacked at an eps. */
interface Trial {
  readonly eps: number;
  /** Pictures, and how many of them kept their prediction. */
  readonly tried: number;
  readonly kept: number;
}

/** The pictures that an eps is tried on, with what does not depend on it. */
interface Probe {
  readonly indices: Int32Array;
  /** Heatmaps: some values a picture, where backgrounds would be one for each pixel. */
  readonly maps: LabelMaps;
  /** [pictures,classes] of the clean pictures. */
  readonly logits: Float32Array;
}

/** The settings that the probe is attacked with. */
export function probeMethod(method: MethodSettings): MethodSettings {
  return method.attack === 'noise' ? { ...method, attack: 'pgd' } : method;
}

/** Seeded training pictures that the network classifies correctly. */
async function chooseProbe(
  network: FrozenNetwork,
  data: TrainingData,
  { method, seed }: RunSettings,
  limit: BatchLimit,
  afterBatch: () => Promise<void>,
): Promise<Probe> {
  const order = new Random(hashSeed('probe', seed)).shuffle(Int32Array.from({ length: data.count }, (_, i) => i));
  const indices: number[] = [];
  const logits: Float32Array[] = [];
  const maps: Heatmaps[] = [];
  for await (const batch of loadUnchanged(data, order, limit.pictures)) {
    await limit.inParts(batch.indices.length, async (from, to) => {
      const some = batch.indices.subarray(from, to);
      const { x, targets } = describeBatch(data, some, partOf(batch.values, data.size, from, to));
      const before = network.forward(x);
      const explained = await labelHeatmaps(network, before.map, targets, method.heatmap);
      const rows = (await before.logits.data()) as Float32Array;
      tf.dispose([x, before.map, before.logits]);
      some.forEach((index, i) => {
        const own = rows.slice(i * data.classCount, (i + 1) * data.classCount);
        if (!isCorrect(own, targets, i) || indices.length >= method.autoProbe) return;
        indices.push(index);
        logits.push(own);
        maps.push(mapsOfPicture(explained, i));
      });
    });
    await afterBatch();
    if (indices.length >= method.autoProbe) break;
  }
  const pairs = data.labelSets === null ? null : pairsOf(data.labelSets.pick(indices));
  return {
    indices: Int32Array.from(indices),
    maps: { maps: joinedMaps(maps), pairs },
    logits: joined(logits),
  };
}

/**
 * How many pictures of a batch keep their prediction.
 * @param batch its tensor is disposed of
 * @param first which picture of the probe its first one is
 */
async function countSurvivors(
  network: FrozenNetwork,
  { x, targets, ids }: DescribedBatch,
  probe: Probe,
  first: number,
  settings: RunSettings,
  eps: number,
): Promise<number> {
  const method = probeMethod(settings.method);
  const [, size] = x.shape;
  const background = new Uint8Array(ids.length * size * size);
  ids.forEach((_, i) => {
    background.set(pictureBackground(probe.maps, first + i, size, method), i * size * size);
  });
  const attacked = attackBackground(network, x, targets, background, eps, attackSeeds(ids, settings.seed, 0), method);
  const after = network.forward(attacked);
  const logits = (await after.logits.data()) as Float32Array;
  tf.dispose([x, attacked, after.map, after.logits]);
  const classes = logits.length / ids.length;
  const rowOf = (values: Float32Array, i: number) => values.subarray(i * classes, (i + 1) * classes);
  return ids.filter((_, i) => keepsPrediction(rowOf(probe.logits, first + i), rowOf(logits, i), targets, i)).length;
}

/** Whether picture `i` is classified correctly. @param logits [classes] */
function isCorrect(logits: Float32Array, targets: Targets, i: number): boolean {
  if (!(targets instanceof LabelSets)) return argMax(logits) === targets[i];
  return targets.isPositive(i, mostProbable(logits, targets.unsure(i)));
}

/** Whether picture `i`, which was classified correctly, keeps its prediction: see the top of this file. */
export function keepsPrediction(clean: Float32Array, attacked: Float32Array, targets: Targets, i: number): boolean {
  if (!isCorrect(attacked, targets, i)) return false;
  // p > 1/2 where the logit is above 0.
  return !(targets instanceof LabelSets) || targets.positives(i).every((c) => !(clean[c] > 0) || attacked[c] > 0);
}

/** Pictures on the engine, and what is known of them. */
interface DescribedBatch {
  /** [n,size,size,3] in [0,1] */
  readonly x: tf.Tensor4D;
  /** [n] one class each. */
  readonly labels: Int32Array;
  /** All that the pictures are of. */
  readonly targets: Targets;
  readonly ids: readonly string[];
}

/** @param values [n,size,size,3] in [0,1] */
export function describeBatch(data: TrainingData, indices: ArrayLike<number>, values: Float32Array): DescribedBatch {
  const labels = Int32Array.from(indices, (index) => data.labels[index]);
  return {
    x: tf.tensor4d(values, [indices.length, data.size, data.size, 3]),
    labels,
    targets: data.labelSets?.pick(indices) ?? labels,
    ids: Array.from(indices, (index) => data.ids[index]),
  };
}

/** Reads some training pictures, as they are and as a tensor in [0,1], with what is known of them. */
export async function readBatch(
  data: TrainingData,
  indices: ArrayLike<number>,
): Promise<DescribedBatch & { readonly pictures: Uint8Array }> {
  const pictures = new Uint8Array(indices.length * data.size * data.size * 3);
  await data.read(indices, pictures);
  const values = new Float32Array(pictures.length);
  await preparePictures(pictures, data.size, null, values);
  return { pictures, ...describeBatch(data, indices, values) };
}
