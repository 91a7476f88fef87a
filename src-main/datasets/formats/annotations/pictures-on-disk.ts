/** The pictures that annotations may speak of, and those that none speaks of. */
import { SteadygazeError } from '../../../contract/errors.ts';
import type { Problem } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { hasPictureExtension } from '../../pictures/picture-name.ts';
import { counted, inWords } from '../text-lines.ts';
import type { AnnotatedPicture } from './labelled-pictures.ts';
import type { Reports } from './reports.ts';

/** All picture files below the root, and the other files. */
export async function filesBelow(
  tree: FileTree,
  problems: Problem[],
): Promise<{ readonly pictures: readonly string[]; readonly others: readonly string[] }> {
  const files = await tree.walk('', problems);
  return { pictures: files.filter(hasPictureExtension), others: files.filter((file) => !hasPictureExtension(file)) };
}

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Pictures beside annotated ones are told one by one; folders without any annotated picture as a whole. */
export function reportUnnamed(
  pictures: readonly string[],
  named: ReadonlySet<string>,
  source: string,
  reports: Reports,
): void {
  const used = new Set([...named].map(folderOf));
  const apart = new Map<string, number>();
  for (const picture of pictures) {
    if (named.has(picture)) continue;
    const folder = folderOf(picture);
    if (used.has(folder)) reports.add(source, 'unlabelled', 'No annotation names this picture.', picture);
    else apart.set(folder, (apart.get(folder) ?? 0) + 1);
  }
  for (const [folder, count] of apart) {
    reports.add(source, 'ignored', `No annotation names the ${counted(count, 'picture')} in this folder.`, folder);
  }
}

/** @throws SteadygazeError `data-empty` where annotations speak of nothing that is there, `data-unreadable` where of no class */
export function requireAnnotated(
  annotated: readonly AnnotatedPicture[],
  sources: readonly string[],
  reports: Reports,
): void {
  const files = inWords(sources.slice(0, 3));
  if (annotated.length === 0) {
    const missing = reports.all().find(({ kind }) => kind === 'missing-picture');
    throw new SteadygazeError(
      'data-empty',
      `None of the pictures that ${files} names lies in this folder.`,
      'Choose the folder that holds both the pictures and the annotations.',
      missing?.reason,
    );
  }
  if (annotated.every(({ objects, classNames = [] }) => classNames.length === 0 && objects.length === 0)) {
    throw new SteadygazeError(
      'data-unreadable',
      `In ${files} no picture has a class.`,
      reports.all()[0]?.reason ?? 'Choose the annotations that say what is in the pictures.',
    );
  }
}
