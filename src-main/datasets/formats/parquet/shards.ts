/** Which Parquet files belong together: the shards of all splits of one data set, as Hugging Face names them. */
import type { Split } from '../../dataset.ts';
import type { Place } from '../../format.ts';
import { splitInName } from '../table/columns.ts';

export interface Shard {
  readonly path: string;
  /** `train-00000-of-00002.parquet`, `validation/0000.parquet`. */
  readonly split: Split | null;
}

/** Shards of one data set. */
export interface ShardSet {
  /** Folder of the shards without that of the split; '' is the root. */
  readonly name: string;
  /** In code-unit order. */
  readonly shards: readonly Shard[];
}

const IS_PARQUET = /\.parquet$/i;
/** Folders looked into; deeper than two there are no shards. */
const MOST_FOLDERS = 100;
const MOST_SHARDS = 10_000;

/** Never throws; the largest set first. */
export async function shardSets({ tree, focus }: Place): Promise<ShardSet[]> {
  if (focus !== null && !IS_PARQUET.test(focus)) return [];
  const paths: string[] = [];
  const look = async (folder: string, depth: number): Promise<void> => {
    const { files, folders } = await tree.list(folder).catch(() => ({ files: [], folders: [] }));
    const at = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
    for (const file of files) if (IS_PARQUET.test(file) && paths.length < MOST_SHARDS) paths.push(at(file));
    if (depth === 0) return;
    for (const inner of folders.slice(0, MOST_FOLDERS)) await look(at(inner), depth - 1);
  };
  if (focus === null) await look('', 2);
  else {
    const folder = focus.slice(0, Math.max(focus.lastIndexOf('/'), 0));
    if (isShard(focus)) await look(folder, 0);
    const others = paths.filter((path) => path !== focus && isShard(path));
    paths.splice(0, paths.length, focus, ...others);
  }
  const sets = new Map<string, Shard[]>();
  for (const path of paths.sort()) {
    const parts = path.split('/');
    const base = parts.pop() ?? '';
    const named = splitInName(base);
    const folder = named === null ? parts.findLastIndex((part) => splitInName(part) !== null) : -1;
    const split = named?.split ?? (folder < 0 ? null : (splitInName(parts[folder])?.split ?? null));
    const name = parts.filter((_, i) => i !== folder).join('/');
    const set = sets.get(name);
    if (set === undefined) sets.set(name, [{ path, split }]);
    else set.push({ path, split });
  }
  return [...sets].map(([name, shards]) => ({ name, shards })).sort((a, b) => b.shards.length - a.shards.length);
}

/** `...-00000-of-00002.parquet`: whoever names one means all. */
const isShard = (path: string): boolean => /-\d+-of-\d+\.parquet$/i.test(path);
