import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../compute/wasm.ts';
import { LabelSets } from '../../numeric/label-sets.ts';
import type { Targets } from '../loss.ts';
import { expectedParts, filterClasses, movedTable } from './filter-classes.ts';

const rows = (values: readonly number[], columns: number): Tensor2D =>
  tf.tensor2d([...values], [values.length / columns, columns]);

async function moved(table: readonly number[], means: readonly number[], targets: Targets, channels: number) {
  return [...(await movedTable(rows(table, channels), rows(means, channels), targets).data())];
}

describe('which class each filter stands for', () => {
  beforeAll(startWasm);

  it('is a running mean of what each class excites, from the first picture of the class on', async () => {
    // Two classes, three filters. Pictures: class 0 twice, class 1 not at all.
    const first = await moved([0, 0, 0, 0, 0, 0], [1, 2, 0, 3, 0, 0], Int32Array.of(0, 0), 3);
    expect(first).toEqual([2, 1, 0, 0, 0, 0]);
    const second = await moved(first, [4, 1, 5], Int32Array.of(1), 3);
    expect(second).toEqual([2, 1, 0, 4, 1, 5]);
    // 0.9 * 2 + 0.1 * 12 = 3, 0.9 * 1 + 0.1 * 1 = 1, 0.1 * 10 = 1.
    const third = await moved(second, [12, 1, 10], Int32Array.of(0), 3);
    [3, 1, 1, 4, 1, 5].forEach((value, i) => {
      expect(third[i]).toBeCloseTo(value, 6);
    });
    expect([...filterClasses(Float32Array.from(third), 3)]).toEqual([1, 0, 1]);
  });

  it('counts a picture for each of its classes, and expects nothing where a class is unsure', async () => {
    const targets = new LabelSets(3, [[0, 2], [1]], [[], [2]]);
    expect(await moved([0, 0, 0], [6, 4], targets, 1)).toEqual([6, 4, 6]);
    const { present, known } = expectedParts(tf.tensor1d([0, 1, 2], 'int32'), targets, 2, 3);
    expect([...(await present.data())]).toEqual([1, 0, 1, 0, 1, 0]);
    expect([...(await known.data())]).toEqual([1, 1, 1, 1, 1, 0]);
  });
});
