import { describe, expect, it } from 'vitest';
import { Random } from '../numeric/random.ts';
import { harmlesslyChanged, likenessAfter, shiftOf } from './harmless-changes.ts';
import { stabilityPart } from './stability-part.ts';
import { grey, measureAll, type Toy, toyModel, toySubject } from './toy-model.fixture.ts';

const SIZE = 16;
const AREA = SIZE * SIZE;
/** Smooth, so that compression hardly changes it, and below 200, so that nothing is cut off at 255. */
const picture = (i: number) =>
  grey(
    Array.from(
      { length: AREA },
      (_, p) => 100 + 90 * Math.sin((p % SIZE) / 4 + i) * Math.cos(Math.floor(p / SIZE) / 5),
    ),
  );
const PICTURES = Array.from({ length: 6 }, (_, i) => picture(i));
const LABELS = PICTURES.map(() => 0);
const CHANGES = { jpegQuality: 80, brightness: 0.05, shift: 2 };
const always = () => [0.9, 0.1];
const leftColumn = (p: number) => (p % SIZE === 0 ? 1 : 0);
const each = (of: (p: number) => number) => Array.from({ length: AREA }, (_, p) => of(p));

/** Looks at every place as bright as it is: moves along with the picture. */
const POINTWISE: Toy = {
  size: SIZE,
  probabilities: always,
  map: (pixels) => each((p) => pixels[3 * p] / 255),
};

describe('stability part', () => {
  it('of a heatmap that moves along with the picture is 1', async () => {
    const { figures, details, notes } = await measureAll(
      stabilityPart,
      toySubject(toyModel(POINTWISE), PICTURES, LABELS, { stability: CHANGES }),
    );
    for (const change of ['brighter', 'darker', 'shift', 'flip']) {
      expect(figures[`map_${change}`].value, change).toBeCloseTo(1, 6);
    }
    expect(figures['map_jpeg'].value).toBeGreaterThan(0.99);
    expect(figures['map_jpeg'].value).toBeLessThan(1);
    for (const change of ['jpeg', 'brighter', 'darker', 'shift', 'flip'])
      expect(figures[`same_${change}`].value).toBe(1);
    expect(details).toEqual({ zeroShare: 0, emptyMaps: 0 });
    expect(notes).toEqual([]);
  });

  it('sees a heatmap and a prediction that do not', async () => {
    const model = toyModel({
      size: SIZE,
      map: () => each(leftColumn),
      // Right where the left half is the brighter one.
      probabilities: (pixels) => (pixels[0] > pixels[3 * (SIZE - 1)] ? [0.9, 0.1] : [0.1, 0.9]),
    });
    const fading = grey(each((p) => 200 - 10 * (p % SIZE)));
    const { figures, details } = await measureAll(stabilityPart, toySubject(model, [fading], [0]));
    expect(figures['map_flip'].value).toBe(0);
    expect(figures['same_flip'].value).toBe(0);
    // The first column of the shifted picture shows nothing of the original's: what stays there, stays behind.
    expect(figures['map_shift'].value).toBe(0);
    expect(figures['same_shift'].value).toBe(1);
    expect(figures['map_brighter'].value).toBeCloseTo(1, 6);
    // 16 of 256 values hold everything alike: Gini 1 - 1/16, entropy log 16 / log 256.
    expect(figures['gini'].value).toBeCloseTo(15 / 16, 6);
    expect(figures['entropy'].value).toBeCloseTo(0.5, 6);
    expect(details.zeroShare).toBeCloseTo(15 / 16, 6);
  });

  it('compares kinds of heatmaps', async () => {
    const model = toyModel({
      size: SIZE,
      probabilities: always,
      // Own: the left column. Grad-CAM++: the first two columns, cosine sqrt(1/2). LayerCAM: the last column.
      map: (_pixels, _label, kind) =>
        each((p) => {
          if (kind === 'gradcam++') return p % SIZE < 2 ? 1 : 0;
          return kind === 'layercam' ? leftColumn(p + 1) : leftColumn(p);
        }),
    });
    const { figures } = await measureAll(stabilityPart, toySubject(model, PICTURES, LABELS));
    expect(figures['agree_gradcam++'].value).toBeCloseTo(Math.SQRT1_2, 6);
    expect(figures['agree_layercam'].value).toBe(0);
  });

  it('counts a heatmap that shows nothing as unlike any other', async () => {
    const model = toyModel({ size: SIZE, probabilities: always, map: (pixels) => each(() => pixels[0] % 2) });
    // Even values stay even only where nothing changes them: picture 0 is empty before every change.
    const [even, odd] = [100, 101].map((value) => grey(each(() => value)));
    const { details, figures, notes, perPicture } = await measureAll(
      stabilityPart,
      toySubject(model, [even, odd], [0, 0]),
    );
    expect(details).toEqual({ zeroShare: 0.5, emptyMaps: 1 });
    [0, 1].forEach((value, i) => expect(perPicture.columns['map_flip'][i]).toBeCloseTo(value, 6));
    [1, 1].forEach((value, i) => expect(perPicture.columns['entropy'][i]).toBeCloseTo(value, 6));
    expect(figures['gini'].value).toBe(0);
    expect(notes.join()).toContain('1 of 2 heatmaps show nothing');
  });

  it('does not depend on batches', async () => {
    const random = new Random(1);
    const pictures = Array.from({ length: 9 }, () => grey(each(() => random.integer(256))));
    const labels = pictures.map(() => 0);
    const toy: Toy = { ...POINTWISE, probabilities: (pixels) => [pixels[0] / 260, 1 - pixels[0] / 260] };
    const once = await measureAll(stabilityPart, toySubject(toyModel(toy), pictures, labels), 9);
    for (const [batchSize, chunk] of [
      [1, 4],
      [4, 9],
    ]) {
      const model = toyModel(toy);
      const again = await measureAll(stabilityPart, toySubject(model, pictures, labels, {}, batchSize), chunk);
      expect(again.rows).toEqual(once.rows);
      expect(Math.max(...model.calls)).toBe(batchSize);
    }
  });
});

describe('harmless changes', () => {
  const small = grey([1, 2, 3, 4, 5, 6, 7, 8, 250]);
  const changed = async (change: Parameters<typeof harmlesslyChanged>[0]) => {
    const pixels = await harmlesslyChanged(change, small, 3, { ...CHANGES, brightness: 0.5, shift: 75 });
    return Array.from(pixels.filter((_, i) => i % 3 === 0));
  };

  it('are what they say', async () => {
    expect(await changed('shift')).toEqual([1, 1, 2, 1, 1, 2, 4, 4, 5]);
    expect(await changed('flip')).toEqual([3, 2, 1, 6, 5, 4, 250, 8, 7]);
    expect(await changed('brighter')).toEqual([1.5, 3, 4.5, 6, 7.5, 9, 10.5, 12, 255]);
    expect(await changed('darker')).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 125]);
  });

  it('shift by pixels of 224, at least one', () => {
    expect([224, 64, 448, 16].map((size) => shiftOf(size, CHANGES))).toEqual([2, 1, 4, 1]);
  });

  it('of a coarse heatmap are undone at the resolution of the picture', () => {
    // 2 cells over 4 pixels: 1, 0.75, 0.25, 0 before; the same after a shift by one pixel. Compared are columns 0..2
    // with columns 1..3: (1, 0.75, 0.25) and (0.75, 0.25, 0).
    const coarse = Float32Array.of(1, 0);
    const expected = (1 * 0.75 + 0.75 * 0.25) / Math.sqrt((1 + 0.5625 + 0.0625) * (0.5625 + 0.0625));
    expect(likenessAfter('shift', coarse, coarse, 1, 2, 4, { ...CHANGES, shift: 56 })).toBeCloseTo(expected, 6);
    expect(likenessAfter('flip', coarse, Float32Array.of(0, 1), 1, 2, 4, CHANGES)).toBeCloseTo(1, 12);
  });
});
