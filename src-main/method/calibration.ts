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
 */
import * as tf from '@tensorflow/tfjs-core';
import type { MethodSettings, RunSettings } from '../contract/settings.ts';
import { hashSeed, Random } from '../numeric/random.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { argMax } from '../numeric/statistics.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { mostProbable, type Targets } from '../networks/loss.ts';
import { attackBatch, pictureTensor } from './assessment.ts';
import type { TrainingData } from './data.ts';

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
 */
export async function calibrateEps(
  network: FrozenNetwork,
  data: TrainingData,
  settings: RunSettings,
  batchSize: number,
  afterBatch: (share: number) => Promise<void>,
): Promise<Calibration> {
  const probe = await chooseProbe(network, data, settings, batchSize, () => afterBatch(0));
  if (probe.length === 0) return { eps: LARGEST_AUTO_EPS, survival: null };
  let rounds = 0;
  const survivalAt = async (eps: number): Promise<number> => {
    let kept = 0;
    for (let start = 0; start < probe.length; start += batchSize) {
      const indices = probe.slice(start, start + batchSize);
      kept += await countSurvivors(network, data, indices, settings, eps);
      await afterBatch((rounds + start / probe.length) / (BISECTIONS + 1));
    }
    rounds += 1;
    return kept / probe.length;
  };

  const wanted = settings.method.autoSurvival;
  const strongest = await survivalAt(LARGEST_AUTO_EPS);
  if (strongest >= wanted) return { eps: LARGEST_AUTO_EPS, survival: strongest };
  let low = 0;
  let survivalLow = 1;
  let high = LARGEST_AUTO_EPS;
  let survivalHigh = strongest;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    const survival = await survivalAt(middle);
    if (survival >= wanted) [low, survivalLow] = [middle, survival];
    else [high, survivalHigh] = [middle, survival];
  }
  // Where even the weakest attack tried is too strong, it is still the best on offer.
  return low > 0 ? { eps: low, survival: survivalLow } : { eps: high, survival: survivalHigh };
}

/** The settings that the probe is attacked with. */
export function probeMethod(method: MethodSettings): MethodSettings {
  return method.attack === 'noise' ? { ...method, attack: 'pgd' } : method;
}

/** Indices of seeded training pictures that the network classifies correctly. */
async function chooseProbe(
  network: FrozenNetwork,
  data: TrainingData,
  settings: RunSettings,
  batchSize: number,
  afterBatch: () => Promise<void>,
): Promise<number[]> {
  const order = new Random(hashSeed('probe', settings.seed)).shuffle(
    Int32Array.from({ length: data.count }, (_, i) => i),
  );
  const probe: number[] = [];
  for (let start = 0; start < order.length && probe.length < settings.method.autoProbe; start += batchSize) {
    const indices = order.subarray(start, start + batchSize);
    const { x, targets } = await readBatch(data, indices);
    const { map, logits } = network.forward(x);
    const rows = (await logits.data()) as Float32Array;
    tf.dispose([x, map, logits]);
    indices.forEach((index, i) => {
      const own = rows.subarray(i * data.classCount, (i + 1) * data.classCount);
      if (isCorrect(own, targets, i) && probe.length < settings.method.autoProbe) probe.push(index);
    });
    await afterBatch();
  }
  return probe;
}

async function countSurvivors(
  network: FrozenNetwork,
  data: TrainingData,
  indices: readonly number[],
  settings: RunSettings,
  eps: number,
): Promise<number> {
  const { x, targets, ids } = await readBatch(data, indices);
  const method = probeMethod(settings.method);
  const batch = await attackBatch(network, x, targets, ids, method, eps, settings.seed, 0);
  tf.dispose([x, batch.attacked]);
  let kept = 0;
  const rowOf = (logits: Float32Array, i: number) => logits.subarray(i * data.classCount, (i + 1) * data.classCount);
  for (let i = 0; i < indices.length; i++) {
    if (keepsPrediction(rowOf(batch.logits, i), rowOf(batch.attackedLogits, i), targets, i)) kept += 1;
  }
  return kept;
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

/**
 * Reads some training pictures, as they are and as a tensor in [0,1], with their labels and ids.
 * @returns `targets`: all that they are of; `labels`: one class each
 */
export async function readBatch(
  data: TrainingData,
  indices: ArrayLike<number>,
): Promise<{ pictures: Uint8Array; x: tf.Tensor4D; labels: Int32Array; targets: Targets; ids: string[] }> {
  const pictures = new Uint8Array(indices.length * data.size * data.size * 3);
  await data.read(indices, pictures);
  const labels = Int32Array.from(indices, (index) => data.labels[index]);
  return {
    pictures,
    x: pictureTensor(pictures, indices.length, data.size),
    labels,
    targets: data.labelSets?.pick(indices) ?? labels,
    ids: Array.from(indices, (index) => data.ids[index]),
  };
}
