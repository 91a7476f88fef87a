/** Tables of assessments by columns, the last ones used kept in memory: a person steps from picture to picture. */
import { stat } from 'node:fs/promises';
import type { AssessmentRow } from '../../contract/run.ts';
import {
  readRoundColumns,
  readRoundCourse,
  type AssessmentColumns,
  type AssessmentCourse,
} from '../../workspace/round-tables.ts';
import { runFolder, roundTableFile } from '../../workspace/study-layout.ts';

/** Of all tables together, and of all courses: at some 200 bytes a row, about 120 MB. */
const MOST_ROWS = 600_000;

interface Kept<Columns> {
  /** Of the file: a resumed run writes its table again. */
  readonly stamp: string;
  readonly columns: Promise<Columns>;
  rows: number;
}

export class RoundColumns {
  /** By file, the last used last. */
  readonly #tables = new Map<string, Kept<AssessmentColumns>>();
  readonly #courses = new Map<string, Kept<AssessmentCourse>>();

  /** @throws SteadygazeError `not-found`, `study-corrupt` */
  async get(study: string, run: string, round: number): Promise<AssessmentColumns> {
    return keptOrRead(this.#tables, readRoundColumns, runFolder(study, run), round);
  }

  /** E and v alone, from the whole table where it is at hand. @throws SteadygazeError as {@link get} */
  async course(study: string, run: string, round: number): Promise<AssessmentCourse> {
    const folder = runFolder(study, run);
    if (this.#tables.has(roundTableFile(folder, round))) return this.get(study, run, round);
    return keptOrRead(this.#courses, readRoundCourse, folder, round);
  }

  forget(study: string): void {
    for (const kept of [this.#tables, this.#courses]) {
      for (const path of [...kept.keys()]) if (path.startsWith(study)) kept.delete(path);
    }
  }
}

async function keptOrRead<Columns extends AssessmentCourse>(
  all: Map<string, Kept<Columns>>,
  read: (folder: string, round: number) => Promise<Columns>,
  folder: string,
  round: number,
): Promise<Columns> {
  const path = roundTableFile(folder, round);
  const stamp = await stat(path).then(
    ({ size, mtimeMs }) => `${size}/${mtimeMs}`,
    () => '',
  );
  const known = all.get(path);
  all.delete(path);
  if (known?.stamp === stamp) {
    all.set(path, known);
    return known.columns;
  }
  const kept: Kept<Columns> = { stamp, columns: read(folder, round), rows: 0 };
  all.set(path, kept);
  try {
    const columns = await kept.columns;
    kept.rows = columns.id.length;
    dropOldest(all);
    return columns;
  } catch (error) {
    if (all.get(path) === kept) all.delete(path);
    throw error;
  }
}

function dropOldest(all: Map<string, Kept<AssessmentCourse>>): void {
  let rows = [...all.values()].reduce((sum, kept) => sum + kept.rows, 0);
  for (const [path, kept] of all) {
    // The last one is the one just asked for.
    if (rows <= MOST_ROWS || all.size === 1) return;
    all.delete(path);
    rows -= kept.rows;
  }
}

/** One row of a table as an object. */
export function rowOf(columns: AssessmentColumns, row: number): AssessmentRow {
  return {
    id: columns.id[row],
    label: columns.label[row],
    prediction: columns.prediction[row],
    probability: columns.probability[row],
    labelProbability: columns.labelProbability[row],
    attackedLabelProbability: columns.attackedLabelProbability[row],
    attackedPrediction: columns.attackedPrediction[row],
    attackedProbability: columns.attackedProbability[row],
    s: columns.s[row],
    q: columns.q[row],
    e: columns.e[row],
    v: columns.v[row],
    loss: columns.loss[row],
    empty: columns.empty[row] === 1,
    ...columns.several?.[row],
  };
}

/** The earlier round that assessed the picture of a row of a round's table; null where that round did itself. */
export function assessedBefore(
  { assessedIn }: Pick<AssessmentCourse, 'assessedIn'>,
  row: number,
  round: number,
): number | null {
  const assessed = assessedIn?.[row] ?? round;
  return assessed === round ? null : assessed;
}

/** The row of a picture; -1 where it is not there. `likely`: its row in another table of the same run. */
export function rowOfId(columns: Pick<AssessmentCourse, 'id'>, id: string, likely: number): number {
  return columns.id[likely] === id ? likely : columns.id.indexOf(id);
}
