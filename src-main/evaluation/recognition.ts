/**
 * Recognition figures from logits, streaming: top-1, top-5, balanced accuracy, confusion matrix, and the expected
 * calibration error (Guo et al., ICML 2017: 15 equal-width bins of confidence).
 */
import type { Figure } from '../contract/run.ts';
import { bootstrapMean, bootstrapStatistic } from '../numeric/bootstrap.ts';

/** What a model says about one picture. */
export interface ClassPrediction {
  /** Class of the largest logit (the first of equals). */
  readonly prediction: number;
  /** Softmax probability of that class, and of the given label. */
  readonly probability: number;
  readonly labelProbability: number;
  /** How many classes come before the label; 0 is a correct prediction. */
  readonly rank: number;
}

/**
 * Reads one row of logits.
 * @param logits [.., classes] row-major
 * @param row    which row
 */
export function readLogits(logits: Float32Array, row: number, classes: number, label: number): ClassPrediction {
  const from = row * classes;
  const own = logits[from + label];
  let prediction = 0;
  let rank = 0;
  for (let c = 0; c < classes; c++) {
    const value = logits[from + c];
    if (value > logits[from + prediction]) prediction = c;
    // Written so that a logit that is not a number never counts as correct.
    if (c !== label && !(value < own || (value === own && c > label))) rank++;
  }
  const top = logits[from + prediction];
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp(logits[from + c] - top);
  return { prediction, probability: 1 / sum, labelProbability: Math.exp(own - top) / sum, rank };
}

export interface RecognitionFigures {
  readonly top1: Figure;
  /** Null with five classes or fewer, where it says nothing. */
  readonly top5: Figure | null;
  /** Mean over the classes that occur of the share of their pictures that is recognised. */
  readonly balancedAccuracy: Figure;
  /** `confusion[label][prediction]` counts of pictures. */
  readonly confusion: readonly (readonly number[])[];
  /** Expected calibration error, [0,1]. */
  readonly ece: number;
}

const BINS = 15;

/** Collects predictions picture by picture. */
export class RecognitionRecord {
  count = 0;
  private readonly classes: number;
  private readonly labels: Int32Array;
  private readonly ranks: Int32Array;
  private readonly confusion: Float64Array;
  private readonly binCount = new Float64Array(BINS);
  private readonly binConfidence = new Float64Array(BINS);
  private readonly binCorrect = new Float64Array(BINS);

  /** @param capacity most pictures that will be added */
  constructor(classes: number, capacity: number) {
    this.classes = classes;
    this.labels = new Int32Array(capacity);
    this.ranks = new Int32Array(capacity);
    this.confusion = new Float64Array(classes * classes);
  }

  add(label: number, predicted: ClassPrediction): void {
    this.labels[this.count] = label;
    this.ranks[this.count] = predicted.rank;
    this.count++;
    this.confusion[label * this.classes + predicted.prediction]++;
    // Bins are open below and closed above; a probability of 0 or of nothing goes to the first.
    const bin = Math.min(BINS - 1, Math.max(0, Math.ceil((predicted.probability || 0) * BINS) - 1));
    this.binCount[bin]++;
    this.binConfidence[bin] += predicted.probability || 0;
    this.binCorrect[bin] += predicted.rank === 0 ? 1 : 0;
  }

  /** Figures of all pictures added so far. */
  figures(seed: number): RecognitionFigures {
    const { count, classes, labels, ranks } = this;
    const within = (places: number) => Uint8Array.from({ length: count }, (_, i) => (ranks[i] < places ? 1 : 0));
    let ece = 0;
    for (let b = 0; b < BINS; b++) ece += Math.abs(this.binCorrect[b] - this.binConfidence[b]) / Math.max(1, count);
    const total = new Float64Array(classes);
    const correct = new Float64Array(classes);
    return {
      top1: bootstrapMean(within(1), { seed }),
      top5: classes > 5 ? bootstrapMean(within(5), { seed }) : null,
      balancedAccuracy: bootstrapStatistic(
        count,
        (draws) => {
          total.fill(0);
          correct.fill(0);
          for (let i = 0; i < count; i++) {
            total[labels[i]] += draws[i];
            if (ranks[i] === 0) correct[labels[i]] += draws[i];
          }
          return meanShare(correct, total);
        },
        { seed },
      ),
      confusion: Array.from({ length: classes }, (_, c) =>
        Array.from(this.confusion.subarray(c * classes, (c + 1) * classes)),
      ),
      ece,
    };
  }
}

/** Mean of correct / total over the classes that have any. */
function meanShare(correct: Float64Array, total: Float64Array): number {
  let sum = 0;
  let present = 0;
  for (let c = 0; c < total.length; c++) {
    if (total[c] === 0) continue;
    sum += correct[c] / total[c];
    present++;
  }
  return present === 0 ? 0 : sum / present;
}
