/**
 * The shared warm-up. Arms of one seed differ only from the first weights on: until the first assessment is
 * complete they do exactly the same. So a run keeps its state of that moment, and a later run of another arm
 * starts from it, with the same result as if it had done that work itself.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import type { RunSettings } from '../contract/settings.ts';
import type { Snapshot } from '../method/snapshot.ts';
import { writeFileAtomic } from '../workspace/atomic-file.ts';
import { decodeSnapshot, encodeSnapshot, settingsHash } from '../workspace/checkpoints.ts';
import { hashBytes } from '../workspace/file-hash.ts';
import { listRuns } from '../workspace/run.ts';
import { runFolder } from '../workspace/study-layout.ts';

/** Beside the checkpoints and not among them: it outlives the run. */
const warmupFile = (run: string): string => join(run, 'warmup.safetensors');

/** Everything that must be equal for two runs to share their warm-up. */
export type WarmupIdentity = Pick<RunRecord, 'settings' | 'engine' | 'versions' | 'dataFingerprint' | 'corrections'>;

/**
 * Whether a snapshot is at the moment up to which arms are alike: the first assessment done, no weights yet.
 * @param pictures that the first assessment is of
 */
export function isForkPoint({ position }: Snapshot, pictures: number): boolean {
  return position.round === 0 && position.phase === 'assess' && position.offset === pictures;
}

/** The arm `noise` disturbs pictures in its own way, so its first assessment is its own; `given` has no warm-up. */
export function sharesWarmup({ arm }: RunSettings): boolean {
  return arm !== 'noise' && arm !== 'given';
}

/** Keeps the state of a run at the fork point. `run` is the run's folder. */
export async function keepWarmup(run: string, snapshot: Snapshot, identity: WarmupIdentity): Promise<void> {
  await writeFileAtomic(warmupFile(run), encodeSnapshot(snapshot, warmupKey(identity)));
}

/** A warm-up of the study that a run of this identity can start from, and whose it is; null without one. */
export async function findWarmup(
  study: string,
  identity: WarmupIdentity,
): Promise<{ readonly run: string; readonly snapshot: Snapshot } | null> {
  if (!sharesWarmup(identity.settings)) return null;
  const key = warmupKey(identity);
  for (const other of (await listRuns(study)).runs) {
    if (!sharesWarmup(other.settings) || warmupKey(other) !== key) continue;
    const snapshot = await readWarmup(runFolder(study, other.id), key);
    if (snapshot !== null) return { run: other.id, snapshot };
  }
  return null;
}

async function readWarmup(run: string, key: string): Promise<Snapshot | null> {
  try {
    const found = decodeSnapshot(await readFile(warmupFile(run)), key);
    // Damaged, half-copied or of another version: then the run does the work itself.
    return typeof found === 'string' ? null : found;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function warmupKey({ settings, engine, versions, dataFingerprint, corrections }: WarmupIdentity): string {
  const alike = settingsHash({ ...settings, arm: 'plain', checkpointSeconds: 0 });
  const data = corrections === undefined ? [dataFingerprint] : [dataFingerprint, corrections.hash];
  return hashBytes(JSON.stringify([alike, engine, Object.entries(versions).sort(), ...data]));
}
