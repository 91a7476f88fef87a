/**
 * From the bytes of a picture file to the pixels a network sees.
 *
 * A picture becomes RGB, 8 bit, `size` x `size`, stretched (not cropped) so that boxes and masks
 * keep their meaning in the unit square. Shrinking averages over the covered area with a triangle
 * filter, as PIL's `BILINEAR` does; libvips, behind sharp, does it by box shrinking plus a triangle
 * and, for JPEG, by decoding at a fraction of the size first.
 * EXIF orientation is applied. Transparent parts lie on white. Grey becomes three equal channels,
 * CMYK and embedded profiles are converted to sRGB, 16 bit is scaled to 8. Of an animation or a
 * document, the first frame or page counts. Formats are opened by open-picture.ts.
 */
import { MAX_MASK_PIXELS, openPicture } from './open-picture.ts';

/** Counts up whenever the pixels that come out of this file may change: old caches are then left alone. */
export const DECODE_VERSION = 1;

/**
 * @returns RGB bytes [size, size, 3], row-major
 * @throws UnusablePicture or sharp's error where the bytes are no picture, end too early, or hold too many pixels
 */
export async function decodePicture(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const { data, info } = await (
    await openPicture(bytes)
  )
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .resize(size, size, { fit: 'fill', kernel: 'linear' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return data;
  // One channel is all that is left of some grey formats; say it three times.
  const rgb = new Uint8Array(size * size * 3);
  for (let pixel = 0; pixel < size * size; pixel++)
    rgb.fill(data[pixel * info.channels] ?? 0, pixel * 3, pixel * 3 + 3);
  return rgb;
}

/**
 * The object's mask as 0 / 1 bytes [side, side]. The pixel in the middle of each cell decides
 * (PIL's `NEAREST`: row `floor((r + 0.5) * height / side)`); the picture lies as it is stored.
 *
 * What is object: where transparency varies, what is more than half opaque; in a coloured label map,
 * every pixel that is not black; else what is brighter than half of white, or, in a grey map that never
 * gets that bright (classes numbered 1, 2, ...), every pixel that is not 0.
 */
export async function decodeMask(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const opened = await openPicture(bytes, MAX_MASK_PIXELS);
  const deep = (await opened.metadata()).depth === 'ushort';
  const image = opened.toColourspace(deep ? 'rgb16' : 'srgb');
  const { data, info } = await image.raw({ depth: deep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  const values = deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  const isObject = maskRule(values, info.channels, deep ? 257 : 1);
  const mask = new Uint8Array(side * side);
  for (let row = 0; row < side; row++) {
    const sourceRow = Math.floor(((row + 0.5) * info.height) / side);
    for (let column = 0; column < side; column++) {
      const sourceColumn = Math.floor(((column + 0.5) * info.width) / side);
      if (isObject((sourceRow * info.width + sourceColumn) * info.channels)) mask[row * side + column] = 1;
    }
  }
  return mask;
}

/** Chooses by what the whole mask holds. `scale`: the step of one 8-bit level, 1 or 257. */
function maskRule(values: Uint8Array | Uint16Array, channels: number, scale: number): (offset: number) => boolean {
  const hasAlpha = channels === 2 || channels === 4;
  const colours = hasAlpha ? channels - 1 : channels;
  let maximum = 0;
  let saturation = 0;
  let alphaLow = Infinity;
  let alphaHigh = 0;
  for (let offset = 0; offset < values.length; offset += channels) {
    let low = Infinity;
    let high = 0;
    for (let channel = 0; channel < colours; channel++) {
      const value = values[offset + channel] ?? 0;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    maximum = Math.max(maximum, high);
    saturation = Math.max(saturation, high - low);
    if (hasAlpha) {
      const alpha = values[offset + colours] ?? 0;
      alphaLow = Math.min(alphaLow, alpha);
      alphaHigh = Math.max(alphaHigh, alpha);
    }
  }
  if (hasAlpha && alphaHigh > alphaLow) return (offset) => values[offset + colours] > 127 * scale;
  // 31 levels of colour: below that it is the noise of a JPEG, above it a palette of labels.
  const coloured = saturation > 31 * scale;
  const floor = coloured ? 31 * scale : maximum <= 127 * scale ? 0 : 127 * scale;
  return (offset) => {
    for (let channel = 0; channel < colours; channel++) if (values[offset + channel] > floor) return true;
    return false;
  };
}
