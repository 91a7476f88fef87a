/**
 * Does the model lean on the background? Accuracy on the eight variants of Xiao et al., "Noise or Signal: The Role of
 * Image Backgrounds in Object Recognition" (ICLR 2021), BG-Gap = acc(mixed_same) - acc(mixed_rand), paired by picture,
 * and background reliance = acc(only_bg_t) - chance, chance being 1 / number of classes.
 *
 * The variants are built (which pictures take part: built-variants.ts) or read from folders (variant-folders.ts). One
 * item is one picture, or one foreground of the folders; its row says for each variant whether the prediction was right
 * (1, 0, or NaN where there is no such variant of it).
 */
import type { Variant } from '../contract/evaluation.ts';
import { VARIANTS } from '../contract/evaluation.ts';
import type { Resampled } from '../numeric/bootstrap.ts';
import { resampledMeans, resampledStatistic } from '../numeric/bootstrap.ts';
import type { VariantSource } from './built-variants.ts';
import { builtVariants } from './built-variants.ts';
import { foregroundsOf } from './foregrounds.ts';
import { ONE_CLASS_ONLY } from './part.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { readLogits } from './recognition.ts';
import { folderVariants } from './variant-folders.ts';

/** Debiasing: the eight background variants. */
export const debiasingPart: PartKind<'debiasing'> = {
  part: 'debiasing',
  definition: 1,
  passes: () => VARIANTS.length,
  prepare: async (subject) => {
    if (subject.measured.labelSets !== null) return { unmeasurable: ONE_CLASS_ONLY };
    const { folders } = subject.settings.debiasing;
    if (folders !== '') return measuredPart(subject, await folderVariants(folders, subject));
    const foregrounds = await foregroundsOf(subject);
    if ('unmeasurable' in foregrounds) return foregrounds;
    const source = await builtVariants(subject, foregrounds);
    if (source !== null) return measuredPart(subject, source);
    return {
      unmeasurable:
        'No background can be exchanged: that takes two pictures of one class whose objects are known and leave some background.',
    };
  },
};

function measuredPart(subject: Subject, source: VariantSource): MeasuredPart<'debiasing'> {
  const { model } = subject;
  return {
    part: 'debiasing',
    count: source.ids.length,
    width: VARIANTS.length,
    passes: VARIANTS.length,
    measure: async (items, out) => {
      out.fill(NaN);
      const show = await source.open(items);
      for (const [column, variant] of VARIANTS.entries()) {
        await subject.control();
        const { rows, pictures } = await show(variant);
        if (rows.length === 0) continue;
        const logits = await model.classify(pictures);
        rows.forEach((row, k) => {
          const { rank } = readLogits(logits, k, model.classes, source.labels[items[row]]);
          out[row * VARIANTS.length + column] = rank === 0 ? 1 : 0;
        });
      }
    },
    summarise: (rows) => summarise(rows, source, 1 / subject.classes.length, subject.settings.seed),
    close: () => undefined,
  };
}

function summarise(rows: Float32Array, source: VariantSource, chance: number, seed: number): PartSummary<'debiasing'> {
  const columns: Partial<Record<Variant, Float32Array>> = {};
  const counts: Partial<Record<Variant, number>> = {};
  for (const [at, variant] of VARIANTS.entries()) {
    const column = Float32Array.from(source.ids, (_, item) => rows[item * VARIANTS.length + at]);
    const count = column.filter(isKnown).length;
    if (count === 0) continue;
    columns[variant] = column;
    counts[variant] = count;
  }
  const figures: Record<string, Resampled> = {};
  const whole = VARIANTS.filter((variant) => counts[variant] === source.ids.length);
  const together = resampledMeans(
    whole.map((variant) => columns[variant] ?? []),
    { seed },
  );
  for (const variant of VARIANTS) {
    const at = whole.indexOf(variant);
    const some = columns[variant]?.filter(isKnown);
    if (at >= 0) figures[`acc_${variant}`] = together[at];
    else if (some !== undefined) figures[`acc_${variant}`] = resampledMeans([some], { seed })[0];
  }
  const { mixed_same: same, mixed_rand: rand } = columns;
  if (same !== undefined && rand !== undefined) figures['bg_gap'] = gap(same, rand, seed);
  const background = figures['acc_only_bg_t'];
  if (background !== undefined) figures['bg_reliance'] = shifted(background, -chance);
  return {
    figures,
    details: { foreground: source.foreground, chance, counts },
    notes: source.notes(counts),
    perPicture: { ids: source.ids, columns },
  };
}

const isKnown = (value: number): boolean => !Number.isNaN(value);

/**
 * acc(mixed_same) - acc(mixed_rand). Foregrounds are drawn, so that both mixtures of one foreground come together; a
 * foreground that only one of them shows (finished variants whose names do not pair) counts in that one alone.
 */
function gap(same: Float32Array, rand: Float32Array, seed: number): Resampled {
  const items = [...same.keys()].filter((item) => isKnown(same[item]) || isKnown(rand[item]));
  const share = (column: Float32Array, draws: ArrayLike<number>): number => {
    let right = 0;
    let drawn = 0;
    for (let i = 0; i < items.length; i++) {
      const value = column[items[i]];
      if (!isKnown(value)) continue;
      right += draws[i] * value;
      drawn += draws[i];
    }
    return drawn === 0 ? NaN : right / drawn;
  };
  const once = new Uint8Array(items.length).fill(1);
  const plain = share(same, once) - share(rand, once);
  const difference = (draws: Uint32Array): number => {
    const value = share(same, draws) - share(rand, draws);
    // A handful of pictures may all be left out of a draw: such a draw says nothing.
    return isKnown(value) ? value : plain;
  };
  return resampledStatistic(items.length, difference, { seed });
}

const shifted = (figure: Resampled, by: number): Resampled => ({
  value: figure.value + by,
  low: figure.low + by,
  high: figure.high + by,
  n: figure.n,
  resampled: figure.resampled.map((value) => value + by),
});
