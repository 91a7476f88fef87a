/** From a path that somebody dropped or typed to the place where formats look. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Place } from './format.ts';
import { openTree } from './open-tree.ts';

/** A place, and the folder inside of its root that it begins in ('' as a rule). Close its tree. */
export interface OpenedPlace {
  readonly place: Place;
  readonly inside: string;
}

/** @throws SteadygazeError `not-found`, `data-unreadable` */
export async function openPlace(path: string): Promise<OpenedPlace> {
  const target = resolve(path);
  const found = await stat(target).catch(() => null);
  if (found?.isFile() !== true) return { place: { tree: await openTree(target), focus: null }, inside: '' };
  return { place: { tree: await openTree(dirname(target)), focus: basename(target) }, inside: '' };
}
