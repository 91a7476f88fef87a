import { describe, expect, it } from 'vitest';
import type { PixelBox } from '../numeric/boxes.ts';
import { Random } from '../numeric/random.ts';
import { annotationOf } from './annotation.ts';
import type { OutsideLocalization } from './outside-maps.ts';
import { measureMaps } from './outside-maps.ts';

const SIDE = 224;

interface Case {
  readonly maps: readonly Float64Array[];
  readonly boxes: readonly (readonly PixelBox[])[];
  readonly masks: readonly Uint8Array[] | null;
  readonly correct: readonly number[];
}

async function measured({ maps, boxes, masks, correct }: Case, slice = 3): Promise<OutsideLocalization> {
  const target = masks === null ? 'box' : 'mask';
  const found = await measureMaps(
    {
      ...{ count: maps.length, height: SIDE, width: SIDE, slice },
      read: (from, to) => Promise.resolve(Float64Array.from(maps.slice(from, to).flatMap((map) => [...map]))),
    },
    {
      target,
      annotated: [...maps.keys()],
      annotationOf: (index) => Promise.resolve(annotationOf(boxes[index], masks?.[index] ?? null, target)),
      correct: Uint8Array.from(correct),
      choosing: null,
    },
    0,
  );
  if (found === null) throw new Error('nothing was measured');
  return found;
}

/** Boxes of all 8-connected components above a grey level, the one of most pixels first: by flood fill. */
function floodBoxes(grey: Uint8Array, above: number): PixelBox[] {
  const seen = new Uint8Array(grey.length);
  const found: { pixels: number; box: PixelBox }[] = [];
  for (let start = 0; start < grey.length; start++) {
    if (seen[start] || grey[start] <= above) continue;
    const [xs, ys]: [number[], number[]] = [[], []];
    const stack = [start];
    seen[start] = 1;
    for (let p = stack.pop(); p !== undefined; p = stack.pop()) {
      const [x, y] = [p % SIDE, Math.floor(p / SIDE)];
      xs.push(x);
      ys.push(y);
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [nx, ny] = [x + dx, y + dy];
          const next = ny * SIDE + nx;
          if (nx < 0 || ny < 0 || nx >= SIDE || ny >= SIDE || seen[next] || grey[next] <= above) continue;
          seen[next] = 1;
          stack.push(next);
        }
      }
    }
    const far = (values: number[]) => Math.min(SIDE - 1, Math.max(...values) + 1);
    found.push({ pixels: xs.length, box: { x0: Math.min(...xs), y0: Math.min(...ys), x1: far(xs), y1: far(ys) } });
  }
  return found.sort((a, b) => b.pixels - a.pixels).map(({ box }) => box);
}

/** Pixels of the one and of both, counted along the two axes. */
function naiveIou(a: PixelBox, b: PixelBox): number {
  const pixels = [...new Array(SIDE).keys()];
  const count = (inside: (p: number, from: 'x0' | 'y0', to: 'x1' | 'y1') => boolean) =>
    pixels.filter((p) => inside(p, 'x0', 'x1')).length * pixels.filter((p) => inside(p, 'y0', 'y1')).length;
  const inA = count((p, from, to) => p >= a[from] && p <= a[to]);
  const inB = count((p, from, to) => p >= b[from] && p <= b[to]);
  const both = count((p, from, to) => p >= a[from] && p <= a[to] && p >= b[from] && p <= b[to]);
  return both / (inA + inB - both);
}

/** All figures by plain loops over pixels and thresholds, without any of the code under test. */
function naive({ maps, boxes, masks, correct }: Case) {
  const n = maps.length;
  const stretched = maps.map((values) => {
    const map = Float32Array.from(values);
    const [low, high] = [Math.min(...map), Math.max(...map)];
    return map.map((value) => Math.fround(value - low) / Math.fround(high - low));
  });
  const greys = stretched.map((map) => Uint8Array.from(map, (value) => Math.floor(Math.fround(value * 255))));
  const overlaps = greys.map((grey, i) =>
    Array.from({ length: 100 }, (_, t) =>
      floodBoxes(grey, Math.floor((t / 100) * 255)).map((box) =>
        Math.max(...boxes[i].map((truth) => naiveIou(box, truth))),
      ),
    ),
  );
  const hit = (overlap: number, all: boolean) => {
    const counts = Array.from({ length: 100 }, (_, t) =>
      overlaps.map((of) => ((all ? of[t] : of[t].slice(0, 1)).some((iou) => iou >= overlap) ? 1 : 0)),
    );
    const totals = counts.map((of) => of.reduce<number>((sum, value) => sum + value, 0));
    const best = totals.indexOf(Math.max(...totals));
    return { curve: totals.map((total) => total / n), threshold: best / 100, at: counts[best] };
  };
  const largest = hit(0.5, false);
  const parts = [0.3, 0.5, 0.7].map((overlap) => Math.max(...hit(overlap, true).curve));
  const targets = maps.map((_, i) =>
    Uint8Array.from({ length: SIDE * SIDE }, (_unused, p) => {
      if (masks !== null) return masks[i][p];
      const [x, y] = [p % SIDE, Math.floor(p / SIDE)];
      return boxes[i].some((box) => x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1) ? 1 : 0;
    }),
  );
  const share = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  return {
    curve: largest.curve,
    threshold: largest.threshold,
    maxboxacc: Math.max(...largest.curve),
    parts,
    top1: share(largest.at.map((value, i) => value * correct[i])),
    pointing: share(stretched.map((map, i) => targets[i][map.indexOf(1)])),
    energy: share(
      stretched.map((map, i) => {
        const all = map.reduce((sum, value) => sum + value, 0);
        return map.reduce((sum, value, p) => sum + value * targets[i][p], 0) / all;
      }),
    ),
  };
}

/** A few rectangles of several heights on a sloping ground, with a box near one of them. */
function randomCase(seed: number, withMasks: boolean): Case {
  const random = new Random(seed);
  const maps: Float64Array[] = [];
  const boxes: PixelBox[][] = [];
  for (let i = 0; i < 4; i++) {
    const map = Float64Array.from({ length: SIDE * SIDE }, (_, p) => ((p % SIDE) + p / SIDE) * 1e-4 - 0.3);
    const placed: PixelBox[] = [];
    for (let k = 0; k < 3; k++) {
      const [x0, y0] = [random.integer(130), random.integer(130)];
      const box = { x0, y0, x1: x0 + 25 + random.integer(60), y1: y0 + 25 + random.integer(60) };
      const height = 0.2 + 0.2 * random.integer(5);
      for (let y = box.y0; y <= box.y1; y++) for (let x = box.x0; x <= box.x1; x++) map[y * SIDE + x] += height;
      placed.push(box);
    }
    const near = placed[random.integer(3)];
    maps.push(map);
    boxes.push([
      { ...near, x0: Math.max(0, near.x0 - random.integer(25)), y1: Math.min(223, near.y1 + random.integer(20)) },
    ]);
    if (i === 0) boxes[0].push(placed[0]);
  }
  const masks = maps.map((_, i) => {
    const { x0, y0, x1, y1 } = boxes[i][0];
    return Uint8Array.from({ length: SIDE * SIDE }, (_unused, p) => {
      const [x, y] = [p % SIDE, Math.floor(p / SIDE)];
      return x >= x0 && x <= x1 && y >= y0 && y <= y1 && (x + y) % 3 > 0 ? 1 : 0;
    });
  });
  return { maps, boxes, masks: withMasks ? masks : null, correct: [1, 0, 1, 1] };
}

describe('against plain loops with their own flood fill', () => {
  it.each([
    [1, false],
    [2, true],
  ])('random maps %i', async (seed, withMasks) => {
    const given = randomCase(seed, withMasks);
    const expected = naive(given);
    const { figures, details } = (await measured(given)).summary;
    expect(details.curve).toEqual(expected.curve);
    expect(details.threshold).toBe(expected.threshold);
    expect(figures['maxboxacc'].value).toBe(expected.maxboxacc);
    expect(details.v2Parts).toEqual(expected.parts);
    expect(figures['top1_loc'].value).toBe(expected.top1);
    expect(figures['pointing'].value).toBe(expected.pointing);
    expect(figures['energy'].value).toBeCloseTo(expected.energy, 5);
    expect('pxap' in figures).toBe(withMasks);
    // A case in which everything hits, or nothing, would prove little.
    expect(expected.maxboxacc).toBeGreaterThan(0);
    expect(Math.min(...expected.curve)).toBeLessThan(expected.maxboxacc);
  });
});

describe('whatever the file', () => {
  it('nothing depends on how many maps are read at once, or on the scale of a map', async () => {
    const given = randomCase(3, true);
    const expected = await measured(given, 1);
    expect(await measured(given, 4)).toEqual(expected);
    for (const exponent of [-1000, -140, 140, 1000]) {
      const scaled = given.maps.map((map) => map.map((value) => value * 2 ** exponent));
      expect((await measured({ ...given, maps: scaled })).summary.figures).toEqual(expected.summary.figures);
    }
  });

  it('a value that is no number is refused with the index of its map', async () => {
    const given = randomCase(4, false);
    for (const [value, sentence] of [
      [NaN, /^The heatmap 2 holds a value that is not a number/],
      [-Infinity, /^The heatmap 2 holds a value that is infinite/],
    ] as const) {
      const maps = given.maps.map((map, i) => (i === 2 ? map.with(77, value) : map));
      await expect(measured({ ...given, maps })).rejects.toThrow(sentence);
    }
  });

  it('a map that shows nothing is a miss', async () => {
    const given = randomCase(5, true);
    const maps = given.maps.map((map, i) => (i === 1 ? map.fill(-0.7) : map));
    const { summary } = await measured({ ...given, maps });
    expect([summary.boxed['maxboxacc'][1], summary.targeted['pointing'][1], summary.targeted['energy'][1]]).toEqual([
      0, 0, 0,
    ]);
  });
});
