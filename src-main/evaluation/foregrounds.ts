/**
 * Where the objects of the measured pictures are, for every part that takes objects and backgrounds apart.
 *
 * Masks where there are any, else boxes (filled), else models: the union of what every judge looked at, that is, of the
 * complements of the background B of its heatmap of the given label, or of all given labels (rule `mean`). Never one model alone: a model that
 * is judged with its own foreground is always right about where the object is.
 *
 * An object that fills its picture counts as unknown, whatever it comes from: there is no background to exchange, and
 * such pictures would make every model look independent of it.
 */
import type { PixelBox } from '../numeric/boxes.ts';
import { maskBox, unitBoxToPixels } from '../numeric/boxes.ts';
import type { BackgroundSettings } from '../method/background.ts';
import { pictureBackground } from '../method/label-maps.ts';
import { predictLabels } from './label-items.ts';
import type { Subject } from './part.ts';
import { forEachBatch, upTo } from './passes.ts';
import type { EvaluationData } from './predictor.ts';
import { readBatch } from './read-batch.ts';

export interface Foregrounds {
  readonly source: 'mask' | 'box' | 'models';
  /** What has to be said wherever a figure rests on these foregrounds; null for masks. */
  readonly note: string | null;
  /** The object of one measured picture, [size, size] 1 = object; null where none is known or it fills the picture. */
  mask(index: number): Promise<Uint8Array | null>;
  /** Tight boxes of all objects, by picture: every mask is read once, when this is first asked. */
  boxes(): Promise<readonly (PixelBox | null)[]>;
}

/** The foregrounds, or a sentence that says why there are none and what to do about it. */
type Found = Foregrounds | { readonly unmeasurable: string };

/** The rule of the method: what is hotter than the mean of the map is foreground. */
const RULE: BackgroundSettings = { threshold: 'mean', thresholdValue: 0 };

/** Several parts of one evaluation ask for the same foregrounds, and those of models cost a pass of every judge. */
const known = new WeakMap<Subject, () => Promise<Found>>();

/**
 * Finds the foregrounds of a subject's measured pictures, once for each subject. All judges take pictures of
 * `subject.measured.size`.
 */
export function foregroundsOf(subject: Subject): Promise<Found> {
  const found = known.get(subject) ?? remembered(() => find(subject));
  known.set(subject, found);
  return found();
}

/** Computes on the first call only, but again after a failure: a cancelled pass says nothing about the next. */
function remembered<V>(compute: () => Promise<V>): () => Promise<V> {
  let value: Promise<V> | null = null;
  return () => {
    value ??= compute().catch((error: unknown) => {
      value = null;
      throw error;
    });
    return value;
  };
}

async function find(subject: Subject): Promise<Found> {
  const { measured, judges } = subject;
  const asked = subject.settings.debiasing.foreground;
  const source = asked !== 'auto' ? asked : measured.hasMasks ? 'mask' : measured.hasBoxes ? 'box' : 'models';
  if (source === 'mask') {
    if (!measured.hasMasks) {
      const unmeasurable =
        'Foregrounds were to come from masks, but the pictures have none: add a folder "masks", or choose another source.';
      return { unmeasurable };
    }
    return foregrounds(subject, 'mask', null, (index) => objectOfMask(measured, index));
  }
  if (source === 'box') {
    if (!measured.hasBoxes) {
      const unmeasurable =
        'Foregrounds were to come from boxes, but the pictures have none: add a "boxes.csv", or choose another source.';
      return { unmeasurable };
    }
    const note =
      'The outlines of the objects are not known, so that everything inside their boxes counts as object, also the background between outline and box.';
    return foregrounds(subject, 'box', note, (index) => Promise.resolve(objectOfBoxes(measured, index)));
  }
  if (judges.length < 2) {
    const unmeasurable =
      (asked === 'models' ? '' : 'The pictures have neither masks nor boxes. ') +
      'Where the objects are must come from the heatmaps of at least two models, for no model may be judged by what it looks at itself: measure this run together with a second one (plain training, for instance), or add masks or boxes.';
    return { unmeasurable };
  }
  const packed = await unionOfJudges(subject);
  const area = measured.size ** 2;
  const note = `No annotation was used: as objects count the foregrounds of ${String(judges.length)} models, the union of what they looked at, the measured model among them. Background that any of these models looks at counts as object, so the figures can make them look better than they are; they compare only with figures measured with the same models.`;
  return foregrounds(subject, 'models', note, (index) => Promise.resolve(unpacked(packed[index], area)));
}

function foregrounds(
  subject: Subject,
  source: Foregrounds['source'],
  note: string | null,
  mask: Foregrounds['mask'],
): Foregrounds {
  const { size } = subject.measured;
  const boxes = async (): Promise<readonly (PixelBox | null)[]> => {
    const found: (PixelBox | null)[] = [];
    await forEachBatch(upTo(subject.measured.count), subject, async (batch) => {
      for (const object of await Promise.all(batch.map(mask)))
        found.push(object === null ? null : maskBox(object, size, size));
    });
    return found;
  };
  return { source, note, mask, boxes: remembered(boxes) };
}

async function objectOfMask(data: EvaluationData, index: number): Promise<Uint8Array | null> {
  const mask = await data.readMask(index, data.size);
  return mask !== null && hasBothSides(mask) ? mask : null;
}

/** Whether there is an object as well as background. */
const hasBothSides = (mask: Uint8Array): boolean => mask.some((value) => value !== 0) && mask.includes(0);

function objectOfBoxes(data: EvaluationData, index: number): Uint8Array | null {
  const { size } = data;
  const mask = new Uint8Array(size * size);
  for (const box of data.boxes(index)) {
    const { x0, y0, x1, y1 } = unitBoxToPixels(box, size);
    for (let y = y0; y <= y1; y++) mask.fill(1, y * size + x0, y * size + x1 + 1);
  }
  return hasBothSides(mask) ? mask : null;
}

/**
 * The union of the judges' foregrounds, one bit a pixel: size^2 / 8 bytes a picture (6 kB at 224 pixels, 63 MB for
 * 10,000 pictures). Null where it covers everything or nothing; an empty heatmap, about which nothing is known, covers
 * everything.
 */
async function unionOfJudges(subject: Subject): Promise<readonly (Uint8Array | null)[]> {
  const { measured, judges } = subject;
  const { size } = measured;
  const area = size * size;
  const packed: (Uint8Array | null)[] = [];
  await forEachBatch(upTo(measured.count), subject, async (batch) => {
    const { pictures } = await readBatch(measured, batch);
    const union = new Uint8Array(batch.length * area);
    for (const judge of judges) {
      await subject.control();
      const found = await predictLabels(judge, measured, batch, pictures);
      for (let row = 0; row < batch.length; row++) {
        const background = pictureBackground(found, row, size, RULE);
        for (let p = 0; p < area; p++) if (background[p] === 0) union[row * area + p] = 1;
      }
    }
    for (let row = 0; row < batch.length; row++)
      packed.push(packedObject(union.subarray(row * area, (row + 1) * area)));
  });
  return packed;
}

function packedObject(mask: Uint8Array): Uint8Array | null {
  if (!hasBothSides(mask)) return null;
  const bits = new Uint8Array(Math.ceil(mask.length / 8));
  for (let p = 0; p < mask.length; p++) bits[p >> 3] |= mask[p] << (p & 7);
  return bits;
}

function unpacked(bits: Uint8Array | null | undefined, area: number): Uint8Array | null {
  if (bits === null || bits === undefined) return null;
  const mask = new Uint8Array(area);
  for (let p = 0; p < area; p++) mask[p] = (bits[p >> 3] >> (p & 7)) & 1;
  return mask;
}
