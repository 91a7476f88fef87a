/** Smooth random fields over a picture. One seed gives the same field, finer or coarser, at every side. */
import { Random } from '../../numeric/random.ts';
import { resizeBicubic } from '../../numeric/resize.ts';

/** A field of random numbers in [-1,1] on a grid of `cells` x `cells`, smooth in between. [side, side] */
export function smoothField(side: number, cells: number, random: Random): Float32Array {
  const lattice = random.fillUniform(new Float32Array(cells * cells), -1, 1);
  return resizeBicubic(lattice, cells, cells, side, side);
}

/** Cells of the coarsest octave of a cloud; each further one has twice as many, half as high. */
const COARSEST = 3;
const OCTAVES = 6;

/**
 * A cloud: smooth fields of ever smaller scale, each half as strong as the one before, stretched to [0,1].
 * @returns [side, side]
 */
export function cloud(side: number, seed: number): Float32Array {
  const random = new Random(seed);
  const sum = new Float32Array(side * side);
  for (let octave = 0; octave < OCTAVES; octave++) {
    const cells = COARSEST << octave;
    const field = smoothField(side, cells, random);
    // Finer than the pixels: drawn, so that the seed's numbers stay in step, and left out.
    if (cells > side) continue;
    for (let p = 0; p < sum.length; p++) sum[p] += field[p] / 2 ** octave;
  }
  let low = Infinity;
  let high = -Infinity;
  for (const value of sum) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return sum.map((value) => (high > low ? (value - low) / (high - low) : 0));
}
