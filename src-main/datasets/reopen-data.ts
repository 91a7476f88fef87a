/** Reads a data set again from where it was read, in the same way. */
import { buildDataset } from './build-dataset.ts';
import type { BuildOptions } from './build-dataset.ts';
import type { Dataset, DataSource } from './dataset.ts';
import { SubTree } from './trees/file-tree.ts';
import { formatOf } from './formats.ts';
import { openIndex } from './index/index-place.ts';
import { withArchiveProblems } from './open-data.ts';
import { openTree } from './trees/open-tree.ts';

/**
 * @throws SteadygazeError `not-found` where the pictures are not there any more, and as `openData`
 */
export async function reopenData(before: DataSource, options: BuildOptions): Promise<Dataset> {
  const { root, format: id, inside, focus, choices } = before;
  const base = await openTree(root);
  try {
    const tree = inside === '' ? base : new SubTree(base, inside);
    const place = { tree, focus };
    const format = formatOf(id);
    const listed = await format.list(place, { choices, ...(options.signal ? { signal: options.signal } : {}) });
    const listing = base.kind === 'folder' ? listed : await withArchiveProblems(listed, base, inside);
    const reader = (await format.pictures?.(place, choices)) ?? tree;
    try {
      const source = { root, format: id, inside, focus, choices };
      const index = options.index ?? (await openIndex(root, inside));
      return await buildDataset(source, listing, reader, { ...options, ...(index === undefined ? {} : { index }) });
    } finally {
      if (reader !== tree) await reader.close();
    }
  } finally {
    await base.close();
  }
}
