import { describe, expect, it } from 'vitest';
import { mapOf } from '../method/heatmap.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { readAnnotation } from './annotation.ts';
import { labelItems, meanOfItems, predictLabels, renumbered, resampledItemMeans } from './label-items.ts';
import type { EvaluationData } from './predictor.ts';
import { grey, toyModel, toySubject } from './toy-model.fixture.ts';

const sets = new LabelSets(3, [[0, 2], [1], [1, 2]], [[], [], []]);
/** A model whose heatmap of a label is lit where the picture has the grey value of that label, 10 times it. */
const model = toyModel({
  size: 2,
  probabilities: () => [0.2, 0.3, 0.5],
  map: (picture, label) => Array.from({ length: 4 }, (_, p) => (picture[3 * p] === 10 * label ? 1 : 0)),
});
const PICTURES = [
  [0, 20, 99, 99],
  [10, 99, 99, 99],
  [99, 10, 99, 20],
].map(grey);
const data: EvaluationData = { ...toySubject(model, PICTURES, [0, 1, 1]).measured, labelSets: sets };

describe('pictures of several classes as items', () => {
  it('are each picture with each of its classes', () => {
    expect(labelItems(data)).toEqual({
      count: 5,
      pictures: [0, 0, 1, 2, 2],
      labels: Int32Array.of(0, 2, 1, 1, 2),
      owners: Int32Array.of(0, 0, 1, 2, 2),
    });
    expect(labelItems(data, [0, 2])).toMatchObject({ pictures: [0, 0, 2, 2], owners: Int32Array.of(0, 0, 1, 1) });
    expect(labelItems({ ...data, labelSets: null })).toMatchObject({ count: 3, owners: null });
    expect(renumbered([4, 4, 7, 9])).toEqual(Int32Array.of(0, 0, 1, 2));
  });

  it('get the heatmap of each class, from no more pictures at once than there are', async () => {
    model.calls.length = 0;
    const shown = Uint8Array.from(PICTURES.flatMap((picture) => Array.from(picture)));
    const found = await predictLabels(model, data, [0, 1, 2], shown);
    expect(model.calls).toEqual([3, 2]);
    expect(found.logits).toHaveLength(9);
    const maps = Array.from({ length: 5 }, (_, k) => Array.from(mapOf(found.maps, k)));
    expect(maps).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ]);
  });

  it('are averaged over items, drawn by picture', () => {
    const owners = Int32Array.of(0, 0, 1);
    const [figure] = resampledItemMeans([Float32Array.of(1, 0, 1)], owners, { seed: 1 });
    expect(figure.value).toBeCloseTo(2 / 3, 12);
    expect(figure.n).toBe(2);
    // Both pictures, twice the first (1/2), or twice the second (1): nothing else can be drawn.
    expect(new Set(Array.from(figure.resampled, (value) => value.toFixed(6)))).toEqual(
      new Set(['0.500000', '0.666667', '1.000000']),
    );
    expect(meanOfItems(Float32Array.of(1, 0, NaN), owners, 2)).toEqual(Float32Array.of(0.5, NaN));
  });

  it('are judged by the boxes of their class, by a mask only where there is no other class', async () => {
    const mask = new Uint8Array(224 * 224).fill(1, 0, 10);
    const boxes = [
      { x0: 0, y0: 0, x1: 0.5, y1: 0.5, label: 0 },
      { x0: 0.5, y0: 0.5, x1: 1, y1: 1, label: 2 },
    ];
    const annotated: EvaluationData = {
      ...data,
      hasMasks: true,
      hasBoxes: true,
      boxes: (index, label) => (index === 0 ? boxes.filter((box) => label === undefined || box.label === label) : []),
      readMask: () => Promise.resolve(mask),
    };
    expect((await readAnnotation(annotated, 0, 'box', 2)).boxes).toHaveLength(1);
    expect((await readAnnotation(annotated, 0, 'mask', 2)).target).toBeNull();
    expect((await readAnnotation(annotated, 1, 'mask', 1)).target).toBe(mask);
    expect(await readAnnotation(annotated, 2, 'box', 1)).toEqual({ boxes: [], target: null });
  });
});
