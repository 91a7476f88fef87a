import { describe, expect, it } from 'vitest';
import { placeCentre, PrototypeRanking } from './purity.ts';

const ranking = (columns: number[][], takes: number[]) =>
  new PrototypeRanking(
    {
      pictures: columns[0].length,
      prototypes: columns.length,
      values: Float32Array.from(columns[0].flatMap((_, i) => [-1, ...columns.map((column) => column[i])])),
      stride: columns.length + 1,
      offset: 1,
    },
    takes,
  );
const ONCE = new Uint32Array(12).fill(1);

describe('the pictures most like a prototype', () => {
  // Picture 11 is the most similar, then 10, ...; pictures 0 to 5 are of class 0.
  const rising = Array.from({ length: 12 }, (_, i) => i / 12);
  const falling = rising.map((value) => 1 - value);
  const isFirst = (i: number) => (i < 6 ? 1 : 0);

  it('are the ten most similar ones, no more than there are of the class', () => {
    // Of 11, 10, ..., 2 four are of class 0 (5, 4, 3, 2); of 0, 1, ..., 9 six are.
    expect(Array.from(ranking([rising, falling], [12, 10]).shares(isFirst))).toEqual([0.4, 0.6]);
    // Six are looked at: 11 to 6, and 0 to 5.
    expect(Array.from(ranking([rising, falling], [6, 6]).shares(isFirst))).toEqual([0, 1]);
    expect(ranking([rising, falling], [6, 6]).mean(ONCE, isFirst)).toBe(0.5);
  });

  it('leave out prototypes of classes that are not measured, and pictures of which nothing is known', () => {
    const some = ranking([rising, falling], [0, 4]);
    expect(Array.from(some.shares(isFirst))).toEqual([NaN, 1]);
    expect(some.mean(ONCE, isFirst)).toBe(1);
    // Of 0, 1, 2, 3 the first is not known, the second has it not.
    expect(some.mean(ONCE, (i) => [NaN, 0, 1, 1][i])).toBeCloseTo(2 / 3, 12);
    expect(some.mean(ONCE, () => NaN)).toBeNaN();
  });

  it('count as often as they are drawn', () => {
    const draws = new Uint32Array(12);
    draws[11] = 3;
    draws[5] = 2;
    draws[4] = 9;
    // Six of: 11 three times, 5 twice, 4 once.
    expect(ranking([rising], [6]).mean(draws, isFirst)).toBe(0.5);
  });

  it('of equals are the first', () => {
    const has = (i: number) => (i === 0 ? 1 : 0);
    expect(ranking([new Array<number>(12).fill(1)], [1]).mean(ONCE, has)).toBe(1);
  });
});

it('finds the middle of a place of the map', () => {
  expect(placeCentre(0, 2, 4)).toEqual({ x: 0.125, y: 0.25 });
  expect(placeCentre(7, 2, 4)).toEqual({ x: 0.875, y: 0.75 });
});
