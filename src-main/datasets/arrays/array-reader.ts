/** Reads the pictures and masks of a plan one by one. Their ids are the array's name and a number: `images.npy#17`. */
import { createHash } from 'node:crypto';
import { SteadygazeError } from '../../contract/errors.ts';
import { arrayPicture } from '../pictures/array-picture.ts';
import type { FileTree, PictureReader } from '../trees/file-tree.ts';
import type { FileStamp } from '../index/index-cache.ts';
import type { ArrayPlan, PicturePart } from './array-plan.ts';
import { rearrange } from './axes.ts';
import { toBytes } from './brightness.ts';
import type { ArrayStore } from './stored-array.ts';

/** Id of a picture. An array within a file has its own sign already: `mnist.npz#x_train/17`. */
export const pictureId = (array: string, at: number): string => `${array}${array.includes('#') ? '/' : '#'}${at}`;

export class ArrayReader implements PictureReader {
  readonly #tree: FileTree;
  readonly #store: ArrayStore;
  readonly #parts: ReadonlyMap<string, { readonly part: PicturePart; readonly places: Int32Array | null }>;

  constructor(tree: FileTree, store: ArrayStore, plan: ArrayPlan) {
    this.#tree = tree;
    this.#store = store;
    const all = [...plan.parts, ...plan.masks];
    this.#parts = new Map(all.map((part) => [part.array.name, { part, places: part.layout.places() }]));
  }

  #find(id: string): { readonly part: PicturePart; readonly places: Int32Array | null; readonly at: number } | null {
    const [, name = '', number = ''] = /^(.*)[#/](\d{1,12})$/s.exec(id) ?? [];
    const found = this.#parts.get(name);
    const at = Number(number);
    return found === undefined || at >= found.part.array.shape[0] || pictureId(name, at) !== id
      ? null
      : { ...found, at };
  }

  async stamp(id: string): Promise<FileStamp | null> {
    const found = this.#find(id);
    const file = found && (await this.#tree.stamp(found.part.array.file));
    if (!found || !file) return null;
    // The bytes of a picture change with its file and with the answers too.
    const { layout, brightness } = found.part;
    const { key, black, white } = brightness;
    return variantStamp(file, [layout.key, key, String(black), String(white)]);
  }

  async read(id: string): Promise<Uint8Array> {
    const found = this.#find(id);
    if (found === null) throw new SteadygazeError('not-found', `There is no picture ${id} any more.`);
    const { part, places, at } = found;
    const { width, height, channels } = part.layout;
    const values = rearrange(await part.array.read(at, at + 1), places);
    return arrayPicture({ width, height, channels, type: 'u8', pixels: toBytes(values, part.brightness) });
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#tree.close();
  }
}

/**
 * Stamp of a picture inside of a file, which also tells how it is read. `size` is no number of bytes here but one below
 * 2^29 that differs where anything of it does: a file of arrays may be larger than any picture that is accepted.
 */
export function variantStamp(file: FileStamp, answers: readonly string[]): FileStamp {
  const digest = createHash('sha256')
    .update(JSON.stringify([file.size, ...answers]))
    .digest();
  return { size: 1 + (digest.readUInt32LE(0) >>> 3), mtimeMs: file.mtimeMs };
}
