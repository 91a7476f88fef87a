/**
 * Parquet files with pictures as the `datasets` library of Hugging Face writes them: a struct of `bytes` and `path`,
 * the label as a number, and in the footer the note `huggingface` with the features.
 * https://huggingface.co/docs/datasets/about_dataset_features
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { patchworkJpeg } from '../pictures/pictures.fixture.ts';

export interface ParquetPicture {
  /** Seed of the picture, or null for a row without one. */
  readonly seed: number | null;
  readonly label: bigint | readonly bigint[] | string | null;
}

export interface ParquetOptions {
  /** Names of the classes; without them, no note is written. */
  readonly names?: readonly string[];
  readonly rowGroupSize?: number;
  /** Bytes that are added behind each picture: decoders stop before them. */
  readonly padding?: number;
  readonly codec?: 'UNCOMPRESSED' | 'SNAPPY';
  readonly pageSize?: number;
}

/** The bytes of one shard. */
export async function parquetPictures(rows: readonly ParquetPicture[], options: ParquetOptions = {}): Promise<Buffer> {
  const { names, rowGroupSize = 2, padding = 0, codec = 'SNAPPY', pageSize } = options;
  const images: ({ bytes: Uint8Array; path: string } | null)[] = [];
  for (const { seed } of rows) {
    const bytes = seed === null ? null : Buffer.concat([await patchworkJpeg(seed), Buffer.alloc(padding, seed)]);
    images.push(bytes && { bytes, path: `${seed}.jpg` });
  }
  const labels = rows.map(({ label }) => label);
  const isList = labels.some(Array.isArray);
  const isText = labels.some((label) => typeof label === 'string');
  const feature = { names, _type: 'ClassLabel' };
  const features = { image: { _type: 'Image' }, label: isList ? { feature, _type: 'List' } : feature };
  const number = { type: 'INT64', repetition_type: 'OPTIONAL' } as const;
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;
  return Buffer.from(
    parquetWriteBuffer({
      schema: [
        { name: 'root', num_children: 2 },
        { name: 'image', repetition_type: 'OPTIONAL', num_children: 2 },
        { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
        { name: 'path', ...text },
        ...(isList
          ? ([
              { name: 'label', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
              { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
              { name: 'element', ...number },
            ] as const)
          : [{ name: 'label', ...(isText ? text : number) }]),
      ],
      columnData: [
        { name: 'image', data: images },
        { name: 'label', data: labels },
      ],
      codec,
      rowGroupSize,
      ...(pageSize === undefined ? {} : { pageSize }),
      ...(names === undefined
        ? {}
        : { kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }] }),
    }),
  );
}
