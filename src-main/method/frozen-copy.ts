import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Network } from '../networks/network.ts';
import { diverged } from './training.ts';

/**
 * Lends a copy of a network in training as it is now, in inference mode.
 * @throws SteadygazeError `training-diverged` where its weights are no numbers any more
 */
export async function withFrozenCopy<T>(network: Network, use: (frozen: FrozenNetwork) => Promise<T>): Promise<T> {
  const { parameters, statistics } = await network.weights();
  if (![...parameters, ...statistics].every(Number.isFinite)) throw diverged();
  const frozen = await network.freeze();
  try {
    return await use(frozen);
  } finally {
    frozen.dispose();
  }
}
