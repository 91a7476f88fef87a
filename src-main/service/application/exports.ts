/** Files that leave the app: reports, tables, marks, networks. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toErrorValue } from '../../contract/errors.ts';
import type { StudyState } from '../../contract/app-state.ts';
import type { CheckedInput } from '../../contract/operations.ts';
import type { ExportedFile, ExportKind } from '../../contract/report-view.ts';
import { temporaryBeside } from '../../workspace/atomic-file.ts';
import type { Following, Library, ReportRequest } from '../library/library.ts';
import type { SaveRequest, Shell } from '../shell.ts';
import type { TaskList } from './tasks.ts';

const KINDS: Readonly<Record<ExportKind, SaveRequest['kind'] & { readonly what: string }>> = {
  html: { name: 'Web page', extension: 'html', what: 'report' },
  pdf: { name: 'PDF document', extension: 'pdf', what: 'report' },
  zip: { name: 'ZIP archive', extension: 'zip', what: 'report' },
  json: { name: 'JSON', extension: 'json', what: 'report' },
  'figures-csv': { name: 'Table (CSV)', extension: 'csv', what: 'figures' },
  'pictures-parquet': { name: 'Table (Parquet)', extension: 'parquet', what: 'measured pictures' },
  'samples-csv': { name: 'Table (CSV)', extension: 'csv', what: 'pictures' },
  'samples-parquet': { name: 'Table (Parquet)', extension: 'parquet', what: 'pictures' },
  'marks-csv': { name: 'Table (CSV)', extension: 'csv', what: 'marks' },
};

/** Windows keeps these for itself. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const LONGEST_NAME = 60;

/** A file name made from what a person typed, fit for every system: "Pallets report.pdf". */
export function exportName(study: string, kind: ExportKind): string {
  const { what, extension } = KINDS[kind];
  return fileName(study, what, extension);
}

/** As {@link exportName}, of any file: "Pallets labels.csv". */
export function fileName(study: string, what: string, extension: string): string {
  const safe = study
    .normalize('NFC')
    // Control characters, what Windows forbids, and what turns the direction of a name around.
    .replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+/, '')
    .trim();
  const cut = Array.from(safe)
    .slice(0, LONGEST_NAME)
    .join('')
    .replace(/[ .]+$/, '');
  const name = cut === '' || RESERVED.test(cut) ? 'Study' : cut;
  return `${name} ${what}.${extension}`;
}

/** @returns null where the person changed their mind */
export async function exportFile(
  { library, shell, tasks }: { readonly library: Library; readonly shell: Shell; readonly tasks: TaskList },
  study: StudyState,
  { kind, runs, sections, title, task }: CheckedInput<'report.export'>,
): Promise<ExportedFile | null> {
  tasks.refuseTaken(task);
  const request: ReportRequest = { study: study.folder, runs, sections, title };
  const { name, extension, what } = KINDS[kind];
  const suggestedName = exportName(study.name, kind);
  const write = (path: string) =>
    tasks.run(task, `Writing the ${what}`, (following) => {
      if (kind === 'pdf') return printReport(library, shell, request, path, following);
      if (kind === 'zip') return packReport(library, shell, request, path, following);
      return library.writeExport(kind, request, path, following);
    });
  const saved = await shell.save({ suggestedName, kind: { name, extension }, write });
  return saved === null ? null : { ...saved, name: suggestedName };
}

/** @param version of the app @returns null where the person changed their mind */
export async function exportModel(
  { library, shell, tasks }: { readonly library: Library; readonly shell: Shell; readonly tasks: TaskList },
  study: StudyState,
  version: string,
  { run, formats, task }: CheckedInput<'model.export'>,
): Promise<ExportedFile | null> {
  tasks.refuseTaken(task);
  const suggestedName = fileName(study.name, `model ${run}`, 'zip');
  const saved = await shell.save({
    suggestedName,
    kind: { name: KINDS.zip.name, extension: KINDS.zip.extension },
    write: (path) =>
      tasks.run(task, 'Writing the model', (following) =>
        library.exportModel(study.folder, { run, formats, version }, path, following),
      ),
  });
  return saved === null ? null : { ...saved, name: suggestedName };
}

async function printReport(
  library: Library,
  shell: Shell,
  request: ReportRequest,
  path: string,
  following: Required<Following>,
): Promise<void> {
  const unfinished = temporaryBeside(path);
  try {
    await inTemporaryFolder(async (folder) => {
      const html = join(folder, 'report.html');
      await library.writeExport('html', request, html, following);
      following.signal.throwIfAborted();
      await shell.printPdf(html, unfinished);
    });
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** The archive holds the printed report too, where it can be printed here; where not, it says why. */
async function packReport(
  library: Library,
  shell: Shell,
  request: ReportRequest,
  path: string,
  { onProgress, signal }: Required<Following>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    // The page that is printed and the page in the archive are the same.
    const dated = { ...request, created: new Date().toISOString() };
    const [html, pdf] = [join(folder, 'report.html'), join(folder, 'report.pdf')];
    await library.writeExport('html', dated, html, { signal, onProgress: halfOf(onProgress, 0) });
    signal.throwIfAborted();
    const printed = await shell.printPdf(html, pdf).then(
      () => ({ pdf }),
      (error: unknown) => ({ reason: toErrorValue(error).message }),
    );
    await library.writeExport('zip', { ...dated, printed }, path, { signal, onProgress: halfOf(onProgress, 1) });
  });
}

/** Progress of the first or the second half of a task. */
function halfOf(onProgress: Required<Following>['onProgress'], half: 0 | 1): Required<Following>['onProgress'] {
  return (done, total) => onProgress(total === null ? done : half * total + done, total === null ? null : 2 * total);
}

async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'steadygaze-report-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
