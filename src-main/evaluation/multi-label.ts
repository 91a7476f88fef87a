/**
 * Figures where a picture may show several things: average precision of each class over the pictures, and their mean
 * (mAP). The area under the exact precision-recall curve (not the 11 points of VOC 2007, no interpolation): the sum,
 * over the scores from the highest down, of precision times the gain in recall. Pictures of equal score are one step.
 */
import type { Figure } from '../contract/run.ts';
import type { Resampled } from '../numeric/bootstrap.ts';
import { bootstrapStatistic, resampledStatistic } from '../numeric/bootstrap.ts';
import { averagePrecision } from '../numeric/curves.ts';

/** One class over all pictures. */
export interface ClassScores {
  /** [pictures] 1 where the picture shows it, else 0. */
  readonly shown: Uint8Array;
  /** [pictures] higher: more sure that it does. */
  readonly scores: Float64Array;
  /** [pictures] 0 where it is not known whether the picture shows it: it does not count for this class. All known where not given. */
  readonly known?: Uint8Array;
}

export interface MultiLabelFigures {
  /** Average precision of each class; null where no picture shows it. */
  readonly perClass: readonly (Figure | null)[];
  /** Their mean over the classes that are shown; null where none is. */
  readonly mean: Figure | null;
}

/**
 * @param classes all over the same pictures
 * @param seed    of the bootstrap over pictures. A class that a resample does not show takes no part in its mean.
 */
export function multiLabelFigures(classes: readonly ClassScores[], seed: number): MultiLabelFigures {
  const curves = classes.map((scores) => new ClassCurve(scores)).map((curve) => (curve.total > 0 ? curve : null));
  const n = classes[0]?.shown.length ?? 0;
  const shown = curves.filter((curve) => curve !== null);
  return {
    perClass: curves.map((curve) =>
      curve === null ? null : bootstrapStatistic(n, (draws) => curve.at(draws), { seed }),
    ),
    mean: shown.length === 0 ? null : bootstrapStatistic(n, (draws) => meanOf(shown, draws), { seed }),
  };
}

/** Mean average precision with what it came to on every draw; null where no picture shows any class. */
export function meanAveragePrecision(classes: readonly ClassScores[], seed: number): Resampled | null {
  const shown = classes.map((scores) => new ClassCurve(scores)).filter((curve) => curve.total > 0);
  const n = classes[0]?.shown.length ?? 0;
  return shown.length === 0 ? null : resampledStatistic(n, (draws) => meanOf(shown, draws), { seed });
}

function meanOf(curves: readonly ClassCurve[], draws: Uint32Array): number {
  let sum = 0;
  let present = 0;
  for (const curve of curves) {
    const area = curve.at(draws);
    if (curve.total === 0) continue;
    sum += area;
    present++;
  }
  return present === 0 ? 0 : sum / present;
}

/** The precision-recall curve of one class, sorted once for all resamples. */
class ClassCurve {
  /** Pictures that show the class in what {@link at} was last asked about; at first: in all. */
  total: number;
  private readonly shown: Uint8Array;
  private readonly known: Uint8Array | null;
  /** [pictures] place of the picture's score among the different scores, the lowest 0. */
  private readonly level: Int32Array;
  private readonly positives: Float64Array;
  private readonly negatives: Float64Array;

  constructor({ shown, scores, known }: ClassScores) {
    if (shown.length !== scores.length) throw new RangeError('multi-label: as many scores as pictures');
    this.shown = shown;
    this.known = known ?? null;
    this.total = shown.reduce((sum, value, i) => sum + (known?.[i] === 0 ? 0 : value), 0);
    const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
    this.level = new Int32Array(scores.length);
    let level = 0;
    order.forEach((picture, i) => {
      if (i > 0 && scores[picture] > scores[order[i - 1]]) level++;
      this.level[picture] = level;
    });
    this.positives = new Float64Array(level + 1);
    this.negatives = new Float64Array(level + 1);
  }

  /** Average precision with each picture counted as often as it was drawn. */
  at(draws: Uint32Array): number {
    this.positives.fill(0);
    this.negatives.fill(0);
    this.total = 0;
    for (let i = 0; i < draws.length; i++) {
      if (this.known?.[i] === 0) continue;
      if (this.shown[i] === 0) {
        this.negatives[this.level[i]] += draws[i];
        continue;
      }
      this.positives[this.level[i]] += draws[i];
      this.total += draws[i];
    }
    return averagePrecision(this.positives, this.negatives);
  }
}
