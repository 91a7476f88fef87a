import { describe, expect, it } from 'vitest';
import type { EvaluationOptions, PredictionRow } from './evaluate.ts';
import { evaluateModel } from './evaluate.ts';
import type { EvaluationData, Predictor } from './predictor.ts';

const SIDE = 16;
const CLASSES = 3;
const BYTES = SIDE * SIDE * 3;

/** Pictures with a square object at a place of its own: grey level of the object and background as functions. */
function pictures(
  count: number,
  level: { object: (label: number, index: number) => number; background: (label: number, index: number) => number },
  annotation: { masks: boolean; boxes: boolean } = { masks: true, boxes: false },
): EvaluationData {
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const corner = (i: number) => ({ x: 1 + (i % 5), y: 2 + (i % 7) });
  const inObject = (i: number, p: number) => {
    const { x, y } = corner(i);
    const px = p % SIDE;
    const py = Math.floor(p / SIDE);
    return px >= x && px < x + 6 && py >= y && py < y + 6;
  };
  return {
    count,
    size: SIDE,
    labels,
    ids: Array.from({ length: count }, (_, i) => `class${String(i % CLASSES)}/${String(i)}.png`),
    hasMasks: annotation.masks,
    hasBoxes: annotation.boxes,
    boxes: (i) => {
      const { x, y } = corner(i);
      return annotation.boxes ? [{ x0: x / SIDE, y0: y / SIDE, x1: (x + 6) / SIDE, y1: (y + 6) / SIDE }] : [];
    },
    readPictures: (indices, out) => {
      Array.from(indices).forEach((index, row) => {
        for (let p = 0; p < SIDE * SIDE; p++) {
          const value = inObject(index, p)
            ? level.object(labels[index], index)
            : level.background(labels[index], index);
          out.fill(value, row * BYTES + 3 * p, row * BYTES + 3 * p + 3);
        }
      });
      return Promise.resolve();
    },
    readMask: (index, side) => {
      if (!annotation.masks) return Promise.resolve(null);
      const mask = new Uint8Array(side * side);
      const scale = side / SIDE;
      const { x, y } = corner(index);
      for (let row = y * scale; row < (y + 6) * scale; row++)
        mask.fill(1, row * side + x * scale, row * side + (x + 6) * scale);
      return Promise.resolve(mask);
    },
  };
}

/** Objects are bright (100 + 20 * label), backgrounds dark (20 * label): either tells the class. */
const BOTH = { object: (label: number) => 100 + 20 * label, background: (label: number) => 20 * label };

/** Reads the class off the picture's object (brightest pixel) or its background (lower right corner). */
function predictor(looksAt: 'object' | 'background'): Predictor & { calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    size: SIDE,
    classes: CLASSES,
    predict: (batch, labels) => {
      const n = labels.length;
      calls.push(n);
      const logits = new Float32Array(n * CLASSES);
      const maps = new Float32Array(n * SIDE * SIDE);
      for (let i = 0; i < n; i++) {
        const picture = batch.subarray(i * BYTES, (i + 1) * BYTES);
        const read = looksAt === 'object' ? Math.max(...picture) - 100 : picture[BYTES - 1];
        for (let c = 0; c < CLASSES; c++) logits[i * CLASSES + c] = -Math.abs(read - 20 * c);
        for (let p = 0; p < SIDE * SIDE; p++) {
          maps[i * SIDE * SIDE + p] = picture[3 * p] >= 100 === (looksAt === 'object') ? 1 : 0;
        }
      }
      return Promise.resolve({ logits, maps, mapHeight: SIDE, mapWidth: SIDE });
    },
  };
}

const OPTIONS: EvaluationOptions = { seed: 5, batchSize: 8 };
const NOTHING = pictures(0, BOTH);

describe('evaluateModel', () => {
  it('tells a model that looks at the object from one that looks at the background', async () => {
    const test = pictures(60, BOTH);
    const good = await evaluateModel(predictor('object'), test, pictures(12, BOTH), OPTIONS);
    const bad = await evaluateModel(predictor('background'), test, pictures(12, BOTH), OPTIONS);
    expect([good.top1.value, bad.top1.value]).toEqual([1, 1]);
    expect(good.debiasing?.bgGap).toEqual({ value: 0, low: 0, high: 0, n: 60 });
    expect(bad.debiasing?.mixedSame.value).toBe(1);
    // Random class, its own included: one third stay right.
    expect(Math.abs((bad.debiasing?.mixedRand.value ?? 1) - 1 / 3)).toBeLessThan(0.2);
    expect(bad.debiasing?.bgGap.value).toBeCloseTo(1 - (bad.debiasing?.mixedRand.value ?? 0), 12);
    expect(bad.debiasing?.bgGap.low).toBeGreaterThan(0.4);
    expect(good.localization?.maxboxacc.value).toBe(1);
    expect(good.localization?.pointing.value).toBe(1);
    expect(bad.localization?.pointing.value).toBe(0);
    expect(bad.localization?.energy.value).toBeLessThan(0.05);
    expect(good.localization?.target).toBe('mask');
    expect(good.localization?.thresholdFrom).toBe('val');
    expect(good.localization?.uniformEnergy.value).toBeCloseTo((6 / 16) ** 2, 12);
  });

  it('gives the columns that its figures are means of, in the order of the data', async () => {
    const { perPicture, ...figures } = await evaluateModel(
      predictor('background'),
      pictures(30, BOTH),
      NOTHING,
      OPTIONS,
    );
    const mean = (column: Float32Array) => column.reduce((sum, value) => sum + value, 0) / column.length;
    expect(mean(perPicture.correct)).toBeCloseTo(figures.top1.value, 6);
    expect(mean(perPicture.mixedSame)).toBeCloseTo(figures.debiasing?.mixedSame.value ?? -1, 6);
    expect(mean(perPicture.mixedRand)).toBeCloseTo(figures.debiasing?.mixedRand.value ?? -1, 6);
    expect(mean(perPicture.maxboxacc)).toBeCloseTo(figures.localization?.maxboxacc.value ?? -1, 6);
    expect(mean(perPicture.maxboxaccV2)).toBeCloseTo(figures.localization?.maxboxaccV2.value ?? -1, 6);
    expect(mean(perPicture.iou)).toBeCloseTo(figures.localization?.iou.value ?? -1, 6);
    expect(mean(perPicture.pointing)).toBeCloseTo(figures.localization?.pointing.value ?? -1, 6);
    expect(mean(perPicture.energy)).toBeCloseTo(figures.localization?.energy.value ?? -1, 6);
    const without = await evaluateModel(
      predictor('object'),
      pictures(4, BOTH, { masks: false, boxes: false }),
      NOTHING,
      OPTIONS,
    );
    expect(without.perPicture.correct).toHaveLength(4);
    expect(without.perPicture.energy.every(Number.isNaN)).toBe(true);
    expect(without.perPicture.mixedSame.every(Number.isNaN)).toBe(true);
  });

  it('gives the same figures and rows whatever the batch size', async () => {
    const noisy = { object: (label: number, i: number) => 95 + 20 * label + (i % 11), background: BOTH.background };
    const test = pictures(31, noisy);
    const run = async (batchSize: number) => {
      const rows: PredictionRow[] = [];
      const onPredictions = (more: readonly PredictionRow[]) => void rows.push(...more);
      const options = { ...OPTIONS, batchSize, onPredictions, otherVariants: true };
      return { figures: await evaluateModel(predictor('background'), test, pictures(10, BOTH), options), rows };
    };
    const whole = await run(1000);
    expect(await run(1)).toEqual(whole);
    expect(await run(7)).toEqual(whole);
    expect(whole.rows.map((row) => row.id)).toEqual(test.ids);
    expect(Object.keys(whole.figures.debiasing?.others ?? {})).toEqual([
      'mixed_next',
      'only_bg_t',
      'only_bg_b',
      'only_fg',
      'no_fg',
    ]);
    expect(whole.figures.debiasing?.others?.mixed_next.value).toBe(0);
    expect(whole.figures.debiasing?.others?.only_bg_t.value).toBe(1);
    // On black every picture reads as class 0.
    expect(whole.figures.debiasing?.others?.only_fg.value).toBeCloseTo(11 / 31, 12);
  });

  it('never predicts more pictures at once than a batch, and its progress arrives', async () => {
    const model = predictor('object');
    const seen: [number, number][] = [];
    let stops = 0;
    const control = () => {
      stops++;
      return Promise.resolve();
    };
    await evaluateModel(model, pictures(20, BOTH), pictures(9, BOTH), {
      ...OPTIONS,
      control,
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(Math.max(...model.calls)).toBe(8);
    expect(seen.at(-1)).toEqual([9 + 20 * 4, 9 + 20 * 4]);
    expect(seen.every(([done, total], i) => total === 89 && (i === 0 || done > seen[i - 1][0]))).toBe(true);
    // 3 batches to plan, 2 of validation, 3 of test, 3 of variants.
    expect(stops).toBe(11);
  });

  it('stops when it is told to', async () => {
    const control = () => Promise.reject(new Error('cancelled'));
    await expect(
      evaluateModel(predictor('object'), pictures(3, BOTH), NOTHING, { ...OPTIONS, control }),
    ).rejects.toThrow('cancelled');
  });

  it('works with boxes only: no debiasing, no pixel figure', async () => {
    const boxed = pictures(12, BOTH, { masks: false, boxes: true });
    const figures = await evaluateModel(predictor('object'), boxed, NOTHING, OPTIONS);
    expect(figures.debiasing).toBeNull();
    expect(figures.localization?.target).toBe('box');
    expect(figures.localization?.pxap).toBeNull();
    expect(figures.localization?.thresholdFrom).toBe('test');
    expect(figures.localization?.maxboxacc.value).toBe(1);
  });

  it('works without any annotation', async () => {
    const plain = pictures(12, BOTH, { masks: false, boxes: false });
    const figures = await evaluateModel(predictor('object'), plain, plain, OPTIONS);
    expect([figures.localization, figures.debiasing]).toEqual([null, null]);
    expect(figures.top1.n).toBe(12);
  });

  it('measures the validation split where there is no test split, and refuses when there is neither', async () => {
    const figures = await evaluateModel(predictor('object'), NOTHING, pictures(6, BOTH), OPTIONS);
    expect([figures.evaluatedOn, figures.top1.n, figures.localization?.thresholdFrom]).toEqual(['val', 6, 'test']);
    await expect(evaluateModel(predictor('object'), NOTHING, NOTHING, OPTIONS)).rejects.toMatchObject({
      code: 'data-empty',
    });
  });

  it('leaves out of debiasing what cannot be mixed', async () => {
    const lonely = await evaluateModel(predictor('object'), pictures(3, BOTH), NOTHING, OPTIONS);
    expect(lonely.debiasing).toBeNull();
  });
});
