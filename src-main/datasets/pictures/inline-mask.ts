/**
 * Masks that are no files (polygons, run lengths, numbers in an array) are kept in the list of pictures itself, as text:
 * `rle:<height>x<width>:<counts>` with the compressed counts of COCO (column by column, first the run of zeros; see
 * maskApi.c of cocodataset/cocoapi, `rleToString`). So a study needs no annotation file to find its masks again.
 */
const PREFIX = 'rle:';

/** A mask at full size: 0 / 1 bytes [height, width], row by row. */
export interface FullMask {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

export const isInlineMask = (mask: string): boolean => mask.startsWith(PREFIX);

/** @returns the text of a mask; anything but 0 is object */
export function toInlineMask({ width, height, pixels }: FullMask): string {
  const counts: number[] = [];
  let value = 0;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const bit = pixels[y * width + x] === 0 ? 0 : 1;
      if (bit === value) {
        run++;
        continue;
      }
      counts.push(run);
      value = bit;
      run = 1;
    }
  }
  counts.push(run);
  return inlineMaskOfCounts(counts, width, height);
}

/** @param counts run lengths column by column, beginning with zeros (COCO's uncompressed RLE) */
export const inlineMaskOfCounts = (counts: readonly number[], width: number, height: number): string =>
  `${PREFIX}${height}x${width}:${compressCounts(counts)}`;

/** Height and width of an inline mask. @throws RangeError where the text is none */
export function inlineMaskSize(mask: string): { readonly width: number; readonly height: number } {
  const found = /^rle:(\d{1,6})x(\d{1,6}):/.exec(mask);
  const [height, width] = [Number(found?.[1]), Number(found?.[2])];
  if (found === null || width === 0 || height === 0 || width * height > 500_000_000)
    throw new RangeError('no inline mask');
  return { width, height };
}

/** Run lengths of an inline mask. @throws RangeError where they do not fill the picture */
function countsOf(mask: string): { readonly width: number; readonly height: number; readonly counts: number[] } {
  const { width, height } = inlineMaskSize(mask);
  const counts = decompressCounts(mask.slice(mask.indexOf(':', PREFIX.length) + 1));
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum !== width * height || counts.some((count) => !(count >= 0)))
    throw new RangeError('run lengths do not fill the mask');
  return { width, height, counts };
}

/** @throws RangeError where the text is no mask */
export function fromInlineMask(mask: string): FullMask {
  const { width, height, counts } = countsOf(mask);
  const pixels = new Uint8Array(width * height);
  let at = 0;
  counts.forEach((count, i) => {
    if (i % 2 === 1) for (let p = at; p < at + count; p++) pixels[(p % height) * width + Math.floor(p / height)] = 1;
    at += count;
  });
  return { width, height, pixels };
}

/**
 * The mask as 0 / 1 bytes [side, side]; the pixel in the middle of each cell decides, as in `decodeMask`.
 * @throws RangeError where the text is no mask
 */
export function decodeInlineMask(mask: string, side: number): Uint8Array {
  const { width, height, pixels } = fromInlineMask(mask);
  const out = new Uint8Array(side * side);
  for (let row = 0; row < side; row++) {
    const y = Math.floor(((row + 0.5) * height) / side);
    for (let column = 0; column < side; column++) {
      out[row * side + column] = pixels[y * width + Math.floor(((column + 0.5) * width) / side)];
    }
  }
  return out;
}

/** Five bits a letter, from `0`; the sixth says that more follow; from the fourth count on, differences to the last but one. */
export function compressCounts(counts: readonly number[]): string {
  const letters: number[] = [];
  counts.forEach((count, i) => {
    let x = i > 2 ? count - counts[i - 2] : count;
    for (let more = true; more;) {
      let letter = x & 31;
      x >>= 5;
      more = (letter & 16) === 0 ? x !== 0 : x !== -1;
      if (more) letter |= 32;
      letters.push(letter + 48);
    }
  });
  // A text that grows letter by letter keeps an object for each: gigabytes for the masks of a large data set.
  return Buffer.from(letters).toString('latin1');
}

/** Counterpart of {@link compressCounts}. @throws RangeError for letters that are none, or an end in the middle */
export function decompressCounts(text: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < text.length;) {
    let x = 0;
    let shift = 0;
    for (let more = true; more;) {
      const letter = text.charCodeAt(at++) - 48;
      if (!(letter >= 0 && letter < 64) || shift > 30) throw new RangeError('no compressed run lengths');
      x |= (letter & 31) << shift;
      more = (letter & 32) !== 0;
      shift += 5;
      if (!more && (letter & 16) !== 0) x |= -1 << shift;
    }
    if (counts.length > 2) x += counts[counts.length - 2];
    counts.push(x);
  }
  return counts;
}
