/**
 * Shards of an assessment on disk: `shards/NN/<i>-of-<n>.safetensors` in the folder of a run. Many processes on many
 * machines write there at once, each its own file, whole or not at all; none takes a lock. What a file holds it says
 * itself, so that files which were collected from elsewhere may have any name.
 */
import { readFile, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import type { Snapshot } from '../method/snapshot.ts';
import type { FloatArray } from '../networks/safetensors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { loadNewestSnapshot, settingsHash } from './checkpoints.ts';
import { hashArrays, openSealed, sealArrays } from './sealed-arrays.ts';
import { roundShardsFolder, runFolder, shardFile, shardsFolder } from './study-layout.ts';

const FORMAT = 'steadygaze-shard-1';
const ENDING = '.safetensors';

const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Everything that a row of an assessment follows from: shards belong together where all of it is the same. */
const Assessment = v.object({
  run: v.string(),
  round: wholeNumber,
  /** Hash of the network's weights (sealed-arrays.ts). */
  weights: v.string(),
  eps: v.number(),
  /** Hash of the settings (checkpoints.ts). */
  settings: v.string(),
  /** Fingerprint of the study's data, and hash of the run's corrections. */
  data: v.string(),
  corrections: v.nullable(v.string()),
});
export type Assessment = v.InferOutput<typeof Assessment>;

const ShardAbout = v.object({
  assessment: Assessment,
  /** From 1 to `of`. */
  index: wholeNumber,
  of: wholeNumber,
  /** The samples `first` to `first + count - 1` of the `total` that the round assesses. */
  first: wholeNumber,
  count: wholeNumber,
  total: wholeNumber,
  engine: v.string(),
  versions: v.record(v.string(), v.string()),
});
/** What a shard says of itself. */
export type ShardAbout = v.InferOutput<typeof ShardAbout>;

/** A file among the shards of a round. */
export interface ShardFile {
  readonly name: string;
  readonly about: ShardAbout;
  /** Hash of its arrays: the same work has the same. */
  readonly content: string;
}

/** A file that cannot be used, and why (the end of a sentence). */
export interface DamagedShard {
  readonly name: string;
  readonly reason: string;
}

export type ShardArrays = ReadonlyMap<string, FloatArray>;

/** The assessment that is due at a snapshot of a run. */
export function assessmentOf(record: RunRecord, { position, weights }: Snapshot): Assessment {
  return {
    run: record.id,
    round: position.round,
    weights: hashArrays(weights),
    eps: position.eps ?? 0,
    settings: settingsHash(record.settings),
    data: record.dataFingerprint,
    corrections: record.corrections?.hash ?? null,
  };
}

/** A run where it waits for an assessment; or why it does not, and what to do. */
export type AtAssessment = { readonly snapshot: Snapshot } | { readonly notDue: string; readonly hint: string };

/**
 * Where a run stands. It only reads.
 * @param total how many samples a round assesses
 * @throws SteadygazeError `checkpoint-corrupt`
 */
export async function atAssessment(
  study: string,
  { id, state, settings }: RunRecord,
  total: (round: number) => number,
): Promise<AtAssessment> {
  if (state === 'finished') {
    return { notDue: `The run ${id} has finished, so there is nothing left to assess.`, hint: '' };
  }
  const snapshot = (await loadNewestSnapshot(runFolder(study, id), settings))?.snapshot;
  const goOn = `steadygaze resume STUDY --run ${id} --until-assessment`;
  if (snapshot?.position.phase !== 'assess') {
    return {
      notDue: `The run ${id} has not been trained up to its next assessment yet.`,
      hint: `Train it first: ${goOn}`,
    };
  }
  const { round, offset } = snapshot.position;
  if (offset < total(round)) return { snapshot };
  return {
    notDue: `The assessment of round ${round} of the run ${id} is complete already.`,
    hint: `Go on with: ${goOn}`,
  };
}

/** Writes the file of a shard, in the place of an earlier one. `run` is the run's folder. */
export async function writeShard(run: string, about: ShardAbout, arrays: ShardArrays): Promise<void> {
  const { assessment, index, of } = about;
  const bytes = sealArrays(arrays, { format: FORMAT, about: JSON.stringify(v.parse(ShardAbout, about)) });
  await writeFileAtomic(shardFile(run, assessment.round, index, of), bytes);
}

/** Whether this very shard was made before, on the same engine and by the same versions. */
export async function isShardThere(run: string, about: ShardAbout): Promise<boolean> {
  const { assessment, index, of } = about;
  const found = await readFileOf(shardFile(run, assessment.round, index, of));
  return found !== null && 'about' in found && sameJson(found.about, about);
}

/** What lies among the shards of a round, by name. Its arrays are not kept in memory. */
export async function listShards(run: string, round: number): Promise<(ShardFile | DamagedShard)[]> {
  const folder = roundShardsFolder(run, round);
  const found: (ShardFile | DamagedShard)[] = [];
  for (const name of await namesIn(folder)) {
    const file = await readFileOf(join(folder, name));
    if (file === null) continue;
    if ('reason' in file) found.push(file);
    else found.push({ name, about: file.about, content: hashArrays(file.arrays) });
  }
  return found;
}

/** @throws SteadygazeError `data-changed` where the file is another one than when it was listed */
export async function readShard(run: string, { name, about, content }: ShardFile): Promise<ShardArrays> {
  const found = await readFileOf(join(roundShardsFolder(run, about.assessment.round), name));
  if (found !== null && 'arrays' in found && hashArrays(found.arrays) === content) return found.arrays;
  throw new SteadygazeError('data-changed', `The shard ${name} was changed while it was read.`, 'Merge again.');
}

/** Deletes all shards of a run: the assessments that they belong to are stored. */
export async function removeShards(run: string): Promise<void> {
  await rm(shardsFolder(run), { recursive: true, force: true, maxRetries: 3 });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    // Temporary files, of writers that work or were killed, end otherwise.
    const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING) && !name.startsWith('.'));
    return names.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Null where there is no such file. */
async function readFileOf(path: string): Promise<{ about: ShardAbout; arrays: ShardArrays } | DamagedShard | null> {
  const name = basename(path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  const opened = openSealed(bytes);
  if (typeof opened === 'string') return { name, reason: opened };
  const { tensors, metadata } = opened;
  if (metadata['format'] !== FORMAT) return { name, reason: 'another version of Steadygaze wrote it' };
  try {
    return { about: v.parse(ShardAbout, JSON.parse(metadata['about'] ?? '')), arrays: tensors };
  } catch {
    return { name, reason: 'its contents make no sense' };
  }
}

/** The keys of both come in the order of the schema. */
function sameJson(a: ShardAbout, b: ShardAbout): boolean {
  return JSON.stringify(a) === JSON.stringify(v.parse(ShardAbout, b));
}
