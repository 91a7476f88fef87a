/** Real picture files for tests, written with sharp into temporary folders. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export async function temporaryFolder(): Promise<{ readonly path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'steadygaze-data-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A picture unlike any of another seed: a coarse grid of random colours, enlarged smoothly. */
export function patchwork(seed: number, width = 32, height = 32): Sharp {
  const generator = xoroshiro128plus(seed);
  const cells = Uint8Array.from({ length: 6 * 6 * 3 }, () => uniformInt(generator, 0, 255));
  return sharp(cells, { raw: { width: 6, height: 6, channels: 3 } }).resize(width, height, { fit: 'fill' });
}

export const patchworkJpeg = (seed: number, width?: number, height?: number): Promise<Buffer> =>
  patchwork(seed, width, height).jpeg({ quality: 90 }).toBuffer();

/** Writes files below `root`, making the folders they need. */
export async function writeFiles(root: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

/** `counts[class]` different pictures in a folder per class. */
export async function writeClasses(root: string, counts: Readonly<Record<string, number>>): Promise<void> {
  let seed = 1;
  for (const [name, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) await writeFiles(root, { [`${name}/${i}.jpg`]: await patchworkJpeg(seed++) });
  }
}
