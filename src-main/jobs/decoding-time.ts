/** How long it would take to decode what a run still needs, from a few of the pictures themselves. */
import { forEachConcurrently } from '../datasets/concurrency.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { decodeUnchanged, openPictures } from '../datasets/picture-reader.ts';
import { PixelCache } from '../datasets/cache/pixel-cache.ts';
import type { PixelKind } from '../datasets/cache/pixel-cache.ts';
import { FRAME } from '../evaluation/heatmap-frame.ts';

/** Pictures (or masks) decoded to learn how long one takes. */
const SAMPLE = 48;
/** Decoded before the clock runs: the very first pay for loading the decoder. */
const FIRST = 2;

/**
 * Seconds to decode the pictures and masks of a data set that are not in the cache yet.
 * @param size   side of the network's input
 * @param folder where decoded pixels are kept
 */
export async function decodingSeconds(
  dataset: Dataset,
  size: number,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  const { samples } = dataset;
  const masked = samples.filter(({ split, maskHash }) => split !== 'train' && maskHash !== null);
  let seconds = await secondsFor(dataset, { kind: 'picture', size }, samples, folder, signal);
  if (masked.length === 0) return seconds;
  for (const side of new Set([size, FRAME])) {
    seconds += await secondsFor(dataset, { kind: 'mask', size: side }, masked, folder, signal);
  }
  return seconds;
}

async function secondsFor(
  dataset: Dataset,
  { kind, size }: { readonly kind: PixelKind; readonly size: number },
  samples: Dataset['samples'],
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  const cache = await PixelCache.open(folder, { kind, size, memoryBytes: 0 });
  const missing = new Map<string, string>();
  for (const sample of samples) {
    const key = cache.keyOf(sample);
    const path = kind === 'picture' ? sample.id : sample.mask;
    if (key !== null && path !== null && !cache.has(sample)) missing.set(key, path);
  }
  await cache.close();
  if (missing.size === 0) return 0;
  const paths = [...missing];
  const count = Math.min(SAMPLE, paths.length);
  // From the whole range: pictures of one folder are often of one size, and of another than those of the next.
  const chosen = Array.from({ length: count }, (_, i) => paths[Math.floor((i * paths.length) / count)]);
  const reader = await openPictures(dataset);
  const decode = (some: typeof chosen) =>
    forEachConcurrently(
      some,
      async ([hash, path]) => {
        // A picture that is gone takes no time; the run itself says that it is.
        await decodeUnchanged(reader, kind, path, hash, size);
      },
      signal,
    );
  try {
    await decode(chosen.slice(0, FIRST));
    const began = performance.now();
    await decode(chosen);
    return ((performance.now() - began) / 1000 / count) * paths.length;
  } finally {
    await reader.close();
  }
}
