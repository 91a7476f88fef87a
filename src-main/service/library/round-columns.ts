/** Tables of assessments by columns, the last ones used kept in memory: a person steps from picture to picture. */
import { stat } from 'node:fs/promises';
import type { AssessmentRow } from '../../contract/run.ts';
import { readRoundColumns, type AssessmentColumns } from '../../workspace/round-tables.ts';
import { runFolder, roundTableFile } from '../../workspace/study-layout.ts';

/** Of all tables together: at some 200 bytes a row, about 120 MB. */
const MOST_ROWS = 600_000;

interface Kept {
  readonly stamp: string;
  readonly columns: Promise<AssessmentColumns>;
  rows: number;
}

export class RoundColumns {
  /** By file, the last used last. */
  readonly #kept = new Map<string, Kept>();

  /** @throws SteadygazeError `not-found`, `study-corrupt` */
  async get(study: string, run: string, round: number): Promise<AssessmentColumns> {
    const folder = runFolder(study, run);
    const path = roundTableFile(folder, round);
    // A resumed run writes its table again.
    const stamp = await stat(path).then(
      ({ size, mtimeMs }) => `${size}/${mtimeMs}`,
      () => '',
    );
    const known = this.#kept.get(path);
    this.#kept.delete(path);
    if (known?.stamp === stamp) {
      this.#kept.set(path, known);
      return known.columns;
    }
    const kept: Kept = { stamp, columns: readRoundColumns(folder, round), rows: 0 };
    this.#kept.set(path, kept);
    try {
      const columns = await kept.columns;
      kept.rows = columns.id.length;
      this.#dropOldest();
      return columns;
    } catch (error) {
      if (this.#kept.get(path) === kept) this.#kept.delete(path);
      throw error;
    }
  }

  forget(study: string): void {
    for (const path of [...this.#kept.keys()]) if (path.startsWith(study)) this.#kept.delete(path);
  }

  #dropOldest(): void {
    let rows = [...this.#kept.values()].reduce((sum, kept) => sum + kept.rows, 0);
    for (const [path, kept] of this.#kept) {
      // The last one is the one just asked for.
      if (rows <= MOST_ROWS || this.#kept.size === 1) return;
      this.#kept.delete(path);
      rows -= kept.rows;
    }
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
  };
}

/** The row of a picture; -1 where it is not there. `likely`: its row in another table of the same run. */
export function rowOfId(columns: Pick<AssessmentColumns, 'id'>, id: string, likely: number): number {
  return columns.id[likely] === id ? likely : columns.id.indexOf(id);
}
