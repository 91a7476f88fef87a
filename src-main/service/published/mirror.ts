/** Another place that has the same files: an address that takes the place of the publisher's. */
import { SteadygazeError } from '../../contract/errors.ts';
import { isMirror } from '../../contract/preferences.ts';
import type { PublishedWeights } from './published-list.ts';

/** Environment variable: the mirror where nothing else names one. */
const MIRROR_VARIABLE = 'STEADYGAZE_WEIGHTS_MIRROR';

/** Where the file is fetched from. @param mirror null: from the publisher */
export function addressOf({ url, fileName }: PublishedWeights, mirror: string | null): string {
  return mirror === null ? url : `${mirror.replace(/\/+$/, '')}/${fileName}`;
}

/**
 * The mirror that counts: the one that was named, else that of the environment.
 * @param named null or empty: nobody named one
 * @throws SteadygazeError `bad-argument` where it is no address
 */
export function mirrorOf(named: string | null | undefined, env: NodeJS.ProcessEnv = process.env): string | null {
  const mirror =
    [named, env[MIRROR_VARIABLE]].find((each) => each !== undefined && each !== null && each !== '') ?? null;
  if (mirror === null || isMirror(mirror)) return mirror;
  throw new SteadygazeError(
    'bad-argument',
    `This is no address of a mirror: ${mirror.slice(0, 200)}`,
    'It must begin with https:// (or http:// inside your own network), without name, password, ? or #; for example https://mirror.example/models.',
  );
}
