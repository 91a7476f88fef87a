/**
 * What is measured of pictures that may be of several classes: a heatmap belongs to one class, so an item is a picture
 * with one of its classes. Figures are means over these items, and their intervals draw pictures with all their items,
 * because what is seen in one picture is not seen twice. In single-label data every picture is one item, and everything
 * is as if there were no items.
 */
import type { LabelMaps, LabelPairs } from '../method/label-maps.ts';
import { labelPairs } from '../method/label-maps.ts';
import type { BootstrapOptions, Resampled } from '../numeric/bootstrap.ts';
import { resampledMeans, resampledStatistic } from '../numeric/bootstrap.ts';
import { upTo } from './passes.ts';
import type { EvaluationData, Pixels, Predictor } from './predictor.ts';

export interface LabelItems {
  readonly count: number;
  /** [count] index of the item's picture in the data, and its label. */
  readonly pictures: readonly number[];
  readonly labels: Int32Array;
  /** [count] which of the chosen pictures an item is of, ascending; null where each picture is one item. */
  readonly owners: Int32Array | null;
}

/** @param chosen indices of pictures of the data, ascending; all where not given */
export function labelItems(data: EvaluationData, chosen: readonly number[] = upTo(data.count)): LabelItems {
  if (data.labelSets === null) {
    const labels = Int32Array.from(chosen, (index) => data.labels[index]);
    return { count: chosen.length, pictures: chosen, labels, owners: null };
  }
  const { count, pictures: owners, labels } = labelPairs(data.labelSets.pick(chosen));
  return { count, pictures: Array.from(owners, (owner) => chosen[owner]), labels, owners };
}

/**
 * Means of several columns over the same items, drawn together by picture. `n` is the number of pictures.
 * @param owners [items] the picture of each, ascending, from 0 on without a gap; null: each item is a picture
 */
export function resampledItemMeans(
  columns: readonly ArrayLike<number>[],
  owners: Int32Array | null,
  options: BootstrapOptions,
): Resampled[] {
  if (owners === null || owners.length === 0) return resampledMeans(columns, options);
  const pictures = owners[owners.length - 1] + 1;
  return columns.map((column) => {
    const sums = new Float64Array(pictures);
    const counts = new Float64Array(pictures);
    for (let i = 0; i < owners.length; i++) {
      sums[owners[i]] += column[i];
      counts[owners[i]]++;
    }
    const drawnMean = (draws: Uint32Array): number => {
      let [sum, count] = [0, 0];
      for (let p = 0; p < pictures; p++) {
        sum += draws[p] * sums[p];
        count += draws[p] * counts[p];
      }
      return sum / count;
    };
    return resampledStatistic(pictures, drawnMean, options);
  });
}

/** Pictures numbered anew, from 0 on without a gap: for some of the items. @param owners ascending */
export function renumbered(owners: ArrayLike<number>): Int32Array {
  let place = -1;
  return Int32Array.from(owners, (owner, i) => (i > 0 && owner === owners[i - 1] ? place : ++place));
}

/**
 * A column over items as one over pictures: the mean of a picture's items, NaN ones left out; NaN where none is left.
 * @param pictures how many
 */
export function meanOfItems(column: Float32Array, owners: Int32Array | null, pictures: number): Float32Array {
  if (owners === null) return column;
  const sums = new Float64Array(pictures);
  const counts = new Float64Array(pictures);
  column.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    sums[owners[i]] += value;
    counts[owners[i]]++;
  });
  return Float32Array.from(sums, (sum, p) => sum / counts[p]);
}

/**
 * Logits of pictures, and the heatmap of every label of each. The first labels of all pictures are asked for together,
 * then the second ones: never more pictures at once than were given.
 * @param pictures [n, size, size, 3] of `indices` of the data
 */
export async function predictLabels(
  model: Predictor,
  data: EvaluationData,
  indices: readonly number[],
  pictures: Pixels,
): Promise<LabelMaps & { readonly logits: Float32Array }> {
  const n = indices.length;
  const { labelSets } = data;
  if (labelSets === null) {
    const labels = Int32Array.from(indices, (index) => data.labels[index]);
    const { logits, maps, mapHeight, mapWidth } = await model.predict(pictures, labels);
    return { logits, maps: { values: maps, count: n, height: mapHeight, width: mapWidth }, pairs: null };
  }
  const pairs = labelPairs(labelSets.pick(indices));
  const bytes = pictures.length / Math.max(1, n);
  let logits: Float32Array = new Float32Array(0);
  let values = new Float32Array(0);
  let [height, width] = [0, 0];
  for (let rank = 0; ; rank++) {
    const rows = upTo(n).filter((row) => pairs.first[row] + rank < pairs.first[row + 1]);
    if (rows.length === 0) break;
    const labels = Int32Array.from(rows, (row) => pairs.labels[pairs.first[row] + rank]);
    const found = await model.predict(rowsOf(pictures, rows, bytes), labels);
    if (rank === 0) {
      // Every picture has a first label.
      ({ logits, mapHeight: height, mapWidth: width } = found);
      values = new Float32Array(pairs.count * height * width);
    }
    const area = height * width;
    rows.forEach((row, i) => {
      values.set(found.maps.subarray(i * area, (i + 1) * area), (pairs.first[row] + rank) * area);
    });
  }
  return { logits, maps: { values, count: pairs.count, height, width }, pairs };
}

function rowsOf(pictures: Pixels, rows: readonly number[], bytes: number): Pixels {
  if (rows.length * bytes === pictures.length) return pictures;
  const some =
    pictures instanceof Uint8Array ? new Uint8Array(rows.length * bytes) : new Float32Array(rows.length * bytes);
  rows.forEach((row, i) => {
    some.set(pictures.subarray(row * bytes, (row + 1) * bytes), i * bytes);
  });
  return some;
}

/** The items of picture `row`: where they begin, and where the next one's do. */
export function itemsOf(pairs: LabelPairs | null, row: number): readonly [number, number] {
  return pairs === null ? [row, row + 1] : [pairs.first[row], pairs.first[row + 1]];
}
