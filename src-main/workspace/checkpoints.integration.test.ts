import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  decodeSnapshot,
  encodeSnapshot,
  loadNewestSnapshot,
  removeCheckpoints,
  saveSnapshot,
  settingsHash,
} from './checkpoints.ts';
import { exampleSnapshot, settings } from './records.fixture.ts';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'steadygaze-checkpoints-'));
});
afterEach(() => rm(run, { recursive: true, force: true }));

const folder = () => join(run, 'checkpoints');

describe('checkpoints', () => {
  it('come back to the bit, the newest first, and only the newest three are kept', async () => {
    expect(await loadNewestSnapshot(run, settings)).toBeNull();
    const diverged = exampleSnapshot(1);
    const position = { ...diverged.position, lossSum: NaN };
    await expect(saveSnapshot(run, { ...diverged, position }, settings)).rejects.toMatchObject({ code: 'internal' });
    expect(await loadNewestSnapshot(run, settings)).toBeNull();
    for (let step = 1; step <= 5; step++) await saveSnapshot(run, exampleSnapshot(step), settings);
    expect(await loadNewestSnapshot(run, settings)).toEqual({ snapshot: exampleSnapshot(5), warnings: [] });
    expect((await readdir(folder())).sort()).toEqual(['000003', '000004', '000005'].map((n) => `${n}.safetensors`));
    await removeCheckpoints(run);
    expect(await loadNewestSnapshot(run, settings)).toBeNull();
  });

  it('keep the moment of the call, whatever is trained meanwhile', async () => {
    const snapshot = exampleSnapshot(1);
    const saving = saveSnapshot(run, snapshot, settings);
    snapshot.weights.get('fc.bias')?.data.fill(99);
    await saving;
    expect((await loadNewestSnapshot(run, settings))?.snapshot).toEqual(exampleSnapshot(1));
  });

  it('fall back past damaged ones with a warning each, also after the next save', async () => {
    for (const step of [1, 2, 3]) await saveSnapshot(run, exampleSnapshot(step), settings);
    const newest = join(folder(), '000003.safetensors');
    const bytes = await readFile(newest);
    bytes[bytes.length - 5] ^= 1;
    await writeFile(newest, bytes);
    const found = await loadNewestSnapshot(run, settings);
    expect(found?.snapshot.position.step).toBe(2);
    expect(found?.warnings).toEqual([expect.stringContaining('000003.safetensors was passed over: it is damaged')]);
    await saveSnapshot(run, exampleSnapshot(4), settings);
    await writeFile(join(folder(), '000004.safetensors'), bytes.subarray(0, 900));
    expect((await loadNewestSnapshot(run, settings))?.snapshot.position.step).toBe(2);
    await writeFile(join(folder(), '000002.safetensors'), '');
    await expect(loadNewestSnapshot(run, settings)).rejects.toMatchObject({ code: 'checkpoint-corrupt' });
  });

  it('belong to their settings', async () => {
    await saveSnapshot(run, exampleSnapshot(1), settings);
    await expect(loadNewestSnapshot(run, { ...settings, seed: 4 })).rejects.toMatchObject({
      code: 'checkpoint-corrupt',
      details: expect.stringContaining('other settings') as unknown,
    });
    const reordered = Object.fromEntries(Object.entries(settings).toReversed()) as typeof settings;
    expect(settingsHash(reordered)).toBe(settingsHash(settings));
    // As a version would have stored them that did not know the setting yet.
    const { lastStride, ...network } = settings.network;
    expect(lastStride).toBe(2);
    expect(settingsHash({ ...settings, network } as typeof settings)).toBe(settingsHash(settings));
    const other = { ...settings, network: { ...settings.network, lastStride: 1 as const } };
    expect(settingsHash(other)).not.toBe(settingsHash(settings));
  });

  it('notice every change of a byte and every cut', () => {
    const bytes = encodeSnapshot(exampleSnapshot(1, 40), 'x');
    expect(decodeSnapshot(bytes, 'x')).toEqual(exampleSnapshot(1, 40));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(bytes.length), (at, flip, cut) => {
        const changed = bytes.slice();
        changed[at] ^= flip;
        expect(typeof decodeSnapshot(changed, 'x')).toBe('string');
        if (cut < bytes.length) expect(typeof decodeSnapshot(bytes.subarray(0, cut), 'x')).toBe('string');
      }),
      { numRuns: 300 },
    );
  });
});
