/**
 * Does the model look at the object? Items are the validation pictures, where shared thresholds are chosen, and then
 * the measured ones. The heatmap of the given label is judged, whatever the model predicts.
 */
import { readAnnotation } from './annotation.ts';
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
  const target = measured.hasMasks ? 'mask' : 'box';
  const chooser = validation !== null && (validation.hasMasks || validation.hasBoxes) ? validation : null;
  const before = chooser?.count ?? 0;
  const meter = new LocalizationMeter(measured.hasMasks);
  const { width } = meter;

  async function measureOf(data: EvaluationData, indices: readonly number[], out: Float32Array): Promise<void> {
    if (indices.length === 0) return;
    const { pictures, labels } = await readBatch(data, indices);
    const { logits, maps, mapHeight, mapWidth } = await model.predict(pictures, labels);
    for (const [row, index] of indices.entries()) {
      const annotation = await readAnnotation(data, index, target);
      const map = maps.subarray(row * mapHeight * mapWidth, (row + 1) * mapHeight * mapWidth);
      const right = readLogits(logits, row, model.classes, labels[row]).rank === 0;
      meter.measure(map, mapHeight, mapWidth, annotation, right, out.subarray(row * width, (row + 1) * width));
    }
  }

  return {
    part: 'localization',
    count: before + measured.count,
    width,
    passes: 1,
    measure: async (items, out) => {
      const chosen = items.filter((item) => item < before);
      if (chooser !== null) await measureOf(chooser, chosen, out);
      const own = items.slice(chosen.length).map((item) => item - before);
      await measureOf(measured, own, out.subarray(chosen.length * width));
    },
    summarise: (rows) => {
      const rowOf = (item: number) => rows.subarray(item * width, (item + 1) * width);
      const choosing = new LocalizationRecord(before, measured.hasMasks);
      for (let item = 0; item < before; item++) choosing.addRow(rowOf(item));
      const own = upTo(measured.count).map((i) => rowOf(before + i));
      return summarise(own, choosing, measured, target, settings.seed);
    },
    close: () => undefined,
  };
}

function summarise(
  rows: readonly Float32Array[],
  choosing: LocalizationRecord,
  measured: EvaluationData,
  target: 'mask' | 'box',
  seed: number,
): PartSummary<'localization'> {
  const record = new LocalizationRecord(rows.length, measured.hasMasks);
  for (const row of rows) record.addRow(row);
  const summary = localizationSummary(record, choosing, target, seed);
  if (summary === null) throw new Error('localization: no measured picture has a box');
  const columns: Record<string, Float32Array> = {};
  const spread = (values: Readonly<Record<string, ArrayLike<number>>>, kind: 'boxed' | 'targeted') => {
    const at = upTo(rows.length).filter((i) => annotationOfRow(rows[i])[kind]);
    for (const [key, column] of Object.entries(values)) {
      const whole = new Float32Array(rows.length).fill(NaN);
      at.forEach((index, i) => (whole[index] = column[i]));
      columns[key] = whole;
    }
  };
  spread(summary.boxed, 'boxed');
  spread(summary.targeted, 'targeted');
  const { figures, details } = summary;
  return { figures, details, notes: notesOf(details, rows.length), perPicture: { ids: measured.ids, columns } };
}

function notesOf(
  { thresholdFrom, boxed }: PartSummary<'localization'>['details'],
  pictures: number,
): readonly string[] {
  const notes: string[] = [];
  if (boxed < pictures) notes.push(`It is known of ${boxed} of the ${pictures} pictures where their object is.`);
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
  for (let index = 0; index < data.count; index++) {
    if ((await readAnnotation(data, index, 'box')).boxes.length > 0) return true;
  }
  return false;
}
