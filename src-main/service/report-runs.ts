/** The report of a study as files: one page to read, one file for programs, and whatever else is asked for. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import { EVALUATION_PARTS, type EvaluationPart } from '../contract/evaluation.ts';
import { REPORT_SECTIONS, type ReportSection } from '../contract/report-view.ts';
import type { ReportDocument } from '../reports/document.ts';
import { writeFileAtomic } from '../workspace/atomic-file.ts';
import { readMarks } from '../workspace/marks.ts';
import { openStudy } from '../workspace/study.ts';
import { evaluateRuns, type EvaluateOptions } from './evaluate-runs.ts';
import { marksCsv, samplesCsv, samplesParquet } from './library/exports.ts';
import { openOnce, type OpenedStudy } from './library/open-studies.ts';
import { writingInto } from './out-folder.ts';
import { printPdf } from './print-pdf.ts';
import { buildReportOf, reportNumbers, reportPage } from './report-build.ts';
import type { BuiltReport, Following, ReportWishes } from './report-build.ts';
import { chooseRuns } from './report-input.ts';
import { figuresTable, measuredPictures } from './report-tables.ts';
import { writeReportZip } from './report-zip.ts';

/** Beside `report.html` and `report.json`, which are always written. */
export const REPORT_EXTRAS = ['pdf', 'csv', 'parquet', 'zip'] as const;
export type ReportExtra = (typeof REPORT_EXTRAS)[number];

export interface ReportOptions extends ReportWishes, Following {
  readonly study: string;
  /** Folder for the files; made where it is missing. */
  readonly out: string;
  readonly extras?: readonly ReportExtra[];
  /** Measure first what is missing for the sections asked for; with how it is followed. */
  readonly evaluate?: Omit<EvaluateOptions, 'study' | 'runs' | 'parts' | 'settings' | 'again'>;
}

export interface WrittenReport {
  readonly html: string;
  readonly json: string;
  /** Everything that was written, these two first. */
  readonly files: readonly string[];
  /** Ids of the runs it is about. */
  readonly runs: readonly string[];
  readonly document: ReportDocument;
}

/** What a section shows. A comparison is about everything that can be compared. */
const PARTS_OF: Readonly<Record<ReportSection, readonly EvaluationPart[]>> = {
  comparison: EVALUATION_PARTS,
  recognition: ['recognition'],
  localization: ['localization'],
  debiasing: ['debiasing', 'challenge', 'groups'],
  robustness: ['robustness', 'corruptions'],
  explanations: ['consistency', 'faithfulness', 'stability', 'interpretability'],
  'hard-samples': [],
};

/**
 * @throws SteadygazeError `not-found` (also without a browser that prints, when everything else has been written),
 * `study-corrupt`, `study-unwritable`, `cancelled`
 */
export async function reportRuns(options: ReportOptions): Promise<WrittenReport> {
  const { out, extras = [], signal } = options;
  if (options.evaluate !== undefined) await measureMissing(options, options.evaluate);
  const study = await openStudy(options.study);
  const opened = await openOnce(study);
  const report = await buildReportOf(opened, options, options);
  const [html, json] = [join(out, 'report.html'), join(out, 'report.json')];
  const files = [html, json];
  await writingInto(out, async () => {
    await writeFileAtomic(html, await reportPage(report));
    await writeFileAtomic(json, reportNumbers(report));
    for await (const [name, content] of tablesOf(opened, report, extras)) {
      await writeFileAtomic(join(out, name), content);
      files.push(join(out, name));
    }
  });
  if (extras.includes('pdf') || extras.includes('zip')) {
    const folder = await mkdtemp(join(tmpdir(), 'steadygaze-report-'));
    try {
      const printed = await tryPrinting(html, join(folder, 'report.pdf'), signal);
      if (extras.includes('zip')) {
        const zip = join(out, 'report.zip');
        await writingInto(out, () => writeReportZip(zip, opened, report, printed, options));
        files.push(zip);
      }
      if (extras.includes('pdf')) files.push(await keepPdf(printed, join(out, 'report.pdf')));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { html, json, files, runs: report.input.runs.map(({ record }) => record.id), document: report.document };
}

/** What was measured before, and what cannot be measured, is passed over. */
async function measureMissing(
  { study, runs, sections = REPORT_SECTIONS }: ReportOptions,
  following: NonNullable<ReportOptions['evaluate']>,
): Promise<void> {
  const opened = await openStudy(study);
  const finished = (await chooseRuns(opened, runs)).filter(({ state }) => state === 'finished').map(({ id }) => id);
  const parts = EVALUATION_PARTS.filter((part) => sections.some((section) => PARTS_OF[section].includes(part)));
  if (finished.length > 0 && parts.length > 0)
    await evaluateRuns({ ...following, study: opened.folder, runs: finished, parts });
}

async function* tablesOf(
  opened: OpenedStudy,
  report: BuiltReport,
  extras: readonly ReportExtra[],
): AsyncGenerator<readonly [name: string, content: string | Uint8Array]> {
  const { study } = opened;
  const assessed = report.input.runs.map(({ record }) => record).filter(({ rounds }) => rounds.length > 0);
  if (extras.includes('csv')) {
    const { marks } = await readMarks(study.folder);
    yield ['figures.csv', figuresTable(report)];
    for (const record of assessed) yield [`samples-${record.id}.csv`, await samplesCsv(opened, [record], marks)];
    if (marks.size > 0) yield ['marks.csv', marksCsv(opened, marks)];
  }
  if (extras.includes('parquet')) {
    const pictures = await measuredPictures(study.folder, report);
    if (pictures !== null) yield ['pictures.parquet', pictures];
    for (const record of assessed) yield [`samples-${record.id}.parquet`, await samplesParquet(study.folder, [record])];
  }
}

type Tried = { readonly pdf: string } | { readonly reason: string; readonly error: SteadygazeError };

/** Without a browser that prints, everything else is still worth having. */
async function tryPrinting(html: string, pdf: string, signal: AbortSignal | undefined): Promise<Tried> {
  try {
    await printPdf(html, pdf, signal === undefined ? {} : { signal });
    return { pdf };
  } catch (error) {
    if (!(error instanceof SteadygazeError) || error.code === 'cancelled') throw error;
    return { reason: error.message, error };
  }
}

async function keepPdf(printed: Tried, path: string): Promise<string> {
  if ('error' in printed) {
    const { code, message, hint, details } = printed.error;
    throw new SteadygazeError(code, message, `${hint} Everything else was written to ${dirname(path)}.`, details);
  }
  await writeFileAtomic(path, await readFile(printed.pdf));
  return path;
}
