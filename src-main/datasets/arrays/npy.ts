/** Arrays of measurements that another program wrote with `numpy.save`, in files anywhere on the disk. */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { NpyArray } from './npy-array.ts';
import { NpyProblem } from './npy-header.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';

/** An open NPY file. Close it. */
export class NpyFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #array: NpyArray;

  private constructor(path: string, file: FileHandle, array: NpyArray) {
    this.#path = path;
    this.#file = file;
    this.#array = array;
  }

  /** @throws SteadygazeError `not-found` without the file, `data-unreadable` where it is no such array */
  static async open(path: string): Promise<NpyFile> {
    let file: FileHandle;
    try {
      // Asked before it is opened: opening a pipe waits for somebody to write into it.
      if (!(await stat(path)).isFile()) throw said(path, new NpyProblem('is no file'));
      file = await open(path, 'r');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') throw new SteadygazeError('not-found', `This file does not exist: ${path}`);
      throw said(path, error);
    }
    try {
      const { size } = await file.stat();
      const array = await NpyArray.read({ size, read: (start, length) => readFully(file, start, length) });
      return new NpyFile(path, file, array);
    } catch (error) {
      await file.close();
      throw said(path, error);
    }
  }

  /** All sizes; the first is the number of items. */
  get shape(): readonly number[] {
    return this.#array.shape;
  }

  /** Values of one item. */
  get length(): number {
    return this.#array.length;
  }

  /** In NumPy's words: `float32`. */
  get type(): string {
    return this.#array.type;
  }

  get count(): number {
    return this.#array.count;
  }

  /** How many items are well read at once: as many as leave memory for other things. */
  get slice(): number {
    return this.#array.slice;
  }

  /**
   * Reads the items `from` .. `to - 1`.
   * @returns [to - from, length], each item row-major; as doubles, which hold every kind exactly
   * @throws SteadygazeError `data-unreadable`
   */
  async read(from: number, to: number): Promise<Float64Array> {
    try {
      return await this.#array.numbers(from, to);
    } catch (error) {
      throw said(this.#path, error);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function readFully(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    // Linux reads at most 2 GB at once.
    const { bytesRead } = await file.read(bytes, done, Math.min(2 ** 30, length - done), start + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** The sentence for what happened to the file `path`. */
function said(path: string, error: unknown): unknown {
  if (error instanceof NpyProblem) {
    return new SteadygazeError(
      'data-unreadable',
      `${path} ${error.message}.`,
      'Save the heatmaps as one array [pictures, height, width]: numpy.save("maps.npy", maps.astype("float32")).',
    );
  }
  if (error instanceof SteadygazeError || systemCode(error) === undefined) return error;
  return new SteadygazeError('data-unreadable', `${path} cannot be read. ${reasonOfSystem(error)}`);
}
