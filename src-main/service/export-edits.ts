/** The corrections of a study's data as files: a table of all labels, a table of what was corrected, and what was done. */
import { SteadygazeError } from '../contract/errors.ts';
import type { EditExportKind } from '../contract/data-edits.ts';
import type { Dataset, Sample } from '../datasets/dataset.ts';
import { csvText, type Cell } from '../reports/csv.ts';
import type { ReadData } from '../workspace/study-data.ts';

/** Between the classes of one picture: what table readers take as well. */
const BETWEEN = ';';

/** @throws SteadygazeError `bad-argument` where a name cannot be written so that it can be read again */
export function editsExport(kind: EditExportKind, { base, dataset, edits }: ReadData): string {
  switch (kind) {
    case 'labels-csv':
      return labelsCsv(dataset);
    case 'edits-csv':
      return editsCsv(base, dataset);
    case 'edits-json':
      return `${JSON.stringify(
        {
          format: 'steadygaze-data-edits',
          version: 1,
          data: { before: base.fingerprint, after: dataset.fingerprint },
          edits: edits.done.map(({ edit, sentence, time, pictures }) => ({ time, sentence, pictures, edit })),
        },
        null,
        2,
      )}\n`;
  }
}

/** Every picture that takes part: path, label, split. */
function labelsCsv(dataset: Dataset): string {
  const { classes, samples, task } = dataset;
  const split = task === 'multi-label' ? classes.find((name) => name.includes(BETWEEN)) : undefined;
  if (split !== undefined) {
    throw new SteadygazeError(
      'bad-argument',
      `The name of the class "${split}" holds a semicolon, which separates the classes of a picture in the table.`,
      'Rename the class first.',
    );
  }
  return csvText(
    ['path', 'label', 'split'],
    samples.map((sample): Cell[] => [relativePath(sample.id), labelCell(namesOf(sample, dataset)), sample.split]),
  );
}

/** Every picture that was corrected, as it was read and as it is. */
function editsCsv(base: Dataset, dataset: Dataset): string {
  const now = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  const rows = base.samples.flatMap((sample): Cell[][] => {
    const after = now.get(sample.id);
    const old = [namesOf(sample, base), sample.split];
    if (after === undefined) return [[sample.id, old[0], null, old[1], null, true]];
    const [label, split] = [namesOf(after, dataset), after.split];
    return label === old[0] && split === old[1] ? [] : [[sample.id, old[0], label, old[1], split, false]];
  });
  return csvText(['path', 'old_label', 'new_label', 'old_split', 'new_split', 'excluded'], rows);
}

/** A name that begins like a formula would be changed, so that no spreadsheet computes it; this way it stays what it is. */
const relativePath = (id: string): string => (/^[=+\-@\t\r]/.test(id) ? `./${id}` : id);

/** The classes 1 and -1 are numbers, and no formulas. */
const labelCell = (label: string): Cell => (String(Number(label)) === label ? Number(label) : label);

const namesOf = ({ label, labels }: Sample, { classes }: Dataset): string =>
  (labels ?? [label]).map((each) => classes[each]).join(BETWEEN);
