/**
 * Whether a filter marks one place of a picture or many. An interpretable filter is to stand for one part (Zhang, Wu,
 * Zhu, CVPR 2018): what it shows then lies around its peak. Their templates let through what is closer to the peak than
 * n/beta in the L1 distance, n the side of the map and beta = 4; this is measured here of any network, with the same
 * border. Measured before such a template cuts off the rest, for afterwards there would be nothing to measure.
 */

/** Of one picture, means over its active filters. */
export interface FilterLocality {
  /** Share of a filter's positive values (by mass) that lies around its peak; NaN where no filter is active. */
  readonly share: number;
  /** What it would be if these filters showed the same everywhere: the share of the places that lie around the peak. */
  readonly even: number;
  /** Filters whose largest value is above 0. */
  readonly active: number;
}

/**
 * How far from its peak a filter's place reaches: a quarter of the side, rounded down (distances between cells are
 * whole numbers, so that nothing beyond n/4 counts). Of a map that is not square, the mean of its sides.
 */
export function placeRadius(height: number, width: number): number {
  return Math.floor((height + width) / 2 / 4);
}

/** Measures maps of one shape. */
export class LocalityMeter {
  readonly #width: number;
  readonly #cells: number;
  readonly #filters: number;
  readonly #radius: number;
  /** [cells] share of the map's cells that lie around each one. */
  readonly #even: Float64Array;
  readonly #peaks: Int32Array;
  readonly #highest: Float64Array;
  readonly #sums: Float64Array;
  readonly #near: Float64Array;

  constructor(height: number, width: number, filters: number) {
    this.#width = width;
    this.#cells = height * width;
    this.#filters = filters;
    this.#radius = placeRadius(height, width);
    this.#even = Float64Array.from({ length: this.#cells }, (_, peak) => this.#around(peak) / this.#cells);
    this.#peaks = new Int32Array(filters);
    this.#highest = new Float64Array(filters);
    this.#sums = new Float64Array(filters);
    this.#near = new Float64Array(filters);
  }

  /**
   * @param map   [height, width, filters] of one picture; of equal peaks the first counts, row by row
   * @param means [filters] filled with the mean of the positive values over all places
   */
  measure(map: Float32Array, means: Float32Array): FilterLocality {
    this.#findPeaks(map);
    this.#sumAroundPeaks(map);
    let [share, even, active] = [0, 0, 0];
    for (let k = 0; k < this.#filters; k++) {
      means[k] = this.#sums[k] / this.#cells;
      if (!(this.#sums[k] > 0)) continue;
      share += this.#near[k] / this.#sums[k];
      even += this.#even[this.#peaks[k]];
      active++;
    }
    return { share: share / active, even: even / active, active };
  }

  #findPeaks(map: Float32Array): void {
    const filters = this.#filters;
    this.#highest.fill(0);
    this.#sums.fill(0);
    this.#peaks.fill(0);
    for (let cell = 0, at = 0; cell < this.#cells; cell++) {
      for (let k = 0; k < filters; k++, at++) {
        const value = map[at];
        if (!(value > 0)) continue;
        this.#sums[k] += value;
        if (value > this.#highest[k]) {
          this.#highest[k] = value;
          this.#peaks[k] = cell;
        }
      }
    }
  }

  #sumAroundPeaks(map: Float32Array): void {
    const filters = this.#filters;
    this.#near.fill(0);
    for (let cell = 0, at = 0; cell < this.#cells; cell++) {
      for (let k = 0; k < filters; k++, at++) {
        if (map[at] > 0 && this.#distance(cell, this.#peaks[k]) <= this.#radius) this.#near[k] += map[at];
      }
    }
  }

  /** How many cells lie around a peak, itself among them. */
  #around(peak: number): number {
    let count = 0;
    for (let cell = 0; cell < this.#cells; cell++) if (this.#distance(cell, peak) <= this.#radius) count++;
    return count;
  }

  #distance(a: number, b: number): number {
    const width = this.#width;
    return Math.abs((a % width) - (b % width)) + Math.abs(Math.floor(a / width) - Math.floor(b / width));
  }
}
