/** NPY files and NPZ archives of them as arrays that can be pictures and labels. */
import { basename, extname } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import { onDisk, treeSource } from '../trees/byte-source.ts';
import type { ByteSource } from '../trees/byte-source.ts';
import type { Problem } from '../dataset.ts';
import type { FileTree } from '../trees/file-tree.ts';
import { NpyArray } from './npy-array.ts';
import { ALL_KINDS, NpyProblem } from './npy-header.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';
import type { ArrayStore, StoredArray } from './stored-array.ts';

/** Arrays in Fortran's order are read whole: single pictures lie scattered over all of the file. */
const MOST_FORTRAN_VALUES = 2 ** 25;
const MOST_ARRAYS = 2000;

/** @param files NPY and NPZ files; what cannot be read of them is a problem */
export async function openNpyStore(tree: FileTree, files: readonly string[]): Promise<ArrayStore> {
  const arrays: StoredArray[] = [];
  const problems: Problem[] = [];
  const archives: FileTree[] = [];
  const add = async (file: string, name: string, open: () => Promise<ByteSource>): Promise<void> => {
    try {
      const array = storedArray(file, name, await NpyArray.read(await open(), ALL_KINDS));
      if (array.shape.length > 0) arrays.push(array);
    } catch (error) {
      problems.push({ file: name, kind: 'unreadable', reason: reasonOf(error) });
    }
  };
  for (const file of files.slice(0, MOST_ARRAYS)) {
    if (extname(file).toLowerCase() === '.npy') {
      await add(file, file, () => treeSource(tree, file));
      continue;
    }
    try {
      const { ZipTree } = await import('../trees/zip-tree.ts');
      const archive = await ZipTree.open(await onDisk(tree, file));
      archives.push(archive);
      const entries = (await archive.walk('', problems)).filter((entry) => /\.npy$/i.test(entry));
      for (const entry of entries.slice(0, MOST_ARRAYS)) {
        await add(file, `${file}#${entry.slice(0, -4)}`, () => treeSource(archive, entry));
      }
    } catch (error) {
      problems.push({ file, kind: 'unreadable', reason: reasonOf(error) });
    }
  }
  const close = async (): Promise<void> => {
    await Promise.all(archives.map((archive) => archive.close()));
  };
  return { arrays, problems, close };
}

function storedArray(file: string, name: string, array: NpyArray): StoredArray {
  const { shape, type } = array;
  const safely = async <T>(reading: Promise<T>): Promise<T> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof NpyProblem)) throw error;
      throw new SteadygazeError('data-unreadable', `The array ${basename(name)} ${error.message}.`);
    }
  };
  if (type === 'text')
    return { name, file, shape, type, content: 'texts', read: (from, to) => safely(array.texts(from, to)) };
  const bytes = type === 'uint8' || type === 'bool';
  let whole: Promise<Float64Array> | null = null;
  const read = async (from: number, to: number): Promise<ArrayLike<number>> => {
    if (!array.fortran) return bytes ? array.bytes(from, to) : array.numbers(from, to);
    if (array.count * array.length > MOST_FORTRAN_VALUES) {
      throw new NpyProblem(
        'is large and saved in the order of Fortran, which scatters every picture over the file; save numpy.ascontiguousarray(images) instead',
      );
    }
    whole ??= array.numbers(0, array.count);
    return (await whole).subarray(from * array.length, to * array.length);
  };
  return { name, file, shape, type, content: 'numbers', read: (from, to) => safely(read(from, to)) };
}

function reasonOf(error: unknown): string {
  return error instanceof NpyProblem ? `The array ${error.message}.` : reasonOfSystem(error);
}
