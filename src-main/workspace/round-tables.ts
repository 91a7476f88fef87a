/**
 * What an assessment leaves behind: `rounds/NN.parquet`, one row a training picture, and the heatmaps
 * in the order of the rows, `NN.maps` (clean) and `NN.attacked.maps`. And what the finished model
 * says of the test pictures: `predictions.parquet`.
 */
import type { AssessmentRow } from '../contract/run.ts';
import { readHeatmaps, readSomeHeatmaps, writeHeatmaps } from './heatmap-file.ts';
import type { Heatmaps } from './heatmap-file.ts';
import { damaged, readColumns, readTable, writeTable } from './parquet-table.ts';
import type { TableColumnData, TableColumns } from './parquet-table.ts';
import { attackedMapsFile, predictionsFile, roundMapsFile, roundTableFile } from './study-layout.ts';

const ASSESSMENT_COLUMNS = {
  id: 'STRING',
  label: 'INT32',
  prediction: 'INT32',
  probability: 'DOUBLE',
  labelProbability: 'DOUBLE',
  attackedLabelProbability: 'DOUBLE',
  attackedPrediction: 'INT32',
  attackedProbability: 'DOUBLE',
  s: 'DOUBLE',
  q: 'DOUBLE',
  e: 'DOUBLE',
  v: 'DOUBLE',
  loss: 'DOUBLE',
  empty: 'BOOLEAN',
} as const satisfies TableColumns<SingleRow>;

/** Of multi-label data, as JSON: `[0,3]`, `[0.75,0.5]`. So the columns of a table are one value a row, as everywhere. */
const SEVERAL_COLUMNS = {
  labels: 'STRING',
  labelE: 'STRING',
  labelProbabilities: 'STRING',
  attackedLabelProbabilities: 'STRING',
} as const;
type SeveralColumn = keyof typeof SEVERAL_COLUMNS;
const SEVERAL_NAMES = Object.keys(SEVERAL_COLUMNS) as readonly SeveralColumn[];

/** Of a round that assessed only a share of the pictures: the round whose values each row has. */
const SHARE_COLUMNS = { assessedIn: 'INT32' } as const;

type SingleRow = Omit<AssessmentRow, SeveralColumn | 'assessedIn'>;
/** What a row of multi-label data has besides. */
type SeveralValues = Required<Pick<AssessmentRow, SeveralColumn>>;
type SeveralTexts = Readonly<Record<SeveralColumn, string>>;
type StoredRow = SingleRow & Partial<SeveralTexts> & { readonly assessedIn?: number };
const OPTIONAL_COLUMNS = { ...SHARE_COLUMNS, ...SEVERAL_COLUMNS };

/** A round's table by columns. */
export type AssessmentColumns = TableColumnData<typeof ASSESSMENT_COLUMNS> & {
  /** The round whose values each row has, where that is not this one for all. */
  readonly assessedIn?: Float64Array;
  /** Multi-label data: of each row its classes, ascending, with E and probabilities of each. */
  readonly several?: readonly SeveralValues[];
};

/** E and v of each picture. */
export type AssessmentCourse = Pick<AssessmentColumns, 'id' | 'e' | 'v' | 'assessedIn'>;

/** One row of `predictions.parquet`: one picture that was not trained on. */
export interface PredictionRow {
  /** Sample id. */
  readonly id: string;
  /** `val` or `test`. */
  readonly split: string;
  readonly label: number;
  readonly prediction: number;
  /** Probability of the predicted class, and of the label. */
  readonly probability: number;
  readonly labelProbability: number;
}

const PREDICTION_COLUMNS: TableColumns<PredictionRow> = {
  id: 'STRING',
  split: 'STRING',
  label: 'INT32',
  prediction: 'INT32',
  probability: 'DOUBLE',
  labelProbability: 'DOUBLE',
};

/** Which of a round's two heatmap files. */
export type MapKind = 'clean' | 'attacked';

/** Writes a round's table. `run` is the run's folder, here and below. */
export async function writeRoundTable(run: string, round: number, rows: readonly AssessmentRow[]): Promise<void> {
  const isShare = rows.some(({ assessedIn }) => assessedIn !== undefined);
  const isSeveral = rows[0]?.labels !== undefined;
  const stored = rows.map((row) => ({
    ...row,
    ...(isShare ? { assessedIn: row.assessedIn ?? round } : {}),
    ...(isSeveral ? eachSeveral((name) => JSON.stringify(row[name] ?? [])) : {}),
  }));
  const columns = {
    ...ASSESSMENT_COLUMNS,
    ...(isShare ? SHARE_COLUMNS : {}),
    ...(isSeveral ? SEVERAL_COLUMNS : {}),
  };
  await writeTable<SingleRow>(roundTableFile(run, round), stored, columns);
}

/** @throws SteadygazeError `not-found`, `study-corrupt` */
export async function readRoundTable(run: string, round: number): Promise<AssessmentRow[]> {
  const path = roundTableFile(run, round);
  const rows: StoredRow[] = await readTable<SingleRow>(path, ASSESSMENT_COLUMNS, OPTIONAL_COLUMNS);
  return rows.map((row, i): AssessmentRow => {
    const { assessedIn, ...values } = row;
    const share = assessedIn === undefined || assessedIn === round ? {} : { assessedIn };
    if (row.labels === undefined) return { ...withoutTexts(values), ...share };
    return { ...values, ...share, ...eachSeveral((name) => numbersOf(row[name] ?? '', path, i)) };
  });
}

/** @throws SteadygazeError `not-found`, `study-corrupt` */
export async function readRoundColumns(run: string, round: number): Promise<AssessmentColumns> {
  const path = roundTableFile(run, round);
  const all = await readColumns(path, ASSESSMENT_COLUMNS, OPTIONAL_COLUMNS);
  if (all.labels === undefined) return all;
  const others = Object.entries(all).filter(([name]) => !SEVERAL_NAMES.some((several) => several === name));
  const several = all.labels.map((_, row): SeveralValues => {
    return eachSeveral((name) => numbersOf(all[name]?.[row] ?? '', path, row));
  });
  return { ...(Object.fromEntries(others) as unknown as TableColumnData<typeof ASSESSMENT_COLUMNS>), several };
}

/** A row of a table that lacks those columns. */
const withoutTexts = (row: StoredRow): SingleRow => row;

const eachSeveral = <Value>(value: (name: SeveralColumn) => Value): Readonly<Record<SeveralColumn, Value>> =>
  Object.fromEntries(SEVERAL_NAMES.map((name) => [name, value(name)])) as Record<SeveralColumn, Value>;

/** Only what is followed from assessment to assessment. @throws SteadygazeError `not-found`, `study-corrupt` */
export async function readRoundCourse(run: string, round: number): Promise<AssessmentCourse> {
  return readColumns(roundTableFile(run, round), { id: 'STRING', e: 'DOUBLE', v: 'DOUBLE' }, SHARE_COLUMNS);
}

/** Writes a round's heatmaps, in the order of its table's rows. */
export async function writeRoundMaps(run: string, round: number, kind: MapKind, maps: Heatmaps): Promise<void> {
  await writeHeatmaps(mapsFile(run, round, kind), maps);
}

/**
 * A round's heatmaps: all, or those of some rows of its table.
 * @throws SteadygazeError `not-found`, `study-corrupt`
 */
export async function readRoundMaps(
  run: string,
  round: number,
  kind: MapKind,
  rows?: readonly number[],
): Promise<Heatmaps> {
  const path = mapsFile(run, round, kind);
  return rows === undefined ? readHeatmaps(path) : readSomeHeatmaps(path, rows);
}

/** Writes the predictions of a finished run. */
export async function writePredictions(run: string, rows: readonly PredictionRow[]): Promise<void> {
  await writeTable(predictionsFile(run), rows, PREDICTION_COLUMNS);
}

/** @throws SteadygazeError `not-found`, `study-corrupt` */
export async function readPredictions(run: string): Promise<PredictionRow[]> {
  return readTable(predictionsFile(run), PREDICTION_COLUMNS);
}

/** @throws SteadygazeError `study-corrupt` */
function numbersOf(text: string, path: string, row: number): number[] {
  try {
    const values: unknown = JSON.parse(text);
    if (Array.isArray(values) && values.every((value) => typeof value === 'number')) return values;
  } catch {
    // Said below.
  }
  throw damaged(path, `row ${row} holds no list of numbers: ${text}`);
}

function mapsFile(run: string, round: number, kind: MapKind): string {
  return kind === 'clean' ? roundMapsFile(run, round) : attackedMapsFile(run, round);
}
