import { describe, expect, it } from 'vitest';
import { LabelSets } from '../numeric/label-sets.ts';
import { Random } from '../numeric/random.ts';
import { labelPairs, pictureBackground } from './label-maps.ts';
import { pickMaps, preparePictures } from './loading-plan.ts';

const METHOD = { threshold: 'mean', thresholdValue: 0 } as const;
const maps = (count: number) => ({
  values: new Random(4).fillUniform(new Float32Array(count * 6), 0, 1),
  ...{ count, height: 2, width: 3 },
});

describe('heatmaps that cross over to a thread', () => {
  it('are those of the pictures of the batch, in their order', () => {
    const all = { maps: maps(4), pairs: null };
    const some = pickMaps(all, Int32Array.of(3, 1));
    expect(some.maps.count).toBe(2);
    expect([...some.maps.values]).toEqual([...all.maps.values.slice(18, 24), ...all.maps.values.slice(6, 12)]);
  });

  it('are all those of each picture where it has several labels', () => {
    const pairs = labelPairs(new LabelSets(3, [[0], [0, 2], [1], [0, 1, 2]], [[], [], [], []]));
    const all = { maps: maps(7), pairs };
    const chosen = [3, 0, 1];
    const some = pickMaps(all, chosen);
    expect(some.pairs).toEqual({
      count: 6,
      pictures: Int32Array.of(0, 0, 0, 1, 2, 2),
      labels: Int32Array.of(0, 1, 2, 0, 0, 2),
      first: Int32Array.of(0, 3, 4, 6),
    });
    chosen.forEach((picture, i) => {
      expect(pictureBackground(some, i, 12, METHOD)).toEqual(pictureBackground(all, picture, 12, METHOD));
    });
  });
});

it('pictures without a plan stay as they are, in [0,1]', async () => {
  const values = new Float32Array(3);
  await preparePictures(Uint8Array.of(0, 51, 255), 1, null, values);
  expect([...values]).toEqual([0, Math.fround(51 / 255), 1]);
});
