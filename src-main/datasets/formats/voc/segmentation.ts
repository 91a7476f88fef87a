/**
 * Masks of Pascal VOC: pictures of a palette, in which black is background, (224, 224, 192) is "void" (the border of an
 * object, or what annotators could not tell; index 255), and each other colour is a class or an object. Void is no
 * object: a picture whose every pixel is one or the other is made of it when it is read.
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import { arrayPicture } from '../../pictures/array-picture.ts';
import { convertedFiles } from '../../trees/converted-files.ts';
import type { PictureReader } from '../../trees/file-tree.ts';
import type { Place } from '../../format.ts';
import { reasonOfDecoder } from '../../pictures/picture-file.ts';

/** Classes say more than objects: where both are there, both have the same pixels. */
export const SEGMENTATION_FOLDERS = ['SegmentationClass', 'SegmentationObject'] as const;

const isSegmentation = (id: string): boolean => /(^|\/)Segmentation(Class|Object)\//.test(id);

/** The tree, with masks as they are meant. Closing it closes the tree. */
export const vocPictures = ({ tree }: Place): Promise<PictureReader> =>
  Promise.resolve(convertedFiles(tree, (id, bytes) => (isSegmentation(id) ? objectPixels(bytes) : bytes)));

/**
 * The mask as a picture of 0 and 255.
 * @throws SteadygazeError `data-unreadable` where it is damaged
 */
async function objectPixels(bytes: Uint8Array): Promise<Uint8Array> {
  const { MAX_MASK_PIXELS, openPicture } = await import('../../pictures/open-picture.ts');
  try {
    const { data, info } = await (
      await openPicture(bytes, MAX_MASK_PIXELS)
    )
      .flatten({ background: '#000000' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return arrayPicture({ width, height, channels: 1, type: 'u8', pixels: markObjects(data, channels) });
  } catch (error) {
    throw new SteadygazeError('data-unreadable', reasonOfDecoder(error, bytes));
  }
}

/**
 * @param values [pixels, channels], colours of the palette; or, where somebody stored the indices themselves, greys
 * @returns 255 for pixels of objects, else 0
 */
function markObjects(values: Uint8Array, channels: number): Uint8Array {
  const count = values.length / channels;
  const colourOf = (pixel: number): number => {
    const at = pixel * channels;
    return channels < 3 ? values[at] * 0x010101 : (values[at] << 16) | (values[at + 1] << 8) | values[at + 2];
  };
  const marks = new Uint8Array(count);
  let whites = false;
  let others = false;
  for (let pixel = 0; pixel < count; pixel++) {
    const colour = colourOf(pixel);
    if (colour === BACKGROUND || colour === VOID) continue;
    marks[pixel] = 255;
    if (colour === WHITE) whites = true;
    else others = true;
  }
  // No colour of the palette is white: it is the index of void, unless the mask knows only black and white.
  if (whites && others) for (let pixel = 0; pixel < count; pixel++) if (colourOf(pixel) === WHITE) marks[pixel] = 0;
  return marks;
}

const BACKGROUND = 0x000000;
const VOID = 0xe0e0c0;
const WHITE = 0xffffff;
