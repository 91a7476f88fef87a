import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  describePublished,
  publishedFile,
  recognisePublished,
  takePublished,
  weightsFolder,
} from './published-files.ts';
import { CONTENT, weightsAt } from './weights-server.fixture.ts';

describe('downloaded files', () => {
  let folder: string;
  const list = [weightsAt('https://publisher.example/')];
  const [weights] = list;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'steadygaze-published-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('lie where the environment says, else where the system wants them', () => {
    expect(weightsFolder({ STEADYGAZE_WEIGHTS: '/somewhere' })).toBe('/somewhere');
    expect(weightsFolder({ STEADYGAZE_WEIGHTS: 'relative' })).toMatch(/weights$/);
  });

  it('are described with what is here: nothing, a part, all', async () => {
    const here = async () => (await describePublished(folder, null, list)).map((each) => [each.here, each.bytes]);
    expect(await here()).toEqual([[0, 300_000]]);
    await writeFile(join(folder, 'tiny.pth.part'), CONTENT.subarray(0, 10));
    expect(await here()).toEqual([[10, 300_000]]);
    await writeFile(join(folder, 'tiny.pth.part'), CONTENT);
    expect(await here()).toEqual([[299_999, 300_000]]);
    await writeFile(join(folder, 'tiny.pth'), CONTENT);
    expect(await here()).toEqual([[300_000, 300_000]]);
  });

  it('are given out only when they are what was downloaded', async () => {
    await expect(publishedFile('other', folder, list)).rejects.toThrow('There are no published weights "other" here.');
    await expect(publishedFile('tiny-imagenet', folder, list)).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('https://publisher.example/tiny.pth on another computer') as string,
    });
    await writeFile(join(folder, 'tiny.pth'), CONTENT);
    expect(await publishedFile('tiny-imagenet', folder, list)).toEqual({ path: join(folder, 'tiny.pth'), weights });
    await writeFile(join(folder, 'tiny.pth'), CONTENT.toReversed());
    await expect(publishedFile('tiny-imagenet', folder, list)).rejects.toThrow('is not what it was');
  });

  it('from elsewhere are known by their content, and can be taken for downloaded ones', async () => {
    const from = join(folder, 'my copy.bin');
    await writeFile(from, CONTENT.toReversed());
    expect(await recognisePublished(from, list)).toBeNull();
    await expect(takePublished(weights, from, join(folder, 'w'))).rejects.toThrow('its SHA-256 or its size is another');
    expect(await readdir(join(folder, 'w'))).toEqual([]);
    await writeFile(from, CONTENT);
    expect(await recognisePublished(from, list)).toBe(weights);
    expect(await takePublished(weights, from, join(folder, 'w'))).toBe(join(folder, 'w', 'tiny.pth'));
    expect(await readFile(join(folder, 'w', 'tiny.pth'))).toEqual(Buffer.from(CONTENT));
    expect(await readdir(join(folder, 'w'))).toEqual(['tiny.pth']);
  });
});
