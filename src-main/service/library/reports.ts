/** Reports as a person asks for them: looked at first, then written. */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import type { ReportPreview } from '../../contract/report-view.ts';
import { throwIfCancelled } from '../../datasets/concurrency.ts';
import { writeFileAtomic } from '../../workspace/atomic-file.ts';
import { readMarks } from '../../workspace/marks.ts';
import { buildReportOf, reportNumbers, reportPage } from '../report-build.ts';
import { chooseRuns } from '../report-input.ts';
import { figuresTable, measuredPictures } from '../report-tables.ts';
import { writeReportZip, type Printed } from '../report-zip.ts';
import { marksCsv, samplesCsv, samplesParquet } from './exports.ts';
import type { Following, Library, ReportRequest, ResourceBody } from './library.ts';
import type { OpenedStudy } from './open-studies.ts';

const KEPT = 4;
const REFUSALS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EISDIR', 'EEXIST']);
type ExportKind = Parameters<Library['writeExport']>[0];

export class Reports {
  /** HTML by id, oldest first. */
  readonly #kept = new Map<string, string>();

  /** @throws SteadygazeError `not-found`, `study-corrupt`, `cancelled` */
  async preview(opened: OpenedStudy, request: ReportRequest, following: Following = {}): Promise<ReportPreview> {
    const report = await buildReportOf(opened, request, following);
    const id = randomUUID();
    this.#kept.set(id, await reportPage(report));
    for (const oldest of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(oldest);
    return { id, answer: report.document.answer };
  }

  get(id: string): ResourceBody {
    const html = this.#kept.get(id);
    if (html === undefined) {
      throw new SteadygazeError('not-found', 'This report is not at hand any more.', 'Make the preview again.');
    }
    return { type: 'text/html; charset=utf-8', body: new TextEncoder().encode(html), immutable: true };
  }
}

/** @throws SteadygazeError as {@link Reports.preview}, and `bad-argument`, `study-unwritable` */
export async function writeExport(
  opened: OpenedStudy,
  kind: ExportKind,
  request: ReportRequest,
  path: string,
  following: Following = {},
): Promise<void> {
  await writingFile(path, async () => {
    if (kind === 'zip') {
      const report = await buildReportOf(opened, request, { ...following, onProgress: () => undefined });
      return writeReportZip(path, opened, report, request.printed ?? NOT_PRINTED, following);
    }
    const content = await contentOf(opened, kind, request, following);
    throwIfCancelled(following.signal);
    await writeFileAtomic(path, content);
  });
}

/** @throws SteadygazeError `study-unwritable` where the system refuses to write the file, and whatever `write` throws */
export async function writingFile(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isRefusal(error, path)) throw error;
    throw new SteadygazeError(
      'study-unwritable',
      `The file cannot be written here: ${path}`,
      'Choose another place for it.',
      String(error),
    );
  }
}

/** Whether the system refused to write the file, and not to read something of the study. */
function isRefusal(error: unknown, path: string): boolean {
  if (!REFUSALS.has(systemCode(error) ?? '')) return false;
  const at = (error as { readonly path?: unknown }).path;
  return typeof at !== 'string' || path.startsWith(at) || at.startsWith(dirname(path));
}

async function contentOf(
  opened: OpenedStudy,
  kind: Exclude<ExportKind, 'zip'>,
  request: ReportRequest,
  following: Following,
): Promise<string | Uint8Array> {
  const { study } = opened;
  switch (kind) {
    case 'html':
      return reportPage(await buildReportOf(opened, request, following));
    case 'json':
      return reportNumbers(await buildReportOf(opened, request, following));
    case 'figures-csv':
      return figuresTable(await buildReportOf(opened, withoutPictures(request), following));
    case 'pictures-parquet': {
      const report = await buildReportOf(opened, withoutPictures(request), following);
      const table = await measuredPictures(study.folder, report);
      if (table !== null) return table;
      throw new SteadygazeError(
        'not-found',
        'Nothing has been measured on the test pictures of these runs.',
        'Measure them first, or choose runs that are finished.',
      );
    }
    case 'samples-csv':
      return samplesCsv(opened, await chooseRuns(study, request.runs), (await readMarks(study.folder)).marks);
    case 'samples-parquet':
      return samplesParquet(study.folder, await chooseRuns(study, request.runs));
    case 'marks-csv':
      return marksCsv(opened, (await readMarks(study.folder)).marks);
  }
}

const NOT_PRINTED: Printed = { reason: 'It was not printed.' };

/** The pictures of hard samples are no part of tables, and reading them takes longest. */
function withoutPictures(request: ReportRequest): ReportRequest {
  return { ...request, sections: request.sections.filter((section) => section !== 'hard-samples') };
}
