import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveSettings } from '../settings.ts';
import { kindOfWork } from '../tuning/kind-of-work.ts';
import { MachineMemory } from '../tuning/machine-memory.ts';
import { STUDY, testApplication } from './application.fixture.ts';
import type { TestApplication } from './application.fixture.ts';

let test: TestApplication;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-tune-'));
  vi.stubEnv('STEADYGAZE_MACHINE', folder);
  test = await testApplication();
  await test.call('study.open', { folder: STUDY });
});
afterEach(async () => {
  await test.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const ask = (measure: 'never' | 'unless-known' | 'again', engine: 'auto' | 'wasm' = 'auto') =>
  test.call('train.tune', { engine, preset: 'quick', settings: {}, measure, task: 'tuning' });
const estimate = () =>
  test.call('train.measure', { engine: 'auto', presets: ['quick'], settings: {}, task: 'measuring' });

/** What the stand-in of the library plans for every preset. */
const SETTINGS = resolveSettings({ training: { rounds: 1 } }, []);

describe('what is fastest here', () => {
  it('is measured where it is not known and an engine is to be chosen, or where somebody asks for it', async () => {
    expect(await ask('never')).toBeNull();
    expect(await ask('unless-known', 'wasm')).toBeNull();
    expect(test.work.tuned).toBe(0);
    // Training 1 / 0.01 pictures a second; a picture of an assessment takes 2 + 2 * 10 passes of 0.001 s.
    const found = await ask('unless-known');
    expect(found).toMatchObject({ engine: 'native', threads: 2, assessBatch: 32, trainingImagesPerSecond: 100 });
    expect(found?.assessmentImagesPerSecond).toBeCloseTo(1 / 0.022, 6);
    await ask('again', 'wasm');
    expect(test.work.tuned).toBe(2);
  });

  it('is not measured unasked where nothing is remembered', async () => {
    vi.stubEnv('STEADYGAZE_MACHINE', '');
    expect(await ask('unless-known')).toBeNull();
    expect(test.work.tuned).toBe(0);
  });
});

describe('the estimate', () => {
  it('is corrected by what a run of the same work really took', async () => {
    const before = await estimate();
    // 61 s of training, 30 s of assessment and 10 s of evaluation, as the stand-in says.
    expect(before.estimates[0]?.secondsPerRun).toBe(101);
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    const launched = test.work.next();
    await test.call('train.launch', {
      ...{ preset: 'quick', arms: ['plain'], seeds: [7], engine: 'auto', settings: {} },
      ...{ applyCorrections: false, estimate: null },
    });
    const run = await launched;
    const progress = { type: 'progress', run: '001-plain-s7', phase: 'train', round: 0, epoch: 0 } as const;
    const more = { overall: 0, secondsLeft: null, imagesPerSecond: 0, loss: null, memory: 0 };
    now.mockReturnValue(5_000);
    // 20 pictures in 4 seconds, where 10 a second were expected.
    run.say({ ...progress, ...more, done: 20, total: 20 });
    vi.restoreAllMocks();
    run.end({ run: '001-plain-s7', stopped: false });
    await test.launchUntil(({ status }) => status === 'finished');
    const after = await estimate();
    expect(test.work.measured).toBe(1);
    // The geometric mean of 1 and 2.
    expect(after.estimates[0]?.secondsPerRun).toBeCloseTo(61 * Math.SQRT2 + 40, 0);
    expect((await MachineMemory.open()).correction('wasm').training).toBeCloseTo(Math.SQRT2, 2);
  });

  it('is of the batch that was found to be fastest, unless somebody chose one', async () => {
    const rates = { training: 0.01, assessment: 0.001, seconds: 1 };
    const choice = { engine: 'wasm', description: '', threads: null, assessBatch: 16, ...rates } as const;
    await (await MachineMemory.open()).keepTuning({ kind: kindOfWork(SETTINGS), measured: '', choice, engines: [] });
    const launched = async (settings: Record<string, number>) => {
      const next = test.work.next();
      await test.call('train.launch', {
        ...{ preset: 'quick', arms: ['plain'], seeds: [0], engine: 'auto', settings },
        ...{ applyCorrections: false, estimate: null },
      });
      const run = await next;
      run.end({ run: '001-plain-s0', stopped: false });
      await test.launchUntil(({ status }) => status === 'finished');
      return run.plan.how.kind === 'train' ? run.plan.how.settings.assessBatch : null;
    };
    expect(await launched({})).toBe(16);
    expect(await launched({ assessBatch: 24 })).toBe(24);
  });
});
