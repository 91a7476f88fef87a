/** Which files of a place hold arrays. */
import type { Place } from '../format.ts';

const MOST_FOLDERS = 50;
const MOST_FILES = 2000;

/**
 * Files whose names are fitting, in the folder; where there are none, in the folders directly below, or below these. For
 * a named file the files beside it, as its labels lie there.
 */
export async function filesNamed({ tree, focus }: Place, fits: (name: string) => boolean): Promise<string[]> {
  if (focus !== null && !fits(focus.slice(focus.lastIndexOf('/') + 1))) return [];
  let folders = [focus?.includes('/') === true ? focus.slice(0, focus.lastIndexOf('/')) : ''];
  for (let depth = 0; depth <= (focus === null ? 2 : 0) && folders.length > 0; depth++) {
    const found: string[] = [];
    const below: string[] = [];
    for (const folder of folders.slice(0, MOST_FOLDERS)) {
      const inside = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
      const listing = await tree.list(folder).catch(() => ({ files: [], folders: [] }));
      found.push(...listing.files.filter(fits).map(inside));
      below.push(...listing.folders.map(inside));
    }
    if (found.length > 0) return found.slice(0, MOST_FILES);
    folders = below;
  }
  return [];
}
