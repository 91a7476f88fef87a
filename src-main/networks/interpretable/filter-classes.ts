/**
 * Which class each filter of an ICNN stands for (section 3.2 of the paper): the one whose pictures excite it most. The
 * table behind it, `icnn.class_activation` [classes,channels], is the running mean of a filter's mean activation over
 * the pictures of each class. A row of zeros: no picture of that class has been seen.
 */
import { LabelSets } from '../../numeric/label-sets.ts';
import type { Targets } from '../loss.ts';

/** Share of the new batch in the running mean. */
const MOMENTUM = 0.1;

/** Classes that a picture is of. */
export function classesOf(targets: Targets, picture: number): Int32Array {
  return targets instanceof LabelSets ? targets.positives(picture) : targets.subarray(picture, picture + 1);
}

/**
 * @param table       [classes,channels]
 * @param activations [n,channels] mean over the map, before the mask
 * @param targets     what the n pictures are of; a picture counts for each of its classes
 * @returns the table after this batch
 */
export function movedTable(
  table: Float32Array,
  activations: Float32Array,
  targets: Targets,
  channels: number,
): Float32Array {
  const sums = new Float64Array(table.length);
  const counts = new Int32Array(table.length / channels);
  for (let i = 0; i < activations.length / channels; i++) {
    for (const label of classesOf(targets, i)) {
      counts[label] += 1;
      for (let k = 0; k < channels; k++) sums[label * channels + k] += activations[i * channels + k];
    }
  }
  const moved = table.slice();
  counts.forEach((count, label) => {
    if (count === 0) return;
    const row = label * channels;
    const isFirst = table.subarray(row, row + channels).every((value) => value === 0);
    const share = isFirst ? 1 : MOMENTUM;
    for (let k = row; k < row + channels; k++) moved[k] = (1 - share) * table[k] + (share * sums[k]) / count;
  });
  return moved;
}

/**
 * The class of each filter. A filter that no picture excites stands for the first one.
 * @param table   [classes,channels], `icnn.class_activation`
 * @returns [channels]
 */
export function filterClasses(table: Float32Array, channels: number): Int32Array {
  return Int32Array.from({ length: channels }, (_, k) => {
    let best = 0;
    for (let c = 1; c < table.length / channels; c++) {
      if (table[c * channels + k] > table[best * channels + k]) best = c;
    }
    return best;
  });
}

const NONE = new Int32Array(0);

/** What a filter should find in a picture. */
export const ABSENT = 0;
export const PRESENT = 1;
export const UNKNOWN = 2;

/**
 * Whether each filter's part should be there in each picture: where the picture is of the filter's class; unknown
 * where that is.
 * @param classes [channels] of {@link filterClasses}
 * @returns [n,channels] of the three values above
 */
export function expectedParts(classes: Int32Array, targets: Targets, n: number): Uint8Array {
  const expected = new Uint8Array(n * classes.length);
  for (let i = 0; i < n; i++) {
    const own = classesOf(targets, i);
    const unsure = targets instanceof LabelSets ? targets.unsure(i) : NONE;
    classes.forEach((label, k) => {
      const value = own.includes(label) ? PRESENT : unsure.includes(label) ? UNKNOWN : ABSENT;
      expected[i * classes.length + k] = value;
    });
  }
  return expected;
}
