/**
 * Builds the sample study from Fashion-MNIST, always to the same bytes:
 *
 *     node resources/sample-source/build.ts [FOLDER_OF_IDX_FILES] [--out FOLDER]
 *
 * FOLDER_OF_IDX_FILES holds the four published `*-ubyte.gz` files; without it, the environment variable
 * FASHION_MNIST is used, then the place where Debian's package `dataset-fashion-mnist` puts them.
 * `train/`, `val/`, `test/` and `masks/` in the output folder are replaced; other files there are kept.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { chanceOf } from './chance.ts';
import { readFashion, SIDE, type FashionSet } from './fashion-mnist.ts';
import { cutOut, type Garment } from './garment.ts';
import { paint, type Painting } from './painter.ts';
import { RECIPE, type Recipe } from './recipe.ts';
import { drawScene, SCENES, type SceneName } from './scenes.ts';

const SPLITS = ['train', 'val', 'test'] as const;
type Split = (typeof SPLITS)[number];

/**
 * Writes the study into `out`: all of it, or only the pictures whose id (`train/bag/0001`) is `wanted`. Each picture
 * has its own random numbers, so that it is the same either way. Returns the number of pictures written.
 */
export async function buildSample(
  source: string,
  out: string,
  recipe: Recipe = RECIPE,
  wanted: (id: string) => boolean = () => true,
): Promise<number> {
  const published = { train: readFashion(source, 'train'), t10k: readFashion(source, 't10k') };
  for (const folder of [...SPLITS, 'masks']) rmSync(join(out, folder), { recursive: true, force: true });
  let pictures = 0;
  for (const { name, fashionLabel, scene } of recipe.classes) {
    // Our test split is cut from theirs; our train and val share theirs, without a photograph in common.
    const seen = chooseGarments(
      published.train,
      fashionLabel,
      recipe.perClass.train + recipe.perClass.val,
      recipe.seed,
    );
    const unseen = chooseGarments(published.t10k, fashionLabel, recipe.perClass.test, recipe.seed);
    const garments = {
      train: seen.slice(0, recipe.perClass.train),
      val: seen.slice(recipe.perClass.train),
      test: unseen,
    };
    for (const split of SPLITS) {
      const scenes = sceneList(recipe, split, scene);
      const order = chanceOf(`${recipe.seed}/${split}/${name}/order`).shuffled(scenes);
      for (const [index, garment] of garments[split].entries()) {
        const id = `${split}/${name}/${String(index + 1).padStart(4, '0')}`;
        if (!wanted(id)) continue;
        const chance = chanceOf(`${recipe.seed}/${id}`);
        await write(paint(garment, drawScene(order[index] ?? scene, chance), chance, recipe), out, id, recipe);
        pictures++;
      }
    }
  }
  return pictures;
}

/** The picture as JPEG without colour subsampling, its mask as PNG with one bit a pixel. */
async function write(painting: Painting, out: string, id: string, { size, jpegQuality }: Recipe): Promise<void> {
  const picture = sharp(painting.pixels, { raw: { width: size, height: size, channels: 3 } });
  const mask = sharp(painting.mask, { raw: { width: size, height: size, channels: 1 } });
  const jpeg = { quality: jpegQuality, chromaSubsampling: '4:4:4', mozjpeg: true };
  save(join(out, `${id}.jpg`), await picture.jpeg(jpeg).toBuffer());
  save(join(out, 'masks', `${id}.png`), await mask.png({ palette: true, colours: 2, compressionLevel: 9 }).toBuffer());
}

/** Scenes of one class's pictures in one split: its own in the agreed share, the others in equal numbers. */
export function sceneList(recipe: Recipe, split: Split, own: SceneName): SceneName[] {
  const count = recipe.perClass[split];
  const others = (Object.keys(SCENES) as SceneName[]).filter((name) => name !== own);
  const agreeing = Math.round(count * recipe.agreement[split]);
  return Array.from({ length: count }, (_, index) =>
    index < agreeing ? own : (others[(index - agreeing) % others.length] ?? own),
  );
}

/** The first `count` photographs of a class, in seeded order, that can be cut out cleanly. */
function chooseGarments(set: FashionSet, label: number, count: number, seed: number): Garment[] {
  const ofClass = Array.from(set.labels.keys()).filter((index) => set.labels[index] === label);
  const chosen: Garment[] = [];
  for (const index of chanceOf(`${seed}/garments/${label}/${set.labels.length}`).shuffled(ofClass)) {
    if (chosen.length === count) break;
    const garment = cutOut(set.pixels.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE));
    if (garment !== null) chosen.push(garment);
  }
  if (chosen.length < count)
    throw new Error(`Only ${chosen.length} of ${count} photographs of class ${label} are usable.`);
  return chosen;
}

function save(file: string, bytes: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

/** Where the published files are, or null. See the top of this file. */
export function findFashion(given?: string): string | null {
  const named = given ?? process.env['FASHION_MNIST'];
  if (named !== undefined && named !== '') return named;
  try {
    const files = execFileSync('dpkg', ['-L', 'dataset-fashion-mnist'], { encoding: 'utf8', stdio: 'pipe' }).split(
      '\n',
    );
    const images = files.find((file) => file.endsWith('train-images-idx3-ubyte.gz'));
    return images === undefined ? null : dirname(images);
  } catch {
    return null; // Not a Debian system, or the package is not installed.
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
  const source = findFashion(positionals[0]);
  if (source === null) {
    console.error(
      'Fashion-MNIST was not found. Install the Debian package dataset-fashion-mnist, or name the folder of its IDX files.',
    );
    process.exit(1);
  }
  const out = values.out ?? join(import.meta.dirname, '..', 'sample');
  console.log(`${await buildSample(source, out)} pictures written to ${out}`);
}
