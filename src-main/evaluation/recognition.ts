/**
 * Recognition figures from predictions, picture by picture: top-1, top-5, balanced accuracy, confusion matrix, and the
 * expected calibration error (Guo et al., ICML 2017: 15 equal-width bins of confidence).
 */
import type { RecognitionDetails } from '../contract/evaluation.ts';
import type { Resampled } from '../numeric/bootstrap.ts';
import { sigmoid } from '../networks/loss.ts';
import { bootstrapMean, resampledMeans, resampledStatistic } from '../numeric/bootstrap.ts';
import type { EvaluationData } from './predictor.ts';

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
export function readLogits(logits: ArrayLike<number>, row: number, classes: number, label: number): ClassPrediction {
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

/**
 * Reads what a model says about a picture of `data`. Of one that may be of several classes: the prediction is the most
 * probable class (those left out of which nothing is known), it is right where it is one of the picture's, and so `rank`
 * counts the classes that the picture is not of and that come before its best one. Probabilities are then sigmoids, and
 * that of the label is that of the picture's best class, {@link bestLabel}.
 * @param logits [.., classes] row-major
 * @param row    which row
 * @param index  the picture in the data
 */
export function readPrediction(
  logits: ArrayLike<number>,
  row: number,
  classes: number,
  { labels, labelSets }: Pick<EvaluationData, 'labels' | 'labelSets'>,
  index: number,
): ClassPrediction {
  if (labelSets === null) return readLogits(logits, row, classes, labels[index]);
  const own = Float64Array.from({ length: classes }, (_, c) => logits[row * classes + c]);
  for (const c of labelSets.unsure(index)) own[c] = -Infinity;
  const label = bestLabel(own, labelSets.positives(index));
  const { prediction, rank } = readLogits(own, 0, classes, label);
  return { prediction, rank, probability: sigmoid(own[prediction]), labelProbability: sigmoid(own[label]) };
}

/** Of a picture's classes the one that the model is most sure of. @param logits [classes] */
export function bestLabel(logits: ArrayLike<number>, positives: Int32Array): number {
  return positives.reduce((best, label) => (logits[label] > logits[best] ? label : best));
}

/** The numbers of recognition and what is shown beside them. */
export interface RecognitionSummary {
  /** `top1`, `top5` (more than five classes), `balanced_accuracy`, `ece`. */
  readonly figures: Readonly<Record<string, Resampled>>;
  readonly details: RecognitionDetails;
}

const BINS = 15;

/** Collects predictions picture by picture. */
export class RecognitionRecord {
  count = 0;
  private readonly classes: number;
  private readonly labels: Int32Array;
  private readonly predictions: Int32Array;
  private readonly ranks: Int32Array;
  private readonly probabilities: Float64Array;

  /** @param capacity most pictures that will be added */
  constructor(classes: number, capacity: number) {
    this.classes = classes;
    this.labels = new Int32Array(capacity);
    this.predictions = new Int32Array(capacity);
    this.ranks = new Int32Array(capacity);
    this.probabilities = new Float64Array(capacity);
  }

  add(label: number, { prediction, rank, probability }: Omit<ClassPrediction, 'labelProbability'>): void {
    const i = this.count++;
    this.labels[i] = label;
    this.predictions[i] = prediction;
    this.ranks[i] = rank;
    // A probability of nothing at all counts as none.
    this.probabilities[i] = probability || 0;
  }

  /**
   * Of all pictures added so far.
   * @param seed of the resampling
   */
  summary(seed: number): RecognitionSummary {
    const { count, classes, ranks } = this;
    const within = (places: number) => Uint8Array.from({ length: count }, (_, i) => (ranks[i] < places ? 1 : 0));
    const [top1, top5] = resampledMeans(classes > 5 ? [within(1), within(5)] : [within(1)], { seed });
    const figures: Record<string, Resampled> = { top1 };
    if (classes > 5) figures['top5'] = top5;
    figures['balanced_accuracy'] = resampledStatistic(count, this.balancedAccuracy(), { seed });
    figures['ece'] = resampledStatistic(count, this.calibrationError(), { seed });
    return {
      figures,
      details: { confusion: this.confusion(), perClass: this.perClass(seed), calibration: this.calibration() },
    };
  }

  /** Mean over the classes that are drawn of the share of their pictures that is recognised. */
  private balancedAccuracy(): (draws: Uint32Array) => number {
    const { classes, labels, ranks, count } = this;
    const total = new Float64Array(classes);
    const correct = new Float64Array(classes);
    return (draws) => {
      total.fill(0);
      correct.fill(0);
      for (let i = 0; i < count; i++) {
        total[labels[i]] += draws[i];
        if (ranks[i] === 0) correct[labels[i]] += draws[i];
      }
      return meanShare(correct, total);
    };
  }

  /** Distance between confidence and accuracy, each bin counted by its pictures. */
  private calibrationError(): (draws: Uint32Array) => number {
    const { probabilities, ranks, count } = this;
    const bins = Uint8Array.from(probabilities.subarray(0, count), binOf);
    const gap = new Float64Array(BINS);
    return (draws) => {
      gap.fill(0);
      for (let i = 0; i < count; i++) gap[bins[i]] += draws[i] * ((ranks[i] === 0 ? 1 : 0) - probabilities[i]);
      let sum = 0;
      for (let b = 0; b < BINS; b++) sum += Math.abs(gap[b]);
      return sum / Math.max(1, count);
    };
  }

  private confusion(): number[][] {
    const rows = Array.from({ length: this.classes }, () => new Array<number>(this.classes).fill(0));
    for (let i = 0; i < this.count; i++) rows[this.labels[i]][this.predictions[i]]++;
    return rows;
  }

  private perClass(seed: number): RecognitionDetails['perClass'] {
    const correct: number[][] = Array.from({ length: this.classes }, () => []);
    for (let i = 0; i < this.count; i++) correct[this.labels[i]].push(this.ranks[i] === 0 ? 1 : 0);
    return correct.map((of) => (of.length === 0 ? null : bootstrapMean(of, { seed })));
  }

  private calibration(): RecognitionDetails['calibration'] {
    const bins = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, accuracy: 0 }));
    for (let i = 0; i < this.count; i++) {
      const bin = bins[binOf(this.probabilities[i])];
      bin.count++;
      bin.confidence += this.probabilities[i];
      bin.accuracy += this.ranks[i] === 0 ? 1 : 0;
    }
    return bins.map(({ count, confidence, accuracy }) => {
      const n = Math.max(1, count);
      return { count, confidence: confidence / n, accuracy: accuracy / n };
    });
  }
}

/** Bins are open below and closed above; a probability of 0 goes to the first. */
function binOf(probability: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.ceil(probability * BINS) - 1));
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
