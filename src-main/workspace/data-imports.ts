/**
 * Another reading of the pictures takes the place of `data.json`. The one before is kept under its fingerprint for as long
 * as a run or a correction refers to it. At every moment the list that the log names can be found, so that a crash in
 * between leaves the old state or the new one.
 */
import { copyFile, link, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemCode } from '../contract/errors.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { datasetToJson } from '../datasets/dataset-file.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { addDataEdit, stateAfter } from './data-edits.ts';
import type { DataEditLog } from './data-edits.ts';
import { listRuns } from './run.ts';
import type { Study } from './study.ts';
import { dataFile, importFile } from './study-layout.ts';

const KEPT_LIST = /^data-[0-9a-f]{12}\.json$/;

/**
 * Makes `dataset` what the study is about from now on. The caller holds the study's lock.
 * @throws SteadygazeError `study-locked`, `study-unwritable`; a full disk passes through, and nothing has changed
 */
export async function replaceImport(study: Study, dataset: Dataset, now = new Date()): Promise<void> {
  const { folder, record } = study;
  await addDataEdit(folder, async (log) => {
    const before = stateAfter(log).from ?? record.data.fingerprint;
    const { fingerprint } = dataset;
    const text = JSON.stringify({ ...datasetToJson(dataset), root: record.data.path });
    if (before === fingerprint) {
      // The same pictures; what was wrong with other files may have changed.
      await writeFileAtomic(dataFile(folder), text);
      return { add: [], result: undefined };
    }
    await keepPresent(folder, before);
    await writeFileAtomic(importFile(folder, fingerprint), text);
    const line = { do: 'import', time: now.toISOString(), fingerprint } as const;
    const after = async (): Promise<void> => {
      await rename(importFile(folder, fingerprint), dataFile(folder));
      await forgetUnused(study, { lines: [...log.lines, line] }, [before, fingerprint]);
    };
    return { add: [line], result: undefined, after };
  });
}

/** Gives the present list a name of its own beside `data.json`. */
async function keepPresent(folder: string, fingerprint: string): Promise<void> {
  const kept = importFile(folder, fingerprint);
  if (await stat(kept).catch(() => null)) return;
  try {
    await link(dataFile(folder), kept);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw error;
    // File systems without hard links.
    await copyFile(dataFile(folder), kept);
  }
}

/** Deletes lists that nothing refers to. The one before stays: a run may be beginning with it this moment. */
async function forgetUnused({ folder, record }: Study, log: DataEditLog, keep: readonly string[]): Promise<void> {
  const { runs, problems } = await listRuns(folder);
  // A run that cannot be read may refer to any of them.
  if (problems.length > 0) return;
  const used = new Set(keep);
  for (const { dataImport } of runs) used.add(dataImport ?? record.data.fingerprint);
  for (const [i, line] of log.lines.entries()) {
    // It is not made again on other pictures: see StudyData.
    if (line?.do === 'edit' && line.edit.kind === 'resplit') {
      used.add(stateAfter(log, i).from ?? record.data.fingerprint);
    }
  }
  const names = new Set([...used].map((fingerprint) => basename(importFile(folder, fingerprint))));
  for (const name of await readdir(folder)) {
    if (KEPT_LIST.test(name) && !names.has(name)) await rm(join(folder, name), { force: true });
  }
}
