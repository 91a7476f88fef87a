/**
 * Arrays of numbers or texts as NumPy, HDF5 and IDX files hold them, read some items of the first axis at a time. What
 * reads a kind of file says where its arrays are; what they mean is found out in array-format.ts, for all alike.
 */
import type { Problem } from '../dataset.ts';

interface Stored {
  /** Unique in the place, and the beginning of the pictures' ids: `X_train.npy`, `mnist.npz#x_train`. */
  readonly name: string;
  /** The file it lies in, relative to the tree. */
  readonly file: string;
  /** The first is the number of items. At least one axis. */
  readonly shape: readonly number[];
  /** In NumPy's words: `uint8`. */
  readonly type: string;
}

export interface NumberArray extends Stored {
  readonly content: 'numbers';
  /**
   * The items `from` .. `to - 1`, row-major. Bytes come as a Uint8Array.
   * @throws SteadygazeError `data-unreadable`, or the system's error
   */
  read(from: number, to: number): Promise<ArrayLike<number>>;
}

export interface TextArray extends Stored {
  readonly content: 'texts';
  read(from: number, to: number): Promise<readonly string[]>;
}

export type StoredArray = NumberArray | TextArray;

/** Everything in the arrays of a place. Close it. */
export interface ArrayStore {
  readonly arrays: readonly StoredArray[];
  /** Arrays and files that cannot be read. */
  readonly problems: readonly Problem[];
  close(): Promise<void>;
}

export const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);
