/** Data sets in HDF5 files as arrays that can be pictures and labels. */
import type { Dataset, Group } from 'h5wasm';
import { onDisk } from '../trees/byte-source.ts';
import type { Problem } from '../dataset.ts';
import type { FileTree } from '../trees/file-tree.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';
import { MOST_BYTES, openHdf5, readNumbers, typeOf } from './hdf5-library.ts';
import { productOf } from './stored-array.ts';
import type { ArrayStore, StoredArray } from './stored-array.ts';

type H5 = Awaited<ReturnType<typeof openHdf5>>['h5'];

/** Groups may be members of themselves. */
const MOST_DEPTH = 12;
const MOST_SETS = 2000;
/** Unpacked pictures that are kept, in bytes. */
const KEPT_BYTES = 2 ** 27;
const SIGNATURE = '\x89HDF\r\n\x1a\n';

/** Whether it begins like HDF5; a block of another program may come first (MATLAB 7.3 writes 512 bytes). */
export async function looksLikeHdf5(tree: FileTree, file: string): Promise<boolean> {
  const head = Buffer.from(await tree.readRange(file, 0, 4096).catch(() => new Uint8Array())).toString('latin1');
  return [0, 512, 1024, 2048].some((at) => head.startsWith(SIGNATURE, at));
}

/** @param files what cannot be read of them is a problem */
export async function openHdf5Store(tree: FileTree, files: readonly string[]): Promise<ArrayStore> {
  const arrays: StoredArray[] = [];
  const problems: Problem[] = [];
  const opened: { close: () => unknown }[] = [];
  const kept = new KeptBlocks();
  for (const file of files) {
    if (!(await looksLikeHdf5(tree, file))) {
      problems.push({ file, kind: 'unreadable', reason: 'The file is no HDF5 file, whatever its name says.' });
      continue;
    }
    try {
      const { file: root, h5 } = await openHdf5(await onDisk(tree, file));
      opened.push(root);
      const report = (path: string, reason: string): void => {
        problems.push({ file: `${file}#${path}`, kind: 'ignored', reason });
      };
      for (const set of dataSetsIn(h5, root, report)) {
        const array = storedArray(h5, file, set, kept, report);
        if (array !== null) arrays.push(array);
      }
    } catch (error) {
      problems.push({ file, kind: 'unreadable', reason: reasonOfSystem(error) });
    }
  }
  const close = (): Promise<void> => {
    for (const file of opened.splice(0)) file.close();
    return Promise.resolve();
  };
  return { arrays, problems, close };
}

/** All data sets in the file itself; links to other files are not followed. */
function dataSetsIn(h5: H5, root: Group, report: (path: string, reason: string) => void): Dataset[] {
  const found: Dataset[] = [];
  const visit = (group: Group, prefix: string, depth: number): void => {
    if (depth > MOST_DEPTH) return;
    for (const key of group.keys()) {
      const path = `${prefix}${key}`;
      try {
        const entity = group.get(key);
        if (entity instanceof h5.Group) visit(entity, `${path}/`, depth + 1);
        else if (entity instanceof h5.Dataset && found.length < MOST_SETS) found.push(entity);
        else if (entity instanceof h5.ExternalLink) report(path, 'It lies in another file, which is not opened.');
      } catch {
        report(path, 'It is damaged.');
      }
    }
  };
  visit(root, '', 0);
  return found;
}

function storedArray(
  h5: H5,
  file: string,
  set: Dataset,
  kept: KeptBlocks,
  report: (path: string, reason: string) => void,
): StoredArray | null {
  const path = set.path.replace(/^\//, '');
  const { metadata } = set;
  const { shape } = metadata;
  const type = typeOf(metadata);
  if (type === null || shape === null || shape.length === 0) return null;
  if ((metadata.virtual_sources?.length ?? 0) > 0) {
    report(path, 'Its numbers lie in other files or data sets, which is not supported.');
    return null;
  }
  const about = { name: `${file}#${path}`, file, shape, type };
  if (type === 'text') {
    const texts = (from: number, to: number): readonly string[] => {
      const read = set.slice([[from, to], ...shape.slice(1).map(() => [] as [])]);
      return Array.isArray(read) ? read.map(String) : [];
    };
    return { ...about, content: 'texts', read: (from, to) => attempt(() => texts(from, to)) };
  }
  const item = productOf(shape.slice(1));
  const most = Math.max(1, Math.floor(MOST_BYTES / (item * metadata.size)));
  // A packed chunk is unpacked for every read of it: all its pictures are read at once.
  const block = Math.min(most, Math.max(1, metadata.chunks?.[0] ?? 1));
  const read = (from: number, to: number): ArrayLike<number> => {
    if (to - from === 1) {
      const first = Math.floor(from / block) * block;
      const values = kept.get(`${about.name} ${first}`, () =>
        readNumbers(h5, set, first, Math.min(shape[0], first + block)),
      );
      return values.subarray((from - first) * item, (from - first + 1) * item);
    }
    const out = type === 'uint8' ? new Uint8Array((to - from) * item) : new Float64Array((to - from) * item);
    for (let at = from; at < to; at += most) {
      out.set(readNumbers(h5, set, at, Math.min(to, at + most)), (at - from) * item);
    }
    return out;
  };
  return { ...about, content: 'numbers', read: (from, to) => attempt(() => read(from, to)) };
}

/** The library works at once; what it throws is to be a rejection as of all other arrays. */
const attempt = async <T>(work: () => T): Promise<T> => Promise.resolve().then(work);

/** The blocks that were read last. */
class KeptBlocks {
  readonly #blocks = new Map<string, Uint8Array | Float64Array>();
  #bytes = 0;

  get(key: string, read: () => Uint8Array | Float64Array): Uint8Array | Float64Array {
    const known = this.#blocks.get(key);
    const block = known ?? read();
    if (known === undefined) this.#bytes += block.byteLength;
    // A map keeps its keys in the order of their setting: the last used is the last.
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    for (const [oldest, { byteLength }] of this.#blocks) {
      if (this.#bytes <= KEPT_BYTES || oldest === key) break;
      this.#blocks.delete(oldest);
      this.#bytes -= byteLength;
    }
    return block;
  }
}
