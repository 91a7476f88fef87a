/** The sample study is what its recipe says, and the recipe rebuilds it to the byte. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { buildSample, findFashion, sceneList } from './build.ts';
import { RECIPE } from './recipe.ts';
import { SCENES } from './scenes.ts';

const SAMPLE = join(import.meta.dirname, '..', 'sample');
const FOLDERS = ['train', 'val', 'test', 'masks'];
const source = findFashion();
const available = source !== null && existsSync(join(source, 'train-images-idx3-ubyte.gz'));
const scratch = mkdtempSync(join(tmpdir(), 'sample-study-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function filesBelow(root: string): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
    .filter((file) => statSync(join(root, file)).isFile())
    .sort();
}

describe('the sample study', () => {
  it('has every picture and every mask of the recipe, in at most 8 MB', () => {
    const files = filesBelow(SAMPLE);
    const expected = RECIPE.classes.flatMap(({ name }) =>
      (['train', 'val', 'test'] as const).flatMap((split) =>
        Array.from({ length: RECIPE.perClass[split] }, (_, index) => {
          const id = `${split}/${name}/${String(index + 1).padStart(4, '0')}`;
          return [`${id}.jpg`, `masks/${id}.png`];
        }),
      ),
    );
    expect(files).toEqual(expected.flat().sort());
    expect(files.reduce((bytes, file) => bytes + statSync(join(SAMPLE, file)).size, 0)).toBeLessThan(8_000_000);
  });

  it('has square pictures, and masks that are black and white and show an object of sensible size', async () => {
    for (const { name } of RECIPE.classes) {
      for (const split of ['train', 'val', 'test']) {
        const picture = await sharp(join(SAMPLE, split, name, '0001.jpg')).metadata();
        expect([picture.width, picture.height]).toEqual([RECIPE.size, RECIPE.size]);
        const mask = await sharp(join(SAMPLE, 'masks', split, name, '0001.png'))
          .greyscale()
          .raw()
          .toBuffer();
        expect(mask.length).toBe(RECIPE.size ** 2);
        const share = mask.reduce((sum, value) => sum + value, 0) / 255 / mask.length;
        expect(mask.every((value) => value === 0 || value === 255)).toBe(true);
        expect(share).toBeGreaterThan(0.03);
        expect(share).toBeLessThan(0.8);
      }
    }
  });

  it.each(RECIPE.classes)(
    '$name: agrees with its scene more often in training than elsewhere, and with the others evenly',
    (sampleClass) => {
      const counts = (split: 'train' | 'val' | 'test') => {
        const scenes = sceneList(RECIPE, split, sampleClass.scene);
        expect(scenes).toHaveLength(RECIPE.perClass[split]);
        return new Map(Object.keys(SCENES).map((name) => [name, scenes.filter((scene) => scene === name).length]));
      };
      for (const split of ['train', 'val', 'test'] as const) {
        const own = counts(split).get(sampleClass.scene) ?? 0;
        expect(own).toBe(Math.round(RECIPE.agreement[split] * RECIPE.perClass[split]));
        const others = [...counts(split)].filter(([name]) => name !== sampleClass.scene).map(([, count]) => count);
        expect(Math.max(...others) - Math.min(...others)).toBeLessThanOrEqual(1);
      }
      expect(RECIPE.agreement.train).toBeGreaterThan(RECIPE.agreement.test);
    },
  );
});

describe.skipIf(!available)('rebuilding (needs Fashion-MNIST: Debian package dataset-fashion-mnist)', () => {
  // Every 16th picture of a folder: each has its own random numbers, and all of them would take a minute.
  it('gives the same bytes', async () => {
    const written = await buildSample(source ?? '', scratch, RECIPE, (id) => Number(id.slice(-4)) % 16 === 1);
    const files = filesBelow(scratch);
    expect(files).toHaveLength(2 * written);
    expect(written).toBeGreaterThan(100);
    const digest = (root: string, file: string) =>
      createHash('sha256')
        .update(readFileSync(join(root, file)))
        .digest('hex');
    for (const file of files) expect(digest(scratch, file), file).toBe(digest(SAMPLE, file));
  });
});
