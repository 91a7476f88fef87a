import { describe, expect, it } from 'vitest';
import sharp, { type Sharp } from 'sharp';
import { decodeMask, decodePicture } from './decode.ts';

const raw = (values: Uint8Array | Uint16Array, width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(values, { raw: { width, height, channels } });
const repeated = (values: number[], times: number): Uint8Array =>
  Uint8Array.from({ length: times * values.length }, (_, i) => values[i % values.length]);
const pixel = (pixels: Uint8Array, index: number): number[] => [...pixels.subarray(index * 3, index * 3 + 3)];

describe('decodePicture', () => {
  it('applies the EXIF orientation', async () => {
    // Stored red | green; orientation 6 turns it clockwise: red above green.
    const stored = await raw(Uint8Array.of(255, 0, 0, 0, 255, 0), 2, 1, 3)
      .resize(32, 16, { kernel: 'nearest' })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const pixels = await decodePicture(stored, 16);
    expect(pixels).toHaveLength(16 * 16 * 3);
    expect(pixel(pixels, 5)).toEqual([255, 0, 0]);
    expect(pixel(pixels, 15 * 16 + 5)).toEqual([0, 255, 0]);
  });

  it('lays transparent pictures on white', async () => {
    const file = await raw(repeated([255, 0, 0, 128], 16), 4, 4, 4)
      .png()
      .toBuffer();
    const [red = 0, green = 0, blue = 0] = await decodePicture(file, 4);
    expect(red).toBe(255);
    expect(Math.abs(green - 127)).toBeLessThanOrEqual(1);
    expect(green).toBe(blue);
  });

  it('gives grey pictures, with and without transparency, three channels', async () => {
    const grey = await raw(new Uint8Array(16).fill(77), 4, 4, 1).toColourspace('b-w').png().toBuffer();
    expect(pixel(await decodePicture(grey, 4), 3)).toEqual([77, 77, 77]);
    const clear = await raw(repeated([77, 0], 16), 4, 4, 2)
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect(pixel(await decodePicture(clear, 4), 3)).toEqual([255, 255, 255]);
  });

  it('scales 16 bit to 8', async () => {
    const values = new Uint16Array(48).fill(0x8080);
    values.set([65535, 257, 0x4040]);
    const file = await raw(values, 4, 4, 3).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(file).metadata()).depth).toBe('ushort');
    const pixels = await decodePicture(file, 4);
    expect(pixel(pixels, 0)).toEqual([255, 1, 0x40]);
    expect(pixel(pixels, 1)).toEqual([0x80, 0x80, 0x80]);
    const grey = await raw(new Uint16Array(16).fill(0x8080), 4, 4, 1).toColourspace('grey16').png().toBuffer();
    expect(pixel(await decodePicture(grey, 4), 0)).toEqual([0x80, 0x80, 0x80]);
  });

  it.each(['jpeg', 'tiff'] as const)('converts CMYK %s to about the same sRGB', async (format) => {
    const plain = sharp({ create: { width: 16, height: 16, channels: 3, background: '#c02040' } });
    const file = await plain.toColourspace('cmyk')[format]().toBuffer();
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    const [red = 0, green = 0, blue = 0] = await decodePicture(file, 4);
    for (const difference of [red - 0xc0, green - 0x20, blue - 0x40]) expect(Math.abs(difference)).toBeLessThan(24);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Uint8Array.from([...repeated([255, 0, 0], 64), ...repeated([0, 0, 255], 64)]);
    const file = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
      .gif()
      .toBuffer();
    expect((await sharp(file, { animated: true }).metadata()).pages).toBe(2);
    expect(pixel(await decodePicture(file, 4), 0)).toEqual([255, 0, 0]);
  });

  it('stretches to the square, and averages what it shrinks', async () => {
    // Stripes one pixel wide: shrunk, they are an even grey; picked, they would be black or white.
    const stripes = Uint8Array.from({ length: 64 * 8 }, (_, i) => (i % 2) * 255);
    const pixels = await decodePicture(await raw(stripes, 64, 8, 1).png().toBuffer(), 8);
    for (const value of pixels.subarray(0, 24)) expect(Math.abs(value - 127)).toBeLessThan(24);
  });

  it('refuses a JPEG that ends too early', async () => {
    const file = await sharp({
      create: {
        width: 300,
        height: 300,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .jpeg()
      .toBuffer();
    await expect(decodePicture(file.subarray(0, file.length * 0.6), 32)).rejects.toThrow();
  });
});

describe('decodeMask', () => {
  const half = (on: number, off = 0): Uint8Array => Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? off : on));
  const expected = Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 0 : 1));

  it.each([
    ['0 and 255', 255, 0],
    ['0 and 1', 1, 0],
    ['grey on grey', 200, 60],
  ])('reads %s', async (_, on, off) => {
    const file = await raw(half(on, off), 8, 8, 1).toColourspace('b-w').png().toBuffer();
    expect([...(await decodeMask(file, 4))]).toEqual(expected);
  });

  it('reads transparency, colours of labels and 16 bit', async () => {
    const alpha = Uint8Array.from([...half(255)].flatMap((value) => [90, 90, 90, value]));
    expect([...(await decodeMask(await raw(alpha, 8, 8, 4).png().toBuffer(), 4))]).toEqual(expected);
    const labels = Uint8Array.from(
      [...half(1)].flatMap((on, i) => (on ? (i < 32 ? [128, 0, 0] : [0, 64, 0]) : [0, 0, 0])),
    );
    expect([...(await decodeMask(await raw(labels, 8, 8, 3).png().toBuffer(), 4))]).toEqual(expected);
    for (const on of [65535, 1]) {
      const deep = Uint16Array.from(half(1), (value) => value * on);
      const file = await raw(deep, 8, 8, 1).toColourspace('grey16').png().toBuffer();
      expect([...(await decodeMask(file, 4))]).toEqual(expected);
    }
  });

  it('lets the pixel in the middle of each cell decide', async () => {
    const file = await raw(Uint8Array.of(0, 255, 0, 0, 0, 0, 0, 0, 0), 3, 3, 1)
      .png()
      .toBuffer();
    // PIL NEAREST from 3 to 2: centres 0.75 and 2.25, pixels 0 and 2; from 3 to 6 each pixel twice.
    expect([...(await decodeMask(file, 2))]).toEqual([0, 0, 0, 0]);
    expect([...(await decodeMask(file, 6))].slice(0, 6)).toEqual([0, 0, 1, 1, 0, 0]);
  });
});
