import { describe, expect, it } from 'vitest';
import type { PictureAttack, Pixels } from './predictor.ts';
import { robustnessPart } from './robustness-part.ts';
import { measuredToy, objectMask, SIDE, toyModel, toyPictures, toySubject } from './toy-subject.fixture.ts';
import type { ToyOptions } from './toy-subject.fixture.ts';

const AREA = SIDE * SIDE;
const BYTES = 3 * AREA;
const EVEN = 100.5;

/**
 * Uniform grey pictures of two classes, dark and light, about 100.5: pictures 2k and 2k + 1 lie k + 0.5 from it,
 * k = 0..4, and the last two 10.5 on the wrong side.
 */
const level = (label: number, index: number): number => {
  const k = Math.floor(index / 2);
  if (k === 5) return label === 1 ? 90 : 111;
  return label === 1 ? 101 + k : 100 - k;
};
const pictures = (options: Partial<ToyOptions> = {}) =>
  toyPictures({ count: 12, classes: 2, object: level, background: level, ...options });

interface Asked extends PictureAttack {
  readonly labels: readonly number[];
}

const greyMean = (picture: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < BYTES; i++) sum += picture[i];
  return sum / BYTES;
};

/**
 * A linear model: light where the mean is above 100.5. The strongest attack on it moves every value by eps.
 * @param push share of eps by which picture `row` of an attack is moved
 */
function linearModel(push: (attack: PictureAttack, row: number, grey: number) => number = () => 1) {
  const asked: Asked[] = [];
  const model = {
    ...toyModel(
      (picture) => (greyMean(picture) > EVEN ? 1 : 0),
      2,
      (picture) => objectMask(0).map((inside) => inside * (picture[0] > 0 ? 1 : 0)),
    ),
    attack: (batch: Pixels, labels: Int32Array, attack: PictureAttack) => {
      asked.push({ ...attack, labels: [...labels] });
      const out = Float32Array.from(batch, (value, i) => {
        const row = Math.floor(i / BYTES);
        const move = push(attack, row, batch[row * BYTES]) * 255 * attack.eps * attack.region[Math.floor(i / 3)];
        return value + (labels[row] === 1 ? -move : move);
      });
      return Promise.resolve(out);
    },
  };
  return { model, asked };
}

const value = (figures: Readonly<Record<string, { readonly value: number }>>, key: string) => figures[key].value;

describe('robustness', () => {
  it('is what the margins of a linear model say', async () => {
    const { model, asked } = linearModel();
    const { figures, details, notes, perPicture } = (await measuredToy(robustnessPart, toySubject(model, pictures())))
      .summary;
    expect(value(figures, 'acc_clean')).toBeCloseTo(10 / 12, 6);
    // Margins 0.5, 1.5, 2.5, 3.5, 4.5, twice each, and twice 10.5 on the wrong side: wrong, but the prediction stays.
    for (const attack of ['fgsm', 'pgd10', 'pgd50']) {
      for (const [eps, right] of [
        [1, 8],
        [2, 6],
        [4, 2],
        [8, 0],
      ]) {
        expect(value(figures, `acc_${attack}_all_${String(eps)}`)).toBeCloseTo(right / 12, 6);
        expect(value(figures, `same_${attack}_all_${String(eps)}`)).toBeCloseTo((right + 2) / 12, 6);
      }
      // 55 of 64 pixels may change: the mean moves by 0.86, 1.72, 3.44 and 6.88.
      for (const [eps, right] of [
        [1, 8],
        [2, 6],
        [4, 4],
        [8, 0],
      ]) {
        expect(value(figures, `acc_${attack}_background_${String(eps)}`)).toBeCloseTo(right / 12, 6);
        expect(value(figures, `same_${attack}_background_${String(eps)}`)).toBeCloseTo((right + 2) / 12, 6);
      }
    }
    expect(details.rows).toHaveLength(3 * 2 * 4);
    expect(details.rows[0]).toMatchObject({ attack: 'fgsm', region: 'all', eps: 1, same: { n: 12 } });
    expect(notes).toEqual([]);
    expect(Array.from(perPicture.columns['acc_fgsm_all_2'])).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0]);
    // The wrong ones are attacked where they stand: away from the prediction, not from the label.
    expect(asked.every(({ labels }) => labels.every((label) => label === 0 || label === 1))).toBe(true);
    expect(Array.from(perPicture.columns['same_fgsm_all_8']).slice(10)).toEqual([1, 1]);
  });

  it('attacks a single step from the picture, and the others from random starts within 2.5 eps of steps', async () => {
    const { model, asked } = linearModel();
    const settings = { robustness: { eps: [2], regions: ['all' as const] } };
    await measuredToy(robustnessPart, toySubject(model, pictures(), { settings }));
    const kinds = new Map(asked.map(({ settings: each }) => [each.steps, each]));
    expect([...kinds.keys()]).toEqual([1, 10, 50]);
    expect(kinds.get(1)).toMatchObject({ attack: 'fgsm', randomStart: false });
    for (const steps of [10, 50]) {
      expect(kinds.get(steps)).toMatchObject({ attack: 'pgd', randomStart: true });
      expect(steps * (kinds.get(steps)?.stepShare ?? 0)).toBeCloseTo(2.5, 12);
    }
    expect(asked.every(({ eps }) => eps === 2 / 255)).toBe(true);
  });

  it('counts the worst of PGD-10 and all restarts as PGD-50, and starts again only what still stands', async () => {
    const tries = new Map<number, number>();
    // By distance k + 0.5 of the picture: 0 falls to PGD-10, 1 to the first and 2 to the second restart of PGD-50.
    const { model, asked } = linearModel(({ settings }, _, grey) => {
      const k = grey > EVEN ? grey - 101 : 100 - grey;
      if (settings.steps === 10) return k === 0 ? 1 : 0;
      if (settings.steps !== 50) return 0;
      return k === (tries.get(50) ?? 1) ? 1 : 0;
    });
    const attack = model.attack;
    model.attack = async (batch, labels, each) => {
      const out = await attack(batch, labels, each);
      if (each.settings.steps === 50) tries.set(50, (tries.get(50) ?? 1) + 1);
      return out;
    };
    const settings = { robustness: { eps: [8], regions: ['all' as const], attacks: ['pgd50' as const], restarts: 3 } };
    const { summary } = await measuredToy(robustnessPart, toySubject(model, pictures(), { settings, batchSize: 12 }));
    expect(asked.map(({ settings: { steps }, labels }) => [steps, labels.length])).toEqual([
      [10, 12],
      [50, 10],
      [50, 8],
      [50, 6],
    ]);
    // The third restart takes k = 3.
    expect(Array.from(summary.perPicture.columns['same_pgd50_all_8'])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(Object.keys(summary.figures)).toEqual(['acc_clean', 'acc_pgd50_all_8', 'same_pgd50_all_8']);
    const seeds = asked.flatMap((each) => Array.from(each.seeds));
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it('does not depend on batches, and PGD-50 is never above PGD-10', async () => {
    const byChance = () => linearModel(({ seeds }, row) => (seeds[row] % 1000) / 1000).model;
    const settings = { seed: 7 };
    const whole = await measuredToy(robustnessPart, toySubject(byChance(), pictures(), { settings, batchSize: 100 }));
    const single = await measuredToy(robustnessPart, toySubject(byChance(), pictures(), { settings, batchSize: 1 }));
    expect(single.rows).toEqual(whole.rows);
    const { figures } = whole.summary;
    const below = [1, 2, 4, 8].map(
      (eps) => value(figures, `same_pgd10_all_${String(eps)}`) - value(figures, `same_pgd50_all_${String(eps)}`),
    );
    expect(Math.min(...below)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...below)).toBeGreaterThan(0);
    const other = await measuredToy(robustnessPart, toySubject(byChance(), pictures(), { settings: { seed: 8 } }));
    expect(other.rows).not.toEqual(whole.rows);
  });

  it('leaves pictures without a known object out of the attacks on the background', async () => {
    const { model, asked } = linearModel();
    const some = pictures({ annotated: (index) => index >= 4 });
    const { summary } = await measuredToy(
      robustnessPart,
      toySubject(model, some, { settings: { robustness: { eps: [4] } } }),
    );
    // Of the eight left, margins 3.5 and 4.5 and the two that are wrong stay; see above.
    expect(summary.figures['same_fgsm_background_4']).toMatchObject({ value: 6 / 8, n: 8 });
    expect(summary.figures['acc_fgsm_background_4']).toMatchObject({ value: 4 / 8, n: 8 });
    expect(summary.figures['same_fgsm_all_4']).toMatchObject({ n: 12 });
    expect(Array.from(summary.perPicture.columns['acc_pgd10_background_4']).slice(0, 4)).toEqual([NaN, NaN, NaN, NaN]);
    expect(summary.notes).toHaveLength(1);
    expect(summary.notes[0]).toMatch(/^4 of 12 pictures take no part/);
    const outside = asked.filter(({ region }) => region.includes(0)).flatMap(({ labels }) => labels);
    expect(outside.length).toBeGreaterThan(0);
  });

  it('takes the background from boxes, else from what the model itself does not look at, and says so', async () => {
    const settings = { robustness: { eps: [4], regions: ['background' as const], attacks: ['fgsm' as const] } };
    const boxed = linearModel();
    const withBoxes = await measuredToy(
      robustnessPart,
      toySubject(boxed.model, pictures({ annotation: 'box' }), { settings, batchSize: 1 }),
    );
    boxed.asked.forEach(({ region }, i) => {
      expect(Array.from(region)).toEqual(Array.from(objectMask(i), (inside) => 1 - inside));
    });
    expect(withBoxes.summary.notes).toHaveLength(1);
    const bare = linearModel();
    const without = await measuredToy(
      robustnessPart,
      toySubject(bare.model, pictures({ annotation: 'none' }), { settings, batchSize: 1 }),
    );
    expect(bare.asked).toHaveLength(12);
    for (const { region } of bare.asked) {
      expect(Array.from(region)).toEqual(Array.from(objectMask(0), (inside) => 1 - inside));
    }
    expect(without.summary.notes[0]).toMatch(/do not compare/);
  });

  it('warns where stronger attacks work less well', async () => {
    const settings = { robustness: { regions: ['all' as const], attacks: ['fgsm' as const, 'pgd10' as const] } };
    const notesOf = async (push: (attack: PictureAttack) => number) =>
      (await measuredToy(robustnessPart, toySubject(linearModel(push).model, pictures(), { settings }))).summary.notes;
    expect(await notesOf(({ settings: { steps } }) => (steps === 1 ? 1 : 0))).toEqual([
      expect.stringContaining('gradient masking'),
    ]);
    // Works at 2/255 only.
    expect(await notesOf(({ eps }) => (eps < 3 / 255 ? 1 : 0))).toEqual([expect.stringContaining('gradient masking')]);
    expect(await notesOf(() => 1)).toEqual([]);
  });

  it('measures a seeded share of the pictures and says what it costs', async () => {
    const { model } = linearModel();
    const settings = { robustness: { pictures: 5 } };
    const part = await robustnessPart.prepare(toySubject(model, pictures(), { settings }));
    // Two passes before; then for 8 regions and eps 4 of FGSM, 31 of PGD-10, half of 2 * 151 of PGD-50.
    expect(part).toMatchObject({ count: 5, width: 25, passes: 2 + 8 * (4 + 31 + 151) });
    const subject = toySubject(model, pictures(), { settings });
    expect(robustnessPart.passes(subject.settings, 50)).toBeCloseTo((2 + 8 * 186) / 10, 9);
  });
});
