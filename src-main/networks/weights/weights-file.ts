/** What every reader of weights gives: arrays by name, whatever program wrote the file. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Dtype } from '../safetensors-header.ts';

/** An array of a file, widened or rounded to float32, row-major. */
export interface FoundArray {
  readonly shape: readonly number[];
  /** Kind of number in the file. */
  readonly dtype: Dtype;
  readonly data: Float32Array;
}

/** Formats by their common names. */
export type WeightsFormat = 'safetensors' | 'PyTorch' | 'Keras' | 'HDF5' | 'TensorFlow.js';

export interface WeightsFile {
  readonly format: WeightsFormat;
  readonly arrays: ReadonlyMap<string, FoundArray>;
  /** Sentences about what was chosen or left out while reading. */
  readonly notes: readonly string[];
  /** What the file says of itself, where its format can. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Why no network here can use it though it can be read; continues "The weights file cannot be used: ". */
  readonly unusable?: string;
}

/** @param reason continues the sentence "The weights file cannot be used: ..." */
export function refuseWeights(
  reason: string,
  hint = 'Get the file again, or choose another one.',
  details?: string,
): SteadygazeError {
  return new SteadygazeError('weights-invalid', `The weights file cannot be used: ${reason}.`, hint, details);
}

const LONGEST = 80;

/** Text of a file that is not trusted, fit to be said in a sentence: one line, not long. */
export function quoted(text: string): string {
  // Letters that are not seen, or that turn the direction of writing, could make a sentence say something else.
  const plain = text.replace(/[\p{C}\p{Z}]+/gu, ' ');
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}...` : plain;
}

/** Number of elements of a shape; may be beyond what an array can hold. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
