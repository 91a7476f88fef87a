/**
 * Downloaded weights on this computer: where they lie, which are here, and what a file from elsewhere is. One folder
 * for all programs of Steadygaze, for weights are large. STEADYGAZE_WEIGHTS names another one.
 */
import { mkdir, rename, rm, stat, copyFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import type { PublishedWeightsView } from '../../contract/weights-view.ts';
import { syncFolder, temporaryBeside } from '../../workspace/atomic-file.ts';
import { hashFile } from '../../workspace/file-hash.ts';
import { addressOf } from './mirror.ts';
import { canBeSize, digitsOf, isPinned, PUBLISHED_WEIGHTS, sizeOf } from './published-list.ts';
import type { PublishedWeights } from './published-list.ts';

/** Absolute. Not made yet. */
export function weightsFolder(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['STEADYGAZE_WEIGHTS'];
  if (named !== undefined && isAbsolute(named)) return named;
  return join(dataHome(env), 'weights');
}

function dataHome(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Steadygaze');
  const local = env['LOCALAPPDATA'];
  if (process.platform === 'win32') return join(local ?? join(homedir(), 'AppData', 'Local'), 'Steadygaze');
  // The XDG specification tells programs to ignore a relative path here.
  const xdg = env['XDG_DATA_HOME'];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'share'), 'steadygaze');
}

/** Where a file lies once it is whole and checked. */
export const wholeFile = (weights: PublishedWeights, folder: string): string => join(folder, weights.fileName);

/** What has come of it so far. */
export const partFile = (weights: PublishedWeights, folder: string): string => `${wholeFile(weights, folder)}.part`;

/** @throws SteadygazeError `not-found` for an id that is not on the list */
export function publishedWeights(id: string, list: readonly PublishedWeights[] = PUBLISHED_WEIGHTS): PublishedWeights {
  const found = list.find((each) => each.id === id);
  if (found !== undefined) return found;
  throw new SteadygazeError(
    'not-found',
    `There are no published weights "${id.slice(0, 80)}" here.`,
    `There are: ${list.map((each) => each.id).join(', ')}.`,
  );
}

/**
 * A downloaded file, checked again: it has lain on a disk for who knows how long.
 * @param folder of downloaded weights
 * @throws SteadygazeError `not-found` where it was not downloaded; `weights-invalid` where it is not what was downloaded
 */
export async function publishedFile(
  id: string,
  folder: string,
  list: readonly PublishedWeights[] = PUBLISHED_WEIGHTS,
): Promise<{ readonly path: string; readonly weights: PublishedWeights }> {
  const weights = publishedWeights(id, list);
  const path = wholeFile(weights, folder);
  const bytes = await bytesOf(path);
  if (bytes === null) {
    throw new SteadygazeError(
      'not-found',
      `These weights were not downloaded yet: ${weights.title}.`,
      `Download them first, or fetch ${weights.url} on another computer and choose that file.`,
    );
  }
  if (canBeSize(weights, bytes) && isPinned(weights, await hashFile(path))) return { path, weights };
  throw new SteadygazeError(
    'weights-invalid',
    `The downloaded file is not what it was: ${path}`,
    'Delete it and download it again.',
  );
}

/** Which published weights a file is, whatever its name; null where it is none of them. */
export async function recognisePublished(
  path: string,
  list: readonly PublishedWeights[] = PUBLISHED_WEIGHTS,
): Promise<PublishedWeights | null> {
  const bytes = await bytesOf(path);
  // Few files have such a size, so that hardly any is hashed in vain.
  const candidates = bytes === null ? [] : list.filter((weights) => canBeSize(weights, bytes));
  if (candidates.length === 0) return null;
  const hash = await hashFile(path);
  return candidates.find((weights) => isPinned(weights, hash)) ?? null;
}

/**
 * Takes a file from elsewhere for the downloaded one, where it is the same: for computers without a network.
 * @returns where it lies now
 * @throws SteadygazeError `not-found`; `weights-invalid` where it is another file
 */
export async function takePublished(weights: PublishedWeights, from: string, folder: string): Promise<string> {
  const bytes = await bytesOf(from);
  if (bytes === null) throw new SteadygazeError('not-found', `This file does not exist: ${from}`);
  const path = wholeFile(weights, folder);
  await mkdir(folder, { recursive: true });
  const copy = temporaryBeside(path);
  try {
    // What is checked is the copy: the file elsewhere may change.
    if (canBeSize(weights, bytes)) await copyFile(from, copy);
    if (!canBeSize(weights, bytes) || !isPinned(weights, await hashFile(copy))) {
      throw new SteadygazeError(
        'weights-invalid',
        `This file is not ${weights.title}: its SHA-256 or its size is another one.`,
        `Get it from ${weights.url}. Other weights can be chosen as a file of your own.`,
      );
    }
    await rename(copy, path);
  } finally {
    await rm(copy, { force: true });
  }
  await syncFolder(folder);
  return path;
}

/** The list as a person sees it, with what is here already. @param mirror takes the publisher's place; null: none */
export async function describePublished(
  folder: string,
  mirror: string | null,
  list: readonly PublishedWeights[] = PUBLISHED_WEIGHTS,
): Promise<readonly PublishedWeightsView[]> {
  return Promise.all(
    list.map(async (weights) => {
      const whole = await bytesOf(wholeFile(weights, folder));
      const part = whole ?? (await bytesOf(partFile(weights, folder))) ?? 0;
      const { id, title, architecture, publisher, licence } = weights;
      return {
        ...{ id, title, architecture, publisher, licence, sha256: digitsOf(weights), url: addressOf(weights, mirror) },
        // The size of a file that is here is known to the byte.
        bytes: whole ?? sizeOf(weights),
        // Never all of it while the file was not checked.
        here: whole ?? Math.min(part, sizeOf(weights) - 1),
      };
    }),
  );
}

async function bytesOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}
