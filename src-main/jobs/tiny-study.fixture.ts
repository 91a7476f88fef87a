/** A data set of seconds: three shapes over noise, with masks, and settings that train on it in a moment. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { RunSettingsInput } from '../contract/settings.ts';
import { hashSeed, Random } from '../numeric/random.ts';

export const SHAPES = ['bar', 'disc', 'frame'] as const;
const SIDE = 32;

export async function temporaryFolder(): Promise<{ readonly path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'steadygaze-job-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

function isInside(shape: (typeof SHAPES)[number], x: number, y: number): boolean {
  const [dx, dy] = [Math.abs(x), Math.abs(y)];
  if (shape === 'bar') return dx <= 3 && dy <= 9;
  if (shape === 'disc') return x * x + y * y <= 49;
  return Math.max(dx, dy) <= 8 && Math.max(dx, dy) >= 5;
}

/** `count` pictures a class below `root`, with masks beside them. */
export async function writeShapes(root: string, count = 20, shapes: readonly (typeof SHAPES)[number][] = SHAPES) {
  for (const shape of shapes) {
    for (let i = 0; i < count; i++) {
      const random = new Random(hashSeed('shape', shape, i));
      const [cx, cy] = [10 + random.integer(12), 10 + random.integer(12)];
      const pixels = new Uint8Array(SIDE * SIDE * 3);
      const mask = new Uint8Array(SIDE * SIDE);
      for (let p = 0; p < SIDE * SIDE; p++) {
        const inside = isInside(shape, (p % SIDE) - cx, Math.floor(p / SIDE) - cy);
        if (inside) mask[p] = 255;
        for (let c = 0; c < 3; c++) pixels[3 * p + c] = (inside ? 170 : 60) + random.integer(70);
      }
      await writePng(join(root, shape, `${i}.png`), pixels, 3);
      await writePng(join(root, 'masks', shape, `${i}.png`), mask, 1);
    }
  }
}

async function writePng(path: string, data: Uint8Array, channels: 1 | 3): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    path,
    await sharp(data, { raw: { width: SIDE, height: SIDE, channels } })
      .png()
      .toBuffer(),
  );
}

/** Every step of the method, as small as it can be. A checkpoint at every batch. */
export const TINY: RunSettingsInput = {
  network: { architecture: 'resnet10', width: 4, stem: 'half', size: 32 },
  training: { warmupEpochs: 2, rounds: 1, epochsPerRound: 2, batchSize: 8, learningRate: 0.05 },
  method: { steps: 3, autoProbe: 16 },
  assessBatch: 8,
  checkpointSeconds: 0,
};

/** {@link TINY} as the command line takes it. */
export const TINY_ARGUMENTS: readonly string[] = flatten(TINY).flatMap((assignment) => ['--set', assignment]);

function flatten(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${prefix}=${String(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix === '' ? key : `${prefix}.${key}`));
}
