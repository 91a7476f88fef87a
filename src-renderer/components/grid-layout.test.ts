import { describe, expect, test } from 'vitest';
import { gridLayout, nextTile } from './grid-layout.ts';

test('as many columns as fit, filling the width', () => {
  expect(gridLayout(100, 430, 100, 10)).toEqual({ columns: 4, tile: 100, rows: 25 });
  expect(gridLayout(101, 429, 100, 10)).toMatchObject({ columns: 3, rows: 34 });
  expect(gridLayout(5, 40, 100, 10)).toMatchObject({ columns: 1, tile: 40 });
});

describe('keys in a grid of 10 tiles, 4 a row, 2 rows seen', () => {
  test.each([
    ['ArrowRight', 3, 4],
    ['ArrowLeft', 4, 3],
    ['ArrowLeft', 0, 0],
    ['ArrowRight', 9, 9],
    ['ArrowDown', 1, 5],
    ['ArrowDown', 7, 9],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 2, 2],
    ['PageDown', 1, 9],
    ['PageUp', 9, 1],
    ['Home', 7, 0],
    ['End', 0, 9],
    ['a', 5, null],
  ])('%s from %d', (key, from, to) => {
    expect(nextTile(key, from, 10, 4, 2)).toBe(to);
  });

  test('an empty grid has nowhere to go', () => expect(nextTile('End', 0, 0, 4, 2)).toBeNull());
});
