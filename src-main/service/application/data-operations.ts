/** Corrections of the data, and reading the pictures again. Corrections may be made while a run is worked on: it keeps what it saw. */
import type { EditExportKind } from '../../contract/data-edits.ts';
import type { SaveRequest } from '../shell.ts';
import type { Handlers } from './checked-input.ts';
import { fileName } from './exports.ts';
import type { Parts } from './parts.ts';

type DataHandlers = Pick<
  Handlers,
  'data.edit' | 'data.edits' | 'data.undo' | 'data.redo' | 'data.editFromMarks' | 'data.refresh' | 'data.exportEdits'
>;

const EXPORTS: Readonly<Record<EditExportKind, SaveRequest['kind'] & { readonly what: string }>> = {
  'labels-csv': { name: 'Table (CSV)', extension: 'csv', what: 'labels' },
  'edits-csv': { name: 'Table (CSV)', extension: 'csv', what: 'corrections' },
  'edits-json': { name: 'JSON', extension: 'json', what: 'corrections' },
};

export function dataOperations({ desk, library, launches, shell, store, tasks }: Parts): DataHandlers {
  const dataChanged = () => {
    store.tell({ type: 'data' });
    // Marks name classes by number, which may be others now.
    store.tell({ type: 'marks' });
    void desk.refresh();
  };
  /** @param step what was taken back or done again; null: there was nothing */
  const stepped = (step: string | null) => {
    if (step !== null) dataChanged();
    return step;
  };
  return {
    'data.edit': async ({ edit }) => {
      const view = await library.editData(desk.study.folder, edit);
      dataChanged();
      return view;
    },
    'data.edits': async () => library.edits(desk.study.folder),
    'data.undo': async () => stepped(await library.undoEdit(desk.study.folder)),
    'data.redo': async () => stepped(await library.redoEdit(desk.study.folder)),
    'data.editFromMarks': async () => {
      const view = await library.editFromMarks(desk.study.folder);
      dataChanged();
      return view;
    },
    'data.refresh': async ({ task }) => {
      const { folder } = desk.study;
      launches.refuseWorking();
      const view = await tasks.run(task, 'Reading the pictures again', (following) =>
        library.refreshData(folder, following),
      );
      dataChanged();
      return view;
    },
    'data.exportEdits': async ({ kind, task }) => {
      tasks.refuseTaken(task);
      const { folder, name: study } = desk.study;
      const { name, extension, what } = EXPORTS[kind];
      const suggestedName = fileName(study, what, extension);
      const write = (path: string) =>
        tasks.run(task, `Writing the ${what}`, () => library.exportEdits(folder, kind, path));
      const saved = await shell.save({ suggestedName, kind: { name, extension }, write });
      return saved === null ? null : { ...saved, name: suggestedName };
    },
  };
}
