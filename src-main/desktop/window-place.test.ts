import { describe, expect, test } from 'vitest';
import { placeWindow } from './window-place.ts';

const MAIN = { x: 0, y: 0, width: 1920, height: 1040 };
const SECOND = { x: 1920, y: 0, width: 2560, height: 1400 };
const at = (x: number, y: number, width = 1200, height = 800) => ({
  bounds: { x, y, width, height },
  maximized: false,
});

describe('where the window opens', () => {
  test('in the middle of the main display the first time', () => {
    expect(placeWindow(null, [MAIN, SECOND])).toEqual({
      bounds: { x: 280, y: 90, width: 1360, height: 860 },
      maximized: false,
    });
  });

  test('where it was, on whichever display', () => {
    expect(placeWindow(at(2500, 300), [MAIN, SECOND])).toEqual(at(2500, 300));
    expect(placeWindow({ ...at(100, 100), maximized: true }, [MAIN]).maximized).toBe(true);
  });

  test('in the middle again where its display is gone, maximized as it was', () => {
    const placed = placeWindow({ ...at(2500, 300), maximized: true }, [MAIN]);
    expect(placed).toEqual({ bounds: { x: 280, y: 90, width: 1360, height: 860 }, maximized: true });
  });

  test('where its upper edge can be taken hold of', () => {
    expect(placeWindow(at(1850, 300), [MAIN]).bounds.x).toBe(280); // 70 px of it would be seen.
    expect(placeWindow(at(-1000, 300), [MAIN]).bounds.x).toBe(-1000);
    expect(placeWindow(at(100, 1035), [MAIN]).bounds.y).toBe(90);
  });

  test('no larger than the display, and large enough to be used', () => {
    const small = { x: 0, y: 0, width: 1280, height: 720 };
    expect(placeWindow(at(0, 0, 3000, 2000), [small]).bounds).toMatchObject({ width: 1280, height: 720 });
    expect(placeWindow(at(0, 0, 200, 100), [small]).bounds).toMatchObject({ width: 900, height: 600 });
  });
});
