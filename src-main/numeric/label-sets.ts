/**
 * Which classes each of many pictures is of, where it may be of several: the multi-label counterpart of one label a
 * picture. A class a picture is not of may also be one of which nothing is known (VOC's "difficult" objects).
 */
export class LabelSets {
  readonly classCount: number;
  readonly #positives: readonly Int32Array[];
  readonly #unsure: readonly Int32Array[];

  /**
   * @param positives for each picture the classes it is of, ascending, at least one
   * @param unsure    for each picture the classes of which it is not known; none of its positives
   * @throws RangeError for a picture without a class, and for numbers that are no class
   */
  constructor(classCount: number, positives: readonly (readonly number[])[], unsure: readonly (readonly number[])[]) {
    const isClass = (label: number): boolean => Number.isInteger(label) && label >= 0 && label < classCount;
    if (positives.length !== unsure.length) throw new RangeError('one list of unsure classes a picture');
    if (positives.some((labels) => labels.length === 0)) throw new RangeError('a picture without a class');
    if (![...positives, ...unsure].every((labels) => labels.every(isClass))) throw new RangeError('no such class');
    this.classCount = classCount;
    this.#positives = positives.map((labels) => Int32Array.from(labels));
    this.#unsure = unsure.map((labels) => Int32Array.from(labels));
  }

  get count(): number {
    return this.#positives.length;
  }

  /** Classes of picture `i`, ascending. */
  positives(i: number): Int32Array {
    return this.#positives[i];
  }

  unsure(i: number): Int32Array {
    return this.#unsure[i];
  }

  isPositive(i: number, label: number): boolean {
    return this.#positives[i].includes(label);
  }

  /** The sets of some pictures, in their order. */
  pick(indices: ArrayLike<number>): LabelSets {
    return new LabelSets(
      this.classCount,
      Array.from(indices, (i) => [...this.#positives[i]]),
      Array.from(indices, (i) => [...this.#unsure[i]]),
    );
  }

  /** [count, classCount]: 1 for the classes of a picture, else 0. */
  targets(): Float32Array {
    return this.#filled(this.#positives, 0, 1);
  }

  /** [count, classCount]: 0 for classes of which it is not known, else 1. */
  known(): Float32Array {
    return this.#filled(this.#unsure, 1, 0);
  }

  #filled(sets: readonly Int32Array[], rest: number, value: number): Float32Array {
    const out = new Float32Array(this.count * this.classCount).fill(rest);
    sets.forEach((labels, i) => {
      for (const label of labels) out[i * this.classCount + label] = value;
    });
    return out;
  }
}
