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
    expect(figures.maxboxaccCurve.map((v) => Math.round(v * 60))).toEqual(expected.curve.map((v) => Math.round(v * 60)));
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
