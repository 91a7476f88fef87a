/** Pictures that show nothing, to measure with: what pictures show does not change what they cost. */
import type { EvaluationData } from '../evaluation/predictor.ts';
import type { TrainingData } from '../method/data.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { Random } from '../numeric/random.ts';
import type { Evaluable } from './evaluate-run.ts';

/** The made-up pictures are of one class each; where they could be of several, they are treated as such. */
export interface Labelling {
  readonly classes: number;
  /** Whether pictures may be of several classes. */
  readonly several: boolean;
}

/** Noise, the same for every picture but for where it begins. */
function fillNoise(size: number): (indices: ArrayLike<number>, out: Uint8Array) => Promise<void> {
  const area = size * size * 3;
  const random = new Random(1);
  const noise = Uint8Array.from({ length: area + 256 }, () => random.integer(256));
  return (indices, out) => {
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i] % 256;
      out.set(noise.subarray(start, start + area), i * area);
    }
    return Promise.resolve();
  };
}

/** Training pictures of all classes in turn. */
export function trainingPictures(count: number, size: number, { classes, several }: Labelling): TrainingData {
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const each = Array.from(labels, (label) => [label]);
  return {
    count,
    size,
    classCount: classes,
    labels,
    labelSets: several
      ? new LabelSets(
          classes,
          each,
          each.map(() => []),
        )
      : null,
    ids: Array.from({ length: count }, (_, i) => `picture ${i}`),
    read: fillNoise(size),
  };
}

/** Pictures with an object in the middle, annotated as those of the study are. @returns makes so many of them */
export function evaluationPictures(
  size: number,
  labelling: Labelling,
  annotated: Pick<Evaluable, 'hasMasks' | 'hasBoxes'>,
): (count: number) => EvaluationData {
  const readPictures = fillNoise(size);
  return (count) => {
    const { labels, labelSets, ids } = trainingPictures(count, size, labelling);
    const { hasMasks, hasBoxes } = annotated;
    return {
      hasMasks,
      hasBoxes,
      count,
      size,
      labels,
      labelSets,
      ids,
      boxes: () => (annotated.hasBoxes ? [{ x0: 0.25, y0: 0.25, x1: 0.75, y1: 0.75 }] : []),
      readPictures,
      readMask: (_, side) => Promise.resolve(annotated.hasMasks ? middleMask(side) : null),
    };
  };
}

function middleMask(side: number): Uint8Array {
  const inside = (at: number) => at >= side / 4 && at < (side * 3) / 4;
  return Uint8Array.from({ length: side * side }, (_, i) => (inside(i % side) && inside(Math.floor(i / side)) ? 1 : 0));
}
