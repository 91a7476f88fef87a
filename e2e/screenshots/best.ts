/** The few pictures that the documentation shows. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { fileOf, type THEMES } from './camera.ts';

interface Best {
  readonly state: string;
  readonly theme: (typeof THEMES)[number];
  /** In the documentation's folder. */
  readonly file: string;
}

export const BEST: readonly Best[] = [
  { state: 'start-first', theme: 'light', file: 'start-light.png' },
  { state: 'sample-data', theme: 'light', file: 'data-light.png' },
  { state: 'train-live', theme: 'dark', file: 'train-dark.png' },
  { state: 'inspect-grid', theme: 'light', file: 'inspect-light.png' },
  { state: 'picture-attacked', theme: 'dark', file: 'sample-dark.png' },
  { state: 'compare-top', theme: 'light', file: 'compare-light.png' },
  { state: 'report', theme: 'light', file: 'report-light.png' },
];

/** Everyone who clones the project fetches them. Bytes. */
const MOST = 250_000;

/** Copies them with a palette of at most 256 colours, or fewer where that is still too large. */
export async function storeBest(best: readonly Best[], from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const { state, theme, file } of best) {
    const target = join(to, file);
    for (const colours of [256, 128, 64]) {
      await sharp(join(from, fileOf(state, theme, 1280)))
        .png({ palette: true, colours, effort: 10, compressionLevel: 9 })
        .toFile(target);
      if ((await stat(target)).size < MOST) break;
    }
    console.log(`${target}: ${String(Math.round((await stat(target)).size / 1000))} kB`);
  }
}
