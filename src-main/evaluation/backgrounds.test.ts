import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxBlackedOut, boxTiled, largestBackground, noForeground, onlyForeground, pasted } from './backgrounds.ts';
import { chooseDonor, donorPool, MIXES } from './donors.ts';

/** A picture whose pixel p has the value p + 1 in every channel. */
const counted = (side: number) => Uint8Array.from({ length: side * side * 3 }, (_, i) => Math.floor(i / 3) + 1);
const firstChannel = (picture: Uint8Array) => Array.from(picture).filter((_, i) => i % 3 === 0);

describe('variants of a 3x3 picture with one object pixel', () => {
  const picture = counted(3);
  const mask = Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0);
  const box = { x0: 1, y0: 1, x1: 1, y1: 1 };
  const out = () => new Uint8Array(27);

  it('only the foreground, or only the rest', () => {
    expect(firstChannel(onlyForeground(picture, mask, out()))).toEqual([0, 0, 0, 0, 5, 0, 0, 0, 0]);
    expect(firstChannel(noForeground(picture, mask, out()))).toEqual([1, 2, 3, 4, 0, 6, 7, 8, 9]);
    expect(firstChannel(boxBlackedOut(picture, 3, box, out()))).toEqual([1, 2, 3, 4, 0, 6, 7, 8, 9]);
  });

  it('the box filled from the largest strip (here the lower row, repeated from the top)', () => {
    expect(largestBackground(box, 3)).toEqual({ x0: 0, y0: 2, x1: 2, y1: 2 });
    expect(firstChannel(boxTiled(picture, 3, box, out()))).toEqual([1, 2, 3, 4, 8, 6, 7, 8, 9]);
  });

  it('the foreground over another background', () => {
    const background = new Uint8Array(27).fill(200);
    expect(firstChannel(pasted(picture, mask, background, out()))).toEqual([200, 200, 200, 200, 5, 200, 200, 200, 200]);
  });
});

it('tiles show no pixel of the box, and nothing outside the box changes', () => {
  const side = 9;
  const edge = fc.integer({ min: 0, max: side - 1 });
  fc.assert(
    fc.property(edge, edge, edge, edge, (a, b, c, d) => {
      const box = { x0: Math.min(a, b), y0: Math.min(c, d), x1: Math.max(a, b), y1: Math.max(c, d) };
      const picture = counted(side);
      const inside = (p: number) =>
        p % side >= box.x0 && p % side <= box.x1 && Math.floor(p / side) >= box.y0 && Math.floor(p / side) <= box.y1;
      if (largestBackground(box, side) === null) {
        expect(box).toEqual({ x0: 0, y0: 0, x1: side - 1, y1: side - 1 });
        expect(() => boxTiled(picture, side, box, new Uint8Array(picture.length))).toThrow(RangeError);
        return;
      }
      const values = firstChannel(boxTiled(picture, side, box, new Uint8Array(picture.length)));
      values.forEach((value, p) => {
        if (inside(p)) expect(inside(value - 1)).toBe(false);
        else expect(value).toBe(p + 1);
      });
    }),
  );
});

describe('donors', () => {
  const labels = Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 3);
  const usable = [0, 1, 2, 3, 4, 6, 7];
  const pool = donorPool(usable, labels);
  const donors = (mix: (typeof MIXES)[number], index: number, seeds: number) =>
    new Set(
      Array.from({ length: seeds }, (_, seed) =>
        chooseDonor(mix, index, `id${String(index)}`, labels[index], pool, seed),
      ),
    );

  it('come from the right class, are never the picture itself, and reach every candidate', () => {
    expect(donors('mixed_same', 0, 50)).toEqual(new Set([1, 2]));
    expect(donors('mixed_same', 5, 50)).toEqual(new Set([3, 4]));
    expect(donors('mixed_next', 0, 50)).toEqual(new Set([3, 4]));
    expect(donors('mixed_next', 6, 50)).toEqual(new Set([0, 1, 2]));
    expect(donors('mixed_rand', 4, 200)).toEqual(new Set([0, 1, 2, 3, 6, 7]));
  });

  it('are missing where nobody qualifies', () => {
    expect(donors('mixed_same', 8, 5)).toEqual(new Set([null]));
    const alone = donorPool([0], labels);
    for (const mix of MIXES) expect(chooseDonor(mix, 0, 'a', 0, alone, 1)).toBeNull();
  });

  it('draw random classes evenly, however many pictures each has', () => {
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 3000; seed++) {
      const donor = chooseDonor('mixed_rand', 8, 'x', 3, pool, seed) ?? -1;
      counts.set(labels[donor], (counts.get(labels[donor]) ?? 0) + 1);
    }
    for (const of of [0, 1, 2]) expect(Math.abs((counts.get(of) ?? 0) - 1000)).toBeLessThan(130);
  });

  it('depend on seed and id only', () => {
    const choose = (seed: number, id: string) => chooseDonor('mixed_rand', 0, id, 0, pool, seed);
    expect(choose(7, 'a')).toBe(choose(7, 'a'));
    const ids = Array.from({ length: 20 }, (_, i) => choose(7, `id${String(i)}`));
    expect(new Set(ids).size).toBeGreaterThan(1);
  });
});
