import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FloatArray } from '../networks/safetensors.ts';
import { studyWeightsFile } from './study-layout.ts';
import { describeKeptWeights, keepWeights, listKeptWeights, readKeptWeights } from './study-weights.ts';
import { hintsOf, metadataOf } from './weights-description.ts';
import type { StudyWeightsDescription } from './weights-description.ts';

const DESCRIPTION: StudyWeightsDescription = {
  ...{ architecture: 'vgg16', width: 64, stem: 'imagenet', lastStride: 2, head: 'torchvision', size: 224 },
  ...{ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], outputs: 2, classes: ['cat', 'dog, or wolf'] },
  ...{ name: 'vgg16.pth', licence: 'BSD-3-Clause', sentences: ['All weights are there.'] },
};

const weights = (first: number): ReadonlyMap<string, FloatArray> =>
  new Map([
    ['b', { shape: [1], data: Float32Array.of(2) }],
    ['a', { shape: [2, 1], data: Float32Array.of(first, 1) }],
  ]);

let study: string;
beforeAll(async () => (study = await mkdtemp(join(tmpdir(), 'steadygaze-weights-'))));
afterAll(() => rm(study, { recursive: true }));

describe('weights that a study keeps', () => {
  it('have one name for the same numbers, and come back with what is said of them', async () => {
    expect(await listKeptWeights(study)).toEqual([]);
    const kept = await keepWeights(study, weights(1), DESCRIPTION);
    expect(kept.id).toMatch(/^[0-9a-f]{16}$/);
    expect(await readKeptWeights(study, kept.id)).toEqual({ weights: weights(1), description: DESCRIPTION });
    expect(await describeKeptWeights(study, kept.id)).toEqual(kept);
    const renamed = { ...DESCRIPTION, name: 'another.pth' };
    expect(await keepWeights(study, new Map([...weights(1)].reverse()), renamed, false)).toEqual(kept);
    expect((await keepWeights(study, weights(1), renamed)).id).toBe(kept.id);
    const other = await keepWeights(study, weights(-1), DESCRIPTION);
    expect((await listKeptWeights(study)).map(({ id }) => id)).toEqual([kept.id, other.id]);
  });

  it('are refused in a sentence where they are gone, damaged, or no finite numbers', async () => {
    await expect(keepWeights(study, weights(Infinity), DESCRIPTION)).rejects.toThrow('a holds a value that is not');
    const { id } = await keepWeights(study, weights(7), DESCRIPTION);
    const path = studyWeightsFile(study, id);
    const bytes = await readFile(path);
    bytes[bytes.length - 2] ^= 1;
    await writeFile(path, bytes);
    await expect(readKeptWeights(study, id)).rejects.toThrow('The weights that the study keeps are damaged');
    await writeFile(path, bytes.subarray(0, 40));
    await expect(readKeptWeights(study, id)).rejects.toMatchObject({ code: 'weights-invalid' });
    expect((await listKeptWeights(study)).map((kept) => kept.id)).not.toContain(id);
    for (const gone of ['0000000000000000', '../../study']) {
      await expect(readKeptWeights(study, gone)).rejects.toMatchObject({ code: 'not-found' });
    }
  });
});

describe('what a file says of itself', () => {
  it('is believed as far as it makes sense', () => {
    const { outputs, sentences, ...known } = DESCRIPTION;
    expect(hintsOf(metadataOf(DESCRIPTION))).toEqual(known);
    expect([outputs, sentences.length]).toEqual([2, 1]);
    const lies = { architecture: 'alexnet', mean: '[1,2]', std: 'none', size: '-3', classes: '["a"]', width: '1e99x' };
    expect(hintsOf(lies)).toEqual({ classes: ['a'] });
  });
});
