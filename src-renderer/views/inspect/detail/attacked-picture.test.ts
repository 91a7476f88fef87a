import { expect, test } from 'vitest';
import { addChange } from './attacked-picture.ts';

test('takes the amplification out again, leaves grey and the opacity alone', () => {
  const picture = Uint8ClampedArray.of(100, 100, 100, 255, 1, 250, 7, 9);
  // 64 times 2, -2 and 0 steps of brightness; then beyond both ends.
  const change = Uint8ClampedArray.of(255, 0, 128, 255, 0, 255, 128, 0);
  addChange(picture, change, 64);
  expect([...picture]).toEqual([102, 98, 100, 255, 0, 252, 7, 9]);
  const near = Uint8ClampedArray.of(254, 1, 0, 255);
  addChange(near, Uint8ClampedArray.of(255, 0, 0, 255), 32);
  expect([...near]).toEqual([255, 0, 0, 255]);
});
