/** The same training pictures under two models, in the order of what changed. */
import type { ComparedPicture, ComparedSide, PictureOrder } from '../../contract/compare-view.ts';
import type { RunRecord } from '../../contract/run.ts';
import type { Sample } from '../../datasets/dataset.ts';
import type { AssessmentColumns } from '../../workspace/round-tables.ts';
import { pictureRef } from './open-studies.ts';

/** A run with the table of one assessment. */
export interface AssessedRun {
  readonly record: RunRecord;
  readonly round: number;
  readonly table: AssessmentColumns;
}

/** A picture that both assessed: its rows. */
type Pair = readonly [number, number];

/** Positive where a pair belongs to an order; the largest come first. */
const SCORES: Readonly<Record<PictureOrder, (a: AssessmentColumns, b: AssessmentColumns, pair: Pair) => number>> = {
  steadier: (a, b, [i, j]) => b.e[j] - a.e[i],
  'less-steady': (a, b, [i, j]) => a.e[i] - b.e[j],
  // Among those that changed sides, what the model believes in most comes first.
  'newly-right': (a, b, [i, j]) => (!isRight(a, i) && isRight(b, j) ? b.labelProbability[j] : 0),
  'newly-wrong': (a, b, [i, j]) => (isRight(a, i) && !isRight(b, j) ? b.probability[j] : 0),
};

export function comparedPictures(
  a: AssessedRun,
  b: AssessedRun,
  byId: ReadonlyMap<string, Sample>,
  order: PictureOrder,
  limit: number,
): ComparedPicture[] {
  const score = SCORES[order];
  return pairsOf(a.table, b.table, byId)
    .map((pair) => ({ pair, score: score(a.table, b.table, pair) }))
    .filter((each) => each.score > 0)
    .sort((one, other) => other.score - one.score || one.pair[1] - other.pair[1])
    .slice(0, limit)
    .flatMap(({ pair: [i, j] }): ComparedPicture[] => {
      const sample = byId.get(b.table.id[j]);
      if (sample === undefined) return [];
      const labels = b.table.several?.[j].labels ?? [b.table.label[j]];
      const labelName = labels.map((label) => nameOf(b.record, label)).join(', ');
      return [{ sample: pictureRef(sample), labelName, a: sideOf(a, i), b: sideOf(b, j) }];
    });
}

/** Only pictures that the study lists can be shown. */
function pairsOf(a: AssessmentColumns, b: AssessmentColumns, byId: ReadonlyMap<string, Sample>): Pair[] {
  // Nearly always the same rows; looked up where pictures were left out of one of the runs.
  const same = a.id.length === b.id.length && a.id.every((id, row) => id === b.id[row]);
  const rows = same ? null : new Map(a.id.map((id, row) => [id, row]));
  return b.id.flatMap((id, j): Pair[] => {
    const i = rows === null ? j : (rows.get(id) ?? -1);
    return i >= 0 && byId.has(id) ? [[i, j]] : [];
  });
}

const isRight = (table: AssessmentColumns, row: number): boolean => table.prediction[row] === table.label[row];

const nameOf = ({ classes }: RunRecord, label: number): string => classes[label] ?? `class ${String(label)}`;

function sideOf({ record, round, table }: AssessedRun, row: number): ComparedSide {
  return {
    row,
    round,
    e: table.e[row],
    predictionName: nameOf(record, table.prediction[row]),
    right: isRight(table, row),
    attackedPredictionName: nameOf(record, table.attackedPrediction[row]),
  };
}
