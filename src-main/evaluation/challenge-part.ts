/**
 * Background challenge (after Xiao et al., ICLR 2021): the object of a picture is put on one background after the other,
 * and the prediction on the untouched picture has to survive all of them.
 *
 * The backgrounds are `only_bg_t` of a seeded choice of measured pictures (the objects' boxes filled with tiles of the
 * background), the same for every picture and every model; a picture's own background is left out for it. Pictures take
 * part that have a known object. One item is one picture; its row holds whether the original was right, then for each
 * background whether the prediction stayed what it was on the original (1, 0, or NaN for the picture's own). Where pictures
 * may be of several classes, all their objects are put on the backgrounds, the prediction is the most probable class, and
 * it is right where it is one of theirs.
 */
import type { Resampled } from '../numeric/bootstrap.ts';
import { resampledMeans } from '../numeric/bootstrap.ts';
import type { PixelBox } from '../numeric/boxes.ts';
import { hashSeed } from '../numeric/random.ts';
import { boxTiled, largestBackground, pasted } from './backgrounds.ts';
import { chosenPictures, chosenShare } from './chosen-pictures.ts';
import type { Foregrounds } from './foregrounds.ts';
import { foregroundsOf } from './foregrounds.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { upTo } from './passes.ts';
import { readBatch } from './read-batch.ts';
import { readPrediction } from './recognition.ts';

/** Challenge: does the prediction survive other backgrounds? */
export const challengePart: PartKind<'challenge'> = {
  part: 'challenge',
  definition: 1,
  passes: ({ challenge }, pictures) =>
    (1 + Math.min(challenge.backgrounds, pictures)) * chosenShare(challenge.pictures, pictures),
  prepare: async (subject) => {
    const foregrounds = await foregroundsOf(subject);
    if ('unmeasurable' in foregrounds) return foregrounds;
    const { measured, settings } = subject;
    const boxes = await foregrounds.boxes();
    const backgrounds = await chooseBackgrounds(subject, boxes);
    const chosen = chosenPictures(measured.ids, settings.challenge.pictures, settings.seed);
    const indices = chosen.filter((index) => {
      const others = backgrounds.sources.filter((source) => source !== index);
      return boxes[index] !== null && others.length > 0;
    });
    if (indices.length === 0) {
      return {
        unmeasurable:
          'No background can be exchanged: that takes two pictures whose objects are known and leave some background.',
      };
    }
    return measuredPart(subject, foregrounds, indices, chosen.length, backgrounds);
  },
};

interface Backgrounds {
  /** Index of the picture each comes from, in the order in which they are tried. */
  readonly sources: readonly number[];
  /** [sources.length, size, size, 3]: all of them stay in memory (20 at 224 pixels: 3 MB). */
  readonly pictures: Uint8Array;
}

/** The backgrounds, in an order that says nothing about their classes. */
async function chooseBackgrounds(subject: Subject, boxes: readonly (PixelBox | null)[]): Promise<Backgrounds> {
  const { measured, settings } = subject;
  const bytes = measured.size * measured.size * 3;
  const rank = boxes.map((_, i) => hashSeed('challenge background', settings.seed, measured.ids[i]));
  const usable = upTo(measured.count).filter((index) => {
    const box = boxes[index];
    return box !== null && largestBackground(box, measured.size) !== null;
  });
  usable.sort((a, b) => rank[a] - rank[b] || (measured.ids[a] < measured.ids[b] ? -1 : 1));
  const sources = usable.slice(0, settings.challenge.backgrounds);
  const pictures = new Uint8Array(sources.length * bytes);
  const picture = new Uint8Array(bytes);
  for (const [k, source] of sources.entries()) {
    const box = boxes[source];
    if (box === null) continue;
    await measured.readPictures([source], picture);
    boxTiled(picture, measured.size, box, pictures.subarray(k * bytes, (k + 1) * bytes));
  }
  return { sources, pictures };
}

function measuredPart(
  subject: Subject,
  foregrounds: Foregrounds,
  indices: readonly number[],
  chosen: number,
  backgrounds: Backgrounds,
): MeasuredPart<'challenge'> {
  const { model, measured } = subject;
  const bytes = measured.size * measured.size * 3;
  const { sources } = backgrounds;
  const width = 1 + sources.length;
  return {
    part: 'challenge',
    count: indices.length,
    width,
    passes: width,
    measure: async (items, out) => {
      out.fill(NaN);
      const batch = items.map((item) => indices[item]);
      const { pictures } = await readBatch(measured, batch);
      const masks = await Promise.all(batch.map((index) => foregrounds.mask(index)));
      const predict = async (shown: Uint8Array, rows: readonly number[]) => {
        const logits = await model.classify(shown);
        return rows.map((row, k) => readPrediction(logits, k, model.classes, measured, batch[row]));
      };
      const original = await predict(pictures, upTo(batch.length));
      original.forEach(({ rank }, row) => (out[row * width] = rank === 0 ? 1 : 0));
      for (const [k, source] of sources.entries()) {
        await subject.control();
        const rows = upTo(batch.length).filter((row) => batch[row] !== source);
        if (rows.length === 0) continue;
        const background = backgrounds.pictures.subarray(k * bytes, (k + 1) * bytes);
        const mixed = new Uint8Array(rows.length * bytes);
        rows.forEach((row, at) => {
          const mask = masks[row];
          if (mask === null) throw new Error('challenge: a mask vanished while it was in use');
          const picture = pictures.subarray(row * bytes, (row + 1) * bytes);
          pasted(picture, mask, background, mixed.subarray(at * bytes, (at + 1) * bytes));
        });
        const predicted = await predict(mixed, rows);
        rows.forEach((row, at) => {
          out[row * width + 1 + k] = predicted[at].prediction === original[row].prediction ? 1 : 0;
        });
      }
    },
    summarise: (rows) => {
      const ids = indices.map((index) => measured.ids[index]);
      const backgroundIds = sources.map((source) => measured.ids[source]);
      const notes = foregrounds.note === null ? [] : [foregrounds.note];
      if (chosen > ids.length) {
        notes.push(
          `${String(chosen - ids.length)} of ${String(chosen)} pictures take no part: their object is not known, or fills them.`,
        );
      }
      const asked = subject.settings.challenge.backgrounds;
      if (sources.length < asked)
        notes.push(`Only ${String(sources.length)} of the ${String(asked)} backgrounds asked for could be found.`);
      return summarise(rows, ids, backgroundIds, foregrounds.source, notes, subject.settings.seed);
    },
    close: () => undefined,
  };
}

function summarise(
  rows: Float32Array,
  ids: readonly string[],
  backgroundIds: readonly string[],
  foreground: Foregrounds['source'],
  notes: readonly string[],
  seed: number,
): PartSummary<'challenge'> {
  const width = 1 + backgroundIds.length;
  const survived = new Float32Array(ids.length);
  const right = new Float32Array(ids.length);
  const share = new Float32Array(ids.length);
  const surviving = new Array<number>(width).fill(0);
  const changed = new Array<number>(backgroundIds.length).fill(0);
  const tried = new Array<number>(backgroundIds.length).fill(0);
  for (let item = 0; item < ids.length; item++) {
    let alive = 1;
    let kept = 0;
    let own = 0;
    surviving[0]++;
    for (let k = 0; k < backgroundIds.length; k++) {
      const same = rows[item * width + 1 + k];
      // A picture's own background is no challenge: it neither counts nor ends its survival.
      if (!Number.isNaN(same)) {
        own++;
        kept += same;
        tried[k]++;
        changed[k] += 1 - same;
        if (same === 0) alive = 0;
      }
      surviving[k + 1] += alive;
    }
    survived[item] = alive;
    right[item] = alive * rows[item * width];
    share[item] = kept / own;
  }
  const [challenge, challengeRight] = resampledMeans([survived, right], { seed });
  const figures: Record<string, Resampled> = { challenge, challenge_right: challengeRight };
  return {
    figures,
    details: {
      foreground,
      surviving: surviving.map((count) => count / ids.length),
      backgrounds: backgroundIds.map((id, k) => ({ id, changes: tried[k] === 0 ? 0 : changed[k] / tried[k] })),
    },
    notes,
    perPicture: { ids, columns: { challenge: survived, challenge_right: right, challenge_survived: share } },
  };
}
