import { describe, expect, it } from 'vitest';
import { Random } from '../numeric/random.ts';
import { clusterBackgrounds, describeBackground, DESCRIPTION_LENGTH } from './background-clusters.ts';

/** A picture [side, side, 3] from a colour by pixel. */
const picture = (side: number, colour: (x: number, y: number) => readonly [number, number, number]) =>
  Uint8Array.from({ length: side * side }, (_, p) => p).reduce(
    (out, _, p) => {
      out.set(colour(p % side, Math.floor(p / side)), 3 * p);
      return out;
    },
    new Uint8Array(side * side * 3),
  );

const NOTHING = new Uint8Array(16);

describe('the description of a background', () => {
  it('of one colour: its OKLab, no deviation, no edges', () => {
    const white = describeBackground(
      picture(4, () => [255, 255, 255]),
      NOTHING,
      4,
    );
    white?.values.forEach((value, i) => {
      expect(value).toBeCloseTo(i === 0 ? 1 : 0, 6);
    });
    expect(white?.colour).toEqual([255, 255, 255]);
    // OKLab of sRGB red as Ottosson gives it.
    const red = describeBackground(
      picture(4, () => [255, 0, 0]),
      NOTHING,
      4,
    );
    [0.627955, 0.224863, 0.125846].forEach((value, i) => {
      expect(red?.values[i]).toBeCloseTo(value, 5);
    });
  });

  it('leaves the object out, its outline too', () => {
    const object = Uint8Array.from({ length: 16 }, (_, p) => (p % 4 === 1 || p % 4 === 2 ? 1 : 0));
    const shown = describeBackground(
      picture(4, (x) => (x === 1 || x === 2 ? [255, 0, 0] : [255, 255, 255])),
      object,
      4,
    );
    expect(shown?.values).toHaveLength(DESCRIPTION_LENGTH);
    shown?.values.forEach((value, i) => {
      expect(value).toBeCloseTo(i === 0 ? 1 : 0, 6);
    });
    expect(describeBackground(new Uint8Array(48), new Uint8Array(16).fill(1), 4)).toBeNull();
  });

  it('by hand: left half black, right half white', () => {
    // L is 0 and 1: mean 0.5, deviation 0.5. Of 24 neighbouring pairs (12 across, 12 down) four differ, each by 1.
    const halves = describeBackground(
      picture(4, (x) => (x < 2 ? [0, 0, 0] : [255, 255, 255])),
      NOTHING,
      4,
    );
    expect(halves?.values[0]).toBeCloseTo(0.5, 6);
    expect(halves?.values[3]).toBeCloseTo(0.5, 6);
    expect(halves?.values[6]).toBeCloseTo(Math.sqrt(4 / 24), 6);
    expect(halves?.colour).toEqual([127.5, 127.5, 127.5]);
  });
});

describe('clusters', () => {
  /** Noise about the given centres, in turns. */
  const noisy = (centres: readonly number[][], count: number) => {
    const random = new Random(1);
    return Array.from({ length: count }, (_, i) => centres[i % centres.length].map((c) => c + 0.01 * random.normal()));
  };

  it('separate two colours of background, whatever the seed, the larger first', () => {
    const centres = [
      [0.5, 0.1, 0],
      [0.5, -0.1, 0],
      [0.5, -0.1, 0],
    ];
    for (const seed of [0, 1, 2]) {
      const { of, count } = clusterBackgrounds(noisy(centres, 30), 2, seed);
      expect(count).toBe(2);
      expect([...of]).toEqual(Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 1 : 0)));
    }
  });

  it('are the same for the same seed', () => {
    const points = noisy([[0, 0, 0]], 200);
    expect(clusterBackgrounds(points, 4, 7)).toEqual(clusterBackgrounds(points, 4, 7));
  });

  it('ignores what no eye can see', () => {
    const points = Array.from({ length: 20 }, (_, i) => [i < 10 ? 0.2 : 0.8, 1e-6 * (i % 2)]);
    expect([...clusterBackgrounds(points, 2, 0).of].map((c, i) => c === (i < 10 ? 0 : 1)).every(Boolean)).toBe(true);
  });

  it('are fewer where there are fewer different backgrounds, and none without any', () => {
    const same = Array.from({ length: 5 }, () => [1, 2]);
    expect(clusterBackgrounds(same, 4, 0)).toMatchObject({ count: 1, of: new Int32Array(5) });
    expect(clusterBackgrounds([...same, [3, 4]], 4, 0)).toMatchObject({
      count: 2,
      of: Int32Array.of(0, 0, 0, 0, 0, 1),
    });
    expect(clusterBackgrounds([], 4, 0).count).toBe(0);
  });

  it('gives the distance to the centre in standard deviations', () => {
    // 0, 0, 10, 10 about 5 with deviation 5: -1, -1, 1, 1; centres there.
    const { distance } = clusterBackgrounds([[0], [0], [10], [10]], 2, 0);
    expect([...distance]).toEqual([0, 0, 0, 0]);
    expect([...clusterBackgrounds([[0], [2]], 1, 0).distance]).toEqual([1, 1]);
  });

  it('are found among 20,000 backgrounds too', () => {
    const { count } = clusterBackgrounds(noisy([Array<number>(7).fill(0)], 20_000), 8, 0);
    expect(count).toBe(8);
  });
});
