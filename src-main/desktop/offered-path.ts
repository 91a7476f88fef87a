/** What somebody asked the app to open: an argument, or a file that the system hands over. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/**
 * @param args of the process, its program first
 * @param packaged otherwise the app's own folder comes before anything that is meant for it
 * @param from folder that relative paths are meant from
 * @returns absolute, null where nothing was asked for
 */
export function offeredPath(args: readonly string[], packaged: boolean, from: string): string | null {
  const words = args.slice(1).filter((argument) => !argument.startsWith('-'));
  const [path] = packaged ? words : words.slice(1);
  if (path === undefined || path === '') return null;
  const place = resolve(from, path);
  return existsSync(place) ? studyOf(place) : null;
}

/** A study is its folder; what a person can double-click is the file in it. */
export function studyOf(path: string): string {
  return basename(path) === 'study.json' ? dirname(path) : path;
}
