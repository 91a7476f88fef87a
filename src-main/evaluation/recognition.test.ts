import { describe, expect, it } from 'vitest';
import { readLogits, RecognitionRecord } from './recognition.ts';

function record(classes: number, rows: readonly (readonly [label: number, logits: readonly number[]])[]) {
  const collected = new RecognitionRecord(classes, rows.length);
  for (const [label, logits] of rows) collected.add(label, readLogits(Float32Array.from(logits), 0, classes, label));
  return collected.summary(0);
}

describe('a row of logits', () => {
  it('gives prediction, probabilities and the rank of the label', () => {
    const logits = Float32Array.of(9, 9, 9, Math.log(1), Math.log(2), Math.log(5));
    const read = readLogits(logits, 1, 3, 1);
    expect([read.prediction, read.rank]).toEqual([2, 1]);
    expect(read.probability).toBeCloseTo(5 / 8, 6);
    expect(read.labelProbability).toBeCloseTo(2 / 8, 6);
  });

  it('gives equal logits to the lower class', () => {
    const logits = Float32Array.of(1, 1, 1);
    expect([0, 1, 2].map((label) => readLogits(logits, 0, 3, label).rank)).toEqual([0, 1, 2]);
  });

  it('survives huge logits, and never calls a broken one right', () => {
    expect(readLogits(Float32Array.of(1000, -1000), 0, 2, 0).probability).toBe(1);
    for (const label of [0, 1]) expect(readLogits(Float32Array.of(NaN, NaN), 0, 2, label).rank).toBeGreaterThan(0);
  });
});

describe('recognition', () => {
  it('is worked out by hand', () => {
    // Class 0: 3 of 4 right; class 1: 0 of 1 right; class 2 does not occur.
    const { figures, details } = record(3, [
      [0, [5, 0, 0]],
      [0, [5, 0, 0]],
      [0, [5, 0, 0]],
      [0, [0, 5, 0]],
      [1, [0, 0, 5]],
    ]);
    expect(figures['top1'].value).toBeCloseTo(0.6, 12);
    expect(figures['top1'].n).toBe(5);
    expect(figures['balanced_accuracy'].value).toBeCloseTo(0.375, 12);
    expect(details.confusion).toEqual([
      [3, 1, 0],
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expect(details.perClass.map((figure) => figure?.value)).toEqual([0.75, 0, undefined]);
    expect('top5' in figures).toBe(false);
    // All five are in one bin: confidence e^5 / (e^5 + 2), accuracy 0.6.
    const confidence = Math.exp(5) / (Math.exp(5) + 2);
    expect(figures['ece'].value).toBeCloseTo(confidence - 0.6, 6);
    expect(details.calibration).toHaveLength(15);
    expect(details.calibration[14].count).toBe(5);
    expect(details.calibration[14].confidence).toBeCloseTo(confidence, 6);
    expect(details.calibration[14].accuracy).toBeCloseTo(0.6, 12);
    expect(details.calibration[3]).toEqual({ count: 0, confidence: 0, accuracy: 0 });
  });

  it('weighs the calibration error by what each bin holds', () => {
    // Two classes. Confidence 1/2 (bin 8 of 15): 2 right of 2; confidence e/(e+1) (bin 11): 0 right of 1.
    const { figures } = record(2, [
      [0, [0, 0]],
      [0, [0, 0]],
      [1, [1, 0]],
    ]);
    const surer = Math.E / (Math.E + 1);
    expect(figures['ece'].value).toBeCloseTo((2 / 3) * 0.5 + (1 / 3) * surer, 6);
  });

  it('counts the first five places for top-5', () => {
    const logits = [7, 6, 5, 4, 3, 2, 1];
    const { figures } = record(7, [
      [4, logits],
      [5, logits],
    ]);
    expect(figures['top5'].value).toBe(0.5);
  });

  it('has no calibration error where confidence is earned, and one on every draw that is not even', () => {
    const even = [0, 0];
    const { ece } = record(2, [
      [0, even],
      [1, even],
    ]).figures;
    expect(ece.value).toBeCloseTo(0, 12);
    // The same picture drawn twice is all right or all wrong.
    expect(new Set(ece.resampled)).toEqual(new Set([0, 0.5]));
  });
});
