/** Batches that threads prepare, against the same batches prepared here. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataset } from '../datasets/open-data.ts';
import type { TrainingData } from '../method/data.ts';
import { loadBatches, prepareBatch } from '../method/loading.ts';
import type { TrainingPlan } from '../method/loading-plan.ts';
import { ThreadLoader } from './loader.ts';
import { StudyPixels } from './study-pixels.ts';
import { temporaryFolder, writeShapes } from './tiny-study.fixture.ts';

const SIZE = 24;

let folder: string;
let remove: () => Promise<void>;
let pixels: StudyPixels;
/** With threads. */
let data: TrainingData;
beforeEach(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  await writeShapes(join(folder, 'data'), 10);
  const dataset = await openDataset(join(folder, 'data'), { seed: 0 });
  pixels = await StudyPixels.open(dataset, SIZE, join(folder, 'cache'));
  const nothing = () => undefined;
  await pixels.fill({ control: () => Promise.resolve(), onProgress: nothing, onWarning: nothing });
  data = pixels.training();
});
afterEach(async () => {
  await pixels.close();
  await remove();
});

/** Two pictures a batch, the first batch mixed. */
const plan = (batch: number): TrainingPlan => ({
  augmentation: { flip: true, crop: 0.25, jitter: 0.4 },
  seeds: [100 + batch, 200 + batch],
  mixing:
    batch > 0
      ? null
      : {
          maps: {
            maps: { values: Float32Array.of(1, 0, 0, 0, 0, 0, 0.2, 1), count: 2, height: 2, width: 2 },
            pairs: null,
          },
          background: { threshold: 'mean', thresholdValue: 0 },
          share: 1,
          seed: 3,
        },
});
const batches = [
  Int32Array.of(3, 0),
  Int32Array.of(1, 7),
  Int32Array.of(7, 2),
  Int32Array.of(5, 4),
  Int32Array.of(6, 8),
];

describe('batches of threads', () => {
  test.each([1, 2])('are those of the same plan here, in their order, with %i threads', async (threads) => {
    const samples = pixels.samplesOf('train');
    const loader = new ThreadLoader({ samples, folder: join(folder, 'cache'), data, threads });
    const seen: number[] = [];
    for await (const { number, indices, values } of loadBatches({ ...data, loader }, batches, plan)) {
      seen.push(number);
      const expected = await prepareBatch(data, batches[number], plan(number));
      expect(indices).toEqual(batches[number]);
      expect(Buffer.from(values.buffer, values.byteOffset, values.byteLength)).toEqual(Buffer.from(expected.buffer));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    await loader.close();
  });

  test('are ready without waiting once the engine has worked for a while', async () => {
    /** Which batches came without a turn of the event loop, where the engine works for so many milliseconds a batch. */
    const atOnce = async (milliseconds: number): Promise<number[]> => {
      const ready: number[] = [];
      let turns = 0;
      let before = 0;
      const count = setInterval(() => turns++, 0);
      for await (const { number } of loadBatches(data, batches, plan)) {
        if (turns === before) ready.push(number);
        // The engine holds this thread up: no event is heard.
        const end = performance.now() + milliseconds;
        while (performance.now() < end);
        before = turns;
      }
      clearInterval(count);
      return ready;
    };
    // The first is waited for; all others were ordered before it came. On a busy machine a thread may be late.
    let ready = await atOnce(300);
    for (const longer of [3_000, 30_000]) if (!ready.includes(4)) ready = await atOnce(longer);
    expect(ready).toEqual([1, 2, 3, 4]);
  });

  test('say which picture has been lost', async () => {
    await pixels.close();
    await Promise.all(['pack', 'index'].map((kind) => rm(join(folder, 'cache', `picture-${SIZE}-v1.${kind}`))));
    const samples = pixels.samplesOf('train');
    const loader = new ThreadLoader({ samples, folder: join(folder, 'cache'), data, threads: 1 });
    await expect(loader.order(batches[0], null).take()).rejects.toMatchObject({ code: 'data-changed' });
    await loader.close();
  });

  test('are prepared here where a thread cannot work', async () => {
    const entry = new URL('no-such-thread.ts', import.meta.url);
    const samples = pixels.samplesOf('train');
    const loader = new ThreadLoader({ samples, folder: join(folder, 'cache'), data, threads: 1, entry });
    expect(await loader.order(batches[1], plan(1)).take()).toEqual(await prepareBatch(data, batches[1], plan(1)));
    await sleep(50);
    expect(await loader.order(batches[2], null).take()).toEqual(await prepareBatch(data, batches[2], null));
    await loader.close();
  });
});
