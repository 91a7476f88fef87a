import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPerPicture, writePerPicture } from './per-picture-table.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'per-picture-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('gives back the columns, what was not measured included', async () => {
  const column = (...values: number[]) => Float32Array.from(values);
  const figures = {
    correct: column(1, 0),
    mixedSame: column(NaN, 1),
    mixedRand: column(NaN, 0),
    maxboxacc: column(1, 0),
    maxboxaccV2: column(1 / 3, 0),
    iou: column(0.25, 0.75),
    pointing: column(0, NaN),
    energy: column(0.5, NaN),
  };
  await writePerPicture(folder, ['a.png', 'ä/b.png'], figures);
  expect(await readPerPicture(folder)).toEqual(figures);
  await expect(readPerPicture(join(folder, 'elsewhere'))).rejects.toMatchObject({ code: 'not-found' });
});
