/**
 * Whether a filter answers to one class or to all: the class selectivity index (Morcos et al., "On the importance of
 * single directions for generalization", ICLR 2018, section 2.3), (m - o) / (m + o) with m the largest mean activation
 * of a class and o the mean over the other classes. 0: it answers to all classes alike; 1: to one alone.
 *
 * Activations are means over all places of the map, of its positive part (a filter's negative values would take the
 * index out of [0,1]). Every class counts the same in o, whatever the number of its pictures. A filter that never
 * answers has no index.
 */
import type { Resampled } from '../numeric/bootstrap.ts';
import { resampledStatistic } from '../numeric/bootstrap.ts';

/** What filters answered to the measured pictures, and what the pictures show. */
export interface FilterAnswers {
  readonly pictures: number;
  readonly filters: number;
  readonly classes: number;
  /** Row by row; the filters of picture i begin at `i * stride + offset`. */
  readonly values: Float32Array;
  readonly stride: number;
  readonly offset: number;
  /** Classes of a picture: it counts for each of them. */
  readonly classesOf: (picture: number) => Iterable<number>;
}

export interface Selectivity {
  /** Mean index over the filters that answer; null where fewer than two classes have pictures, or no filter answers. */
  readonly figure: Resampled | null;
  /** [filters] class that each filter answers to most; -1 of one that never answers. */
  readonly favourites: Int32Array;
  /** [filters] NaN of one that never answers. */
  readonly indices: Float64Array;
}

/**
 * @param seed of the resampling over pictures. The class of each filter stays the one of all pictures: if every draw
 * took the largest of its own means, all draws would lie above the figure, because the largest of noisy means grows
 * with the noise.
 */
export function filterSelectivity(answers: FilterAnswers, seed: number): Selectivity {
  const means = new ClassMeans(answers);
  const all = new Uint32Array(answers.pictures).fill(1);
  const favourites = means.favourites(all);
  const indices = means.indices(all, favourites);
  if (means.present < 2 || !indices.some((index) => !Number.isNaN(index))) return { figure: null, favourites, indices };
  const figure = resampledStatistic(answers.pictures, (draws) => meanKnown(means.indices(draws, favourites)), { seed });
  return { figure, favourites, indices };
}

/** Mean activations by class, class after class, so that memory holds one class at a time. */
class ClassMeans {
  /** Classes with pictures in what was last asked about. */
  present = 0;
  readonly #answers: FilterAnswers;
  /** [classes] pictures of each class. */
  readonly #members: readonly (readonly number[])[];
  readonly #mean: Float64Array;
  readonly #total: Float64Array;
  readonly #own: Float64Array;

  constructor(answers: FilterAnswers) {
    const { pictures, filters, classes, classesOf } = answers;
    this.#answers = answers;
    const members = Array.from({ length: classes }, (): number[] => []);
    for (let i = 0; i < pictures; i++) for (const c of classesOf(i)) members[c].push(i);
    this.#members = members;
    this.#mean = new Float64Array(filters);
    this.#total = new Float64Array(filters);
    this.#own = new Float64Array(filters);
  }

  favourites(draws: Uint32Array): Int32Array {
    const best = new Float64Array(this.#answers.filters);
    const favourites = new Int32Array(this.#answers.filters).fill(-1);
    this.#forEachClass(draws, (c, mean) => {
      for (let k = 0; k < mean.length; k++) {
        if (!(mean[k] > best[k])) continue;
        best[k] = mean[k];
        favourites[k] = c;
      }
    });
    return favourites;
  }

  /** [filters] index of each filter with regard to its class; NaN where it does not answer, or its class is not drawn. */
  indices(draws: Uint32Array, favourites: Int32Array): Float64Array {
    const [total, own] = [this.#total.fill(0), this.#own.fill(NaN)];
    this.#forEachClass(draws, (c, mean) => {
      for (let k = 0; k < mean.length; k++) {
        total[k] += mean[k];
        if (favourites[k] === c) own[k] = mean[k];
      }
    });
    const others = this.present - 1;
    return own.map((m, k) => {
      const o = (total[k] - m) / others;
      return (m - o) / (m + o);
    });
  }

  #forEachClass(draws: Uint32Array, visit: (c: number, mean: Float64Array) => void): void {
    const { filters, values, stride, offset } = this.#answers;
    const mean = this.#mean;
    this.present = 0;
    this.#members.forEach((members, c) => {
      let count = 0;
      mean.fill(0);
      for (const i of members) {
        const drawn = draws[i];
        if (drawn === 0) continue;
        count += drawn;
        const from = i * stride + offset;
        for (let k = 0; k < filters; k++) mean[k] += drawn * values[from + k];
      }
      if (count === 0) return;
      for (let k = 0; k < filters; k++) mean[k] /= count;
      this.present++;
      visit(c, mean);
    });
  }
}

/** Mean of what is known; 0 where nothing is. */
function meanKnown(values: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
