import { describe, expect, it } from 'vitest';
import { faithfulnessPart } from './faithfulness-part.ts';
import { areaUnder, pixelOrders } from './insertion-deletion.ts';
import { grey, measureAll, type Toy, toyModel, toySubject } from './toy-model.fixture.ts';

/** 16x16 pictures: black with a white square of 4x4, 16 of 256 pixels, at a place of its own. */
const SIZE = 16;
const AREA = SIZE * SIZE;
const pictureOf = (i: number) => {
  const [x0, y0] = [(5 * i) % 12, (3 * i) % 12];
  const inside = (p: number) => {
    const [dx, dy] = [(p % SIZE) - x0, Math.floor(p / SIZE) - y0];
    return dx >= 0 && dx < 4 && dy >= 0 && dy < 4;
  };
  return grey(Array.from({ length: AREA }, (_, p) => (inside(p) ? 255 : 0)));
};
const PICTURES = Array.from({ length: 40 }, (_, i) => pictureOf(i));
const LABELS = PICTURES.map(() => 0);
/** 16 steps of 16 pixels: the square is one step. */
const settings = { seed: 2, faithfulness: { steps: 16, pictures: 0, sanityPictures: 4 } };

/** Blurred, no pixel of the square is quite white: the probability of class 0 is the share of it that is shown. */
const shown = (picture: ArrayLike<number>) => {
  let white = 0;
  for (let p = 0; p < AREA; p++) if (picture[3 * p] + picture[3 * p + 1] + picture[3 * p + 2] === 765) white += 1;
  return white / 16;
};
const toy = (map: Toy['map']): Toy => ({
  size: SIZE,
  probabilities: (picture) => [shown(picture), 1 - shown(picture)],
  map,
});
const square: Toy['map'] = (picture) => Array.from({ length: AREA }, (_, p) => (picture[3 * p] === 255 ? 1 : 0));
const elsewhere: Toy['map'] = (picture) => Array.from({ length: AREA }, (_, p) => (picture[3 * p] === 255 ? 0 : 1));
const nowhere: Toy['map'] = () => new Float32Array(AREA);

describe('insertion and deletion', () => {
  it('are what they must be for a heatmap that is right', async () => {
    const { figures, details, notes } = await measureAll(
      faithfulnessPart,
      toySubject(toyModel(toy(square)), PICTURES, LABELS, settings),
    );
    // 0, 1, 1, ...: 15.5 of 16 steps. 1, 0, 0, ...: half a step.
    expect(figures['insertion'].value).toBeCloseTo(15.5 / 16, 6);
    expect(figures['deletion'].value).toBeCloseTo(0.5 / 16, 6);
    expect(details.insertion).toHaveLength(17);
    [0, 1, 1].forEach((value, k) => expect(details.insertion[k]).toBeCloseTo(value, 6));
    [1, 0, 0].forEach((value, k) => expect(details.deletion[k]).toBeCloseTo(value, 6));
    // In random order, what insertion has shown is what deletion has hidden; half of it on average.
    expect(figures['insertion_random'].value).toBeCloseTo(1 - figures['deletion_random'].value, 6);
    expect(Math.abs(figures['insertion_random'].value - 0.5)).toBeLessThan(0.05);
    expect(details.insertionRandom[0]).toBeCloseTo(0, 6);
    expect(details.insertionRandom[16]).toBeCloseTo(1, 6);
    expect(notes.join()).not.toContain('random order');
  });

  it('say so where the heatmap points elsewhere', async () => {
    const { figures, notes } = await measureAll(
      faithfulnessPart,
      toySubject(toyModel(toy(elsewhere)), PICTURES, LABELS, settings),
    );
    expect(figures['insertion'].value).toBeCloseTo(0.5 / 16, 6);
    expect(figures['deletion'].value).toBeCloseTo(15.5 / 16, 6);
    expect(notes.join()).toContain('not measurably better than showing places in random order');
  });

  it('of a heatmap that shows nothing are those of a random order', async () => {
    const { perPicture, details, notes } = await measureAll(
      faithfulnessPart,
      toySubject(toyModel(toy(nowhere)), PICTURES, LABELS, settings),
    );
    expect(perPicture.columns['insertion']).toEqual(perPicture.columns['insertion_random']);
    expect(details.deletion).toEqual(details.deletionRandom);
    expect(notes.join()).toContain('not measurably better');
    expect(notes.join()).toContain('In 8 of 8 comparisons');
  });

  it('depend on the heatmap at the resolution of the picture, and on the seed where it says nothing', () => {
    // Left half 2, right half 1 at map resolution; resized to 4 columns 1, 0.875, 0.625, 0.5 of 2.
    const { ranked, random } = pixelOrders(Float32Array.of(1, 0.5), 1, 2, 4, 9);
    const column = (order: Uint32Array) => Array.from(order, (p) => p % 4);
    expect(column(ranked)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    const inColumn = (order: Uint32Array, c: number) => Array.from(order).filter((p) => p % 4 === c);
    for (let c = 0; c < 4; c++) expect(inColumn(ranked, c)).toEqual(inColumn(random, c));
    expect(Array.from(random).sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(pixelOrders(Float32Array.of(1, 0.5), 1, 2, 4, 10).random).not.toEqual(random);
  });

  it('are areas by the trapezoid rule', () => {
    // (0.2 + 0.6) / 2 / 2 + (0.6 + 1) / 2 / 2 = 0.2 + 0.4
    expect(areaUnder([0.2, 0.6, 1])).toBeCloseTo(0.6, 12);
  });

  it('do not depend on batches, and never put more pictures through at once than asked', async () => {
    const subject = (batchSize: number) =>
      toySubject(toyModel(toy(square)), PICTURES.slice(0, 5), LABELS.slice(0, 5), settings, batchSize);
    const once = await measureAll(faithfulnessPart, subject(1000), 1000);
    expect(once.rows).not.toContain(NaN);
    for (const [batchSize, chunk] of [
      [1, 1],
      [3, 4],
      [64, 7],
    ]) {
      const small = subject(batchSize);
      const again = await measureAll(faithfulnessPart, small, chunk);
      expect(again.rows).toEqual(once.rows);
      expect(Math.max(...(small.model as ReturnType<typeof toyModel>).calls)).toBeLessThanOrEqual(batchSize);
    }
  });
});

describe('randomised layers', () => {
  const layers = ['head', 'stage', 'stem'];
  const ramp: Toy = {
    ...toy((picture) => Array.from({ length: AREA }, (_, p) => (p + picture[0]) / AREA)),
    layers,
    // Another scale, the reverse, the same everywhere.
    forgetting: (count, map) => map.map((v) => (count === 1 ? v * v : count === 2 ? 1 - v : 1)),
  };

  it('are compared by the order of places, head first, one model at a time', async () => {
    const model = toyModel(ramp);
    // All 40, in groups of 34 (a row holds 4 * 17 numbers) and 6.
    const all = { ...settings, faithfulness: { ...settings.faithfulness, sanityPictures: 0 } };
    const subject = toySubject(model, PICTURES, LABELS, all);
    const read: number[] = [];
    const { details, notes, part } = await measureAll(faithfulnessPart, {
      ...subject,
      measured: {
        ...subject.measured,
        readPictures: (indices, out) => {
          read.push(...Array.from(indices));
          return subject.measured.readPictures(indices, out);
        },
      },
    });
    const inOrder = Array.from(PICTURES, (_, i) => i);
    expect(read).toEqual([...inOrder, ...inOrder, ...inOrder, ...inOrder]);
    expect(part.count).toBe(40 + 3 * 2);
    expect(details.sanity.map(({ layer }) => layer)).toEqual(layers);
    [1, -1, 0].forEach((value, k) => expect(details.sanity[k].similarity.value).toBeCloseTo(value, 6));
    expect(details.sanity[0].similarity.n).toBe(40);
    expect(notes.join()).toContain('In 40 of 120 comparisons');
    expect(notes.join()).not.toContain('hardly changes');
    expect(model.copies).toEqual(['open 1', 'close 1', 'open 2', 'close 2', 'open 3', 'close 3']);
  });

  it('that change nothing make a note', async () => {
    const model = toyModel({ ...ramp, forgetting: (_count, map) => map });
    const { notes } = await measureAll(faithfulnessPart, toySubject(model, PICTURES, LABELS, settings));
    expect(notes.join()).toContain('hardly changes when everything the model has learned is taken away');
  });
});
