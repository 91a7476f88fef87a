/** Names of runs: short, and different for every run among those that are shown together. */
import type { RunRecord } from '../contract/run.ts';
import type { Interpretable, NetworkSettings } from '../contract/settings.ts';

const INTERPRETABLE_WORDS: Readonly<Record<Interpretable, string>> = {
  none: 'ordinary network',
  icnn: 'ICNN',
  csg: 'CSG',
  protopnet: 'ProtoPNet',
};

/**
 * What tells a run from the others of its kind of training: its network where there are several, then nothing where it
 * is alone, else its seed, else its id.
 */
export function runSuffix(record: RunRecord, all: readonly RunRecord[]): string {
  const { arm, seed } = record.settings;
  const network = networkWords(record, all);
  const alike = all.filter((other) => other.settings.arm === arm && networkWords(other, all) === network);
  const sameSeed = alike.filter((other) => other.settings.seed === seed);
  const told = alike.length === 1 ? [] : [sameSeed.length === 1 ? `seed ${String(seed)}` : record.id];
  const words = [...(network === '' ? [] : [network]), ...told];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** In what its network differs from those of others, in a word or two; empty where all are alike. */
function networkWords({ settings: { network } }: RunRecord, all: readonly RunRecord[]): string {
  const differ = (of: (network: NetworkSettings) => string): boolean =>
    all.some(({ settings }) => of(settings.network) !== of(network));
  return [
    ...(differ(({ architecture }) => architecture) ? [network.architecture] : []),
    ...(differ(({ interpretable }) => interpretable) ? [INTERPRETABLE_WORDS[network.interpretable]] : []),
  ].join(', ');
}

/** Whether two runs are of the same network, so that they differ in how it was trained alone. */
export function sameNetwork(a: RunRecord, b: RunRecord): boolean {
  const of = ({ settings: { network } }: RunRecord): string =>
    JSON.stringify(Object.entries(network).sort(([x], [y]) => (x < y ? -1 : 1)));
  return of(a) === of(b);
}
