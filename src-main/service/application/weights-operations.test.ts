import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveSettings } from '../settings.ts';
import { STUDY, testApplication } from './application.fixture.ts';
import type { TestApplication } from './application.fixture.ts';

const ID = '0123456789abcdef';

let test: TestApplication;
beforeEach(async () => {
  test = await testApplication();
  await test.call('study.open', { folder: STUDY });
});
afterEach(() => test.close());

describe('a network that was trained elsewhere', () => {
  it('is measured in a run of its own, like any other run', async () => {
    const begun = test.work.next();
    await test.call('train.bring', { weights: ID, classes: [1, 0], engine: 'wasm' });
    const { plan, end } = await begun;
    expect(plan).toMatchObject({ arm: 'given', seed: 0, weight: 1 });
    expect(plan.how).toEqual({
      ...{ kind: 'train', preset: null, engine: 'wasm', corrections: [] },
      settings: resolveSettings({ arm: 'given' }, [`start.weights=${ID}`]),
    });
    expect(test.library.calls).toContain(`planGiven ${STUDY} ${ID} [1,0]`);
    expect(test.app.state.launch).toMatchObject({ preset: null, estimate: null });
    await expect(test.call('train.bring', { weights: ID, classes: null, engine: 'wasm' })).rejects.toMatchObject({
      code: 'busy',
    });
    end({ run: '001-given-s0', stopped: false });
    await test.launchUntil(({ status }) => status === 'finished');
  });

  it('is named by the id of weights, and by nothing else', async () => {
    const strange = { weights: '../../etc/passwd', classes: null, engine: 'wasm' } as const;
    await expect(test.call('train.bring', strange)).rejects.toMatchObject({ code: 'bad-argument' });
  });
});

describe('a file of weights', () => {
  it('is chosen among the files of a folder', async () => {
    const folder = join(test.folder, 'files');
    await mkdir(folder);
    for (const name of ['b.PTH', 'a.safetensors', 'notes.txt', 'data.csv']) await writeFile(join(folder, name), '');
    const { weights, files } = await test.call('folders.list', { path: folder });
    expect(weights.map(({ name }) => name)).toEqual(['a.safetensors', 'b.PTH']);
    expect(files.map(({ name }) => name)).toEqual(['data.csv']);
  });

  it('is named by its whole path', async () => {
    await expect(test.call('weights.inspectFile', { path: 'weights.pth', task: 't' })).rejects.toMatchObject({
      code: 'bad-argument',
    });
  });
});
