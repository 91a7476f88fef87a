import { describe, expect, it } from 'vitest';
import { TRAINING_PARTS } from '../contract/evaluation.ts';
import type { EvaluationPart, PartResult } from '../contract/evaluation.ts';
import { keyOf, measurePart } from './measure-parts.ts';
import type { MeasuredModel } from './measure-parts.ts';
import { PARTS } from './parts.ts';
import { measuredModel, memoryShelf, reader, squares } from './squares.fixture.ts';

async function resultOf<Part extends EvaluationPart>(part: Part, model: MeasuredModel): Promise<PartResult<Part>> {
  const outcome = await measurePart(PARTS[part], model, { again: false });
  if ('unmeasurable' in outcome) throw new Error(outcome.unmeasurable);
  return outcome.result;
}

/** What does not depend on when it was measured. */
const timeless = (result: PartResult) => ({ ...result, created: '', seconds: 0 });

describe('the parts of every training', () => {
  it('tell a model that looks at the object from one that looks behind it', async () => {
    const test = squares(60);
    const of = (looksAt: 'object' | 'background') => measuredModel(reader(looksAt), test, { validation: squares(12) });
    const good = of('object');
    const bad = of('background');
    const several = { ...measuredModel(reader('object'), squares(30)).identity, judges: ['b', 'a'] };
    expect(keyOf(PARTS.challenge, several).judges).toEqual(['a', 'b']);
    expect(keyOf(PARTS.robustness, several)).toMatchObject({ judges: [], settings: { foreground: 'auto' } });
    expect(keyOf(PARTS.recognition, several).judges).toEqual([]);
    expect((await resultOf('recognition', bad)).figures['top1'].value).toBe(1);
    const [seeing, blind] = [await resultOf('localization', good), await resultOf('localization', bad)];
    expect(seeing.details.thresholdFrom).toBe('val');
    expect([seeing.details.target, seeing.details.boxed, seeing.details.targeted]).toEqual(['mask', 60, 60]);
    const names = ['maxboxacc', 'pointing', 'pointing_15'];
    expect(names.map((name) => seeing.figures[name].value)).toEqual([1, 1, 1]);
    expect(names.slice(0, 2).map((name) => blind.figures[name].value)).toEqual([0, 0]);
    // The resize overshoots at the edge of the hole where the object is: within 15 pixels of it.
    expect(blind.figures['pointing_15'].value).toBe(1);
    expect(seeing.figures['uniform_energy'].value).toBeCloseTo((6 / 16) ** 2, 12);
    const gap = (await resultOf('debiasing', bad)).figures['bg_gap'];
    expect((await resultOf('debiasing', good)).figures['bg_gap'].value).toBeLessThan(gap.low);
    // A random class, its own included: a third stays right.
    expect(Math.abs(gap.value - 2 / 3)).toBeLessThan(0.2);
  });

  it.each(TRAINING_PARTS)('%s: every row depends on its picture alone, whatever the batches are', async (part) => {
    const measured = async (batchSize: number) => {
      const { shelf, results, summaries } = memoryShelf();
      const model = measuredModel(reader('object'), squares(31), { validation: squares(10), batchSize, shelf });
      await measurePart(PARTS[part], model, { again: false });
      const result = results.get(part);
      if (result === undefined) throw new Error('nothing was kept');
      return { result: timeless(result), summary: summaries.get(part) };
    };
    const whole = await measured(64);
    expect(await measured(1)).toEqual(whole);
    expect(await measured(3)).toEqual(whole);
    expect(Object.keys(whole.result.figures).length).toBeGreaterThan(2);
    expect(Object.values(whole.summary?.perPicture.columns ?? {}).every(({ length }) => length === 31)).toBe(true);
  });

  it('gives the columns that its figures are means of, NaN where nothing is known', async () => {
    const { shelf, summaries, results } = memoryShelf();
    const model = measuredModel(reader('background'), squares(30), { shelf });
    for (const part of TRAINING_PARTS) await resultOf(part, model);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const columns = summaries.get('localization')?.perPicture.columns ?? {};
    for (const key of ['maxboxacc', 'maxboxacc_v2', 'top1_loc', 'iou', 'pointing', 'energy', 'uniform_energy']) {
      expect(mean(columns[key])).toBeCloseTo(results.get('localization')?.figures[key].value ?? -1, 5);
    }
    const { correct } = summaries.get('recognition')?.perPicture.columns ?? {};
    expect(mean(correct)).toBeCloseTo(results.get('recognition')?.figures['top1'].value ?? -1, 6);
  });

  it('says why it cannot be measured', async () => {
    const plain = measuredModel(reader('object'), squares(12, { masks: false, boxes: false }));
    for (const part of ['localization', 'debiasing'] as const) {
      const outcome = await measurePart(PARTS[part], plain, { again: false });
      expect(outcome).toMatchObject({ unmeasurable: expect.stringMatching(/masks.*boxes/) as string });
    }
  });

  it('measures what boxes allow: no figure that needs outlines, and no threshold from elsewhere', async () => {
    const boxed = squares(12, { masks: false, boxes: true });
    const { figures, details, notes } = await resultOf('localization', measuredModel(reader('object'), boxed));
    expect([details.target, details.thresholdFrom, 'pxap' in figures]).toEqual(['box', 'test', false]);
    expect(figures['maxboxacc'].value).toBe(1);
    expect(notes.join()).toContain('thresholds were chosen on the measured pictures');
  });
});

describe('measuring', () => {
  it('takes what is of the same weights, pictures and settings as it is', async () => {
    const { shelf } = memoryShelf();
    const model = reader('object');
    const measure = (changes: Parameters<typeof measuredModel>[2], again = false) =>
      measurePart(PARTS.recognition, measuredModel(model, squares(10), { shelf, ...changes }), { again });
    const first = await measure({});
    expect(first).toMatchObject({ kept: false });
    const passes = model.passes.length;
    // Settings of another part, and the batch size, change nothing.
    const second = await measure({ batchSize: 3, settings: { robustness: { pictures: 7 } } });
    expect([second, model.passes.length]).toEqual([{ ...first, kept: true }, passes]);
    for (const changes of [{ settings: { seed: 1 } }, { weightsHash: 'b'.repeat(64) }]) {
      expect(await measure(changes)).toMatchObject({ kept: false });
    }
    expect(await measure({ weightsHash: 'b'.repeat(64) }, true)).toMatchObject({ kept: false });
    expect(model.passes.length).toBeGreaterThan(passes);
  });

  it('keeps the settings of foregrounds with every part that has any', async () => {
    const result = await resultOf('groups', measuredModel(reader('object'), squares(30)));
    expect(result.key.settings).toEqual({ seed: 0, foreground: 'auto', clusters: 4 });
    const several = { ...measuredModel(reader('object'), squares(30)).identity, judges: ['b', 'a'] };
    expect(keyOf(PARTS.challenge, several).judges).toEqual(['a', 'b']);
    expect(keyOf(PARTS.robustness, several)).toMatchObject({ judges: [], settings: { foreground: 'auto' } });
    expect(keyOf(PARTS.recognition, several).judges).toEqual([]);
    expect((await resultOf('recognition', measuredModel(reader('object'), squares(30)))).key.settings).toEqual({
      seed: 0,
    });
  });

  it('goes on with the first missing row', async () => {
    const { shelf, partial, results } = memoryShelf();
    const model = reader('object');
    let left = 2;
    const control = () => (left-- > 0 ? Promise.resolve() : Promise.reject(new Error('enough')));
    const stopped = measuredModel(model, squares(20), { shelf, control });
    await expect(measurePart(PARTS.recognition, stopped, { again: false })).rejects.toThrow('enough');
    expect(model.passes).toEqual([8, 8]);
    expect(results.size).toBe(0);
    const seen: number[] = [];
    const resumed = measuredModel(model, squares(20), { shelf });
    const outcome = await measurePart(PARTS.recognition, resumed, {
      again: false,
      onProgress: (done, total) => seen.push(done, total),
    });
    expect(model.passes).toEqual([8, 8, 4]);
    expect(seen).toEqual([16, 20, 20, 20]);
    expect(partial.size).toBe(0);
    const whole = await resultOf('recognition', measuredModel(reader('object'), squares(20)));
    if (!('result' in outcome)) throw new Error('it was not measured');
    expect(timeless(outcome.result)).toEqual(timeless(whole));
  });
});
