/** From a path that somebody dropped or typed to the places where formats look, one after the other. */
import { readdir, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import { hasArchiveExtension, hasUnreadableArchiveExtension } from './archive-name.ts';
import { SubTree } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import type { Place } from '../format.ts';
import { openArchive, openTree } from './open-tree.ts';

/** A place, and the folder inside of its root that it begins in ('' as a rule). Close its tree. */
export interface OpenedPlace {
  readonly place: Place;
  readonly inside: string;
}

/** Folders that hold one folder and nothing else are opened so often: programs that pack like to add one. */
const MOST_LEVELS = 3;
/** What may lie beside the folder of an annotation in the folder above it. */
const MOST_BESIDE = 40;
/** Files that may lie beside the one folder. */
const NOTE = /^(readme|licen[cs]e|copying|citation|changelog|about)\b|\.(md|rst|pdf)$/i;
/** A folder of one split alone is not the data set: that the others are missing must be said. */
const SPLIT = /^(train|val|valid|test)(ing|ation)?$/i;

/**
 * A folder or an archive is its own place; a file's place is the folder that it lies in.
 * @throws SteadygazeError `not-found`, `data-unreadable`, `data-empty`, `disk-full`
 */
export async function openPlace(path: string): Promise<OpenedPlace> {
  const target = resolve(path);
  const found = await stat(target).catch(() => null);
  if (found?.isFile() !== true) return { place: { tree: await openTree(target), focus: null }, inside: '' };
  const archive = await readArchive(target);
  if (archive !== null) return { place: { tree: archive, focus: null }, inside: '' };
  return { place: { tree: await openTree(dirname(target)), focus: basename(target) }, inside: '' };
}

/**
 * Formats look at everything below a place, so a folder that is nobody's data set is none: the home folder, the
 * temporary folder, the root of a disk, or one that holds much beside the folder of the named file.
 */
async function mayHoldData(folder: string): Promise<boolean> {
  if (dirname(folder) === folder || [homedir(), tmpdir()].some((known) => resolve(known) === folder)) return false;
  const found = await readdir(folder).catch(() => null);
  return found !== null && found.length <= MOST_BESIDE;
}

async function readArchive(path: string): Promise<FileTree | null> {
  try {
    return await openArchive(path);
  } catch (error) {
    if (error instanceof SteadygazeError) throw error;
    const message = `The file ${path} may not be read.`;
    throw new SteadygazeError('data-unreadable', message, 'Check its permissions.', String(error));
  }
}

/**
 * Where else to look when no format is sure: inside the only folder of a folder or archive; for a file, one folder
 * higher, as annotations often lie beside the folder of the pictures.
 * @param level places that were looked at before
 * @returns null where there is nothing else; the trees of archives are shared by all places of one path
 */
export async function nextPlace({ place, inside }: OpenedPlace, level: number): Promise<OpenedPlace | null> {
  const { tree, focus } = place;
  if (focus !== null) {
    const higher = dirname(tree.root);
    if (focus.includes('/') || !(await mayHoldData(higher))) return null;
    const further = await openTree(higher).catch(() => null);
    return further && { place: { tree: further, focus: `${basename(tree.root)}/${focus}` }, inside: '' };
  }
  if (level > MOST_LEVELS) return null;
  const { files, folders } = await tree.list('');
  const [only] = folders;
  if (folders.length !== 1 || SPLIT.test(only) || !files.every((file) => NOTE.test(file))) return null;
  if (tree.kind === 'folder')
    return { place: { tree: await openTree(join(tree.root, only)), focus: null }, inside: '' };
  const deeper = inside === '' ? only : `${inside}/${only}`;
  return { place: { tree: new SubTree(tree, only), focus: null }, inside: deeper };
}

/** For a folder of which nothing could be made: whether only an archive lies in it. @throws SteadygazeError then */
export async function refuseLonelyArchive({ tree, focus }: Place): Promise<void> {
  if (focus !== null) return;
  const { files, folders } = await tree.list('');
  const archives = files.filter((file) => hasArchiveExtension(file) || hasUnreadableArchiveExtension(file));
  const [only] = archives;
  if (archives.length === 0 || folders.length > 0 || !files.every((file) => archives.includes(file) || NOTE.test(file)))
    return;
  if (tree.kind !== 'folder' || !hasArchiveExtension(only)) {
    throw new SteadygazeError(
      'data-empty',
      `There is nothing but an archive here ("${only}"${archives.length > 1 ? ' and others' : ''}).`,
      'Unpack it first, then choose the folder that came out of it.',
    );
  }
  throw new SteadygazeError(
    'data-empty',
    `The folder ${tree.root} holds nothing but an archive ("${only}"${archives.length > 1 ? ' and others' : ''}).`,
    `Choose the archive itself, "${only}": it is read as it is.`,
  );
}
