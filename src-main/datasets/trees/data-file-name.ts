/** Which files that are no pictures may be, or name, a data set: told from names alone, for whoever must not load readers. */

const KINDS: readonly (readonly [kind: DataFileKind, RegExp])[] = [
  ['table', /\.(csv|tsv|xlsx|parquet)$/i],
  ['annotation', /\.(json|xml|ya?ml)$/i],
  ['arrays', /\.(npz|npy|h5|hdf5?|tfrecords?|bin|idx\d?)$|[.-]idx\d-ubyte(\.gz)?$|\.tfrecords?-\d+-of-\d+$/i],
];

/** A table that names pictures, an annotation of them, or the pictures themselves as numbers. */
export type DataFileKind = 'table' | 'annotation' | 'arrays';

/** @returns null for any other file */
export const dataFileKind = (path: string): DataFileKind | null =>
  KINDS.find(([, pattern]) => pattern.test(path))?.[0] ?? null;
