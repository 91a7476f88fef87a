/** A thread of the loader (loader.ts): reads decoded pictures and makes of them what the engine works on. */
import { workerData } from 'node:worker_threads';
import { toErrorValue } from '../contract/errors.ts';
import { PixelCache } from '../datasets/cache/pixel-cache.ts';
import { preparePictures } from '../method/loading-plan.ts';
import type { LoaderAnswer, LoaderOrder, LoaderSetting } from './loader-protocol.ts';

const { port, folder, size, memoryBytes } = workerData as LoaderSetting;
let cache: Promise<PixelCache> | null = null;
/** Bytes of the batch at work; the memory is used again. */
let bytes = new Uint8Array(0);

async function prepare({ samples, plan, buffer }: NonNullable<LoaderOrder>): Promise<Float32Array<ArrayBuffer>> {
  // Opened with the first batch: by then everything has been decoded.
  cache ??= PixelCache.open(folder, { kind: 'picture', size, memoryBytes });
  const count = samples.length * size * size * 3;
  if (bytes.length < count) bytes = new Uint8Array(count);
  const pictures = bytes.subarray(0, count);
  await (await cache).read(samples, pictures);
  const values = new Float32Array(buffer ?? new ArrayBuffer(4 * count), 0, count);
  await preparePictures(pictures, size, plan, values);
  return values;
}

async function answer(order: NonNullable<LoaderOrder>): Promise<void> {
  const { ticket } = order;
  try {
    const values = await prepare(order);
    port.postMessage({ ticket, values } satisfies LoaderAnswer, [values.buffer]);
  } catch (error) {
    port.postMessage({ ticket, error: toErrorValue(error) } satisfies LoaderAnswer);
  }
}

async function leave(): Promise<void> {
  await (await cache)?.close();
  port.close();
}

// One batch after the other: what is wanted first is ready first.
let queue: Promise<void> = Promise.resolve();
port.on('message', (order: LoaderOrder) => {
  queue = queue.then(() => (order === null ? leave() : answer(order)));
});
