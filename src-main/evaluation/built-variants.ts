/**
 * The variants of Xiao et al. (ICLR 2021) built from the measured pictures and their foregrounds.
 *
 * Which pictures take part: those with an object and with a donor for `mixed_same` and for `mixed_rand`, so that
 * BG-Gap compares the same pictures. The other variants leave out those where they cannot be built: `only_bg_t` where
 * the object's box leaves no background, `mixed_next` where the next class has no donor. The random class of
 * `mixed_rand` is drawn from all classes, its own included, as in ImageNet-9.
 */
import type { Variant } from '../contract/evaluation.ts';
import type { PixelBox } from '../numeric/boxes.ts';
import { boxBlackedOut, boxTiled, largestBackground, noForeground, onlyForeground, pasted } from './backgrounds.ts';
import type { Mix } from './donors.ts';
import { chooseDonor, donorPool, MIXES } from './donors.ts';
import type { Foregrounds } from './foregrounds.ts';
import type { Subject } from './part.ts';
import { upTo } from './passes.ts';
import type { EvaluationData } from './predictor.ts';
import { readBatch } from './read-batch.ts';

/** Pictures of one variant; `rows` says which of the batch they are, for some cannot be built. */
export interface VariantPictures {
  readonly rows: readonly number[];
  /** [rows.length, size, size, 3] */
  readonly pictures: Uint8Array;
}

/** Items with their variants, wherever those come from. */
export interface VariantSource {
  readonly foreground: 'mask' | 'box' | 'models' | 'folders';
  /** [items] */
  readonly ids: readonly string[];
  readonly labels: Int32Array;
  /** Opens consecutive items; what it gives shows them in one variant. */
  open(items: readonly number[]): Promise<(variant: Variant) => Promise<VariantPictures>>;
  /**
   * Reservations.
   * @param counts right or wrong predictions of each variant
   */
  notes(counts: Readonly<Partial<Record<Variant, number>>>): readonly string[];
}

/** What is known before any picture is predicted: which pictures take part, and whose backgrounds they get. */
interface MixingPlan {
  /** Pictures that are measured. */
  readonly indices: readonly number[];
  /** Box of the object at network size, by picture; null without an object. */
  readonly boxes: readonly (PixelBox | null)[];
  readonly donor: Readonly<Record<Mix, readonly (number | null)[]>>;
}

/** Chooses the donors and makes the variants ready; null where no picture has what it takes. */
export async function builtVariants(subject: Subject, foregrounds: Foregrounds): Promise<VariantSource | null> {
  const { measured, settings } = subject;
  const plan = planMixing(measured, await foregrounds.boxes(), settings.seed);
  const { indices } = plan;
  if (indices.length === 0) return null;
  const left = measured.count - indices.length;
  const notes = [
    ...(foregrounds.note === null ? [] : [foregrounds.note]),
    ...(left === 0
      ? []
      : [
          `${String(left)} of ${String(measured.count)} pictures take no part: their object is not known or fills them, or no other picture of their class can lend them its background.`,
        ]),
  ];
  return {
    foreground: foregrounds.source,
    ids: indices.map((index) => measured.ids[index]),
    labels: Int32Array.from(indices, (index) => measured.labels[index]),
    open: async (items) => {
      const batch = items.map((item) => indices[item]);
      const { pictures } = await readBatch(measured, batch);
      const masks = await Promise.all(batch.map((index) => foregrounds.mask(index)));
      return (variant) => buildVariant(variant, measured, plan, batch, pictures, masks);
    },
    notes: () => notes,
  };
}

function planMixing(data: EvaluationData, boxes: readonly (PixelBox | null)[], seed: number): MixingPlan {
  const usable = upTo(data.count).filter((index) => {
    const box = boxes[index];
    return box !== null && largestBackground(box, data.size) !== null;
  });
  const pool = donorPool(usable, data.labels);
  const donorsOf = (mix: Mix) =>
    boxes.map((box, i) => (box === null ? null : chooseDonor(mix, i, data.ids[i], data.labels[i], pool, seed)));
  const donor = {
    mixed_same: donorsOf('mixed_same'),
    mixed_rand: donorsOf('mixed_rand'),
    mixed_next: donorsOf('mixed_next'),
  };
  const indices = upTo(data.count).filter((i) => donor.mixed_same[i] !== null && donor.mixed_rand[i] !== null);
  return { indices, boxes, donor };
}

async function buildVariant(
  variant: Variant,
  data: EvaluationData,
  plan: MixingPlan,
  batch: readonly number[],
  pictures: Uint8Array,
  masks: readonly (Uint8Array | null)[],
): Promise<VariantPictures> {
  if (variant === 'original') return { rows: upTo(batch.length), pictures };
  const bytes = data.size * data.size * 3;
  const mix = MIXES.find((name) => name === variant);
  const sourceOf = (row: number) => (mix === undefined ? batch[row] : plan.donor[mix][batch[row]]);
  const rows = upTo(batch.length).filter((row) => {
    const source = sourceOf(row);
    const box = source === null ? null : plan.boxes[source];
    const needsBackground = mix !== undefined || variant === 'only_bg_t';
    return box !== null && (!needsBackground || largestBackground(box, data.size) !== null);
  });
  const donors = new Uint8Array(mix === undefined ? 0 : rows.length * bytes);
  const donorIndices = rows.map((row) => sourceOf(row) ?? batch[row]);
  if (mix !== undefined && rows.length > 0) await data.readPictures(donorIndices, donors);
  const out = new Uint8Array(rows.length * bytes);
  const tiled = new Uint8Array(bytes);
  rows.forEach((row, k) => {
    const picture = pictures.subarray(row * bytes, (row + 1) * bytes);
    const target = out.subarray(k * bytes, (k + 1) * bytes);
    const mask = masks[row];
    const box = plan.boxes[donorIndices[k]];
    if (mask === null || box === null) throw new Error('debiasing: a mask vanished while it was in use');
    if (mix !== undefined) {
      boxTiled(donors.subarray(k * bytes, (k + 1) * bytes), data.size, box, tiled);
      pasted(picture, mask, tiled, target);
    } else if (variant === 'only_bg_t') boxTiled(picture, data.size, box, target);
    else if (variant === 'only_bg_b') boxBlackedOut(picture, data.size, box, target);
    else if (variant === 'only_fg') onlyForeground(picture, mask, target);
    else noForeground(picture, mask, target);
  });
  return { rows, pictures: out };
}
