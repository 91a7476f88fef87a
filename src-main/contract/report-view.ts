/** Reports as the window asks for them. */

/** What a report may hold. The answer, the settings and the definitions are always there. */
export const REPORT_SECTIONS = ['figures', 'steadiness', 'hard-samples'] as const;
export type ReportSection = (typeof REPORT_SECTIONS)[number];

/** `samples-csv`: every training picture with S, Q, E, v and its marks. `samples-parquet`: the raw table. */
export const EXPORT_KINDS = ['html', 'pdf', 'json', 'samples-csv', 'samples-parquet', 'marks-csv'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

export interface ReportPreview {
  /** For the resource `report`. */
  readonly id: string;
  readonly answer: readonly string[];
}

export interface ExportedFile {
  /** Absolute path where the shell has saved it; null where the browser downloads it. */
  readonly path: string | null;
  /** Address of the download; null where it was saved. */
  readonly url: string | null;
  readonly name: string;
}
