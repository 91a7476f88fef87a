/** Published weights in words. */
import type { PublishedWeightsView } from '../../../../src-main/contract/weights-view.ts';
import { bytes } from '../../../lib/format.ts';

/** "download.pytorch.org": who is asked. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** What of it is here. */
export function stateWords({ here, bytes: all }: Pick<PublishedWeightsView, 'here' | 'bytes'>): string {
  if (here >= all) return 'downloaded';
  return here > 0 ? `${bytes(here)} are here` : '';
}
