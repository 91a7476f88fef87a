/** The report of a study: one page to read, one file for programs. */
import { buildReport } from '../reports/document.ts';
import type { ReportDocument } from '../reports/document.ts';
import { renderImages } from '../reports/images.ts';
import type { ReportInput, StudyReportInput } from '../reports/input.ts';
import { writeReport } from '../reports/write.ts';
import { openStudy, readDataset } from '../workspace/study.ts';
import { writingInto } from './out-folder.ts';
import { chooseRuns, runInput, studyInput } from './report-input.ts';

export interface ReportOptions {
  readonly study: string;
  /** Ids of runs; all that have been assessed where not given. */
  readonly runs?: readonly string[];
  /** Folder for report.html and report.json; made where it is missing. */
  readonly out: string;
  readonly title?: string;
  /** Wall-clock seconds of everything, where they are known. */
  readonly seconds?: number;
  readonly attribution?: StudyReportInput['attribution'];
}

export interface WrittenReport {
  readonly html: string;
  readonly json: string;
  /** Ids of the runs it is about. */
  readonly runs: readonly string[];
  readonly document: ReportDocument;
}

/** @throws SteadygazeError `not-found`, `study-corrupt`, `study-unwritable` */
export async function reportRuns(options: ReportOptions): Promise<WrittenReport> {
  const { out, title, seconds, attribution } = options;
  const study = await openStudy(options.study);
  const records = await chooseRuns(study, options.runs);
  const runs = await Promise.all(records.map((record) => runInput(study, record)));
  const about = await studyInput(study, await readDataset(study));
  const input: ReportInput = {
    title: title ?? study.record.name,
    study: attribution === undefined ? about : { ...about, attribution },
    runs,
    created: new Date().toISOString(),
    ...(seconds === undefined ? {} : { seconds }),
  };
  const document = buildReport(input);
  const images = await renderImages(input);
  const written = await writingInto(out, () => writeReport(out, document, images));
  return { ...written, runs: records.map(({ id }) => id), document };
}
