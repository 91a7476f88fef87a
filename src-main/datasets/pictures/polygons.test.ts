import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compressCounts } from './inline-mask.ts';
import { fillPolygons, polygonRuns, unionMask } from './polygons.ts';

const draw = (pixels: Uint8Array, width: number): string[] =>
  Array.from({ length: pixels.length / width }, (_, y) =>
    [...pixels.subarray(y * width, (y + 1) * width)].map((value) => '.#'[value]).join(''),
  );

describe('outlines', () => {
  it('fill the pixels whose middles they hold', () => {
    // Corners of pixels 1..4 across and 1..3 down.
    expect(draw(fillPolygons([[1, 1, 5, 1, 5, 4, 1, 4]], 7, 6), 7)).toEqual([
      '.......',
      '.####..',
      '.####..',
      '.####..',
      '.......',
      '.......',
    ]);
  });

  it.each([
    // Half pixels: the column at 1.5 is left out and the one at 6.5 taken, the row at 0.5 left out; pycocotools' answer.
    {
      polygons: [[1.5, 0.5, 6.5, 0.5, 6.5, 5.5, 1.5, 5.5]],
      lines: ['........', '..#####.', '..#####.', '..#####.', '..#####.', '..#####.'],
    },
    // A bow tie, and middles exactly on a diagonal.
    {
      polygons: [[0, 0, 6, 6, 6, 0, 0, 6]],
      lines: ['#....#', '##..##', '######', '##..##', '#....#', '......'],
    },
    { polygons: [[0, 0, 4, 0, 0, 4]], lines: ['###.', '##..', '#...', '....'] },
    // Where two overlap, both still cover.
    {
      polygons: [
        [0, 0, 3, 0, 3, 3, 0, 3],
        [2, 2, 6, 2, 6, 5, 2, 5],
      ],
      lines: ['###...', '###...', '######', '..####', '..####'],
    },
  ])('are drawn as by pycocotools: $lines', ({ polygons, lines }) => {
    expect(draw(fillPolygons(polygons, lines[0]?.length ?? 0, lines.length), lines[0]?.length ?? 0)).toEqual(lines);
  });

  it('have the compressed runs of pycocotools', () => {
    // mask.frPyObjects([[0, 0, 4, 0, 0, 4]], 4, 4): 031O1O5.
    expect(polygonRuns([0, 0, 4, 0, 0, 4], 4, 4)).toEqual([0, 3, 1, 2, 2, 1, 7]);
    expect(compressCounts(polygonRuns([0, 0, 4, 0, 0, 4], 4, 4))).toBe('031O1O5');
  });

  it('agree with pycocotools 2.0.11 on 2,000 pictures, also where corners lie far outside', () => {
    // The same draws in Python, `mask.decode(mask.merge(mask.frPyObjects(polygons, height, width)))` in row order, gave
    // this area and this SHA-256.
    let state = 1;
    const next = (n: number): number => {
      state = Number((BigInt(state) * 1103515245n + 12345n) % 2147483648n);
      return (state >> 8) % n;
    };
    const hash = createHash('sha256');
    let area = 0;
    for (let i = 0; i < 2000; i++) {
      const width = 1 + next(40);
      const height = 1 + next(40);
      const polygons: number[][] = [];
      for (let left = 1 + next(3); left > 0; left--) {
        const corners = 3 + next(6);
        const far = i % 4 === 0 ? 200 : 1;
        polygons.push(Array.from({ length: 2 * corners }, () => (next(6000 * far) - 1000 * far) / 100));
      }
      const pixels = fillPolygons(polygons, width, height);
      area += pixels.reduce((sum, value) => sum + value, 0);
      hash.update(pixels);
    }
    expect(area).toBe(283506);
    expect(hash.digest('hex')).toBe('feef428b84861b20e6475606cbf62214a4d13c957ab01488f273310effe0f9ea');
  });

  it('cost no more for edges of millions of pixels', () => {
    const far = 90_000_000;
    expect(fillPolygons([[-far, -far, far, -far, far, far, -far, far]], 9, 9)).toEqual(new Uint8Array(81).fill(1));
  });

  it.each([
    { polygon: [0, 0, 1, 1], size: [4, 4] },
    { polygon: [0, 0, 1, 1, 2, 2, 3], size: [4, 4] },
    { polygon: [0, 0, 1, NaN, 2, 2], size: [4, 4] },
    { polygon: [0, 0, 1, 1e300, 2, 2], size: [4, 4] },
    { polygon: [0, 0, 1, 1, 2, 0], size: [0, 4] },
    { polygon: [0, 0, 1, 1, 2, 0], size: [1.5, 4] },
    { polygon: [0, 0, 1, 1, 2, 0], size: [40_000, 40_000] },
  ])('are refused: $polygon in $size', ({ polygon, size: [width = 0, height = 0] }) => {
    expect(() => polygonRuns(polygon, width, height)).toThrow(RangeError);
  });
});

describe('the union of masks', () => {
  it('is what any of them covers, as one run where they touch', () => {
    expect(
      unionMask(
        [
          [0, 2, 10],
          [1, 3, 3, 2, 3],
          [4, 1, 7],
        ],
        4,
        3,
      ),
    ).toEqual([0, 5, 2, 2, 3]);
    expect(unionMask([], 4, 3)).toEqual([12]);
    expect(unionMask([[0, 12]], 4, 3)).toEqual([0, 12]);
  });

  it.each([[[11]], [[13]], [[-1, 13]], [[5.5, 6.5]]])('refuses runs that do not fill the picture: %s', (runs) => {
    expect(() => unionMask([runs], 4, 3)).toThrow(RangeError);
  });
});
