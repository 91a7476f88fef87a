/**
 * Localization figures after Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right" (CVPR
 * 2020): one threshold is shared by the whole data set. It is chosen on the validation record and applied to the
 * test record; the maximum over thresholds on the test record itself is shown beside.
 */
import type { LocalizationDetails } from '../contract/evaluation.ts';
import type { Figure, LocalizationFigures } from '../contract/run.ts';
import type { Resampled } from '../numeric/bootstrap.ts';
import { resampledStatistic } from '../numeric/bootstrap.ts';
import { averagePrecision } from '../numeric/curves.ts';
import { argMax } from '../numeric/statistics.ts';
import { THRESHOLDS, thresholdAt } from './heatmap-frame.ts';
import { resampledItemMeans } from './label-items.ts';
import type { LocalizationRecord } from './localization-record.ts';
import { CENTRE_SIZES, SCORE_LEVELS } from './localization-record.ts';

/** The overlaps of MaxBoxAccV2. */
const V2_OVERLAPS = [0.3, 0.5, 0.7] as const;

/**
 * Share of pictures whose IoU reaches `overlap`, in every column of a record's table.
 * @param ious [pictures * columns], single precision: compared in it, so that an IoU of exactly 0.7 counts
 */
function accuracyCurve(ious: Float32Array, pictures: number, columns: number, overlap: number): Float64Array {
  const curve = new Float64Array(columns);
  const limit = Math.fround(overlap);
  for (let i = 0; i < pictures; i++) {
    for (let c = 0; c < columns; c++) if (ious[i * columns + c] >= limit) curve[c]++;
  }
  for (let c = 0; c < columns; c++) curve[c] /= Math.max(1, pictures);
  return curve;
}

/** [pictures] 1 where the IoU in one column reaches `overlap`. */
function hits(ious: Float32Array, pictures: number, columns: number, column: number, overlap: number): Uint8Array {
  const limit = Math.fround(overlap);
  return Uint8Array.from({ length: pictures }, (_, i) => (ious[i * columns + column] >= limit ? 1 : 0));
}

/** Threshold (index) with the highest MaxBoxAcc; the lowest such threshold. */
function bestThreshold(record: LocalizationRecord): number {
  return argMax(accuracyCurve(record.largestIou, record.boxed, THRESHOLDS, 0.5));
}

function v2Curve(record: LocalizationRecord, overlap: number): Float64Array {
  return accuracyCurve(record.anyIou, record.boxed, THRESHOLDS, overlap);
}

/** Pixel average precision over the data set, with its interval over pictures; null without masks. */
function pixelAveragePrecision(record: LocalizationRecord, seed: number, owners: Int32Array | null): Resampled | null {
  const { histogram, targeted } = record;
  if (histogram === null || targeted === 0) return null;
  const counts = new Float64Array(2 * SCORE_LEVELS);
  return resampledStatistic(
    owners === null ? targeted : owners[targeted - 1] + 1,
    (draws) => {
      counts.fill(0);
      for (let i = 0; i < targeted; i++) {
        const times = draws[owners === null ? i : owners[i]];
        if (times === 0) continue;
        const from = i * 2 * SCORE_LEVELS;
        for (let level = 0; level < 2 * SCORE_LEVELS; level++) counts[level] += times * histogram[from + level];
      }
      return averagePrecision(counts.subarray(0, SCORE_LEVELS), counts.subarray(SCORE_LEVELS));
    },
    { seed },
  );
}

/** The numbers of localization, what is shown beside them, and what they are means of. */
export interface LocalizationSummary {
  /**
   * `maxboxacc`, `maxboxacc_v2`, `top1_loc`, `iou`, `centre_box` over the pictures with boxes; `pointing`,
   * `pointing_15`, `energy`, `uniform_energy`, and with masks `pxap`, over those with a target.
   */
  readonly figures: Readonly<Record<string, Resampled>>;
  readonly details: LocalizationDetails;
  /** [boxed] and [targeted] by key of the figure, in the order in which the record was filled. */
  readonly boxed: Readonly<Record<string, ArrayLike<number>>>;
  readonly targeted: Readonly<Record<string, ArrayLike<number>>>;
}

/**
 * All localization figures of a record, or null when no picture of it has a box.
 * @param validation where thresholds and the size of the centre box are chosen; null (or a record without boxes):
 *                   they are chosen on `test` itself and `thresholdFrom` says so
 * @param target     what pointing, energy and uniform energy were measured against
 * @param seed       of the bootstrap. The intervals hold the chosen thresholds fixed.
 * @param owners     the picture of each entry of the record with boxes, and of each with a target, ascending from 0 on;
 *                   null where every entry is a picture of its own
 */
export function localizationSummary(
  test: LocalizationRecord,
  validation: LocalizationRecord | null,
  target: 'mask' | 'box',
  seed: number,
  owners: { readonly boxed: Int32Array | null; readonly targeted: Int32Array | null } = { boxed: null, targeted: null },
): LocalizationSummary | null {
  if (test.boxed === 0) return null;
  const chooser = chooserOf(test, validation);
  const n = test.boxed;
  const sizes = CENTRE_SIZES.length;
  const threshold = bestThreshold(chooser);
  const size = argMax(accuracyCurve(chooser.centreIou, chooser.boxed, sizes, 0.5));
  const curve = accuracyCurve(test.largestIou, n, THRESHOLDS, 0.5);
  const v2 = v2Hits(test, chooser);
  const share = (column: Uint8Array) => column.reduce((sum, value) => sum + value, 0) / n;
  const hit = hits(test.largestIou, n, THRESHOLDS, threshold, 0.5);
  const boxed = {
    maxboxacc: hit,
    maxboxacc_v2: Float64Array.from({ length: n }, (_, i) => (v2[0][i] + v2[1][i] + v2[2][i]) / 3),
    top1_loc: hit.map((value, i) => value * test.correct[i]),
    iou: Float64Array.from({ length: n }, (_, i) => test.largestIou[i * THRESHOLDS + threshold]),
    centre_box: hits(test.centreIou, n, sizes, size, 0.5),
  };
  const targeted = {
    pointing: test.pointing.subarray(0, test.targeted),
    pointing_15: test.pointing15.subarray(0, test.targeted),
    energy: test.energy.subarray(0, test.targeted),
    uniform_energy: test.area.subarray(0, test.targeted),
  };
  const pxap = pixelAveragePrecision(test, seed, owners.targeted);
  return {
    figures: {
      ...meansOf(boxed, seed, owners.boxed),
      ...meansOf(targeted, seed, owners.targeted),
      ...(pxap === null ? {} : { pxap }),
    },
    details: {
      threshold: thresholdAt(threshold),
      thresholdFrom: chooser === test ? 'test' : 'val',
      curve: Array.from(curve),
      best: Math.max(...curve),
      v2Parts: [share(v2[0]), share(v2[1]), share(v2[2])],
      v2Best: V2_OVERLAPS.reduce((sum, overlap) => sum + Math.max(...v2Curve(test, overlap)), 0) / 3,
      centreBoxSize: CENTRE_SIZES[size],
      target,
      boxed: n,
      targeted: test.targeted,
    },
    boxed,
    targeted,
  };
}

function meansOf(
  columns: Readonly<Record<string, ArrayLike<number>>>,
  seed: number,
  owners: Int32Array | null,
): Record<string, Resampled> {
  const means = resampledItemMeans(Object.values(columns), owners, { seed });
  return Object.fromEntries(Object.keys(columns).map((key, i) => [key, means[i]]));
}

/** {@link localizationSummary} as the record of a run holds it. */
export function localizationFigures(
  test: LocalizationRecord,
  validation: LocalizationRecord | null,
  target: 'mask' | 'box',
  seed: number,
): LocalizationFigures | null {
  const summary = localizationSummary(test, validation, target, seed);
  return summary === null ? null : localizationOfRun(summary.figures, summary.details);
}

/** The figures of a run's record from those of the part. */
export function localizationOfRun(
  figures: Readonly<Record<string, Figure>>,
  details: LocalizationDetails,
): LocalizationFigures {
  const figure = (key: string): Figure => {
    const { value, low, high, n } = figures[key];
    return { value, low, high, n };
  };
  return {
    maxboxacc: figure('maxboxacc'),
    maxboxaccThreshold: details.threshold,
    thresholdFrom: details.thresholdFrom,
    maxboxaccCurve: details.curve,
    iou: figure('iou'),
    maxboxaccBest: details.best,
    maxboxaccV2: figure('maxboxacc_v2'),
    maxboxaccV2Parts: details.v2Parts,
    maxboxaccV2Best: details.v2Best,
    top1Loc: figure('top1_loc'),
    pointing: figure('pointing'),
    energy: figure('energy'),
    pxap: 'pxap' in figures ? figure('pxap') : null,
    centreBox: figure('centre_box'),
    centreBoxSize: details.centreBoxSize,
    uniformEnergy: figure('uniform_energy'),
    target: details.target,
  };
}

function chooserOf(test: LocalizationRecord, validation: LocalizationRecord | null): LocalizationRecord {
  return validation !== null && validation.boxed > 0 ? validation : test;
}

/** Hits of any component at the best shared threshold of each overlap. */
function v2Hits(test: LocalizationRecord, chooser: LocalizationRecord): Uint8Array[] {
  return V2_OVERLAPS.map((overlap) =>
    hits(test.anyIou, test.boxed, THRESHOLDS, argMax(v2Curve(chooser, overlap)), overlap),
  );
}
