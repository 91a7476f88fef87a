/**
 * Masks of ImageNet-9: an array [height, width] of truths or numbers a picture, in `fg_mask/val/<class>/<name>.npy`; what
 * is not 0 is object.
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import { arrayPicture } from '../../pictures/array-picture.ts';
import { convertedFiles } from '../../trees/converted-files.ts';
import type { PictureReader } from '../../trees/file-tree.ts';
import type { Place } from '../../format.ts';
import { NpyArray } from '../../arrays/npy-array.ts';
import { ALL_KINDS, NpyProblem } from '../../arrays/npy-header.ts';
import { stemOf } from '../nearby-folders.ts';

export const isArray = (path: string): boolean => /\.npy$/i.test(path);

/** The tree, with arrays as pictures. Closing it closes the tree. */
export const imageNet9Pictures = ({ tree }: Place): Promise<PictureReader> =>
  Promise.resolve(convertedFiles(tree, (id, bytes) => (isArray(id) ? pictureOfArray(bytes) : bytes)));

/** @throws SteadygazeError `data-unreadable` */
async function pictureOfArray(file: Uint8Array): Promise<Uint8Array> {
  const { MAX_MASK_PIXELS } = await import('../../pictures/open-picture.ts');
  try {
    const source = {
      size: file.length,
      read: (start: number, length: number) => Promise.resolve(file.subarray(start, start + length)),
    };
    const array = await NpyArray.read(
      source,
      ALL_KINDS.filter((kind) => kind !== 'S' && kind !== 'U'),
    );
    const [height, width] = array.shape;
    if (array.shape.length !== 2 || height * width === 0 || height * width > MAX_MASK_PIXELS) {
      const sizes = array.shape.join(' x ');
      throw new SteadygazeError('data-unreadable', `The array is no mask of height x width: it has ${sizes} numbers.`);
    }
    const numbers = await array.numbers(0, height);
    const pixels = Uint8Array.from(numbers, (value) => (value !== 0 ? 255 : 0));
    return arrayPicture({ width, height, channels: 1, type: 'u8', pixels });
  } catch (error) {
    if (error instanceof NpyProblem) throw new SteadygazeError('data-unreadable', `The file ${error.message}.`);
    throw error;
  }
}

/**
 * The mask of a picture, among those of its class: the one of its name (`original`), or the one whose name follows
 * `fg_` in names like `fg_<picture>_bg_<other picture>` of pictures with exchanged backgrounds.
 */
export class MaskFinder {
  readonly #byStem: ReadonlyMap<string, string>;

  /** @param paths of the masks of a class */
  constructor(paths: readonly string[]) {
    this.#byStem = new Map(paths.map((path) => [stemOf(path), path]));
  }

  find(picture: string): string | null {
    const stem = stemOf(picture);
    const own = this.#byStem.get(stem);
    if (own !== undefined) return own;
    // The longest part of the name that ends where a word does: names hold `_` themselves.
    const words = stem.replace(/^fg_/, '').split('_');
    for (let count = words.length; count > 0; count--) {
      const found = this.#byStem.get(words.slice(0, count).join('_'));
      if (found !== undefined) return found;
    }
    return null;
  }
}
