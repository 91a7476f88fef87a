/**
 * Masks that were painted in Label Studio: the RGBA bytes of the picture, row by row, packed as @thi.ng/rle-pack does
 * (its README, and `decode_rle` in label-studio-converter's brush.py, describe the bits): 32 bits number of words, 5 bits
 * word size - 1, four times 4 bits a width of lengths - 1; then, until all words are there, a bit that says whether one
 * word repeats, 2 bits which of the four widths, the length - 1, and the word or words. What is not transparent is
 * painted.
 */
import { toInlineMask } from '../../pictures/inline-mask.ts';

const MOST_PIXELS = 100_000_000;

class Bits {
  readonly #bytes: readonly unknown[];
  #at = 0;

  constructor(bytes: readonly unknown[]) {
    this.#bytes = bytes;
  }

  /** @throws RangeError at the end, and where a byte is none */
  read(count: number): number {
    let value = 0;
    for (let left = count; left > 0;) {
      const byte = this.#bytes[this.#at >> 3];
      if (typeof byte !== 'number' || !Number.isInteger(byte) || byte < 0 || byte > 255) {
        throw new RangeError('the painted mask is incomplete');
      }
      const inByte = 8 - (this.#at & 7);
      const taken = Math.min(left, inByte);
      value = value * 2 ** taken + ((byte >> (inByte - taken)) & (2 ** taken - 1));
      this.#at += taken;
      left -= taken;
    }
    return value;
  }
}

export interface Painted {
  /** COCO's compressed run lengths. */
  readonly counts: string;
  /** Pixels. */
  readonly area: number;
}

/** @throws RangeError where it is no mask of that size */
export function readBrush(packed: readonly unknown[], width: number, height: number): Painted {
  const bits = new Bits(packed);
  const words = bits.read(32);
  if (width * height > MOST_PIXELS || words !== width * height * 4) {
    throw new RangeError('the painted mask is of another size than the picture');
  }
  const wordSize = bits.read(5) + 1;
  const widths = Array.from({ length: 4 }, () => bits.read(4) + 1);
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < words;) {
    const repeats = bits.read(1) === 1;
    const end = at + bits.read(widths[bits.read(2)]) + 1;
    if (end > words) throw new RangeError('the painted mask is larger than the picture');
    if (repeats) {
      // Only the fourth of each four, the opacity, counts.
      if (bits.read(wordSize) > 0) pixels.fill(1, at >> 2, end >> 2);
      at = end;
    } else {
      for (; at < end; at++) if (bits.read(wordSize) > 0 && (at & 3) === 3) pixels[at >> 2] = 1;
    }
  }
  const mask = toInlineMask({ width, height, pixels });
  return { counts: mask.slice(mask.lastIndexOf(':') + 1), area: pixels.reduce((sum, value) => sum + value, 0) };
}
