import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cameraOf } from './camera.ts';

/** The EXIF block of a JPEG that sharp writes. */
async function exifOf(ifd0: Record<string, string>): Promise<Buffer> {
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: '#123' } });
  const { exif } = await sharp(await image.withExif({ IFD0: ifd0 }).jpeg().toBuffer()).metadata();
  return exif ?? Buffer.alloc(0);
}

/** One directory by hand, big-endian, without "Exif" before it: Make behind it; Model "X", inside of its entry. */
const BY_HAND = Buffer.from(
  '4d4d002a00000008' + // MM, 42, first directory at 8
    '0002' +
    '010f00020000000600000026' + // Make, text, 6 bytes, at 38
    '011000020000000258000000' + // Model, text, 2 bytes: "X"
    '00000000' +
    '4c65696361ff', // "Leica", a sign that is no letter
  'hex',
);

describe('cameraOf', () => {
  it('joins maker and model, and says the maker once', async () => {
    expect(cameraOf(await exifOf({ Make: 'NIKON CORPORATION', Model: 'NIKON D70' }))).toBe('NIKON D70');
    expect(cameraOf(await exifOf({ Make: 'Canon', Model: 'EOS  5D ' }))).toBe('Canon EOS 5D');
    expect(cameraOf(await exifOf({ Model: 'scanner' }))).toBe('scanner');
    expect(cameraOf(await exifOf({ Software: 'GIMP' }))).toBeNull();
    expect(cameraOf(BY_HAND)).toBe('Leica X');
    expect(cameraOf(undefined)).toBeNull();
  });

  it('bears any damage', async () => {
    const block = await exifOf({ Make: 'Canon', Model: 'EOS 5D' });
    for (let length = 0; length < block.length; length++) cameraOf(block.subarray(0, length));
    for (let at = 0; at < block.length; at++) {
      for (const value of [0, 255]) {
        const broken = Buffer.from(block);
        broken[at] = value;
        expect((cameraOf(broken) ?? '').length).toBeLessThan(200);
      }
    }
    expect(cameraOf(Buffer.from('not exif at all'))).toBeNull();
  });
});
