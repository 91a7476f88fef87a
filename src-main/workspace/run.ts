/**
 * A run in a study: `runs/<id>/run.json` with every setting, seed, engine and figure.
 *
 * Who writes: the process that works on a run holds the run's own lock (`runs/<id>/lock`) beside the
 * study's lock that its parent holds. When the parent is killed and the worker lives on for a
 * moment, the next command gets the study but not yet the run.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { Correction, DataState, RoundSummary, RunRecord } from '../contract/run.ts';
import { removeLeftovers, writeJsonAtomic } from './atomic-file.ts';
import { summaryOfCorrections, writeCorrections } from './corrections-file.ts';
import { newerError, parseVersioned, readVersioned } from './json-file.ts';
import type { JsonFormat, ParsedJson } from './json-file.ts';
import { acquireLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { runRecordSchema } from './record-schemas.ts';
import {
  checkpointsFolder,
  evaluationFolder,
  isRunId,
  runFile,
  runFolder,
  runId,
  runLockFile,
  runsFolder,
} from './study-layout.ts';

const RUN_FORMAT: JsonFormat<RunRecord> = {
  format: 'steadygaze-run',
  version: 1,
  migrations: {},
  schema: runRecordSchema,
  noun: 'run',
};

/** What must be known of a run before it begins. */
export type RunBeginning = DataState &
  Pick<
    RunRecord,
    'settings' | 'preset' | 'engine' | 'engineDescription' | 'versions' | 'dataFingerprint' | 'classes' | 'task'
  >;

/** What may change while a run is worked on. */
export type RunChanges = Partial<
  Pick<
    RunRecord,
    | 'state'
    | 'engine'
    | 'engineDescription'
    | 'versions'
    | 'eps'
    | 'epsSurvival'
    | 'rounds'
    | 'figures'
    | 'weightsHash'
    | 'seconds'
    | 'error'
  >
>;

/**
 * Begins a run: takes the next free number, makes its folder, writes its corrections where there are any, and then
 * its `run.json` in state `running`.
 * @param corrections those that change something, one a picture
 */
export async function createRun(
  study: string,
  beginning: RunBeginning,
  corrections: readonly Correction[] = [],
): Promise<RunRecord> {
  const { arm, seed } = beginning.settings;
  await mkdir(runsFolder(study), { recursive: true });
  let number = 1 + Math.max(0, ...(await runNames(study)).map((name) => Number.parseInt(name, 10)));
  for (; ; number++) {
    const id = runId(number, arm, seed);
    try {
      await mkdir(runFolder(study, id));
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue;
      throw error;
    }
    const record: RunRecord = {
      format: 'steadygaze-run',
      version: 1,
      id,
      created: new Date().toISOString(),
      state: 'running',
      ...beginning,
      ...(corrections.length === 0 ? {} : { corrections: summaryOfCorrections(corrections) }),
      eps: null,
      epsSurvival: null,
      rounds: [],
      figures: null,
      weightsHash: null,
      seconds: 0,
      error: null,
    };
    // Before the record: a run that says it has corrections has them.
    if (corrections.length > 0) await writeCorrections(runFolder(study, id), corrections);
    await writeRun(study, record);
    return record;
  }
}

/**
 * @throws SteadygazeError `not-found` for an id that is none or not there, `study-newer`,
 * `study-corrupt` when `run.json` is damaged
 */
export async function readRun(study: string, id: string): Promise<RunRecord> {
  const path = runFile(runFolder(study, checkedId(id)));
  const parsed = await readVersioned(path, RUN_FORMAT);
  if (parsed === null) throw noSuchRun(id);
  return goodRun(parsed, id, path);
}

/** The runs of a study in the order they began, and a sentence for each that cannot be read. */
export async function listRuns(study: string): Promise<{
  readonly runs: readonly RunRecord[];
  readonly problems: readonly string[];
}> {
  const runs: RunRecord[] = [];
  const problems: string[] = [];
  for (const id of await runNames(study)) {
    const path = runFile(runFolder(study, id));
    const parsed = await readVersioned(path, RUN_FORMAT);
    // A folder without run.json: its process died between the two. Nothing is lost.
    if (parsed === null) continue;
    try {
      runs.push(goodRun(parsed, id, path));
    } catch (error) {
      if (!(error instanceof SteadygazeError)) throw error;
      problems.push(error.message);
    }
  }
  return { runs, problems };
}

/** Changes a run's record. The caller holds the run's lock. Returns the new record. */
export async function updateRun(study: string, id: string, changes: RunChanges): Promise<RunRecord> {
  const record: RunRecord = { ...(await readRun(study, id)), ...changes };
  await writeRun(study, record);
  return record;
}

/** Adds the figures of an assessment, or replaces those of the same round (after a resume). */
export async function recordRound(study: string, id: string, summary: RoundSummary): Promise<RunRecord> {
  const { rounds } = await readRun(study, id);
  const others = rounds.filter(({ round }) => round !== summary.round);
  return updateRun(study, id, { rounds: [...others, summary].sort((a, b) => a.round - b.round) });
}

/**
 * Takes the run's own lock and clears away what killed writers left. Waits for a worker whose parent
 * is gone (default 10 seconds).
 * @throws SteadygazeError `not-found`, `study-locked`
 */
export async function lockRun(study: string, id: string, wait = 10_000): Promise<Lock> {
  const folder = runFolder(study, checkedId(id));
  try {
    const lock = await acquireLock(runLockFile(folder), { what: `the run ${id}`, wait });
    for (const each of [
      folder,
      checkpointsFolder(folder),
      join(folder, 'rounds'),
      join(folder, 'weights'),
      evaluationFolder(folder),
    ]) {
      await removeLeftovers(each);
    }
    return lock;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw noSuchRun(id);
    throw error;
  }
}

/** Writes only what can be read again: a figure that is NaN becomes an error here, not in a year. */
async function writeRun(study: string, record: RunRecord): Promise<void> {
  const checked = v.safeParse(runRecordSchema, record);
  if (!checked.success) {
    throw new SteadygazeError(
      'internal',
      `The record of the run ${record.id} holds a value that cannot be saved.`,
      'Please report it with the details; nothing already saved is lost.',
      v.summarize(checked.issues),
    );
  }
  await writeJsonAtomic(runFile(runFolder(study, record.id)), record);
}

/** Ids of the run folders, by number. */
async function runNames(study: string): Promise<string[]> {
  try {
    const names = await readdir(runsFolder(study));
    const byNumber = (a: string, b: string) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
    return names.filter(isRunId).sort(byNumber);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function goodRun(parsed: ParsedJson<RunRecord>, id: string, path: string): RunRecord {
  if (parsed.state === 'newer') throw newerError('run', path, parsed.version);
  if (parsed.state === 'good' && parsed.value.id === id) return parsed.value;
  throw new SteadygazeError(
    'study-corrupt',
    `The record of the run ${id} is damaged: ${path}`,
    'Delete the folder of this run, or put back a copy of its run.json. Other runs are not affected.',
    parsed.state === 'corrupt' ? parsed.reason : 'the record names another run',
  );
}

function checkedId(id: string): string {
  if (!isRunId(id)) throw noSuchRun(id);
  return id;
}

function noSuchRun(id: string): SteadygazeError {
  return new SteadygazeError('not-found', `There is no run "${id}" in this study.`, 'See which runs there are.');
}

/** For tests of the reader: the text of a `run.json`. Never throws. */
export const parseRun = (text: string): ParsedJson<RunRecord> => parseVersioned(text, RUN_FORMAT);

/** @throws SteadygazeError `not-found` before the first assessment */
export function lastRound({ rounds, id }: RunRecord): number {
  const last = rounds.at(-1);
  if (last !== undefined) return last.round;
  throw new SteadygazeError(
    'not-found',
    `The run ${id} has not assessed its pictures yet.`,
    'Wait for its first assessment, or go on with it.',
  );
}
