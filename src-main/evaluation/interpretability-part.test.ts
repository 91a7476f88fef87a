import { describe, expect, it } from 'vitest';
import { LabelSets } from '../numeric/label-sets.ts';
import { interpretabilityPart } from './interpretability-part.ts';
import { measurePart } from './measure-parts.ts';
import { PARTS } from './parts.ts';
import type { Inside, InsideView } from './predictor.ts';
import { measuredModel, memoryShelf } from './squares.fixture.ts';
import { measuredToy, prepared, toyModel, toyPictures, toySubject } from './toy-subject.fixture.ts';

const BYTES = 8 * 8 * 3;
/** Which picture it is: its background is as dark as its number, see {@link numbered}. */
const numbered = (count: number, annotation: 'mask' | 'box' | 'none' = 'none') =>
  toyPictures({ count, classes: 2, annotation, object: () => 200, background: (_label, index) => index });

interface ToyInside {
  /** [4 x 4] map of each filter. */
  readonly maps: (picture: number) => readonly (readonly number[])[];
  readonly gate?: readonly number[];
  /** Whether the filters of the label alone, all others, and those of the other class name the picture correctly. */
  readonly gated?: (picture: number) => readonly [boolean, boolean, boolean];
  readonly prototypes?: readonly number[];
  /** Similarity and place. */
  readonly match?: (picture: number, prototype: number) => readonly [number, number];
}

function inside({ maps, gate, gated, prototypes, match }: ToyInside): Inside {
  return {
    filters: maps(0).length,
    gate: gate === undefined ? null : Float32Array.from(gate),
    prototypes: prototypes === undefined ? null : Int32Array.from(prototypes),
    look: (pictures, labels): Promise<InsideView> => {
      const numbers = Array.from(labels, (_, i) => pictures[(i + 1) * BYTES - 1]);
      const logits = (which: 0 | 1 | 2) =>
        Float32Array.from(
          numbers.flatMap((number, i) => {
            const right = gated?.(number)[which] === true;
            return [0, 1].map((c) => ((c === labels[i]) === right ? 1 : 0));
          }),
        );
      const matches = numbers.flatMap((number) => (prototypes ?? []).map((_, p) => match?.(number, p) ?? [0, 0]));
      return Promise.resolve({
        maps: Float32Array.from(
          numbers.flatMap((number) => {
            const filters = maps(number);
            return filters[0].flatMap((_, cell) => filters.map((map) => map[cell]));
          }),
        ),
        ...{ height: 4, width: 4 },
        gated: gated === undefined ? null : { only: logits(0), without: logits(1), other: logits(2) },
        matches:
          prototypes === undefined
            ? null
            : {
                similarities: Float32Array.from(matches, ([similarity]) => similarity),
                places: Int32Array.from(matches, ([, place]) => place),
              },
      });
    },
  };
}

const model = (of: ToyInside) => ({ ...toyModel(() => 0, 2), inside: inside(of) });
const at = (place: number, value = 1) => Array.from({ length: 16 }, (_, cell) => (cell === place ? value : 0));
const even = (value = 1) => new Array<number>(16).fill(value);

describe('interpretability of filters', () => {
  // Labels take turns, 0 and 1. The first filter answers at one place and to class 0 alone, the second everywhere and
  // twice as much to class 1, the third never; in picture 3 none answers.
  const PLAIN: ToyInside = {
    maps: (i) => {
      if (i === 3) return [even(0), even(0), even(0)];
      return [i % 2 === 0 ? at(5, 16) : even(0), even(i % 2 === 0 ? 2 : 4), even(0)];
    },
  };

  it('is measured of any network', async () => {
    const { summary } = await measuredToy(interpretabilityPart, toySubject(model(PLAIN), numbered(6)));
    const { figures, details, notes, perPicture } = summary;
    // Even maps have their first place as peak, in the corner: 3 of 16 cells; place 5 has all of its mass around it.
    const both = (1 + 3 / 16) / 2;
    expect(figures['filter_locality'].value).toBeCloseTo((3 * both + 2 * (3 / 16)) / 5, 6);
    expect(figures['filter_locality'].n).toBe(5);
    expect(figures['uniform_locality'].value).toBeCloseTo((3 * ((5 + 3) / 32) + 2 * (3 / 16)) / 5, 6);
    // Class means of the second filter: 2, and (4 + 0 + 4) / 3.
    const second = (8 / 3 - 2) / (8 / 3 + 2);
    expect(figures['filter_selectivity'].value).toBeCloseTo((1 + second) / 2, 6);
    expect(Object.keys(figures)).toEqual(['filter_locality', 'uniform_locality', 'filter_selectivity']);
    expect(details).toEqual({
      ...{ filters: 3, mapHeight: 4, mapWidth: 4, radius: 1, silent: 1, favourites: [1, 1], gate: null },
      ...{ activeShare: expect.closeTo((3 * 2 + 2) / 18, 6) as number, prototypes: null },
    });
    expect(notes).toEqual([
      '1 of the 3 filters answer to none of the pictures. They take no part.',
      'In 1 of the 6 pictures no filter answers to anything.',
    ]);
    expect(perPicture.columns['filter_locality'][0]).toBeCloseTo(both, 6);
    expect(perPicture.columns['filter_locality'][3]).toBeNaN();
  });

  it('gives the same rows whatever the batches, of the pictures that are chosen', async () => {
    const measured = async (batchSize: number) =>
      measuredToy(interpretabilityPart, toySubject(model(PLAIN), numbered(9), { batchSize }));
    const whole = await measured(9);
    expect(await measured(2)).toEqual(whole);
    const settings = { interpretability: { pictures: 4 } };
    const some = await measuredToy(interpretabilityPart, toySubject(model(PLAIN), numbered(9), { settings }));
    expect(some.summary.perPicture.ids).toHaveLength(4);
    expect(some.summary.notes[0]).toBe('4 pictures were measured, chosen by the seed.');
  });

  it('goes on after an interruption as if there had been none', async () => {
    const measure = async (stopAfter: number) => {
      const { shelf, results, summaries } = memoryShelf();
      let passes = 0;
      const control = () => (++passes > stopAfter ? Promise.reject(new Error('stopped')) : Promise.resolve());
      const stopped = measuredModel(model(PLAIN), numbered(9), { batchSize: 2, control, shelf });
      const again = measuredModel(model(PLAIN), numbered(9), { batchSize: 2, shelf });
      await measurePart(PARTS.interpretability, stopped, { again: false }).catch(() => null);
      await measurePart(PARTS.interpretability, again, { again: false });
      return {
        figures: results.get('interpretability')?.figures,
        columns: summaries.get('interpretability')?.perPicture,
      };
    };
    expect(await measure(5)).toEqual(await measure(1000));
  });

  it('cannot be measured of a model of which only the answers are known', async () => {
    const outside = { ...toyModel(() => 0, 2), inside: null };
    await expect(prepared(interpretabilityPart, toySubject(outside, numbered(3)))).rejects.toThrow(
      'Only the answers of this model are known, not what its filters show.',
    );
  });
});

describe('interpretability of class gates', () => {
  const GATED: ToyInside = {
    maps: () => [at(0), at(1)],
    // Class 0 lets the first filter through, class 1 both, the second by a half: mean 2.5 / 4.
    gate: [1, 0, 1, 0.5],
    gated: (i) => [i !== 0, i === 1 || i === 2, i !== 3],
  };

  it('compares the filters of the label with the others', async () => {
    const { summary } = await measuredToy(interpretabilityPart, toySubject(model(GATED), numbered(4)));
    expect(summary.figures['gated_accuracy'].value).toBe(0.75);
    expect(summary.figures['complement_accuracy'].value).toBe(0.5);
    // Picture 3 alone is named as the other class by the filters of that.
    expect(summary.figures['gate_misled'].value).toBe(0.25);
    expect(summary.details.gate).toEqual({ sparsity: 0.375, classesPerFilter: 1.25 });
    expect(Array.from(summary.perPicture.columns['complement_accuracy'])).toEqual([0, 1, 1, 0]);
  });

  it('where pictures may be of several classes counts them for each, and leaves accuracy out', async () => {
    const data = { ...numbered(3), labelSets: new LabelSets(2, [[0], [0, 1], [1]], [[], [], []]) };
    const several: ToyInside = { ...GATED, maps: (i) => [at(0, [4, 2, 0][i])] };
    const { summary } = await measuredToy(interpretabilityPart, toySubject(model(several), data));
    // Means of class 0: 4 and 2; of class 1: 2 and 0.
    expect(summary.figures['filter_selectivity'].value).toBeCloseTo((3 - 1) / (3 + 1), 6);
    expect(summary.figures['gated_accuracy']).toBeUndefined();
    expect(summary.notes.join()).toContain('a picture may be of several classes');
  });
});

describe('interpretability of prototypes', () => {
  // 24 pictures, labels in turn. The first prototype, of class 0, is most like pictures 0 to 9, of which five are of it;
  // the second, of class 1, is most like its own. They point at the middle and at the last corner of the map.
  const PROTOTYPES: ToyInside = {
    maps: () => [at(0)],
    prototypes: [0, 1],
    match: (i, p) => (p === 0 ? [24 - i, 5] : [i % 2 === 1 ? 2 : 1, 15]),
  };

  it('is the share of their most similar pictures that is of their class', async () => {
    const { summary } = await measuredToy(interpretabilityPart, toySubject(model(PROTOTYPES), numbered(24)));
    expect(summary.figures['prototype_purity'].value).toBe((0.5 + 1) / 2);
    expect(summary.figures['prototype_purity'].low).toBeLessThan(0.75);
    expect(summary.figures['prototype_on_object']).toBeUndefined();
    expect(summary.details.prototypes).toEqual({ count: 2, chance: 0.5, pure: 1, unmeasured: 0, target: null });
  });

  it.each(['mask', 'box'] as const)('tells by a %s whether their places lie on the object', async (annotation) => {
    const subject = toySubject(model(PROTOTYPES), numbered(24, annotation));
    const { summary } = await measuredToy(interpretabilityPart, subject);
    // Objects are 3 x 3 of 8 x 8 pixels; place 5 has its middle at pixel (3, 3), place 15 at (7, 7), where no object is.
    // The object of picture i begins at (i mod 4, 1 + i mod 3): (3, 3) lies in it for 1 + (i mod 3) from 1 to 3 and
    // i mod 4 from 1 to 3. Of pictures 0 to 9 these are 1, 2, 3, 5, 6, 7, 9.
    expect(summary.figures['prototype_on_object'].value).toBeCloseTo((0.7 + 0) / 2, 6);
    expect(summary.details.prototypes?.target).toBe(annotation);
    // Middles of places lie at pixels 1, 3, 5, 7: an object over columns x to x + 2 holds one of them or two.
    expect(summary.figures['uniform_on_object'].value).toBeGreaterThan(1 / 16);
    expect(summary.figures['uniform_on_object'].value).toBeLessThan(4 / 16);
  });
});
