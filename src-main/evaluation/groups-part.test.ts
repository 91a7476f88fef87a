import { describe, expect, it } from 'vitest';
import { groupsPart } from './groups-part.ts';
import type { ToyModel } from './toy-subject.fixture.ts';
import {
  measuredToy,
  prepared,
  readsBackground,
  readsObject,
  toyModel,
  toyPictures,
  toySubject,
} from './toy-subject.fixture.ts';

/**
 * Two classes of 24 pictures. The background is the usual one of the class (0 for class 0, 20 for class 1) except in
 * every fourth picture of a class, where it is the other's: groups of 18, 6, 6 and 18.
 */
const isUsual = (index: number) => Math.floor(index / 2) % 4 !== 3;
const MEASURED = toyPictures({
  count: 48,
  classes: 2,
  background: (label, index) => 20 * (isUsual(index) ? label : 1 - label),
});
const settings = { groups: { clusters: 2 } };
const run = (model: ToyModel, batchSize = 5) =>
  measuredToy(groupsPart, toySubject(model, MEASURED, { settings, batchSize }));

describe('groups', () => {
  it('by hand: a model that reads the background fails on the unusual ones', async () => {
    const { rows, summary } = await run(toyModel(readsBackground, 2));
    expect([...rows]).toEqual(MEASURED.ids.map((_, i) => (isUsual(i) ? 1 : 0)));
    const { cells, clusters, least } = summary.details;
    expect(least).toBe(5);
    expect(clusters.map(({ pictures }) => pictures)).toEqual([24, 24]);
    const colours = clusters.map(({ colour }) => colour);
    expect(colours.toSorted((a, b) => a[0] - b[0])).toEqual([
      [0, 0, 0],
      [20, 20, 20],
    ]);
    const dark = colours[0][0] === 0 ? 0 : 1;
    const accuracy = (label: number, cluster: number) =>
      cells.find((cell) => cell.label === label && cell.cluster === cluster)?.figure;
    expect(accuracy(0, dark)).toEqual({ value: 1, low: 1, high: 1, n: 18 });
    expect(accuracy(0, 1 - dark)).toEqual({ value: 0, low: 0, high: 0, n: 6 });
    expect(accuracy(1, dark)?.n).toBe(6);
    expect(accuracy(1, 1 - dark)?.n).toBe(18);
    const { worst_group: worst, group_mean: mean, group_spread: spread } = summary.figures;
    expect([worst.value, mean.value, spread.value]).toEqual([0, 0.5, 1]);
    expect([worst.n, mean.n]).toEqual([6, 48]);
    // 0 of 6 with an interval of 0 to 0 is not to be read as certain.
    expect(summary.notes.at(-1)).toMatch(/^All 6 pictures of the worst group came out alike/);
    expect(clusters[dark].examples).toHaveLength(6);
    expect(summary.perPicture.columns['background_cluster'][0]).toBe(dark);
    expect(await run(toyModel(readsBackground, 2), 100)).toEqual({ rows, summary });
  });

  it('the clusters are the same for every model', async () => {
    const good = (await run(toyModel(readsObject, 2))).summary;
    const bad = (await run(toyModel(readsBackground, 2))).summary;
    expect(good.details.clusters).toEqual(bad.details.clusters);
    expect(good.figures['worst_group'].value).toBe(1);
    expect(good.figures['group_spread'].value).toBe(0);
  });

  it('the interval of the worst group is that of the group itself, and holds the figure', async () => {
    const part = await prepared(groupsPart, toySubject(toyModel(readsObject, 2), MEASURED, { settings }));
    // Right on every second picture of each group: 9 of 18 and 3 of 6. All four groups are equally good.
    const seen = [0, 0, 0, 0];
    const summary = part.summarise(
      Float32Array.from(MEASURED.ids, (_, i) => seen[2 * (i % 2) + (isUsual(i) ? 0 : 1)]++ % 2),
    );
    expect(seen).toEqual([18, 6, 18, 6]);
    const { worst_group: worst, group_mean: mean, group_spread: spread } = summary.figures;
    const own = summary.details.cells.find(({ figure }) => figure.value === worst.value)?.figure;
    expect(own).toEqual({ value: worst.value, low: worst.low, high: worst.high, n: worst.n });
    expect([worst.value, mean.value, spread.value]).toEqual([0.5, 0.5, 0]);
    expect(worst.low).toBeLessThan(worst.value);
    expect(worst.high).toBeGreaterThan(worst.value);
    for (const { low, value, high } of [mean, spread]) expect(low <= value && value <= high).toBe(true);
    expect(mean.resampled).toHaveLength(1000);
    // Each group is drawn for itself: as large and as good as each other, they still differ from draw to draw.
    expect(spread.high).toBeGreaterThan(0.1);
    expect(spread.low).toBeLessThan(-0.1);
    expect(mean.high - mean.low).toBeLessThan(worst.high - worst.low);
    expect(summary.notes.at(-1)).toMatch(/^The worst of 4 groups/);
  });

  it('small groups are shown, but are never the worst', async () => {
    // Only one picture in sixteen has the other background: groups of 22 or 23 and of 1 or 2.
    const measured = toyPictures({
      count: 48,
      classes: 2,
      background: (label, index) => 20 * (index % 16 === 0 ? 1 - label : label),
    });
    const subject = toySubject(toyModel(readsBackground, 2), measured, { settings });
    const { summary } = await measuredToy(groupsPart, subject);
    // Pictures 0, 16 and 32 are of class 0.
    expect(summary.details.cells.map(({ figure }) => figure.n).toSorted((a, b) => a - b)).toEqual([3, 21, 24]);
    expect(summary.details.cells.find(({ figure }) => figure.n === 3)?.figure.value).toBe(0);
    expect(summary.figures['worst_group'].value).toBe(1);
  });

  it('a picture without a known object takes no part; too few pictures are no groups', async () => {
    const some = toyPictures({ count: 48, classes: 2, annotated: (i) => i < 40 });
    const { summary } = await measuredToy(groupsPart, toySubject(toyModel(readsObject, 2), some, { settings }));
    expect(summary.perPicture.ids).toHaveLength(40);
    expect(summary.notes[0]).toMatch(/^8 of 48 pictures take no part/);
    const few = toySubject(toyModel(readsObject, 2), toyPictures({ count: 9, classes: 2 }), { settings });
    await expect(prepared(groupsPart, few)).rejects.toThrow(/at least 5 pictures/);
    const plain = toySubject(toyModel(readsObject, 2), toyPictures({ count: 9, annotation: 'none' }), { settings });
    await expect(prepared(groupsPart, plain)).rejects.toThrow(/second/);
  });
});
