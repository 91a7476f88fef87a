import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gridWindow, rowAt } from './grid-window.ts';

test('draws every row that can be seen, once, and none that is not there', () => {
  fc.assert(
    fc.property(
      fc.record({
        top: fc.integer({ min: 0, max: 100_000 }),
        height: fc.integer({ min: 1, max: 3000 }),
        rowHeight: fc.integer({ min: 60, max: 600 }),
        rows: fc.integer({ min: 1, max: 2000 }),
      }),
      ({ top, height, rowHeight, rows }) => {
        const seenTop = Math.min(top, Math.max(0, rows * rowHeight - height));
        const drawn = gridWindow(seenTop, height, rowHeight, rows);
        const all = Array.from({ length: drawn.places }, (_, place) => rowAt(place, drawn));
        expect(new Set(all).size).toBe(drawn.places);
        expect(Math.max(...all)).toBeLessThan(rows);
        for (let row = Math.floor(seenTop / rowHeight); row < rows && row * rowHeight < seenTop + height; row++) {
          expect(all).toContain(row);
        }
      },
    ),
  );
});

test('one row further on, only one place changes', () => {
  const before = gridWindow(5000, 800, 100, 1000);
  const after = gridWindow(5100, 800, 100, 1000);
  const changed = Array.from({ length: before.places }, (_, place) => place).filter(
    (place) => rowAt(place, before) !== rowAt(place, after),
  );
  expect(changed).toHaveLength(1);
});
