/** A picture while it is corrected, and how it looks in the corrected data set. */
import type { Box, Sample, Split } from '../dataset.ts';

/** Classes are slots: see class-slots.ts. */
export interface Draft {
  /** At least one. */
  readonly labels: readonly number[];
  readonly unsure: readonly number[];
  readonly split: Split;
  readonly out: boolean;
  /** Class of each box, null where it is the picture's, -1 where the box goes; null where no box names a class. */
  readonly boxes: readonly (number | null)[] | null;
}

const NONE: readonly number[] = [];

export function draftOf({ label, labels, unsure, split, boxes }: Sample): Draft {
  return {
    labels: labels ?? [label],
    unsure: unsure ?? NONE,
    split,
    out: false,
    boxes: boxes.some((box) => box.label !== undefined) ? boxes.map((box) => box.label ?? null) : null,
  };
}

/**
 * @param labelOf the label of each slot, -1 where the class has no picture any more
 * @returns the same object where nothing changed
 */
export function finishedSample(sample: Sample, { labels, unsure, split, boxes }: Draft, labelOf: Int32Array): Sample {
  const of = (slots: readonly number[]) =>
    slots
      .map((slot) => labelOf[slot])
      .filter((label) => label >= 0)
      .sort((a, b) => a - b);
  if (sample.labels === undefined && boxes === null) {
    const label = labelOf[labels[0]];
    return label === sample.label && split === sample.split ? sample : { ...sample, label, split };
  }
  const next = of(labels);
  const doubtful = of(unsure);
  const drawn = boxes === null ? sample.boxes : finishedBoxes(sample.boxes, boxes, labelOf);
  const { id, width, height, hash, mask, maskHash, group } = sample;
  return {
    id,
    label: next[0],
    ...(sample.labels === undefined ? {} : { labels: next, ...(doubtful.length > 0 ? { unsure: doubtful } : {}) }),
    ...{ split, width, height, hash, boxes: drawn, mask, maskHash },
    ...(group === undefined ? {} : { group }),
  };
}

/** A box of a class that has no picture any more is about nothing that the data knows. */
function finishedBoxes(boxes: readonly Box[], slots: readonly (number | null)[], labelOf: Int32Array): readonly Box[] {
  return boxes.flatMap((box, i): Box[] => {
    const slot = slots[i];
    if (slot === null) return [box];
    const label = slot < 0 ? -1 : labelOf[slot];
    return label < 0 ? [] : [{ ...box, label }];
  });
}

/** Index of a picture in samples sorted by id (code-unit order); -1 where it is none of them. */
export function indexOfId(samples: readonly Sample[], id: string): number {
  let low = 0;
  let high = samples.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = samples[middle].id;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
