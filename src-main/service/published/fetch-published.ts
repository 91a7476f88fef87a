/** Published weights for the command line. */
import type { PublishedWeightsView } from '../../contract/weights-view.ts';
import { downloadWeights } from './download.ts';
import type { DownloadOptions } from './download.ts';
import { mirrorOf } from './mirror.ts';
import { describePublished, publishedWeights, takePublished, weightsFolder } from './published-files.ts';

/** @param mirror null or absent: that of the environment */
export function listPublished(mirror?: string): Promise<readonly PublishedWeightsView[]> {
  return describePublished(weightsFolder(), mirrorOf(mirror));
}

export interface FetchOptions extends Pick<DownloadOptions, 'signal' | 'onProgress' | 'onCheck'> {
  readonly mirror: string | undefined;
  /** A file that was fetched elsewhere, absolute; nothing is downloaded then. */
  readonly from: string | undefined;
}

/**
 * @returns where the checked file is
 * @throws SteadygazeError as `downloadWeights` and `takePublished`
 */
export function fetchPublished(id: string, { mirror, from, ...options }: FetchOptions): Promise<string> {
  const weights = publishedWeights(id);
  const folder = weightsFolder();
  if (from !== undefined) return takePublished(weights, from, folder);
  return downloadWeights(weights, { ...options, folder, mirror: mirrorOf(mirror) });
}
