/** Reads a table of predictions that another program made: one picture a row. */
import { normalisePath } from '../../datasets/pictures/boxes.ts';
import { openTable, unreadable } from '../../datasets/tables/table-file.ts';
import type { TableRow } from '../../datasets/tables/table-file.ts';
import type { ClassScores } from '../../evaluation/multi-label.ts';
import type { OutsidePredictions } from '../../evaluation/outside-predictions.ts';
import { indexIn, numberOf, truthIn } from './cells.ts';
import { ClassNames } from './class-names.ts';
import { FirstPlaces, RankedRows } from './prediction-rows.ts';
import type { LabelledRows } from './prediction-rows.ts';
import { predictionColumns } from './prediction-columns.ts';
import type { PredictionColumns } from './prediction-columns.ts';

/** Pictures whose classes are known without the table. */
export interface KnownLabels {
  readonly classes: readonly string[];
  /**
   * Class of a row's picture.
   * @param picture as the table names it, or null where it names none
   * @param place   its place in the list of pictures: what the column `index` says, else the number of the row from 0
   * @throws SteadygazeError where there is no such picture
   */
  labelOf(picture: string | null, place: number): number;
}

export interface PredictionTable {
  readonly classes: readonly string[];
  readonly count: number;
  /** What one picture shows: one class (`single`), or several. The other is null. */
  readonly single: OutsidePredictions | null;
  readonly several: readonly ClassScores[] | null;
  /** [count] path of each picture; index of its heatmap. Null where the table does not say it. */
  readonly pictures: readonly string[] | null;
  readonly indices: readonly number[] | null;
  /** Plain sentences. */
  readonly notes: readonly string[];
}

/**
 * @param known labels from elsewhere (a study), or null: the column `label` says them
 * @throws SteadygazeError `not-found`, `data-unreadable`
 */
export async function readPredictions(path: string, known: KnownLabels | null): Promise<PredictionTable> {
  const { columns: names, rows } = await openTable(path);
  const columns = predictionColumns(names, known?.classes ?? null);
  if (columns.kind !== 'several' && columns.label < 0 && known === null) {
    throw unreadable(path, 'The first line must name the column "label": the class that each picture really has.');
  }
  const several = columns.kind === 'several' ? new SeveralRows(columns) : null;
  const labelled = several === null ? labelledRows(path, columns, known) : null;
  const pictures: string[] = [];
  const indices: number[] = [];
  let count = 0;
  for await (const row of rows) {
    if (columns.picture >= 0) pictures.push(normalisePath(row.cells[columns.picture]));
    if (columns.index >= 0) indices.push(indexIn(path, row, columns.index, Number.MAX_SAFE_INTEGER));
    const place = columns.index >= 0 ? indices[count] : count;
    const label = known?.labelOf(columns.picture >= 0 ? pictures[count] : null, place) ?? null;
    several?.add(path, row);
    labelled?.add(row, label);
    count++;
  }
  if (count === 0) throw unreadable(path, 'The table holds no row.');
  refuseRepeated(path, columns.picture >= 0 ? pictures : indices, columns.picture >= 0 ? 'picture' : 'index');
  if (columns.picture >= 0 && columns.index >= 0) refuseRepeated(path, indices, 'index');
  const { classes, single, notes } = labelled?.finish() ?? { classes: several?.classes ?? [], single: null, notes: [] };
  const ignored = columns.ignored.map((name) => `"${name}"`).join(', ');
  return {
    classes,
    count,
    single,
    several: several?.finish() ?? null,
    pictures: columns.picture >= 0 ? pictures : null,
    indices: columns.index >= 0 ? indices : null,
    notes: [...notes, ...(ignored === '' ? [] : [`Columns that mean nothing here were left out: ${ignored}.`])],
  };
}

function labelledRows(path: string, columns: PredictionColumns, known: KnownLabels | null): LabelledRows {
  if (columns.kind === 'first') return new FirstPlaces(path, columns, known?.classes ?? null);
  return new RankedRows(path, columns, new ClassNames(columns.classes.map(({ name }) => name)));
}

function refuseRepeated(path: string, values: readonly (string | number)[], what: string): void {
  const seen = new Set<string | number>();
  for (const value of values) {
    if (seen.has(value)) throw unreadable(path, `The ${what} ${value} is there a second time.`);
    seen.add(value);
  }
}

/** Collects `y_<class>` and `p_<class>`. */
class SeveralRows {
  readonly classes: readonly string[];
  readonly #columns: PredictionColumns;
  readonly #shown: number[][];
  readonly #scores: number[][];

  constructor(columns: PredictionColumns) {
    this.#columns = columns;
    this.classes = columns.classes.map(({ name }) => name);
    this.#shown = columns.classes.map(() => []);
    this.#scores = columns.classes.map(() => []);
  }

  add(path: string, row: TableRow): void {
    this.#columns.classes.forEach(({ name, at }, c) => {
      const score = numberOf(row.cells[at]);
      if (Number.isNaN(score)) {
        throw unreadable(path, `Line ${row.line}: p_${name} must be a number, not "${row.cells[at]}".`);
      }
      this.#shown[c].push(truthIn(path, row, this.#columns.shown[c], `y_${name}`) ? 1 : 0);
      this.#scores[c].push(score);
    });
  }

  finish(): ClassScores[] {
    return this.#shown.map((shown, c) => ({
      shown: Uint8Array.from(shown),
      scores: Float64Array.from(this.#scores[c]),
    }));
  }
}
