/**
 * Does the model look at the object? Items are the validation pictures, where shared thresholds are chosen, and then
 * the measured ones. The heatmap of the given label is judged, whatever the model predicts.
 *
 * Where pictures may be of several classes, an item is a picture with one of its classes, judged by the boxes of that
 * class (annotation.ts). What pointing and energy are measured against are then the boxes, where there are any: a mask
 * shows all objects together, and says something only of pictures of one class. Right, for Top-1 Loc, is a class that the
 * model sees in the picture (probability above 1/2).
 */
import { readAnnotation } from './annotation.ts';
import type { LabelItems } from './label-items.ts';
import { labelItems, meanOfItems, renumbered } from './label-items.ts';
import { localizationSummary } from './localization.ts';
import { annotationOfRow, LocalizationMeter, LocalizationRecord } from './localization-record.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { upTo } from './passes.ts';
import type { EvaluationData } from './predictor.ts';
import { readBatch } from './read-batch.ts';
import { readLogits } from './recognition.ts';

/** Localization with boxes or masks. */
export const localizationPart: PartKind<'localization'> = {
  part: 'localization',
  definition: 1,
  passes: () => 1,
  prepare: async (subject) => {
    if (await hasObject(subject.measured)) return measuredPart(subject);
    return {
      unmeasurable:
        'The pictures have neither masks nor boxes, so that nobody knows where their objects are: add a folder "masks" or a "boxes.csv".',
    };
  },
};

function measuredPart({ model, measured, validation, settings }: Subject): MeasuredPart<'localization'> {
  const several = measured.labelSets !== null;
  const target = measured.hasMasks && !(several && measured.hasBoxes) ? 'mask' : 'box';
  const chooser = validation !== null && (validation.hasMasks || validation.hasBoxes) ? validation : null;
  const choices = chooser === null ? null : labelItems(chooser);
  const own = labelItems(measured);
  const before = choices?.count ?? 0;
  const pixelwise = target === 'mask';
  const meter = new LocalizationMeter(pixelwise);
  const { width } = meter;

  async function measureOf(
    data: EvaluationData,
    { pictures: indices, labels: all }: LabelItems,
    items: readonly number[],
    out: Float32Array,
  ): Promise<void> {
    if (items.length === 0) return;
    const { pictures } = await readBatch(
      data,
      items.map((item) => indices[item]),
    );
    const labels = Int32Array.from(items, (item) => all[item]);
    const { logits, maps, mapHeight, mapWidth } = await model.predict(pictures, labels);
    for (const [row, item] of items.entries()) {
      const annotation = await readAnnotation(data, indices[item], target, labels[row]);
      const map = maps.subarray(row * mapHeight * mapWidth, (row + 1) * mapHeight * mapWidth);
      const right = several
        ? logits[row * model.classes + labels[row]] > 0
        : readLogits(logits, row, model.classes, labels[row]).rank === 0;
      meter.measure(map, mapHeight, mapWidth, annotation, right, out.subarray(row * width, (row + 1) * width));
    }
  }

  return {
    part: 'localization',
    count: before + own.count,
    width,
    passes: 1,
    measure: async (items, out) => {
      const chosen = items.filter((item) => item < before);
      if (chooser !== null && choices !== null) await measureOf(chooser, choices, chosen, out);
      const rest = items.slice(chosen.length).map((item) => item - before);
      await measureOf(measured, own, rest, out.subarray(chosen.length * width));
    },
    summarise: (rows) => {
      const rowOf = (item: number) => rows.subarray(item * width, (item + 1) * width);
      const choosing = new LocalizationRecord(before, pixelwise);
      for (let item = 0; item < before; item++) choosing.addRow(rowOf(item));
      const rowsOfOwn = upTo(own.count).map((i) => rowOf(before + i));
      return summarise(rowsOfOwn, choosing, own, measured.ids, target, settings.seed);
    },
    close: () => undefined,
  };
}

function summarise(
  rows: readonly Float32Array[],
  choosing: LocalizationRecord,
  { owners }: LabelItems,
  ids: readonly string[],
  target: 'mask' | 'box',
  seed: number,
): PartSummary<'localization'> {
  const record = new LocalizationRecord(rows.length, target === 'mask');
  for (const row of rows) record.addRow(row);
  const ownersOf = (kind: 'boxed' | 'targeted') =>
    owners === null ? null : renumbered(owners.filter((_, item) => annotationOfRow(rows[item])[kind]));
  const of = { boxed: ownersOf('boxed'), targeted: ownersOf('targeted') };
  const summary = localizationSummary(record, choosing, target, seed, of);
  if (summary === null) throw new Error('localization: no measured picture has a box');
  const columns: Record<string, Float32Array> = {};
  const spread = (values: Readonly<Record<string, ArrayLike<number>>>, kind: 'boxed' | 'targeted') => {
    const at = upTo(rows.length).filter((i) => annotationOfRow(rows[i])[kind]);
    for (const [key, column] of Object.entries(values)) {
      const whole = new Float32Array(rows.length).fill(NaN);
      at.forEach((index, i) => (whole[index] = column[i]));
      columns[key] = meanOfItems(whole, owners, ids.length);
    }
  };
  spread(summary.boxed, 'boxed');
  spread(summary.targeted, 'targeted');
  const { figures, details } = summary;
  return { figures, details, notes: notesOf(details, rows.length, owners !== null), perPicture: { ids, columns } };
}

function notesOf(
  { thresholdFrom, boxed }: PartSummary<'localization'>['details'],
  items: number,
  several: boolean,
): readonly string[] {
  const notes: string[] = [];
  if (several) {
    notes.push(
      `Measured are ${items} pairs of a picture and one of its classes. It is known of ${boxed} of them where the object is.`,
    );
  } else if (boxed < items) {
    notes.push(`It is known of ${boxed} of the ${items} pictures where their object is.`);
  }
  if (thresholdFrom === 'test') {
    notes.push(
      'The thresholds were chosen on the measured pictures themselves, because no validation picture has a box or a mask: the figures flatter the model.',
    );
  }
  return notes;
}

/** Whether there is any picture of which it is known where its object is: an empty mask says nothing. */
async function hasObject(data: EvaluationData): Promise<boolean> {
  if (!data.hasMasks && !data.hasBoxes) return false;
  const { count, pictures, labels } = labelItems(data);
  for (let item = 0; item < count; item++) {
    if ((await readAnnotation(data, pictures[item], 'box', labels[item])).boxes.length > 0) return true;
  }
  return false;
}
