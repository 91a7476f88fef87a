/** Runs that can be measured: finished, with the pictures that they saw and the weights that they ended with. */
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { hashFile } from '../workspace/file-hash.ts';
import { lastRound, readRun } from '../workspace/run.ts';
import { runFolder, weightsFile } from '../workspace/study-layout.ts';

export interface FinishedRun {
  readonly record: RunRecord;
  readonly folder: string;
  /** As the run saw it. */
  readonly dataset: Dataset;
  /** Of the final weights. */
  readonly round: number;
  readonly weightsHash: string;
}

/**
 * The runs by their ids, each once, in the order given.
 * @param datasetOf the data in the state that a run saw
 * @throws SteadygazeError `not-found`, `bad-argument` for a run that is not finished, `data-changed`, `weights-invalid`
 */
export async function finishedRuns(
  study: string,
  datasetOf: (run: RunRecord) => Promise<Dataset>,
  ids: readonly string[],
): Promise<FinishedRun[]> {
  const runs: FinishedRun[] = [];
  for (const id of new Set(ids)) runs.push(await finishedRun(study, datasetOf, await readRun(study, id)));
  return runs;
}

async function finishedRun(
  study: string,
  datasetOf: (run: RunRecord) => Promise<Dataset>,
  record: RunRecord,
): Promise<FinishedRun> {
  const { id, state, weightsHash } = record;
  if (state !== 'finished' || weightsHash === null) {
    throw new SteadygazeError(
      'bad-argument',
      `The run ${id} is not finished, so there is no model to measure yet.`,
      'Go on with it first, or leave it out.',
    );
  }
  const dataset = await datasetOf(record);
  if (record.dataFingerprint !== dataset.fingerprint) {
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
  return { record, folder, dataset, round, weightsHash };
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
