/** What a path is that somebody dropped or typed: told from names alone, so that it takes no time. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasPictureExtension } from '../../datasets/picture-name.ts';
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

/** @param path absolute  @throws SteadygazeError `data-unreadable` */
export async function recognise(path: string): Promise<Recognised> {
  const found = await stat(path).catch(() => null);
  if (found === null) return nothing(path, 'There is nothing at this place (any more).');
  if (!found.isDirectory()) return recogniseFile(path);
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
  return nothing(
    path,
    folders.length === 0 && files.length === 0
      ? 'This folder is empty.'
      : 'There are no pictures in this folder. Choose the folder that holds one folder of pictures for each class.',
  );
}

function recogniseFile(path: string): Recognised {
  const name = basename(path);
  if (name === 'study.json') {
    const folder = dirname(path);
    return { kind: 'study', path: folder, sentence: `The study in the folder "${basename(folder)}".` };
  }
  if (/\.(zip|rar|7z|tar|gz|tgz|bz2|xz)$/i.test(name)) {
    return nothing(path, 'This is an archive. Unpack it first, then choose the folder that came out of it.');
  }
  if (hasPictureExtension(name)) {
    return nothing(
      path,
      'This is a single picture. Choose the folder that holds one folder of pictures for each class.',
    );
  }
  return nothing(path, 'This file is neither a study nor a folder of pictures.');
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

function nothing(path: string, sentence: string): Recognised {
  return { kind: 'nothing', path, sentence };
}
