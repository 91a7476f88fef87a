/** Reports as a person asks for them: looked at first, then written. */
import { randomUUID } from 'node:crypto';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import type { ReportPreview } from '../../contract/report-view.ts';
import type { RunRecord } from '../../contract/run.ts';
import { throwIfCancelled } from '../../datasets/concurrency.ts';
import { buildReport, reportJson, type ReportDocument } from '../../reports/document.ts';
import { renderHtml } from '../../reports/html.ts';
import { renderImages, type ReportImages } from '../../reports/images.ts';
import type { ReportInput, RunReportInput } from '../../reports/input.ts';
import { writeFileAtomic } from '../../workspace/atomic-file.ts';
import { readMarks } from '../../workspace/marks.ts';
import { attributionOf } from '../attribution.ts';
import { chooseRuns, runInput, studyInput } from '../report-input.ts';
import { marksCsv, samplesCsv, samplesParquet } from './exports.ts';
import type { Following, Library, ReportRequest, ResourceBody } from './library.ts';
import type { OpenedStudy } from './open-studies.ts';

const KEPT = 4;
type ExportKind = Parameters<Library['writeExport']>[0];

export class Reports {
  /** HTML by id, oldest first. */
  readonly #kept = new Map<string, string>();

  /** @throws SteadygazeError `not-found`, `study-corrupt`, `cancelled` */
  async preview(opened: OpenedStudy, request: ReportRequest, following: Following = {}): Promise<ReportPreview> {
    const { document, images } = await build(opened, request, following);
    const id = randomUUID();
    this.#kept.set(id, renderHtml(document, images, request.sections));
    for (const oldest of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(oldest);
    return { id, answer: document.answer };
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
  const content = await contentOf(opened, kind, request, following);
  throwIfCancelled(following.signal);
  try {
    await writeFileAtomic(path, content);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EISDIR', 'EEXIST'].includes(systemCode(error) ?? ''))
      throw error;
    throw new SteadygazeError(
      'study-unwritable',
      `The file cannot be written here: ${path}`,
      'Choose another place for it.',
      String(error),
    );
  }
}

async function contentOf(
  opened: OpenedStudy,
  kind: ExportKind,
  request: ReportRequest,
  following: Following,
): Promise<string | Uint8Array> {
  const { study } = opened;
  switch (kind) {
    case 'html': {
      const { document, images } = await build(opened, request, following);
      return renderHtml(document, images, request.sections);
    }
    case 'json': {
      const { document } = await build(opened, request, following);
      return `${JSON.stringify(reportJson(document), null, 2)}\n`;
    }
    case 'samples-csv':
      return samplesCsv(opened, await chooseRuns(study, request.runs), (await readMarks(study.folder)).marks);
    case 'samples-parquet':
      return samplesParquet(study.folder, await chooseRuns(study, request.runs));
    case 'marks-csv':
      return marksCsv(opened, (await readMarks(study.folder)).marks);
  }
}

/** Tells progress in steps: each run that is read, what is computed, and the pictures. */
async function build(
  { study, dataset }: OpenedStudy,
  request: ReportRequest,
  { onProgress, signal }: Following,
): Promise<{ readonly document: ReportDocument; readonly images: ReportImages }> {
  const records = await chooseRuns(study, request.runs);
  const total = records.length + 3;
  let done = 0;
  const step = async (): Promise<void> => {
    onProgress?.(++done, total);
    // What comes next may compute for seconds: whoever asked hears of it before, and may stop it.
    await new Promise((resolve) => setImmediate(resolve));
    throwIfCancelled(signal);
  };
  const runs: RunReportInput[] = [];
  for (const record of records) {
    runs.push(await readRunInput(study, record, request));
    await step();
  }
  const about = await studyInput(study, dataset);
  const attribution = await attributionOf(dataset.root);
  await step();
  const input: ReportInput = {
    title: request.title.trim() === '' ? study.record.name : request.title.trim(),
    study: attribution.length === 0 ? about : { ...about, attribution },
    runs,
    created: new Date().toISOString(),
  };
  const document = buildReport(input);
  await step();
  const images = await renderImages(input);
  await step();
  return { document, images };
}

/** Pictures that nobody asked for are not read, and not told of in the JSON either. */
async function readRunInput(
  study: OpenedStudy['study'],
  record: RunRecord,
  { sections }: ReportRequest,
): Promise<RunReportInput> {
  const input = await runInput(study, record);
  return sections.includes('hard-samples') ? input : { ...input, hardest: [] };
}
