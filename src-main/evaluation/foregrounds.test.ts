import { describe, expect, it } from 'vitest';
import type { Foregrounds } from './foregrounds.ts';
import { foregroundsOf } from './foregrounds.ts';
import type { Subject } from './part.ts';
import { corner, objectMask, readsObject, SIDE, toyModel, toyPictures, toySubject } from './toy-subject.fixture.ts';

async function found(subject: Subject): Promise<Foregrounds> {
  const foregrounds = await foregroundsOf(subject);
  if ('unmeasurable' in foregrounds) throw new Error(foregrounds.unmeasurable);
  return foregrounds;
}

async function refusal(subject: Subject): Promise<string> {
  const foregrounds = await foregroundsOf(subject);
  return 'unmeasurable' in foregrounds ? foregrounds.unmeasurable : '';
}

/** [SIDE, SIDE] 1 in the given rows. */
const inRows = (...rows: number[]) =>
  Uint8Array.from({ length: SIDE * SIDE }, (_, p) => (rows.includes(Math.floor(p / SIDE)) ? 1 : 0));

/** A model that looks at the given rows, whatever it sees; nowhere without any. */
const looksAt = (...rows: number[]) => toyModel(readsObject, 3, () => inRows(...rows));

describe('annotation', () => {
  it('masks are taken as they are; a picture without one has no object', async () => {
    const measured = toyPictures({ count: 5, annotated: (i) => i !== 3 });
    const foregrounds = await found(toySubject(toyModel(readsObject), measured, { batchSize: 2 }));
    expect([foregrounds.source, foregrounds.note]).toEqual(['mask', null]);
    expect(await foregrounds.mask(1)).toEqual(objectMask(1));
    expect(await foregrounds.mask(3)).toBeNull();
    const { x, y } = corner(4);
    expect((await foregrounds.boxes())[4]).toEqual({ x0: x, y0: y, x1: x + 2, y1: y + 2 });
    expect((await foregrounds.boxes())[3]).toBeNull();
  });

  it('an object that fills its picture, and a mask without object, are none', async () => {
    const masks = [new Uint8Array(SIDE * SIDE).fill(1), new Uint8Array(SIDE * SIDE), objectMask(2)];
    const measured = { ...toyPictures({ count: 3 }), readMask: (i: number) => Promise.resolve(masks[i]) };
    const foregrounds = await found(toySubject(toyModel(readsObject), measured));
    expect((await foregrounds.boxes()).map((box) => box !== null)).toEqual([false, false, true]);
  });

  it('boxes are filled, all of a picture together, and the note says that boxes are not outlines', async () => {
    const measured = {
      ...toyPictures({ count: 2, annotation: 'box' }),
      // Rows 0 and 1; and the lower right pixel.
      boxes: (i: number) =>
        i === 0
          ? [
              { x0: 0, y0: 0, x1: 1, y1: 0.25 },
              { x0: 0.875, y0: 0.875, x1: 1, y1: 1 },
            ]
          : [],
    };
    const foregrounds = await found(toySubject(toyModel(readsObject), measured));
    const expected = inRows(0, 1);
    expected[SIDE * SIDE - 1] = 1;
    expect(foregrounds.source).toBe('box');
    expect(foregrounds.note).toContain('boxes');
    expect(await foregrounds.mask(0)).toEqual(expected);
    expect(await foregrounds.mask(1)).toBeNull();
  });

  it('a source that is asked for but missing is refused', async () => {
    const plain = toyPictures({ count: 2, annotation: 'none' });
    const asked = (foreground: 'mask' | 'box') =>
      refusal(toySubject(toyModel(readsObject), plain, { settings: { debiasing: { foreground } } }));
    expect(await asked('mask')).toContain('masks');
    expect(await asked('box')).toContain('boxes.csv');
  });
});

describe('models', () => {
  const plain = toyPictures({ count: 7, annotation: 'none' });

  it('the foreground is the union of what the models looked at', async () => {
    // Rows 1 and 2 hotter than the mean for one, rows 2 and 6 for the other.
    const judges = [looksAt(1, 2), looksAt(2, 6)];
    const foregrounds = await found(toySubject(judges[0], plain, { judges, batchSize: 3 }));
    expect(foregrounds.source).toBe('models');
    expect(foregrounds.note).toMatch(/No annotation was used.*2 models/);
    for (const index of [0, 6]) expect(await foregrounds.mask(index)).toEqual(inRows(1, 2, 6));
    expect(await foregrounds.boxes()).toEqual(Array(7).fill({ x0: 0, y0: 1, x1: SIDE - 1, y1: 6 }));
  });

  it('the threshold is the mean: what is warm, but below it, is background', async () => {
    // Mean of 1, 0.5, 0.1 and five times 0 in rows: 0.2. So 0.1 is background, 0.5 is not.
    const warm = toyModel(readsObject, 3, () =>
      Float32Array.from({ length: SIDE * SIDE }, (_, p) => [0, 1, 0, 0.5, 0.1, 0, 0, 0][Math.floor(p / SIDE)]),
    );
    const foregrounds = await found(toySubject(warm, plain, { judges: [warm, looksAt(7)] }));
    expect(await foregrounds.mask(0)).toEqual(inRows(1, 3, 7));
  });

  it('an empty heatmap says nothing, and an object that is everything is none', async () => {
    const empty = await found(toySubject(looksAt(1), plain, { judges: [looksAt(1), looksAt()] }));
    expect(await empty.mask(0)).toBeNull();
    const everything = await found(
      toySubject(looksAt(1), plain, { judges: [looksAt(0, 1, 2, 3), looksAt(4, 5, 6, 7)] }),
    );
    expect(await everything.mask(0)).toBeNull();
  });

  it('refuses to judge a model by itself, and says what to do', async () => {
    const alone = looksAt(1);
    for (const judges of [[], [alone]]) {
      expect(await refusal(toySubject(alone, plain, { judges }))).toMatch(/measure this run together with a second/);
    }
    const masked = toyPictures({ count: 2 });
    const forced = toySubject(alone, masked, { judges: [alone], settings: { debiasing: { foreground: 'models' } } });
    expect(await refusal(forced)).toMatch(/^Where the objects are/);
  });

  it('asks the models once for all parts, in batches, and again after it was stopped', async () => {
    const judges = [looksAt(1), looksAt(2)];
    let stop = true;
    const control = () => (stop ? Promise.reject(new Error('cancelled')) : Promise.resolve());
    const subject = toySubject(judges[0], plain, { judges, batchSize: 3, control });
    await expect(foregroundsOf(subject)).rejects.toThrow('cancelled');
    stop = false;
    const [first, second] = await Promise.all([found(subject), found(subject)]);
    expect(second).toBe(first);
    expect(judges.map(({ calls }) => calls)).toEqual([
      [3, 3, 1],
      [3, 3, 1],
    ]);
  });
});
