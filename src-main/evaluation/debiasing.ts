/**
 * Does the model lean on the background? Accuracy on the variants of Xiao et al. (ICLR 2021), built from the masks,
 * and BG-Gap = acc(mixed_same) - acc(mixed_rand), paired by picture.
 *
 * All figures are over the pictures that have a mask with an object and a donor for both mixtures; `others` leave
 * out those where their own variant cannot be built.
 */
import type { DebiasingFigures, Figure } from '../contract/run.ts';
import { bootstrapMean, bootstrapMeans } from '../numeric/bootstrap.ts';
import type { PixelBox } from '../numeric/boxes.ts';
import { maskBox } from '../numeric/boxes.ts';
import { boxBlackedOut, boxTiled, largestBackground, noForeground, onlyForeground, pasted } from './backgrounds.ts';
import type { Mix } from './donors.ts';
import { chooseDonor, donorPool, MIXES } from './donors.ts';
import type { PassOptions } from './passes.ts';
import { forEachBatch, upTo } from './passes.ts';
import type { EvaluationData, Predictor } from './predictor.ts';
import { readLogits } from './recognition.ts';

/** The variants by their published names. */
export const VARIANTS = [
  'original',
  'mixed_same',
  'mixed_rand',
  'mixed_next',
  'only_bg_t',
  'only_bg_b',
  'only_fg',
  'no_fg',
] as const;
export type Variant = (typeof VARIANTS)[number];

const REQUIRED: readonly Variant[] = ['original', 'mixed_same', 'mixed_rand'];

export interface DebiasingOptions extends PassOptions {
  readonly seed: number;
  /** Also measure the five variants that BG-Gap does not need (five more forward passes a picture). */
  readonly others: boolean;
}

/** What is known before any picture is predicted: which pictures take part, and whose backgrounds they get. */
export interface DebiasingPlan {
  /** Pictures that are measured. */
  readonly indices: readonly number[];
  /** Box of the object at network size, per picture; null without an object. */
  readonly boxes: readonly (PixelBox | null)[];
  readonly donor: Readonly<Record<Mix, readonly (number | null)[]>>;
  readonly variants: readonly Variant[];
}

/** Reads every mask once and chooses the donors. */
export async function planDebiasing(data: EvaluationData, options: DebiasingOptions): Promise<DebiasingPlan> {
  const boxes: (PixelBox | null)[] = [];
  await forEachBatch(upTo(data.count), { ...options, onPictures: () => undefined }, async (batch) => {
    const masks = await Promise.all(batch.map((index) => data.readMask(index, data.size)));
    for (const mask of masks) boxes.push(mask === null ? null : maskBox(mask, data.size, data.size));
  });
  const usable = upTo(data.count).filter((index) => {
    const box = boxes[index];
    return box !== null && largestBackground(box, data.size) !== null;
  });
  const pool = donorPool(usable, data.labels);
  const donorsOf = (mix: Mix) =>
    boxes.map((box, i) => (box === null ? null : chooseDonor(mix, i, data.ids[i], data.labels[i], pool, options.seed)));
  const donor = {
    mixed_same: donorsOf('mixed_same'),
    mixed_rand: donorsOf('mixed_rand'),
    mixed_next: donorsOf('mixed_next'),
  };
  const indices = upTo(data.count).filter((i) => donor.mixed_same[i] !== null && donor.mixed_rand[i] !== null);
  return { indices, boxes, donor, variants: options.others ? VARIANTS : REQUIRED };
}

/** The figures, and for the pictures of the plan, in its order, 1 where the mixed picture was right. */
export interface DebiasingResult {
  readonly figures: DebiasingFigures;
  readonly mixedSame: Float64Array;
  readonly mixedRand: Float64Array;
}

/**
 * Measures the variants.
 * @returns null when no picture has an object and donors for both mixtures
 */
export async function measureDebiasing(
  predictor: Predictor,
  data: EvaluationData,
  plan: DebiasingPlan,
  options: DebiasingOptions,
): Promise<DebiasingResult | null> {
  if (plan.indices.length === 0) return null;
  // [picture]: 1 right, 0 wrong, absent where the variant cannot be built.
  const right = new Map<Variant, Map<number, number>>(plan.variants.map((variant) => [variant, new Map()]));
  await forEachBatch(plan.indices, { ...options, onPictures: () => undefined }, async (batch) => {
    const bytes = data.size * data.size * 3;
    const pictures = new Uint8Array(batch.length * bytes);
    await data.readPictures(batch, pictures);
    const masks = await Promise.all(batch.map((index) => data.readMask(index, data.size)));
    for (const variant of plan.variants) {
      const built = await buildVariant(variant, data, plan, batch, pictures, masks);
      options.onPictures?.(batch.length);
      if (built.indices.length === 0) continue;
      const labels = Int32Array.from(built.indices, (index) => data.labels[index]);
      const { logits } = await predictor.predict(built.pictures, labels);
      built.indices.forEach((index, row) => {
        right.get(variant)?.set(index, readLogits(logits, row, predictor.classes, labels[row]).rank === 0 ? 1 : 0);
      });
    }
  });
  const column = (variant: Variant) => Float64Array.from(plan.indices, (index) => right.get(variant)?.get(index) ?? 0);
  const same = column('mixed_same');
  const rand = column('mixed_rand');
  const gap = same.map((value, i) => value - rand[i]);
  const { seed } = options;
  const [original, mixedSame, mixedRand, bgGap] = bootstrapMeans([column('original'), same, rand, gap], { seed });
  const others: Record<string, Figure> = {};
  for (const variant of plan.variants) {
    const results = [...(right.get(variant)?.values() ?? [])];
    if (!REQUIRED.includes(variant) && results.length > 0) others[variant] = bootstrapMean(results, { seed });
  }
  const figures = { original, mixedSame, mixedRand, bgGap, ...(options.others ? { others } : {}) };
  return { figures, mixedSame: same, mixedRand: rand };
}

/** The pictures of a batch in one variant; those that cannot be built are left out. */
async function buildVariant(
  variant: Variant,
  data: EvaluationData,
  plan: DebiasingPlan,
  batch: readonly number[],
  pictures: Uint8Array,
  masks: readonly (Uint8Array | null)[],
): Promise<{ indices: readonly number[]; pictures: Uint8Array }> {
  if (variant === 'original') return { indices: batch, pictures };
  const bytes = data.size * data.size * 3;
  const mix = MIXES.find((name) => name === variant);
  const donors = batch.map((index) => (mix === undefined ? index : plan.donor[mix][index]));
  const rows = upTo(batch.length).filter((row) => {
    const donor = donors[row];
    const box = donor === null ? null : plan.boxes[donor];
    const needsBackground = mix !== undefined || variant === 'only_bg_t';
    return box !== null && (!needsBackground || largestBackground(box, data.size) !== null);
  });
  const sources = new Uint8Array(rows.length * bytes);
  if (mix !== undefined)
    await data.readPictures(
      rows.map((row) => donors[row] ?? 0),
      sources,
    );
  const out = new Uint8Array(rows.length * bytes);
  const tiled = new Uint8Array(bytes);
  rows.forEach((row, k) => {
    const picture = pictures.subarray(row * bytes, (row + 1) * bytes);
    const target = out.subarray(k * bytes, (k + 1) * bytes);
    const mask = masks[row];
    const box = plan.boxes[donors[row] ?? batch[row]];
    if (mask === null || box === null) throw new Error('debiasing: a mask vanished while it was in use');
    if (mix !== undefined) {
      boxTiled(sources.subarray(k * bytes, (k + 1) * bytes), data.size, box, tiled);
      pasted(picture, mask, tiled, target);
    } else if (variant === 'only_bg_t') boxTiled(picture, data.size, box, target);
    else if (variant === 'only_bg_b') boxBlackedOut(picture, data.size, box, target);
    else if (variant === 'only_fg') onlyForeground(picture, mask, target);
    else noForeground(picture, mask, target);
  });
  return { indices: rows.map((row) => batch[row]), pictures: out };
}
