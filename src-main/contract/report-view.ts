/** Reports as the window asks for them. */

/** What a report may hold, in its order. The answer, the limits, the settings and the definitions are always there. */
export const REPORT_SECTIONS = [
  'comparison',
  'recognition',
  'localization',
  'debiasing',
  'robustness',
  'explanations',
  'hard-samples',
] as const;
export type ReportSection = (typeof REPORT_SECTIONS)[number];

/**
 * `zip`: all of it, with the pictures. `figures-csv`: every figure with its interval. `pictures-parquet`: what was
 * measured on every test picture. `samples-csv`: every training picture with S, Q, E, v and its marks.
 * `samples-parquet`: the raw table of that.
 */
export const EXPORT_KINDS = [
  'html',
  'pdf',
  'zip',
  'json',
  'figures-csv',
  'pictures-parquet',
  'samples-csv',
  'samples-parquet',
  'marks-csv',
] as const;
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
