/**
 * Pictures for whoever needs only a few of them: from the pixel cache where they are in it, else decoded on the spot
 * and not kept. So nobody has to wait for a process that fills the cache.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import { forEachConcurrently } from '../datasets/concurrency.ts';
import type { Sample } from '../datasets/dataset.ts';
import { decodePicture } from '../datasets/decode.ts';
import { reasonOfDecoder, reasonOfSystem } from '../datasets/picture-file.ts';
import { PixelCache } from '../datasets/pixel-cache.ts';
import { hashBytes } from '../workspace/file-hash.ts';

export class LoosePixels {
  readonly size: number;
  readonly #root: string;
  readonly #cache: PixelCache;

  private constructor(root: string, size: number, cache: PixelCache) {
    this.#root = root;
    this.size = size;
    this.#cache = cache;
  }

  /**
   * @param root   the folder of the pictures
   * @param size   side in pixels
   * @param folder where decoded pixels are kept
   */
  static async open(root: string, size: number, folder: string): Promise<LoosePixels> {
    // Nothing is kept in memory: what was explained once is a file.
    return new LoosePixels(root, size, await PixelCache.open(folder, { kind: 'picture', size, memoryBytes: 0 }));
  }

  /**
   * Fills the beginning of `out` with [samples.length, size, size, 3], values 0..255.
   * @throws SteadygazeError `data-changed` when a picture is not there any more, or is another one
   */
  async read(samples: readonly Sample[], out: Uint8Array): Promise<void> {
    const area = this.size * this.size * 3;
    await forEachConcurrently(samples, async (sample, i) => {
      const part = out.subarray(i * area, (i + 1) * area);
      if (!(await this.#readCached(sample, part))) part.set(await this.#decode(sample));
    });
  }

  async #readCached(sample: Sample, out: Uint8Array): Promise<boolean> {
    if (!this.#cache.has(sample)) return false;
    try {
      await this.#cache.read([sample], out);
      return true;
    } catch (error) {
      // Damaged on disk: the file itself is still there.
      if (error instanceof SteadygazeError) return false;
      throw error;
    }
  }

  async #decode(sample: Sample): Promise<Uint8Array> {
    let bytes: Buffer;
    try {
      bytes = await readFile(join(this.#root, sample.id));
    } catch (error) {
      throw changed(sample, reasonOfSystem(error));
    }
    if (hashBytes(bytes) !== sample.hash) throw changed(sample, 'The file has changed since the study was created.');
    try {
      return await decodePicture(bytes, this.size);
    } catch (error) {
      throw changed(sample, reasonOfDecoder(error, bytes));
    }
  }

  async close(): Promise<void> {
    await this.#cache.close();
  }
}

function changed(sample: Sample, reason: string): SteadygazeError {
  return new SteadygazeError(
    'data-changed',
    `A picture of this study cannot be read any more: ${sample.id}. ${reason}`,
    'Put the picture back where it was, or create a new study from the folder as it is now.',
  );
}
