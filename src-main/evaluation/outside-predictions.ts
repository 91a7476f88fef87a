/**
 * Recognition figures of predictions that another program made: the same as of the app's own models
 * ({@link RecognitionRecord}), as far as what is known of the predictions goes.
 */
import type { Figure } from '../contract/run.ts';
import { readLogits, RecognitionRecord } from './recognition.ts';

/** What is known of the predictions of all pictures. */
export interface OutsidePredictions {
  /** How many classes there are. */
  readonly classes: number;
  /** [n] class of each picture, and the class that it was taken for. */
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  /** [n] probability of the predicted class; null where none is known. */
  readonly probabilities: Float64Array | null;
  /** [n] how many classes come before the label; null where only the first place is known. */
  readonly ranks: Int32Array | null;
}

export interface OutsideRecognition {
  /**
   * `top1`, `top5` (more than five classes, and more than the first place known), `balanced_accuracy`, `ece` (with
   * probabilities).
   */
  readonly figures: Readonly<Record<string, Figure>>;
  /** `[label][prediction]` counts of pictures. */
  readonly confusion: readonly (readonly number[])[];
  /** Accuracy of each class; null for a class without pictures. */
  readonly perClass: readonly (Figure | null)[];
}

/** One picture's scores, one a class, read as both kinds that they may be. */
export interface RankedScores {
  readonly prediction: number;
  readonly rank: number;
  /** Of the predicted class: the score itself, and its share after a softmax. */
  readonly score: number;
  readonly softmax: number;
}

/** Ranks one row of probabilities or logits: the order is the same for both. The first of equals counts as higher. */
export function rankScores(scores: Float64Array, label: number): RankedScores {
  const { prediction, rank, probability } = readLogits(scores, 0, scores.length, label);
  return { prediction, rank, score: scores[prediction], softmax: probability };
}

/** @param seed of the bootstrap over pictures */
export function predictionFigures(given: OutsidePredictions, seed: number): OutsideRecognition {
  const { classes, labels, predictions, probabilities, ranks } = given;
  const record = new RecognitionRecord(classes, labels.length);
  for (let i = 0; i < labels.length; i++) {
    record.add(labels[i], {
      prediction: predictions[i],
      probability: probabilities === null ? 0 : probabilities[i],
      rank: ranks === null ? Number(predictions[i] !== labels[i]) : ranks[i],
    });
  }
  const { figures, details } = record.summary(seed);
  const unknown = new Set([...(ranks === null ? ['top5'] : []), ...(probabilities === null ? ['ece'] : [])]);
  const known = Object.entries(figures).filter(([key]) => !unknown.has(key));
  return {
    figures: Object.fromEntries(known.map(([key, { value, low, high, n }]) => [key, { value, low, high, n }])),
    confusion: details.confusion,
    perClass: details.perClass,
  };
}
