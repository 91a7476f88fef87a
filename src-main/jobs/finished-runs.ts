/** Runs that can be measured: finished, of the study's pictures as they are now, with the weights they ended with. */
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import { hashFile } from '../workspace/file-hash.ts';
import { lastRound, readRun } from '../workspace/run.ts';
import { runFolder, weightsFile } from '../workspace/study-layout.ts';

export interface FinishedRun {
  readonly record: RunRecord;
  readonly folder: string;
  /** Of the final weights. */
  readonly round: number;
  readonly weightsHash: string;
}

/**
 * The runs by their ids, each once, in the order given.
 * @throws SteadygazeError `not-found`, `bad-argument` for a run that is not finished, `data-changed`, `weights-invalid`
 */
export async function finishedRuns(
  study: string,
  dataFingerprint: string,
  ids: readonly string[],
): Promise<FinishedRun[]> {
  const runs: FinishedRun[] = [];
  for (const id of new Set(ids)) runs.push(await finishedRun(study, dataFingerprint, await readRun(study, id)));
  return runs;
}

async function finishedRun(study: string, dataFingerprint: string, record: RunRecord): Promise<FinishedRun> {
  const { id, state, weightsHash } = record;
  if (state !== 'finished' || weightsHash === null) {
    throw new SteadygazeError(
      'bad-argument',
      `The run ${id} is not finished, so there is no model to measure yet.`,
      'Go on with it first, or leave it out.',
    );
  }
  if (record.dataFingerprint !== dataFingerprint) {
    throw new SteadygazeError(
      'data-changed',
      `The run ${id} was trained with other pictures than the study has now.`,
      'Measure a run of the pictures as they are now, or leave it out.',
    );
  }
  const folder = runFolder(study, id);
  const round = lastRound(record);
  if ((await hashOf(weightsFile(folder, round), id)) !== weightsHash) {
    throw new SteadygazeError(
      'weights-invalid',
      `The weights of the run ${id} are not those that it ended with.`,
      'Put back a copy of the file, or run this arm again.',
      weightsFile(folder, round),
    );
  }
  return { record, folder, round, weightsHash };
}

async function hashOf(path: string, id: string): Promise<string> {
  try {
    return await hashFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError(
      'not-found',
      `The weights of the run ${id} are missing, so there is no model to measure: ${path}`,
      'Put back a copy of the file, or run this arm again.',
    );
  }
}
