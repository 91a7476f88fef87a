/** Corrections of a study from the command line: as the window makes them, with the study opened once. */
import type { DataEdit, EditExportKind, EditsView } from '../contract/data-edits.ts';
import { readMarks } from '../workspace/marks.ts';
import { StudyData } from '../workspace/study-data.ts';
import { openStudy } from '../workspace/study.ts';
import { correctData, editsOfMarks, editsView, redoCorrection, undoCorrection } from './edit-data.ts';
import { editsExport } from './export-edits.ts';

export interface DataChange {
  readonly edits: readonly DataEdit[];
  /** Also what the marks ask for. */
  readonly fromMarks: boolean;
  readonly step: 'undo' | 'redo' | null;
  /** What to export once everything is done. */
  readonly export: EditExportKind | null;
}

export interface ChangedData {
  readonly view: EditsView;
  /** Corrections that were made now. */
  readonly made: number;
  /** What was taken back or done again; null: nothing. */
  readonly step: string | null;
  readonly exported: string | null;
}

/** @throws SteadygazeError as opening a study, and as {@link correctData} */
export async function changeStudyData(folder: string, change: DataChange): Promise<ChangedData> {
  const study = await openStudy(folder);
  const data = new StudyData(study);
  const edited = { folder: study.folder, data };
  let made = 0;
  if (change.edits.length > 0 || change.fromMarks) {
    await correctData(edited, async (present) => {
      const marks = change.fromMarks ? editsOfMarks(present, (await readMarks(study.folder)).marks.values()) : [];
      made = change.edits.length + marks.length;
      return [...change.edits, ...marks];
    });
  }
  const step =
    change.step === null ? null : await (change.step === 'undo' ? undoCorrection(edited) : redoCorrection(edited));
  const read = await data.read();
  return {
    view: editsView(read),
    made,
    step,
    exported: change.export === null ? null : editsExport(change.export, read),
  };
}
