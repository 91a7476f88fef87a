/** HEIC pictures, as phones take them: libheif, compiled to WebAssembly. Upright as the file says, 8 bit. */
import { checkSize } from './open-picture.ts';
import type { RawPicture } from './open-picture.ts';

/**
 * The decoder tells of broken files on the standard output, where programs that call us expect answers: what anybody
 * writes there while it works goes to the standard error instead.
 */
let write = console.log;
let working = 0;

/** @throws UnusablePicture, or the decoder's error */
export async function decodeHeic(bytes: Uint8Array, maxPixels: number): Promise<RawPicture> {
  const { default: decode } = await import('heic-decode');
  if (working++ === 0) {
    write = console.log;
    console.log = console.error;
  }
  try {
    const pictures = await decode.all({ buffer: bytes });
    try {
      const [first] = pictures;
      checkSize(first.width, first.height, maxPixels);
      const { width, height, data } = await first.decode();
      const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return { width, height, channels: 4, pixels };
    } finally {
      pictures.dispose();
    }
  } finally {
    if (--working === 0) console.log = write;
  }
}
