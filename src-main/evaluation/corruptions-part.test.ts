import { expect, it } from 'vitest';
import { corruptionsPart } from './corruptions-part.ts';
import { CORRUPTIONS } from './corruptions/list.ts';
import { measuredToy, prepared, toyModel, toyPictures, toySubject } from './toy-subject.fixture.ts';

const KINDS = 17;
const CELLS = KINDS * 5;
/**
 * Pictures of one grey, 128: blur, contrast, faded colours, coarse pixels, JPEG (whose coefficients of it are all 0) and
 * warping leave them as they are.
 */
const grey = toyPictures({ count: 6, classes: 1, object: () => 128, background: () => 128 });
/** Class 0 where all of the picture is that grey, else class 1. */
const model = () => toyModel((picture) => (Array.from(picture).every((value) => value === 128) ? 0 : 1), 2);

it('counts errors by kind and severity, each the same', async () => {
  const { summary } = await measuredToy(corruptionsPart, toySubject(model(), grey));
  const { figures, details, perPicture } = summary;
  // Noise (4 kinds) and weather (4 kinds) destroy the level, nothing else does. Of the dots, so small a picture may be
  // spared: 0.4 % of 192 values at severity 1.
  const dots = details.rows.filter(({ kind }) => kind === 'impulse_noise').map(({ accuracy }) => 1 - accuracy.value);
  const dotted = dots.reduce((sum, share) => sum + share, 0) / 5;
  expect(dots[4]).toBe(1);
  expect(dotted).toBeGreaterThan(0.6);
  expect(figures['mce'].value).toBeCloseTo((7 + dotted) / KINDS, 6);
  expect(figures['corruption_same'].value).toBeCloseTo(1 - (7 + dotted) / KINDS, 6);
  expect(figures['mce_noise'].value).toBeCloseTo((3 + dotted) / 4, 6);
  expect(['blur', 'weather', 'digital'].map((family) => figures[`mce_${family}`].value)).toEqual([0, 1, 0]);
  expect(figures['acc_uncorrupted'].value).toBe(1);
  expect(figures['mce']).toMatchObject({ n: 6 });
  expect(details.rows).toHaveLength(CELLS);
  expect(details.rows[4]).toEqual({
    kind: 'gaussian_noise',
    label: 'Gaussian noise',
    family: 'noise',
    severity: 5,
    accuracy: { value: 0, low: 0, high: 0, n: 6 },
    same: { value: 0, low: 0, high: 0, n: 6 },
  });
  expect(Array.from(perPicture.columns['wrong_fog'])).toEqual([1, 1, 1, 1, 1, 1]);
  expect(Array.from(perPicture.columns['wrong_jpeg'])).toEqual([0, 0, 0, 0, 0, 0]);
});

it('a wrong prediction that stays is an error, but the same', async () => {
  // Always class 0: wrong for every second picture.
  const always = toyModel(() => 0);
  const two = toyPictures({ count: 6, classes: 2 });
  const { figures } = (await measuredToy(corruptionsPart, toySubject(always, two))).summary;
  expect(figures['mce'].value).toBeCloseTo(0.5, 12);
  expect(figures['corruption_same'].value).toBe(1);
  expect(figures['acc_uncorrupted'].value).toBe(0.5);
});

it('means of rows worked out by hand', async () => {
  const part = await prepared(corruptionsPart, toySubject(model(), toyPictures({ count: 2, classes: 2 })));
  const rows = new Float32Array(2 * part.width).fill(1);
  expect(part.width).toBe(1 + 2 * CELLS);
  // The first picture is wrong on Gaussian noise 1 to 3 and JPEG 5, the second changes its mind on JPEG 5 as well.
  const jpeg = CORRUPTIONS.findIndex(({ kind }) => kind === 'jpeg');
  for (const cell of [0, 1, 2, 5 * jpeg + 4]) rows[1 + 2 * cell] = 0;
  rows[part.width + 2 + 2 * (5 * jpeg + 4)] = 0;
  const { figures, details } = part.summarise(rows);
  expect(figures['mce'].value).toBeCloseTo(4 / CELLS / 2, 6);
  expect(figures['mce_noise'].value).toBeCloseTo(3 / 20 / 2, 6);
  expect(figures['mce_digital'].value).toBeCloseTo(1 / 25 / 2, 6);
  expect(figures['mce_blur'].value).toBe(0);
  expect(figures['corruption_same'].value).toBeCloseTo(1 - 1 / CELLS / 2, 6);
  expect(details.rows[5 * jpeg + 4]).toMatchObject({ kind: 'jpeg', accuracy: { value: 0.5 }, same: { value: 0.5 } });
});

it('does not depend on batches, but on the seed', async () => {
  // So close to a threshold that grains and flakes decide.
  const close = () =>
    toyModel((picture) => {
      const values = Array.from(picture);
      return values.reduce((sum, value) => sum + value, 0) / values.length > 90 ? 1 : 0;
    });
  const near = toyPictures({ count: 9, classes: 2, object: (_, i) => 80 + i, background: (_, i) => 80 + i });
  const whole = await measuredToy(corruptionsPart, toySubject(close(), near, { batchSize: 100 }));
  const single = await measuredToy(corruptionsPart, toySubject(close(), near, { batchSize: 1 }));
  expect(single.rows).toEqual(whole.rows);
  const other = await measuredToy(corruptionsPart, toySubject(close(), near, { settings: { seed: 1 } }));
  expect(other.rows).not.toEqual(whole.rows);
});

it('says what it costs', async () => {
  const subject = toySubject(model(), grey, { settings: { corruptions: { pictures: 3 } } });
  expect(await corruptionsPart.prepare(subject)).toMatchObject({ count: 3, passes: 1 + CELLS });
  expect(corruptionsPart.passes(subject.settings, 6)).toBe((1 + CELLS) / 2);
});
