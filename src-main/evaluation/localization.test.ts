import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FRAME } from './heatmap-frame.ts';
import { localizationFigures } from './localization.ts';
import { boxesAsTarget, LocalizationRecord, pointsAt } from './localization-record.ts';

const VECTORS = '../shared/vectors/localization.json';

interface Vectors {
  expected: {
    maxboxacc: number;
    maxboxacc_threshold: number;
    maxboxacc_v2: number;
    v2_parts: [number, number, number];
    top1_loc: number;
    pxap: number;
    pointing: number;
    energy_in_mask: number;
    curve: number[];
  };
  samples: { map: number[][]; boxes: number[][]; correct: boolean; mask_runs: [number, number][] }[];
}

function recordOf(vectors: Vectors): LocalizationRecord {
  const record = new LocalizationRecord(vectors.samples.length, true);
  for (const sample of vectors.samples) {
    const target = new Uint8Array(FRAME * FRAME);
    for (const [start, length] of sample.mask_runs) target.fill(1, start, start + length);
    const boxes = sample.boxes.map(([x0, y0, x1, y1]) => ({ x0, y0, x1, y1 }));
    const map = Float32Array.from(sample.map.flat());
    record.add(map, sample.map.length, sample.map[0].length, { boxes, target }, sample.correct);
  }
  return record;
}

describe.skipIf(!existsSync(VECTORS))(`the reference vectors (skipped where ${VECTORS} is absent)`, () => {
  const vectors = JSON.parse(existsSync(VECTORS) ? readFileSync(VECTORS, 'utf8') : '{}') as Vectors;

  it('gives every expected figure, the counted ones exactly', () => {
    const { expected } = vectors;
    const figures = localizationFigures(recordOf(vectors), null, 'mask', 0);
    if (figures === null) throw new Error('no figures');
    expect(figures.maxboxaccCurve.map((v) => Math.round(v * 60))).toEqual(
      expected.curve.map((v) => Math.round(v * 60)),
    );
    expect(figures.maxboxacc.value).toBeCloseTo(expected.maxboxacc, 12);
    expect(figures.maxboxaccThreshold).toBe(expected.maxboxacc_threshold);
    figures.maxboxaccV2Parts.forEach((part, i) => {
      expect(part).toBeCloseTo(expected.v2_parts[i], 12);
    });
    expect(figures.maxboxaccV2.value).toBeCloseTo(expected.maxboxacc_v2, 12);
    expect(figures.top1Loc.value).toBeCloseTo(expected.top1_loc, 12);
    expect(figures.pointing.value).toBeCloseTo(expected.pointing, 12);
    expect(Math.abs(figures.energy.value - expected.energy_in_mask)).toBeLessThan(1e-5);
    expect(Math.abs((figures.pxap?.value ?? 0) - expected.pxap)).toBeLessThan(2e-3);
    expect(figures.thresholdFrom).toBe('test');
    expect(figures.maxboxaccBest).toBe(figures.maxboxacc.value);
  });
});

describe('hand-worked cases', () => {
  const box = (x0: number, y0: number, x1: number, y1: number) => ({ x0, y0, x1, y1 });
  /** A 14x14 map that is 1 in columns c0..c1 and rows r0..r1 and 0 elsewhere. */
  const blob = (c0: number, r0: number, c1: number, r1: number) =>
    Float32Array.from({ length: 196 }, (_, p) => {
      const inside = p % 14 >= c0 && p % 14 <= c1 && Math.floor(p / 14) >= r0 && Math.floor(p / 14) <= r1;
      return inside ? 1 : 0;
    });
  const annotated = (...boxes: ReturnType<typeof box>[]) => ({ boxes, target: boxesAsTarget(boxes) });

  it('a map on the object hits at every overlap; a wrong class costs only Top-1 Loc', () => {
    const record = new LocalizationRecord(2, true);
    const object = annotated(box(48, 48, 127, 127));
    record.add(blob(3, 3, 7, 7), 14, 14, object, true);
    record.add(blob(3, 3, 7, 7), 14, 14, object, false);
    const figures = localizationFigures(record, null, 'mask', 0);
    expect(figures?.maxboxacc.value).toBe(1);
    expect(figures?.maxboxaccV2Parts).toEqual([1, 1, 1]);
    expect(figures?.top1Loc.value).toBe(0.5);
    expect(figures?.pointing.value).toBe(1);
    // The stretch by minimum and maximum lifts the background above the undershoot of the bicubic resize.
    expect(figures?.energy.value).toBeGreaterThan(0.5);
    expect(figures?.uniformEnergy.value).toBeCloseTo((80 / 224) ** 2, 12);
    // The lowest threshold that reaches 0.5 is taken, not the one with the largest overlap.
    expect(figures?.iou.value).toBeGreaterThan(0.5);
  });

  it('a second, smaller blob counts for MaxBoxAccV2 and not for MaxBoxAcc', () => {
    const map = blob(0, 0, 6, 6);
    blob(10, 10, 12, 12).forEach((value, p) => (map[p] = Math.max(map[p], value)));
    const record = new LocalizationRecord(1, false);
    record.add(map, 14, 14, annotated(box(160, 160, 207, 207)), true);
    const figures = localizationFigures(record, null, 'box', 0);
    expect(figures?.maxboxaccBest).toBe(0);
    expect(figures?.maxboxaccV2Best).toBe(1);
    expect(figures?.pxap).toBeNull();
  });

  it('an empty map localises nothing and points nowhere', () => {
    const record = new LocalizationRecord(2, true);
    record.add(new Float32Array(49), 7, 7, annotated(box(0, 0, 223, 223)), true);
    record.add(new Float32Array(49).fill(0.3), 7, 7, annotated(box(0, 0, 223, 223)), true);
    const figures = localizationFigures(record, null, 'mask', 0);
    expect([figures?.maxboxaccBest, figures?.pointing.value, figures?.energy.value]).toEqual([0, 0, 0]);
    expect(figures?.uniformEnergy.value).toBe(1);
    // The smallest centre box that covers half of the picture.
    expect([figures?.centreBox.value, figures?.centreBoxSize]).toEqual([1, 0.72]);
  });

  it('applies the threshold of the validation record, and shows the flattering maximum beside', () => {
    // A strong core in the corner and a weak plateau around it: the box depends on the threshold.
    const map = blob(0, 0, 9, 9).map((value, p) => (p % 14 <= 3 && p < 56 ? 1 : value * 0.4));
    const wide = annotated(box(0, 0, 159, 159));
    const narrow = annotated(box(0, 0, 63, 63));
    const recordOfBox = (annotation: typeof wide) => {
      const record = new LocalizationRecord(1, false);
      record.add(map, 14, 14, annotation, true);
      return record;
    };
    const honest = localizationFigures(recordOfBox(narrow), recordOfBox(wide), 'box', 0);
    expect(honest?.thresholdFrom).toBe('val');
    expect([honest?.maxboxacc.value, honest?.maxboxaccBest]).toEqual([0, 1]);
    const flattered = localizationFigures(recordOfBox(narrow), new LocalizationRecord(1, false), 'box', 0);
    expect(flattered?.thresholdFrom).toBe('test');
    expect(flattered?.maxboxacc.value).toBe(1);
    expect(flattered?.maxboxaccThreshold).toBeGreaterThan(honest?.maxboxaccThreshold ?? 1);
  });

  it('gives nothing without boxes', () => {
    expect(localizationFigures(new LocalizationRecord(3, false), null, 'box', 0)).toBeNull();
  });
});

it('the pointing game allows a tolerance in pixels, as a circle', () => {
  const target = boxesAsTarget([{ x0: 100, y0: 100, x1: 110, y1: 110 }]);
  const at = (x: number, y: number) => y * FRAME + x;
  expect(pointsAt(at(110, 105), target)).toBe(true);
  expect(pointsAt(at(111, 105), target)).toBe(false);
  expect(pointsAt(at(125, 105), target, 15)).toBe(true);
  expect(pointsAt(at(126, 105), target, 15)).toBe(false);
  expect(pointsAt(at(124, 124), target, 15)).toBe(false);
});

it('judges a map in a few milliseconds', () => {
  const record = new LocalizationRecord(100, true);
  const boxes = [{ x0: 40, y0: 40, x1: 150, y1: 120 }];
  const target = boxesAsTarget(boxes);
  // Time of the processor, not of the clock: a busy machine must not fail this.
  const started = process.cpuUsage();
  for (let i = 0; i < 100; i++) {
    const map = Float32Array.from({ length: 36 }, (_, p) => Math.max(0, Math.sin(p * 12.9898 + i)));
    record.add(map, 6, 6, { boxes, target }, true);
  }
  // 2 to 5 ms; the limit leaves room for a slower machine and still fails on 100 flood fills.
  expect(process.cpuUsage(started).user / 1000 / 100).toBeLessThan(25);
});
