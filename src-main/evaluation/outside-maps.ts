/**
 * Localization figures of heatmaps that another program made: the same as of the app's own
 * ({@link localizationSummary}). Maps come some at a time and are let go of at once; memory holds a slice of them and a
 * few kilobytes a picture.
 */
import { SteadygazeError } from '../contract/errors.ts';
import type { LocalizationSummary } from './localization.ts';
import { localizationSummary } from './localization.ts';
import type { Annotation } from './localization-record.ts';
import { annotationOfRow, LocalizationMeter, LocalizationRecord } from './localization-record.ts';

/** Maps that are read some at a time. */
export interface OutsideMaps {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** How many are well read at once. */
  readonly slice: number;
  /** @returns [to - from, height, width] */
  read(from: number, to: number): Promise<Float64Array>;
}

/** What the maps are judged against. */
export interface JudgedAgainst {
  /** What pointing and energy are measured against. */
  readonly target: 'mask' | 'box';
  /** Indices of the maps whose picture may have an annotation, ascending. The others are not judged. */
  readonly annotated: readonly number[];
  annotationOf(index: number): Promise<Annotation>;
  /** [count] not 0 where the class was right. */
  readonly correct: Uint8Array;
  /** [count] not 0 where the map only serves to choose the thresholds; null: none. */
  readonly choosing: Uint8Array | null;
}

export interface OutsideLocalization {
  readonly summary: LocalizationSummary;
  /** Indices of the maps behind `summary.boxed` and `summary.targeted`, in their order. */
  readonly boxed: readonly number[];
  readonly targeted: readonly number[];
}

/**
 * Judges all maps. None of the figures depends on how many are read at once.
 * @param seed of the bootstrap over pictures
 * @returns null where no picture has a box or a mask
 * @throws SteadygazeError `data-unreadable` for a map with a value that is no number
 */
export async function measureMaps(
  maps: OutsideMaps,
  against: JudgedAgainst,
  seed: number,
): Promise<OutsideLocalization | null> {
  const { count, height, width } = maps;
  const length = height * width;
  const pixelwise = against.target === 'mask';
  const meter = new LocalizationMeter(pixelwise);
  const own = new LocalizationRecord(against.annotated.length, pixelwise);
  const choosing = new LocalizationRecord(against.choosing === null ? 0 : against.annotated.length, false);
  const boxed: number[] = [];
  const targeted: number[] = [];
  const isAnnotated = new Uint8Array(count);
  for (const index of against.annotated) isAnnotated[index] = 1;
  const row = new Float32Array(meter.width);
  const map = new Float32Array(length);
  for (let from = 0; from < count; from += maps.slice) {
    const to = Math.min(count, from + maps.slice);
    const values = await maps.read(from, to);
    for (let index = from; index < to; index++) {
      // Also of a picture that is not judged: a file with such values is not what its maker thinks it is.
      singlePrecision(values.subarray((index - from) * length, (index - from + 1) * length), map, index);
      if (isAnnotated[index] === 0) continue;
      meter.measure(map, height, width, await against.annotationOf(index), against.correct[index] !== 0, row);
      if (against.choosing?.[index]) {
        choosing.addRow(row);
        continue;
      }
      own.addRow(row);
      const is = annotationOfRow(row);
      if (is.boxed) boxed.push(index);
      if (is.targeted) targeted.push(index);
    }
  }
  const summary = localizationSummary(own, choosing, against.target, seed);
  return summary === null ? null : { summary, boxed, targeted };
}

/** Beyond these powers of two, resizing could leave the range of single precision. */
const FITS = 100;

/**
 * A map as single precision, as the reference computes. Every figure depends on a map's shape alone, so one of a very
 * large or small scale is first brought to 1 by a power of two, which rounds nothing.
 */
function singlePrecision(values: Float64Array, out: Float32Array, index: number): void {
  let largest = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new SteadygazeError(
        'data-unreadable',
        `The heatmap ${index} holds a value that is ${Number.isNaN(value) ? 'not a number' : 'infinite'}.`,
        'Every value must be a finite number; a map that shows nothing is all zeros.',
      );
    }
    largest = Math.max(largest, Math.abs(value));
  }
  const exponent = largest === 0 ? 0 : Math.floor(Math.log2(largest));
  const scale = Math.abs(exponent) < FITS ? 0 : -exponent;
  // In two steps: the scale of the smallest doubles is itself beyond all doubles.
  const half = 2 ** Math.trunc(scale / 2);
  const rest = 2 ** (scale - Math.trunc(scale / 2));
  for (let i = 0; i < values.length; i++) out[i] = scale === 0 ? values[i] : values[i] * half * rest;
}
