/** Names of runs: short, and different for every run among those that are shown together. */
import type { RunRecord } from '../contract/run.ts';

/** What tells a run from the others of its kind of training: nothing where it is alone, else its seed, else its id. */
export function runSuffix(record: RunRecord, all: readonly RunRecord[]): string {
  const { arm, seed } = record.settings;
  const sameArm = all.filter((other) => other.settings.arm === arm);
  if (sameArm.length === 1) return '';
  const sameSeed = sameArm.filter((other) => other.settings.seed === seed);
  return sameSeed.length === 1 ? ` (seed ${String(seed)})` : ` (${record.id})`;
}
