/**
 * Copies the sample study that comes with the app to where its owner may change it. All or nothing: it is copied beside
 * its place and renamed at the end.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { forEachConcurrently, throwIfCancelled } from '../../datasets/concurrency.ts';
import { temporaryBeside } from '../../workspace/atomic-file.ts';
import { openStudy } from '../../workspace/study.ts';
import type { Study } from '../../workspace/study.ts';
import type { Following } from './library.ts';

/** What belongs to a process or can be computed again. */
const LEFT_OUT: ReadonlySet<string> = new Set(['lock', 'cache']);

/**
 * @throws SteadygazeError `not-found` where this installation has no sample, `study-exists`, `study-unwritable`,
 * `cancelled`
 */
export async function copySample(
  sample: string,
  folder: string,
  { onProgress, signal }: Following = {},
): Promise<void> {
  const study = await openStudy(sample); // What is no study is not copied.
  await refuseOccupied(folder);
  const { folders, files } = await listing(sample);
  const sources = files.map((file) => ({ from: join(sample, file), to: file }));
  const pictures = await picturesApart(study);
  if (pictures !== null) {
    const apart = await listing(pictures.from);
    folders.push(pictures.to, ...apart.folders.map((each) => join(pictures.to, each)));
    sources.push(...apart.files.map((file) => ({ from: join(pictures.from, file), to: join(pictures.to, file) })));
  }
  const draft = temporaryBeside(folder);
  try {
    throwIfCancelled(signal);
    await mkdir(draft, { recursive: true });
    for (const each of folders) await mkdir(join(draft, each));
    let done = 0;
    onProgress?.(0, sources.length);
    await forEachConcurrently(
      sources,
      async ({ from, to }) => {
        // Where the file system can, nothing is copied until one of the two changes.
        await copyFile(from, join(draft, to), constants.COPYFILE_FICLONE);
        onProgress?.(++done, sources.length);
      },
      signal,
    );
    throwIfCancelled(signal);
    await rm(folder, { recursive: true, force: true }); // Empty, or not there.
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw unwritable(error, folder);
  }
}

/**
 * The pictures of a sample study lie beside it, in the folder `sample`, where the command line's demo has them too; the
 * copy gets them where its `study.json` says. Null where the study has its pictures with it.
 */
async function picturesApart({
  folder,
  dataRoot,
}: Study): Promise<{ readonly from: string; readonly to: string } | null> {
  const to = relative(folder, dataRoot);
  const hasThem = (await stat(dataRoot).catch(() => null)) !== null;
  return hasThem || to.startsWith('..') ? null : { from: join(dirname(folder), 'sample'), to };
}

async function refuseOccupied(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (systemCode(error) === 'ENOENT') return [];
    if (systemCode(error) === 'ENOTDIR') return [folder];
    throw unwritable(error, folder);
  });
  if (names.length === 0) return;
  throw new SteadygazeError(
    'study-exists',
    `There is something in this folder already: ${folder}`,
    'Open the study that is there, or choose another folder.',
  );
}

/** Paths relative to `root`, folders before what lies in them. */
async function listing(root: string): Promise<{ readonly folders: string[]; readonly files: string[] }> {
  const folders: string[] = [];
  const files: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : join(folder, entry.name);
      if (LEFT_OUT.has(entry.name) && (folder === '' || entry.name === 'lock')) continue;
      if (entry.isDirectory()) {
        folders.push(path);
        await visit(path);
      } else if (entry.isFile()) files.push(path);
    }
  };
  await visit('');
  return { folders, files };
}

function unwritable(error: unknown, folder: string): unknown {
  if (error instanceof SteadygazeError) return error;
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(systemCode(error) ?? '')) return error;
  return new SteadygazeError(
    'study-unwritable',
    `The sample study cannot be written to this folder: ${folder}`,
    `Choose another folder, or allow writing to ${dirname(folder)}.`,
    String(error),
  );
}
