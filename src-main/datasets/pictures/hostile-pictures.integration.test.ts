/** Pictures that are broken by chance, or made to break programs: each gives facts or a reason, in bounded memory and time. */
import { deflateSync, crc32 } from 'node:zlib';
import sharp from 'sharp';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { arrayPicture } from './array-picture.ts';
import { decodeMask, decodePicture } from './decode.ts';
import type { PictureReader } from '../trees/file-tree.ts';
import { bmpOf, dicomOf, HEIC } from './odd-pictures.fixture.ts';
import { inspectPicture } from './picture-file.ts';
import { patchwork } from './pictures.fixture.ts';

const readerOf = (bytes: Uint8Array): PictureReader => ({
  stamp: () => Promise.resolve({ size: bytes.length, mtimeMs: 0 }),
  read: () => Promise.resolve(bytes),
  close: () => Promise.resolve(),
});

const noise = Uint8Array.from({ length: 48 * 40 * 3 }, (_, i) => (i * 7919) % 256);
const originals: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  JPEG: () => patchwork(1, 48, 40).jpeg().toBuffer(),
  'JPEG, progressive': () => patchwork(2, 48, 40).jpeg({ progressive: true }).toBuffer(),
  PNG: () => patchwork(3, 48, 40).png().toBuffer(),
  WebP: () => patchwork(4, 48, 40).webp().toBuffer(),
  AVIF: () => patchwork(5, 48, 40).avif({ effort: 0 }).toBuffer(),
  GIF: () => patchwork(6, 48, 40).gif().toBuffer(),
  TIFF: () => patchwork(7, 48, 40).tiff({ compression: 'lzw' }).toBuffer(),
  'TIFF, float': async () => {
    const pixels = Float32Array.from(noise, (value) => value / 255);
    return arrayPicture({ width: 48, height: 40, channels: 3, type: 'f32', pixels });
  },
  HEIC: async () => HEIC,
  BMP: async () => bmpOf({ width: 48, height: 40, bits: 24, data: [...noise] }),
  'BMP in runs': async () => {
    const palette = [[0, 0, 0], [1, 2, 3], [9, 8, 7]] as const; // prettier-ignore
    const rows = Array.from({ length: 40 }, (_, y) => [
      24,
      y % 3,
      0,
      24,
      ...noise.subarray(y, y + 24).map((v) => v % 3),
      0,
      0,
    ]);
    return bmpOf({ width: 48, height: 40, bits: 8, compression: 1, palette, data: [...rows.flat(), 0, 1] });
  },
  DICOM: async () =>
    dicomOf({ rows: 40, columns: 48, photometric: 'MONOCHROME2', pixels: noise.subarray(0, 48 * 40 * 2) }),
  'DICOM of JPEG': async () => {
    const pixels = await patchwork(8, 48, 40).jpeg().toBuffer();
    return dicomOf({ rows: 40, columns: 48, photometric: 'RGB', bits: 8, syntax: '1.2.840.10008.1.2.4.50', pixels });
  },
};

describe('broken by chance', () => {
  // libheif tells of every broken file, and on the standard output no program could tell that from an answer.
  const log = vi.spyOn(console, 'log');
  beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
  afterAll(() => {
    expect(log).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it.each(Object.keys(originals))('%s', async (name) => {
    const original = await originals[name]();
    expect(await inspectPicture(readerOf(original), 'a', 'picture')).toHaveProperty('hash');
    const random = xoroshiro128plus(name.length);
    const before = process.memoryUsage().rss;
    let refused = 0;
    for (let round = 0; round < 60; round++) {
      const bytes = Buffer.from(original);
      // Half of them in the header, where a bit means most.
      const to = round % 2 === 0 ? bytes.length : Math.min(bytes.length, 128);
      for (let flips = 0; flips <= round % 4; flips++) {
        bytes[uniformInt(random, 0, to - 1)] ^= 1 << uniformInt(random, 0, 7);
      }
      const cut = bytes.subarray(0, round % 3 === 0 ? uniformInt(random, 0, bytes.length) : bytes.length);
      const started = process.cpuUsage();
      const facts = await inspectPicture(readerOf(cut), 'a', round % 5 === 0 ? 'mask' : 'picture');
      if ('kind' in facts) {
        refused++;
        expect(facts.reason).toMatch(/\.$/);
        expect(facts.reason).not.toMatch(/undefined|\[object|NaN/);
      }
      const pixels = await decodePicture(cut, 8).catch(() => null);
      if (pixels !== null) expect(pixels).toHaveLength(8 * 8 * 3);
      const mask = await decodeMask(cut, 8).catch(() => null);
      if (mask !== null) expect(mask).toHaveLength(64);
      // Seconds of the processor, not of the clock: others may have it meanwhile.
      expect(process.cpuUsage(started).user / 1e6).toBeLessThan(60);
    }
    expect(refused).toBeGreaterThan(5);
    expect(process.memoryUsage().rss - before).toBeLessThan(1e9);
  });
});

/** A PNG of one colour and `bits` a pixel whose pixels are `data`, deflated. */
function pngOf(width: number, height: number, bits: number, data: Uint8Array): Buffer {
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(content.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  const start = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    start,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(data)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('made to fill the memory', () => {
  const [large, small] = [40_000, 16];
  /** The two bytes or four of a size, replaced wherever they stand. */
  const enlarged = (bytes: Uint8Array, from: Buffer, to: Buffer): Buffer => {
    const changed = Buffer.from(bytes);
    for (let at = changed.indexOf(from); at >= 0; at = changed.indexOf(from, at + 1)) to.copy(changed, at);
    return changed;
  };
  const be = (value: number, bytes: 2 | 4): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  };
  const plain = sharp({ create: { width: small, height: small, channels: 3, background: '#888' } });

  it.each<[string, () => Promise<Buffer>]>([
    ['PNG', async () => pngOf(large, large, 8, Buffer.alloc(10))],
    // Height, width and the number of colours: where the frame begins.
    [
      'JPEG',
      async () =>
        enlarged(
          await plain.clone().jpeg().toBuffer(),
          Buffer.concat([be(small, 2), be(small, 2), Buffer.of(3)]),
          Buffer.concat([be(large, 2), be(large, 2), Buffer.of(3)]),
        ),
    ],
    ['BMP', async () => bmpOf({ width: large, height: large, bits: 24, data: [] })],
    [
      'BMP in runs',
      async () => bmpOf({ width: large, height: large, bits: 8, compression: 1, palette: [[0, 0, 0]], data: [0, 1] }),
    ],
    [
      'DICOM',
      async () => dicomOf({ rows: large, columns: large, photometric: 'MONOCHROME2', pixels: new Uint8Array(2) }),
    ],
    [
      'HEIC',
      async () => enlarged(HEIC, Buffer.concat([be(64, 4), be(48, 4)]), Buffer.concat([be(large, 4), be(large, 4)])),
    ],
    [
      'GIF',
      async () => {
        const bytes = Buffer.from(await plain.clone().gif().toBuffer());
        bytes.writeUInt16LE(large, 6);
        bytes.writeUInt16LE(large, 8);
        // The frame itself: behind its mark and its place.
        const frame = bytes.lastIndexOf(Buffer.from([0x2c, 0, 0, 0, 0, small, 0, small, 0]));
        bytes.writeUInt16LE(large, frame + 5);
        bytes.writeUInt16LE(large, frame + 7);
        return bytes;
      },
    ],
    [
      'float TIFF',
      async () => {
        const bytes = Buffer.from(
          arrayPicture({
            width: small,
            height: small,
            channels: 1,
            type: 'f32',
            pixels: new Float32Array(small * small),
          }),
        );
        // The values of the tags 256 and 257 (width and height).
        for (const at of [18, 30]) bytes.writeUInt32LE(large, at);
        return bytes;
      },
    ],
  ])('%s of 40,000 x 40,000 pixels', async (_, make) => {
    const bytes = await make();
    const before = process.memoryUsage().rss;
    const started = process.cpuUsage();
    const facts = await inspectPicture(readerOf(bytes), 'a', 'picture');
    expect(facts).toHaveProperty('kind');
    expect('kind' in facts ? facts.kind : '').toMatch(/too-large|unreadable/);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(60);
  });

  it('a PNG of 400 megapixels in 50 kilobytes is read row by row', async () => {
    const side = 20_000;
    const bytes = pngOf(side, side, 1, Buffer.alloc((side / 8 + 1) * side));
    expect(bytes.length).toBeLessThan(60_000);
    const before = process.memoryUsage().rss;
    const facts = await inspectPicture(readerOf(bytes), 'a', 'picture');
    expect(facts).toMatchObject({ width: side, height: side });
    expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
    expect(await inspectPicture(readerOf(bytes), 'a', 'mask')).toMatchObject({ kind: 'too-large' });
  });

  it('a PNG whose data are more than its pixels is read no further', async () => {
    const bytes = pngOf(small, small, 8, Buffer.alloc(256 * 1024 ** 2));
    const before = process.memoryUsage().rss;
    const facts = await inspectPicture(readerOf(bytes), 'a', 'picture');
    expect('kind' in facts || facts.width === small).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });
});
