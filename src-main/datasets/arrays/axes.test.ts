import { describe, expect, it } from 'vitest';
import { layoutsOf, rearrange } from './axes.ts';

/** Value of row y, column x, colour c: 100 y + 10 x + c. A picture of 2 rows, 3 columns and 3 colours. */
const upright = [0, 1].flatMap((y) => [0, 1, 2].flatMap((x) => [0, 1, 2].map((c) => 100 * y + 10 * x + c)));

/** The numbers of one picture with its axes in this order. */
function stored(order: string): number[] {
  const sizes: Readonly<Record<string, number>> = { h: 2, w: 3, c: 3 };
  const steps: Readonly<Record<string, number>> = { h: 100, w: 10, c: 1 };
  const fill = (axes: string, base: number): number[] =>
    axes === ''
      ? [base]
      : Array.from({ length: sizes[axes[0]] }, (_, i) => fill(axes.slice(1), base + i * steps[axes[0]])).flat();
  return fill(order, 0);
}

const keysOf = (...shape: number[]): string[] => layoutsOf(shape).map(({ key }) => key);

describe('the order of axes', () => {
  it.each([
    ['hwc', [5, 2, 3, 3]],
    ['whc', [5, 3, 2, 3]],
    ['chw', [5, 3, 2, 3]],
    ['cwh', [5, 3, 3, 2]],
  ])('%s', (order, shape) => {
    const layout = layoutsOf(shape).find(({ key }) => key === order);
    expect([layout?.height, layout?.width, layout?.channels]).toEqual([2, 3, 3]);
    expect([...Array.from(rearrange(stored(order), layout?.places() ?? null))]).toEqual(upright);
  });

  it('likely ones first; none where nothing can be colours, or a picture is a line', () => {
    expect(keysOf(9, 28, 28)).toEqual(['hw', 'wh']);
    expect(keysOf(9, 32, 32, 3)).toEqual(['hwc', 'whc']);
    expect(keysOf(9, 3, 32, 32)).toEqual(['chw', 'cwh']);
    expect(keysOf(9, 3, 32, 3)).toEqual(['hwc', 'whc', 'chw', 'cwh']);
    expect(keysOf(9, 784)).toEqual(['flat-hw', 'flat-wh']);
    expect(keysOf(9, 3072)).toEqual(['flat-chw', 'flat-cwh', 'flat-hwc', 'flat-whc']);
    for (const shape of [[9], [9, 30], [9, 32, 32, 7], [9, 1, 1, 1], [9, 2, 2, 2, 2], [9, 2 ** 20, 2 ** 20]]) {
      expect(keysOf(...shape)).toEqual([]);
    }
  });
});
