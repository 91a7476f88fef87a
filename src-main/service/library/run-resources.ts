/** Heatmaps and pictures of attacks, as they lie in the folder of a run. */
import { readFile } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { encodeMaps, type Resource } from '../../contract/resources.ts';
import { readRoundMaps } from '../../workspace/round-tables.ts';
import { isRunId, runFolder, attackedPictureFile, changePictureFile } from '../../workspace/study-layout.ts';
import type { ResourceBody } from './library.ts';

type Maps = Extract<Resource, { kind: 'maps' }>;
type Explained = Extract<Resource, { kind: 'explained' }>;

export const BYTES_TYPE = 'application/octet-stream';

/** Heatmaps may be written anew when a run is resumed, so nobody may keep them for ever. */
export async function readMaps(study: string, { run, round, of, rows }: Maps): Promise<ResourceBody> {
  const maps = await readRoundMaps(runFolder(study, checkedRun(run)), round, of, rows);
  return { type: BYTES_TYPE, body: encodeMaps(maps), immutable: false };
}

/** @throws SteadygazeError `not-found` until it has been computed */
export async function readExplained(study: string, { run, round, row, of }: Explained): Promise<ResourceBody> {
  const path = (of === 'attacked' ? attackedPictureFile : changePictureFile)(study, checkedRun(run), round, row);
  try {
    return { type: 'image/png', body: await readFile(path), immutable: false };
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError('not-found', 'This disturbed picture has not been computed yet.', 'Ask for it first.');
  }
}

/** Ids become paths: only such as we make ourselves. */
function checkedRun(run: string): string {
  if (isRunId(run)) return run;
  throw new SteadygazeError('not-found', `There is no run "${run}" in this study.`, 'Choose one of its runs.');
}
