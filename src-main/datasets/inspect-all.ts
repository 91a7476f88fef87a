/** Reads all files of a data set once, a few at a time; those that are in the index and have not changed, not at all. */
import { forEachConcurrently } from './concurrency.ts';
import type { DataSource, Problem } from './dataset.ts';
import type { PictureReader } from './trees/file-tree.ts';
import type { FileStamp, IndexCache } from './index/index-cache.ts';
import { inspectPicture } from './pictures/picture-file.ts';
import type { PictureFacts, Unusable } from './pictures/picture-file.ts';

export interface InspectOptions {
  readonly signal?: AbortSignal;
  readonly index?: IndexCache;
}

/**
 * @param source what the pictures are listed from: those inside of one file are known only as they were asked for
 * @param progress called once a file
 * @returns [n] what was found in each file; what cannot be used is null, and a problem
 */
export async function inspectAll(
  source: DataSource,
  reader: PictureReader,
  ids: readonly string[],
  use: 'picture' | 'mask',
  { signal, index }: InspectOptions,
  progress: () => void,
  problems: Problem[],
): Promise<(PictureFacts | null)[]> {
  const results = new Array<PictureFacts | null>(ids.length).fill(null);
  const failures = new Map<number, Unusable>();
  const stamps = index === undefined ? null : await stampAll(reader, ids, signal);
  const unknown: number[] = [];
  ids.forEach((id, i) => {
    const stamp = stamps?.[i] ?? null;
    const known = stamp && index ? index.get(keyOf(source, id), stamp) : null;
    // The same file may have been read as a mask before, without a look at it.
    if (known === null || (known.look === null) !== (use === 'mask')) unknown.push(i);
    else {
      results[i] = known;
      progress();
    }
  });
  await forEachConcurrently(
    unknown,
    async (i) => {
      const stamp = stamps?.[i] ?? null;
      const facts = await inspectPicture(reader, ids[i], use, stamp);
      if ('kind' in facts) {
        failures.set(i, facts);
      } else if (stamp && index) {
        index.set(keyOf(source, ids[i]), stamp, facts);
      } else {
        results[i] = facts;
      }
      progress();
    },
    signal,
  );
  // The index packs what it is told; 100,000 looks of their own beside it would take twice the memory.
  for (const i of unknown) {
    const stamp = stamps?.[i] ?? null;
    if (stamp && index && !failures.has(i)) results[i] ??= index.get(keyOf(source, ids[i]), stamp);
  }
  for (const [i, { kind, reason }] of [...failures].sort(([a], [b]) => a - b)) {
    problems.push({ file: ids[i], kind: use === 'mask' ? 'bad-mask' : kind, reason });
  }
  return results;
}

/** A name in the index. A file is what it is; a picture inside of one may be cut out of it in another way next time. */
const keyOf = ({ format, choices }: DataSource, id: string): string =>
  id.includes('#') ? `${id}\0${format}\0${JSON.stringify(choices)}` : id;

async function stampAll(
  reader: PictureReader,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly (FileStamp | null)[]> {
  if (reader.stamps !== undefined) return reader.stamps(ids, signal);
  const stamps = new Array<FileStamp | null>(ids.length).fill(null);
  await forEachConcurrently(
    ids,
    async (id, i) => {
      stamps[i] = await reader.stamp(id);
    },
    signal,
  );
  return stamps;
}
