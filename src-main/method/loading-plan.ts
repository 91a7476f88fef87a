/**
 * What is done to the pixels of a batch before the engine works on it: backgrounds mixed, pictures augmented, bytes made
 * to numbers. A plan says it in plain values, so that a thread of its own can carry it out (loading.ts).
 */
import type { BackgroundSettings } from './background.ts';
import { augment, type AugmentationSettings } from './augmentation.ts';
import type { LabelMaps, LabelPairs } from './label-maps.ts';
import { mixBackgrounds } from './mixing.ts';

interface MixingPlan {
  /** Heatmaps of the pictures of the batch, in their order. */
  readonly maps: LabelMaps;
  readonly background: BackgroundSettings;
  /** Share of the batch that gets another background. */
  readonly share: number;
  readonly seed: number;
}

export interface TrainingPlan {
  readonly augmentation: AugmentationSettings;
  /** [n] of each picture's augmentation. */
  readonly seeds: readonly number[];
  readonly mixing: MixingPlan | null;
}

/**
 * @param pictures [n,size,size,3] values 0..255; changed where backgrounds are mixed
 * @param plan     null: the pictures stay as they are
 * @param values   [n,size,size,3] in [0,1], filled
 */
export async function preparePictures(
  pictures: Uint8Array,
  size: number,
  plan: TrainingPlan | null,
  values: Float32Array,
): Promise<void> {
  if (plan === null) {
    for (let i = 0; i < values.length; i++) values[i] = pictures[i] / 255;
    return;
  }
  const { augmentation, seeds, mixing } = plan;
  const area = size * size;
  if (mixing !== null) {
    // It knows of heatmaps on the engine too, which a thread that never mixes need not load.
    const { pictureBackgrounds } = await import('./label-maps.ts');
    const backgrounds = pictureBackgrounds(mixing.maps, size, mixing.background);
    mixBackgrounds(pictures, backgrounds, seeds.length, mixing.share, mixing.seed);
  }
  seeds.forEach((seed, i) => {
    const [from, to] = [i * area * 3, (i + 1) * area * 3];
    augment(pictures.subarray(from, to), size, augmentation, seed, values.subarray(from, to));
  });
}

/** The heatmaps of some pictures, in their order. */
export function pickMaps({ maps, pairs }: LabelMaps, indices: ArrayLike<number>): LabelMaps {
  const area = maps.height * maps.width;
  const rows = Array.from(indices);
  const chosen = pairs === null ? rows : rows.flatMap((index) => between(pairs.first[index], pairs.first[index + 1]));
  const values = new Float32Array(chosen.length * area);
  chosen.forEach((k, i) => {
    values.set(maps.values.subarray(k * area, (k + 1) * area), i * area);
  });
  return { maps: { ...maps, values, count: chosen.length }, pairs: pairs === null ? null : pickPairs(pairs, rows) };
}

function pickPairs(pairs: LabelPairs, rows: readonly number[]): LabelPairs {
  const own = rows.map((index) => pairs.labels.subarray(pairs.first[index], pairs.first[index + 1]));
  const first = new Int32Array(rows.length + 1);
  own.forEach((labels, i) => {
    first[i + 1] = first[i] + labels.length;
  });
  return {
    count: first[rows.length],
    pictures: Int32Array.from(own.flatMap((labels, i) => Array.from(labels, () => i))),
    labels: Int32Array.from(own.flatMap((labels) => [...labels])),
    first,
  };
}

function between(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, k) => from + k);
}
