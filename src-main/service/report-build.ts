/** A report of a study, built once for every form in which it leaves: page, numbers, tables, archive. */
import { SteadygazeError } from '../contract/errors.ts';
import type { Correction, RunRecord } from '../contract/run.ts';
import { throwIfCancelled } from '../datasets/concurrency.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { REPORT_SECTIONS, type ReportSection } from '../contract/report-view.ts';
import { buildReport, reportJson, type ReportDocument } from '../reports/document.ts';
import { renderHtml } from '../reports/html.ts';
import { renderImages } from '../reports/images.ts';
import type { ReportInput } from '../reports/input.ts';
import { repeatable, type Repeatable, type RepeatableRun } from '../reports/repeatable.ts';
import { wantedPictures } from '../reports/wanted-pictures.ts';
import { readCorrections } from '../workspace/corrections-file.ts';
import type { Study } from '../workspace/study.ts';
import { runFolder } from '../workspace/study-layout.ts';
import { attributionOf } from './attribution.ts';
import { readState } from './library/open-studies.ts';
import type { OpenedStudy } from './library/open-studies.ts';
import { chooseRuns, runInput, studyInput } from './report-input.ts';
import type { MeasuredRunInput } from './report-input.ts';
import { withTestPictures } from './test-pictures.ts';

export interface ReportWishes {
  /** Ids of runs; all that have been assessed where not given. */
  readonly runs?: readonly string[];
  /** All where not given. */
  readonly sections?: readonly ReportSection[];
  /** Default: the name of the study. */
  readonly title?: string;
  /** ISO time that the report bears. Default: now. */
  readonly created?: string;
  /** Wall-clock seconds of everything, where they are known. */
  readonly seconds?: number;
}

export interface BuiltReport {
  readonly input: Omit<ReportInput, 'runs'> & { readonly runs: readonly MeasuredRunInput[] };
  readonly document: ReportDocument;
  /** As the first of the runs saw it. */
  readonly dataset: Dataset;
  readonly repeat: Repeatable;
}

/** Of a long call. */
export interface Following {
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads the runs and builds the report. Tells progress in steps: each run, the study, what is computed.
 * @throws SteadygazeError `not-found`, `study-corrupt`, `cancelled`
 */
export async function buildReportOf(
  { study, data, read }: Pick<OpenedStudy, 'study' | 'data' | 'read'>,
  wishes: ReportWishes,
  { onProgress, signal }: Following = {},
): Promise<BuiltReport> {
  const { sections = REPORT_SECTIONS, seconds, title = '' } = wishes;
  const records = alike(await chooseRuns(study, wishes.runs), wishes.runs !== undefined && wishes.runs.length > 0);
  const { dataset } = (await readState(data, records[0])) ?? read;
  let done = 0;
  const step = async (): Promise<void> => {
    onProgress?.(++done, records.length + 2);
    // What comes next may compute for seconds: whoever asked hears of it before, and may stop it.
    await new Promise((resolve) => setImmediate(resolve));
    throwIfCancelled(signal);
  };
  // Pictures that nobody asked for are not read, and not told of in the JSON either.
  const hard = sections.includes('hard-samples');
  const seen: MeasuredRunInput[] = [];
  const repeatableRuns: RepeatableRun[] = [];
  for (const record of records) {
    const run = await runInput(study, record, { hard });
    seen.push(run);
    const corrections = await correctionsOf(study, record);
    // Without its corrections a run cannot be repeated; everything else can be said of it all the same.
    // It is repeated with one state of the data.
    const same = record.dataFingerprint === records[0].dataFingerprint;
    if (corrections !== null && same) repeatableRuns.push({ record, corrections, evaluation: run.evaluation });
    await step();
  }
  const runs = await withTestPictures(seen, data);
  const evaluations = runs.map(({ evaluation }) => evaluation);
  const about = await studyInput(study, dataset, wantedPictures(evaluations, sections));
  const attribution = await attributionOf(dataset.root);
  await step();
  const input: BuiltReport['input'] = {
    title: title.trim() === '' ? study.record.name : title.trim(),
    study: attribution.length === 0 ? about : { ...about, attribution },
    ...{ runs, sections },
    created: wishes.created ?? new Date().toISOString(),
    ...(seconds === undefined ? {} : { seconds }),
  };
  const document = buildReport(input);
  await step();
  return { input, document, dataset, repeat: repeatable(dataset, repeatableRuns) };
}

/**
 * A report tells one list of classes apart. @param named whether these very runs were asked for; else those that know
 * the classes of the last are taken
 * @throws SteadygazeError `bad-argument`
 */
function alike(records: readonly RunRecord[], named: boolean): readonly RunRecord[] {
  const classes = (record: RunRecord): string => JSON.stringify(record.classes);
  const last = classes(records[records.length - 1]);
  const same = records.filter((record) => classes(record) === last);
  if (same.length === records.length || !named) return same;
  throw new SteadygazeError(
    'bad-argument',
    'These runs tell different classes apart, because the classes were corrected between them.',
    'Make one report of the runs before, and one of the runs after.',
  );
}

/** Null where they are missing or were changed. */
async function correctionsOf({ folder }: Study, record: RunRecord): Promise<readonly Correction[] | null> {
  try {
    return await readCorrections(runFolder(folder, record.id), record);
  } catch (error) {
    if (error instanceof SteadygazeError && error.code === 'study-corrupt') return null;
    throw error;
  }
}

/** `report.html`. */
export async function reportPage({ document, input }: BuiltReport): Promise<string> {
  return renderHtml(document, await renderImages(input));
}

/** `report.json`. */
export function reportNumbers({ document, repeat }: BuiltReport): string {
  return `${JSON.stringify({ ...reportJson(document), repeat }, null, 2)}\n`;
}
