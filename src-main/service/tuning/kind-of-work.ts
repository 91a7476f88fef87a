/** Which runs are alike enough that what is fastest for one is fastest for the other. */
import type { RunSettings } from '../../contract/settings.ts';

/** Two buckets for each doubling of the picture's side: 32, 45, 64, 91, 128, 181, 256, ... */
const BUCKETS_PER_DOUBLING = 2;

/** The network, how wide it is, and about how large its pictures are, in a word that people can read. */
export function kindOfWork({ network }: Pick<RunSettings, 'network'>): string {
  const { architecture, width, stem, lastStride, size } = network;
  const bucket = Math.round(2 ** (Math.round(Math.log2(size) * BUCKETS_PER_DOUBLING) / BUCKETS_PER_DOUBLING));
  const kind = `${architecture}, width ${String(width)}, stem ${stem}, last stride ${String(lastStride)}`;
  return `${kind}, about ${String(bucket)} pixels`;
}
