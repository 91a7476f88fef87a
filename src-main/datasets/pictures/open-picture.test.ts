import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { arrayPicture } from './array-picture.ts';
import { decodeMask, decodePicture } from './decode.ts';
import { bmpOf, dicomOf, HEIC } from './odd-pictures.fixture.ts';
import { inspectHeader, openPicture, UnusablePicture } from './open-picture.ts';
import { formatOfBytes } from './picture-format.ts';

/** All pixels in their own channels. */
const pixelsOf = async (bytes: Uint8Array): Promise<number[]> => [
  ...(await (await openPicture(bytes)).raw().toBuffer()),
];
const refusal = (promise: Promise<unknown>): Promise<[string, string]> =>
  promise.then(
    () => ['no error', ''],
    (error: unknown) => (error instanceof UnusablePicture ? [error.kind, error.message] : ['not ours', String(error)]),
  );

describe('BMP', () => {
  // 3 x 2, first the lower row, as the file has it. Red, green, blue above white, black, grey.
  const colours = [
    [0, 0, 255],
    [0, 255, 0],
    [255, 0, 0],
    [255, 255, 255],
    [0, 0, 0],
    [128, 128, 128],
  ] as const;
  const expected = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128, 128, 128];

  it.each([
    [
      '24 bit',
      bmpOf({
        width: 3,
        height: 2,
        bits: 24,
        data: [...[3, 4, 5].flatMap((i) => colours[i]), 0, 0, 0, ...[0, 1, 2].flatMap((i) => colours[i]), 0, 0, 0],
      }),
    ],
    [
      '24 bit from above',
      bmpOf({
        width: 3,
        height: -2,
        bits: 24,
        data: [...[0, 1, 2].flatMap((i) => colours[i]), 0, 0, 0, ...[3, 4, 5].flatMap((i) => colours[i])],
      }),
    ],
    ['32 bit', bmpOf({ width: 3, height: 2, bits: 32, data: [3, 4, 5, 0, 1, 2].flatMap((i) => [...colours[i], 0]) })],
    [
      '8 bit behind a gap',
      bmpOf({ width: 3, height: 2, bits: 8, palette: colours, gap: 6, data: [3, 4, 5, 0, 0, 1, 2, 0] }),
    ],
    ['4 bit', bmpOf({ width: 3, height: 2, bits: 4, palette: colours, data: [0x34, 0x50, 0, 0, 0x01, 0x20, 0, 0] })],
    ['2 bit', bmpOf({ width: 2, height: 1, bits: 2, palette: colours.slice(0, 4), data: [0b01_11_0000, 0, 0, 0] })],
    // Two of colour 3 and one each of 4 and 5; end of line; 0, 1, 2 one by one and a filling byte; end.
    [
      '8 bit in runs',
      bmpOf({
        width: 3,
        height: 2,
        bits: 8,
        compression: 1,
        palette: colours,
        data: [1, 3, 1, 4, 1, 5, 0, 0, 0, 3, 0, 1, 2, 0, 0, 1],
      }),
    ],
    // The run of four would be 3, 4, 3, 4: a run of two, then one of 5; in the second row three one by one.
    [
      '4 bit in runs',
      bmpOf({
        width: 3,
        height: 2,
        bits: 4,
        compression: 2,
        palette: colours,
        data: [2, 0x34, 1, 0x50, 0, 0, 0, 3, 0x01, 0x20, 0, 1],
      }),
    ],
  ])('%s', async (name, bytes) => {
    expect(await pixelsOf(bytes)).toEqual(name === '2 bit' ? [0, 255, 0, 255, 255, 255] : expected);
  });

  it('1 bit of odd width, 16 bit of both kinds, opacity', async () => {
    const two = [colours[4], colours[3]] as const;
    const one = bmpOf({ width: 9, height: 1, bits: 1, palette: two, data: [0b10100000, 0b10000000, 0, 0] });
    const grey = [1, 0, 1, 0, 0, 0, 0, 0, 1].flatMap((bit) => [bit * 255, bit * 255, bit * 255]);
    expect(await pixelsOf(one)).toEqual(grey);
    // 5 bits a channel: all red; half of green: 16 of 31 is 132.
    const x555 = bmpOf({ width: 2, height: 1, bits: 16, data: [0x00, 0x7c, 0x00, 0x02] });
    expect(await pixelsOf(x555)).toEqual([255, 0, 0, 0, 132, 0]);
    // 5, 6, 5 bits: 32 of 63 of green is 130.
    const x565 = bmpOf({
      width: 2,
      height: 1,
      bits: 16,
      compression: 3,
      masks: [0xf800, 0x7e0, 0x1f],
      data: [0x1f, 0x00, 0x00, 0x04],
    });
    expect(await pixelsOf(x565)).toEqual([0, 0, 255, 0, 130, 0]);
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const clear = bmpOf({ width: 2, height: 1, bits: 32, compression: 3, masks, data: [1, 2, 3, 0, 4, 5, 6, 128] });
    expect(await pixelsOf(clear)).toEqual([3, 2, 1, 0, 6, 5, 4, 128]);
    const unset = bmpOf({ width: 1, height: 1, bits: 32, compression: 3, masks, data: [1, 2, 3, 0] });
    expect(await pixelsOf(unset)).toEqual([3, 2, 1, 255]);
  });

  it('is refused where it ends early, runs out of its rows, or claims too much', async () => {
    const whole = bmpOf({ width: 3, height: 2, bits: 24, data: new Array<number>(24).fill(1) });
    expect(await refusal(openPicture(whole.subarray(0, -5)))).toEqual([
      'unreadable',
      'The BMP file is incomplete or damaged.',
    ]);
    const runs = bmpOf({ width: 3, height: 2, bits: 8, compression: 1, palette: colours, data: [9, 1, 0, 1] });
    expect(await refusal(openPicture(runs))).toEqual(['unreadable', 'The BMP file is damaged.']);
    const huge = bmpOf({ width: 40_000, height: 40_000, bits: 24, data: [] });
    expect((await refusal(openPicture(huge)))[0]).toBe('too-large');
    expect((await refusal(openPicture(bmpOf({ width: 0, height: 2, bits: 24, data: [] }))))[0]).toBe('unreadable');
    expect((await refusal(openPicture(bmpOf({ width: 2, height: 2, bits: 24, compression: 4, data: [] }))))[0]).toBe(
      'unreadable',
    );
  });
});

describe('HEIC', () => {
  it('is decoded', async () => {
    const { image, width, height } = await inspectHeader(HEIC, 1e6);
    expect([width, height]).toEqual([64, 48]);
    const pixels = await decodePicture(HEIC, 8);
    const corners = [0, 7, 56, 63].flatMap((pixel) => [...pixels.subarray(pixel * 3, pixel * 3 + 3)]);
    const near = [230, 30, 30, 30, 200, 40, 40, 60, 220, 240, 240, 240];
    corners.forEach((value, i) => expect(Math.abs(value - near[i])).toBeLessThan(8));
    expect((await image.metadata()).channels).toBe(4);
    expect((await refusal(openPicture(HEIC, 1000)))[0]).toBe('too-large');
  });

  it('is told from AVIF by its brands', () => {
    const box = (major: string, ...brands: string[]): Buffer =>
      Buffer.concat([
        Buffer.from([0, 0, 0, 16 + brands.length * 4]),
        Buffer.from(`ftyp${major}`),
        Buffer.alloc(4),
        Buffer.from(brands.join('')),
      ]);
    expect(formatOfBytes(box('mif1', 'mif1', 'avif'))).toBe('AVIF');
    expect(formatOfBytes(box('mif1', 'heic'))).toBe('HEIC');
    expect(formatOfBytes(box('isom', 'mp41'))).toBeNull();
  });
});

describe('DICOM', () => {
  const words = (...values: number[]): Uint8Array => new Uint8Array(Int16Array.from(values).buffer);

  it('goes through slope, intercept and the window of the file', async () => {
    const bytes = dicomOf({
      rows: 1,
      columns: 5,
      photometric: 'MONOCHROME2',
      signed: true,
      pixels: words(-100, 0, 50, 100, 2000),
      // Values -201 .. 3999; the window from -1 to 199: centre 99.5, width 201: (x - 99) / 200 + 0.5.
      texts: { '0028,1052': '-1', '0028,1053': '2', '0028,1050': '99.5', '0028,1051': '201' },
    });
    // -201 below; -1 is 0; 99 is half; 199 is 1; 3999 above.
    expect(await pixelsOf(bytes)).toEqual([0, 0, 0, 0, 0, 0, 128, 128, 128, 255, 255, 255, 255, 255, 255]);
  });

  it('without a window is spread from the least to the greatest, 8 bit left as it is, MONOCHROME1 inverted', async () => {
    const grey = async (parts: Partial<Parameters<typeof dicomOf>[0]>): Promise<number[]> =>
      (
        await pixelsOf(
          dicomOf({ rows: 1, columns: 3, photometric: 'MONOCHROME2', pixels: words(100, 200, 300), ...parts }),
        )
      ).filter((_, i) => i % 3 === 0);
    expect(await grey({})).toEqual([0, 128, 255]);
    expect(await grey({ photometric: 'MONOCHROME1' })).toEqual([255, 128, 0]);
    expect(await grey({ bits: 8, pixels: Uint8Array.of(5, 10, 20, 0) })).toEqual([5, 10, 20]);
  });

  it('of RGB and of JPEG', async () => {
    const pixels = Uint8Array.of(1, 2, 3, 250, 240, 230);
    expect(await pixelsOf(dicomOf({ rows: 1, columns: 2, photometric: 'RGB', bits: 8, pixels }))).toEqual([...pixels]);
    const jpeg = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#c86432' } })
      .jpeg({ quality: 100 })
      .toBuffer();
    const syntax = '1.2.840.10008.1.2.4.50';
    const read = await pixelsOf(
      dicomOf({ rows: 16, columns: 16, photometric: 'YBR_FULL_422', bits: 8, syntax, pixels: jpeg }),
    );
    [200, 100, 50].forEach((value, i) => expect(Math.abs(read[i] - value)).toBeLessThan(4));
  });

  it('is refused in a sentence where it cannot be read', async () => {
    const base = { rows: 2, columns: 2, photometric: 'MONOCHROME2', pixels: words(1, 2, 3, 4) };
    expect(await refusal(openPicture(dicomOf(base).subarray(0, -2)))).toEqual([
      'unreadable',
      'The DICOM file is incomplete or damaged.',
    ]);
    expect((await refusal(openPicture(dicomOf({ ...base, syntax: '1.2.840.10008.1.2.4.90' }))))[1]).toContain(
      'compressed in a way',
    );
    expect((await refusal(openPicture(dicomOf({ ...base, photometric: 'PALETTE COLOR' }))))[1]).toContain(
      'PALETTE COLOR',
    );
    expect((await refusal(openPicture(dicomOf({ ...base, rows: 40_000, columns: 40_000 }))))[0]).toBe('too-large');
  });
});

describe('numbers that are no brightness', () => {
  const grey = async (values: number[]): Promise<number[]> => {
    const pixels = Float32Array.from(values);
    return (await pixelsOf(arrayPicture({ width: values.length, height: 1, channels: 1, type: 'f32', pixels }))).filter(
      (_, i) => i % 3 === 0,
    );
  };

  it('are 0 to 1, else 0 to 255, else from the least to the greatest', async () => {
    expect(await grey([0, 0.5, 1, 0.2])).toEqual([0, 128, 255, 51]);
    expect(await grey([0, 0.5, 1, 200])).toEqual([0, 1, 1, 200]);
    expect(await grey([-100, 0, 100, NaN])).toEqual([0, 128, 255, 0]);
    expect(await grey([1000, 2000, Infinity, 1500])).toEqual([0, 255, 255, 128]);
    expect(await grey([7000, 7000])).toEqual([0, 0]);
    const colour = Float32Array.from([0.2, 0.4, 0.6]);
    const bytes = arrayPicture({ width: 1, height: 1, channels: 3, type: 'f32', pixels: colour });
    expect(await pixelsOf(bytes)).toEqual([51, 102, 153]);
  });

  it('are read as masks too', async () => {
    const pixels = Float32Array.from([0, 1, 1, 0]);
    const bytes = arrayPicture({ width: 2, height: 2, channels: 1, type: 'f32', pixels });
    expect([...(await decodeMask(bytes, 2))]).toEqual([0, 1, 1, 0]);
  });
});

it('of a TIFF of several pages the first is read, and what is no picture is told apart', async () => {
  const page = (grey: number): Promise<Buffer> =>
    sharp({ create: { width: 4, height: 4, channels: 3, background: { r: grey, g: grey, b: grey } } })
      .png()
      .toBuffer();
  const pages = await sharp([await page(10), await page(200)], { join: { animated: true } })
    .tiff()
    .toBuffer();
  expect((await sharp(pages).metadata()).pages).toBe(2);
  expect((await decodePicture(pages, 2))[0]).toBe(10);
  expect((await refusal(openPicture(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))))[0]).toBe(
    'not-a-picture',
  );
  expect((await refusal(openPicture(Buffer.from('no picture'))))[0]).toBe('unreadable');
  expect((await refusal(openPicture(new Uint8Array())))[0]).toBe('unreadable');
});
