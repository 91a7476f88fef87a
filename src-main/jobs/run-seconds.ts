/** How long a run takes, from how long its parts take. */
import type { RunSeconds } from './protocol.ts';

export function secondsOf({ start, decode, training, assessment, evaluation }: RunSeconds): number {
  return start + decode + training + assessment + evaluation;
}
