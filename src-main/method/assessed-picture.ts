/**
 * What an assessment says of one picture: predictions, probabilities and E, before and after the attack.
 *
 * Where a picture may be of several classes (probabilities are sigmoids, one a class):
 * - E is the mean over its labels of E of each: S of the label's own heatmaps times Q of its own yes or no. As a
 *   question of its own a label has two probabilities, 1 - p and p, so that Q is what it is for two classes: the ratio
 *   min(1, p^/p); agreement: whether p^ > 1/2; total variation: 1 - |p - p^|. A label without a heatmap, before or
 *   after, has E = 0. `s` and `q` are means over the labels too, so that their product need not be E.
 * - `label` is the one of its classes that the model is most sure of before the attack, and the probabilities of the
 *   label are its. So what is said of a picture in single-label data stays true: it is named correctly where
 *   `prediction` is `label`.
 * - `prediction` is the most probable class, leaving out those of which it is not known whether they are there.
 * - `loss` is the sum of binary cross-entropies; `empty` says that no label has heatmaps before and after.
 */
import { binaryCrossEntropy, mostProbable, sigmoid } from '../networks/loss.ts';
import type { LabelSets } from '../numeric/label-sets.ts';
import { argMax, mean } from '../numeric/statistics.ts';
import { consistency, type Consistency, type ConsistencySettings, type MapPair, softmax } from './consistency.ts';

/** Columns of an assessment. */
export const COLUMNS = [
  'prediction',
  'probability',
  'labelProbability',
  'attackedLabelProbability',
  'attackedPrediction',
  'attackedProbability',
  's',
  'q',
  'e',
  'loss',
  'empty',
] as const;
export type Column = (typeof COLUMNS)[number];
type Values = Readonly<Record<Column, number>>;

/** Of one label a picture. Logits: [classes]. */
export function assessSingle(
  logits: Float32Array,
  attackedLogits: Float32Array,
  label: number,
  pair: MapPair,
  settings: ConsistencySettings,
): Values {
  const p = softmax(logits);
  const attacked = softmax(attackedLogits);
  const { s, q, e, empty } = consistency(pair, p, attacked, label, settings);
  const prediction = argMax(p);
  const attackedPrediction = argMax(attacked);
  return {
    prediction,
    probability: p[prediction],
    labelProbability: p[label],
    attackedLabelProbability: attacked[label],
    attackedPrediction,
    attackedProbability: attacked[attackedPrediction],
    s,
    q,
    e,
    loss: -Math.log(Math.max(p[label], 1e-30)),
    empty: empty ? 1 : 0,
  };
}

export interface SeveralAssessed {
  readonly values: Values;
  /** The class that the row goes by. */
  readonly label: number;
  /** [labels of the picture] E of each. */
  readonly labelE: readonly number[];
  /** [labels of the picture] Probability of each, clean and attacked. */
  readonly labelProbabilities: readonly number[];
  readonly attackedLabelProbabilities: readonly number[];
}

/**
 * Of several labels.
 * @param sets  `index` is the picture's place in them
 * @param pairs the heatmaps of its labels, in their order
 */
export function assessSeveral(
  logits: Float32Array,
  attackedLogits: Float32Array,
  sets: LabelSets,
  index: number,
  pairs: readonly MapPair[],
  settings: ConsistencySettings,
): SeveralAssessed {
  const p = Float64Array.from(logits, sigmoid);
  const attacked = Float64Array.from(attackedLogits, sigmoid);
  const labels = sets.positives(index);
  const unsure = sets.unsure(index);
  const each = pairs.map((pair, k) => labelConsistency(pair, p[labels[k]], attacked[labels[k]], settings));
  const label = labels.reduce((best, candidate) => (logits[candidate] > logits[best] ? candidate : best));
  // By the logits: probabilities of very sure models are equal to the last digit.
  const prediction = mostProbable(logits, unsure);
  const attackedPrediction = mostProbable(attackedLogits, unsure);
  const labelE = each.map(({ e }) => e);
  const { targets, known } = rowOf(sets, index);
  return {
    values: {
      prediction,
      probability: p[prediction],
      labelProbability: p[label],
      attackedLabelProbability: attacked[label],
      attackedPrediction,
      attackedProbability: attacked[attackedPrediction],
      s: mean(each.map(({ s }) => s)),
      q: mean(each.map(({ q }) => q)),
      e: mean(labelE),
      loss: binaryCrossEntropy(logits, targets, known, 0, logits.length),
      empty: each.every(({ empty }) => empty) ? 1 : 0,
    },
    label,
    labelE,
    labelProbabilities: Array.from(labels, (each) => p[each]),
    attackedLabelProbabilities: Array.from(labels, (each) => attacked[each]),
  };
}

/** E of one of several labels: whether it is there is a question of two answers. `p` and `attacked` say how likely. */
function labelConsistency(pair: MapPair, p: number, attacked: number, settings: ConsistencySettings): Consistency {
  return consistency(pair, Float64Array.of(1 - p, p), Float64Array.of(1 - attacked, attacked), 1, settings);
}

function rowOf(sets: LabelSets, index: number): { targets: Float32Array; known: Float32Array } {
  const one = sets.pick([index]);
  return { targets: one.targets(), known: one.known() };
}
