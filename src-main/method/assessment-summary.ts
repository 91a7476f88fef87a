/** Figures of one assessment. */
import type { RoundSummary } from '../contract/run.ts';
import { median } from '../numeric/statistics.ts';
import type { Column } from './assessed-picture.ts';

/** What a summary is made of. */
export interface Assessed {
  /** Training pictures that this round assessed, as indices; and how many there are in all. */
  readonly samples: readonly number[];
  readonly count: number;
  /** [count] each. */
  readonly columns: Readonly<Record<Column, Float32Array>>;
  readonly labels: ArrayLike<number>;
  /** Of the samples: each of their labels with E for it. */
  readonly eOfLabels: Iterable<readonly [label: number, e: number]>;
  /** Whether a class is one of a sample's. */
  readonly isLabel: (sample: number, label: number) => boolean;
}

/** Of what was assessed in this round. */
export function summarise(assessed: Assessed, round: number, classCount: number, eps: number): RoundSummary {
  const { samples, count, columns, labels, isLabel } = assessed;
  const { prediction, attackedPrediction, empty } = columns;
  const e = Float32Array.from(samples, (i) => columns.e[i]);
  const histogram = new Array<number>(20).fill(0);
  let [total, below, correct, survived, emptyMaps] = [0, 0, 0, 0, 0];
  samples.forEach((i, k) => {
    total += e[k];
    histogram[Math.min(19, Math.floor(e[k] * 20))] += 1;
    if (e[k] < 0.5) below += 1;
    emptyMaps += empty[i];
    if (prediction[i] !== labels[i]) return;
    correct += 1;
    // Another of its classes is as right as the one before.
    if (isLabel(i, attackedPrediction[i])) survived += 1;
  });
  return {
    round,
    samples: samples.length,
    ...(samples.length === count ? {} : { pictures: count }),
    eMean: total / samples.length,
    eMedian: median(e),
    eBelowHalf: below / samples.length,
    eMeanPerClass: meanPerClass(assessed.eOfLabels, classCount),
    eHistogram: histogram,
    survived: correct > 0 ? survived / correct : 0,
    accuracy: correct / samples.length,
    emptyMaps,
    eps,
  };
}

function meanPerClass(values: Assessed['eOfLabels'], classCount: number): (number | null)[] {
  const sums = new Float64Array(classCount);
  const counts = new Uint32Array(classCount);
  for (const [label, e] of values) {
    sums[label] += e;
    counts[label] += 1;
  }
  return Array.from(sums, (sum, c) => (counts[c] > 0 ? sum / counts[c] : null));
}
