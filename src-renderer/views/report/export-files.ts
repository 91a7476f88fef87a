/** The files that a report leaves as, as a person chooses among them. */
import type { ExportKind } from '../../../src-main/contract/report-view.ts';

interface ExportFile {
  readonly kind: Exclude<ExportKind, 'html'>;
  readonly label: string;
  readonly hint: string;
}

export const FILE_GROUPS: readonly { readonly title: string; readonly files: readonly ExportFile[] }[] = [
  {
    title: 'The same report',
    files: [
      { kind: 'pdf', label: 'PDF', hint: 'As pages' },
      { kind: 'zip', label: 'ZIP', hint: 'Everything, with the pictures' },
    ],
  },
  {
    title: 'Figures',
    files: [
      { kind: 'figures-csv', label: 'CSV', hint: 'Each with its interval' },
      { kind: 'json', label: 'JSON', hint: 'For programs, and to repeat it' },
    ],
  },
  {
    title: 'Picture by picture',
    files: [
      { kind: 'pictures-parquet', label: 'Test pictures, Parquet', hint: 'What was measured on each' },
      { kind: 'samples-csv', label: 'Training pictures, CSV', hint: 'With marks' },
      { kind: 'samples-parquet', label: 'Training pictures, Parquet', hint: 'Raw' },
      { kind: 'marks-csv', label: 'Marks, CSV', hint: 'What people said' },
    ],
  },
];

interface AboutReport {
  readonly runs: readonly { readonly measured: readonly unknown[] }[];
  readonly marks: number;
}

/** Why a file cannot be written, in a few words; null where it can. */
export function blockedBecause(kind: ExportKind, { runs, marks }: AboutReport): string | null {
  if (kind === 'marks-csv') return marks === 0 ? 'Nothing is marked' : null;
  if (runs.length === 0) return 'No run chosen';
  if (kind === 'samples-parquet' && runs.length !== 1) return 'Choose one run';
  if (kind === 'pictures-parquet' && runs.every(({ measured }) => measured.length === 0)) return 'Nothing measured';
  return null;
}
