import { describe, expect, it } from 'vitest';
import { consistencyPart } from './consistency-part.ts';
import { grey, measureAll, type Toy, toyModel, toySubject } from './toy-model.fixture.ts';

/** 4x4 pictures; the first pixel says which kind of model answers, the last one is background. */
const SIZE = 4;
const STEADY = 1;
const FOLLOWING = 2;
const BLIND = 3;
const left = (p: number) => p % SIZE < SIZE / 2;
const EPS = 51;

/**
 * Looks at the left half. `STEADY` does not care for the right one. `FOLLOWING` shows it as soon as it gets brighter,
 * and its probability of class 0 falls from 1/2 to 1/4. `BLIND` has an empty heatmap.
 */
const TOY: Toy = {
  size: SIZE,
  map: (picture) => {
    const [kind] = picture;
    const reached = picture[picture.length - 1] >= EPS;
    return Array.from({ length: SIZE * SIZE }, (_, p) =>
      kind === BLIND ? 0 : left(p) || (kind === FOLLOWING && reached) ? 1 : 0,
    );
  },
  probabilities: (picture) => {
    const [kind] = picture;
    return kind === FOLLOWING && picture[picture.length - 1] >= EPS ? [0.25, 0.75] : [0.5, 0.5];
  },
};
const picture = (kind: number) => grey([kind, ...new Uint8Array(SIZE * SIZE - 1)]);
const settings = { seed: 4, consistency: { eps: EPS } };
/** S of left half and whole map: 8 of 16 places, cosine sqrt(1/2). Q: half the probability is left. */
const FOLLOWED = Math.SQRT1_2 / 2;

describe('consistency part', () => {
  it('is 1 for a model that ignores the background, and falls for one that follows it', async () => {
    const steady = await measureAll(consistencyPart, toySubject(toyModel(TOY), [picture(STEADY)], [0], settings));
    expect(steady.figures['e_mean']).toMatchObject({ value: 1, low: 1, high: 1, n: 1 });
    const following = await measureAll(consistencyPart, toySubject(toyModel(TOY), [picture(FOLLOWING)], [0], settings));
    expect(following.figures['s_mean'].value).toBeCloseTo(Math.SQRT1_2, 6);
    expect(following.figures['q_mean'].value).toBeCloseTo(0.5, 6);
    expect(following.figures['e_mean'].value).toBeCloseTo(FOLLOWED, 6);
    // The other class gains: its agreement stays at 1.
    const other = await measureAll(consistencyPart, toySubject(toyModel(TOY), [picture(FOLLOWING)], [1], settings));
    expect(other.figures['q_mean'].value).toBe(1);
  });

  it('attacks what lies below the mean of the heatmap, with the eps given, from random starts', async () => {
    const model = toyModel(TOY);
    await measureAll(consistencyPart, toySubject(model, [picture(STEADY), picture(BLIND)], [0, 0], settings));
    const [attack] = model.attacks;
    const background = Array.from({ length: SIZE * SIZE }, (_, p) => (left(p) ? 0 : 1));
    // Nothing is known where the map is empty: nothing is attacked.
    expect(Array.from(attack.region)).toEqual([...background, ...new Array<number>(SIZE * SIZE).fill(0)]);
    expect(attack.eps).toBeCloseTo(0.2, 12);
    expect(attack.settings).toMatchObject({ attack: 'pgd', steps: 10, stepShare: 0.25, randomStart: true });
    expect(attack.seeds[0]).not.toBe(attack.seeds[1]);
  });

  it('counts, by class and by bin', async () => {
    const kinds = [STEADY, FOLLOWING, BLIND, STEADY];
    const subject = toySubject(toyModel(TOY), kinds.map(picture), [0, 0, 0, 0], settings);
    const { figures, details, notes, perPicture } = await measureAll(consistencyPart, subject);
    expect(figures['e_mean'].value).toBeCloseTo((2 + FOLLOWED) / 4, 6);
    expect(figures['e_below_half'].value).toBe(0.5);
    // 0 in the first bin, 0.354 in the eighth, 1 in the last.
    const bins = new Array<number>(20).fill(0);
    [bins[0], bins[7], bins[19]] = [1, 1, 2];
    expect(details.histogram).toEqual(bins);
    expect(details.median).toBeCloseTo((FOLLOWED + 1) / 2, 6);
    expect(details).toMatchObject({ eps: EPS, emptyMaps: 1 });
    expect(details.perClass[0]).toMatchObject({ value: figures['e_mean'].value, n: 4 });
    expect(details.perClass[1]).toBeNull();
    expect(notes.join()).toContain('1 of 4 pictures');
    [1, FOLLOWED, 0, 1].forEach((e, i) => expect(perPicture.columns['e'][i]).toBeCloseTo(e, 6));
  });

  it('does not depend on batches', async () => {
    // The toy's attack is as strong as its random start: the probability of class 0 follows it.
    const noisy: Toy = { ...TOY, probabilities: (p) => [1 / (2 + p[p.length - 1]), 1 - 1 / (2 + p[p.length - 1])] };
    const pictures = Array.from({ length: 9 }, () => picture(STEADY));
    const labels = pictures.map(() => 0);
    const once = await measureAll(consistencyPart, toySubject(toyModel(noisy), pictures, labels, settings, 64), 9);
    expect(new Set(once.perPicture.columns['q']).size).toBe(9);
    for (const [batchSize, chunk] of [
      [1, 4],
      [4, 9],
    ]) {
      const model = toyModel(noisy);
      const again = await measureAll(consistencyPart, toySubject(model, pictures, labels, settings, batchSize), chunk);
      expect(again.rows).toEqual(once.rows);
      expect(Math.max(...model.calls)).toBe(batchSize);
    }
  });
});
