import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, writeFiles } from '../datasets/pictures/pictures.fixture.ts';
import { debiasingPart } from './debiasing-part.ts';
import { measuredToy, prepared, readsBackground, toyModel, toyPictures, toySubject } from './toy-subject.fixture.ts';

const CLASSES = ['cat', 'Dog', 'wheeled vehicle'];

/** A picture that the model takes for the given class. */
const shows = (label: number) =>
  sharp({ create: { width: 20, height: 10, channels: 3, background: { r: 20 * label, g: 20 * label, b: 20 * label } } })
    .png()
    .toBuffer();
const [CAT, DOG, CAR] = await Promise.all([0, 1, 2].map(shows));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** The subject's own pictures have neither masks nor boxes: finished variants need none. */
const subject = (batchSize = 2) =>
  toySubject(toyModel(readsBackground), toyPictures({ count: 3, annotation: 'none' }), {
    classes: CLASSES,
    batchSize,
    settings: { debiasing: { folders: folder.path } },
  });
const measured = async (batchSize?: number) => (await measuredToy(debiasingPart, subject(batchSize))).summary;

describe('finished variants', () => {
  it("as ImageNet-9 comes: VARIANT/val/NUMBER_CLASS, paired by the foreground's name", async () => {
    await writeFiles(folder.path, {
      'original/val/00_cat/n1.png': CAT,
      'original/val/01_dog/n2.png': CAT,
      'mixed_same/val/00_cat/fg_n1_bg_n7.png': CAT,
      'mixed_same/val/01_dog/fg_n2_bg_n8.png': DOG,
      'mixed_same/val/02_wheeled_vehicle/fg_n3_bg_n9.png': CAR,
      'mixed_rand/val/00_cat/fg_n1_bg_n8.png': DOG,
      'mixed_rand/val/01_dog/fg_n2_bg_n5.png': DOG,
      'mixed_rand/val/02_wheeled_vehicle/fg_n3_bg_n4.png': DOG,
      'only_bg_t/val/01_dog/n2.png': DOG,
      // Neither of a class nor a variant.
      'only_bg_t/val/readme.txt': 'about',
      'fg_mask/val/00_cat/n1.npy': 'numbers',
    });
    const { figures, details, notes, perPicture } = await measured();
    expect(perPicture.ids).toEqual(['cat/n1', 'Dog/n2', 'wheeled vehicle/n3']);
    expect(details).toEqual({
      foreground: 'folders',
      chance: 1 / 3,
      counts: { original: 2, mixed_same: 3, mixed_rand: 3, only_bg_t: 1 },
    });
    expect(figures['acc_original'].value).toBe(0.5);
    expect(figures['acc_mixed_same'].value).toBe(1);
    expect(figures['acc_mixed_rand'].value).toBeCloseTo(1 / 3, 12);
    expect(figures['bg_gap'].value).toBeCloseTo(2 / 3, 12);
    expect(figures['bg_reliance'].value).toBeCloseTo(2 / 3, 12);
    expect(figures['acc_no_fg']).toBeUndefined();
    expect([...perPicture.columns['mixed_rand']]).toEqual([0, 1, 0]);
    expect(notes).toEqual([]);
    expect(await measured(100)).toEqual(await measured(1));
  });

  it('as VARIANT/CLASS, in any case of letters; equal names pair', async () => {
    await writeFiles(folder.path, {
      'Mixed_Same/CAT/a.png': CAT,
      'Mixed_Same/dog/a.png': DOG,
      'mixed_rand/CAT/a.jpg': DOG,
      'mixed_rand/dog/a.png': DOG,
    });
    const { figures, notes, perPicture } = await measured();
    expect(perPicture.ids).toEqual(['cat/a', 'Dog/a']);
    expect(figures['bg_gap']).toMatchObject({ value: 0.5, n: 2 });
    expect(notes).toEqual([]);
  });

  it('draws the mixtures independently where no names pair, and says so', async () => {
    const files: Record<string, Uint8Array> = {};
    // Right: all 12 of mixed_same, and 4 of the 8 of mixed_rand.
    for (let i = 0; i < 12; i++) files[`mixed_same/cat/s${String(i)}.png`] = CAT;
    for (let i = 0; i < 8; i++) files[`mixed_rand/cat/r${String(i)}.png`] = i < 4 ? CAT : DOG;
    await writeFiles(folder.path, files);
    const { figures, notes } = await measured();
    expect(figures['bg_gap'].value).toBe(0.5);
    expect(figures['bg_gap'].n).toBe(20);
    // One minus the mean of eight coins: the middle 95% of 0.5 +- 1.96 * 0.5 / sqrt(8) = 0.35.
    expect(figures['bg_gap'].low).toBeGreaterThan(0.05);
    expect(figures['bg_gap'].low).toBeLessThan(0.3);
    expect(notes).toEqual([expect.stringMatching(/^None of the 12 pictures of mixed_same and the 8 of mixed_rand/)]);
  });

  it('a foreground on several backgrounds counts as often as it comes', async () => {
    await writeFiles(folder.path, {
      'mixed_same/cat/fg_n1_bg_a.png': CAT,
      'mixed_same/cat/fg_n1_bg_b.png': CAT,
      'mixed_rand/cat/fg_n1_bg_c.png': CAT,
      'mixed_rand/cat/fg_n1_bg_d.png': DOG,
    });
    const { figures, perPicture } = await measured();
    expect(perPicture.ids).toEqual(['cat/n1', 'cat/n1 (2)']);
    expect(figures['bg_gap'].value).toBe(0.5);
  });

  it('a damaged picture is left out and counted', async () => {
    await writeFiles(folder.path, {
      'original/cat/a.png': CAT,
      'original/cat/b.png': 'no picture',
      'original/dog/c.png': CAT,
    });
    const { figures, details, notes } = await measured();
    expect(figures['acc_original']).toMatchObject({ value: 0.5, n: 2 });
    expect(details.counts).toEqual({ original: 2 });
    expect(notes).toEqual(['1 of 3 pictures of original could not be read and are left out.']);
  });

  it('names the classes that the model does not know', async () => {
    await writeFiles(folder.path, {
      'original/val/00_cat/a.png': CAT,
      'original/val/03_reptile/b.png': CAT,
      'no_fg/val/04_carnivore/b.png': CAT,
    });
    await expect(prepared(debiasingPart, subject())).rejects.toMatchObject({
      code: 'data-unreadable',
      message: expect.stringMatching(/"04_carnivore", "03_reptile"|"03_reptile", "04_carnivore"/) as string,
    });
  });

  it('says what is wrong with a folder that is missing or empty', async () => {
    await expect(prepared(debiasingPart, subject())).rejects.toMatchObject({ code: 'data-empty' });
    await mkdir(join(folder.path, 'original', 'cat'), { recursive: true });
    await expect(prepared(debiasingPart, subject())).rejects.toMatchObject({
      message: expect.stringMatching(/^There is no picture/) as string,
    });
    const settings = { debiasing: { folders: join(folder.path, 'nowhere') } };
    const elsewhere = toySubject(toyModel(readsBackground), toyPictures({ count: 3 }), { classes: CLASSES, settings });
    await expect(prepared(debiasingPart, elsewhere)).rejects.toMatchObject({ code: 'not-found' });
  });
});
