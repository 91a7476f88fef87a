/**
 * What was measured on every test picture, for other programs: one row a picture and run, one column a measurement of a
 * part (`recognition.correct`, `localization.iou`, ...). What was not measured on a picture is null.
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { EvaluationPart } from '../contract/evaluation.ts';

/** Columns of a part, all as long as `ids`; NaN where a picture was not measured. */
export interface PictureColumns {
  readonly part: EvaluationPart;
  readonly ids: readonly string[];
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
}

export interface MeasuredPictures {
  readonly run: string;
  readonly parts: readonly PictureColumns[];
}

type Cells = (number | null)[];

/**
 * The table as a Parquet file. Pictures come in the order of their ids, run by run.
 * @param labelOf name of the class of a picture, null where the study does not know it
 */
export function picturesParquet(runs: readonly MeasuredPictures[], labelOf: (id: string) => string | null): Uint8Array {
  const rows = runs.flatMap(({ run, parts }) => {
    const ids = [...new Set(parts.flatMap((part) => part.ids))].sort();
    return ids.map((id) => ({ run, id }));
  });
  const names = new Set(runs.flatMap(({ parts }) => parts.flatMap(columnNames)));
  const columns = new Map([...names].map((name) => [name, new Array<number | null>(rows.length).fill(null)]));
  let start = 0;
  for (const { run, parts } of runs) {
    const rowOf = new Map<string, number>();
    while (rows[start + rowOf.size]?.run === run) rowOf.set(rows[start + rowOf.size].id, start + rowOf.size);
    for (const part of parts) fill(part, columns, rowOf);
    start += rowOf.size;
  }
  const columnData = [
    { name: 'run', type: 'STRING' as const, nullable: false, data: rows.map(({ run }) => run) },
    { name: 'id', type: 'STRING' as const, nullable: false, data: rows.map(({ id }) => id) },
    { name: 'label', type: 'STRING' as const, nullable: true, data: rows.map(({ id }) => labelOf(id)) },
    ...[...columns].map(([name, data]) => ({ name, type: 'FLOAT' as const, nullable: true, data })),
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'steadygaze' }));
}

const columnNames = ({ part, columns }: PictureColumns): string[] =>
  Object.keys(columns).map((name) => `${part}.${name}`);

function fill(
  { part, ids, columns: own }: PictureColumns,
  columns: ReadonlyMap<string, Cells>,
  rowOf: ReadonlyMap<string, number>,
): void {
  for (const [name, values] of Object.entries(own)) {
    const cells = columns.get(`${part}.${name}`);
    ids.forEach((id, i) => {
      const row = rowOf.get(id);
      if (cells !== undefined && row !== undefined && Number.isFinite(values[i])) cells[row] = values[i];
    });
  }
}
