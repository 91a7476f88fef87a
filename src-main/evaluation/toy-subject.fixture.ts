/** Pictures of one object on one background, and models that read one of the two: small enough to work out by hand. */
import * as v from 'valibot';
import { EvaluationSettings } from '../contract/evaluation.ts';
import type { EvaluationPart } from '../contract/evaluation.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import type { EvaluationData, RandomisablePredictor } from './predictor.ts';

/** Pictures are SIDE x SIDE, objects OBJECT x OBJECT at a place that differs from picture to picture. */
export const SIDE = 8;
const OBJECT = 3;

type Grey = (label: number, index: number) => number;

export interface ToyOptions {
  readonly count: number;
  readonly classes?: number;
  readonly object?: Grey;
  readonly background?: Grey;
  /** Masks unless told otherwise; pictures for which this is false have none. */
  readonly annotation?: 'mask' | 'box' | 'none';
  readonly annotated?: (index: number) => boolean;
}

/** Upper left corner of the object; never the last row or column, which belong to the background. */
export const corner = (index: number): { x: number; y: number } => ({ x: index % 4, y: 1 + (index % 3) });

const inObject = (index: number, p: number): boolean => {
  const { x, y } = corner(index);
  const [px, py] = [p % SIDE, Math.floor(p / SIDE)];
  return px >= x && px < x + OBJECT && py >= y && py < y + OBJECT;
};

/** [SIDE, SIDE] 1 in the object. */
export const objectMask = (index: number): Uint8Array =>
  Uint8Array.from({ length: SIDE * SIDE }, (_, p) => (inObject(index, p) ? 1 : 0));

/** Labels take turns; objects are bright (100 + 20 * label), backgrounds dark (20 * label), unless told otherwise. */
export function toyPictures(options: ToyOptions): EvaluationData {
  const { count, classes = 3, annotation = 'mask', annotated = () => true } = options;
  const { object = (label) => 100 + 20 * label, background = (label) => 20 * label } = options;
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  return {
    count,
    size: SIDE,
    labels,
    labelSets: null,
    ids: Array.from({ length: count }, (_, i) => `${String(i % classes)}/${String(i).padStart(3, '0')}.png`),
    hasMasks: annotation === 'mask',
    hasBoxes: annotation === 'box',
    boxes: (i) => {
      const { x, y } = corner(i);
      const box = { x0: x / SIDE, y0: y / SIDE, x1: (x + OBJECT) / SIDE, y1: (y + OBJECT) / SIDE };
      return annotation === 'box' && annotated(i) ? [box] : [];
    },
    readPictures: (indices, out) => {
      Array.from(indices).forEach((index, row) => {
        for (let p = 0; p < SIDE * SIDE; p++) {
          const value = inObject(index, p) ? object(labels[index], index) : background(labels[index], index);
          const at = 3 * (row * SIDE * SIDE + p);
          out.fill(value, at, at + 3);
        }
      });
      return Promise.resolve();
    },
    readMask: (index) => Promise.resolve(annotation === 'mask' && annotated(index) ? objectMask(index) : null),
  };
}

const BYTES = SIDE * SIDE * 3;
type Picture = ArrayLike<number>;

/** What the toy pictures tell about the class: the brightest pixel, or the one in the lower right corner. */
export const readsObject = (picture: Picture): number => (Math.max(...Array.from(picture)) - 100) / 20;
export const readsBackground = (picture: Picture): number => picture[BYTES - 1] / 20;

export interface ToyModel extends RandomisablePredictor {
  /** Pictures of each pass so far. */
  readonly calls: number[];
}

/**
 * @param reads class that the model sees (the nearest one counts)
 * @param map   [SIDE, SIDE] its heatmap of a picture; empty where not given
 */
export function toyModel(
  reads: (picture: Picture) => number,
  classes = 3,
  map: (picture: Picture) => ArrayLike<number> = () => new Float32Array(SIDE * SIDE),
): ToyModel {
  const calls: number[] = [];
  const classify = (pictures: Uint8Array | Float32Array): Float32Array => {
    const n = pictures.length / BYTES;
    calls.push(n);
    return Float32Array.from({ length: n * classes }, (_, k) => {
      const row = Math.floor(k / classes);
      return -Math.abs(reads(pictures.subarray(row * BYTES, (row + 1) * BYTES)) - (k % classes));
    });
  };
  return {
    calls,
    size: SIDE,
    classes,
    layers: [],
    inside: null,
    classify: (pictures) => Promise.resolve(classify(pictures)),
    predict: (pictures, labels) => {
      const maps = new Float32Array(labels.length * SIDE * SIDE);
      labels.forEach((_, row) => {
        maps.set(map(pictures.subarray(row * BYTES, (row + 1) * BYTES)), row * SIDE * SIDE);
      });
      return Promise.resolve({ logits: classify(pictures), maps, mapHeight: SIDE, mapWidth: SIDE });
    },
    attack: () => Promise.reject(new Error('a toy is not attacked')),
    randomised: () => {
      throw new Error('a toy forgets nothing');
    },
  };
}

/** A subject with the given model and pictures; everything else as a user who chooses nothing has it. */
export function toySubject(
  model: RandomisablePredictor,
  measured: EvaluationData,
  more: Partial<Omit<Subject, 'settings'>> & { readonly settings?: v.InferInput<typeof EvaluationSettings> } = {},
): Subject {
  return {
    model,
    measured,
    validation: null,
    classes: Array.from({ length: model.classes }, (_, c) => `class ${String(c)}`),
    judges: [],
    batchSize: 4,
    control: () => Promise.resolve(),
    ...more,
    settings: v.parse(EvaluationSettings, more.settings ?? {}),
  };
}

/** Prepares a part, or throws the sentence that says why it cannot be measured. */
export async function prepared<Part extends EvaluationPart>(
  kind: PartKind<Part>,
  subject: Subject,
): Promise<MeasuredPart<Part>> {
  const part = await kind.prepare(subject);
  if ('unmeasurable' in part) throw new Error(part.unmeasurable);
  return part;
}

/** All rows of a part, measured in batches of the subject, and what they come to. */
export async function measuredToy<Part extends EvaluationPart>(
  kind: PartKind<Part>,
  subject: Subject,
): Promise<{ readonly rows: Float32Array; readonly summary: PartSummary<Part> }> {
  const part = await prepared(kind, subject);
  const rows = new Float32Array(part.count * part.width);
  for (let from = 0; from < part.count; from += subject.batchSize) {
    const items = Array.from({ length: Math.min(subject.batchSize, part.count - from) }, (_, i) => from + i);
    await part.measure(items, rows.subarray(from * part.width, (from + items.length) * part.width));
  }
  const summary = part.summarise(rows);
  part.close();
  return { rows, summary };
}
