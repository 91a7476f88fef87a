/** HEIC pictures, as phones take them: libheif, compiled to WebAssembly. Upright as the file says, 8 bit. */
import { checkSize } from './open-picture.ts';
import type { RawPicture } from './open-picture.ts';

/** @throws UnusablePicture, or the decoder's error */
export async function decodeHeic(bytes: Uint8Array, maxPixels: number): Promise<RawPicture> {
  const { default: decode } = await import('heic-decode');
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
}
