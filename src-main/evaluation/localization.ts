/**
 * Localization figures after Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right" (CVPR
 * 2020): one threshold is shared by the whole data set. It is chosen on the validation record and applied to the
 * test record; the maximum over thresholds on the test record itself is shown beside.
 */
import type { Figure, LocalizationFigures } from '../contract/run.ts';
import { bootstrapMeans, bootstrapStatistic } from '../numeric/bootstrap.ts';
import { averagePrecision } from '../numeric/curves.ts';
import { argMax } from '../numeric/statistics.ts';
import { THRESHOLDS, thresholdAt } from './heatmap-frame.ts';
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
function pixelAveragePrecision(record: LocalizationRecord, seed: number): Figure | null {
  const { histogram, targeted } = record;
  if (histogram === null || targeted === 0) return null;
  const counts = new Float64Array(2 * SCORE_LEVELS);
  return bootstrapStatistic(
    targeted,
    (draws) => {
      counts.fill(0);
      for (let i = 0; i < targeted; i++) {
        const times = draws[i];
        if (times === 0) continue;
        const from = i * 2 * SCORE_LEVELS;
        for (let level = 0; level < 2 * SCORE_LEVELS; level++) counts[level] += times * histogram[from + level];
      }
      return averagePrecision(counts.subarray(0, SCORE_LEVELS), counts.subarray(SCORE_LEVELS));
    },
    { seed },
  );
}

/**
 * All localization figures of a record, or null when no picture of it has a box.
 * @param validation where thresholds and the size of the centre box are chosen; null (or a record without boxes):
 *                   they are chosen on `test` itself and `thresholdFrom` says so
 * @param target     what pointing, energy and uniform energy were measured against
 * @param seed       of the bootstrap. The intervals hold the chosen thresholds fixed.
 */
export function localizationFigures(
  test: LocalizationRecord,
  validation: LocalizationRecord | null,
  target: 'mask' | 'box',
  seed: number,
): LocalizationFigures | null {
  if (test.boxed === 0) return null;
  const chooser = chooserOf(test, validation);
  const n = test.boxed;
  const sizes = CENTRE_SIZES.length;

  const threshold = bestThreshold(chooser);
  const size = argMax(accuracyCurve(chooser.centreIou, chooser.boxed, sizes, 0.5));
  const curve = accuracyCurve(test.largestIou, n, THRESHOLDS, 0.5);
  const v2 = v2Hits(test, chooser);
  const share = (column: Uint8Array) => column.reduce((sum, value) => sum + value, 0) / n;
  const columns = localizationColumns(test, validation);

  const [maxboxacc, maxboxaccV2, top1Loc, iou, centreBox] = bootstrapMeans(
    [
      columns.maxboxacc,
      columns.maxboxaccV2,
      columns.maxboxacc.map((value, i) => value * test.correct[i]),
      columns.iou,
      hits(test.centreIou, n, sizes, size, 0.5),
    ],
    { seed },
  );
  const [pointing, energy, uniformEnergy] = bootstrapMeans(
    [columns.pointing, columns.energy, test.area.subarray(0, test.targeted)],
    { seed },
  );
  return {
    maxboxacc,
    maxboxaccThreshold: thresholdAt(threshold),
    thresholdFrom: chooser === test ? 'test' : 'val',
    maxboxaccCurve: Array.from(curve),
    iou,
    maxboxaccBest: Math.max(...curve),
    maxboxaccV2,
    maxboxaccV2Parts: [share(v2[0]), share(v2[1]), share(v2[2])],
    maxboxaccV2Best: V2_OVERLAPS.reduce((sum, overlap) => sum + Math.max(...v2Curve(test, overlap)), 0) / 3,
    top1Loc,
    pointing,
    energy,
    pxap: pixelAveragePrecision(test, seed),
    centreBox,
    centreBoxSize: CENTRE_SIZES[size],
    uniformEnergy,
    target,
  };
}

/** What the means are taken over, picture by picture, in the order in which the record was filled. */
export interface LocalizationColumns {
  /** [boxed] 1 where the largest component's box at the chosen threshold hits. */
  readonly maxboxacc: Uint8Array;
  /** [boxed] mean of the hits at IoU 0.3, 0.5, 0.7. */
  readonly maxboxaccV2: Float64Array;
  /** [boxed] IoU at the chosen threshold. */
  readonly iou: Float64Array;
  /** [targeted] 1 where the peak lies on the object; share of the map's mass on it. */
  readonly pointing: Uint8Array;
  readonly energy: Float64Array;
}

/** The columns behind {@link localizationFigures}, for paired comparisons of runs. */
export function localizationColumns(
  test: LocalizationRecord,
  validation: LocalizationRecord | null,
): LocalizationColumns {
  const chooser = chooserOf(test, validation);
  const n = test.boxed;
  const threshold = bestThreshold(chooser);
  const v2 = v2Hits(test, chooser);
  return {
    maxboxacc: hits(test.largestIou, n, THRESHOLDS, threshold, 0.5),
    maxboxaccV2: Float64Array.from({ length: n }, (_, i) => (v2[0][i] + v2[1][i] + v2[2][i]) / 3),
    iou: Float64Array.from({ length: n }, (_, i) => test.largestIou[i * THRESHOLDS + threshold]),
    pointing: test.pointing.subarray(0, test.targeted),
    energy: test.energy.subarray(0, test.targeted),
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
