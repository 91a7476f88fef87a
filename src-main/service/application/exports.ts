/** Files that leave the app: reports, tables, marks. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  json: { name: 'JSON', extension: 'json', what: 'report' },
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
    tasks.run(task, `Writing the ${what}`, (following) =>
      kind === 'pdf'
        ? printReport(library, shell, request, path, following)
        : library.writeExport(kind, request, path, following),
    );
  const saved = await shell.save({ suggestedName, kind: { name, extension }, write });
  return saved === null ? null : { ...saved, name: suggestedName };
}

async function printReport(
  library: Library,
  shell: Shell,
  request: ReportRequest,
  path: string,
  following: Required<Following>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'steadygaze-report-'));
  const unfinished = temporaryBeside(path);
  try {
    const html = join(folder, 'report.html');
    await library.writeExport('html', request, html, following);
    following.signal.throwIfAborted();
    await shell.printPdf(html, unfinished);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
    await rm(folder, { recursive: true, force: true });
  }
}
