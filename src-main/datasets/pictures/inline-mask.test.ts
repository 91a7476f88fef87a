import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compressCounts,
  decodeInlineMask,
  decompressCounts,
  fromInlineMask,
  inlineMaskSize,
  toInlineMask,
} from './inline-mask.ts';

describe('masks as text', () => {
  it("are COCO's compressed run lengths", () => {
    // pycocotools: mask.encode of [[0,1,1],[0,1,0]] in Fortran order gives runs 2, 3, 1.
    const mask = { width: 3, height: 2, pixels: Uint8Array.of(0, 1, 1, 0, 1, 0) };
    expect(toInlineMask(mask)).toBe('rle:2x3:231');
    expect(inlineMaskSize('rle:2x3:231')).toEqual({ width: 3, height: 2 });
  });

  it('come back as they were, whatever they show', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.infiniteStream(fc.boolean()),
        (width, height, bits) => {
          const pixels = Uint8Array.from({ length: width * height }, () => Number(bits.next().value));
          expect(fromInlineMask(toInlineMask({ width, height, pixels }))).toEqual({ width, height, pixels });
        },
      ),
    );
  });

  it('hold runs of any length', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000_000 }), { maxLength: 50 }), (counts) => {
        expect(decompressCounts(compressCounts(counts))).toEqual(counts);
      }),
    );
  });

  it('are sampled in the middle of each cell', () => {
    const pixels = Uint8Array.from({ length: 16 }, (_, i) => Number(i % 4 >= 2));
    expect([...decodeInlineMask(toInlineMask({ width: 4, height: 4, pixels }), 2)]).toEqual([0, 1, 0, 1]);
  });

  it.each(['rle:2x3:', 'rle:2x3:23', 'rle:0x3:0', 'rle:2x3:~', 'rle:999999x999999:0', 'masks/a.png'])(
    'refuse %s',
    (text) => {
      expect(() => fromInlineMask(text)).toThrow(RangeError);
    },
  );
});
