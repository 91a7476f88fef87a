/**
 * A study on disk: a folder that can be copied, zipped and opened elsewhere. `study.json` says what it is;
 * `data.json` beside it lists the pictures; `runs/` holds the runs. Reading needs no lock, writing does.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { datasetToJson } from '../datasets/dataset-file.ts';
import { isLeftover, removeLeftovers, writeFileAtomic, writeJsonAtomic } from './atomic-file.ts';
import { newerError, parseVersioned, readVersioned } from './json-file.ts';
import type { JsonFormat, Migration, ParsedJson } from './json-file.ts';
import { acquireLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { dataFile, studyBackupFile, studyFile, studyLockFile } from './study-layout.ts';

const StudyRecord = v.looseObject({
  format: v.literal('steadygaze-study'),
  version: v.literal(1),
  /** Told apart from its copies by nothing: a copy of a study is the same study. */
  id: v.string(),
  name: v.string(),
  /** ISO 8601, UTC. */
  created: v.string(),
  data: v.looseObject({
    /** Folder of the pictures: relative to the study (with `/`) where it lies inside, else absolute. */
    path: v.string(),
    /** Name of the reader, e.g. `folder-per-class`. */
    format: v.string(),
    fingerprint: v.string(),
    pictures: v.pipe(v.number(), v.integer(), v.minValue(0)),
    classes: v.array(v.string()),
  }),
});
/** `study.json`. */
export type StudyRecord = v.InferOutput<typeof StudyRecord>;

/** `[n]` leads from version n to n + 1. A test walks through all of them. */
const MIGRATIONS: Readonly<Record<number, Migration>> = {};

export interface Study {
  /** Absolute path. */
  readonly folder: string;
  readonly record: StudyRecord;
  /** Absolute path of the folder of pictures. It may have been moved away. */
  readonly dataRoot: string;
  /** Plain sentences: what was wrong and could be put right. */
  readonly warnings: readonly string[];
}

export interface CreateOptions {
  /** Shown to people. Default: the folder's name. */
  readonly name?: string;
  readonly now?: Date;
}

/**
 * Makes a study of a data set. The folder must not exist, or be empty, or hold nothing but the pictures.
 * When anything fails, what was made is removed again.
 * @throws SteadygazeError `study-exists`, `study-unwritable`, `study-locked`; a full disk passes through
 */
export async function createStudy(folder: string, dataset: Dataset, options: CreateOptions = {}): Promise<Study> {
  const target = resolve(folder);
  const inside = pathInside(target, resolve(dataset.root));
  const path = inside ?? resolve(dataset.root);
  await refuseOccupied(target, inside);
  const firstMade = await makeFolder(target);
  let lock: Lock | null = null;
  try {
    lock = await acquireLock(studyLockFile(target), { what: 'this study' });
    await refuseOccupied(target, inside); // Another process may have been faster.
    await removeLeftovers(target);
    const record: StudyRecord = {
      format: 'steadygaze-study',
      version: 1,
      id: randomUUID(),
      name: options.name ?? basename(target),
      created: (options.now ?? new Date()).toISOString(),
      data: {
        path,
        format: dataset.format,
        fingerprint: dataset.fingerprint,
        pictures: dataset.samples.length,
        classes: [...dataset.classes],
      },
    };
    await writeFileAtomic(dataFile(target), JSON.stringify({ ...datasetToJson(dataset), root: path }));
    await writeJsonAtomic(studyBackupFile(target), record);
    await writeJsonAtomic(studyFile(target), record); // The last: it makes the folder a study.
    return studyOf(target, record, []);
  } catch (error) {
    // A lock held by another process, or its finished study, means that these files are not ours.
    if (!(error instanceof SteadygazeError)) {
      for (const file of [dataFile(target), studyBackupFile(target)]) await rm(file, { force: true });
    }
    lock?.release();
    lock = null;
    if (!(error instanceof SteadygazeError) && firstMade !== null)
      await rm(firstMade, { recursive: true, force: true });
    throw unwritable(error, target);
  } finally {
    lock?.release();
  }
}

/**
 * Opens a study for reading. A damaged `study.json` is replaced in memory by its last good copy.
 * @throws SteadygazeError `not-found`, `study-newer`, `study-corrupt`
 */
export async function openStudy(folder: string): Promise<Study> {
  return (await read(resolve(folder))).study;
}

/**
 * Opens a study for writing: takes its lock, clears away what killed writers left, and writes
 * `study.json` again where it was damaged or of an older version. Release the lock when done.
 * @throws SteadygazeError as {@link openStudy}, and `study-locked`, `study-unwritable`
 */
export async function openStudyForWriting(folder: string): Promise<Study & { readonly lock: Lock }> {
  const target = resolve(folder);
  await read(target); // A folder that is no study must not get a lock file.
  let lock: Lock;
  try {
    lock = await acquireLock(studyLockFile(target), { what: 'this study' });
  } catch (error) {
    throw unwritable(error, target);
  }
  try {
    await removeLeftovers(target);
    const { study, outdated } = await read(target);
    if (outdated) await saveRecord(target, study.record);
    return { ...study, lock };
  } catch (error) {
    lock.release();
    throw unwritable(error, target);
  }
}

/** For tests of the reader: the text of a `study.json`. Never throws. */
export const parseStudy = (text: string, migrations = MIGRATIONS): ParsedJson<StudyRecord> =>
  parseVersioned(text, studyFormat(migrations));

function studyFormat(migrations: Readonly<Record<number, Migration>>): JsonFormat<StudyRecord> {
  return { format: 'steadygaze-study', version: 1, migrations, schema: StudyRecord, noun: 'study' };
}

async function read(folder: string): Promise<{ readonly study: Study; readonly outdated: boolean }> {
  const format = studyFormat(MIGRATIONS);
  const path = studyFile(folder);
  const main = await readVersioned(path, format);
  if (main?.state === 'newer') throw newerError('study', path, main.version);
  if (main?.state === 'good') return { study: studyOf(folder, main.value, []), outdated: main.migrated };
  const backup = await readVersioned(studyBackupFile(folder), format);
  if (backup?.state === 'newer') throw newerError('study', studyBackupFile(folder), backup.version);
  // Only a backup and no study.json: its creator was killed before the last step, or someone deleted it.
  if (backup?.state === 'good') {
    const warning = `The file study.json was ${main === null ? 'missing' : 'damaged'}; its last good copy was used.`;
    return { study: studyOf(folder, backup.value, [warning]), outdated: true };
  }
  if (main === null) {
    throw new SteadygazeError('not-found', `There is no study in this folder: ${folder}`, 'Create one first.');
  }
  throw new SteadygazeError(
    'study-corrupt',
    `The file study.json is damaged, and so is its copy: ${path}`,
    'Put back a copy of the file. The runs in the folder are not affected.',
    main.reason,
  );
}

/** Keeps the record that was good until now as the backup. The caller holds the study's lock. */
async function saveRecord(folder: string, record: StudyRecord): Promise<void> {
  const before = await readVersioned(studyFile(folder), studyFormat(MIGRATIONS));
  if (before?.state === 'good') await writeFileAtomic(studyBackupFile(folder), await readFile(studyFile(folder)));
  await writeJsonAtomic(studyFile(folder), record);
}

function studyOf(folder: string, record: StudyRecord, warnings: readonly string[]): Study {
  const { path } = record.data;
  return { folder, record, dataRoot: isAbsolute(path) ? path : resolve(folder, path), warnings };
}

/** `inner` relative to `outer` with `/`, or null when it lies elsewhere. */
function pathInside(outer: string, inner: string): string | null {
  const path = relative(outer, inner);
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return null;
  return path.split(sep).join('/');
}

/** Nothing may be there but the pictures themselves and what an unfinished `createStudy` left. */
async function refuseOccupied(folder: string, data: string | null): Promise<void> {
  const ours = new Set(
    [dataFile(folder), studyBackupFile(folder), studyLockFile(folder)].map((path) => basename(path)),
  );
  const pictures = data?.split('/')[0];
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    if (systemCode(error) !== 'ENOTDIR') throw unwritable(error, folder);
    names = (await stat(folder).catch(() => null)) === null ? [] : [basename(folder)];
  }
  const finished = names.includes(basename(studyFile(folder)));
  const others = names.filter(
    (name) => name !== pictures && !(ours.has(name) || name.startsWith('lock~') || isLeftover(name)),
  );
  if (others.length === 0) return;
  throw new SteadygazeError(
    'study-exists',
    finished ? `There is already a study in this folder: ${folder}` : `This folder is not empty: ${folder}`,
    finished ? 'Use it as it is, or choose another folder.' : 'Choose a new folder for the study.',
  );
}

/** Makes the folder and its parents. The first one that had to be made, or null when all were there. */
async function makeFolder(folder: string): Promise<string | null> {
  try {
    return (await mkdir(folder, { recursive: true })) ?? null;
  } catch (error) {
    throw unwritable(error, folder);
  }
}

function unwritable(error: unknown, folder: string): unknown {
  const code = systemCode(error);
  if (error instanceof SteadygazeError || !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT'].includes(code ?? '')) {
    return error;
  }
  return new SteadygazeError(
    'study-unwritable',
    `The study cannot be written to this folder: ${folder}`,
    `Choose another folder, or allow writing to ${join(dirname(folder), sep)}.`,
    error instanceof Error ? error.message : undefined,
  );
}
