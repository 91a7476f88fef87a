/**
 * Pictures for whoever needs only a few of them: from the pixel cache where they are in it, else decoded on the spot
 * and not kept. So nobody has to wait for a process that fills the cache.
 */
import { SteadygazeError } from '../contract/errors.ts';
import { forEachConcurrently } from '../datasets/concurrency.ts';
import type { DataSource, Sample } from '../datasets/dataset.ts';
import type { PictureReader } from '../datasets/trees/file-tree.ts';
import { decodeUnchanged, openPictures } from '../datasets/picture-reader.ts';
import { PixelCache } from '../datasets/cache/pixel-cache.ts';

export class LoosePixels {
  readonly size: number;
  readonly #source: DataSource;
  /** Opened when the first picture is not in the cache. */
  #reader: Promise<PictureReader> | null = null;
  readonly #cache: PixelCache;

  private constructor(source: DataSource, size: number, cache: PixelCache) {
    this.#source = source;
    this.size = size;
    this.#cache = cache;
  }

  /**
   * @param source where the pictures lie
   * @param size   side in pixels
   * @param folder where decoded pixels are kept
   */
  static async open(source: DataSource, size: number, folder: string): Promise<LoosePixels> {
    // Nothing is kept in memory: what was explained once is a file.
    return new LoosePixels(source, size, await PixelCache.open(folder, { kind: 'picture', size, memoryBytes: 0 }));
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
    this.#reader ??= openPictures(this.#source);
    const pixels = await decodeUnchanged(await this.#reader, 'picture', sample.id, sample.hash, this.size);
    if (typeof pixels === 'string') throw changed(sample, pixels);
    return pixels;
  }

  async close(): Promise<void> {
    await this.#cache.close();
    await (await this.#reader)?.close();
  }
}

function changed(sample: Sample, reason: string): SteadygazeError {
  return new SteadygazeError(
    'data-changed',
    `A picture of this study cannot be read any more: ${sample.id}. ${reason}`,
    'Put the picture back where it was, or create a new study from the folder as it is now.',
  );
}
