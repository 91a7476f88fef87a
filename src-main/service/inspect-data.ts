/** What lies in a folder of pictures: the first thing anybody wants to know. Nothing is written beside the pictures. */
import { summarise } from '../datasets/describe.ts';
import type { DatasetSummary } from '../datasets/describe.ts';
import { openDataset } from '../datasets/open-data.ts';

export interface ReadingOptions {
  /** Seed of the split where the folders do not say it. */
  readonly seed?: number;
  /** Files read so far, and in all; before that, names found so far, and null. */
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/** @throws SteadygazeError as the reader: `not-found`, `data-empty`, `data-one-class`, `data-unreadable` */
export async function inspectData(path: string, options: ReadingOptions = {}): Promise<DatasetSummary> {
  return summarise(await openDataset(path, { seed: 0, remember: true, ...options }));
}
