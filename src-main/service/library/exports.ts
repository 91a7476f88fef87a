/** The samples of runs, and the marks of a study, as tables for other programs. */
import { readFile } from 'node:fs/promises';
import { SteadygazeError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/run.ts';
import type { Mark } from '../../contract/sample-view.ts';
import { readRoundTable } from '../../workspace/round-tables.ts';
import { lastRound } from '../../workspace/run.ts';
import { roundTableFile, runFolder } from '../../workspace/study-layout.ts';
import { csvText, type Cell } from '../../reports/csv.ts';
import type { OpenedStudy } from './open-studies.ts';

const SAMPLE_HEADER = [
  ...['run', 'round', 'picture', 'label', 'prediction', 'probability', 'label_probability'],
  ...['attacked_prediction', 'attacked_probability', 'attacked_label_probability'],
  ...['S', 'Q', 'E', 'v', 'loss', 'empty', 'verdict', 'note', 'correction', 'corrected_label'],
];

/** Every picture of the last assessment of each run, with what people said of it. */
export async function samplesCsv(
  { study, dataset }: Pick<OpenedStudy, 'study' | 'dataset'>,
  records: readonly RunRecord[],
  marks: ReadonlyMap<string, Mark>,
): Promise<string> {
  const rows: Cell[][] = [];
  for (const record of records) {
    const round = lastRound(record);
    const name = (label: number) => record.classes[label] ?? String(label);
    for (const row of await readRoundTable(runFolder(study.folder, record.id), round)) {
      rows.push([
        ...[record.id, round, row.id, name(row.label), name(row.prediction), row.probability, row.labelProbability],
        ...[name(row.attackedPrediction), row.attackedProbability, row.attackedLabelProbability],
        ...[row.s, row.q, row.e, row.v, row.loss, row.empty],
        ...markCells(marks.get(row.id), dataset.classes),
      ]);
    }
  }
  return csvText(SAMPLE_HEADER, rows);
}

export function marksCsv(
  { dataset, byId }: Pick<OpenedStudy, 'dataset' | 'byId'>,
  marks: ReadonlyMap<string, Mark>,
): string {
  const rows = [...marks.values()].map((mark): Cell[] => {
    const sample = byId.get(mark.id);
    const label = sample === undefined ? null : (dataset.classes[sample.label] ?? null);
    return [mark.id, label, sample?.split ?? null, ...markCells(mark, dataset.classes), mark.time];
  });
  return csvText(['picture', 'label', 'split', 'verdict', 'note', 'correction', 'corrected_label', 'time'], rows);
}

/**
 * The table of the last assessment as it lies in the study.
 * @throws SteadygazeError where several runs are asked for, each of which has a table of its own
 */
export async function samplesParquet(study: string, records: readonly RunRecord[]): Promise<Uint8Array> {
  const [record] = records;
  if (records.length !== 1) {
    throw new SteadygazeError(
      'bad-argument',
      'The raw table holds one run, and several are chosen.',
      'Choose one run, or export the samples as CSV, which holds them all.',
    );
  }
  return readFile(roundTableFile(runFolder(study, record.id), lastRound(record)));
}

/** verdict, note, correction, corrected label */
function markCells(mark: Mark | undefined, classes: readonly string[]): Cell[] {
  if (mark === undefined) return [null, null, null, null];
  const { verdict, note, correction } = mark;
  const label = correction?.kind === 'relabel' ? (classes[correction.label] ?? null) : null;
  return [verdict, note === '' ? null : note, correction?.kind ?? null, label];
}
