import { describe, expect, it } from 'vitest';
import { partTemplates, templateSize } from './part-templates.ts';

describe('templates of parts', () => {
  it('fall off by 4/n a step, down to -1, and the last is -1 everywhere', () => {
    // 4 x 4: a step costs 4/4 = 1, so the peak alone is above 0 and its neighbours are 0.
    const templates = partTemplates(4, 4);
    expect(templates).toHaveLength(17 * 16);
    const peakAt5 = templates.subarray(5 * 16, 6 * 16);
    expect([...peakAt5]).toEqual([-1, 0, -1, -1, 0, 1, 0, -1, -1, 0, -1, -1, -1, -1, -1, -1]);
    expect([...templates.subarray(16 * 16)]).toEqual(new Array(16).fill(-1));
    expect(templateSize(16)).toBe(0.5 / 16);
  });

  it('are as high as they are wide on maps that are not square', () => {
    // 2 x 8: n = 4 again. Peak in the second row, third column.
    const templates = partTemplates(2, 8);
    const peak = templates.subarray(10 * 16, 11 * 16);
    expect([...peak]).toEqual([-1, -1, 0, -1, -1, -1, -1, -1, -1, 0, 1, 0, -1, -1, -1, -1]);
  });
});
