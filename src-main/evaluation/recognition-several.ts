/**
 * Recognition where pictures may be of several classes.
 *
 * - `map`: mean average precision (multi-label.ts); a picture of which it is not known whether it shows a class does not
 *   count for that class, as the "difficult" objects of Pascal VOC do not.
 * - `top1`: share of pictures whose most probable class is one of theirs; `top5` (more than five classes): one of theirs
 *   is among the five most probable; `ece`: how far the probability of the most probable class is from how often it is
 *   one of theirs.
 * - `label_accuracy`: of the questions "is this class there?", asked of each picture for each class where the answer is
 *   known, the share answered rightly (yes above a probability of 1/2), a picture counting as much as any other. Where
 *   most classes are absent from most pictures, always saying no does well here: mAP is the figure to compare.
 * - Accuracy of a class: the share of its pictures in which it is seen (probability above 1/2).
 * - The confusion matrix counts each picture once, in the row of the one of its classes that the model is most sure of.
 */
import type { RecognitionDetails } from '../contract/evaluation.ts';
import { bootstrapMean, resampledMeans } from '../numeric/bootstrap.ts';
import type { LabelSets } from '../numeric/label-sets.ts';
import type { ClassScores } from './multi-label.ts';
import { meanAveragePrecision, multiLabelFigures } from './multi-label.ts';
import type { MeasuredPart, PartSummary, Subject } from './part.ts';
import { upTo } from './passes.ts';
import { readBatch } from './read-batch.ts';
import { bestLabel, readPrediction, RecognitionRecord } from './recognition.ts';

/** A row: its logits, from which all the rest is read. */
export function severalRecognised(
  { model, measured, settings }: Subject,
  sets: LabelSets,
): MeasuredPart<'recognition'> {
  const { classes } = model;
  return {
    part: 'recognition',
    count: measured.count,
    width: classes,
    passes: 1,
    measure: async (items, out) => {
      const { pictures } = await readBatch(measured, items);
      out.set(await model.classify(pictures));
    },
    summarise: (rows) => summarise(rows, sets, measured.ids, settings.seed),
    close: () => undefined,
  };
}

/** @param logits [pictures, classes] */
function summarise(
  logits: Float32Array,
  sets: LabelSets,
  ids: readonly string[],
  seed: number,
): PartSummary<'recognition'> {
  const { count, classCount } = sets;
  const data = { labels: new Int32Array(0), labelSets: sets };
  const record = new RecognitionRecord(classCount, count);
  const predictions = upTo(count).map((i) => readPrediction(logits, i, classCount, data, i));
  const best = upTo(count).map((i) => {
    return bestLabel(logits.subarray(i * classCount, (i + 1) * classCount), sets.positives(i));
  });
  predictions.forEach((prediction, i) => {
    record.add(best[i], prediction);
  });
  const scores = scoresOf(logits, sets);
  const answered = shareAnswered(logits, sets);
  const [labelAccuracy] = resampledMeans([answered], { seed });
  const { figures, details } = record.summary(seed);
  const others = Object.entries(figures).filter(([key]) => key !== 'balanced_accuracy');
  const map = meanAveragePrecision(scores, seed);
  const { perClass: averagePrecision } = multiLabelFigures(scores, seed);
  const column = (of: (prediction: (typeof predictions)[number]) => number) => Float32Array.from(predictions, of);
  return {
    figures: { ...(map === null ? {} : { map }), ...Object.fromEntries(others), label_accuracy: labelAccuracy },
    details: { ...details, perClass: seenPerClass(logits, sets, seed), averagePrecision },
    notes: notesOf(sets),
    perPicture: {
      ids,
      columns: {
        correct: column(({ rank }) => (rank === 0 ? 1 : 0)),
        prediction: column(({ prediction }) => prediction),
        probability: column(({ probability }) => probability),
        label_probability: column(({ labelProbability }) => labelProbability),
        rank: column(({ rank }) => rank),
        label_accuracy: answered,
        best_label: Float32Array.from(best),
      },
    },
  };
}

function scoresOf(logits: Float32Array, sets: LabelSets): ClassScores[] {
  const { count, classCount } = sets;
  const [targets, known] = [sets.targets(), sets.known()];
  return upTo(classCount).map((c) => ({
    shown: Uint8Array.from({ length: count }, (_, i) => targets[i * classCount + c]),
    known: Uint8Array.from({ length: count }, (_, i) => known[i * classCount + c]),
    // Logits and not probabilities: those of a very sure model are all 1, and in no order.
    scores: Float64Array.from({ length: count }, (_, i) => logits[i * classCount + c]),
  }));
}

/** [pictures] share of the known classes of which it is rightly said whether they are there. */
function shareAnswered(logits: Float32Array, sets: LabelSets): Float32Array {
  const { count, classCount } = sets;
  const [targets, known] = [sets.targets(), sets.known()];
  return Float32Array.from({ length: count }, (_, i) => {
    let [right, asked] = [0, 0];
    for (let k = i * classCount; k < (i + 1) * classCount; k++) {
      asked += known[k];
      if (known[k] === 1 && logits[k] > 0 === (targets[k] === 1)) right++;
    }
    return right / asked;
  });
}

function seenPerClass(logits: Float32Array, sets: LabelSets, seed: number): RecognitionDetails['perClass'] {
  const seen = Array.from({ length: sets.classCount }, (): number[] => []);
  for (let i = 0; i < sets.count; i++) {
    for (const label of sets.positives(i)) seen[label].push(logits[i * sets.classCount + label] > 0 ? 1 : 0);
  }
  return seen.map((of) => (of.length === 0 ? null : bootstrapMean(of, { seed })));
}

function notesOf(sets: LabelSets): string[] {
  let unsure = 0;
  for (let i = 0; i < sets.count; i++) unsure += sets.unsure(i).length;
  if (unsure === 0) return [];
  return [
    `Of ${String(unsure)} pairs of picture and class it is not known whether the class is there. They count neither for nor against the model.`,
  ];
}
