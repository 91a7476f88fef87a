import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineId } from '../compute/engine.ts';
import { installedEngines } from '../compute/installed.ts';
import { RunSettings } from '../contract/settings.ts';
import type { RunSettingsInput } from '../contract/settings.ts';
import { readRun } from '../workspace/run.ts';
import { nodeHost } from './compute-host.ts';
import { listen, newStudy, trainRequest } from './job.fixture.ts';
import { measurePlans } from './measure-plans.ts';
import { temporaryFolder, TINY, writeShapes } from './tiny-study.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  await writeShapes(data, 60);
});
afterAll(() => root.remove());

const plan = (input: RunSettingsInput) => v.parse(RunSettings, input);

describe('an estimate', () => {
  it('grows with the work, is shared by equal networks, and says what does not fit', async () => {
    const study = await newStudy(root.path, data, 'plans');
    const more = { ...TINY.training, warmupEpochs: 200 };
    const large = { ...TINY, network: { ...TINY.network, width: 256, size: 512 }, assessBatch: 512 };
    const { engine, estimates } = await measurePlans(study, 'wasm', [
      plan(TINY),
      plan({ ...TINY, seed: 3, training: more }),
      plan({ ...large, training: { ...TINY.training, batchSize: 512 } }),
    ]);
    expect(engine.id).toBe('wasm');
    const [tiny, longer, huge] = estimates;
    expect(tiny.seconds).toBeGreaterThan(0);
    expect(longer.trainingImagesPerSecond).toBe(tiny.trainingImagesPerSecond);
    expect(longer.assessmentImagesPerSecond).toBe(tiny.assessmentImagesPerSecond);
    // Of the same pictures at the same rate: 200 + 2 epochs instead of 2 + 2. Nothing else is more work.
    expect(longer.parts.training / tiny.parts.training).toBeCloseTo(202 / 4, 6);
    expect(longer.seconds - tiny.seconds).toBeCloseTo(longer.parts.training - tiny.parts.training, 6);
    expect(huge).toMatchObject({ seconds: 0, problem: { code: 'out-of-memory' } });
  });

  it('stops on request', async () => {
    const study = await newStudy(root.path, data, 'stopped');
    const stop = new AbortController();
    // As soon as there is a process.
    const host = {
      start: (engine: EngineId) => {
        queueMicrotask(() => stop.abort());
        return nodeHost.start(engine);
      },
    };
    const measuring = measurePlans(study, 'wasm', [plan(TINY)], { signal: stop.signal, job: { host } });
    await expect(measuring).rejects.toMatchObject({ code: 'cancelled' });
  });

  const [engine] = installedEngines().filter((id) => id === 'native');
  // How long either takes goes by what else the machine does: what is counted are the pictures.
  it.skipIf(engine === undefined)('is of the work that a run then does', async () => {
    const study = await newStudy(root.path, data, 'true');
    const settings: RunSettingsInput = {
      ...TINY,
      network: { ...TINY.network, width: 16, size: 64 },
      training: { ...TINY.training, warmupEpochs: 4, epochsPerRound: 4, batchSize: 32 },
      checkpointSeconds: 20,
      assessBatch: 32,
    };
    const [estimate] = (await measurePlans(study, engine, [plan(settings)])).estimates;
    const { job, events } = listen(trainRequest(study, engine, settings));
    expect(await job.outcome).toMatchObject({ kind: 'finished' });
    const { rounds, eps } = await readRun(study, '001-consistency-s0');
    const epochs = events.filter(({ type }) => type === 'epoch').length;
    const [{ samples: pictures }] = rounds;
    expect([epochs, rounds.length, eps === null]).toEqual([8, 2, false]);
    const { parts, trainingImagesPerSecond, assessmentImagesPerSecond } = estimate;
    expect(parts.training * trainingImagesPerSecond).toBeCloseTo(epochs * pictures, 3);
    // Two assessments, the search for eps with 16 pictures, and the hardest ones once more.
    const assessed = parts.assessment * assessmentImagesPerSecond;
    expect(assessed).toBeGreaterThan(2 * pictures);
    expect(assessed).toBeLessThan(3 * pictures);
    for (const part of ['start', 'decode', 'evaluation'] as const) expect(parts[part], part).toBeGreaterThan(0);
  });
});
