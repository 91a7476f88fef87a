/**
 * Checkpoints of a run: `checkpoints/NNNNNN.safetensors`, the newest three. Each is one file, so
 * that weights, optimiser and position can never be of different moments. Its metadata holds the
 * position, a hash of the settings and SHA-256 over the whole file, so that a disk that lies is found out.
 */
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { RunSettings } from '../contract/settings.ts';
import type { RunPosition, Snapshot } from '../method/snapshot.ts';
import type { FloatArray } from '../networks/safetensors.ts';
import { syncFolder, writeFileAtomic } from './atomic-file.ts';
import { hashBytes } from './file-hash.ts';
import { openSealed, sealArrays } from './sealed-arrays.ts';
import { checkpointsFolder } from './study-layout.ts';

/** Three, so that the good one before a damaged newest outlives the next save. */
const GENERATIONS = 3;
const FORMAT = 'steadygaze-checkpoint-1';
const NAME = /^\d{6,}\.safetensors$/;

const positionSchema: v.GenericSchema<unknown, RunPosition> = v.object({
  round: v.pipe(v.number(), v.integer(), v.minValue(0)),
  phase: v.picklist(['train', 'project', 'calibrate', 'assess', 'done']),
  epoch: v.pipe(v.number(), v.integer(), v.minValue(0)),
  offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  eps: v.nullable(v.number()),
  epsSurvival: v.nullable(v.number()),
  lossSum: v.number(),
  correct: v.number(),
});

/** Groups and lists that settings of earlier versions had not: they leave no trace where nothing in them was changed. */
const LATER: ReadonlySet<string> = new Set(['start', 'mean', 'std']);

/**
 * SHA-256 of the settings, independent of the order of their keys. What has its default is left out, so that a
 * version which adds a setting can go on with the runs of the one before.
 */
export function settingsHash(settings: RunSettings): string {
  return hashBytes(canonicalJson(withoutDefaults(settings, v.parse(RunSettings, {}))));
}

function withoutDefaults(settings: object, defaults: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  const usual = new Map(Object.entries(defaults) as [string, unknown][]);
  for (const [name, value] of Object.entries(settings) as [string, unknown][]) {
    const standard = usual.get(name);
    if (value === standard) continue;
    const isGroup = typeof value === 'object' && value !== null && typeof standard === 'object' && standard !== null;
    const inner = isGroup ? withoutDefaults(value, standard) : null;
    if (inner !== null && LATER.has(name) && Object.keys(inner).length === 0) continue;
    kept[name] = inner ?? value;
  }
  return kept;
}

/**
 * Stores a snapshot; older generations are deleted once the new one is durable. The arrays are copied
 * before this function first yields: the caller may go on training without waiting for the disk.
 * @returns the bytes written
 */
export async function saveSnapshot(run: string, snapshot: Snapshot, settings: RunSettings): Promise<number> {
  const bytes = encodeSnapshot(snapshot, settingsHash(settings));
  const folder = checkpointsFolder(run);
  const before = await generations(folder);
  const number = 1 + Number.parseInt(before.at(-1) ?? '0', 10);
  await writeFileAtomic(join(folder, `${String(number).padStart(6, '0')}.safetensors`), bytes);
  const old = before.slice(0, Math.max(0, before.length - (GENERATIONS - 1)));
  for (const name of old) await rm(join(folder, name), { force: true });
  if (old.length > 0) await syncFolder(folder);
  return bytes.length;
}

export interface FoundSnapshot {
  readonly snapshot: Snapshot;
  /** Plain sentences: newer checkpoints that were damaged and passed over. */
  readonly warnings: readonly string[];
}

/**
 * The newest checkpoint that is whole; null when the run has none yet.
 * @throws SteadygazeError `checkpoint-corrupt` when there are some but none can be used
 */
export async function loadNewestSnapshot(run: string, settings: RunSettings): Promise<FoundSnapshot | null> {
  const folder = checkpointsFolder(run);
  const names = await generations(folder);
  const expected = settingsHash(settings);
  const warnings: string[] = [];
  for (const name of names.toReversed()) {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(join(folder, name));
    } catch (error) {
      // EIO: the disk itself cannot read it any more. ENOENT: its writer just deleted it.
      if (!['EIO', 'ENOENT', 'EISDIR'].includes(systemCode(error) ?? '')) throw error;
      warnings.push(passedOver(name, 'it cannot be read'));
      continue;
    }
    const found = decodeSnapshot(bytes, expected);
    if (typeof found === 'string') warnings.push(passedOver(name, found));
    else return { snapshot: found, warnings };
  }
  if (names.length === 0) return null;
  throw new SteadygazeError(
    'checkpoint-corrupt',
    'None of the checkpoints of this run can be used, so it cannot be resumed.',
    'Start the run again. Rounds that were finished are kept in its folder.',
    warnings.join('\n'),
  );
}

/** Deletes the checkpoints of a finished run. */
export async function removeCheckpoints(run: string): Promise<void> {
  await rm(checkpointsFolder(run), { recursive: true, force: true });
}

/** One safetensors file: `weights/<name>`, `state/<name>`, metadata. */
export function encodeSnapshot(snapshot: Snapshot, settings: string): Uint8Array<ArrayBuffer> {
  // What JSON cannot hold (NaN) would make a checkpoint that pushes out good ones and cannot be read.
  const position = JSON.stringify(snapshot.position);
  if (!v.is(positionSchema, JSON.parse(position))) {
    throw new SteadygazeError('internal', 'The state of training cannot be saved.', 'Please report it.', position);
  }
  const tensors = new Map<string, FloatArray>();
  for (const [name, array] of snapshot.weights) tensors.set(`weights/${name}`, array);
  for (const [name, array] of snapshot.state) tensors.set(`state/${name}`, array);
  return sealArrays(tensors, { format: FORMAT, position, settings });
}

/** The snapshot, or why it cannot be used (the end of a sentence). Never throws, whatever the bytes are. */
export function decodeSnapshot(bytes: Uint8Array, settings: string): Snapshot | string {
  const opened = openSealed(bytes);
  if (typeof opened === 'string') return opened;
  const { tensors, metadata } = opened;
  try {
    if (metadata['format'] !== FORMAT) return 'another version of Steadygaze wrote it';
    if (metadata['settings'] !== settings) return 'it belongs to other settings';
    const position = v.parse(positionSchema, JSON.parse(metadata['position'] ?? ''));
    const weights = new Map<string, FloatArray>();
    const state = new Map<string, FloatArray>();
    for (const [name, array] of tensors) {
      if (name.startsWith('weights/')) weights.set(name.slice(8), array);
      else if (name.startsWith('state/')) state.set(name.slice(6), array);
    }
    return { position, weights, state };
  } catch {
    return 'its contents make no sense';
  }
}

/** File names, oldest first. */
async function generations(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => NAME.test(name));
    return names.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function passedOver(name: string, reason: string): string {
  return `The checkpoint ${name} was passed over: ${reason}.`;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
