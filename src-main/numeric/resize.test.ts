import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bicubicTaps, bilinearTaps, resizeBicubic, resizeBilinear } from './resize.ts';

const MAP = Float32Array.from([0, 1, 4, 2, 3, 0, 0, 5, 1, 6, 2, 0]);

describe('bilinear', () => {
  it('doubles with half-pixel centres, as PyTorch does', () => {
    const doubled = resizeBilinear(Float32Array.from([1, 2, 3, 4]), 2, 2, 4, 4);
    expect(Array.from(doubled)).toEqual([
      1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4,
    ]);
  });

  it('leaves a map of the same size as it is', () => {
    expect(resizeBilinear(MAP, 3, 4, 3, 4)).toEqual(MAP);
  });

  it('shrinks without antialiasing', () => {
    expect(Array.from(resizeBilinear(MAP, 3, 4, 1, 2))).toEqual([1.5, 2.5]);
  });

  it('stays within the range of its input', () => {
    const sides = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(sides, sides, sides, sides, fc.integer(), (h, w, H, W, salt) => {
        const map = Float32Array.from({ length: h * w }, (_, i) => Math.sin(i * 12.9898 + salt));
        const out = resizeBilinear(map, h, w, H, W);
        expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...map) + 1e-6);
        expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...map) - 1e-6);
      }),
      { numRuns: 50 },
    );
  });
});

describe('bicubic', () => {
  it('equals values computed with OpenCV 5.0 (INTER_CUBIC)', () => {
    const expected = [
      -0.40279, 0.34313, 3.15369, 4.02353, 1.51724, 0.76139, 0.34349, 1.79114, 3.24789, 2.84526, 2.7097, 0.29187,
      -0.52014, 1.97526, 5.09991, 2.96105, 1.83772, 0.10242, 1.05496, 4.43585, 1.3735, 4.1081, 3.30725, 1.00667,
      1.22808, 0.43405, 5.48992, 5.22644, 0.95945, -0.69369,
    ];
    resizeBicubic(MAP, 3, 4, 6, 5).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 4);
    });
  });

  it('writes into the given array', () => {
    const out = new Float32Array(30);
    expect(resizeBicubic(MAP, 3, 4, 6, 5, out)).toBe(out);
    expect(out.some((value) => value !== 0)).toBe(true);
  });
});

it('taps always sum to one, so that a constant map stays constant', () => {
  const side = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(side, side, fc.constantFrom(bilinearTaps, bicubicTaps), (input, output, rule) => {
      const taps = rule(input, output);
      for (let o = 0; o < output; o++) {
        const weights = taps.weight.subarray(o * taps.count, (o + 1) * taps.count);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      }
      expect(Math.min(...taps.index)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...taps.index)).toBeLessThan(input);
    }),
    { numRuns: 50 },
  );
});

it('refuses a map smaller than its shape', () => {
  expect(() => resizeBilinear(new Float32Array(3), 2, 2, 4, 4)).toThrow(RangeError);
});
