import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TINY } from '../../jobs/tiny-study.fixture.ts';
import { resolveSettings } from '../settings.ts';
import { MachineMemory } from './machine-memory.ts';
import { tune } from './tune.ts';

let folder: string;
const SETTINGS = resolveSettings(TINY, []);
const WORK = { settings: SETTINGS, classes: 3, several: false, pictures: 60 };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-tune-'));
  vi.stubEnv('STEADYGAZE_MACHINE', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('tuning', () => {
  it('measures an engine at the plan’s own batch and at several of an assessment, and remembers what was best', async () => {
    const told: string[] = [];
    const { tuning, notMeasured } = await tune({ ...WORK, engines: ['wasm'], onProgress: (text) => told.push(text) });
    expect(told).toEqual(['Measuring wasm']);
    expect(notMeasured).toEqual([]);
    const [wasm] = tuning.engines;
    expect(wasm).toMatchObject({ engine: 'wasm', threads: null });
    expect(wasm?.training[0]?.batch).toBe(SETTINGS.training.batchSize);
    const fastest = Math.min(...(wasm?.assessment.map(({ seconds }) => seconds) ?? []));
    expect(fastest).toBeGreaterThan(0);
    expect(tuning.choice.assessment).toBeLessThanOrEqual(1.04 * fastest);
    expect((await MachineMemory.open()).tuningFor(SETTINGS)).toEqual(tuning);
  });

  it('stops on request, and remembers nothing', async () => {
    const stop = new AbortController();
    const tuned = tune({ ...WORK, engines: ['wasm'], signal: stop.signal, onProgress: () => stop.abort() });
    await expect(tuned).rejects.toMatchObject({ code: 'cancelled' });
    expect((await MachineMemory.open()).tunings).toEqual([]);
  });

  it('says which engine could not be measured, and why', async () => {
    const network = { ...SETTINGS.network, width: 512, size: 512 };
    const large = { ...SETTINGS, network, training: { ...SETTINGS.training, batchSize: 4096 } };
    const tuned = tune({ ...WORK, settings: large, engines: ['wasm'] });
    await expect(tuned).rejects.toMatchObject({
      code: 'engine-unavailable',
      details: expect.stringMatching(/memory/) as unknown,
    });
  });
});
