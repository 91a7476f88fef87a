/**
 * Every row of an assessment as columns, for a window that sorts and filters 100,000 pictures between two key strokes:
 * one answer, no objects. Layout: a 32-bit length, a JSON header, then the columns, each at a multiple of 8 bytes.
 */

const COLUMN_TYPES = {
  label: 'u16',
  prediction: 'u16',
  attackedPrediction: 'u16',
  probability: 'f32',
  labelProbability: 'f32',
  attackedLabelProbability: 'f32',
  attackedProbability: 'f32',
  s: 'f32',
  q: 'f32',
  e: 'f32',
  v: 'f32',
  loss: 'f32',
  /** 1 where either heatmap is zero everywhere. */
  empty: 'u8',
} as const;

export type SampleColumn = keyof typeof COLUMN_TYPES;
export const SAMPLE_COLUMNS = Object.keys(COLUMN_TYPES) as readonly SampleColumn[];

type Arrays = { readonly u8: Uint8Array; readonly u16: Uint16Array; readonly f32: Float32Array };

export type SampleColumns = { readonly [K in SampleColumn]: Arrays[(typeof COLUMN_TYPES)[K]] };

/** Classes of each row where a picture may be of several: those of row i are `values[first[i]]` to `values[first[i + 1] - 1]`. */
export interface RowLabels {
  /** [count + 1] */
  readonly first: Uint32Array;
  readonly values: Uint16Array;
}

export interface SampleTable {
  readonly run: string;
  readonly round: number;
  readonly count: number;
  /** Class names in label order. */
  readonly classes: readonly string[];
  /** Numbers of the run's assessments up to this one. */
  readonly rounds: readonly number[];
  readonly columns: SampleColumns;
  /** [rounds, count]: E of every picture in every assessment; NaN where it had none. */
  readonly eByRound: Float32Array;
  /** Sample ids, joined by line feeds, in UTF-8 (ids contain none). */
  readonly ids: Uint8Array;
  /** [count, 32] SHA-256 of each picture's file; zeros where the study no longer lists the picture. */
  readonly hashes: Uint8Array;
  /** [count, 2] width and height in pixels; zeros like the hash. */
  readonly sizes: Uint16Array;
  /** Multi-label data only. */
  readonly labels?: RowLabels;
}

interface Header {
  readonly run: string;
  readonly round: number;
  readonly count: number;
  readonly classes: readonly string[];
  readonly rounds: readonly number[];
  /** Bytes of the ids. */
  readonly ids: number;
  /** Multi-label data: how many labels there are in all. */
  readonly labels?: number;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** The arrays in their order with their sizes in bytes. */
function layout({ count, rounds, ids, labels }: Header): number[] {
  const width = { u8: 1, u16: 2, f32: 4 } as const;
  return [
    ...SAMPLE_COLUMNS.map((name) => width[COLUMN_TYPES[name]] * count),
    4 * rounds.length * count,
    ids,
    32 * count,
    4 * count,
    ...(labels === undefined ? [] : [4 * (count + 1), 2 * labels]),
  ];
}

export function encodeSampleTable(table: SampleTable): Uint8Array {
  const { run, round, count, classes, rounds, columns, eByRound, ids, hashes, sizes, labels } = table;
  const header: Header = {
    ...{ run, round, count, classes, rounds, ids: ids.length },
    ...(labels === undefined ? {} : { labels: labels.values.length }),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const arrays = [
    ...[...SAMPLE_COLUMNS.map((name) => columns[name]), eByRound, ids, hashes, sizes],
    ...(labels === undefined ? [] : [labels.first, labels.values]),
  ];
  const lengths = layout(header);
  const start = aligned(4 + text.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + aligned(length), start));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = start;
  arrays.forEach((array, i) => {
    if (array.byteLength !== lengths[i]) throw new RangeError(`column ${String(i)} has another length than its table`);
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += aligned(array.byteLength);
  });
  return bytes;
}

/** The columns are views into `bytes`: nothing is copied. @throws RangeError where the bytes are no table */
export function decodeSampleTable(bytes: ArrayBuffer): SampleTable {
  const length = bytes.byteLength < 4 ? 0 : new DataView(bytes).getUint32(0, true);
  if (length === 0 || 4 + length > bytes.byteLength) throw new RangeError('no table');
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) as Header;
  const { count, rounds } = header;
  let at = aligned(4 + length);
  const [columnLengths, rest] = [SAMPLE_COLUMNS.length, layout(header)] as const;
  if (rest.reduce((sum, each) => sum + aligned(each), at) !== bytes.byteLength) throw new RangeError('a torn table');
  const next = (i: number): number => {
    const from = at;
    at += aligned(rest[i] ?? 0);
    return from;
  };
  const view = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array } as const;
  const columns = Object.fromEntries(
    SAMPLE_COLUMNS.map((name, i) => [name, new view[COLUMN_TYPES[name]](bytes, next(i), count)]),
  ) as unknown as SampleColumns;
  const { run, round, classes } = header;
  return {
    ...{ run, round, count, classes, rounds, columns },
    eByRound: new Float32Array(bytes, next(columnLengths), rounds.length * count),
    ids: new Uint8Array(bytes, next(columnLengths + 1), header.ids),
    hashes: new Uint8Array(bytes, next(columnLengths + 2), 32 * count),
    sizes: new Uint16Array(bytes, next(columnLengths + 3), 2 * count),
    ...(header.labels === undefined
      ? {}
      : {
          labels: {
            first: new Uint32Array(bytes, next(columnLengths + 4), count + 1),
            values: new Uint16Array(bytes, next(columnLengths + 5), header.labels),
          },
        }),
  };
}

/** What says the classes of a row. */
interface Labelled {
  readonly columns: SampleColumns;
  readonly labels?: RowLabels | undefined;
}

/** All classes of a row, ascending. */
export function labelsOfRow({ columns, labels }: Labelled, row: number): number[] {
  if (labels === undefined) return [columns.label[row]];
  return [...labels.values.subarray(labels.first[row], labels.first[row + 1])];
}

/**
 * Whether the disturbance changes what the model says. Where a picture is of several classes, another one of its own is
 * as right as the first.
 */
export function flipsRow(table: Labelled, row: number): boolean {
  const { prediction, attackedPrediction } = table.columns;
  if (prediction[row] === attackedPrediction[row]) return false;
  if (table.labels === undefined) return true;
  const own = labelsOfRow(table, row);
  return !(own.includes(prediction[row]) && own.includes(attackedPrediction[row]));
}
