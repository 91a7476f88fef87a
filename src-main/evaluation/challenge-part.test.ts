import { describe, expect, it } from 'vitest';
import { challengePart } from './challenge-part.ts';
import {
  measuredToy,
  prepared,
  readsBackground,
  readsObject,
  SIDE,
  toyModel,
  toyPictures,
  toySubject,
} from './toy-subject.fixture.ts';

/** Four pictures whose backgrounds are 0, 20, 40, 0: as classes 0, 1, 2, 0, which are their labels as well. */
const FOUR = toyPictures({ count: 4 });
const all = { settings: { challenge: { backgrounds: 4 } } };

describe('background challenge', () => {
  it('by hand: four pictures, each on the backgrounds of the three others', async () => {
    const { rows, summary } = await measuredToy(challengePart, toySubject(toyModel(readsBackground), FOUR, all));
    const { backgrounds, surviving } = summary.details;
    const order = backgrounds.map(({ id }) => FOUR.ids.indexOf(id));
    expect(order.toSorted()).toEqual([0, 1, 2, 3]);
    // The prediction is the class of the background: pictures 0 and 3 share theirs.
    const classes = [0, 1, 2, 0];
    const row = (i: number) => [1, ...order.map((k) => (k === i ? NaN : classes[k] === classes[i] ? 1 : 0))];
    expect([...rows]).toEqual([0, 1, 2, 3].flatMap(row));
    expect(summary.figures['challenge'].value).toBe(0);
    // Of the three others each background changes: 0 and 3 change pictures 1 and 2, but not each other.
    const changes = Object.fromEntries(backgrounds.map(({ id, changes }) => [FOUR.ids.indexOf(id), changes]));
    expect(changes).toEqual({ 0: 2 / 3, 1: 1, 2: 1, 3: 2 / 3 });
    // A picture has survived k backgrounds while all of the first k are its own or of its class.
    const alive = (i: number, k: number) => order.slice(0, k).every((source) => classes[source] === classes[i]);
    expect(surviving).toEqual([0, 1, 2, 3, 4].map((k) => [0, 1, 2, 3].filter((i) => alive(i, k)).length / 4));
    expect(surviving[0]).toBe(1);
    const share = summary.perPicture.columns['challenge_survived'];
    expect([...share].map((value) => Number(value.toFixed(6)))).toEqual([0.333333, 0, 0, 0.333333]);
  });

  it('a model that reads the object survives; being always the same is not being right', async () => {
    const { figures } = (await measuredToy(challengePart, toySubject(toyModel(readsObject), FOUR, all))).summary;
    expect([figures['challenge'].value, figures['challenge_right'].value]).toEqual([1, 1]);
    const stubborn = (
      await measuredToy(
        challengePart,
        toySubject(
          toyModel(() => 1),
          FOUR,
          all,
        ),
      )
    ).summary.figures;
    // It says class 1 to everything, which is right for one of four.
    expect([stubborn['challenge'].value, stubborn['challenge_right'].value]).toEqual([1, 0.25]);
    expect(stubborn['challenge_right'].n).toBe(4);
  });

  it('uses as many backgrounds as asked, the same for every model, batch and share of pictures', async () => {
    const measured = toyPictures({ count: 30, annotated: (i) => i !== 7 });
    const run = (model = toyModel(readsBackground), batchSize = 4, pictures = 0) =>
      measuredToy(
        challengePart,
        toySubject(model, measured, { batchSize, settings: { challenge: { backgrounds: 5, pictures } } }),
      );
    const whole = await run();
    expect(whole.rows).toHaveLength(29 * 6);
    expect(whole.summary.notes).toEqual([expect.stringMatching(/^1 of 30 pictures/)]);
    expect(await run(toyModel(readsBackground), 1)).toEqual(whole);
    expect(await run(toyModel(readsBackground), 13)).toEqual(whole);
    const ids = whole.summary.details.backgrounds.map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
    const other = await run(toyModel(readsObject), 4, 10);
    expect(other.summary.details.backgrounds.map(({ id }) => id)).toEqual(ids);
    expect(other.rows.length).toBeLessThanOrEqual(60);
  });

  it('says when there are fewer backgrounds than asked for, and when there are none', async () => {
    const { summary } = await measuredToy(challengePart, toySubject(toyModel(readsObject), FOUR));
    expect(summary.notes).toEqual(['Only 4 of the 20 backgrounds asked for could be found.']);
    const one = toySubject(toyModel(readsObject), toyPictures({ count: 1 }));
    await expect(prepared(challengePart, one)).rejects.toThrow(/two pictures/);
    const alone = toySubject(toyModel(readsObject), toyPictures({ count: 4, annotation: 'none' }));
    await expect(prepared(challengePart, alone)).rejects.toThrow(/second/);
  });

  it('fills the box of a background with tiles of it, so that no object of another picture shows', async () => {
    const brightest: number[] = [];
    const watching = toyModel((picture) => {
      brightest.push(Math.max(...Array.from(picture)));
      return 0;
    });
    const measured = toyPictures({ count: 6, object: (_, index) => 100 + index, background: () => SIDE });
    await measuredToy(challengePart, toySubject(watching, measured, { settings: { challenge: { backgrounds: 6 } } }));
    // Every picture is seen as it is and on five backgrounds, always with its own object as its brightest.
    // (The toy looks at a picture once for each of its three classes.)
    for (let i = 0; i < 6; i++) expect(brightest.filter((value) => value === 100 + i)).toHaveLength(3 * 6);
    expect(brightest).toHaveLength(3 * 6 * 6);
  });
});
