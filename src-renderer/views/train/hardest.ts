/** The pictures of an assessment whose explanation survived least. */
import { labelsOfRow, type SampleTable } from '../../../src-main/contract/sample-table.ts';
import type { Heatmap } from '../../components/heatmap-drawing.ts';
import { hashOf } from '../../lib/sample-hash.ts';

export interface HardPicture {
  readonly row: number;
  /** SHA-256 (hex) of its file; null where the study no longer lists it. */
  readonly hash: string | null;
  /** Names of its classes, and what the model says under attack where that is none of them. */
  readonly label: string;
  readonly attacked: string | null;
  readonly e: number;
  /** Its heatmap, 0..255; absent until it was fetched. */
  readonly map: Heatmap | null;
}

/** Hardest first; among equals the one whose label the model believed in more, as in the report. */
export function hardestOf(table: SampleTable, most: number): HardPicture[] {
  const { count, classes, columns, hashes } = table;
  const { e, labelProbability, attackedPrediction } = columns;
  const number = (values: ArrayLike<number>, row: number): number => values[row] ?? 0;
  const harder = (a: number, b: number): number =>
    number(e, a) - number(e, b) || number(labelProbability, b) - number(labelProbability, a) || a - b;
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    const last = rows.at(-1);
    if (rows.length === most && last !== undefined && harder(row, last) >= 0) continue;
    const at = rows.findIndex((each) => harder(row, each) < 0);
    rows.splice(at === -1 ? rows.length : at, 0, row);
    if (rows.length > most) rows.pop();
  }
  return rows.map((row) => {
    const labels = labelsOfRow(table, row);
    const says = number(attackedPrediction, row);
    return {
      row,
      hash: hashOf(hashes, row),
      label: labels.map((each) => classes[each] ?? '').join(', '),
      attacked: labels.includes(says) ? null : (classes[says] ?? ''),
      e: number(e, row),
      map: null,
    };
  });
}
