/** Parquet files in any tree, opened for reading by row group. https://parquet.apache.org/docs/file-format/ */
import type { AsyncBuffer, FileMetaData, SchemaTree } from 'hyparquet';
import { SteadygazeError } from '../../../contract/errors.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';

/** A row group is unpacked as a whole. Programs write 1 to 128 MB. */
const MAX_GROUP_BYTES = 1024 ** 3;
/** More is not written by accident: a thousand columns of a million row groups. */
const MAX_FOOTER_BYTES = 256 * 1024 ** 2;

/** One top-level column. */
export interface ParquetColumn {
  readonly name: string;
  /** `list`: of texts or numbers; `picture`: struct of bytes and path; `bytes`: binary; `other`: nothing used here. */
  readonly kind: 'text' | 'number' | 'bytes' | 'list' | 'picture' | 'other';
}

export interface ParquetFile {
  readonly path: string;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: readonly ParquetColumn[];
  readonly rowCount: number;
  /** First row of each row group, and the number of rows as the last element. */
  readonly groupStarts: readonly number[];
  /** Texts of the footer, by key. */
  readonly notes: ReadonlyMap<string, string>;
  /**
   * Rows `start` .. `end - 1`, which lie in one row group.
   * @throws SteadygazeError `data-unreadable`
   */
  read(columns: readonly string[], start: number, end: number): Promise<Record<string, unknown>[]>;
}

/** Reads the footer only. @throws SteadygazeError `data-unreadable` */
export async function openParquet(tree: FileTree, path: string): Promise<ParquetFile> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
  const file = await bufferOf(tree, path);
  const metadata = await guarded(path, () => parquetMetadataAsync(file, { geoparquet: false }));
  const groupStarts = [0];
  for (const group of metadata.row_groups) groupStarts.push(Number(group.num_rows) + (groupStarts.at(-1) ?? 0));
  const rowCount = groupStarts.at(-1) ?? 0;
  if (!groupStarts.every((start, i) => Number.isSafeInteger(start) && start >= (groupStarts[i - 1] ?? 0))) {
    throw damaged(path, 'its row groups have impossible sizes');
  }
  const columns = await guarded(path, () => parquetSchema(metadata).children.map(columnOf));
  return {
    path,
    buffer: file,
    metadata,
    columns,
    rowCount,
    groupStarts,
    notes: new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value ?? '']) ?? []),
    async read(names, start, end) {
      refuseLargeGroups(path, metadata, names, groupStarts, start, end);
      const { compressors } = await import('hyparquet-compressors');
      return guarded(path, () =>
        parquetReadObjects({
          file,
          metadata,
          columns: [...names],
          rowStart: start,
          rowEnd: end,
          compressors,
          utf8: false,
          useOffsetIndex: true,
        }),
      );
    },
  };
}

async function bufferOf(tree: FileTree, path: string): Promise<AsyncBuffer> {
  const stamp = await tree.stamp(path);
  if (stamp === null) throw new SteadygazeError('not-found', `There is no file ${path}.`);
  const { size } = stamp;
  if (size < 12) throw damaged(path, 'it is shorter than the shortest such file');
  const tail = await guarded(path, () => tree.readRange(path, size - 8, 8));
  const footer = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (footer.byteLength < 8 || footer.getUint32(4, true) !== 0x31524150) {
    throw damaged(path, 'its end is missing');
  }
  const length = footer.getUint32(0, true);
  if (length > size - 8) throw damaged(path, 'its end names more bytes than the file has');
  if (length > MAX_FOOTER_BYTES) throw damaged(path, 'its list of contents is larger than 256 MB');
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = await tree.readRange(path, start, Math.max(0, Math.min(end, size) - start));
      if (bytes.byteLength < end - start) throw new Error('the file ends too early');
      // A view into a shared pool would hand out the neighbours' bytes.
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
}

function refuseLargeGroups(
  path: string,
  metadata: FileMetaData,
  names: readonly string[],
  starts: readonly number[],
  start: number,
  end: number,
): void {
  metadata.row_groups.forEach((group, i) => {
    if (starts[i] >= end || (starts[i + 1] ?? 0) <= start) return;
    const bytes = group.columns.reduce((sum, { meta_data: column }) => {
      const used = column !== undefined && names.includes(column.path_in_schema[0] ?? '');
      return used ? sum + Math.max(Number(column.total_uncompressed_size), Number(column.total_compressed_size)) : sum;
    }, 0);
    if (bytes <= MAX_GROUP_BYTES) return;
    throw new SteadygazeError(
      'data-unreadable',
      `${path}: one of its row groups holds more than 1 GB, which is too much to unpack at once.`,
      'Write the file again with smaller row groups, for example of 1,000 rows.',
    );
  });
}

function columnOf({ element, children }: SchemaTree): ParquetColumn {
  const { name } = element;
  if (children.length > 0) {
    const inner = new Map(children.map((child) => [child.element.name, child]));
    const bytes = inner.get('bytes');
    if (bytes?.element.type === 'BYTE_ARRAY' && bytes.children.length === 0) return { name, kind: 'picture' };
    const item = children[0]?.children[0];
    const isList = children.length === 1 && children[0]?.element.repetition_type === 'REPEATED';
    if (isList && item?.children.length === 0 && kindOf(item) !== 'other') return { name, kind: 'list' };
    return { name, kind: 'other' };
  }
  return { name, kind: element.repetition_type === 'REPEATED' ? 'list' : kindOf({ element }) };
}

function kindOf({ element }: Pick<SchemaTree, 'element'>): ParquetColumn['kind'] {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (type === 'BYTE_ARRAY') {
    const isText =
      converted === 'UTF8' || converted === 'ENUM' || logical?.type === 'STRING' || logical?.type === 'ENUM';
    return isText ? 'text' : 'bytes';
  }
  if (type === undefined || type === 'FIXED_LEN_BYTE_ARRAY' || type === 'INT96') return 'other';
  return 'number';
}

/** What a library throws becomes a sentence. @throws SteadygazeError `data-unreadable` */
export async function guarded<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SteadygazeError) throw error;
    const system = error instanceof Error && 'syscall' in error;
    throw damaged(path, system ? reasonOfSystem(error) : error instanceof Error ? error.message : String(error));
  }
}

export const damaged = (path: string, why: string): SteadygazeError =>
  new SteadygazeError(
    'data-unreadable',
    `${path}: this Parquet file cannot be read (${why}).`,
    'It may not have been copied completely. Copy or download it again.',
  );
