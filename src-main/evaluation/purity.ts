/**
 * Whether a prototype stands for one thing: the pictures whose best place is most like it, looked at together. Nauta et
 * al. ("PIP-Net: Patch-Based Intuitive Prototypes for Interpretable Image Classification", CVPR 2023, section 5) take
 * the 10 most similar patches and count how many show the same part of the object. Here nobody has marked parts, so
 * classes are counted: the share of the 10 that is of the prototype's class. A prototype of a class of which fewer
 * than 10 pictures are measured is judged by as many as there are, so that 1 can be reached.
 */

/** Pictures of a prototype that are looked at. */
const MOST_SIMILAR = 10;
/** Pictures of a prototype that are kept in order: a resample that draws fewer than 10 of the first 64 will not come. */
const KEPT = 64;

/** How like the most similar place of each picture is to each prototype. */
export interface Similarities {
  readonly pictures: number;
  readonly prototypes: number;
  /** Row by row; the prototypes of picture i begin at `i * stride + offset`. */
  readonly values: Float32Array;
  readonly stride: number;
  readonly offset: number;
}

/** For each prototype the pictures that are most like it. */
export class PrototypeRanking {
  readonly #tops: readonly Int32Array[];
  readonly #take: Int32Array;

  /**
   * @param takes [prototypes] measured pictures of the class of each: no more than these are looked at; 0: it is left
   *              out of everything
   */
  constructor(similarities: Similarities, takes: ArrayLike<number>) {
    const { pictures, prototypes, values, stride, offset } = similarities;
    this.#take = Int32Array.from(takes, (take) => Math.min(MOST_SIMILAR, take));
    this.#tops = Array.from({ length: prototypes }, (_, p) => {
      const of = (i: number): number => values[i * stride + offset + p];
      // Of equals the first counts.
      return Int32Array.from({ length: pictures }, (__, i) => i)
        .sort((a, b) => of(b) - of(a) || a - b)
        .slice(0, KEPT);
    });
  }

  /**
   * Mean over prototypes of the share of their most similar pictures that have something; pictures count as often as
   * they are drawn.
   * @param has 1 or 0 (or a share) of a picture and a prototype; NaN: not known, the picture is left out
   * @returns NaN where nothing is known of any prototype
   */
  mean(draws: Uint32Array, has: (picture: number, prototype: number) => number): number {
    let [sum, count] = [0, 0];
    this.#tops.forEach((top, p) => {
      const share = this.#share(top, p, draws, has);
      if (Number.isNaN(share)) return;
      sum += share;
      count++;
    });
    return sum / count;
  }

  /** [prototypes] the shares themselves, of all pictures; NaN where nothing is known. */
  shares(has: (picture: number, prototype: number) => number): Float64Array {
    return Float64Array.from(this.#tops, (top, p) => this.#share(top, p, null, has));
  }

  #share(top: Int32Array, p: number, draws: Uint32Array | null, has: (i: number, p: number) => number): number {
    let left = this.#take[p];
    let [sum, known] = [0, 0];
    for (const i of top) {
      if (left === 0) break;
      const times = Math.min(left, draws === null ? 1 : draws[i]);
      left -= times;
      const value = times === 0 ? NaN : has(i, p);
      if (Number.isNaN(value)) continue;
      sum += times * value;
      known += times;
    }
    return sum / known;
  }
}

/** The middle of a place of the map, as shares of the picture's sides. @param place row-major */
export function placeCentre(place: number, height: number, width: number): { readonly x: number; readonly y: number } {
  return { x: ((place % width) + 0.5) / width, y: (Math.floor(place / width) + 0.5) / height };
}
