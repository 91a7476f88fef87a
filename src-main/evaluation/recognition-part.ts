/** Does the model name the pictures correctly? One forward pass a picture. */
import type { PartKind } from './part.ts';
import { readBatch } from './read-batch.ts';
import type { ClassPrediction } from './recognition.ts';
import { readLogits, RecognitionRecord } from './recognition.ts';
import { severalRecognised } from './recognition-several.ts';

/** Of a row: class of the largest logit, its probability, that of the label, classes before the label. */
const COLUMNS = ['prediction', 'probability', 'label_probability', 'rank'] as const;
const WIDTH = COLUMNS.length;

/** Recognition: accuracy, calibration, confusion. */
export const recognitionPart: PartKind<'recognition'> = {
  part: 'recognition',
  definition: 1,
  passes: () => 1,
  prepare: (subject) => {
    const { model, measured, settings } = subject;
    if (measured.labelSets !== null) return Promise.resolve(severalRecognised(subject, measured.labelSets));
    return Promise.resolve({
      part: 'recognition',
      count: measured.count,
      width: WIDTH,
      passes: 1,
      measure: async (items, out) => {
        const { pictures } = await readBatch(measured, items);
        const logits = await model.classify(pictures);
        items.forEach((item, row) => {
          const read = readLogits(logits, row, model.classes, measured.labels[item]);
          out.set([read.prediction, read.probability, read.labelProbability, read.rank], row * WIDTH);
        });
      },
      summarise: (rows) => {
        const record = new RecognitionRecord(model.classes, measured.count);
        for (let i = 0; i < measured.count; i++) record.add(measured.labels[i], rowOf(rows, i));
        const column = (at: number) => Float32Array.from({ length: measured.count }, (_, i) => rows[i * WIDTH + at]);
        const columns: Record<string, Float32Array> = { correct: column(3).map((rank) => (rank === 0 ? 1 : 0)) };
        COLUMNS.forEach((name, at) => (columns[name] = column(at)));
        return { ...record.summary(settings.seed), notes: [], perPicture: { ids: measured.ids, columns } };
      },
      close: () => undefined,
    });
  },
};

function rowOf(rows: Float32Array, item: number): ClassPrediction {
  const [prediction, probability, labelProbability, rank] = rows.subarray(item * WIDTH, (item + 1) * WIDTH);
  return { prediction, probability, labelProbability, rank };
}
