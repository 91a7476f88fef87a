/** Deleting a run and everything it computed. */
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lockRun } from '../../workspace/run.ts';
import { openStudyForWriting } from '../../workspace/study.ts';
import { attackedPictureFile, runFolder, runsFolder } from '../../workspace/study-layout.ts';

/** Folders of runs that were about to be deleted: no run's id begins with a dot, so nobody takes them for one. */
const DELETED = /^\..+\.deleted$/;

/** @throws SteadygazeError `not-found`, `study-locked` while somebody works on the study or the run */
export async function deleteRun(folder: string, id: string): Promise<void> {
  const study = await openStudyForWriting(folder);
  try {
    const lock = await lockRun(study.folder, id, 0);
    const aside = join(runsFolder(study.folder), `.${id}.deleted`);
    try {
      await rm(aside, { recursive: true, force: true });
      // In one step, so that a crash leaves a whole run or none.
      await rename(runFolder(study.folder, id), aside);
    } finally {
      lock.release();
    }
    // Its pictures of attacks are beside the runs; the next run may get its number.
    const explained = dirname(dirname(attackedPictureFile(study.folder, id, 0, 0)));
    await rm(explained, { recursive: true, force: true });
    for (const name of await readdir(runsFolder(study.folder))) {
      if (DELETED.test(name)) await rm(join(runsFolder(study.folder), name), { recursive: true, force: true });
    }
  } finally {
    study.lock.release();
  }
}
