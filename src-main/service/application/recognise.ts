/** What a path is that somebody dropped or typed: told from names alone, so that it takes no time. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasArchiveExtension, hasUnreadableArchiveExtension } from '../../datasets/trees/archive-name.ts';
import { dataFileKind } from '../../datasets/trees/data-file-name.ts';
import type { DataFileKind } from '../../datasets/trees/data-file-name.ts';
import { hasPictureExtension } from '../../datasets/pictures/picture-name.ts';
import { studyFile } from '../../workspace/study-layout.ts';
import { namesIn } from './folder-names.ts';

export interface Recognised {
  readonly kind: 'study' | 'pictures' | 'nothing';
  readonly path: string;
  readonly sentence: string;
}

/** Names that are looked at in one folder, and folders that are looked into. */
const MOST_NAMES = 300;
const MOST_FOLDERS = 24;
/** Named in the sentence. */
const MOST_NAMED = 4;
/** Public data sets come in folders of folders: VOCdevkit/VOC2012/JPEGImages, CUB_200_2011/images/001.Albatross. */
const MOST_LEVELS = 4;
const MOST_DEEP_FOLDERS = 60;

/** @param path absolute  @throws SteadygazeError `data-unreadable` */
export async function recognise(path: string): Promise<Recognised> {
  const found = await stat(path).catch(() => null);
  if (found === null) return nothing(path, 'There is nothing at this place (any more).');
  if (found.isFile()) return recogniseFile(path, found.size);
  if (!found.isDirectory()) return nothing(path, 'This is neither a file nor a folder.');
  const isStudy = await stat(studyFile(path)).then(
    (file) => file.isFile(),
    () => false,
  );
  if (isStudy) return { kind: 'study', path, sentence: `The study in the folder "${basename(path)}".` };
  const { folders, files } = await namesIn(path, MOST_NAMES);
  const withPictures: string[] = [];
  for (const name of folders.slice(0, MOST_FOLDERS))
    if (await holdsPictures(join(path, name), 1)) withPictures.push(name);
  if (withPictures.length > 0) {
    const more = withPictures.length > MOST_NAMED || folders.length > MOST_FOLDERS ? ', ...' : '';
    const named = withPictures.slice(0, MOST_NAMED).join(', ');
    return { kind: 'pictures', path, sentence: `A folder with pictures in folders: ${named}${more}` };
  }
  if (files.some(hasPictureExtension)) {
    const sentence = 'A folder with pictures, but without a folder for each class.';
    return { kind: 'pictures', path, sentence };
  }
  // Descriptions alone are in many folders of other things; without a picture they describe nothing.
  const data = files.filter((name) => ['table', 'arrays'].includes(dataFileKind(name) ?? ''));
  if (data.length > 0) {
    const named = `${data.slice(0, MOST_NAMED).join(', ')}${data.length > MOST_NAMED ? ', ...' : ''}`;
    return { kind: 'pictures', path, sentence: `A folder with files that may hold or name pictures: ${named}` };
  }
  const deep = await deepData(path, folders);
  if (deep !== null)
    return { kind: 'pictures', path, sentence: `A folder with pictures or files of them in "${deep}".` };
  const archive = files.find(hasArchiveExtension);
  if (archive !== undefined) {
    return nothing(path, `There is an archive in this folder. Choose the archive itself, "${archive}".`);
  }
  return nothing(
    path,
    folders.length === 0 && files.length === 0
      ? 'This folder is empty.'
      : 'There are no pictures in this folder. Choose the folder that holds one folder of pictures for each class.',
  );
}

const FILES: Readonly<Record<DataFileKind, string>> = {
  table: 'a table that may name pictures.',
  annotation: 'a description of pictures, perhaps.',
  arrays: 'a file that may hold pictures as numbers.',
};

function recogniseFile(path: string, size: number): Recognised {
  const name = basename(path);
  if (name === 'study.json') {
    const folder = dirname(path);
    return { kind: 'study', path: folder, sentence: `The study in the folder "${basename(folder)}".` };
  }
  if (size === 0) return nothing(path, 'This file is empty.');
  if (hasArchiveExtension(name)) return { kind: 'pictures', path, sentence: `The archive "${name}".` };
  if (hasUnreadableArchiveExtension(name)) {
    const sentence =
      'Archives of this kind cannot be read here. Unpack it first, then choose the folder that came out.';
    return nothing(path, sentence);
  }
  if (hasPictureExtension(name)) {
    return nothing(
      path,
      'This is a single picture. Choose the folder that holds one folder of pictures for each class.',
    );
  }
  const kind = dataFileKind(name);
  if (kind !== null) return { kind: 'pictures', path, sentence: `"${name}": ${FILES[kind]}` };
  return nothing(path, 'This file is neither a study, nor pictures, nor a list of pictures.');
}

/** @param deeper folders that may be opened below this one */
async function holdsPictures(folder: string, deeper: number): Promise<boolean> {
  // A folder that may not be read among others is the data reader's to complain about.
  const names = await namesIn(folder, MOST_NAMES).catch(() => null);
  if (names === null) return false;
  if (names.files.some(hasPictureExtension)) return true;
  if (deeper === 0) return false;
  for (const name of names.folders.slice(0, MOST_FOLDERS / 2)) {
    if (await holdsPictures(join(folder, name), deeper - 1)) return true;
  }
  return false;
}

/** The first folder further down that holds pictures or arrays, level by level, looked for in so many folders only. */
async function deepData(root: string, first: readonly string[]): Promise<string | null> {
  let level = first.slice(0, MOST_FOLDERS);
  let left = MOST_DEEP_FOLDERS;
  for (let depth = 1; depth <= MOST_LEVELS && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level.slice(0, left)) {
      left--;
      const names = await namesIn(join(root, folder), MOST_NAMES).catch(() => null);
      if (names === null) continue;
      if (names.files.some((name) => hasPictureExtension(name) || isArrays(name))) return folder;
      next.push(...names.folders.slice(0, MOST_FOLDERS).map((name) => `${folder}/${name}`));
    }
    level = next;
  }
  return null;
}

/** Programs keep files that end in `.bin`, too; so deep down only names of known data sets count. */
const isArrays = (name: string): boolean =>
  dataFileKind(name) === 'arrays' && (!/\.bin$/i.test(name) || /^(data_batch_\d|train|train_X)\.bin$/i.test(name));

function nothing(path: string, sentence: string): Recognised {
  return { kind: 'nothing', path, sentence };
}
