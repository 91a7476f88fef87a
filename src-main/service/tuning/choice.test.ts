import { describe, expect, it } from 'vitest';
import { chooseFastest, largerTrainingBatch } from './choice.ts';
import type { MeasuredEngine } from './choice.ts';

const WORK = { trainingPictures: 100, passes: 1000 };

/** @param assessment seconds of a forward pass by batch */
function measured(
  engine: MeasuredEngine['engine'],
  threads: number | null,
  training: number,
  assessment: Readonly<Record<number, number>>,
): MeasuredEngine {
  const batches = Object.entries(assessment).map(([batch, seconds]) => ({ batch: Number(batch), seconds }));
  return { engine, threads, description: engine, training: [{ batch: 32, seconds: training }], assessment: batches };
}

describe('the choice', () => {
  it('takes the least time for this work, which need not be the fastest at training', () => {
    // 100 * 0.01 + 1000 * 0.003 = 4 s against 100 * 0.02 + 1000 * 0.001 = 3 s
    const trains = measured('native', 2, 0.01, { 32: 0.003 });
    const assesses = measured('webgpu', null, 0.02, { 32: 0.001 });
    expect(chooseFastest([trains, assesses], WORK)).toMatchObject({ engine: 'webgpu', threads: null, seconds: 3 });
    // 100 * 0.01 + 50 * 0.003 = 1.15 s against 100 * 0.02 + 50 * 0.001 = 2.05 s
    expect(chooseFastest([trains, assesses], { trainingPictures: 100, passes: 50 })?.engine).toBe('native');
  });

  it('prefers fewer threads, then the smaller batch, where times are as good as equal', () => {
    const two = measured('native', 2, 0.0098, { 32: 0.001, 64: 0.00098 });
    const one = measured('native', 1, 0.01, { 32: 0.001, 64: 0.00098 });
    expect(chooseFastest([two, one], WORK)).toMatchObject({ threads: 1, assessBatch: 32 });
    const slower = measured('native', 1, 0.011, { 32: 0.0011 });
    expect(chooseFastest([two, slower], WORK)).toMatchObject({ threads: 2 });
  });

  it('takes the batch that is clearly faster', () => {
    expect(chooseFastest([measured('native', 2, 0.01, { 16: 0.002, 32: 0.0015, 64: 0.001 })], WORK)?.assessBatch).toBe(
      64,
    );
  });

  it('is none where nothing could be measured', () => {
    expect(chooseFastest([], WORK)).toBeNull();
    expect(chooseFastest([{ ...measured('native', 2, 1, {}), training: [] }], WORK)).toBeNull();
  });
});

describe('a larger training batch', () => {
  it('is only told of where it saves something', () => {
    const rates = (seconds: number) => [
      { batch: 32, seconds: 0.01 },
      { batch: 64, seconds },
    ];
    expect(largerTrainingBatch(rates(0.008))).toMatchObject({ batch: 64 });
    // 0.008 is a fifth less than 0.01.
    expect(largerTrainingBatch(rates(0.008))?.saves).toBeCloseTo(0.2, 9);
    expect(largerTrainingBatch(rates(0.0098))).toBeNull();
    expect(largerTrainingBatch(rates(0.0098).slice(0, 1))).toBeNull();
  });
});
