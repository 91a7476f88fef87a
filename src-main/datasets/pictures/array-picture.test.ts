import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { arrayPicture } from './array-picture.ts';
import { decodePicture } from './decode.ts';
import { openPicture } from './open-picture.ts';

const [width, height] = [3, 2];

describe('numbers become a TIFF that holds exactly them', () => {
  it.each([1, 3, 4] as const)('bytes, %i channels', async (channels) => {
    const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37 + 5) % 256);
    const bytes = arrayPicture({ width, height, channels, type: 'u8', pixels });
    const image = await openPicture(bytes);
    expect(await image.metadata()).toMatchObject({ format: 'tiff', width, height, channels, depth: 'uchar' });
    const space = channels === 1 ? 'b-w' : 'srgb';
    expect([...(await image.toColourspace(space).raw().toBuffer())]).toEqual([...pixels]);
  });

  it('16 bits and floating point numbers', async () => {
    const deep = Uint16Array.from([0, 1, 255, 256, 65535, 40000]);
    const image = sharp(arrayPicture({ width, height, channels: 1, type: 'u16', pixels: deep }));
    const read = await image.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
    expect([...new Uint16Array(read.buffer, read.byteOffset, 6)]).toEqual([...deep]);

    // Also values that no photograph holds.
    const real = Float32Array.from([0, -1.5, 0.1, 1e9, 255, 2 ** -20]);
    for (const channels of [1, 3] as const) {
      const pixels = Float32Array.from({ length: 6 * channels }, (_, i) => real[i % 6]);
      const float = sharp(arrayPicture({ width, height, channels, type: 'f32', pixels }));
      const space = (await float.metadata()).space;
      const raw = await float.pipelineColourspace(space).toColourspace(space).raw({ depth: 'float' }).toBuffer();
      expect([...new Float32Array(raw.buffer, raw.byteOffset, 6 * channels)]).toEqual([...pixels]);
    }
  });

  it('decoded as any picture: grey three times, what is transparent on white', async () => {
    const grey = arrayPicture({ width: 2, height: 2, channels: 1, type: 'u8', pixels: Uint8Array.of(0, 10, 200, 255) });
    expect([...(await decodePicture(grey, 2))]).toEqual([0, 0, 0, 10, 10, 10, 200, 200, 200, 255, 255, 255]);
    const rgb = arrayPicture({ width: 1, height: 1, channels: 3, type: 'u8', pixels: Uint8Array.of(7, 8, 250) });
    expect([...(await decodePicture(rgb, 1))]).toEqual([7, 8, 250]);
    const clear = arrayPicture({ width: 1, height: 1, channels: 4, type: 'u8', pixels: Uint8Array.of(7, 8, 250, 0) });
    expect([...(await decodePicture(clear, 1))]).toEqual([255, 255, 255]);
    // 16 bits: 65535 / 257 = 255, 32896 / 257 = 128.
    const pixels = Uint16Array.of(65535, 32896, 257, 0);
    const deep = arrayPicture({ width: 2, height: 2, channels: 1, type: 'u16', pixels });
    expect([...(await decodePicture(deep, 2))]).toEqual([255, 255, 255, 128, 128, 128, 1, 1, 1, 0, 0, 0]);
  });

  it('the same bytes on every machine, for ever: studies keep their hash', () => {
    const bytes = arrayPicture({
      width: 2,
      height: 1,
      channels: 3,
      type: 'u8',
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    // Entry by entry after the specification: 13 fields of 12 bytes from 10 on, 4 that end the list, 6 + 8 + 8 + 6 of
    // values, and 2 to reach a multiple of 4.
    expect(bytes.length).toBe(206);
    expect([...bytes.subarray(200)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      '03f8597165efc90483678955b389a1e60a39868191ad93bb47643bab16dbd2a4',
    );
  });

  it('numbers that do not fill the picture are refused', () => {
    expect(() => arrayPicture({ width: 2, height: 2, channels: 3, type: 'u8', pixels: new Uint8Array(11) })).toThrow(
      RangeError,
    );
  });
});
