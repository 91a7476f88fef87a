import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PixelBox } from './boxes.ts';
import { ComponentSweep } from './components.ts';
import { outerContourArea } from './contour.ts';

/** Pictures drawn with letters: '.' is level 0, a digit its level. */
function drawn(...rows: string[]): { levels: Uint8Array; height: number; width: number } {
  const levels = Uint8Array.from(rows.join('').replaceAll('.', '0'), Number);
  return { levels, height: rows.length, width: rows[0].length };
}

function components(picture: ReturnType<typeof drawn>, threshold = 0) {
  const sweep = new ComponentSweep(picture.height, picture.width, 9);
  sweep.load(picture.levels);
  return sweep.at(threshold);
}

/** Contour area of the component that begins at the first foreground pixel. */
function area(...rows: string[]): number {
  const { levels, height, width } = drawn(...rows);
  const padded = new Uint8Array((height + 2) * (width + 2));
  for (let y = 0; y < height; y++) {
    padded.set(levels.subarray(y * width, (y + 1) * width), (y + 1) * (width + 2) + 1);
  }
  const start = padded.findIndex((level) => level > 0);
  return outerContourArea(padded, width + 2, 0, start);
}

describe('contour area', () => {
  it('is that of the polygon through the border pixels', () => {
    expect(area('1')).toBe(0);
    expect(area('1111')).toBe(0);
    expect(area('11', '11')).toBe(1);
    expect(area('1111', '1111', '1111')).toBe(6);
    expect(area('.1.', '111', '.1.')).toBe(2);
    expect(area('1..', '11.', '111')).toBe(2);
  });

  it('fills holes, and counts thin lines as nothing', () => {
    expect(area('11111', '1...1', '1...1', '11111')).toBe(12);
    expect(area('11....', '111111', '11....')).toBe(3);
    expect(area('1...1', '.1.1.', '..1..')).toBe(0);
  });
});

describe('components', () => {
  it('joins corners and gives tight boxes in reading order', () => {
    const found = components(drawn('.1...1', '1....1', '......', '.11...'));
    expect(found.boxes).toEqual([
      { x0: 0, y0: 0, x1: 1, y1: 1 },
      { x0: 5, y0: 0, x1: 5, y1: 1 },
      { x0: 1, y0: 3, x1: 2, y1: 3 },
    ]);
    // All enclose nothing: the one that begins last, as in OpenCV.
    expect(found.largest).toBe(2);
  });

  it('takes the largest by contour area, not by pixels', () => {
    const found = components(drawn('11111111', '........', '11......', '11......'));
    expect(found.boxes[found.largest]).toEqual({ x0: 0, y0: 2, x1: 1, y1: 3 });
  });

  it('compares strictly above the threshold', () => {
    const picture = drawn('1221', '2332');
    expect(components(picture, 1).boxes).toEqual([{ x0: 0, y0: 0, x1: 3, y1: 1 }]);
    expect(components(picture, 2).boxes).toEqual([{ x0: 1, y0: 1, x1: 2, y1: 1 }]);
    expect(components(picture, 3)).toEqual({ boxes: [], largest: -1 });
  });

  it('joins branches that meet late', () => {
    expect(components(drawn('1.1.1', '1.1.1', '1.1.1', '11111')).boxes).toHaveLength(1);
    expect(components(drawn('1...1', '1.1.1', '1...1', '11111')).boxes).toHaveLength(2);
  });

  it('forgets the picture before', () => {
    const sweep = new ComponentSweep(2, 2, 3);
    sweep.load(Uint8Array.of(3, 3, 3, 3));
    sweep.load(Uint8Array.of(0, 0, 0, 1));
    expect(sweep.at(0).boxes).toEqual([{ x0: 1, y0: 1, x1: 1, y1: 1 }]);
    expect(sweep.at(1).boxes).toEqual([]);
  });

  it('finds the same as flooding every pixel', () => {
    const picture = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain(([height, width]) =>
      fc.record({
        height: fc.constant(height),
        width: fc.constant(width),
        levels: fc.uint8Array({ minLength: height * width, maxLength: height * width, max: 4 }),
      }),
    );
    fc.assert(
      fc.property(picture, fc.integer({ min: 0, max: 3 }), ({ height, width, levels }, threshold) => {
        const found = components({ height, width, levels: Uint8Array.from(levels) }, threshold);
        expect(found.boxes).toEqual(flooded(levels, height, width, threshold));
      }),
      { numRuns: 300 },
    );
  });
});

function flooded(levels: Uint8Array, height: number, width: number, threshold: number): PixelBox[] {
  const seen = new Set<number>();
  const boxes: PixelBox[] = [];
  for (let start = 0; start < levels.length; start++) {
    if (levels[start] <= threshold || seen.has(start)) continue;
    const reached = [start];
    seen.add(start);
    for (const p of reached) {
      for (let y = Math.floor(p / width) - 1; y <= Math.floor(p / width) + 1; y++) {
        for (let x = (p % width) - 1; x <= (p % width) + 1; x++) {
          const q = y * width + x;
          if (x < 0 || y < 0 || x >= width || y >= height || levels[q] <= threshold || seen.has(q)) continue;
          seen.add(q);
          reached.push(q);
        }
      }
    }
    const xs = reached.map((p) => p % width);
    const ys = reached.map((p) => Math.floor(p / width));
    boxes.push({ x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) });
  }
  return boxes;
}
