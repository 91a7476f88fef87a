import { describe, expect, it } from 'vitest';
import { VARIANTS } from '../contract/evaluation.ts';
import { debiasingPart } from './debiasing-part.ts';
import { chooseDonor, donorPool } from './donors.ts';
import {
  measuredToy,
  prepared,
  readsBackground,
  readsObject,
  toyModel,
  toyPictures,
  toySubject,
} from './toy-subject.fixture.ts';

/** Sixty pictures of three classes, told apart by their object as well as by their background. */
const MEASURED = toyPictures({ count: 60 });

/** Of how many of the sixty the random background comes from their own class: counted from the donors. */
function luckyDonors(seed: number): number {
  const pool = donorPool([...MEASURED.labels.keys()], MEASURED.labels);
  return [...MEASURED.labels].filter((label, i) => {
    const donor = chooseDonor('mixed_rand', i, MEASURED.ids[i], label, pool, seed);
    return donor !== null && MEASURED.labels[donor] === label;
  }).length;
}

const values = (figures: Readonly<Record<string, { value: number }>>) =>
  Object.fromEntries(Object.entries(figures).map(([key, { value }]) => [key, Number(value.toFixed(9))]));
const rounded = (value: number) => Number(value.toFixed(9));

describe('debiasing, variants built from masks', () => {
  it('a model that reads the background only', async () => {
    const { summary } = await measuredToy(debiasingPart, toySubject(toyModel(readsBackground), MEASURED));
    const random = luckyDonors(0) / 60;
    expect(random).toBeGreaterThan(0.15);
    expect(values(summary.figures)).toEqual({
      acc_original: 1,
      acc_mixed_same: 1,
      acc_mixed_rand: rounded(random),
      // The next class is never the own.
      acc_mixed_next: 0,
      acc_only_bg_t: 1,
      acc_only_bg_b: 1,
      // On black every picture reads as class 0: 20 of 60.
      acc_only_fg: rounded(1 / 3),
      acc_no_fg: 1,
      bg_gap: rounded(1 - random),
      bg_reliance: rounded(2 / 3),
    });
    const { bg_gap: gap } = summary.figures;
    expect(gap.low).toBeGreaterThan(0.4);
    expect([gap.n, gap.resampled.length]).toEqual([60, 1000]);
    expect(summary.details).toMatchObject({ foreground: 'mask', chance: 1 / 3, counts: { original: 60 } });
    expect(summary.notes).toEqual([]);
  });

  it('a model that reads the object only: no gap, not even by chance', async () => {
    const { summary } = await measuredToy(debiasingPart, toySubject(toyModel(readsObject), MEASURED));
    expect(values(summary.figures)).toMatchObject({
      acc_mixed_same: 1,
      acc_mixed_rand: 1,
      acc_mixed_next: 1,
      acc_only_fg: 1,
      // Without an object: class 0.
      acc_only_bg_t: rounded(1 / 3),
      bg_reliance: 0,
    });
    const { value, low, high } = summary.figures['bg_gap'];
    expect([value, low, high]).toEqual([0, 0, 0]);
  });

  it('gives one row of right and wrong to each picture, and the same in batches of any size', async () => {
    const measured = toyPictures({ count: 31, annotated: (i) => i % 5 !== 4 });
    const run = (batchSize: number) =>
      measuredToy(debiasingPart, toySubject(toyModel(readsBackground), measured, { batchSize }));
    const whole = await run(100);
    // 6 of the 31 (4, 9, ..., 29) have no mask.
    expect(whole.rows).toHaveLength(25 * VARIANTS.length);
    expect(whole.summary.perPicture.ids).not.toContain(measured.ids[4]);
    expect(whole.summary.perPicture.columns['mixed_next']).toEqual(new Float32Array(25));
    expect(whole.summary.notes).toEqual([expect.stringMatching(/^6 of 31 pictures take no part/)]);
    expect(await run(1)).toEqual(whole);
    expect(await run(7)).toEqual(whole);
  });

  it('leaves a picture out of the one variant that cannot be built of it', async () => {
    // One class only: there is no next one.
    const { summary } = await measuredToy(
      debiasingPart,
      toySubject(toyModel(readsObject, 1), toyPictures({ count: 5, classes: 1 })),
    );
    expect(summary.figures['acc_mixed_next']).toBeUndefined();
    expect(summary.details.counts).toEqual({
      original: 5,
      mixed_same: 5,
      mixed_rand: 5,
      only_bg_t: 5,
      only_bg_b: 5,
      only_fg: 5,
      no_fg: 5,
    });
    expect(summary.perPicture.columns['mixed_next']).toBeUndefined();
  });

  it('a diagonal object whose box is the whole picture keeps its mixtures, and has no tiled background', async () => {
    const masks = MEASURED.ids.map((_, i) => MEASURED.readMask(i, 8));
    // The object of picture 0 touches all four borders.
    const diagonal = Uint8Array.from({ length: 64 }, (_, p) => (p % 9 === 0 ? 1 : 0));
    const measured = { ...MEASURED, readMask: (i: number) => (i === 0 ? Promise.resolve(diagonal) : masks[i]) };
    const { summary } = await measuredToy(debiasingPart, toySubject(toyModel(readsObject), measured));
    expect(summary.details.counts).toMatchObject({ original: 60, mixed_same: 60, only_bg_t: 59, only_bg_b: 60 });
    expect(summary.perPicture.columns['only_bg_t']?.[0]).toBeNaN();
    // 19 of the other 59 are of class 0.
    expect(summary.figures['acc_only_bg_t'].value).toBeCloseTo(19 / 59, 12);
    expect(summary.figures['bg_reliance'].value).toBeCloseTo(19 / 59 - 1 / 3, 12);
  });

  it('says so when nothing can be mixed', async () => {
    const lonely = toySubject(toyModel(readsObject), toyPictures({ count: 3 }));
    await expect(prepared(debiasingPart, lonely)).rejects.toThrow(/two pictures of one class/);
  });
});

describe('debiasing without masks', () => {
  it('boxes do where they are all there is', async () => {
    const boxed = toyPictures({ count: 60, annotation: 'box' });
    const { summary } = await measuredToy(debiasingPart, toySubject(toyModel(readsBackground), boxed));
    expect(summary.details.foreground).toBe('box');
    expect(summary.notes[0]).toContain('boxes');
    // The toy objects fill their boxes, so that the figures are those of the masks.
    expect(summary.figures['bg_gap'].value).toBeCloseTo(1 - luckyDonors(0) / 60, 12);
  });

  it('judges baseline and candidate alike by the union of both foregrounds, and says so first', async () => {
    const plain = toyPictures({ count: 60, annotation: 'none' });
    const bright = (picture: ArrayLike<number>) =>
      Float32Array.from({ length: 64 }, (_, p) => (picture[3 * p] >= 100 ? 1 : 0));
    const seeing = toyModel(readsObject, 3, bright);
    const leaning = toyModel(readsBackground, 3, bright);
    const judges = [seeing, leaning];
    const good = await measuredToy(debiasingPart, toySubject(seeing, plain, { judges }));
    const bad = await measuredToy(debiasingPart, toySubject(leaning, plain, { judges }));
    expect(good.summary.figures['bg_gap'].value).toBe(0);
    expect(bad.summary.figures['bg_gap'].value).toBeCloseTo(1 - luckyDonors(0) / 60, 12);
    for (const { summary } of [good, bad]) {
      expect(summary.details.foreground).toBe('models');
      expect(summary.notes[0]).toMatch(/^No annotation was used/);
    }
    expect(good.summary.perPicture.ids).toEqual(bad.summary.perPicture.ids);
  });
});
