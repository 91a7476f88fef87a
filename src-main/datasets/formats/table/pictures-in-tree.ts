/** Which pictures a table may name: all in the tree, however they are nested. */
import type { Problem } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { PictureFinder } from '../../pictures/find-picture.ts';
import { hasPictureExtension } from '../../pictures/picture-name.ts';
import type { Place } from '../../format.ts';
import type { Finders } from './collect.ts';
import { openSheets } from './row-source.ts';

export interface TreePictures extends Finders {
  readonly pictures: PictureFinder;
  /** All but those in the folder of masks. */
  readonly paths: readonly string[];
  /** The folder `masks/` with what lies in it, or null. */
  readonly masks: { readonly folder: string; readonly paths: readonly string[] } | null;
}

/** @param problems receives folders that may not be read */
export async function picturesInTree(place: Place, problems: Problem[]): Promise<TreePictures> {
  const { tree } = place;
  const { files, folders: all } = await tree.list('');
  const folders = place.focus?.includes('/') === true ? await foldersNamed(tree, place.focus, all) : all;
  const paths = files.filter(hasPictureExtension);
  let masks: TreePictures['masks'] = null;
  for (const folder of folders) {
    const inside = (await tree.walk(folder, problems)).filter(hasPictureExtension);
    // Beside other pictures only: a data set may also consist of a folder that is called so.
    if (/^masks?$/i.test(folder)) masks = { folder, paths: inside };
    else for (const path of inside) paths.push(path);
  }
  if (masks !== null && paths.length === 0) {
    for (const path of masks.paths) paths.push(path);
    masks = null;
  }
  const pictures = new PictureFinder(paths);
  const any = masks === null ? pictures : new PictureFinder([...paths, ...masks.paths]);
  return { pictures, any, paths, masks };
}

const PROBED_ROWS = 4;
const PROBED_FOLDERS = 200;

/**
 * A table that lies deeper than the place names pictures of a few folders beside its own. The place may be a whole home
 * folder by then: only folders in which the first pictures really are get walked.
 */
async function foldersNamed(tree: FileTree, table: string, folders: readonly string[]): Promise<string[]> {
  const own = table.slice(0, table.indexOf('/'));
  const named = new Set([own]);
  const { sheets, open } = await openSheets(tree, table);
  const { head } = await open(sheets[0] ?? '');
  for (const cell of head.slice(0, PROBED_ROWS).flatMap(({ cells }) => cells)) {
    const path = cell.replaceAll('\\', '/').replace(/^(\.{1,2}\/)+|^\/+/, '');
    if (!hasPictureExtension(path) || path.split('/').includes('..')) continue;
    if ((await tree.stamp(path)) !== null && path.includes('/')) named.add(path.slice(0, path.indexOf('/')));
    for (const folder of folders.slice(0, PROBED_FOLDERS)) {
      if (!named.has(folder) && (await tree.stamp(`${folder}/${path}`)) !== null) named.add(folder);
    }
  }
  return folders.filter((folder) => named.has(folder));
}
