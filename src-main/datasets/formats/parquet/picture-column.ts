/**
 * A column of picture files in a Parquet file, read a few rows at a time. A row group can be the whole file, so that
 * the pages of its column chunk are found by walking their headers (parquet.thrift, PageHeader), and each is then read
 * as if it were a row group of its own.
 */
import type { FileMetaData, SchemaElement } from 'hyparquet';
import { damaged, guarded } from './parquet-file.ts';
import type { ParquetFile } from './parquet-file.ts';

/** Rows that are unpacked together. */
interface Block {
  /** In the file. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** Tells of these rows and this column only. */
  readonly metadata: FileMetaData;
}

type Pictures = readonly (Uint8Array | null)[];

/** Smaller row groups are not worth walking through. */
const WALKED_BYTES = 8 * 1024 ** 2;
/** Unpacked blocks that are kept; at least the last one is. */
const KEPT_BYTES = 64 * 1024 ** 2;
/** A page holds a few pictures; programs begin another one after 1 MB. */
const MAX_PAGE_BYTES = 512 * 1024 ** 2;
const HEADER_BYTES = 16 * 1024;
const MAX_HEADER_BYTES = 4 * 1024 ** 2;

export class PictureColumn {
  readonly #file: ParquetFile;
  readonly #name: string;
  readonly #schema: readonly SchemaElement[];
  /** By row group. */
  readonly #blocks = new Map<number, Promise<readonly Block[]>>();
  /** The least recently used first. */
  readonly #kept = new Map<Block, Promise<Pictures>>();
  #keptBytes = 0;

  /** @throws SteadygazeError `data-unreadable` where there is no such column of pictures */
  static async open(file: ParquetFile, name: string): Promise<PictureColumn> {
    const { parquetSchema } = await import('hyparquet');
    const root = parquetSchema(file.metadata);
    const column = root.children.find(({ element }) => element.name === name);
    const bytes = column?.children.find(({ element }) => element.name === 'bytes');
    if (column === undefined) throw damaged(file.path, `it has no column "${name}"`);
    const below =
      bytes === undefined ? [column.element] : [{ ...column.element, num_children: 1 }, { ...bytes.element }];
    return new PictureColumn(file, name, [{ ...root.element, num_children: 1 }, ...below]);
  }

  private constructor(file: ParquetFile, name: string, schema: readonly SchemaElement[]) {
    this.#file = file;
    this.#name = name;
    this.#schema = schema;
  }

  /** @returns the file in a row, or null where there is none. @throws SteadygazeError `data-unreadable` */
  async read(row: number): Promise<Uint8Array | null> {
    const { groupStarts } = this.#file;
    const group = lastAtMost(groupStarts, row);
    if (row < 0 || group >= groupStarts.length - 1) return null;
    const known = this.#blocks.get(group);
    const walking = known ?? this.#blocksOf(group);
    if (known === undefined) this.#blocks.set(group, walking);
    const blocks = await walking;
    const firsts = blocks.map(({ firstRow }) => firstRow);
    const block = blocks[lastAtMost(firsts, row)];
    const bytes = (await this.#unpacked(block))[row - block.firstRow] ?? null;
    // The others of the block must not stay in the memory for one of them.
    return bytes === null ? null : bytes.slice();
  }

  #unpacked(block: Block): Promise<Pictures> {
    const known = this.#kept.get(block);
    const pictures = known ?? this.#unpack(block);
    this.#kept.delete(block);
    this.#kept.set(block, pictures);
    if (known !== undefined) return known;
    pictures.then(
      (rows) => this.#keep(rows),
      () => this.#kept.delete(block),
    );
    return pictures;
  }

  async #unpack({ metadata, rowCount }: Block): Promise<Pictures> {
    const { parquetReadObjects } = await import('hyparquet');
    const { compressors } = await import('hyparquet-compressors');
    const { path, buffer: file } = this.#file;
    const rows = await guarded(path, () => parquetReadObjects({ file, metadata, compressors, utf8: false }));
    if (rows.length !== rowCount) throw damaged(path, 'some of its rows are missing');
    return rows.map((row) => {
      const value: unknown = row[this.#name];
      const bytes: unknown = value instanceof Uint8Array ? value : (value as { bytes?: unknown } | null)?.bytes;
      return bytes instanceof Uint8Array && bytes.length > 0 ? bytes : null;
    });
  }

  #keep(rows: Pictures): void {
    this.#keptBytes += sizeOf(rows);
    for (const [block, pictures] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES || this.#kept.size === 1) return;
      this.#kept.delete(block);
      void pictures.then((old) => (this.#keptBytes -= sizeOf(old)));
    }
  }

  async #blocksOf(group: number): Promise<readonly Block[]> {
    const { metadata, groupStarts, path } = this.#file;
    const leaf = this.#schema.slice(1).map(({ name }) => name);
    const chunk = metadata.row_groups[group].columns.find(
      ({ meta_data: column }) => column?.path_in_schema.join('\n') === leaf.join('\n'),
    );
    const column = chunk?.meta_data;
    if (column === undefined) throw damaged(path, `a part of its column "${this.#name}" is missing`);
    const [firstRow, rowCount] = [groupStarts[group], groupStarts[group + 1] - groupStarts[group]];
    const start = Number(column.dictionary_page_offset || column.data_page_offset);
    const end = start + Number(column.total_compressed_size);
    if (end > this.#file.buffer.byteLength) throw damaged(path, 'a part of it is missing');
    const block = (first: number, rows: number, from: number, to: number, dictionary: bigint | undefined): Block => ({
      firstRow: first,
      rowCount: rows,
      metadata: {
        version: metadata.version,
        metadata_length: 0,
        schema: [...this.#schema],
        num_rows: BigInt(rows),
        row_groups: [
          {
            num_rows: BigInt(rows),
            total_byte_size: BigInt(to - from),
            columns: [
              {
                file_offset: BigInt(from),
                meta_data: {
                  ...strip(column),
                  num_values: BigInt(rows),
                  data_page_offset: dictionary === undefined ? BigInt(from) : column.data_page_offset,
                  ...(dictionary === undefined ? {} : { dictionary_page_offset: dictionary }),
                  total_compressed_size: BigInt(to - from),
                },
              },
            ],
          },
        ],
      },
    });
    if (Number(column.total_uncompressed_size) <= WALKED_BYTES) {
      return [block(firstRow, rowCount, start, end, column.dictionary_page_offset)];
    }
    const blocks: Block[] = [];
    let [row, from, rows, hasDictionary] = [firstRow, start, 0, false];
    const finish = (to: number): void => {
      if (rows > 0) blocks.push(block(row, rows, from, to, hasDictionary ? BigInt(from) : undefined));
      [row, from, rows, hasDictionary] = [row + rows, to, 0, false];
    };
    for (let at = start; at < end;) {
      const page = await this.#pageAt(at, end);
      // Pages that refer to a dictionary stay together with it; the writers put them first.
      if (!page.refers && hasDictionary) finish(at);
      rows += page.rows;
      if (page.isDictionary) hasDictionary = true;
      at = page.end;
      if (!hasDictionary) finish(at);
    }
    finish(end);
    if (row !== firstRow + rowCount) throw damaged(path, 'its pages do not hold as many rows as it says');
    return blocks;
  }

  async #pageAt(at: number, end: number): Promise<Page> {
    const { parquetHeader } = await import('hyparquet/src/column.js');
    const { buffer, path } = this.#file;
    for (let length = HEADER_BYTES; ; length *= 16) {
      const view = new DataView(await buffer.slice(at, Math.min(end, at + length)));
      const reader = { view, offset: 0 };
      try {
        const header = parquetHeader(reader);
        const { compressed_page_size: packed, uncompressed_page_size: unpacked, type } = header;
        const to = at + reader.offset + packed;
        if (!(packed >= 0 && to <= end && unpacked >= 0)) throw damaged(path, 'a page leads out of it');
        if (unpacked > MAX_PAGE_BYTES) throw damaged(path, 'a page of it holds more than 512 MB');
        const data = header.data_page_header_v2 ?? header.data_page_header;
        return {
          end: to,
          rows: type === 'DATA_PAGE' || type === 'DATA_PAGE_V2' ? (data?.num_values ?? 0) : 0,
          isDictionary: type === 'DICTIONARY_PAGE',
          refers: type === 'DICTIONARY_PAGE' || data?.encoding.endsWith('_DICTIONARY') === true,
        };
      } catch (error) {
        // A header that is cut off: it may hold the smallest and largest picture as statistics.
        if (!(error instanceof RangeError) || length >= MAX_HEADER_BYTES || at + length >= end) {
          return guarded(path, () => Promise.reject(error as Error));
        }
      }
    }
  }
}

interface Page {
  /** Offset of what follows it. */
  readonly end: number;
  readonly rows: number;
  readonly isDictionary: boolean;
  /** Whether it needs a dictionary, or is one. */
  readonly refers: boolean;
}

type Column = NonNullable<FileMetaData['row_groups'][number]['columns'][number]['meta_data']>;

/** What is true of the column in any of its pages. */
function strip({ type, encodings, path_in_schema, codec, total_uncompressed_size }: Column) {
  return { type, encodings, path_in_schema, codec, total_uncompressed_size };
}

const sizeOf = (pictures: Pictures): number => pictures.reduce((sum, bytes) => sum + (bytes?.byteLength ?? 0), 0);

/** Index of the last of the ascending numbers that is not above a value; 0 where all are. */
function lastAtMost(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (numbers[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
