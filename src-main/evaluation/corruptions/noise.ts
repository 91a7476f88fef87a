/**
 * Noise of single values: each of the three channels of each pixel is disturbed for itself. Strengths are those of a
 * picture of 224 and are scaled by {@link grain}.
 */
import { Random } from '../../numeric/random.ts';
import { at, bytesOf, emptyPicture, grain } from './corruption.ts';
import type { BySeverity, Corrupt } from './corruption.ts';

/** Standard deviation, as a share of white: the noise of a sensor in the dark. */
const GAUSSIAN: BySeverity = [0.07, 0.11, 0.16, 0.24, 0.36];
/** Photons that a white pixel receives: fewer give more noise, and more of it in the light than in the dark. */
const SHOT: BySeverity = [70, 32, 15, 7, 3.5];
/** Share of values that become black or white: dead and stuck pixels, errors of transmission. */
const IMPULSE: BySeverity = [0.02, 0.045, 0.08, 0.15, 0.26];
/** Standard deviation as a share of the value itself, as in radar and ultrasound pictures. */
const SPECKLE: BySeverity = [0.16, 0.24, 0.36, 0.5, 0.7];

const NORMALS = 1 << 16;
let normals: Float32Array | null = null;

/** Standard normal numbers, drawn once: looking one up is ten times faster than computing one. */
function normalTable(): Float32Array {
  if (normals !== null) return normals;
  const random = new Random(1);
  const table = Float32Array.from({ length: NORMALS }, () => random.normal());
  const mean = table.reduce((sum, value) => sum + value, 0) / NORMALS;
  const variance = table.reduce((sum, value) => sum + (value - mean) ** 2, 0) / NORMALS;
  normals = table.map((value) => (value - mean) / Math.sqrt(variance));
  return normals;
}

/** Adds to every value `deviation(value)` times a standard normal number. */
function withNormal(picture: Uint8Array, side: number, seed: number, deviation: (value: number) => number): Uint8Array {
  const table = normalTable();
  const deviations = Float32Array.from({ length: 256 }, (_, value) => deviation(value));
  const random = new Random(seed);
  const out = emptyPicture(side);
  for (let i = 0; i < picture.length; i++) {
    const value = picture[i];
    out[i] = value + deviations[value] * table[random.integer(NORMALS)];
  }
  return bytesOf(out);
}

export const gaussianNoise: Corrupt = (picture, side, severity, seed) => {
  const deviation = 255 * at(GAUSSIAN, severity) * grain(side);
  return withNormal(picture, side, seed, () => deviation);
};

export const speckleNoise: Corrupt = (picture, side, severity, seed) => {
  const share = at(SPECKLE, severity) * grain(side);
  return withNormal(picture, side, seed, (value) => value * share);
};

/** Of each value, half become black and half white. */
export const impulseNoise: Corrupt = (picture, side, severity, seed) => {
  const share = at(IMPULSE, severity) * grain(side);
  const random = new Random(seed);
  // Not `slice`, which gives a Buffer's own memory.
  const out = Uint8Array.from(picture);
  for (let i = 0; i < out.length; i++) {
    const draw = random.uniform();
    if (draw < share) out[i] = draw < share / 2 ? 0 : 255;
  }
  return out;
};

export const shotNoise: Corrupt = (picture, side, severity, seed) => {
  const table = poissonTable(at(SHOT, severity) / grain(side) ** 2);
  const random = new Random(seed);
  const out = new Uint8Array(picture.length);
  for (let i = 0; i < picture.length; i++) out[i] = table[picture[i] * QUANTILES + random.integer(QUANTILES)];
  return out;
};

const QUANTILES = 1024;
const poissonTables = new Map<number, Uint8ClampedArray>();

/**
 * For each of the 256 values v, the quantiles (q + 0.5) / 1024 of a Poisson distribution of mean `photons * v / 255`,
 * as values again. [256 * 1024]
 */
function poissonTable(photons: number): Uint8ClampedArray {
  const known = poissonTables.get(photons);
  if (known !== undefined) return known;
  const table = new Uint8ClampedArray(256 * QUANTILES);
  for (let value = 0; value < 256; value++) {
    const mean = (photons * value) / 255;
    let count = 0;
    let probability = Math.exp(-mean);
    let below = probability;
    for (let q = 0; q < QUANTILES; q++) {
      while ((q + 0.5) / QUANTILES > below) {
        count++;
        probability *= mean / count;
        below += probability;
        // Beyond this count the sum no longer grows in double precision.
        if (probability < 1e-12 && count > mean) break;
      }
      table[value * QUANTILES + q] = (255 * count) / photons;
    }
  }
  // One table for each severity and side in use.
  if (poissonTables.size >= 32) poissonTables.clear();
  poissonTables.set(photons, table);
  return table;
}
